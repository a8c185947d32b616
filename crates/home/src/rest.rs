//! How long a vault that does not answer is left alone before it is asked again without a person's doing: asking may
//! put a prompt on the screen, and one that was closed must not come back every few seconds.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use bulla_core::ErrorCode;
use tokio::sync::Notify;

/// After a keychain that is locked: its prompt was just seen and closed.
const AFTER_PROMPT: Duration = Duration::from_mins(10);
/// After anything else, doubling up to [`AFTER_PROMPT`]: at login the keychain's service may come a moment later.
const FIRST: Duration = Duration::from_secs(15);

/// Whether the vault answered when it was last asked, and if not, how long it rests.
#[derive(Debug, Default)]
pub struct Rest {
    state: Mutex<State>,
    changed: Notify,
}

#[derive(Debug, Default)]
struct State {
    problem: Option<ErrorCode>,
    failures: u32,
    until: Option<Instant>,
}

impl Rest {
    /// The vault did not answer. `true` when that is new, or for a new reason.
    pub fn failed(&self, code: ErrorCode) -> bool {
        self.state().failed(code, Instant::now())
    }

    /// The vault answered. `true` when it had not before.
    pub fn answered(&self) -> bool {
        let news = std::mem::take(&mut *self.state()).problem.is_some();
        if news {
            self.changed.notify_waiters();
        }
        news
    }

    /// Why the vault did not answer when it was last asked.
    #[must_use]
    pub fn problem(&self) -> Option<ErrorCode> {
        self.state().problem
    }

    /// How long it is still left alone; nothing once it may be asked.
    #[must_use]
    pub fn left(&self) -> Option<Duration> {
        self.state().left(Instant::now())
    }

    /// Waits until the vault answers again, asked by somebody else.
    pub(crate) async fn answers_again(&self) {
        self.changed.notified().await;
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn failed(&mut self, code: ErrorCode, now: Instant) -> bool {
        let news = self.problem != Some(code);
        // Several steps under way fail together: that is one failure.
        if news || self.left(now).is_none() {
            let doubled = FIRST.saturating_mul(1 << self.failures.min(10));
            let rest = if code == ErrorCode::KeychainLocked { AFTER_PROMPT } else { doubled.min(AFTER_PROMPT) };
            *self = Self { problem: Some(code), failures: self.failures + 1, until: Some(now + rest) };
        }
        news
    }

    fn left(&self, now: Instant) -> Option<Duration> {
        let left = self.until?.saturating_duration_since(now);
        (!left.is_zero()).then_some(left)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_vault_rests_longer_each_time_it_does_not_answer() {
        let (mut state, mut now, mut before) = (State::default(), Instant::now(), Duration::ZERO);
        assert_eq!(state.left(now), None);
        for _ in 0..12 {
            state.failed(ErrorCode::KeychainUnavailable, now);
            let left = state.left(now).expect("resting");
            assert!(left >= before && left <= AFTER_PROMPT);
            // Others that fail meanwhile change nothing.
            assert!(!state.failed(ErrorCode::KeychainUnavailable, now + left / 2));
            assert_eq!(state.left(now), Some(left));
            before = left;
            now += left;
            assert_eq!(state.left(now), None, "asked again");
        }
        assert_eq!(before, AFTER_PROMPT);
    }

    #[test]
    fn a_closed_prompt_is_left_alone_for_long_at_once() {
        let (mut state, now) = (State::default(), Instant::now());
        assert!(state.failed(ErrorCode::KeychainLocked, now));
        assert_eq!(state.left(now), Some(AFTER_PROMPT));
    }

    #[test]
    fn an_answer_ends_the_rest() {
        let rest = Rest::default();
        rest.failed(ErrorCode::KeychainLocked);
        assert_eq!(rest.problem(), Some(ErrorCode::KeychainLocked));
        assert!(rest.answered());
        assert_eq!((rest.left(), rest.problem()), (None, None));
        assert!(!rest.answered());
    }
}
