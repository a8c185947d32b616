//! Huntflow as a provider that can be served: its routes, its state, its control orders.

use std::collections::VecDeque;

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Value, json};
use uuid::Uuid;

use super::answer;
use super::ledger::{Exchange, Ledger, LedgerPair, Origin, Outcome, Pair};
use super::people::Person;
use super::rules;
use crate::fake::{Arrival, Canned, Committed, Delivery, Knob, Options, Provider, RateLimit, Rates, Request, Untouched, text};

/// token.md: the access token lives 7 days, the refresh token 14.
const ACCESS_LIFE: TimeDelta = TimeDelta::seconds(604_800);
const REFRESH_LIFE: TimeDelta = TimeDelta::seconds(1_209_600);
/// general.md: 10 requests a second for one token.
const PER_SECOND: usize = 10;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Route {
    /// `POST /v2/token/refresh`
    Refresh,
    /// `GET /v2/me`
    Me,
    /// `GET /v2/accounts`
    Accounts,
}

impl Route {
    fn at(path: &str) -> Option<Self> {
        match path {
            "/v2/token/refresh" => Some(Self::Refresh),
            "/v2/me" => Some(Self::Me),
            "/v2/accounts" => Some(Self::Accounts),
            _ => None,
        }
    }

    fn method(self) -> &'static str {
        match self {
            Self::Refresh => "POST",
            Self::Me | Self::Accounts => "GET",
        }
    }
}

/// What Huntflow remembers.
#[derive(Debug)]
pub struct Huntflow {
    pub(super) ledger: Ledger,
    pub(super) people: Vec<Person>,
    pub(super) lives: Lives,
    pub(super) limit: RateLimit,
    pub(super) rates: Rates,
    pub(super) planted: VecDeque<Pair>,
}

#[derive(Clone, Copy, Debug)]
pub(super) struct Lives {
    pub(super) access: TimeDelta,
    pub(super) refresh: TimeDelta,
}

impl Default for Huntflow {
    fn default() -> Self {
        Self {
            ledger: Ledger::default(),
            people: Vec::new(),
            lives: Lives { access: ACCESS_LIFE, refresh: REFRESH_LIFE },
            limit: RateLimit::default(),
            rates: Rates::new(&[(PER_SECOND, TimeDelta::seconds(1))]),
            planted: VecDeque::new(),
        }
    }
}

impl Options<Huntflow> {
    /// Lives of pairs made from now on, instead of 7 and 14 days.
    #[must_use]
    pub fn lives(mut self, access: TimeDelta, refresh: TimeDelta) -> Self {
        self.provider.lives = Lives { access, refresh };
        self
    }

    /// 10 requests in a real second for one token, unless told otherwise. Dedicated hosts may have no limit (#627).
    #[must_use]
    pub fn rate_limit(mut self, limit: RateLimit) -> Self {
        self.provider.limit = limit;
        self
    }
}

impl Provider for Huntflow {
    type Route = Route;
    type Ledger = Ledger;

    const NAME: &'static str = "huntflow";

    fn ledger(&self) -> &Ledger {
        &self.ledger
    }

    fn arrivals(&mut self) -> &mut Vec<Arrival> {
        &mut self.ledger.arrivals
    }

    fn route(request: &Request) -> Result<Route, Canned> {
        let route = Route::at(request.path()).ok_or_else(answer::no_such_path)?;
        if route.method() == request.method { Ok(route) } else { Err(answer::wrong_method()) }
    }

    fn commit(&mut self, route: Route, request: &Request, now: DateTime<Utc>) -> Committed {
        match route {
            Route::Refresh => {
                let answer = rules::exchange(self, request, now);
                Committed { answer, entry: Some(self.ledger.exchanges.len() - 1) }
            }
            Route::Me | Route::Accounts => rules::read(self, route, request, now).into(),
        }
    }

    fn untouched(&mut self, route: Route, request: &Request, how: Untouched, at: DateTime<Utc>) -> Option<usize> {
        if route != Route::Refresh {
            return None;
        }
        let outcome = match how {
            Untouched::Canned(status) => Outcome::Canned(status),
            Untouched::Dropped => Outcome::DroppedBeforeCommit,
        };
        let refresh = rules::refresh_token_in(request).ok();
        let used = |token: &String| self.ledger.pairs.iter().any(|p| p.pair.refresh == *token && p.used);
        let double_spend = refresh.as_ref().is_some_and(used);
        self.ledger.exchanges.push(Exchange { at, refresh, outcome, double_spend, delivery: Delivery::Pending });
        Some(self.ledger.exchanges.len() - 1)
    }

    fn delivered(&mut self, entry: usize, delivery: &Delivery) {
        let exchange = &mut self.ledger.exchanges[entry];
        exchange.delivery = delivery.clone();
        if let Outcome::Rotated { to, .. } = exchange.outcome {
            self.ledger.pairs[to].delivery = delivery.clone();
        }
    }

    fn unreadable(what: &str) -> Canned {
        answer::envelope(400, "value_error", what, None)
    }

    fn route_named(name: &str) -> Option<Route> {
        match name {
            "refresh" => Some(Route::Refresh),
            "me" => Some(Route::Me),
            "accounts" => Some(Route::Accounts),
            _ => None,
        }
    }

    fn knob_named(order: &Value) -> Option<Knob> {
        let canned = match order["knob"].as_str()? {
            "unavailable" => Canned::unavailable(),
            "payment_required" => Canned::payment_required(),
            "access_denied" => Canned::access_denied(),
            "too_many" => Canned::too_many(order["retry_after"].as_u64()),
            "robot_token_not_found" => Canned::robot_token_not_found(),
            _ => return None,
        };
        Some(Knob::Instead(canned))
    }

    /// `POST /_fake/issue` `{"person", "age_seconds"?, "access_token"?, "refresh_token"?}`: a new pair.
    fn order(&mut self, path: &str, order: &Value, now: DateTime<Utc>) -> Option<Result<Value, String>> {
        (path == "/_fake/issue").then(|| {
            let person = text(order, "person")?;
            let age = TimeDelta::try_seconds(order["age_seconds"].as_i64().unwrap_or(0)).unwrap_or_default();
            if let (Ok(access), Ok(refresh)) = (text(order, "access_token"), text(order, "refresh_token")) {
                self.planted.push_front(Pair { access: access.to_owned(), refresh: refresh.to_owned() });
            }
            self.person(person);
            let pair = self.add_pair(person, Origin::Issued, Delivery::ByHand, now - age).pair;
            Ok(json!({ "access_token": pair.access, "refresh_token": pair.refresh }))
        })
    }
}

impl Huntflow {
    /// Writes a new pair into the books. `began` may lie in the past.
    pub(super) fn add_pair(&mut self, person: &str, origin: Origin, delivery: Delivery, began: DateTime<Utc>) -> LedgerPair {
        let pair = self.planted.pop_front().unwrap_or_else(|| Pair { access: hex64(), refresh: hex64() });
        let entry = LedgerPair {
            serial: self.ledger.pairs.len(),
            person: person.to_owned(),
            pair,
            origin,
            committed_at: began,
            access_exp: began + self.lives.access,
            refresh_exp: began + self.lives.refresh,
            used: false,
            revoked: false,
            delivery,
            reads: 0,
        };
        self.ledger.pairs.push(entry.clone());
        entry
    }

    /// The person with this name, who is made when nobody has it.
    pub(super) fn person(&mut self, name: &str) -> &mut Person {
        let at = self.people.iter().position(|p| p.name == name).unwrap_or_else(|| {
            let id = self.people.iter().map(|p| p.id).max().unwrap_or(100) + 1;
            self.people.push(Person::new(id, name));
            self.people.len() - 1
        });
        &mut self.people[at]
    }
}

/// 64 lower-case hex characters, the shape seen in public samples.
fn hex64() -> String {
    format!("{}{}", Uuid::new_v4().simple(), Uuid::new_v4().simple())
}
