//! The thread that owns the keychain store. Jobs run in order; a job whose caller has stopped waiting still runs if it
//! writes. Never a tokio worker: the D-Bus client may block on a runtime of its own.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc;
use std::time::Duration;

use bulla_core::{ErrorCode, Result};
use keyring_core::CredentialStore;
use sha2::{Digest, Sha256};
use tokio::sync::oneshot;
use zeroize::Zeroizing;

use super::KeychainConfig;
use super::entry::Entries;
use super::fault::{Fault, fault_of};

/// Opens a keychain store. Called on the keychain's own thread.
pub type StoreBuilder = Box<dyn Fn() -> keyring_core::Result<Arc<CredentialStore>> + Send>;

pub(super) type Reply<T> = oneshot::Sender<Result<T>>;

/// Every value under one name, encoded as the keychain has it.
#[derive(Default)]
pub(super) struct Found(pub(super) Vec<Zeroizing<Vec<u8>>>);

impl Found {
    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// What is compared before a write, without keeping the values.
    pub(super) fn digests(&self) -> Vec<[u8; 32]> {
        let mut digests: Vec<[u8; 32]> = self.0.iter().map(|value| Sha256::digest(value).into()).collect();
        digests.sort_unstable();
        digests
    }
}

/// A write that happens only where `found` still is.
pub(super) struct Swap {
    pub(super) user: String,
    pub(super) found: Vec<[u8; 32]>,
    pub(super) value: Zeroizing<Vec<u8>>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Swapped {
    /// Written and read back.
    Written,
    /// Something else is there; nothing was written.
    Differs,
}

pub(super) enum Job {
    Get { user: String, reply: Reply<Found> },
    Put { user: String, value: Zeroizing<Vec<u8>>, reply: Reply<()> },
    Swap { swap: Swap, reply: Reply<Swapped> },
    Remove { user: String, reply: Reply<bool> },
}

/// The sending end. The thread ends when this is dropped and its jobs are done.
pub(super) struct Worker {
    jobs: mpsc::Sender<Job>,
    calls: Arc<AtomicU64>,
}

impl Worker {
    pub(super) fn start(service: String, build: StoreBuilder, config: &KeychainConfig) -> Self {
        let (jobs, queue) = mpsc::channel();
        let calls = Arc::new(AtomicU64::new(0));
        let entries = Entries { service, modifiers: config.modifiers, calls: Arc::clone(&calls) };
        let started = std::thread::Builder::new()
            .name("keychain".to_owned())
            .spawn(move || Bench { build, entries, store: None }.work(&queue));
        if started.is_err() {
            // The queue is gone with the thread, so every call says so.
            tracing::error!("no thread for the keychain");
        }
        Self { jobs, calls }
    }

    pub(super) fn calls(&self) -> u64 {
        self.calls.load(Ordering::Relaxed)
    }

    pub(super) async fn ask<T>(&self, job: impl FnOnce(Reply<T>) -> Job, wait: Duration) -> Result<T> {
        let (reply, answer) = oneshot::channel();
        self.jobs.send(job(reply)).map_err(|_| ErrorCode::KeychainUnavailable)?;
        match tokio::time::timeout(wait, answer).await {
            Ok(Ok(result)) => result,
            Ok(Err(_)) => Err(ErrorCode::KeychainUnavailable.into()),
            Err(_) => Err(ErrorCode::KeychainTimeout.into()),
        }
    }
}

struct Bench {
    build: StoreBuilder,
    entries: Entries,
    store: Option<Arc<CredentialStore>>,
}

impl Bench {
    fn work(mut self, queue: &mpsc::Receiver<Job>) {
        while let Ok(job) = queue.recv() {
            match job {
                Job::Get { user, reply } => {
                    // Nobody waits for it, and asking may put up one more prompt.
                    if !reply.is_closed() {
                        let _ = reply.send(self.run(|entries, store| entries.get(store, &user)));
                    }
                }
                Job::Put { user, value, reply } => {
                    let _ = reply.send(self.run(|entries, store| entries.put(store, &user, &value)));
                }
                Job::Swap { swap, reply } => {
                    let _ = reply.send(self.run(|entries, store| entries.swap(store, &swap)));
                }
                Job::Remove { user, reply } => {
                    let _ = reply.send(self.run(|entries, store| entries.remove(store, &user)));
                }
            }
        }
    }

    /// Runs a call, and once more on a new store when the old one turns out to be dead.
    fn run<T>(&mut self, call: impl Fn(&Entries, &CredentialStore) -> std::result::Result<T, Fault>) -> Result<T> {
        let had_store = self.store.is_some();
        match self.run_once(&call) {
            Err(Fault::Broken(_)) if had_store => self.run_once(&call).map_err(Fault::into_error),
            other => other.map_err(Fault::into_error),
        }
    }

    fn run_once<T>(
        &mut self,
        call: &impl Fn(&Entries, &CredentialStore) -> std::result::Result<T, Fault>,
    ) -> std::result::Result<T, Fault> {
        let store = match self.store.take() {
            Some(store) => store,
            None => guarded(|| (self.build)().map_err(|e| fault_of(&e)))?,
        };
        let answer = guarded(|| call(&self.entries, store.as_ref()));
        if !matches!(answer, Err(Fault::Broken(_))) {
            self.store = Some(store);
        }
        answer
    }
}

/// A store that panics, or that a panic has poisoned, is as good as dead.
fn guarded<T>(call: impl FnOnce() -> std::result::Result<T, Fault>) -> std::result::Result<T, Fault> {
    catch_unwind(AssertUnwindSafe(call)).unwrap_or_else(|_| Err(Fault::broken("the keychain client failed")))
}
