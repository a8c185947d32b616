//! The one clock. `now()` of the standard library and chrono is called nowhere else (clippy bans it).
//!
//! Wall time, not a monotonic one: provider lives are wall-clock spans that go on while a laptop sleeps.
//! Whoever waits must therefore look at the clock at least every 30 seconds instead of sleeping a whole span.

use chrono::{DateTime, Utc};

/// Where "now" comes from.
pub trait Clock: Send + Sync {
    /// The current wall-clock time, UTC.
    fn now(&self) -> DateTime<Utc>;
}

/// The computer's clock. Release builds have no way to turn it; with the `test-hooks` feature it follows the
/// file named by `BULLA_TEST_CLOCK`, which holds seconds to add to the real time.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "the one place where real time enters")]
    fn now(&self) -> DateTime<Utc> {
        #[cfg(feature = "test-hooks")]
        {
            Utc::now() + turned_by()
        }
        #[cfg(not(feature = "test-hooks"))]
        {
            Utc::now()
        }
    }
}

#[cfg(feature = "test-hooks")]
fn turned_by() -> chrono::TimeDelta {
    let seconds = std::env::var_os("BULLA_TEST_CLOCK")
        .and_then(|path| std::fs::read_to_string(path).ok())
        .and_then(|text| text.trim().parse::<i64>().ok())
        .unwrap_or(0);
    chrono::TimeDelta::seconds(seconds)
}

/// A clock that tests turn by hand.
#[cfg(feature = "test-hooks")]
#[derive(Debug, Clone)]
pub struct ManualClock(std::sync::Arc<std::sync::Mutex<DateTime<Utc>>>);

#[cfg(feature = "test-hooks")]
impl ManualClock {
    /// Starts at `now`.
    #[must_use]
    pub fn at(now: DateTime<Utc>) -> Self {
        Self(std::sync::Arc::new(std::sync::Mutex::new(now)))
    }

    /// Turns the clock, forwards or back.
    pub fn advance(&self, by: chrono::TimeDelta) {
        *self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner) += by;
    }
}

#[cfg(feature = "test-hooks")]
impl Clock for ManualClock {
    fn now(&self) -> DateTime<Utc> {
        *self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }
}
