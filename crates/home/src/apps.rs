//! Apps as the keeper asks for them: the registration from the catalog, its secret from the vault.

use std::sync::Arc;

use async_trait::async_trait;
use bulla_core::ports::{Apps, Vault};
use bulla_core::{App, AppId, ClientSecret, Error, ErrorCode, Result};
use bulla_store::SqliteCatalog;

/// The apps of one home.
pub(crate) struct KeptApps {
    catalog: SqliteCatalog,
    vault: Arc<dyn Vault>,
}

impl KeptApps {
    pub(crate) fn new(catalog: SqliteCatalog, vault: Arc<dyn Vault>) -> Self {
        Self { catalog, vault }
    }
}

impl KeptApps {
    /// What an app proves itself with, if it has anything.
    pub(crate) async fn secret_of(&self, app: &App) -> Result<Option<ClientSecret>> {
        self.secret(app).await
    }
}

#[async_trait]
impl Apps for KeptApps {
    async fn app(&self, id: AppId) -> Result<App> {
        self.catalog.app(id).await?.ok_or_else(|| ErrorCode::AppNotFound.into())
    }

    async fn secret(&self, app: &App) -> Result<Option<ClientSecret>> {
        if !app.has_secret {
            return Ok(None);
        }
        let bytes = self.vault.get_named(&app.id.secret_name()).await?.ok_or(ErrorCode::KeychainEntryMissing)?;
        let text = std::str::from_utf8(&bytes).map_err(|_| Error::new(ErrorCode::VaultDamaged))?;
        Ok(Some(ClientSecret::new(text.to_owned())))
    }

    async fn judged(&self, id: AppId, refused: Option<ErrorCode>) -> Result<()> {
        let known = self.app(id).await?;
        if known.refused != refused {
            self.catalog.update_app(id, |app| app.refused = refused).await?;
        }
        Ok(())
    }
}
