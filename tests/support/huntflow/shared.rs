//! The provider's memory, which the server's thread and the test both reach.

use std::collections::{HashMap, VecDeque};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

use chrono::{DateTime, TimeDelta, Utc};
use tokio::sync::watch;
use uuid::Uuid;

use super::clock::Clock;
use super::hold::PATIENCE;
use super::knob::{Knob, Route};
use super::ledger::{Delivery, Ledger, LedgerPair, Origin, Pair};
use super::people::Person;
use super::rate::{RateLimit, Rates};

pub(super) struct Shared {
    pub(super) clock: Clock,
    pub(super) control: bool,
    pub(super) base_url: String,
    state: Mutex<State>,
    changed: Condvar,
    changes: watch::Sender<u64>,
}

pub(super) struct State {
    pub(super) ledger: Ledger,
    pub(super) people: Vec<Person>,
    pub(super) lives: Lives,
    pub(super) limit: RateLimit,
    pub(super) rates: Rates,
    pub(super) knobs: HashMap<Route, VecDeque<Knob>>,
    pub(super) planted: VecDeque<Pair>,
}

#[derive(Clone, Copy, Debug)]
pub(super) struct Lives {
    pub(super) access: TimeDelta,
    pub(super) refresh: TimeDelta,
}

impl Shared {
    pub(super) fn new(clock: Clock, base_url: String, control: bool, lives: Lives, limit: RateLimit) -> Self {
        let state = State {
            ledger: Ledger::default(),
            people: Vec::new(),
            lives,
            limit,
            rates: Rates::new(),
            knobs: HashMap::new(),
            planted: VecDeque::new(),
        };
        Self { clock, control, base_url, state: Mutex::new(state), changed: Condvar::new(), changes: watch::Sender::new(0) }
    }

    pub(super) fn read<T>(&self, look: impl FnOnce(&State) -> T) -> T {
        look(&lock(&self.state))
    }

    /// Every change wakes those who wait for a condition.
    pub(super) fn change<T>(&self, act: impl FnOnce(&mut State) -> T) -> T {
        let done = act(&mut lock(&self.state));
        self.changed.notify_all();
        self.changes.send_modify(|n| *n += 1);
        done
    }

    pub(super) fn wait_for(&self, condition: impl Fn(&Ledger) -> bool) -> Ledger {
        let (state, timeout) = self
            .changed
            .wait_timeout_while(lock(&self.state), PATIENCE, |state| !condition(&state.ledger))
            .unwrap_or_else(PoisonError::into_inner);
        assert!(!timeout.timed_out(), "not within {PATIENCE:?}; the ledger is {:#?}", state.ledger);
        state.ledger.clone()
    }

    pub(super) async fn until(&self, condition: impl Fn(&Ledger) -> bool) -> Ledger {
        let mut changes = self.changes.subscribe();
        let waited = tokio::time::timeout(PATIENCE, changes.wait_for(|_| self.read(|state| condition(&state.ledger)))).await;
        let ledger = self.read(|state| state.ledger.clone());
        assert!(waited.is_ok(), "not within {PATIENCE:?}; the ledger is {ledger:#?}");
        ledger
    }
}

impl State {
    /// Writes a new pair into the books. `began` may lie in the past.
    pub(super) fn add_pair(&mut self, person: &str, origin: Origin, delivery: Delivery, began: DateTime<Utc>) -> LedgerPair {
        let pair = self.planted.pop_front().unwrap_or_else(|| Pair { access: hex64(), refresh: hex64() });
        let entry = LedgerPair {
            serial: self.ledger.pairs.len(),
            person: person.to_owned(),
            pair,
            origin,
            committed_at: began,
            access_exp: began + self.lives.access,
            refresh_exp: began + self.lives.refresh,
            used: false,
            revoked: false,
            delivery,
            reads: 0,
        };
        self.ledger.pairs.push(entry.clone());
        entry
    }

    /// The person with this name, who is made when nobody has it.
    pub(super) fn person(&mut self, name: &str) -> &mut Person {
        let at = self.people.iter().position(|p| p.name == name).unwrap_or_else(|| {
            let id = self.people.iter().map(|p| p.id).max().unwrap_or(100) + 1;
            self.people.push(Person::new(id, name));
            self.people.len() - 1
        });
        &mut self.people[at]
    }

    pub(super) fn next_knob(&mut self, route: Route) -> Knob {
        self.knobs.get_mut(&route).and_then(VecDeque::pop_front).unwrap_or(Knob::Pass)
    }
}

/// 64 lower-case hex characters, the shape seen in public samples.
fn hex64() -> String {
    format!("{}{}", Uuid::new_v4().simple(), Uuid::new_v4().simple())
}

/// A panic of one test thread must not hide behind the next one's poisoned lock.
pub(super) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
