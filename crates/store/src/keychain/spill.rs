//! Values too long for an entry: the ciphertext goes to a row beside it under a key of its own, then the entry is
//! flipped, by one write, to name the row and hold the key. Before the flip the old entry still names the old row;
//! throwing the key away erases the old value.

use std::sync::Arc;

use async_trait::async_trait;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bulla_core::{ErrorCode, Result, Version};
use serde::{Deserialize, Serialize};
use uuid::Uuid;
use zeroize::Zeroizing;

use super::KeychainConfig;
use super::worker::Found;
use crate::aead;

/// Where ciphertext that is too long for a keychain entry is kept.
#[async_trait]
pub trait Spill: Send + Sync {
    /// Keeps a row, durable on return.
    async fn put_spill(&self, owner: &str, key: &str, ciphertext: &[u8]) -> Result<()>;

    /// A row.
    async fn spill(&self, owner: &str, key: &str) -> Result<Option<Vec<u8>>>;

    /// Drops an owner's rows but the one in use.
    async fn drop_spills_except(&self, owner: &str, keep: Option<&str>) -> Result<()>;
}

/// What an entry holds in the place of a long value. Told from a value by its first field.
#[derive(Serialize, Deserialize)]
struct Pointer<'a> {
    bulla_spill: u8,
    row: Uuid,
    version: Version,
    key: &'a str,
}

const POINTER: &[u8] = b"{\"bulla_spill\":";

/// A value ready for its entry.
pub(super) struct Draft {
    pub(super) value: Zeroizing<Vec<u8>>,
    /// The row it names, if it is a pointer.
    pub(super) row: Option<String>,
}

pub(super) struct Spiller {
    home_id: Uuid,
    rows: Arc<dyn Spill>,
    limit: Option<usize>,
    base64: bool,
}

impl Spiller {
    pub(super) fn new(home_id: Uuid, rows: Arc<dyn Spill>, config: &KeychainConfig) -> Self {
        Self { home_id, rows, limit: config.limit, base64: config.base64 }
    }

    /// What to write into the entry; its row, if it needs one, is durable on return.
    pub(super) async fn put(&self, user: &str, version: Version, plain: &[u8]) -> Result<Draft> {
        let value = self.encode(plain);
        if self.limit.is_none_or(|limit| value.len() <= limit) {
            return Ok(Draft { value, row: None });
        }
        let (row, key) = (Uuid::new_v4(), aead::random_key()?);
        let ciphertext = aead::seal(&key, &self.identity(user, version, row), plain)?;
        let row_name = row.to_string();
        self.rows.put_spill(user, &row_name, &ciphertext).await?;
        let key = Zeroizing::new(STANDARD.encode(*key));
        let pointer = Pointer { bulla_spill: 1, row, version, key: &key };
        let mut json = Zeroizing::new(Vec::with_capacity(512));
        serde_json::to_writer(&mut *json, &pointer).map_err(|_| ErrorCode::Internal)?;
        Ok(Draft { value: self.encode(&json), row: Some(row_name) })
    }

    /// The values that entries of one name hold or point to.
    pub(super) async fn get_all(&self, user: &str, found: &Found) -> Result<Vec<Zeroizing<Vec<u8>>>> {
        let mut plains = Vec::new();
        for value in &found.0 {
            plains.push(self.get(user, value).await?);
        }
        Ok(plains)
    }

    async fn get(&self, user: &str, value: &[u8]) -> Result<Zeroizing<Vec<u8>>> {
        let plain = self.decode(value)?;
        if !plain.starts_with(POINTER) {
            return Ok(plain);
        }
        let damaged = ErrorCode::VaultDamaged;
        let pointer: Pointer<'_> = serde_json::from_slice(&plain).map_err(|_| damaged)?;
        if pointer.bulla_spill != 1 {
            return Err(ErrorCode::HomeNewer.into());
        }
        let bytes = Zeroizing::new(STANDARD.decode(pointer.key).map_err(|_| damaged)?);
        let key = Zeroizing::new(<[u8; 32]>::try_from(bytes.as_slice()).map_err(|_| damaged)?);
        let row = self.rows.spill(user, &pointer.row.to_string()).await?.ok_or(damaged)?;
        let identity = self.identity(user, pointer.version, pointer.row);
        aead::open(&key, &identity, &row).ok_or_else(|| damaged.into())
    }

    /// Drops rows that no entry names any more. Best effort: what stays is ciphertext without a key.
    pub(super) async fn tidy(&self, user: &str, keep: Option<&str>) {
        if self.limit.is_some() && self.rows.drop_spills_except(user, keep).await.is_err() {
            tracing::warn!("old spill rows stay until the next write");
        }
    }

    fn identity(&self, user: &str, version: Version, row: Uuid) -> Vec<u8> {
        let (home, row) = (self.home_id.to_string(), row.to_string());
        let (epoch, generation) = (version.epoch.to_string(), version.generation.to_string());
        aead::identity(&["bulla spill 1", &home, user, &epoch, &generation, &row])
    }

    fn encode(&self, plain: &[u8]) -> Zeroizing<Vec<u8>> {
        Zeroizing::new(if self.base64 { STANDARD.encode(plain).into_bytes() } else { plain.to_vec() })
    }

    fn decode(&self, value: &[u8]) -> Result<Zeroizing<Vec<u8>>> {
        let plain = if self.base64 { STANDARD.decode(value).map_err(|_| ErrorCode::VaultDamaged)? } else { value.to_vec() };
        Ok(Zeroizing::new(plain))
    }
}
