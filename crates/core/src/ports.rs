//! The outside, as traits that core owns: where credentials and facts live, who holds a lock, what a provider answers.

use std::time::Duration;

use async_trait::async_trait;
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use crate::{
    App, AppId, ClientSecret, Connection, ConnectionId, Credential, ErrorCode, Event, Exchange, Judgement, Parent, RawAnswer,
    ReadOutcome, RefreshToken, Result, Site, Stored,
};

/// What became of [`Vault::replace`].
#[derive(Debug, PartialEq)]
pub enum Replaced {
    /// The new credential is there and was read back.
    Stored,
    /// Somebody else's credential is there: it is returned and nothing was overwritten.
    Conflict(Box<Option<Stored>>),
}

/// Where credentials live. Implementations answer within a time limit; a late success still counts for them.
#[async_trait]
pub trait Vault: Send + Sync {
    /// Proves that the vault can be read and written now, before a single-use token is spent.
    async fn ready(&self) -> Result<()>;

    /// Whether the vault is known to be locked, found out without asking a person for anything. `None` when that
    /// cannot be told.
    async fn is_locked(&self) -> Option<bool> {
        None
    }

    /// The credential of a connection. `None` only when the vault is open and it really is not there.
    async fn get(&self, id: ConnectionId) -> Result<Option<Stored>>;

    /// Puts `new` in the place of what `parent` names (`None`: of nothing), and reads it back.
    /// Writing what is already there is `Stored`.
    async fn replace(&self, id: ConnectionId, parent: Option<Parent>, new: &Stored) -> Result<Replaced>;

    /// Erases the credential. Erasing nothing is fine.
    async fn remove(&self, id: ConnectionId) -> Result<()>;

    /// A named secret of the home itself, such as its identity.
    async fn get_named(&self, name: &str) -> Result<Option<Zeroizing<Vec<u8>>>>;

    /// Keeps a named secret of the home itself.
    async fn put_named(&self, name: &str, secret: &[u8]) -> Result<()>;

    /// Erases a named secret. Erasing nothing is fine.
    async fn remove_named(&self, name: &str) -> Result<()>;
}

/// A change of one connection's facts.
pub type Change = Box<dyn FnOnce(&mut Connection) + Send>;

/// Where facts live. Every write also keeps the index of what is due.
#[async_trait]
pub trait Catalog: Send + Sync {
    /// One connection, removed ones too.
    async fn get(&self, id: ConnectionId) -> Result<Option<Connection>>;

    /// All connections, removed ones too.
    async fn all(&self) -> Result<Vec<Connection>>;

    /// Adds a connection. `label_taken` when another one that is not removed has the label.
    async fn insert(&self, connection: &Connection) -> Result<()>;

    /// Reads, changes and writes in one transaction, and returns what was written.
    /// `not_found`, or `label_taken` when the change renames to a taken label.
    async fn update(&self, id: ConnectionId, change: Change) -> Result<Connection>;

    /// Adds a line of history.
    async fn record(&self, event: Event) -> Result<()>;
}

/// What a journal entry is about, written before the first irreversible step.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "intent", rename_all = "snake_case")]
pub enum Intent {
    /// One POST to a token endpoint. The attachment is the [`crate::TimedAnswer`].
    Renew {
        /// Whose token.
        connection: ConnectionId,
        /// What the new pair grows out of.
        parent: Parent,
    },
    /// A bundle is being written. No attachment; the catalog's custody says how far it got.
    HandOver {
        /// The bundle's id.
        bundle: String,
        /// Where the file goes. Its existence decides a crash.
        file: std::path::PathBuf,
        /// What is handed over.
        connections: Vec<ConnectionId>,
    },
    /// A verified bundle is being taken in. The attachment is its manifest.
    TakeIn {
        /// The bundle's id.
        bundle: String,
        /// What it brings.
        connections: Vec<ConnectionId>,
    },
}

impl Intent {
    /// The connections it concerns.
    #[must_use]
    pub fn connections(&self) -> &[ConnectionId] {
        match self {
            Self::Renew { connection, .. } => std::slice::from_ref(connection),
            Self::HandOver { connections, .. } | Self::TakeIn { connections, .. } => connections,
        }
    }
}

/// A journal entry's name.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct EntryId(pub String);

/// A journal entry that was begun and not finished.
#[derive(Debug)]
pub struct OpenEntry {
    /// Its name.
    pub id: EntryId,
    /// What it is about.
    pub intent: Intent,
    /// What was attached, if the process got that far.
    pub attachment: Option<Zeroizing<Vec<u8>>>,
}

/// The encrypted record of irreversible steps under way. Each call returns only when its bytes are durable.
#[async_trait]
pub trait Journal: Send + Sync {
    /// Writes an intent and reserves room for its attachment.
    async fn begin(&self, intent: &Intent) -> Result<EntryId>;

    /// Attaches bytes to an entry.
    async fn attach(&self, id: &EntryId, bytes: &[u8]) -> Result<()>;

    /// Ends an entry: everything it protected is durable elsewhere.
    async fn finish(&self, id: &EntryId) -> Result<()>;

    /// Entries that were begun and not finished, of one connection or of all. Cheap when there is none.
    async fn open_entries(&self, connection: Option<ConnectionId>) -> Result<Vec<OpenEntry>>;
}

/// Held until dropped, or until the process dies.
pub trait LeaseGuard: Send + Sync {}

/// The lock across processes, one per connection.
#[async_trait]
pub trait Leases: Send + Sync {
    /// Waits at most `wait` for the lease; `None` when somebody still has it.
    async fn acquire(&self, id: ConnectionId, wait: Duration) -> Result<Option<Box<dyn LeaseGuard>>>;
}

/// The apps that connections were consented to.
#[async_trait]
pub trait Apps: Send + Sync {
    /// Who the app is. `app_not_found`.
    async fn app(&self, id: AppId) -> Result<App>;

    /// What it proves itself with, if it has anything. A vault code, `keychain_entry_missing` when it should have one.
    async fn secret(&self, app: &App) -> Result<Option<ClientSecret>>;

    /// The provider does not take the app (or takes it again), as its token endpoint has just said.
    async fn judged(&self, id: AppId, refused: Option<ErrorCode>) -> Result<()>;
}

/// An API call made for a program.
#[derive(Debug, Clone)]
pub struct CallRequest {
    /// HTTP method.
    pub method: String,
    /// Path below the base address, with its query.
    pub path: String,
    /// JSON body, or none.
    pub body: Option<Vec<u8>>,
}

/// What an API call came back with, and what that says about the access token.
#[derive(Debug)]
pub struct CallAnswer {
    /// Status and body.
    pub raw: RawAnswer,
    /// The provider does not take this access token any more and a renewal may help.
    pub access_rejected: bool,
}

/// Remembers which connection keeps which tokens, by keyed hashes only, so that a pair is never kept twice.
#[async_trait]
pub trait Marks: Send + Sync {
    /// The connection keeps these tokens now, and no longer the ones before.
    async fn remember(&self, id: ConnectionId, credential: &Credential) -> Result<()>;
}

/// One kind of API.
#[async_trait]
pub trait Provider: Send + Sync {
    /// One POST to the token endpoint: no retry, no redirect. `secret` is the app's.
    async fn exchange(&self, site: Site<'_>, secret: Option<&ClientSecret>, refresh: &RefreshToken) -> Exchange;

    /// What an answer of the token endpoint means. Pure, so that start-up can judge a journalled answer again.
    fn judge(&self, answer: &RawAnswer) -> Judgement;

    /// A cheap read call with an access token or key: does it work, and whose is it?
    async fn read(&self, site: Site<'_>, token: &str) -> ReadOutcome;

    /// One API call for a program.
    async fn call(&self, site: Site<'_>, token: &str, request: &CallRequest) -> Result<CallAnswer>;
}
