//! [`KeychainVault`]: one keychain entry per connection, changed by one write.
//!
//! Invariants:
//! * every name carries the home's id, so two homes never meet;
//! * a missing entry is believed only while the sentinel entry is seen; otherwise the keychain is locked;
//! * the keychain is called from one thread of its own, in order; a caller that stops waiting stops nothing;
//! * no error of a keychain store is printed: some hold the secret.

mod entry;
mod fault;
mod outside;
mod spill;
mod system;
#[cfg(test)]
mod test_chain;
#[cfg(test)]
mod tests;
mod worker;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use async_trait::async_trait;
use bulla_core::ports::{Replaced, Vault};
use bulla_core::{ConnectionId, ErrorCode, Parent, Result, Stored, Version};
use tokio::sync::{Mutex, oneshot};
use uuid::Uuid;
use zeroize::Zeroizing;

pub use spill::Spill;
pub use worker::StoreBuilder;

use entry::Entries;
use outside::Outside;
use spill::Spiller;
use worker::{Found, Job, Swap, Swapped, Worker};

/// The user name of the entry that tells "locked" from "gone".
const SENTINEL: &str = "sentinel";
const SENTINEL_VALUE: &[u8] = b"bulla";

/// How a platform's keychain is used.
#[derive(Debug, Clone)]
pub struct KeychainConfig {
    /// Values longer than this, in encoded bytes, go to the spill. `None`: the keychain has no limit.
    pub limit: Option<usize>,
    /// Values are kept as base64, for keychains that want text.
    pub base64: bool,
    /// What entries are built with, such as `("persistence", "Local")`.
    pub modifiers: &'static [(&'static str, &'static str)],
    /// Longest wait for a call while the keychain answers.
    pub quick: Duration,
    /// Longest wait for a call when a prompt may be up: the first one, and each one after a failure.
    pub patient: Duration,
    /// A write proved no longer ago than this spares [`Vault::ready`] its own.
    pub write_proof: Duration,
}

/// Credentials in the keychain of the signed-in user.
pub struct KeychainVault {
    worker: Arc<Worker>,
    outside: Outside,
    spiller: Spiller,
    config: KeychainConfig,
    /// The last call was answered, so no prompt is up.
    answering: AtomicBool,
    /// One replacement at a time in this process; leases keep other processes out.
    writing: Mutex<()>,
    write_proved: std::sync::Mutex<Option<Instant>>,
}

impl KeychainVault {
    /// The keychain of this computer, for the home with this id. Nothing is opened before the first call.
    #[must_use]
    pub fn system(home_id: Uuid, spill: Arc<dyn Spill>) -> Self {
        Self::seen_from(Outside::SYSTEM, home_id, spill, system::builder(), system::config())
    }

    /// Any keychain store. `build` is called on the keychain's own thread, again whenever the store has broken.
    #[must_use]
    pub fn new(home_id: Uuid, spill: Arc<dyn Spill>, build: StoreBuilder, config: KeychainConfig) -> Self {
        Self::seen_from(Outside::BLIND, home_id, spill, build, config)
    }

    fn seen_from(outside: Outside, home_id: Uuid, spill: Arc<dyn Spill>, build: StoreBuilder, config: KeychainConfig) -> Self {
        let entries = Entries { service: format!("bulla.{home_id}"), modifiers: config.modifiers, calls: Arc::default() };
        Self {
            worker: Arc::new(Worker::start(entries, build, outside)),
            outside,
            spiller: Spiller::new(home_id, spill, &config),
            config,
            answering: AtomicBool::new(false),
            writing: Mutex::new(()),
            write_proved: std::sync::Mutex::new(None),
        }
    }

    /// First call on a keychain. A `fresh` home, one that was never initialised, gets its sentinel; any other must
    /// find it. One call for a home that has one.
    ///
    /// # Errors
    /// `keychain_locked` when the sentinel of a home that is not fresh cannot be seen; else why the keychain does
    /// not answer.
    pub async fn initialise(&self, fresh: bool) -> Result<()> {
        if !self.get_raw(SENTINEL).await?.is_empty() {
            return Ok(());
        }
        if !fresh {
            return Err(ErrorCode::KeychainLocked.into());
        }
        self.put_sentinel().await?;
        if self.get_raw(SENTINEL).await?.is_empty() { Err(ErrorCode::KeychainLocked.into()) } else { Ok(()) }
    }

    /// How many calls the keychain has been asked so far, each of them a possible prompt.
    #[must_use]
    pub fn calls(&self) -> u64 {
        self.worker.calls()
    }

    async fn put_sentinel(&self) -> Result<()> {
        self.ask(|reply| Job::Put { user: SENTINEL.to_owned(), value: Zeroizing::new(SENTINEL_VALUE.to_vec()), reply }).await?;
        self.proved();
        Ok(())
    }

    /// Every value under a name: none, one, or several when a restored keychain has duplicates.
    async fn get_raw(&self, user: &str) -> Result<Found> {
        self.ask(|reply| Job::Get { user: user.to_owned(), reply }).await
    }

    /// The same, and nothing found is proved by the sentinel.
    async fn get_proved(&self, user: &str) -> Result<Found> {
        let found = self.get_raw(user).await?;
        if found.is_empty() {
            self.require_sentinel().await?;
        }
        Ok(found)
    }

    async fn require_sentinel(&self) -> Result<()> {
        if self.get_raw(SENTINEL).await?.is_empty() { Err(ErrorCode::KeychainLocked.into()) } else { Ok(()) }
    }

    /// Writes over exactly what was found before, and reads it back.
    async fn swap(&self, user: &str, found: &Found, version: Version, plain: &[u8]) -> Result<Swapped> {
        let draft = self.spiller.put(user, version, plain).await?;
        let swap = Swap { user: user.to_owned(), found: found.digests(), value: draft.value.clone() };
        let swapped = self.ask(|reply| Job::Swap { swap, reply }).await?;
        match swapped {
            Swapped::Written => {
                self.proved();
                // Rows left over are garbage; a failure here must not make a stored credential look lost.
                self.spiller.tidy(user, draft.row.as_deref()).await;
            }
            Swapped::Differs => {}
        }
        Ok(swapped)
    }

    async fn load(&self, id: ConnectionId) -> Result<(Found, Option<Stored>)> {
        let (found, plains) = self.load_plain(&user_of(id)).await?;
        let mut newest: Option<Stored> = None;
        for plain in plains {
            let stored = Stored::from_bytes(&plain)?;
            match &newest {
                Some(known) if known.version == stored.version && *known != stored => {
                    return Err(ErrorCode::VaultDamaged.into());
                }
                Some(known) if known.version >= stored.version => {}
                _ => newest = Some(stored),
            }
        }
        Ok((found, newest))
    }

    /// What is found under a name, as it is and in plain.
    async fn load_plain(&self, user: &str) -> Result<(Found, Vec<Zeroizing<Vec<u8>>>)> {
        let mut found = self.get_proved(user).await?;
        loop {
            let failure = match self.spiller.get_all(user, &found).await {
                Ok(plains) => return Ok((found, plains)),
                Err(failure) => failure,
            };
            // Another process may have flipped the entry, and dropped its old row, since it was read here.
            let again = self.get_proved(user).await?;
            if again.digests() == found.digests() {
                return Err(failure);
            }
            found = again;
        }
    }

    async fn ask<T: Send>(&self, job: impl FnOnce(worker::Reply<T>) -> Job) -> Result<T> {
        let wait = if self.answering.load(Ordering::Relaxed) { self.config.quick } else { self.config.patient };
        let answer = self.worker.ask(job, wait).await;
        if answer.as_ref().is_err_and(|error| error.code() == ErrorCode::KeychainTimeout) {
            self.look_outside(|_, worker| worker.relieve_orphan()).await;
        }
        self.answering.store(answer.is_ok(), Ordering::Relaxed);
        answer
    }

    /// Runs a look at the service on a thread of its own: the D-Bus client must not block a tokio worker.
    async fn look_outside<T: Send + 'static>(&self, look: impl FnOnce(Outside, &Worker) -> T + Send + 'static) -> Option<T> {
        let (tell, told) = oneshot::channel();
        let (outside, worker) = (self.outside, Arc::clone(&self.worker));
        let started = std::thread::Builder::new().spawn(move || tell.send(look(outside, &worker)));
        started.ok()?;
        told.await.ok()
    }

    fn proved(&self) {
        *self.write_proved.lock().unwrap_or_else(std::sync::PoisonError::into_inner) = Some(Instant::now());
    }

    fn is_write_proved(&self) -> bool {
        let proved = *self.write_proved.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        proved.is_some_and(|at| at.elapsed() < self.config.write_proof)
    }
}

#[async_trait]
impl Vault for KeychainVault {
    /// Reads the sentinel, and writes it again unless a write was proved within the last minute: one call or two.
    async fn ready(&self) -> Result<()> {
        self.require_sentinel().await?;
        if self.is_write_proved() { Ok(()) } else { self.put_sentinel().await }
    }

    async fn is_locked(&self) -> Option<bool> {
        let look = |outside: Outside, worker: &Worker| {
            worker.relieve_orphan();
            (outside.locked)()
        };
        self.look_outside(look).await.flatten()
    }

    async fn get(&self, id: ConnectionId) -> Result<Option<Stored>> {
        Ok(self.load(id).await?.1)
    }

    /// Nothing is written unless the entry is, at that moment and on the keychain's thread, what was compared with
    /// `parent`: a write that waited behind a prompt cannot undo a newer one.
    async fn replace(&self, id: ConnectionId, parent: Option<Parent>, new: &Stored) -> Result<Replaced> {
        let _one = self.writing.lock().await;
        let (found, current) = self.load(id).await?;
        if current.as_ref() == Some(new) {
            return Ok(Replaced::Stored);
        }
        if current.as_ref().map(Stored::as_parent) != parent {
            return Ok(Replaced::Conflict(Box::new(current)));
        }
        match self.swap(&user_of(id), &found, new.version, &new.to_bytes()).await? {
            Swapped::Written => Ok(Replaced::Stored),
            Swapped::Differs => Ok(Replaced::Conflict(Box::new(self.load(id).await?.1))),
        }
    }

    async fn remove(&self, id: ConnectionId) -> Result<()> {
        self.remove_named(&user_of(id)).await
    }

    async fn remove_named(&self, name: &str) -> Result<()> {
        let _one = self.writing.lock().await;
        let user = name.to_owned();
        let removed = self.ask(|reply| Job::Remove { user: user.clone(), reply }).await?;
        if removed {
            self.proved();
        } else {
            self.require_sentinel().await?;
        }
        self.spiller.tidy(&user, None).await;
        Ok(())
    }

    async fn get_named(&self, name: &str) -> Result<Option<Zeroizing<Vec<u8>>>> {
        let (_, mut plains) = self.load_plain(name).await?;
        let secret = plains.pop();
        // Nothing tells which of two is right.
        if plains.is_empty() { Ok(secret) } else { Err(ErrorCode::VaultDamaged.into()) }
    }

    async fn put_named(&self, name: &str, secret: &[u8]) -> Result<()> {
        let _one = self.writing.lock().await;
        let found = self.get_proved(name).await?;
        let version = Version { epoch: 0, generation: 0 };
        match self.swap(name, &found, version, secret).await? {
            Swapped::Written => Ok(()),
            Swapped::Differs => Err(ErrorCode::KeychainUnavailable.into()),
        }
    }
}

fn user_of(id: ConnectionId) -> String {
    format!("connection:{id}")
}
