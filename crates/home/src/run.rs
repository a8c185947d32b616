//! The loop that acts on what is due while a window (later: an agent) runs.

use std::time::Duration;

use bulla_core::ConnectionId;
use chrono::{DateTime, TimeDelta, Utc};
use tokio::sync::watch;
use tokio::task::JoinSet;

use crate::{Changed, Home};

/// The wall clock is looked at this often, so that a suspended laptop or a turned clock is noticed.
const LOOK_EVERY: Duration = Duration::from_secs(30);
/// Exchanges under way at once: enough for a morning after a weekend, few enough for a provider's limits.
const AT_ONCE: usize = 4;
/// Ids taken from the index at a time.
const BATCH: u32 = 200;

impl Home {
    /// Does what is due until `stop` says so. Steps under way are finished by their own tasks.
    pub async fn run(&self, mut stop: watch::Receiver<bool>) {
        let mut keeper_changes = self.keeper().subscribe();
        let mut tidied = None;
        while !*stop.borrow() {
            tidied = self.tidy(tidied).await;
            self.step_due().await;
            let wait = tokio::time::sleep(self.until_next().await);
            tokio::pin!(wait);
            loop {
                tokio::select! {
                    () = &mut wait => break,
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
                None
            }
        }
    }

    /// One pass over everything due now. Returns how many steps were taken.
    pub async fn step_due(&self) -> usize {
        let due = match self.catalog().due(self.now(), BATCH).await {
            Ok(due) => due,
            Err(error) => {
                tracing::warn!(code = %error.code(), "what is due could not be read");
                return 0;
            }
        };
        let count = due.len();
        let mut steps = JoinSet::new();
        for id in due {
            while steps.len() >= AT_ONCE {
                steps.join_next().await;
            }
            let home = self.clone();
            steps.spawn(async move { home.step(id).await });
        }
        while steps.join_next().await.is_some() {}
        count
    }

    async fn step(&self, id: ConnectionId) {
        if let Err(error) = self.keeper().step(id).await {
            tracing::info!(code = %error.code(), "a step did not succeed; it comes again by itself");
        }
        self.announce(Changed::Connection(id));
    }

    async fn until_next(&self) -> Duration {
        let next = self.catalog().next_due().await.ok().flatten();
        let left = next.and_then(|at| (at - self.now()).to_std().ok()).unwrap_or(LOOK_EVERY);
        left.clamp(Duration::from_millis(200), LOOK_EVERY)
    }
}
