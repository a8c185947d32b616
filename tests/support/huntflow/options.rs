//! How a fake Huntflow is set up before it starts.

use std::io;
use std::path::PathBuf;

use chrono::{DateTime, TimeDelta, Utc};

use super::clock::{Clock, ClockFile};
use super::rate::RateLimit;
use super::server::FakeHuntflow;
use super::shared::Lives;

/// token.md: the access token lives 7 days, the refresh token 14.
const ACCESS_LIFE: TimeDelta = TimeDelta::seconds(604_800);
const REFRESH_LIFE: TimeDelta = TimeDelta::seconds(1_209_600);

#[derive(Debug)]
pub struct Options {
    port: u16,
    clock_file: Option<PathBuf>,
    frozen: Option<DateTime<Utc>>,
    pub(super) lives: Lives,
    pub(super) limit: RateLimit,
    pub(super) control: bool,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            port: 0,
            clock_file: None,
            frozen: None,
            lives: Lives { access: ACCESS_LIFE, refresh: REFRESH_LIFE },
            limit: RateLimit::default(),
            control: false,
        }
    }
}

impl Options {
    /// A fixed port of 127.0.0.1 instead of any free one.
    #[must_use]
    pub fn port(mut self, port: u16) -> Self {
        self.port = port;
        self
    }

    /// Follow this file (see [`ClockFile`]). `advance` and `set` then write to it.
    #[must_use]
    pub fn clock_file(mut self, path: impl Into<PathBuf>) -> Self {
        self.clock_file = Some(path.into());
        self
    }

    /// Start with a clock that stands still, for tests of exact boundaries.
    #[must_use]
    pub fn frozen_at(mut self, now: DateTime<Utc>) -> Self {
        self.frozen = Some(now);
        self
    }

    /// Lives of pairs made from now on, instead of 7 and 14 days.
    #[must_use]
    pub fn lives(mut self, access: TimeDelta, refresh: TimeDelta) -> Self {
        self.lives = Lives { access, refresh };
        self
    }

    /// 10 requests in a real second for one token, unless told otherwise.
    #[must_use]
    pub fn rate_limit(mut self, limit: RateLimit) -> Self {
        self.limit = limit;
        self
    }

    /// Serve the control paths under `/_fake/` too.
    #[must_use]
    pub fn control(mut self) -> Self {
        self.control = true;
        self
    }

    /// # Errors
    /// When the port can't be had.
    pub fn try_start(self) -> io::Result<FakeHuntflow> {
        let clock = Clock::new(self.clock_file.clone().map(ClockFile::new));
        if let Some(now) = self.frozen {
            clock.freeze(now);
        }
        FakeHuntflow::serve(self.port, clock, &self)
    }

    /// # Panics
    /// When the port can't be had.
    pub fn start(self) -> FakeHuntflow {
        self.try_start().expect("the fake Huntflow must get a port of 127.0.0.1")
    }
}
