//! What a test does with Feishu: apps, people, pairs without a browser, switches.

use chrono::TimeDelta;

use super::FakeFeishu;
use super::authorize::Answer;
use super::console::{App, Person, PersonState};
use super::ledger::{Family, LedgerPair};
use super::provider::{ACCOUNTS, Lives, OPEN, OldAccess};
use super::token::NewPair;
use crate::fake::{Attempt, Delivery};

/// Addresses. Which brand it is doesn't show in them, as it doesn't in the paths.
impl FakeFeishu {
    /// In the place of `https://open.feishu.cn` (`open.larksuite.com`), without a slash.
    pub fn open_url(&self) -> String {
        self.origin(OPEN)
    }

    /// In the place of `https://accounts.feishu.cn` (`accounts.larksuite.com`), without a slash.
    pub fn accounts_url(&self) -> String {
        self.origin(ACCOUNTS)
    }
}

/// The console and the company.
impl FakeFeishu {
    /// Adds an app, or puts it in the place of the one with the same id.
    pub fn set_app(&self, app: App) -> App {
        self.alter(|feishu| {
            feishu.apps.retain(|a| a.id != app.id);
            feishu.apps.push(app.clone());
        });
        app
    }

    /// Resets an app's secret; the old one is refused from then on.
    pub fn reset_secret(&self, app: &App) -> App {
        let secret = App::new("", &[]).secret;
        self.set_app(App { secret, ..app.clone() })
    }

    /// Adds a person, or puts them in the place of the one with the same name.
    pub fn set_person(&self, person: Person) -> Person {
        self.alter(|feishu| {
            feishu.people.retain(|p| p.name != person.name);
            feishu.people.push(person.clone());
        });
        person
    }

    pub fn set_person_state(&self, name: &str, state: PersonState) {
        self.alter(|feishu| feishu.people.iter_mut().filter(|p| p.name == name).for_each(|p| p.state = state));
    }

    /// Takes a person into the app's availability, or out of it.
    pub fn set_available(&self, name: &str, available: bool) {
        self.alter(|feishu| feishu.people.iter_mut().filter(|p| p.name == name).for_each(|p| p.available = available));
    }
}

/// Consents and pairs.
impl FakeFeishu {
    /// From now on this answer stands in for a person: authorization requests go straight to the callback. `None` shows the
    /// pages again.
    pub fn answer_consents(&self, answer: Option<Answer>) {
        self.alter(|feishu| feishu.answering = answer);
    }

    /// What a consent to all that the app has would have given, without a browser. The person is made when nobody has that
    /// name.
    pub fn issue(&self, app: &App, person: &str, family: Family) -> LedgerPair {
        self.issue_aged(app, person, family, TimeDelta::zero())
    }

    /// The same, a while ago.
    pub fn issue_aged(&self, app: &App, person: &str, family: Family, age: TimeDelta) -> LedgerPair {
        let began = self.now() - age;
        self.alter(|feishu| {
            if feishu.person(person).is_none() {
                feishu.people.push(Person::new(person));
            }
            feishu.granted.insert((app.id.clone(), person.to_owned()), app.scopes.clone());
            let offline = app.scopes.iter().any(|s| s == "offline_access");
            let (granted, scopes) = (app.scopes.clone(), app.scopes.clone());
            let new = NewPair { app, person, family, granted, scopes, offline, consented_at: began, parent: None };
            let serial = feishu.add_pair(new, began);
            feishu.ledger.pairs[serial].delivery = Delivery::ByHand;
            feishu.ledger.pairs[serial].clone()
        })
    }

    /// An administrator or the person ends the authorization: this pair and all that was rotated from it.
    ///
    /// # Panics
    /// When the token isn't from here.
    pub fn revoke(&self, token: &str) {
        self.alter(|feishu| {
            let serial = feishu.ledger.pair(token).unwrap_or_else(|| panic!("{token} isn't from here")).serial;
            feishu.revoke_from(serial);
        });
    }
}

/// Switches for what nobody knows or what may change.
impl FakeFeishu {
    pub fn set_old_access(&self, old_access: OldAccess) {
        self.alter(|feishu| feishu.old_access = old_access);
    }

    /// Which code a used refresh token gets: 20064 (at first) or 20073.
    pub fn set_used_code(&self, code: u32) {
        self.alter(|feishu| feishu.used_code = code);
    }

    /// Lark's documents type `code` as a text: `"0"` in place of 0 in answers of v2 and v3.
    pub fn set_code_as_text(&self, as_text: bool) {
        self.alter(|feishu| feishu.code_as_text = as_text);
    }

    /// The open trouble of v3: a valid PKCE exchange gets 20049 (oapi-sdk-go#230).
    pub fn set_v3_refuses_pkce(&self, refuses: bool) {
        self.alter(|feishu| feishu.v3_refuses_pkce = refuses);
    }

    /// Lives of v2 and v3 pairs made from now on, instead of 2 hours and 7 days.
    pub fn set_lives(&self, access: TimeDelta, refresh: TimeDelta) {
        self.alter(|feishu| feishu.lives = Lives { access, refresh });
    }
}

/// Looking back.
impl FakeFeishu {
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
