//! Calls on single entries. Two entries of one name (a restored keychain, another program) are read both, written
//! alike and erased both.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use keyring_core::{CredentialStore, Entry, Error};
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

use super::fault::{Fault, fault_of};
use super::worker::{Found, Swap, Swapped};

type Result<T> = std::result::Result<T, Fault>;

/// What every entry of this home has in common.
#[derive(Clone)]
pub(super) struct Entries {
    pub(super) service: String,
    pub(super) modifiers: &'static [(&'static str, &'static str)],
    pub(super) calls: Arc<AtomicU64>,
}

impl Entries {
    pub(super) fn get(&self, store: &CredentialStore, user: &str) -> Result<Found> {
        let entry = self.entry(store, user)?;
        match self.read(&entry) {
            Ok(value) => Ok(Found(vec![value])),
            Err(Error::NoEntry) => Ok(Found::default()),
            Err(Error::Ambiguous(twins)) => {
                let mut values = Vec::with_capacity(twins.len());
                for twin in &twins {
                    match self.read(twin) {
                        Ok(value) if !values.contains(&value) => values.push(value),
                        Ok(_) | Err(Error::NoEntry) => {}
                        Err(error) => return Err(fault_of(&error)),
                    }
                }
                Ok(Found(values))
            }
            Err(error) => Err(fault_of(&error)),
        }
    }

    pub(super) fn put(&self, store: &CredentialStore, user: &str, value: &[u8]) -> Result<()> {
        let entry = self.entry(store, user)?;
        match self.write(&entry, value) {
            Err(Error::Ambiguous(twins)) => twins.iter().try_for_each(|twin| self.write(twin, value)).map_err(|e| fault_of(&e)),
            other => other.map_err(|e| fault_of(&e)),
        }
    }

    pub(super) fn swap(&self, store: &CredentialStore, swap: &Swap) -> Result<Swapped> {
        let mine: [u8; 32] = Sha256::digest(&swap.value).into();
        let now = self.get(store, &swap.user)?.digests();
        if now == [mine] {
            // A first try has written it before its connection broke.
            return Ok(Swapped::Written);
        }
        if now != swap.found {
            return Ok(Swapped::Differs);
        }
        self.put(store, &swap.user, &swap.value)?;
        // Nothing, or something else, where it was just written: the keychain said yes and did not keep it.
        if self.get(store, &swap.user)?.digests() == [mine] { Ok(Swapped::Written) } else { Err(Fault::not_kept()) }
    }

    /// Whether there was anything.
    pub(super) fn remove(&self, store: &CredentialStore, user: &str) -> Result<bool> {
        let entry = self.entry(store, user)?;
        match self.erase(&entry) {
            Ok(()) => Ok(true),
            Err(Error::NoEntry) => Ok(false),
            Err(Error::Ambiguous(twins)) => {
                for twin in &twins {
                    match self.erase(twin) {
                        Ok(()) | Err(Error::NoEntry) => {}
                        Err(error) => return Err(fault_of(&error)),
                    }
                }
                if self.get(store, user)?.is_empty() { Ok(true) } else { Err(Fault::not_kept()) }
            }
            Err(error) => Err(fault_of(&error)),
        }
    }

    fn entry(&self, store: &CredentialStore, user: &str) -> Result<Entry> {
        let modifiers: HashMap<&str, &str> = self.modifiers.iter().copied().collect();
        store.build(&self.service, user, Some(&modifiers)).map_err(|e| fault_of(&e))
    }

    fn read(&self, entry: &Entry) -> keyring_core::Result<Zeroizing<Vec<u8>>> {
        self.count();
        entry.get_secret().map(Zeroizing::new)
    }

    fn write(&self, entry: &Entry, value: &[u8]) -> keyring_core::Result<()> {
        self.count();
        entry.set_secret(value)
    }

    fn erase(&self, entry: &Entry) -> keyring_core::Result<()> {
        self.count();
        entry.delete_credential()
    }

    fn count(&self) {
        self.calls.fetch_add(1, Ordering::Relaxed);
    }
}
