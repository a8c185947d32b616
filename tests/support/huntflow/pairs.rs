//! What a test does with people and pairs, and what it finds in the books about them.

use chrono::TimeDelta;

use super::FakeHuntflow;
use super::ledger::{Exchange, LedgerPair, Origin, Pair};
use super::people::{Organisation, Person};
use super::provider::Lives;
use crate::fake::{Delivery, RateLimit};

/// Address and time.
impl FakeHuntflow {
    /// `http://127.0.0.1:PORT/v2`; the official client wants [`Self::base_url`], without `/v2`.
    pub fn api_url(&self) -> String {
        format!("{}/v2", self.base_url())
    }

    /// Moves the clock to the moment from which this pair can be refreshed: its access token's end.
    pub fn expire_access(&self, pair: &Pair) {
        let end = self.known(pair).access_exp;
        self.advance(end - self.now());
    }
}

/// People and pairs.
impl FakeHuntflow {
    /// A new pair, as the settings page makes it. The person is made when nobody has that name.
    pub fn issue_pair(&self, person: &str) -> Pair {
        self.issue_pair_aged(person, TimeDelta::zero())
    }

    /// A pair that was made a while ago.
    pub fn issue_pair_aged(&self, person: &str, age: TimeDelta) -> Pair {
        let began = self.now() - age;
        self.alter(|huntflow| {
            huntflow.person(person);
            huntflow.add_pair(person, Origin::Issued, Delivery::ByHand, began).pair
        })
    }

    /// A new pair with these very values, to look for them in logs and files.
    pub fn issue_planted(&self, person: &str, pair: Pair) -> Pair {
        self.alter(|huntflow| huntflow.planted.push_front(pair));
        self.issue_pair(person)
    }

    /// The next pair that is made (by a refresh, or by hand) gets these values.
    pub fn plant_next(&self, pair: Pair) {
        self.alter(|huntflow| huntflow.planted.push_back(pair));
    }

    /// Deletes a pair in the settings: reads answer 401 `Invalid access token`, a refresh 404 (assumed, both).
    pub fn revoke(&self, pair: &Pair) {
        let serial = self.known(pair).serial;
        self.alter(|huntflow| huntflow.ledger.pairs[serial].revoked = true);
    }

    /// Puts a person in the place of the one with the same name, or adds them.
    pub fn set_person(&self, person: Person) {
        self.alter(|huntflow| {
            let place = huntflow.person(&person.name);
            *place = person;
        });
    }

    pub fn person(&self, name: &str) -> Person {
        self.alter(|huntflow| huntflow.person(name).clone())
    }

    pub fn set_organisations(&self, person: &str, organisations: Vec<Organisation>) {
        self.alter(|huntflow| huntflow.person(person).organisations = organisations);
    }

    /// Lives of pairs made from now on.
    pub fn set_lives(&self, access: TimeDelta, refresh: TimeDelta) {
        self.alter(|huntflow| huntflow.lives = Lives { access, refresh });
    }

    pub fn set_rate_limit(&self, limit: RateLimit) {
        self.alter(|huntflow| huntflow.limit = limit);
    }
}

/// Looking back.
impl FakeHuntflow {
    pub fn exchange_attempts(&self) -> Vec<Exchange> {
        self.ledger().exchanges
    }

    pub fn exchanges_ok(&self) -> Vec<Exchange> {
        self.ledger().exchanges_ok().into_iter().cloned().collect()
    }

    pub fn double_spends(&self) -> Vec<Exchange> {
        self.ledger().double_spends().into_iter().cloned().collect()
    }

    /// The youngest pair of a person.
    ///
    /// # Panics
    /// When the person has none.
    pub fn latest_pair_of(&self, person: &str) -> LedgerPair {
        self.ledger().latest_pair_of(person).cloned().unwrap_or_else(|| panic!("{person} has no pair"))
    }

    /// Where the rotations that began with this pair have led.
    ///
    /// # Panics
    /// When the pair isn't from here.
    pub fn latest_pair_from(&self, pair: &Pair) -> LedgerPair {
        self.ledger().latest_pair_from(pair).cloned().unwrap_or_else(|| panic!("{pair:?} isn't from here"))
    }

    fn known(&self, pair: &Pair) -> LedgerPair {
        self.ledger().pair(&pair.refresh).cloned().unwrap_or_else(|| panic!("{pair:?} isn't from here"))
    }
}
