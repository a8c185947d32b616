//! The index of what is due.

use bulla_core::{ConnectionId, RULES_VERSION, Result};
use chrono::{DateTime, Utc};

use super::{SqliteCatalog, commit, connections, damaged, error};

impl SqliteCatalog {
    /// At most `limit` connections that are due at or before `before`, the longest due first.
    ///
    /// # Errors
    /// `catalog_damaged`, `home_unwritable`.
    pub async fn due(&self, before: DateTime<Utc>, limit: u32) -> Result<Vec<ConnectionId>> {
        let ids: Vec<String> = sqlx::query_scalar("SELECT id FROM connections WHERE due_at <= ? ORDER BY due_at, id LIMIT ?")
            .bind(before.timestamp_millis())
            .bind(limit)
            .fetch_all(&self.pool)
            .await
            .map_err(|e| error(&e))?;
        ids.iter().map(|id| read_id(id)).collect()
    }

    /// When the next connection is due; `None` when none ever is.
    ///
    /// # Errors
    /// `catalog_damaged`, `home_unwritable`.
    pub async fn next_due(&self) -> Result<Option<DateTime<Utc>>> {
        let ms: Option<i64> = sqlx::query_scalar("SELECT min(due_at) FROM connections WHERE due_at IS NOT NULL")
            .fetch_one(&self.pool)
            .await
            .map_err(|e| error(&e))?;
        ms.map(|ms| DateTime::from_timestamp_millis(ms).ok_or_else(|| damaged("due_at"))).transpose()
    }

    /// Computes what other rules have computed again.
    pub(super) async fn recompute_due(&self) -> Result<()> {
        let stale = "SELECT body FROM connections WHERE rules_version <> ?";
        let found: Option<String> =
            sqlx::query_scalar(stale).bind(RULES_VERSION).fetch_optional(&self.pool).await.map_err(|e| error(&e))?;
        if found.is_none() {
            return Ok(());
        }
        let mut tx = self.write().await?;
        let bodies: Vec<String> =
            sqlx::query_scalar(stale).bind(RULES_VERSION).fetch_all(&mut *tx).await.map_err(|e| error(&e))?;
        for body in bodies {
            connections::store(&mut tx, &connections::parse(&body)?, &self.due).await?;
        }
        commit(tx).await
    }
}

pub(super) fn read_id(text: &str) -> Result<ConnectionId> {
    text.parse().map(ConnectionId).map_err(damaged)
}
