//! The loop that acts on what is due while a window (later: an agent) runs.

use std::time::Duration;

use bulla_core::ConnectionId;
use chrono::{DateTime, TimeDelta, Utc};
use tokio::sync::watch;
use tokio::task::{JoinError, JoinSet};

use crate::{Changed, Home};

/// The wall clock is looked at this often, so that a suspended laptop or a turned clock is noticed.
const LOOK_EVERY: Duration = Duration::from_secs(30);
/// A locked vault is looked at this often, without any prompt, so that unlocking it is enough.
const PEEK_EVERY: Duration = if cfg!(feature = "test-hooks") { Duration::from_millis(500) } else { Duration::from_secs(15) };
/// Exchanges under way at once: enough for a morning after a weekend, few enough for a provider's limits.
const AT_ONCE: usize = 4;
/// Ids taken from the index at a time.
const BATCH: u32 = 200;

impl Home {
    /// Does what is due until `stop` says so. Steps under way are finished by their own tasks.
    ///
    /// While the vault does not answer nothing is tried: the vault alone is asked again, ever more rarely.
    pub async fn run(&self, mut stop: watch::Receiver<bool>) {
        let mut keeper_changes = self.keeper().subscribe();
        let mut tidied = None;
        while !*stop.borrow() {
            let mut done = Pass::default();
            if self.vault_answers().await {
                tidied = self.tidy(tidied).await;
                done = self.step_due().await;
            }
            let wait = tokio::time::sleep(self.until_next(done).await);
            tokio::pin!(wait);
            loop {
                tokio::select! {
                    () = &mut wait => break,
                    () = self.rest().answers_again() => break,
                    changed = keeper_changes.recv() => match changed {
                        Ok(id) => self.announce(Changed::Connection(id)),
                        Err(tokio::sync::broadcast::error::RecvError::Lagged(_)) => self.announce(Changed::Many),
                        Err(tokio::sync::broadcast::error::RecvError::Closed) => break,
                    },
                    stopped = stop.changed() => {
                        if stopped.is_err() || *stop.borrow() { return; }
                    }
                }
            }
        }
    }

    /// Finishes what is left in the journal (a keychain that was closed may be open again), and once a day erases what
    /// was removed a week ago. Returns when that was last done in full.
    async fn tidy(&self, last: Option<DateTime<Utc>>) -> Option<DateTime<Utc>> {
        let now = self.now();
        let today = last.filter(|at| now - *at < TimeDelta::days(1) && now >= *at);
        let nothing_open = self.inner.journal.is_empty().unwrap_or(false);
        if today.is_some() && nothing_open {
            return today;
        }
        match self.settle().await {
            Ok(0) => Some(now),
            Ok(_) => None,
            Err(error) => {
                tracing::warn!(code = %error.code(), "what was begun could not be finished yet");
                self.noticed(error.code());
                None
            }
        }
    }

    /// One pass over everything due now.
    pub async fn step_due(&self) -> Pass {
        let due = match self.catalog().due(self.now(), BATCH).await {
            Ok(due) => due,
            Err(error) => {
                tracing::warn!(code = %error.code(), "what is due could not be read");
                return Pass { taken: 0, failed: 1 };
            }
        };
        let mut done = Pass::default();
        let mut steps = JoinSet::new();
        for id in due {
            while steps.len() >= AT_ONCE {
                done.count(steps.join_next().await);
            }
            if self.rest().problem().is_some() {
                break;
            }
            let home = self.clone();
            steps.spawn(async move { home.step(id).await });
        }
        while let Some(step) = steps.join_next().await {
            done.count(Some(step));
        }
        done
    }

    /// Whether the step succeeded.
    async fn step(&self, id: ConnectionId) -> bool {
        let done = self.keeper().step(id).await;
        if let Err(error) = &done {
            tracing::info!(code = %error.code(), "a step did not succeed; it comes again by itself");
            self.noticed(error.code());
        }
        self.announce(Changed::Connection(id));
        done.is_ok()
    }

    /// Whether the vault answered when it was last asked, or does now. It is asked once it is seen to be open, or, where
    /// that cannot be seen, once its rest is over.
    async fn vault_answers(&self) -> bool {
        if self.rest().problem().is_none() {
            return true;
        }
        let ask = match self.vault().is_locked().await {
            Some(locked) => !locked,
            None => self.rest().left().is_none(),
        };
        ask && self.vault_state().await.problem.is_none()
    }

    async fn until_next(&self, done: Pass) -> Duration {
        if self.rest().problem().is_some() {
            return PEEK_EVERY;
        }
        let next = self.catalog().next_due().await.ok().flatten();
        let left = next.map_or(LOOK_EVERY, |at| (at - self.now()).to_std().unwrap_or_default());
        // What failed and is due all the same, such as on a full disk, is not tried again without a pause.
        if left.is_zero() && done.failed > 0 {
            return LOOK_EVERY;
        }
        left.clamp(Duration::from_millis(200), LOOK_EVERY)
    }
}

/// What one pass did.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Pass {
    /// Steps that were taken.
    pub taken: usize,
    /// How many of them did not succeed.
    pub failed: usize,
}

impl Pass {
    fn count(&mut self, step: Option<Result<bool, JoinError>>) {
        if let Some(step) = step {
            self.taken += 1;
            self.failed += usize::from(!step.unwrap_or(false));
        }
    }
}
