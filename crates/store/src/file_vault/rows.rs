//! The tables of `vault.db`, the same shape that a server's database will have.

use bulla_core::{Result, Version};
use sqlx::SqliteConnection;

use super::error;

type HeadColumns = (i64, String, String, Vec<u8>, Vec<u8>);
type RowColumns = (i64, i64, String, Vec<u8>, Vec<u8>);

/// The vault's own row.
pub(super) struct Head {
    pub(super) format: i64,
    pub(super) vault_id: String,
    pub(super) key_id: String,
    pub(super) key_check: Vec<u8>,
    pub(super) wrapped: Vec<u8>,
}

/// Whose secret, and which.
pub(super) struct RowName<'a> {
    pub(super) owner: &'a str,
    pub(super) field: &'a str,
}

/// An encrypted secret.
pub(super) struct Row {
    pub(super) version: Version,
    pub(super) key_id: String,
    pub(super) nonce: Vec<u8>,
    pub(super) ciphertext: Vec<u8>,
}

impl Row {
    pub(super) fn sealed(&self) -> Vec<u8> {
        [self.nonce.as_slice(), &self.ciphertext].concat()
    }
}

pub(super) async fn make_tables(conn: &mut SqliteConnection) -> Result<()> {
    for statement in [
        "CREATE TABLE IF NOT EXISTS head (
             one INTEGER PRIMARY KEY CHECK (one = 1), format INTEGER NOT NULL, vault_id TEXT NOT NULL,
             key_id TEXT NOT NULL, key_check BLOB NOT NULL, wrapped BLOB NOT NULL) STRICT",
        "CREATE TABLE IF NOT EXISTS secrets (
             connection TEXT NOT NULL, field TEXT NOT NULL, epoch INTEGER NOT NULL, gen INTEGER NOT NULL,
             key_id TEXT NOT NULL, nonce BLOB NOT NULL, ciphertext BLOB NOT NULL,
             PRIMARY KEY (connection, field)) STRICT",
        "CREATE TABLE IF NOT EXISTS touched (one INTEGER PRIMARY KEY CHECK (one = 1), n INTEGER NOT NULL) STRICT",
    ] {
        sqlx::query(statement).execute(&mut *conn).await.map_err(|e| error(&e))?;
    }
    Ok(())
}

pub(super) async fn read_head(conn: &mut SqliteConnection) -> Result<Option<Head>> {
    let row: Option<HeadColumns> = sqlx::query_as("SELECT format, vault_id, key_id, key_check, wrapped FROM head")
        .fetch_optional(conn)
        .await
        .map_err(|e| error(&e))?;
    Ok(row.map(|(format, vault_id, key_id, key_check, wrapped)| Head { format, vault_id, key_id, key_check, wrapped }))
}

pub(super) async fn write_head(conn: &mut SqliteConnection, head: &Head) -> Result<()> {
    sqlx::query("INSERT INTO head (one, format, vault_id, key_id, key_check, wrapped) VALUES (1, ?, ?, ?, ?, ?)")
        .bind(head.format)
        .bind(&head.vault_id)
        .bind(&head.key_id)
        .bind(&head.key_check)
        .bind(&head.wrapped)
        .execute(conn)
        .await
        .map_err(|e| error(&e))?;
    Ok(())
}

pub(super) async fn any(conn: &mut SqliteConnection) -> Result<bool> {
    let found: Option<i64> =
        sqlx::query_scalar("SELECT 1 FROM secrets LIMIT 1").fetch_optional(conn).await.map_err(|e| error(&e))?;
    Ok(found.is_some())
}

pub(super) async fn read(conn: &mut SqliteConnection, name: &RowName<'_>) -> Result<Option<Row>> {
    let row: Option<RowColumns> =
        sqlx::query_as("SELECT epoch, gen, key_id, nonce, ciphertext FROM secrets WHERE connection = ? AND field = ?")
            .bind(name.owner)
            .bind(name.field)
            .fetch_optional(conn)
            .await
            .map_err(|e| error(&e))?;
    Ok(row.map(|(epoch, generation, key_id, nonce, ciphertext)| Row {
        version: Version { epoch: epoch.cast_unsigned(), generation: generation.cast_unsigned() },
        key_id,
        nonce,
        ciphertext,
    }))
}

pub(super) async fn write(conn: &mut SqliteConnection, name: &RowName<'_>, row: &Row) -> Result<()> {
    sqlx::query(
        "INSERT OR REPLACE INTO secrets (connection, field, epoch, gen, key_id, nonce, ciphertext)
         VALUES (?, ?, ?, ?, ?, ?, ?)",
    )
    .bind(name.owner)
    .bind(name.field)
    .bind(row.version.epoch.cast_signed())
    .bind(row.version.generation.cast_signed())
    .bind(&row.key_id)
    .bind(&row.nonce)
    .bind(&row.ciphertext)
    .execute(conn)
    .await
    .map_err(|e| error(&e))?;
    Ok(())
}

pub(super) async fn erase(conn: &mut SqliteConnection, owner: &str) -> Result<()> {
    sqlx::query("DELETE FROM secrets WHERE connection = ?").bind(owner).execute(conn).await.map_err(|e| error(&e))?;
    Ok(())
}

pub(super) async fn erase_field(conn: &mut SqliteConnection, name: &RowName<'_>) -> Result<()> {
    sqlx::query("DELETE FROM secrets WHERE connection = ? AND field = ?")
        .bind(name.owner)
        .bind(name.field)
        .execute(conn)
        .await
        .map_err(|e| error(&e))?;
    Ok(())
}

pub(super) async fn touch(conn: &mut SqliteConnection) -> Result<()> {
    sqlx::query("INSERT INTO touched VALUES (1, 1) ON CONFLICT (one) DO UPDATE SET n = n + 1")
        .execute(conn)
        .await
        .map_err(|e| error(&e))?;
    Ok(())
}
