//! Connections: the port that core asks for, and the writes that span several of them.

use std::collections::HashMap;

use async_trait::async_trait;
use bulla_core::ports::{Catalog, Change};
use bulla_core::{Connection, ConnectionId, Error, ErrorCode, Event, Label, RULES_VERSION, Result};
use sqlx::SqliteConnection;

use super::{DueFn, SqliteCatalog, commit, damaged, due::read_id, error, events};

#[async_trait]
impl Catalog for SqliteCatalog {
    async fn get(&self, id: ConnectionId) -> Result<Option<Connection>> {
        let mut conn = self.pool.acquire().await.map_err(|e| error(&e))?;
        load(&mut conn, id).await
    }

    async fn all(&self) -> Result<Vec<Connection>> {
        let mut connections = Vec::new();
        self.each(|connection| connections.push(connection)).await?;
        Ok(connections)
    }

    async fn insert(&self, connection: &Connection) -> Result<()> {
        let mut tx = self.write().await?;
        if load(&mut tx, connection.id).await?.is_some() {
            return Err(Error::new(ErrorCode::Internal).detail("a connection with this id exists"));
        }
        refuse_taken(&mut tx, connection).await?;
        store(&mut tx, connection, &self.due).await?;
        commit(tx).await
    }

    async fn update(&self, id: ConnectionId, change: Change) -> Result<Connection> {
        let mut tx = self.write().await?;
        let connection = change_one(&mut tx, id, change, &self.due).await?;
        commit(tx).await?;
        Ok(connection)
    }

    async fn record(&self, event: Event) -> Result<()> {
        let mut tx = self.write().await?;
        events::append(&mut tx, &event).await?;
        commit(tx).await
    }
}

impl SqliteCatalog {
    /// Hands on every connection, removed ones too, in the order in which they were kept and as they were at one moment.
    /// Only a few hundred are in memory at a time.
    ///
    /// # Errors
    /// `catalog_damaged`, `home_unwritable`; some may have been handed on by then.
    pub async fn each(&self, mut take: impl FnMut(Connection) + Send) -> Result<()> {
        // Each row that crosses from the database's thread costs more than reading it, so some hundred cross together.
        // No JSON of ours has a line break.
        const PAGE: &str = "SELECT max(place), group_concat(body, char(10)) FROM
            (SELECT rowid AS place, body FROM connections WHERE rowid > ? ORDER BY rowid LIMIT 200)";
        // One transaction: the pages are of one moment.
        let mut tx = self.pool.begin().await.map_err(|e| error(&e))?;
        let mut last = 0;
        loop {
            let page: (Option<i64>, Option<String>) =
                sqlx::query_as(PAGE).bind(last).fetch_one(&mut *tx).await.map_err(|e| error(&e))?;
            let (Some(place), Some(bodies)) = page else { return Ok(()) };
            for body in bodies.split('\n') {
                take(parse(body)?);
            }
            last = place;
        }
    }

    /// These connections in the order asked for, removed ones too, without those that are no longer kept.
    ///
    /// # Errors
    /// `catalog_damaged`, `home_unwritable`.
    pub async fn some(&self, ids: &[ConnectionId]) -> Result<Vec<Connection>> {
        let asked = serde_json::to_string(ids).map_err(|e| Error::new(ErrorCode::Internal).detail(e))?;
        let bodies: Option<String> = sqlx::query_scalar(
            "SELECT group_concat(body, char(10)) FROM connections WHERE id IN (SELECT value FROM json_each(?))",
        )
        .bind(asked)
        .fetch_one(&self.pool)
        .await
        .map_err(|e| error(&e))?;
        let mut found = HashMap::new();
        for body in bodies.iter().flat_map(|bodies| bodies.split('\n')) {
            let connection = parse(body)?;
            found.insert(connection.id, connection);
        }
        Ok(ids.iter().filter_map(|id| found.remove(id)).collect())
    }

    /// The connection with this folded label, unless it was removed.
    ///
    /// # Errors
    /// `catalog_damaged`, `home_unwritable`.
    pub async fn labelled(&self, key: &str) -> Result<Option<ConnectionId>> {
        let id: Option<String> = sqlx::query_scalar("SELECT id FROM connections WHERE label_key = ? AND removed_at IS NULL")
            .bind(key)
            .fetch_optional(&self.pool)
            .await
            .map_err(|e| error(&e))?;
        id.as_deref().map(read_id).transpose()
    }

    /// Removed connections that were not purged yet.
    ///
    /// # Errors
    /// `catalog_damaged`, `home_unwritable`.
    pub async fn removed(&self) -> Result<Vec<Connection>> {
        let rows: Vec<String> = sqlx::query_scalar("SELECT body FROM connections WHERE removed_at IS NOT NULL")
            .fetch_all(&self.pool)
            .await
            .map_err(|e| error(&e))?;
        rows.iter().map(|body| parse(body)).collect()
    }

    /// Adds lines of history in one transaction.
    ///
    /// # Errors
    /// `catalog_damaged`, `home_unwritable`.
    pub async fn record_all(&self, lines: &[Event]) -> Result<()> {
        let mut tx = self.write().await?;
        for line in lines {
            events::append(&mut tx, line).await?;
        }
        commit(tx).await
    }

    /// Changes several connections in one transaction: all or none. Returns what was written, in the given order.
    ///
    /// # Errors
    /// `not_found` or `label_taken`, and nothing is changed.
    pub async fn update_many(&self, changes: Vec<(ConnectionId, Change)>) -> Result<Vec<Connection>> {
        let mut tx = self.write().await?;
        let mut written = Vec::with_capacity(changes.len());
        for (id, change) in changes {
            written.push(change_one(&mut tx, id, change, &self.due).await?);
        }
        commit(tx).await?;
        Ok(written)
    }

    /// Forgets a connection for good, with its aliases and marks. Its events stay. Purging nothing is fine.
    ///
    /// # Errors
    /// `catalog_damaged`, `home_unwritable`.
    pub async fn purge(&self, id: ConnectionId) -> Result<()> {
        let mut tx = self.write().await?;
        // Aliases and marks go by foreign key.
        sqlx::query("DELETE FROM connections WHERE id = ?")
            .bind(id.to_string())
            .execute(&mut *tx)
            .await
            .map_err(|e| error(&e))?;
        commit(tx).await
    }
}

/// Writes a row and everything indexed from it, over an older row of the same id.
pub(super) async fn store(conn: &mut SqliteConnection, connection: &Connection, due: &DueFn) -> Result<()> {
    let body = serde_json::to_string(connection).map_err(|e| Error::new(ErrorCode::Internal).detail(e))?;
    sqlx::query(
        "INSERT INTO connections (id, label_key, label, provider, removed_at, due_at, in_doubt_since, rules_version, body)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
         ON CONFLICT (id) DO UPDATE SET label_key = excluded.label_key, label = excluded.label,
             provider = excluded.provider, removed_at = excluded.removed_at, due_at = excluded.due_at,
             in_doubt_since = excluded.in_doubt_since, rules_version = excluded.rules_version, body = excluded.body",
    )
    .bind(connection.id.to_string())
    .bind(connection.label.key())
    .bind(connection.label.as_str())
    .bind(connection.provider.as_str())
    .bind(connection.removed_at.map(|at| at.timestamp_millis()))
    .bind(due(connection).map(|at| at.timestamp_millis()))
    .bind(connection.facts.in_doubt_since.map(|at| at.timestamp_millis()))
    .bind(RULES_VERSION)
    .bind(body)
    .execute(conn)
    .await
    .map_err(|e| error(&e))?;
    Ok(())
}

/// Whether another connection that is not removed has the label.
pub(super) async fn is_taken(conn: &mut SqliteConnection, label: &Label, id: ConnectionId) -> Result<bool> {
    let other: Option<i64> =
        sqlx::query_scalar("SELECT 1 FROM connections WHERE label_key = ? AND removed_at IS NULL AND id <> ?")
            .bind(label.key())
            .bind(id.to_string())
            .fetch_optional(conn)
            .await
            .map_err(|e| error(&e))?;
    Ok(other.is_some())
}

pub(super) fn parse(body: &str) -> Result<Connection> {
    let connection: Connection = serde_json::from_str(body).map_err(damaged)?;
    if connection.is_reckonable() { Ok(connection) } else { Err(damaged("a date, life or version out of range")) }
}

async fn load(conn: &mut SqliteConnection, id: ConnectionId) -> Result<Option<Connection>> {
    let body: Option<String> = sqlx::query_scalar("SELECT body FROM connections WHERE id = ?")
        .bind(id.to_string())
        .fetch_optional(conn)
        .await
        .map_err(|e| error(&e))?;
    body.as_deref().map(parse).transpose()
}

async fn refuse_taken(conn: &mut SqliteConnection, connection: &Connection) -> Result<()> {
    if connection.removed_at.is_none() && is_taken(conn, &connection.label, connection.id).await? {
        return Err(Error::new(ErrorCode::LabelTaken).with("label", connection.label.as_str()));
    }
    Ok(())
}

async fn change_one(conn: &mut SqliteConnection, id: ConnectionId, change: Change, due: &DueFn) -> Result<Connection> {
    let mut connection = load(conn, id).await?.ok_or(ErrorCode::NotFound)?;
    change(&mut connection);
    if connection.id != id {
        return Err(Error::new(ErrorCode::Internal).detail("a change tried to change the id"));
    }
    refuse_taken(conn, &connection).await?;
    store(conn, &connection, due).await?;
    Ok(connection)
}
