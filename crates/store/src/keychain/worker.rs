//! The thread that owns the keychain store. Jobs run in order; a job whose caller has stopped waiting still runs if it
//! writes. Never a tokio worker: the D-Bus client may block on a runtime of its own.
//!
//! A call can wait for ever: for an answer to a prompt of a service that has died meanwhile. Then a new thread takes
//! over, and the old one does nothing more, should it ever come back.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use bulla_core::{ErrorCode, Result};
use keyring_core::CredentialStore;
use sha2::{Digest, Sha256};
use tokio::sync::oneshot;
use zeroize::Zeroizing;

use super::entry::Entries;
use super::fault::{Fault, fault_of};
use super::outside::Outside;

/// Opens a keychain store. Called on the keychain's own thread.
pub type StoreBuilder = Arc<dyn Fn() -> keyring_core::Result<Arc<CredentialStore>> + Send + Sync>;

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
    current: Mutex<Current>,
    build: StoreBuilder,
    entries: Entries,
    outside: Outside,
}

/// The thread that works now.
struct Current {
    jobs: mpsc::Sender<Job>,
    /// The process behind the store it has opened.
    served_by: Arc<Mutex<Option<String>>>,
    /// Another thread has taken over.
    relieved: Arc<AtomicBool>,
}

impl Worker {
    pub(super) fn start(entries: Entries, build: StoreBuilder, outside: Outside) -> Self {
        let current = Mutex::new(Current::start(entries.clone(), Arc::clone(&build), outside));
        Self { current, build, entries, outside }
    }

    pub(super) fn calls(&self) -> u64 {
        self.entries.calls.load(Ordering::Relaxed)
    }

    pub(super) async fn ask<T>(&self, job: impl FnOnce(Reply<T>) -> Job, wait: Duration) -> Result<T> {
        let (reply, answer) = oneshot::channel();
        locked(&self.current).jobs.send(job(reply)).map_err(|_| ErrorCode::KeychainUnavailable)?;
        match tokio::time::timeout(wait, answer).await {
            Ok(Ok(result)) => result,
            Ok(Err(_)) => Err(ErrorCode::KeychainUnavailable.into()),
            Err(_) => Err(ErrorCode::KeychainTimeout.into()),
        }
    }

    /// The process behind the store, once it is known.
    #[cfg(test)]
    pub(super) fn served_by(&self) -> Option<String> {
        locked(&locked(&self.current).served_by).clone()
    }

    /// Starts a new thread when the process that the present one works with is not the service any more. Blocks for as
    /// long as the bus takes to say so.
    pub(super) fn relieve_orphan(&self) {
        let served_by = locked(&locked(&self.current).served_by).clone();
        let Some(served_by) = served_by else { return };
        if (self.outside.owner)().is_some_and(|owner| owner == served_by) {
            return;
        }
        let mut current = locked(&self.current);
        // Somebody else may have done it, or the thread has found out by itself and opened a new store.
        if locked(&current.served_by).as_deref() == Some(served_by.as_str()) {
            tracing::info!("the keychain's service has gone; its thread is replaced");
            current.relieved.store(true, Ordering::Release);
            *current = Current::start(self.entries.clone(), Arc::clone(&self.build), self.outside);
        }
    }
}

impl Current {
    fn start(entries: Entries, build: StoreBuilder, outside: Outside) -> Self {
        let (jobs, queue) = mpsc::channel();
        let (served_by, relieved) = (Arc::default(), Arc::new(AtomicBool::new(false)));
        let bench =
            Bench { build, entries, store: None, outside, served_by: Arc::clone(&served_by), relieved: Arc::clone(&relieved) };
        let started = std::thread::Builder::new().name("keychain".to_owned()).spawn(move || bench.work(&queue));
        if started.is_err() {
            // The queue is gone with the thread, so every call says so.
            tracing::error!("no thread for the keychain");
        }
        Self { jobs, served_by, relieved }
    }
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

struct Bench {
    build: StoreBuilder,
    entries: Entries,
    store: Option<Arc<CredentialStore>>,
    outside: Outside,
    served_by: Arc<Mutex<Option<String>>>,
    relieved: Arc<AtomicBool>,
}

impl Bench {
    fn work(mut self, queue: &mpsc::Receiver<Job>) {
        while let Ok(job) = queue.recv() {
            if self.relieved.load(Ordering::Acquire) {
                return;
            }
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
            Err(Fault::Broken(_)) if had_store && !self.relieved.load(Ordering::Acquire) => {
                self.run_once(&call).map_err(Fault::into_error)
            }
            other => other.map_err(Fault::into_error),
        }
    }

    fn run_once<T>(
        &mut self,
        call: &impl Fn(&Entries, &CredentialStore) -> std::result::Result<T, Fault>,
    ) -> std::result::Result<T, Fault> {
        let store = match self.store.take() {
            Some(store) => store,
            None => self.open()?,
        };
        let answer = guarded(|| call(&self.entries, store.as_ref()));
        if !matches!(answer, Err(Fault::Broken(_))) {
            self.store = Some(store);
        }
        answer
    }
}

impl Bench {
    fn open(&self) -> std::result::Result<Arc<CredentialStore>, Fault> {
        let store = guarded(|| (self.build)().map_err(|e| fault_of(&e)))?;
        *locked(&self.served_by) = None;
        let (owner, served_by) = (self.outside.owner, Arc::clone(&self.served_by));
        // Beside the call that waits for this store: most never need to know.
        let asked = std::thread::Builder::new().spawn(move || *locked(&served_by) = owner());
        if asked.is_err() {
            tracing::warn!("no thread to see who serves the keychain");
        }
        Ok(store)
    }
}

/// A store that panics, or that a panic has poisoned, is as good as dead.
fn guarded<T>(call: impl FnOnce() -> std::result::Result<T, Fault>) -> std::result::Result<T, Fault> {
    catch_unwind(AssertUnwindSafe(call)).unwrap_or_else(|_| Err(Fault::broken("the keychain client failed")))
}
