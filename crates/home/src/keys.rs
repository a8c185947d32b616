//! The home's own key: it encrypts the journal, and keys the hashes by which a pair is recognised.

use std::sync::Arc;

use async_trait::async_trait;
use bulla_core::ports::{Marks, Vault};
use bulla_core::{ConnectionId, Credential, Error, ErrorCode, Result};
use bulla_store::SqliteCatalog;
use sha2::{Digest, Sha256};
use tokio::sync::OnceCell;
use zeroize::Zeroizing;

use crate::make::JOURNAL_KEY;

/// What two pairs are compared by without keeping either: hashes keyed by a secret of this home.
pub(crate) struct KeyedMarks {
    catalog: SqliteCatalog,
    key: Arc<HomeKey>,
}

impl KeyedMarks {
    pub(crate) fn new(catalog: SqliteCatalog, key: Arc<HomeKey>) -> Self {
        Self { catalog, key }
    }

    pub(crate) async fn of(&self, credential: &Credential) -> Result<Vec<String>> {
        let key = self.key.get().await?;
        Ok(match credential {
            Credential::Rotating { access, refresh, .. } | Credential::Reusable { access, refresh } => {
                vec![mark(&key, access.expose()), mark(&key, refresh.expose())]
            }
            Credential::Static { key: secret } => vec![mark(&key, secret.expose())],
        })
    }
}

#[async_trait]
impl Marks for KeyedMarks {
    async fn remember(&self, id: ConnectionId, credential: &Credential) -> Result<()> {
        self.catalog.set_marks(id, &self.of(credential).await?).await
    }
}

fn mark(key: &[u8; 32], token: &str) -> String {
    let digest = Sha256::new().chain_update(b"bulla/mark/v1\0").chain_update(key).chain_update(token.as_bytes()).finalize();
    digest[..16].iter().fold(String::with_capacity(32), |text, byte| text + &format!("{byte:02x}"))
}

/// The key of the encrypted journal, read from the vault when the first irreversible step needs it.
pub(crate) struct HomeKey {
    vault: Arc<dyn Vault>,
    key: OnceCell<Zeroizing<[u8; 32]>>,
}

impl HomeKey {
    pub(crate) fn new(vault: Arc<dyn Vault>) -> Self {
        Self { vault, key: OnceCell::new() }
    }

    pub(crate) async fn get(&self) -> Result<Zeroizing<[u8; 32]>> {
        let key = self.key.get_or_try_init(|| async {
            let bytes = self.vault.get_named(JOURNAL_KEY).await?.ok_or(ErrorCode::KeychainEntryMissing)?;
            let key: [u8; 32] = bytes.as_slice().try_into().map_err(|_| Error::new(ErrorCode::VaultDamaged))?;
            Ok::<_, Error>(Zeroizing::new(key))
        });
        key.await.cloned()
    }
}
