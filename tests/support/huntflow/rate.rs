//! The limit of 10 requests a second for one token (general.md).

use std::collections::{HashMap, VecDeque};
use std::time::Instant;

use chrono::{DateTime, TimeDelta, Utc};

/// Which second is counted. Dedicated hosts may have no limit (#627).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum RateLimit {
    Off,
    /// A sliding window of one real second, whatever the provider's clock says.
    #[default]
    RealTime,
    /// A sliding window of one second of the provider's clock: with a frozen clock the eleventh call is surely refused.
    FakeClock,
}

const PER_SECOND: usize = 10;

pub(super) struct Rates {
    started: Instant,
    accepted: HashMap<String, VecDeque<TimeDelta>>,
}

impl Rates {
    pub(super) fn new() -> Self {
        Self { started: Instant::now(), accepted: HashMap::new() }
    }

    /// Counts a call with this token; false when it's over the limit.
    pub(super) fn admit(&mut self, limit: RateLimit, token: &str, now: DateTime<Utc>) -> bool {
        let at = match limit {
            RateLimit::Off => return true,
            RateLimit::RealTime => TimeDelta::from_std(self.started.elapsed()).unwrap_or(TimeDelta::MAX),
            RateLimit::FakeClock => now - DateTime::UNIX_EPOCH,
        };
        let accepted = self.accepted.entry(token.to_owned()).or_default();
        accepted.retain(|before| (at - *before).abs() < TimeDelta::seconds(1));
        let free = accepted.len() < PER_SECOND;
        if free {
            accepted.push_back(at);
        }
        free
    }
}
