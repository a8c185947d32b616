//! What the server tells of itself, and waiting for it.

use std::io::{BufRead, BufReader, Read};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;

use serde::Deserialize;

use crate::patience::PATIENCE;

/// See `oidc-provider/events.mjs`. No event holds a token, a code or a secret.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum Event {
    /// The server listens.
    Ready { issuer: String },
    /// A person is asked to sign in (`login`) or to agree (`consent`).
    Shown { page: String, client: String },
    /// The browser is sent back with a code, or a device is connected.
    Answered { client: String, person: String },
    /// A device has its code.
    Started { client: String },
    /// Tokens for a consent; `grant` names the family.
    Granted {
        /// The `grant_type`.
        kind: String,
        client: String,
        person: String,
        grant: String,
        scope: Option<String>,
        /// Whether there is a refresh token among them.
        refresh: bool,
    },
    /// The family's renewal number `rotation`, counted from 1; 0 where refresh tokens stay the same.
    Refreshed { client: String, person: String, grant: String, rotation: u32 },
    /// A whole family has ended.
    Revoked { grant: String, client: Option<String>, why: Revocation },
    /// An error of the client's; `why` is what the client is not told.
    Refused { route: String, client: Option<String>, error: String, why: Option<String> },
    /// A defect of the server's own.
    Fault { why: String },
}

/// Why a family has ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Revocation {
    /// Something that is good once was used again.
    Reused,
    /// RFC 7009.
    Asked,
}

/// Everything told so far.
#[derive(Debug, Clone, Default)]
pub(super) struct Log(Arc<(Mutex<Told>, Condvar)>);

#[derive(Debug, Default)]
struct Told {
    events: Vec<Event>,
    over: bool,
}

impl Log {
    /// Reads lines until there are no more.
    pub(super) fn of(stdout: impl Read + Send + 'static) -> Self {
        let log = Self::default();
        let writing = log.clone();
        thread::spawn(move || {
            for line in BufReader::new(stdout).lines().map_while(Result::ok) {
                let event = serde_json::from_str(&line).unwrap_or_else(|e| Event::Fault { why: format!("{e}: {line}") });
                writing.change(|told| told.events.push(event));
            }
            writing.change(|told| told.over = true);
        });
        log
    }

    pub(super) fn all(&self) -> Vec<Event> {
        self.lock().events.clone()
    }

    /// The first event from number `from` on that this finds, as soon as it is told.
    ///
    /// # Panics
    /// When it is not told within a minute, or the server ends before.
    pub(super) fn wait_for<T>(&self, what: &str, from: usize, mut found: impl FnMut(&Event) -> Option<T>) -> T {
        let pending = |told: &mut Told| !told.over && told.events.iter().skip(from).all(|event| found(event).is_none());
        let (told, _) = self.0.1.wait_timeout_while(self.lock(), PATIENCE, pending).unwrap_or_else(PoisonError::into_inner);
        let event = told.events.iter().skip(from).find_map(found);
        event.unwrap_or_else(|| panic!("{what} was not told: {:#?}", told.events))
    }

    fn lock(&self) -> MutexGuard<'_, Told> {
        self.0.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn change(&self, change: impl FnOnce(&mut Told)) {
        change(&mut self.lock());
        self.0.1.notify_all();
    }
}
