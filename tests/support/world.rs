//! One home and one fake Huntflow under one clock, in this process.

use std::sync::Arc;

use bulla_core::{Clock, ConnectionId, ManualClock};
use bulla_home::{ConnectionView, Home, KeepRequest, OpenConfig, PasteInput, VaultKind};
use chrono::{DateTime, TimeDelta, Utc};
use tempfile::TempDir;

use crate::huntflow::{FakeHuntflow, Pair};

/// The moment at which every world begins.
pub fn beginning() -> DateTime<Utc> {
    DateTime::parse_from_rfc3339("2026-11-20T09:00:00Z").expect("a date").to_utc()
}

/// A home and the provider it talks to.
pub struct World {
    pub fake: FakeHuntflow,
    pub home: Home,
    pub clock: ManualClock,
    pub folder: TempDir,
}

impl World {
    /// A new desk with a sealed-file vault.
    pub async fn new() -> Self {
        let fake = FakeHuntflow::options().frozen_at(beginning()).rate_limit(crate::huntflow::RateLimit::Off).start();
        let clock = ManualClock::at(beginning());
        let folder = tempfile::tempdir().expect("a temporary folder");
        let home = open(&folder, &clock).await;
        Self { fake, home, clock, folder }
    }

    /// Turns both clocks.
    pub fn advance(&self, by: TimeDelta) {
        self.clock.advance(by);
        self.fake.freeze(self.clock.now());
    }

    /// Another home that talks to the same provider under the same clock.
    pub async fn another_home(&self) -> (Home, TempDir) {
        let folder = tempfile::tempdir().expect("a temporary folder");
        (open(&folder, &self.clock).await, folder)
    }

    /// The same home as a process that starts again finds it.
    pub async fn reopened(&self) -> Home {
        open(&self.folder, &self.clock).await
    }

    /// Keeps a pair under a label, as the paste desk does.
    pub async fn keep(&self, label: &str, pair: &Pair) -> ConnectionView {
        self.home.keep(self.request(label, pair)).await.expect("the pair is kept").view
    }

    pub fn request(&self, label: &str, pair: &Pair) -> KeepRequest {
        KeepRequest {
            paste: pasted(pair),
            base_url: self.fake.base_url(),
            label: label.to_owned(),
            person: None,
            replaces: None,
            confirmed_other_person: false,
            same_label_replaces: false,
        }
    }

    pub async fn view(&self, id: ConnectionId) -> ConnectionView {
        self.home.view(id).await.expect("the connection is there")
    }

    /// Does what is due now, as the window's loop would.
    pub async fn tick(&self) {
        self.home.step_due().await;
    }

    /// Lets time pass as a running window does: a pass of the loop at least every six hours.
    pub async fn live(&self, span: TimeDelta) {
        let until = self.clock.now() + span;
        while self.clock.now() < until {
            let step = TimeDelta::hours(6).min(until - self.clock.now());
            self.advance(step);
            self.tick().await;
        }
    }
}

/// What a person pastes.
pub fn pasted(pair: &Pair) -> PasteInput {
    PasteInput { access: pair.access.clone().into(), refresh: pair.refresh.clone().into(), ..PasteInput::default() }
}

pub fn id_of(view: &ConnectionView) -> ConnectionId {
    ConnectionId(view.id)
}

async fn open(folder: &TempDir, clock: &ManualClock) -> Home {
    let config = OpenConfig { folder: folder.path().to_owned(), vault: Some(VaultKind::File), role: None };
    Home::open_at(config, Arc::new(clock.clone())).await.expect("the home opens")
}
