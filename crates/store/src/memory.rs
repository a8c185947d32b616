//! A vault in memory that fails when it is told to. Test builds only.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;
use bulla_core::ports::{Replaced, Vault};
use bulla_core::{ConnectionId, ErrorCode, Parent, Result, Stored};
use zeroize::Zeroizing;

/// A vault that forgets everything when it is dropped.
#[derive(Default)]
pub struct MemoryVault(Mutex<State>);

#[derive(Default)]
struct State {
    credentials: BTreeMap<ConnectionId, Stored>,
    named: BTreeMap<String, Zeroizing<Vec<u8>>>,
    calls: u64,
    skip: u64,
    fail: u64,
    code: Option<ErrorCode>,
}

impl MemoryVault {
    /// An empty vault.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// The next `calls` calls fail with `code` and do nothing. 0 ends a failure under way.
    pub fn fail_next(&self, calls: u64, code: ErrorCode) {
        self.fail_after(0, calls, code);
    }

    /// `skip` calls still work, then `calls` calls fail with `code`.
    pub fn fail_after(&self, skip: u64, calls: u64, code: ErrorCode) {
        let mut state = self.state();
        (state.skip, state.fail, state.code) = (skip, calls, Some(code));
    }

    /// Calls made so far, failed ones too.
    #[must_use]
    pub fn calls(&self) -> u64 {
        self.state().calls
    }

    /// Puts a credential there behind everybody's back; `None` takes it away.
    pub fn plant(&self, id: ConnectionId, stored: Option<Stored>) {
        let mut state = self.state();
        match stored {
            Some(stored) => state.credentials.insert(id, stored),
            None => state.credentials.remove(&id),
        };
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn call(&self) -> Result<MutexGuard<'_, State>> {
        let mut state = self.state();
        state.calls += 1;
        if state.skip > 0 {
            state.skip -= 1;
        } else if state.fail > 0 {
            state.fail -= 1;
            return Err(state.code.unwrap_or(ErrorCode::Internal).into());
        }
        Ok(state)
    }
}

#[async_trait]
impl Vault for MemoryVault {
    async fn ready(&self) -> Result<()> {
        self.call().map(drop)
    }

    async fn get(&self, id: ConnectionId) -> Result<Option<Stored>> {
        Ok(self.call()?.credentials.get(&id).cloned())
    }

    async fn replace(&self, id: ConnectionId, parent: Option<Parent>, new: &Stored) -> Result<Replaced> {
        let mut state = self.call()?;
        let current = state.credentials.get(&id);
        if current == Some(new) {
            return Ok(Replaced::Stored);
        }
        if current.map(Stored::as_parent) != parent {
            return Ok(Replaced::Conflict(Box::new(current.cloned())));
        }
        state.credentials.insert(id, new.clone());
        Ok(Replaced::Stored)
    }

    async fn remove(&self, id: ConnectionId) -> Result<()> {
        self.call()?.credentials.remove(&id);
        Ok(())
    }

    async fn get_named(&self, name: &str) -> Result<Option<Zeroizing<Vec<u8>>>> {
        Ok(self.call()?.named.get(name).cloned())
    }

    async fn put_named(&self, name: &str, secret: &[u8]) -> Result<()> {
        self.call()?.named.insert(name.to_owned(), Zeroizing::new(secret.to_vec()));
        Ok(())
    }

    async fn remove_named(&self, name: &str) -> Result<()> {
        self.call()?.named.remove(name);
        Ok(())
    }
}
