//! Making a new home, and opening the vault of one: its id, its kind of vault, and its own secrets.

use std::path::Path;
use std::sync::Arc;

use bulla_core::ports::Vault;
use bulla_core::{Error, ErrorCode, Result};
use bulla_seal::Identity;
use bulla_store::{FileVault, KeySource, KeychainVault, SqliteCatalog, VaultKey};
use uuid::Uuid;
use zeroize::Zeroizing;

use crate::VaultKind;
use crate::open::META_FINGERPRINT;

/// Names of the home's own secrets in the vault.
pub(crate) const IDENTITY: &str = "identity";
pub(crate) const JOURNAL_KEY: &str = "journal-key";

/// Names of the home's own facts in the catalog.
const META_HOME_ID: &str = "home_id";
const META_VAULT: &str = "vault";

/// A home's vault, opened.
pub(crate) struct OpenedVault {
    pub(crate) home_id: Uuid,
    pub(crate) kind: VaultKind,
    pub(crate) vault: Arc<dyn Vault>,
    pub(crate) key_source: Option<String>,
}

/// Opens the vault of a home, or makes it when the home is not `made` yet.
pub(crate) async fn open_vault(
    catalog: &SqliteCatalog,
    folder: &Path,
    wanted: Option<VaultKind>,
    made: bool,
) -> Result<OpenedVault> {
    let kind = vault_kind(catalog, wanted).await?;
    let home_id = home_id(catalog).await?;
    let (vault, key_source): (Arc<dyn Vault>, _) = match kind {
        VaultKind::Keychain => {
            let vault = KeychainVault::system(home_id, Arc::new(catalog.clone()));
            if !made {
                vault.initialise(true).await?;
            }
            (Arc::new(vault), None)
        }
        VaultKind::File => {
            let key = VaultKey::from_environment(folder, made || folder.join("vault.db").exists())?;
            (Arc::new(FileVault::open(folder, &key).await?), Some(key_words(key.source())))
        }
    };
    if !made {
        catalog.set_meta(META_VAULT, kind.as_str()).await?;
    }
    Ok(OpenedVault { home_id, kind, vault, key_source })
}

/// The new home's own secrets. The fingerprint in the catalog comes last: it says that the home is complete.
pub(crate) async fn make_secrets(catalog: &SqliteCatalog, vault: &dyn Vault) -> Result<()> {
    let identity = match vault.get_named(IDENTITY).await? {
        Some(bytes) => Identity::from_bytes(&bytes)?,
        None => {
            let identity = Identity::generate()?;
            vault.put_named(IDENTITY, &identity.to_bytes()).await?;
            identity
        }
    };
    if vault.get_named(JOURNAL_KEY).await?.is_none() {
        let mut key = Zeroizing::new([0u8; 32]);
        aws_lc_rs::rand::fill(&mut *key).map_err(|_| Error::new(ErrorCode::Internal).detail("no randomness"))?;
        vault.put_named(JOURNAL_KEY, &*key).await?;
    }
    catalog.set_meta(META_FINGERPRINT, identity.fingerprint().as_str()).await
}

async fn home_id(catalog: &SqliteCatalog) -> Result<Uuid> {
    match catalog.meta(META_HOME_ID).await? {
        Some(text) => Uuid::parse_str(&text).map_err(|_| ErrorCode::CatalogDamaged.into()),
        None => {
            let id = Uuid::new_v4();
            catalog.set_meta(META_HOME_ID, &id.to_string()).await?;
            Ok(id)
        }
    }
}

async fn vault_kind(catalog: &SqliteCatalog, wanted: Option<VaultKind>) -> Result<VaultKind> {
    match (catalog.meta(META_VAULT).await?, wanted) {
        (None, wanted) => Ok(wanted.unwrap_or(VaultKind::Keychain)),
        (Some(text), None) => text.parse(),
        (Some(text), Some(wanted)) if text == wanted.as_str() => Ok(wanted),
        (Some(text), Some(_)) => Err(Error::new(ErrorCode::HomeVaultKind).with("vault", text)),
    }
}

/// Where a file vault's key came from, as a person would look for it.
fn key_words(source: &KeySource) -> String {
    match source {
        KeySource::Environment => "ENCRYPTION_KEY".to_owned(),
        KeySource::Credential(path) | KeySource::File(path) | KeySource::HomeFile(path) | KeySource::Created(path) => {
            path.display().to_string()
        }
    }
}
