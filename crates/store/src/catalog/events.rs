//! The one event table. Each line carries a hash over itself and the line before, so that a cut or an edit shows.

use bulla_core::{ConnectionId, ErrorCode, Event, EventKind, Result};
use sha2::{Digest, Sha256};
use sqlx::SqliteConnection;

use super::{SqliteCatalog, damaged, due::read_id, error, moment, read_moment};
use crate::aead::hex;

type Row = (String, String, String, Option<String>, Option<String>, String);

impl SqliteCatalog {
    /// At most `limit` lines about a connection, the newest first.
    ///
    /// # Errors
    /// `catalog_damaged`, `home_unwritable`.
    pub async fn events(&self, id: ConnectionId, limit: u32) -> Result<Vec<Event>> {
        let rows: Vec<Row> = sqlx::query_as(
            "SELECT at, connection, kind, code, detail, chain FROM events WHERE connection = ? ORDER BY seq DESC LIMIT ?",
        )
        .bind(id.to_string())
        .bind(limit)
        .fetch_all(&self.pool)
        .await
        .map_err(|e| error(&e))?;
        rows.iter().map(read).collect()
    }

    /// At most `limit` lines about anything, the newest first.
    ///
    /// # Errors
    /// `catalog_damaged`, `home_unwritable`.
    pub async fn recent_events(&self, limit: u32) -> Result<Vec<Event>> {
        let rows: Vec<Row> =
            sqlx::query_as("SELECT at, connection, kind, code, detail, chain FROM events ORDER BY seq DESC LIMIT ?")
                .bind(limit)
                .fetch_all(&self.pool)
                .await
                .map_err(|e| error(&e))?;
        rows.iter().map(read).collect()
    }

    /// Walks the whole chain. The hash of the last line (empty without lines), or `None` when a line was changed,
    /// taken out or put in. Lines cut off at the end show only against a head that was kept elsewhere.
    ///
    /// # Errors
    /// `catalog_damaged`, `home_unwritable`.
    pub async fn event_head(&self) -> Result<Option<String>> {
        let rows: Vec<Row> = sqlx::query_as("SELECT at, connection, kind, code, detail, chain FROM events ORDER BY seq")
            .fetch_all(&self.pool)
            .await
            .map_err(|e| error(&e))?;
        let mut head = String::new();
        for (at, connection, kind, code, detail, chain) in &rows {
            head = link(&head, &[at, connection, kind], &[code.as_deref(), detail.as_deref()]);
            if head != *chain {
                return Ok(None);
            }
        }
        Ok(Some(head))
    }
}

/// Appends a line to the chain, inside the caller's transaction.
pub(super) async fn append(conn: &mut SqliteConnection, event: &Event) -> Result<()> {
    let last: Option<String> = sqlx::query_scalar("SELECT chain FROM events ORDER BY seq DESC LIMIT 1")
        .fetch_optional(&mut *conn)
        .await
        .map_err(|e| error(&e))?;
    let (at, connection, code) = (moment(event.at), event.connection.to_string(), event.code.map(ErrorCode::as_str));
    let chain =
        link(last.as_deref().unwrap_or_default(), &[&at, &connection, event.kind.as_str()], &[code, event.detail.as_deref()]);
    sqlx::query("INSERT INTO events (at, connection, kind, code, detail, chain) VALUES (?, ?, ?, ?, ?, ?)")
        .bind(at)
        .bind(connection)
        .bind(event.kind.as_str())
        .bind(code)
        .bind(event.detail.as_deref())
        .bind(chain)
        .execute(conn)
        .await
        .map_err(|e| error(&e))?;
    Ok(())
}

/// SHA-256 of the previous hash, a newline, and the line as a JSON list.
fn link(previous: &str, always: &[&str; 3], sometimes: &[Option<&str>; 2]) -> String {
    let line = serde_json::json!([always[0], always[1], always[2], sometimes[0], sometimes[1]]).to_string();
    hex(&Sha256::new().chain_update(previous).chain_update("\n").chain_update(line).finalize())
}

fn read((at, connection, kind, code, detail, _): &Row) -> Result<Event> {
    let kind = EventKind::ALL.iter().find(|known| known.as_str() == kind).ok_or_else(|| damaged(kind))?;
    let code = match code {
        None => None,
        Some(text) => Some(*ErrorCode::ALL.iter().find(|known| known.as_str() == text).ok_or_else(|| damaged(text))?),
    };
    Ok(Event { at: read_moment(at)?, connection: read_id(connection)?, kind: *kind, code, detail: detail.clone() })
}
