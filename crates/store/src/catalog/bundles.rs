//! Bundles this home has written, and bundles it has opened.

use bulla_core::{Connection, ConnectionId, Error, ErrorCode, Fingerprint, Label, Result, Version};
use chrono::{DateTime, Utc};
use sqlx::SqliteConnection;

use super::{SqliteCatalog, commit, connections, damaged, error, moment, read_moment};

/// A bundle this home has written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SentBundleRow {
    /// The bundle's id.
    pub id: String,
    /// For whom it is sealed.
    pub recipient: Fingerprint,
    /// SHA-256 of the file, hexadecimal.
    pub sha256: String,
    /// Where the file was written.
    pub path: String,
    /// After this moment no receiver opens it.
    pub expires: DateTime<Utc>,
    /// What it carries.
    pub connections: Vec<(ConnectionId, Version)>,
    /// `sent`, `confirmed`, `recalled` or `void`.
    pub state: String,
}

/// A bundle this home has opened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SeenBundleRow {
    /// The bundle's id.
    pub id: String,
    /// SHA-256 of the file, hexadecimal.
    pub sha256: String,
    /// Who signed it.
    pub sender: Fingerprint,
    /// When it was taken in.
    pub opened_at: DateTime<Utc>,
    /// After this moment, plus skew, it would be refused anyway.
    pub expires: DateTime<Utc>,
    /// The receipt that was signed for it.
    pub receipt: String,
}

impl SqliteCatalog {
    /// Keeps what was sent, in the place of a row with the same id.
    ///
    /// # Errors
    /// `catalog_damaged`, `home_unwritable`.
    pub async fn put_sent(&self, bundle: &SentBundleRow) -> Result<()> {
        let mut tx = self.write().await?;
        sqlx::query(
            "INSERT OR REPLACE INTO sent_bundles (id, recipient, sha256, path, expires, connections, state)
             VALUES (?, ?, ?, ?, ?, ?, ?)",
        )
        .bind(&bundle.id)
        .bind(bundle.recipient.as_str())
        .bind(&bundle.sha256)
        .bind(&bundle.path)
        .bind(moment(bundle.expires))
        .bind(serde_json::to_string(&bundle.connections).map_err(damaged)?)
        .bind(&bundle.state)
        .execute(&mut *tx)
        .await
        .map_err(|e| error(&e))?;
        commit(tx).await
    }

    /// A bundle this home has written.
    ///
    /// # Errors
    /// `catalog_damaged`, `home_unwritable`.
    pub async fn sent(&self, id: &str) -> Result<Option<SentBundleRow>> {
        type Row = (String, String, String, String, String, String, String);
        let row: Option<Row> =
            sqlx::query_as("SELECT id, recipient, sha256, path, expires, connections, state FROM sent_bundles WHERE id = ?")
                .bind(id)
                .fetch_optional(&self.pool)
                .await
                .map_err(|e| error(&e))?;
        let Some((id, recipient, sha256, path, expires, connections, state)) = row else { return Ok(None) };
        Ok(Some(SentBundleRow {
            id,
            recipient: Fingerprint::new(recipient),
            sha256,
            path,
            expires: read_moment(&expires)?,
            connections: serde_json::from_str(&connections).map_err(damaged)?,
            state,
        }))
    }

    /// The ids of bundles this home has written that are in a state.
    ///
    /// # Errors
    /// `catalog_damaged`, `home_unwritable`.
    pub async fn sent_in_state(&self, state: &str) -> Result<Vec<String>> {
        sqlx::query_scalar("SELECT id FROM sent_bundles WHERE state = ?")
            .bind(state)
            .fetch_all(&self.pool)
            .await
            .map_err(|e| error(&e))
    }

    /// Changes the state of a bundle this home has written.
    ///
    /// # Errors
    /// `receipt_unknown` when there is no such bundle.
    pub async fn set_sent_state(&self, id: &str, state: &str) -> Result<()> {
        let mut tx = self.write().await?;
        let done = sqlx::query("UPDATE sent_bundles SET state = ? WHERE id = ?")
            .bind(state)
            .bind(id)
            .execute(&mut *tx)
            .await
            .map_err(|e| error(&e))?;
        if done.rows_affected() == 0 {
            return Err(ErrorCode::ReceiptUnknown.into());
        }
        commit(tx).await
    }

    /// A bundle this home has opened.
    ///
    /// # Errors
    /// `catalog_damaged`, `home_unwritable`.
    pub async fn seen(&self, id: &str) -> Result<Option<SeenBundleRow>> {
        type Row = (String, String, String, String, String, String);
        let row: Option<Row> =
            sqlx::query_as("SELECT id, sha256, sender, opened_at, expires, receipt FROM seen_bundles WHERE id = ?")
                .bind(id)
                .fetch_optional(&self.pool)
                .await
                .map_err(|e| error(&e))?;
        let Some((id, sha256, sender, opened_at, expires, receipt)) = row else { return Ok(None) };
        Ok(Some(SeenBundleRow {
            id,
            sha256,
            sender: Fingerprint::new(sender),
            opened_at: read_moment(&opened_at)?,
            expires: read_moment(&expires)?,
            receipt,
        }))
    }

    /// The receipt of the bundle whose file has this SHA-256, if it was opened here.
    ///
    /// # Errors
    /// `catalog_damaged`, `home_unwritable`.
    pub async fn receipt_of(&self, sha256: &str) -> Result<Option<String>> {
        sqlx::query_scalar("SELECT receipt FROM seen_bundles WHERE sha256 = ?")
            .bind(sha256)
            .fetch_optional(&self.pool)
            .await
            .map_err(|e| error(&e))
    }

    /// Writes every connection of an opened bundle, over rows of the same ids, and records the bundle: all or
    /// nothing. A taken label gets " (2)", " (3)" and so on; aliases stay as they are. Returns what was written.
    ///
    /// # Errors
    /// `bundle_seen` when it was recorded before; then nothing is changed.
    pub async fn take_in(&self, connections: &[Connection], seen: &SeenBundleRow) -> Result<Vec<Connection>> {
        let mut tx = self.write().await?;
        let mut written = Vec::with_capacity(connections.len());
        for connection in connections {
            let mut connection = connection.clone();
            if connection.removed_at.is_none() {
                connection.label = free_label(&mut tx, &connection).await?;
            }
            connections::store(&mut tx, &connection, &self.due).await?;
            written.push(connection);
        }
        record_seen(&mut tx, seen).await?;
        commit(tx).await?;
        Ok(written)
    }
}

async fn record_seen(conn: &mut SqliteConnection, seen: &SeenBundleRow) -> Result<()> {
    let done = sqlx::query(
        "INSERT OR IGNORE INTO seen_bundles (id, sha256, sender, opened_at, expires, receipt) VALUES (?, ?, ?, ?, ?, ?)",
    )
    .bind(&seen.id)
    .bind(&seen.sha256)
    .bind(seen.sender.as_str())
    .bind(moment(seen.opened_at))
    .bind(moment(seen.expires))
    .bind(&seen.receipt)
    .execute(conn)
    .await
    .map_err(|e| error(&e))?;
    if done.rows_affected() == 0 {
        return Err(ErrorCode::BundleSeen.into());
    }
    Ok(())
}

async fn free_label(conn: &mut SqliteConnection, connection: &Connection) -> Result<Label> {
    let wanted = &connection.label;
    if !connections::is_taken(conn, wanted, connection.id).await? {
        return Ok(wanted.clone());
    }
    for number in 2..=u32::from(u16::MAX) {
        let suffix = format!(" ({number})");
        let room = Label::MAX_CHARS - suffix.len();
        let stem: String = wanted.as_str().chars().take(room).collect();
        let label = Label::parse(&format!("{}{suffix}", stem.trim_end()))?;
        if !connections::is_taken(conn, &label, connection.id).await? {
            return Ok(label);
        }
    }
    Err(Error::new(ErrorCode::LabelTaken).with("label", wanted.as_str()))
}
