//! Limits of so many requests in so long a time for one key: a token, an app.

use std::collections::{HashMap, VecDeque};
use std::time::Instant;

use chrono::{DateTime, TimeDelta, Utc};

/// Which time is counted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum RateLimit {
    Off,
    /// Sliding windows of real time, whatever the provider's clock says.
    #[default]
    RealTime,
    /// Sliding windows of the provider's clock: with a frozen clock the call after the last allowed one is surely refused.
    FakeClock,
}

/// The calls that were let through, for each key.
#[derive(Debug)]
pub struct Rates {
    /// At most so many calls in so long a time, each.
    windows: Vec<(usize, TimeDelta)>,
    started: Instant,
    accepted: HashMap<String, VecDeque<TimeDelta>>,
}

impl Rates {
    pub fn new(windows: &[(usize, TimeDelta)]) -> Self {
        Self { windows: windows.to_vec(), started: Instant::now(), accepted: HashMap::new() }
    }

    /// Counts a call with this key; false when it's over a limit, and then it isn't counted.
    pub fn admit(&mut self, limit: RateLimit, key: &str, now: DateTime<Utc>) -> bool {
        let at = match limit {
            RateLimit::Off => return true,
            RateLimit::RealTime => TimeDelta::from_std(self.started.elapsed()).unwrap_or(TimeDelta::MAX),
            RateLimit::FakeClock => now - DateTime::UNIX_EPOCH,
        };
        let accepted = self.accepted.entry(key.to_owned()).or_default();
        let longest = self.windows.iter().map(|(_, length)| *length).max().unwrap_or_default();
        accepted.retain(|before| (at - *before).abs() < longest);
        let within = |length: TimeDelta| accepted.iter().filter(|before| (at - **before).abs() < length).count();
        let free = self.windows.iter().all(|(calls, length)| within(*length) < *calls);
        if free {
            accepted.push_back(at);
        }
        free
    }
}
