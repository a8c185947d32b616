//! A keychain and spill rows in memory, which fail as told.

use std::any::Any;
use std::collections::{BTreeMap, HashMap};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Condvar, Mutex};

use async_trait::async_trait;
use bulla_core::{ErrorCode, Result};
use keyring_core::api::{CredentialApi, CredentialStoreApi};
use keyring_core::{Credential, Entry, Error as TheirError};

use super::Spill;

/// What the keychain has: several values under one name are duplicates.
pub(super) type Entries = BTreeMap<(String, String), Vec<Vec<u8>>>;

/// A keychain in memory that limits sizes, fails, hangs and goes away as told.
#[derive(Default)]
pub(super) struct Chain {
    pub(super) entries: Mutex<Entries>,
    pub(super) limit: Option<usize>,
    /// Calls until one fails, and how. Counts down.
    pub(super) fail: Mutex<Option<(u64, Failure)>>,
    /// Stores built before this number are dead.
    pub(super) oldest_living: AtomicU64,
    pub(super) built: AtomicU64,
    /// Writes are acknowledged and not kept.
    pub(super) lossy: AtomicBool,
    /// Searches find nothing, as a locked `KeePassXC` answers.
    pub(super) blind: AtomicBool,
    pub(super) gate: (Mutex<bool>, Condvar),
    /// Stores built before this number answer nothing until it is lowered.
    pub(super) oldest_answering: AtomicU64,
    pub(super) modifiers: Mutex<Vec<String>>,
}

#[derive(Clone, Copy)]
pub(super) enum Failure {
    Locked,
    Panic,
    Secret,
}

impl Chain {
    fn enter(&self, store: u64) -> keyring_core::Result<()> {
        let (shut, opened) = &self.gate;
        drop(opened.wait_while(shut.lock().expect("gate"), |shut| *shut || store < self.oldest_answering.load(Ordering::SeqCst)));
        if store < self.oldest_living.load(Ordering::SeqCst) {
            let text = "zbus error: org.freedesktop.Secret.Error.NoSession: The session does not exist";
            return Err(TheirError::PlatformFailure(text.into()));
        }
        let mut fail = self.fail.lock().expect("fail");
        let Some((left, failure)) = fail.as_mut() else { return Ok(()) };
        if *left > 0 {
            *left -= 1;
            return Ok(());
        }
        let failure = *failure;
        *fail = None;
        drop(fail);
        match failure {
            Failure::Locked => Err(TheirError::NoStorageAccess("SS error: prompt dismissed".into())),
            Failure::Panic => panic!("Cannot start a runtime from within a runtime"),
            Failure::Secret => Err(TheirError::BadEncoding(b"planted".to_vec())),
        }
    }

    pub(super) fn fail_after(&self, calls: u64, failure: Failure) {
        *self.fail.lock().expect("fail") = Some((calls, failure));
    }

    pub(super) fn shut(&self, shut: bool) {
        *self.gate.0.lock().expect("gate") = shut;
        self.gate.1.notify_all();
    }

    pub(super) fn hang_before(&self, store: u64) {
        let _gate = self.gate.0.lock().expect("gate");
        self.oldest_answering.store(store, Ordering::SeqCst);
        self.gate.1.notify_all();
    }

    pub(super) fn raw(&self, user: &str) -> Option<Vec<u8>> {
        let entries = self.entries.lock().expect("entries");
        entries.iter().find(|((_, name), _)| name == user).and_then(|(_, values)| values.first().cloned())
    }

    pub(super) fn edit(&self, user: &str, change: impl FnOnce(&mut Vec<Vec<u8>>)) {
        let mut entries = self.entries.lock().expect("entries");
        let values = entries.iter_mut().find(|((_, name), _)| name == user).map(|(_, values)| values);
        change(values.expect("an entry"));
        entries.retain(|_, values| !values.is_empty());
    }
}

pub(super) struct Store(pub(super) Arc<Chain>, pub(super) u64);

impl CredentialStoreApi for Store {
    fn vendor(&self) -> String {
        "test".to_owned()
    }

    fn id(&self) -> String {
        "test".to_owned()
    }

    fn build(&self, service: &str, user: &str, modifiers: Option<&HashMap<&str, &str>>) -> keyring_core::Result<Entry> {
        let said = modifiers.into_iter().flatten().map(|(key, value)| format!("{key}={value}"));
        *self.0.modifiers.lock().expect("modifiers") = said.collect();
        let name = (service.to_owned(), user.to_owned());
        Ok(Entry::new_with_credential(Arc::new(Cell { chain: Arc::clone(&self.0), store: self.1, name, twin: None })))
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}

struct Cell {
    chain: Arc<Chain>,
    store: u64,
    name: (String, String),
    twin: Option<usize>,
}

impl Cell {
    /// Which value this is about; several and none chosen is ambiguous.
    fn slot(&self, entries: &Entries) -> keyring_core::Result<usize> {
        let count = entries.get(&self.name).map_or(0, Vec::len);
        match self.twin {
            Some(twin) => Ok(twin),
            None if count == 0 || self.chain.blind.load(Ordering::SeqCst) => Err(TheirError::NoEntry),
            None if count == 1 => Ok(0),
            None => Err(TheirError::Ambiguous((0..count).map(|twin| self.wrapper(twin)).collect())),
        }
    }

    fn wrapper(&self, twin: usize) -> Entry {
        let (chain, name) = (Arc::clone(&self.chain), self.name.clone());
        Entry::new_with_credential(Arc::new(Self { chain, store: self.store, name, twin: Some(twin) }))
    }
}

impl CredentialApi for Cell {
    fn set_secret(&self, secret: &[u8]) -> keyring_core::Result<()> {
        self.chain.enter(self.store)?;
        if self.chain.limit.is_some_and(|limit| secret.len() > limit) {
            return Err(TheirError::TooLong("secret".to_owned(), 0));
        }
        let mut entries = self.chain.entries.lock().expect("entries");
        let slot = self.slot(&entries);
        if self.chain.lossy.load(Ordering::SeqCst) {
            return Ok(());
        }
        match slot {
            Ok(slot) => entries.get_mut(&self.name).expect("an entry")[slot] = secret.to_vec(),
            Err(TheirError::NoEntry) => entries.entry(self.name.clone()).or_default().push(secret.to_vec()),
            Err(error) => return Err(error),
        }
        Ok(())
    }

    fn get_secret(&self) -> keyring_core::Result<Vec<u8>> {
        self.chain.enter(self.store)?;
        let entries = self.chain.entries.lock().expect("entries");
        let slot = self.slot(&entries)?;
        Ok(entries[&self.name][slot].clone())
    }

    fn delete_credential(&self) -> keyring_core::Result<()> {
        self.chain.enter(self.store)?;
        let mut entries = self.chain.entries.lock().expect("entries");
        let slot = self.slot(&entries)?;
        let values = entries.get_mut(&self.name).expect("an entry");
        // Twins are erased one by one; the places of the others must not move under them.
        values[slot].clear();
        if values.iter().all(Vec::is_empty) {
            entries.remove(&self.name);
        }
        Ok(())
    }

    fn get_credential(&self) -> keyring_core::Result<Option<Arc<Credential>>> {
        Ok(None)
    }

    fn get_specifiers(&self) -> Option<(String, String)> {
        Some(self.name.clone())
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}

/// Spill rows in memory, which fail when told.
#[derive(Default)]
pub(super) struct Rows {
    pub(super) rows: Mutex<BTreeMap<(String, String), Vec<u8>>>,
    pub(super) fail: AtomicBool,
}

impl Rows {
    fn check(&self) -> Result<()> {
        if self.fail.load(Ordering::SeqCst) { Err(ErrorCode::HomeUnwritable.into()) } else { Ok(()) }
    }

    pub(super) fn count(&self) -> usize {
        self.rows.lock().expect("rows").len()
    }
}

#[async_trait]
impl Spill for Rows {
    async fn put_spill(&self, owner: &str, key: &str, ciphertext: &[u8]) -> Result<()> {
        self.check()?;
        self.rows.lock().expect("rows").insert((owner.to_owned(), key.to_owned()), ciphertext.to_vec());
        Ok(())
    }

    async fn spill(&self, owner: &str, key: &str) -> Result<Option<Vec<u8>>> {
        Ok(self.rows.lock().expect("rows").get(&(owner.to_owned(), key.to_owned())).cloned())
    }

    async fn drop_spills_except(&self, owner: &str, keep: Option<&str>) -> Result<()> {
        self.check()?;
        self.rows.lock().expect("rows").retain(|(o, key), _| o != owner || Some(key.as_str()) == keep);
        Ok(())
    }
}
