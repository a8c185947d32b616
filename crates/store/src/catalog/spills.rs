//! Ciphertext that a keychain entry has no room for. The entry holds the key; nothing here opens it.

use async_trait::async_trait;
use bulla_core::Result;

use super::{SqliteCatalog, commit, error};
use crate::keychain::Spill;

#[async_trait]
impl Spill for SqliteCatalog {
    async fn put_spill(&self, owner: &str, key: &str, ciphertext: &[u8]) -> Result<()> {
        let mut tx = self.write().await?;
        sqlx::query("INSERT OR REPLACE INTO spills (owner, key, ciphertext) VALUES (?, ?, ?)")
            .bind(owner)
            .bind(key)
            .bind(ciphertext)
            .execute(&mut *tx)
            .await
            .map_err(|e| error(&e))?;
        commit(tx).await
    }

    async fn spill(&self, owner: &str, key: &str) -> Result<Option<Vec<u8>>> {
        sqlx::query_scalar("SELECT ciphertext FROM spills WHERE owner = ? AND key = ?")
            .bind(owner)
            .bind(key)
            .fetch_optional(&self.pool)
            .await
            .map_err(|e| error(&e))
    }

    async fn drop_spills_except(&self, owner: &str, keep: Option<&str>) -> Result<()> {
        let rows: i64 = sqlx::query_scalar("SELECT count(*) FROM spills WHERE owner = ?1 AND (?2 IS NULL OR key <> ?2)")
            .bind(owner)
            .bind(keep)
            .fetch_one(&self.pool)
            .await
            .map_err(|e| error(&e))?;
        // Nearly always there is nothing to drop, and a write would wake everybody who watches `changes`.
        if rows == 0 {
            return Ok(());
        }
        let mut tx = self.write().await?;
        sqlx::query("DELETE FROM spills WHERE owner = ?1 AND (?2 IS NULL OR key <> ?2)")
            .bind(owner)
            .bind(keep)
            .execute(&mut *tx)
            .await
            .map_err(|e| error(&e))?;
        commit(tx).await
    }
}
