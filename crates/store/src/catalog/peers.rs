//! Enrolled identities: servers of a desk, desks of a server.

use bulla_core::{Fingerprint, Result};
use chrono::{DateTime, Utc};

use super::{SqliteCatalog, commit, damaged, error, moment, read_moment};

/// An enrolled identity.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Peer {
    /// A person's name for it.
    pub name: String,
    /// What it is recognised by.
    pub fingerprint: Fingerprint,
    /// `desk` or `agent`.
    pub role: String,
    /// Its card as it was given.
    pub card: String,
    /// The words both sides showed.
    pub words: Vec<String>,
    /// The nonce the words were made with.
    pub nonce: String,
    /// When it was enrolled.
    pub added_at: DateTime<Utc>,
    /// When something signed by it was last seen.
    pub last_heard_at: Option<DateTime<Utc>>,
}

type Row = (String, String, String, String, String, String, String, Option<String>);

impl SqliteCatalog {
    /// Keeps a peer, in the place of one with the same fingerprint.
    ///
    /// # Errors
    /// `catalog_damaged`, `home_unwritable`.
    pub async fn put_peer(&self, peer: &Peer) -> Result<()> {
        let mut tx = self.write().await?;
        sqlx::query(
            "INSERT OR REPLACE INTO peers (fingerprint, name, role, card, words, nonce, added_at, last_heard_at)
             VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        )
        .bind(peer.fingerprint.as_str())
        .bind(&peer.name)
        .bind(&peer.role)
        .bind(&peer.card)
        .bind(serde_json::to_string(&peer.words).map_err(damaged)?)
        .bind(&peer.nonce)
        .bind(moment(peer.added_at))
        .bind(peer.last_heard_at.map(moment))
        .execute(&mut *tx)
        .await
        .map_err(|e| error(&e))?;
        commit(tx).await
    }

    /// All peers, in order of their names.
    ///
    /// # Errors
    /// `catalog_damaged`, `home_unwritable`.
    pub async fn peers(&self) -> Result<Vec<Peer>> {
        let rows: Vec<Row> = sqlx::query_as(
            "SELECT fingerprint, name, role, card, words, nonce, added_at, last_heard_at FROM peers ORDER BY name, fingerprint",
        )
        .fetch_all(&self.pool)
        .await
        .map_err(|e| error(&e))?;
        rows.into_iter().map(read).collect()
    }

    /// The peer with this fingerprint.
    ///
    /// # Errors
    /// `catalog_damaged`, `home_unwritable`.
    pub async fn peer(&self, fingerprint: &Fingerprint) -> Result<Option<Peer>> {
        let row: Option<Row> = sqlx::query_as(
            "SELECT fingerprint, name, role, card, words, nonce, added_at, last_heard_at FROM peers WHERE fingerprint = ?",
        )
        .bind(fingerprint.as_str())
        .fetch_optional(&self.pool)
        .await
        .map_err(|e| error(&e))?;
        row.map(read).transpose()
    }

    /// Notes that something signed by a peer was seen at `at`; an earlier moment than the known one changes nothing.
    ///
    /// # Errors
    /// `server_not_found` when there is no such peer.
    pub async fn heard(&self, fingerprint: &Fingerprint, at: DateTime<Utc>) -> Result<()> {
        let mut tx = self.write().await?;
        // Moments are written with a fixed number of digits in UTC, so their texts order as they do.
        let done = sqlx::query("UPDATE peers SET last_heard_at = max(coalesce(last_heard_at, ''), ?) WHERE fingerprint = ?")
            .bind(moment(at))
            .bind(fingerprint.as_str())
            .execute(&mut *tx)
            .await
            .map_err(|e| error(&e))?;
        if done.rows_affected() == 0 {
            return Err(bulla_core::ErrorCode::ServerNotFound.into());
        }
        commit(tx).await
    }
}

fn read((fingerprint, name, role, card, words, nonce, added_at, last_heard_at): Row) -> Result<Peer> {
    Ok(Peer {
        name,
        fingerprint: Fingerprint::new(fingerprint),
        role,
        card,
        words: serde_json::from_str(&words).map_err(damaged)?,
        nonce,
        added_at: read_moment(&added_at)?,
        last_heard_at: last_heard_at.as_deref().map(read_moment).transpose()?,
    })
}
