//! The provider's own clock. It can be turned, stopped, or bound to a file that the program under test reads too.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Mutex;

use chrono::{DateTime, TimeDelta, Utc};

use super::shared::lock;

/// A file that holds a signed number of seconds as text. Everyone who reads it adds the number to real time, so that
/// several processes live in the same pretended moment. A missing or empty file means 0.
#[derive(Clone, Debug)]
pub struct ClockFile {
    path: PathBuf,
}

impl ClockFile {
    pub fn new(path: impl Into<PathBuf>) -> Self {
        Self { path: path.into() }
    }

    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The offset in the file, or `None` when it can't be read as a number (also while somebody is writing it).
    pub fn read(&self) -> Option<TimeDelta> {
        let text = fs::read_to_string(&self.path).ok()?;
        TimeDelta::try_seconds(text.trim().parse().ok()?)
    }

    /// Replaces the offset in one step, so that no reader sees half a number. A part of a second counts as a whole one:
    /// who turns the clock to a moment is never left just before it.
    pub fn write(&self, offset: TimeDelta) {
        let mut beside = self.path.clone().into_os_string();
        beside.push(".new");
        fs::write(&beside, format!("{}\n", whole_seconds(offset)))
            .and_then(|()| fs::rename(&beside, &self.path))
            .unwrap_or_else(|e| panic!("clock file {}: {e}", self.path.display()));
    }
}

pub(crate) struct Clock {
    file: Option<ClockFile>,
    hand: Mutex<Hand>,
}

#[derive(Clone, Copy)]
enum Hand {
    /// Real time plus this much.
    Running(TimeDelta),
    Frozen(DateTime<Utc>),
}

impl Clock {
    pub(crate) fn new(file: Option<ClockFile>) -> Self {
        Self { file, hand: Mutex::new(Hand::Running(TimeDelta::zero())) }
    }

    pub(crate) fn now(&self) -> DateTime<Utc> {
        let mut hand = lock(&self.hand);
        if let Some(offset) = self.file.as_ref().and_then(ClockFile::read) {
            *hand = Hand::Running(offset);
        }
        match *hand {
            Hand::Running(offset) => real_now() + offset,
            Hand::Frozen(at) => at,
        }
    }

    pub(crate) fn advance(&self, by: TimeDelta) {
        self.now();
        let mut hand = lock(&self.hand);
        *hand = match *hand {
            Hand::Running(offset) => Hand::Running(offset + by),
            Hand::Frozen(at) => Hand::Frozen(at + by),
        };
        self.write(*hand);
    }

    pub(crate) fn set(&self, now: DateTime<Utc>) {
        let mut hand = lock(&self.hand);
        *hand = Hand::Running(now - real_now());
        self.write(*hand);
    }

    pub(crate) fn freeze(&self, now: DateTime<Utc>) {
        assert!(self.file.is_none(), "a clock that follows a file can't be frozen: the file's other readers would go on");
        *lock(&self.hand) = Hand::Frozen(now);
    }

    fn write(&self, hand: Hand) {
        if let (Some(file), Hand::Running(offset)) = (&self.file, hand) {
            file.write(offset);
        }
    }
}

fn whole_seconds(offset: TimeDelta) -> i64 {
    offset.num_seconds() + i64::from(offset.subsec_nanos() > 0)
}

/// A provider has a clock of its own; it can't be handed the program's.
#[expect(clippy::disallowed_methods, reason = "the provider's side of the network, not Bulla's")]
fn real_now() -> DateTime<Utc> {
    Utc::now()
}
