//! The one part that refreshes. Front ends send it requests; nothing else ever posts to a token endpoint.
//!
//! Whoever changes a credential first takes [`Keeper::exclusive`]: an in-process lock and a lease across processes,
//! held over read, exchange and durable write. Every exchange runs in a task of its own, so that a caller who goes
//! away cannot drop an answer that is on its way.

mod access;
mod lessons;
mod reading;
mod renewal;
mod settling;

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use chrono::{DateTime, Utc};
use tokio::sync::{OwnedMutexGuard, broadcast};

use crate::ports::{Apps, Catalog, Journal, LeaseGuard, Leases, Marks, Provider, Vault};
use crate::{
    App, Clock, Connection, ConnectionId, CredentialKind, Error, ErrorCode, Event, Failure, Fingerprint, HealthReport,
    ProviderKind, Result, StepKind, Stored, Thresholds, Version, health, next_step, schedule::backoff_jitter,
};

pub use access::{Ask, Handout};
pub use renewal::{Renewal, RenewalReason};

/// What a keeper works with.
#[derive(Clone)]
pub struct KeeperPorts {
    /// Where credentials live.
    pub vault: Arc<dyn Vault>,
    /// Where facts live.
    pub catalog: Arc<dyn Catalog>,
    /// Where irreversible steps are written first.
    pub journal: Arc<dyn Journal>,
    /// The lock across processes.
    pub leases: Arc<dyn Leases>,
    /// The apps that connections were consented to.
    pub apps: Arc<dyn Apps>,
    /// Who keeps which tokens.
    pub marks: Arc<dyn Marks>,
    /// The one clock.
    pub clock: Arc<dyn Clock>,
    /// The kinds of API.
    pub provider: fn(ProviderKind) -> Arc<dyn Provider>,
    /// This home's identity: the custodian it may act as.
    pub me: Fingerprint,
}

/// The keeper of one home. Cheap to clone; clones share their locks.
#[derive(Clone)]
pub struct Keeper {
    ports: KeeperPorts,
    shared: Arc<Shared>,
}

struct Shared {
    alone: Mutex<HashMap<ConnectionId, Arc<tokio::sync::Mutex<()>>>>,
    renewing: Mutex<HashMap<ConnectionId, u32>>,
    /// Pairs whose answer is in the journal and not yet in the vault: served from memory meanwhile.
    unstored: Mutex<HashMap<ConnectionId, Stored>>,
    changed: broadcast::Sender<ConnectionId>,
}

/// The right to change one connection's credential, until dropped.
pub struct Exclusive {
    _flight: OwnedMutexGuard<()>,
    _lease: Box<dyn LeaseGuard>,
}

/// Longer than the longest exchange, so that a waiter sees its result.
const LEASE_WAIT: Duration = Duration::from_mins(2);

impl Keeper {
    /// A keeper over these ports.
    #[must_use]
    pub fn new(ports: KeeperPorts) -> Self {
        let shared = Shared {
            alone: Mutex::default(),
            renewing: Mutex::default(),
            unstored: Mutex::default(),
            changed: broadcast::channel(1024).0,
        };
        Self { ports, shared: Arc::new(shared) }
    }

    /// This home's identity.
    #[must_use]
    pub fn me(&self) -> &Fingerprint {
        &self.ports.me
    }

    /// The present moment.
    #[must_use]
    pub fn now(&self) -> DateTime<Utc> {
        self.ports.clock.now()
    }

    /// Ids of connections whose facts have changed, as they change.
    #[must_use]
    pub fn subscribe(&self) -> broadcast::Receiver<ConnectionId> {
        self.shared.changed.subscribe()
    }

    /// Tells whoever listens that a connection's facts have changed.
    pub fn announce(&self, id: ConnectionId) {
        // Nobody listening is fine: the command line does not.
        let _ = self.shared.changed.send(id);
    }

    /// Waits for the right to change this connection's credential.
    ///
    /// # Errors
    /// `busy` when somebody holds it for two minutes.
    pub async fn exclusive(&self, id: ConnectionId) -> Result<Exclusive> {
        let alone = lock(&self.shared.alone).entry(id).or_default().clone();
        let flight = alone.lock_owned().await;
        match self.ports.leases.acquire(id, LEASE_WAIT).await? {
            Some(lease) => Ok(Exclusive { _flight: flight, _lease: lease }),
            None => Err(ErrorCode::Busy.into()),
        }
    }

    /// Does what is due for a connection by itself: check, renew or probe. Not yet due is fine.
    pub async fn step(&self, id: ConnectionId) -> Result<()> {
        let connection = self.connection(id).await?;
        let done = self.take_step(&connection).await;
        if let Err(error) = &done
            && error.code().is_credential_gone()
        {
            self.put_off(&connection, error).await?;
        }
        done
    }

    async fn take_step(&self, connection: &Connection) -> Result<()> {
        let id = connection.id;
        let Some(step) = next_step(connection, self.me()).filter(|step| step.at <= self.now()) else { return Ok(()) };
        match step.kind {
            StepKind::Check => {
                let checked = self.test(id).await?;
                let due_now =
                    next_step(&checked, self.me()).is_some_and(|next| next.kind == StepKind::Renew && next.at <= self.now());
                if due_now {
                    self.renew(id, RenewalReason::Scheduled).await?;
                }
            }
            StepKind::Renew | StepKind::Probe => {
                self.renew(id, RenewalReason::Scheduled).await?;
            }
        }
        Ok(())
    }

    /// A credential that is gone stays gone: it is said, and looked for again with the back-off's rhythm.
    async fn put_off(&self, connection: &Connection, error: &Error) -> Result<()> {
        let failure = self.failure(error);
        let jitter = backoff_jitter(connection.id, connection.facts.failures);
        self.observe(connection.id, connection.version, move |c| c.facts.went_wrong(failure, None, jitter)).await?;
        Ok(())
    }

    /// The health of a connection now.
    #[must_use]
    pub fn health(&self, connection: &Connection, thresholds: &Thresholds) -> HealthReport {
        let renewing = lock(&self.shared.renewing).contains_key(&connection.id);
        health(connection, self.me(), thresholds, renewing, self.now())
    }

    /// A connection that has not been removed.
    async fn connection(&self, id: ConnectionId) -> Result<Connection> {
        let found = self.ports.catalog.get(id).await?;
        found.filter(|connection| connection.removed_at.is_none()).ok_or_else(|| ErrorCode::NotFound.into())
    }

    /// The app a connection was consented to, if its provider has such.
    async fn app(&self, connection: &Connection) -> Result<Option<App>> {
        match connection.app {
            Some(id) => self.ports.apps.app(id).await.map(Some),
            None => Ok(None),
        }
    }

    /// The credential of a connection: from memory while the vault could not take it, else from the vault.
    async fn stored(&self, id: ConnectionId) -> Result<Stored> {
        if let Some(stored) = lock(&self.shared.unstored).get(&id) {
            return Ok(stored.clone());
        }
        self.ports.vault.get(id).await?.ok_or_else(|| ErrorCode::KeychainEntryMissing.into())
    }

    /// Changes the facts of a connection if it still has the version they were observed on.
    async fn observe(
        &self,
        id: ConnectionId,
        version: Version,
        change: impl FnOnce(&mut Connection) + Send + 'static,
    ) -> Result<Connection> {
        let changed = self
            .ports
            .catalog
            .update(
                id,
                Box::new(move |connection| {
                    if connection.version == version {
                        change(connection);
                    }
                }),
            )
            .await?;
        self.announce(id);
        Ok(changed)
    }

    /// Adds a line of history. History is worth less than what it tells of: a failure here is only logged.
    async fn record(&self, event: Event) {
        if let Err(error) = self.ports.catalog.record(event).await {
            tracing::warn!(%error, "a line of history could not be written");
        }
    }

    fn failure(&self, error: &Error) -> Failure {
        Failure { code: error.code(), at: self.now(), detail: error.detail_text().map(str::to_owned) }
    }
}

fn reauthorization_required(connection: &Connection, reason: ErrorCode) -> Error {
    Error::new(ErrorCode::ReauthorizationRequired).with("label", connection.label.as_str()).with("reason", reason)
}

fn is_static(connection: &Connection) -> bool {
    connection.kind == CredentialKind::Static
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
