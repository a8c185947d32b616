//! Opening a home: a data folder with an id, a role, a kind of vault and one identity.
//!
//! For a home that exists, opening makes no keychain call: its facts can be shown while the keychain is locked.

use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::sync::{Arc, OnceLock};

use bulla_core::ports::{Catalog, Change, Journal, Vault};
use bulla_core::{
    Clock, Connection, ConnectionId, Custody, CustodyKind, Error, ErrorCode, Fingerprint, Keeper, KeeperPorts, Result,
    SystemClock, next_step,
};
use bulla_seal::Identity;
use bulla_store::{DueFn, FileJournal, FileLeases, HomeLock, JournalKey, SqliteCatalog, prepare_folder, write_private};
use tokio::sync::{OnceCell, broadcast};
use uuid::Uuid;

use crate::Rest;
use crate::apps::KeptApps;
use crate::keys::{HomeKey, KeyedMarks};
use crate::make::{IDENTITY, OpenedVault, make_secrets, open_vault};

/// Where a home keeps credentials.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum VaultKind {
    /// The system's keychain.
    Keychain,
    /// A sealed file in the home, for servers, tests and machines without a keychain.
    File,
}

/// What a home is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// A person sits here.
    Desk,
    /// Programs are served here.
    Agent,
}

macro_rules! spelt {
    ($type:ident, $code:ident, $($variant:ident = $text:literal),+) => {
        impl $type {
            /// As options and views spell it.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $text),+ }
            }
        }
        impl FromStr for $type {
            type Err = Error;
            fn from_str(text: &str) -> Result<Self> {
                match text { $($text => Ok(Self::$variant),)+ _ => Err(ErrorCode::$code.into()) }
            }
        }
    };
}
spelt!(VaultKind, HomeVaultKind, Keychain = "keychain", File = "file");
spelt!(Role, HomeRole, Desk = "desk", Agent = "agent");

/// How to open a home.
#[derive(Debug, Clone)]
pub struct OpenConfig {
    /// The data folder.
    pub folder: PathBuf,
    /// Refuse another kind; for a new home, the kind to make.
    pub vault: Option<VaultKind>,
    /// Refuse another role.
    pub role: Option<Role>,
}

/// Something a window should draw again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Changed {
    /// One connection.
    Connection(ConnectionId),
    /// The list of servers.
    Servers,
    /// The list of apps.
    Apps,
    /// Whether the vault answers.
    Vault,
    /// More than is worth listing.
    Many,
}

/// An opened home.
#[derive(Clone)]
pub struct Home {
    pub(crate) inner: Arc<Inner>,
}

pub(crate) struct Inner {
    pub(crate) folder: PathBuf,
    pub(crate) id: Uuid,
    pub(crate) vault_kind: VaultKind,
    pub(crate) key_source: Option<String>,
    pub(crate) catalog: SqliteCatalog,
    pub(crate) vault: Arc<dyn Vault>,
    pub(crate) journal: Arc<FileJournal>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) keeper: Keeper,
    pub(crate) me: Fingerprint,
    identity: OnceCell<Identity>,
    pub(crate) marks: Arc<KeyedMarks>,
    pub(crate) apps: Arc<KeptApps>,
    pub(crate) changed: broadcast::Sender<Changed>,
    rest: Rest,
}

/// Says that the home in this folder is complete, without opening its catalog.
const MADE: &str = "home";

/// Names of the home's own facts in the catalog.
const META_ROLE: &str = "role";
pub(crate) const META_FINGERPRINT: &str = "fingerprint";
const META_DUE_RULES: &str = "due_rules";

/// The platform's data folder for Bulla.
#[must_use]
pub fn default_folder() -> PathBuf {
    directories::ProjectDirs::from("app", "", "bulla")
        .map_or_else(|| PathBuf::from(".bulla"), |dirs| dirs.data_dir().to_path_buf())
}

impl Home {
    /// Whether a home has been made in this folder. One whose vault could not be opened at first is not made yet.
    #[must_use]
    pub fn exists(folder: &Path) -> bool {
        folder.join(MADE).exists()
    }

    /// Opens the home in a folder, or makes a new one there.
    ///
    /// # Errors
    /// `home_vault_kind` and `home_role` for a contradiction, vault codes when a new home's secrets cannot be kept,
    /// `home_unwritable`, `home_newer`, `catalog_damaged`.
    pub async fn open(config: OpenConfig) -> Result<Self> {
        Self::open_with(config, Arc::new(SystemClock)).await
    }

    /// The same with another clock.
    #[cfg(feature = "test-hooks")]
    pub async fn open_at(config: OpenConfig, clock: Arc<dyn Clock>) -> Result<Self> {
        Self::open_with(config, clock).await
    }

    async fn open_with(config: OpenConfig, clock: Arc<dyn Clock>) -> Result<Self> {
        prepare_folder(&config.folder)?;
        let folder =
            std::fs::canonicalize(&config.folder).map_err(|error| Error::new(ErrorCode::HomeUnwritable).detail(error))?;
        let me = Arc::new(OnceLock::new());
        let catalog = SqliteCatalog::open(&folder, due_for(me.clone())).await?;
        let opened = match catalog.meta(META_FINGERPRINT).await? {
            Some(_) => open_vault(&catalog, &folder, config.vault, true).await?,
            None => {
                // One process makes the secrets of a new home; another that comes at the same moment waits here.
                let _lock = HomeLock::acquire(&folder).await?;
                let made = catalog.meta(META_FINGERPRINT).await?.is_some();
                let opened = open_vault(&catalog, &folder, config.vault, made).await?;
                if !made {
                    make_secrets(&catalog, opened.vault.as_ref()).await?;
                }
                opened
            }
        };
        if !Self::exists(&folder) {
            write_private(&folder.join(MADE), opened.home_id.to_string().as_bytes())?;
        }
        refuse_role(&catalog, config.role).await?;
        let fingerprint = catalog.meta(META_FINGERPRINT).await?.map(Fingerprint::new).ok_or(ErrorCode::CatalogDamaged)?;
        let fingerprint = me.get_or_init(|| fingerprint).clone();
        index_due(&catalog).await?;
        Self::assemble(folder, catalog, opened, fingerprint, clock)
    }

    fn assemble(
        folder: PathBuf,
        catalog: SqliteCatalog,
        opened: OpenedVault,
        me: Fingerprint,
        clock: Arc<dyn Clock>,
    ) -> Result<Self> {
        let key = Arc::new(HomeKey::new(opened.vault.clone()));
        let for_journal = key.clone();
        let fetch: JournalKey = Box::new(move || {
            let key = for_journal.clone();
            Box::pin(async move { key.get().await })
        });
        let journal = Arc::new(FileJournal::new(&folder, fetch)?);
        let marks = Arc::new(KeyedMarks::new(catalog.clone(), key));
        let apps = Arc::new(KeptApps::new(catalog.clone(), opened.vault.clone()));
        let ports = KeeperPorts {
            vault: opened.vault.clone(),
            catalog: Arc::new(catalog.clone()),
            journal: journal.clone(),
            leases: Arc::new(FileLeases::new(&folder)),
            apps: apps.clone(),
            marks: marks.clone(),
            clock: clock.clone(),
            provider: bulla_providers::provider,
            me: me.clone(),
        };
        let inner = Inner {
            folder,
            id: opened.home_id,
            vault_kind: opened.kind,
            key_source: opened.key_source,
            catalog,
            vault: opened.vault,
            journal,
            clock,
            keeper: Keeper::new(ports),
            me,
            identity: OnceCell::new(),
            marks,
            apps,
            changed: broadcast::channel(1024).0,
            rest: Rest::default(),
        };
        Ok(Self { inner: Arc::new(inner) })
    }

    /// Finishes what a crash or a locked keychain left begun, and erases what was removed more than seven days ago.
    /// Returns how much could not be finished yet.
    pub async fn settle(&self) -> Result<usize> {
        let mut left = 0;
        if !self.inner.journal.is_empty()? {
            left += self.settle_bundles().await?;
            left += self.keeper().settle().await?;
        }
        self.settle_receipts().await?;
        self.purge_removed().await?;
        Ok(left)
    }

    /// Whether this home serves people or programs; undecided homes are desks.
    pub async fn role(&self) -> Result<Role> {
        self.catalog().meta(META_ROLE).await?.map_or(Ok(Role::Desk), |text| text.parse())
    }

    /// Decides the role of a home that has none yet; refuses the other one.
    pub(crate) async fn be(&self, role: Role) -> Result<()> {
        refuse_role(self.catalog(), Some(role)).await?;
        self.catalog().set_meta(META_ROLE, role.as_str()).await
    }

    /// What this home is recognised by.
    #[must_use]
    pub fn fingerprint(&self) -> &Fingerprint {
        &self.inner.me
    }

    /// Where the key of a file vault came from, to be told once.
    #[must_use]
    pub fn key_source(&self) -> Option<&str> {
        self.inner.key_source.as_deref()
    }

    /// Tells when something changes in this process.
    #[must_use]
    pub fn subscribe(&self) -> broadcast::Receiver<Changed> {
        self.inner.changed.subscribe()
    }

    /// A number that grows with every write of any process to this home.
    pub async fn changes(&self) -> Result<i64> {
        self.catalog().changes().await
    }

    pub(crate) fn catalog(&self) -> &SqliteCatalog {
        &self.inner.catalog
    }

    pub(crate) fn keeper(&self) -> &Keeper {
        &self.inner.keeper
    }

    pub(crate) fn vault(&self) -> &dyn Vault {
        self.inner.vault.as_ref()
    }

    pub(crate) fn rest(&self) -> &Rest {
        &self.inner.rest
    }

    pub(crate) fn journal(&self) -> &dyn Journal {
        self.inner.journal.as_ref()
    }

    pub(crate) fn now(&self) -> chrono::DateTime<chrono::Utc> {
        self.inner.clock.now()
    }

    pub(crate) fn announce(&self, changed: Changed) {
        // Nobody listening is fine: the command line does not.
        let _ = self.inner.changed.send(changed);
    }

    /// This home's signing and opening keys, read from the vault on first use.
    pub(crate) async fn identity(&self) -> Result<&Identity> {
        self.inner
            .identity
            .get_or_try_init(|| async {
                let bytes = self.vault().get_named(IDENTITY).await?.ok_or(ErrorCode::KeychainEntryMissing)?;
                Identity::from_bytes(&bytes)
            })
            .await
    }

    /// Custody of what this home itself holds.
    pub(crate) async fn own_custody(&self) -> Result<Custody> {
        let (kind, name) = match self.role().await? {
            Role::Desk => (CustodyKind::Desk, self.name().await?),
            Role::Agent => (CustodyKind::Server, self.name().await?),
        };
        Ok(Custody::held_by(kind, name, self.inner.me.clone()))
    }
}

/// The due index counts only what this home holds itself.
fn due_for(me: Arc<OnceLock<Fingerprint>>) -> DueFn {
    Arc::new(move |connection| next_step(connection, me.get()?).map(|step| step.at))
}

/// Computes the due index again after the rules have changed: the catalog's own pass ran before it knew who it is.
async fn index_due(catalog: &SqliteCatalog) -> Result<()> {
    let rules = bulla_core::RULES_VERSION.to_string();
    if catalog.meta(META_DUE_RULES).await?.as_deref() == Some(&rules) {
        return Ok(());
    }
    let untouched =
        catalog.all().await?.into_iter().map(|connection| (connection.id, Box::new(|_: &mut Connection| {}) as Change));
    catalog.update_many(untouched.collect()).await?;
    catalog.set_meta(META_DUE_RULES, &rules).await
}

async fn refuse_role(catalog: &SqliteCatalog, wanted: Option<Role>) -> Result<()> {
    match (catalog.meta(META_ROLE).await?, wanted) {
        (Some(text), Some(wanted)) if text != wanted.as_str() => Err(Error::new(ErrorCode::HomeRole).with("role", text)),
        _ => Ok(()),
    }
}
