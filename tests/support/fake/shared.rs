//! The provider's memory, which the server's thread and the test both reach.

use std::collections::{HashMap, VecDeque};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

use tokio::sync::watch;

use super::clock::Clock;
use super::hold::PATIENCE;
use super::knob::Knob;
use super::provider::Provider;

pub(crate) struct Shared<P: Provider> {
    pub(crate) clock: Clock,
    pub(crate) control: bool,
    pub(crate) origins: Vec<String>,
    state: Mutex<State<P>>,
    changed: Condvar,
    changes: watch::Sender<u64>,
}

pub(crate) struct State<P: Provider> {
    pub(crate) provider: P,
    pub(crate) knobs: HashMap<P::Route, VecDeque<Knob>>,
}

impl<P: Provider> Shared<P> {
    pub(crate) fn new(clock: Clock, origins: Vec<String>, control: bool, mut provider: P) -> Self {
        provider.moved_in(&origins);
        let state = State { provider, knobs: HashMap::new() };
        Self { clock, control, origins, state: Mutex::new(state), changed: Condvar::new(), changes: watch::Sender::new(0) }
    }

    pub(crate) fn read<T>(&self, look: impl FnOnce(&State<P>) -> T) -> T {
        look(&lock(&self.state))
    }

    /// Every change wakes those who wait for a condition.
    pub(crate) fn change<T>(&self, act: impl FnOnce(&mut State<P>) -> T) -> T {
        let done = act(&mut lock(&self.state));
        self.changed.notify_all();
        self.changes.send_modify(|n| *n += 1);
        done
    }

    pub(crate) fn wait_for(&self, condition: impl Fn(&P::Ledger) -> bool) -> P::Ledger {
        let (state, timeout) = self
            .changed
            .wait_timeout_while(lock(&self.state), PATIENCE, |state| !condition(state.provider.ledger()))
            .unwrap_or_else(PoisonError::into_inner);
        let ledger = state.provider.ledger().clone();
        assert!(!timeout.timed_out(), "not within {PATIENCE:?}; the ledger is {ledger:#?}");
        ledger
    }

    pub(crate) async fn until(&self, condition: impl Fn(&P::Ledger) -> bool) -> P::Ledger {
        let mut changes = self.changes.subscribe();
        let fulfilled = || self.read(|state| condition(state.provider.ledger()));
        let waited = tokio::time::timeout(PATIENCE, changes.wait_for(|_| fulfilled())).await;
        let ledger = self.read(|state| state.provider.ledger().clone());
        assert!(waited.is_ok(), "not within {PATIENCE:?}; the ledger is {ledger:#?}");
        ledger
    }
}

impl<P: Provider> State<P> {
    pub(crate) fn next_knob(&mut self, route: P::Route) -> Knob {
        self.knobs.get_mut(&route).and_then(VecDeque::pop_front).unwrap_or(Knob::Pass)
    }
}

/// A panic of one test thread must not hide behind the next one's poisoned lock.
pub(crate) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
