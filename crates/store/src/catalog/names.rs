//! Small facts beside the connections: settings of the home, aliases, and the marks of tokens now kept.

use bulla_core::{ConnectionId, ErrorCode, Label, Result};
use sqlx::SqliteConnection;

use super::{SqliteCatalog, commit, due::read_id, error};

impl SqliteCatalog {
    /// A setting of the home itself, such as its id.
    ///
    /// # Errors
    /// `catalog_damaged`, `home_unwritable`.
    pub async fn meta(&self, key: &str) -> Result<Option<String>> {
        sqlx::query_scalar("SELECT value FROM meta WHERE key = ?")
            .bind(key)
            .fetch_optional(&self.pool)
            .await
            .map_err(|e| error(&e))
    }

    /// Keeps a setting of the home itself.
    ///
    /// # Errors
    /// `catalog_damaged`, `home_unwritable`.
    pub async fn set_meta(&self, key: &str, value: &str) -> Result<()> {
        let mut tx = self.write().await?;
        sqlx::query("INSERT INTO meta (key, value) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value")
            .bind(key)
            .bind(value)
            .execute(&mut *tx)
            .await
            .map_err(|e| error(&e))?;
        commit(tx).await
    }

    /// Points an alias at a connection, away from another one if need be. Names are compared as labels are.
    ///
    /// # Errors
    /// `not_found` when there is no such connection.
    pub async fn set_alias(&self, name: &str, id: ConnectionId) -> Result<()> {
        let mut tx = self.write().await?;
        require(&mut tx, id).await?;
        sqlx::query(
            "INSERT INTO aliases (key, name, connection) VALUES (?, ?, ?)
             ON CONFLICT (key) DO UPDATE SET name = excluded.name, connection = excluded.connection",
        )
        .bind(Label::key_of(name))
        .bind(name.trim())
        .bind(id.to_string())
        .execute(&mut *tx)
        .await
        .map_err(|e| error(&e))?;
        commit(tx).await
    }

    /// Takes an alias away. `false` when there was none.
    ///
    /// # Errors
    /// `catalog_damaged`, `home_unwritable`.
    pub async fn remove_alias(&self, name: &str) -> Result<bool> {
        let mut tx = self.write().await?;
        let done = sqlx::query("DELETE FROM aliases WHERE key = ?")
            .bind(Label::key_of(name))
            .execute(&mut *tx)
            .await
            .map_err(|e| error(&e))?;
        commit(tx).await?;
        Ok(done.rows_affected() > 0)
    }

    /// All aliases as they were written, in order of their names.
    ///
    /// # Errors
    /// `catalog_damaged`, `home_unwritable`.
    pub async fn aliases(&self) -> Result<Vec<(String, ConnectionId)>> {
        let rows: Vec<(String, String)> = sqlx::query_as("SELECT name, connection FROM aliases ORDER BY key")
            .fetch_all(&self.pool)
            .await
            .map_err(|e| error(&e))?;
        rows.into_iter().map(|(name, id)| Ok((name, read_id(&id)?))).collect()
    }

    /// Keeps the marks (keyed hashes) of the tokens a connection has now, in the place of its older ones.
    ///
    /// # Errors
    /// `not_found` when there is no such connection.
    pub async fn set_marks(&self, id: ConnectionId, marks: &[String]) -> Result<()> {
        let mut tx = self.write().await?;
        require(&mut tx, id).await?;
        sqlx::query("DELETE FROM marks WHERE connection = ?")
            .bind(id.to_string())
            .execute(&mut *tx)
            .await
            .map_err(|e| error(&e))?;
        for mark in marks {
            sqlx::query("INSERT OR IGNORE INTO marks (mark, connection) VALUES (?, ?)")
                .bind(mark)
                .bind(id.to_string())
                .execute(&mut *tx)
                .await
                .map_err(|e| error(&e))?;
        }
        commit(tx).await
    }

    /// Which connection has a token with one of these marks. One that is not removed goes before one that is.
    ///
    /// # Errors
    /// `catalog_damaged`, `home_unwritable`.
    pub async fn mark_owner(&self, marks: &[String]) -> Result<Option<ConnectionId>> {
        let list = serde_json::to_string(marks).unwrap_or_default();
        let id: Option<String> = sqlx::query_scalar(
            "SELECT id FROM marks JOIN connections ON id = connection
             WHERE mark IN (SELECT value FROM json_each(?)) ORDER BY removed_at IS NOT NULL, id LIMIT 1",
        )
        .bind(list)
        .fetch_optional(&self.pool)
        .await
        .map_err(|e| error(&e))?;
        id.as_deref().map(read_id).transpose()
    }
}

async fn require(conn: &mut SqliteConnection, id: ConnectionId) -> Result<()> {
    let found: Option<i64> = sqlx::query_scalar("SELECT 1 FROM connections WHERE id = ?")
        .bind(id.to_string())
        .fetch_optional(conn)
        .await
        .map_err(|e| error(&e))?;
    if found.is_some() { Ok(()) } else { Err(ErrorCode::NotFound.into()) }
}
