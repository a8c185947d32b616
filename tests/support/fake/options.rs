//! How a fake is set up before it starts.

use std::io;
use std::path::PathBuf;

use chrono::{DateTime, Utc};

use super::clock::{Clock, ClockFile};
use super::provider::Provider;
use super::server::Fake;

/// The general settings; a provider's own are methods of `Options<ThatProvider>`.
#[derive(Debug)]
pub struct Options<P> {
    port: u16,
    clock_file: Option<PathBuf>,
    frozen: Option<DateTime<Utc>>,
    control: bool,
    pub(crate) provider: P,
}

impl<P: Default> Default for Options<P> {
    fn default() -> Self {
        Self { port: 0, clock_file: None, frozen: None, control: false, provider: P::default() }
    }
}

impl<P: Provider> Options<P> {
    /// A fixed port of 127.0.0.1 for the first origin, instead of any free one.
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

    /// Serve the control paths under `/_fake/` too.
    #[must_use]
    pub fn control(mut self) -> Self {
        self.control = true;
        self
    }

    /// # Errors
    /// When the port can't be had.
    pub fn try_start(self) -> io::Result<Fake<P>> {
        let clock = Clock::new(self.clock_file.map(ClockFile::new));
        if let Some(now) = self.frozen {
            clock.freeze(now);
        }
        Fake::serve(self.port, clock, self.control, self.provider)
    }

    /// # Panics
    /// When the port can't be had.
    pub fn start(self) -> Fake<P> {
        self.try_start().expect("a fake must get a port of 127.0.0.1")
    }
}
