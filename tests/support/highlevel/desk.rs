//! What a test does with HighLevel: apps, agencies, locations, pairs without a browser, switches.

use chrono::TimeDelta;

use super::FakeHighLevel;
use super::agency::{App, Company, Location, UserType, new_id};
use super::answer::Wording;
use super::choose::Answer;
use super::ledger::LedgerPair;
use super::provider::{MARKETPLACE, SERVICES};
use super::token::NewPair;
use crate::fake::{Attempt, Delivery};

/// Addresses.
impl FakeHighLevel {
    /// In the place of `https://services.leadconnectorhq.com`, without a slash.
    pub fn services_url(&self) -> String {
        self.origin(SERVICES)
    }

    /// In the place of `https://marketplace.gohighlevel.com`, without a slash.
    pub fn marketplace_url(&self) -> String {
        self.origin(MARKETPLACE)
    }
}

/// Apps and places.
impl FakeHighLevel {
    /// Adds an app, or puts it in the place of the one with the same client id.
    pub fn set_app(&self, app: App) -> App {
        self.alter(|highlevel| {
            highlevel.apps.retain(|a| a.client_id != app.client_id);
            highlevel.apps.push(app.clone());
        });
        app
    }

    /// A new agency.
    pub fn add_company(&self, name: &str) -> Company {
        let company = Company { id: new_id(), name: name.to_owned() };
        self.alter(|highlevel| highlevel.companies.push(company.clone()));
        company
    }

    /// A new sub-account of an agency.
    pub fn add_location(&self, company: &Company, name: &str) -> Location {
        let location = Location { id: new_id(), name: name.to_owned(), company: company.id.clone(), active: true };
        self.alter(|highlevel| highlevel.locations.push(location.clone()));
        location
    }

    /// Pauses a location's subscription, or resumes it.
    pub fn set_active(&self, location: &Location, active: bool) {
        self.alter(|highlevel| {
            highlevel.locations.iter_mut().filter(|l| l.id == location.id).for_each(|l| l.active = active);
        });
    }

    /// Somebody uninstalls the app from a location or company (by id): all its tokens there are dead.
    pub fn uninstall(&self, app: &App, id: &str) {
        self.alter(|highlevel| {
            let pairs = highlevel.ledger.pairs.iter_mut().filter(|p| p.app == app.client_id);
            let there = pairs.filter(|p| p.location.as_deref() == Some(id) || (p.location.is_none() && p.company == id));
            there.for_each(|p| p.revoked = true);
        });
    }
}

/// Consents and pairs.
impl FakeHighLevel {
    /// From now on this is chosen: the page goes straight to the callback. `None` shows the page again.
    pub fn answer_choices(&self, answer: Option<Answer>) {
        self.alter(|highlevel| highlevel.answering = answer);
    }

    /// A location's pair with all scopes of the app, without a browser.
    pub fn issue_for_location(&self, app: &App, location: &Location) -> LedgerPair {
        self.issue(app, UserType::Location, &location.id, TimeDelta::zero())
    }

    /// A company's pair with all scopes of the app, without a browser.
    pub fn issue_for_company(&self, app: &App, company: &Company) -> LedgerPair {
        self.issue(app, UserType::Company, &company.id, TimeDelta::zero())
    }

    /// A location's pair that was made a while ago.
    pub fn issue_aged(&self, app: &App, location: &Location, age: TimeDelta) -> LedgerPair {
        self.issue(app, UserType::Location, &location.id, age)
    }

    /// A private integration token (`pit-…`): static, made in the settings, with these scopes.
    pub fn issue_static(&self, location: &Location, scopes: &[&str]) -> String {
        let token = format!("pit-{}", uuid::Uuid::new_v4());
        let app = App::new(&[], scopes);
        let serial = self.issue(&app, UserType::Location, &location.id, TimeDelta::zero()).serial;
        self.alter(|highlevel| {
            let pair = &mut highlevel.ledger.pairs[serial];
            pair.app.clear();
            pair.access.clone_from(&token);
            pair.refresh = None;
            pair.access_exp = chrono::DateTime::<chrono::Utc>::MAX_UTC;
        });
        token
    }

    fn issue(&self, app: &App, user_type: UserType, target: &str, age: TimeDelta) -> LedgerPair {
        let began = self.now() - age;
        self.alter(|highlevel| {
            let new = NewPair { app: &app.client_id, user_type, target, scopes: app.scopes.clone() };
            let serial = highlevel.add_pair(new, None, began);
            highlevel.ledger.pairs[serial].delivery = Delivery::ByHand;
            highlevel.ledger.pairs[serial].clone()
        })
    }
}

/// Switches for what is not certain.
impl FakeHighLevel {
    /// How refusals of the token endpoint are worded. [`Wording::Specified`] at first.
    pub fn set_wording(&self, wording: Wording) {
        self.alter(|highlevel| highlevel.wording = wording);
    }

    /// Whether the callback brings `state` back, which no document mentions. It does at first.
    pub fn set_returns_state(&self, returns: bool) {
        self.alter(|highlevel| highlevel.returns_state = returns);
    }
}

/// Looking back.
impl FakeHighLevel {
    pub fn exchanges_ok(&self) -> Vec<Attempt> {
        self.ledger().exchanges_ok().into_iter().cloned().collect()
    }

    pub fn refreshes_ok(&self) -> Vec<Attempt> {
        self.ledger().refreshes_ok().into_iter().cloned().collect()
    }

    /// Where the rotations that began with this token have led.
    ///
    /// # Panics
    /// When the token isn't from here.
    pub fn latest_from(&self, token: &str) -> LedgerPair {
        self.ledger().latest_from(token).cloned().unwrap_or_else(|| panic!("{token} isn't from here"))
    }
}
