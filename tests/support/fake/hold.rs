//! A request that waits at a gate until the test decides what becomes of it.

use std::sync::{Arc, Condvar, Mutex};
use std::time::Duration;

use tokio::sync::watch;

use super::shared::lock;

/// How long a test waits for something that should happen before it fails.
pub(crate) const PATIENCE: Duration = Duration::from_secs(30);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Decision {
    Open,
    Drop,
}

#[derive(Debug)]
pub(crate) struct Gate {
    arrived: Mutex<bool>,
    came: Condvar,
    arrivals: watch::Sender<bool>,
    decision: watch::Sender<Option<Decision>>,
}

impl Gate {
    pub(crate) fn new() -> Arc<Self> {
        Arc::new(Self {
            arrived: Mutex::new(false),
            came: Condvar::new(),
            arrivals: watch::Sender::new(false),
            decision: watch::Sender::new(None),
        })
    }

    /// The request's side: says it's here and waits.
    pub(crate) async fn pass(&self) -> Decision {
        *lock(&self.arrived) = true;
        self.came.notify_all();
        self.arrivals.send_replace(true);
        let mut decision = self.decision.subscribe();
        match decision.wait_for(Option::is_some).await {
            Ok(decided) => decided.unwrap_or(Decision::Drop),
            Err(_) => Decision::Drop,
        }
    }
}

/// The test's side of a held request. Letting it fall releases the request.
#[must_use = "the request is released when this is dropped"]
#[derive(Debug)]
pub struct Held {
    gate: Arc<Gate>,
}

impl Held {
    pub(crate) fn new(gate: Arc<Gate>) -> Self {
        Self { gate }
    }

    /// Blocks until the request stands at the gate. Don't call it on a runtime thread that the client needs.
    ///
    /// # Panics
    /// When nothing has arrived after 30 s.
    pub fn wait_arrived(&self) {
        let (arrived, _) = self
            .gate
            .came
            .wait_timeout_while(lock(&self.gate.arrived), PATIENCE, |arrived| !*arrived)
            .unwrap_or_else(std::sync::PoisonError::into_inner);
        assert!(*arrived, "no request arrived at the gate within {PATIENCE:?}");
    }

    /// The same for async tests.
    ///
    /// # Panics
    /// When nothing has arrived after 30 s.
    pub async fn arrived(&self) {
        let mut arrivals = self.gate.arrivals.subscribe();
        let waited = tokio::time::timeout(PATIENCE, arrivals.wait_for(|arrived| *arrived)).await;
        assert!(waited.is_ok(), "no request arrived at the gate within {PATIENCE:?}");
    }

    pub fn is_arrived(&self) -> bool {
        *lock(&self.gate.arrived)
    }

    /// Lets the request go on.
    pub fn release(self) {
        self.decide(Decision::Open);
    }

    /// Closes the request's connection without an answer.
    pub fn drop_connection(self) {
        self.decide(Decision::Drop);
    }

    fn decide(&self, decision: Decision) {
        self.gate.decision.send_if_modified(|slot| {
            let first = slot.is_none();
            if first {
                *slot = Some(decision);
            }
            first
        });
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        self.decide(Decision::Open);
    }
}
