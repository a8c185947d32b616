//! Waiting for a condition, as long as a slow machine may take.

use std::time::{Duration, Instant};

/// After this long, whatever is waited for does not come any more.
pub const PATIENCE: Duration = Duration::from_mins(1);

/// Waits for a condition, looking often.
///
/// # Panics
/// When it does not come true within a minute.
pub fn wait_for(what: &str, condition: impl FnMut() -> bool) {
    assert!(comes(condition), "{what} did not come within {PATIENCE:?}");
}

/// Whether a condition comes true within a minute.
pub fn comes(mut condition: impl FnMut() -> bool) -> bool {
    let deadline = Instant::now() + PATIENCE;
    while !condition() {
        if Instant::now() >= deadline {
            return false;
        }
        std::thread::park_timeout(Duration::from_millis(50));
    }
    true
}
