//! HighLevel as a provider that can be served: two origins, its routes, its state.

use std::collections::HashMap;

use chrono::{DateTime, TimeDelta, Utc};

use super::agency::{App, Company, Location};
use super::answer::{self, Wording};
use super::choose::{self, Answer, Code, Visit};
use super::ledger::Ledger;
use super::{apis, token};
use crate::fake::{
    Arrival, Attempt, Canned, Committed, Delivery, Options, Outcome, Provider, RateLimit, Rates, Request, Untouched,
};

/// `services.leadconnectorhq.com`
pub(super) const SERVICES: usize = 0;
/// `marketplace.gohighlevel.com`, or its white-label twin `marketplace.leadconnectorhq.com`
pub(super) const MARKETPLACE: usize = 1;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Route {
    /// `GET {marketplace}/v2/oauth/chooselocation`, and without `/v2`
    ChooseLocation,
    /// `POST` of its buttons
    Chosen,
    /// `POST {services}/oauth/token`
    Token,
    /// `POST {services}/oauth/locationToken`, and v3's `/oauth/location-token`
    LocationToken,
    /// `GET {services}/oauth/installedLocations`
    InstalledLocations,
    /// `POST {services}/oauth/reconnect`, which was removed
    Reconnect,
    /// `GET {services}/locations/{id}`
    Location,
    /// `GET {services}/companies/{id}`
    Company,
    /// `GET {services}/medias/files`
    Medias,
}

impl Route {
    fn of(site: usize, method: &str, path: &str) -> Option<Self> {
        let one = |prefix: &str| path.strip_prefix(prefix).is_some_and(|id| !id.is_empty() && !id.contains('/'));
        let route = match (site, method, path) {
            (MARKETPLACE, "GET", choose::PATH | choose::OLD_PATH) => Self::ChooseLocation,
            (MARKETPLACE, "POST", choose::CHOSEN) => Self::Chosen,
            (SERVICES, "POST", "/oauth/token") => Self::Token,
            (SERVICES, "POST", "/oauth/locationToken" | "/oauth/location-token") => Self::LocationToken,
            (SERVICES, "GET", "/oauth/installedLocations") => Self::InstalledLocations,
            (SERVICES, "POST", "/oauth/reconnect") => Self::Reconnect,
            (SERVICES, "GET", "/medias/files") => Self::Medias,
            (SERVICES, "GET", _) if one("/locations/") => Self::Location,
            (SERVICES, "GET", _) if one("/companies/") => Self::Company,
            _ => return None,
        };
        Some(route)
    }
}

/// What HighLevel remembers.
#[derive(Debug)]
pub struct HighLevel {
    pub(super) ledger: Ledger,
    pub(super) apps: Vec<App>,
    pub(super) companies: Vec<Company>,
    pub(super) locations: Vec<Location>,
    pub(super) codes: Vec<Code>,
    pub(super) visits: HashMap<String, Visit>,
    pub(super) answering: Option<Answer>,
    pub(super) wording: Wording,
    pub(super) returns_state: bool,
    pub(super) limit: RateLimit,
    pub(super) rates: Rates,
}

impl Default for HighLevel {
    fn default() -> Self {
        Self {
            ledger: Ledger::default(),
            apps: Vec::new(),
            companies: Vec::new(),
            locations: Vec::new(),
            codes: Vec::new(),
            visits: HashMap::new(),
            answering: None,
            wording: Wording::default(),
            returns_state: true,
            limit: RateLimit::default(),
            // For an app and a location or company [RATE].
            rates: Rates::new(&[(100, TimeDelta::seconds(10)), (200_000, TimeDelta::days(1))]),
        }
    }
}

impl Options<HighLevel> {
    /// 100 calls of APIs in 10 real seconds for an app and a location or company, unless told otherwise.
    #[must_use]
    pub fn rate_limit(mut self, limit: RateLimit) -> Self {
        self.provider.limit = limit;
        self
    }
}

impl Provider for HighLevel {
    type Route = Route;
    type Ledger = Ledger;

    const NAME: &'static str = "highlevel";
    const SITES: usize = 2;

    fn ledger(&self) -> &Ledger {
        &self.ledger
    }

    fn arrivals(&mut self) -> &mut Vec<Arrival> {
        &mut self.ledger.arrivals
    }

    fn route(request: &Request) -> Result<Route, Canned> {
        let (method, path) = (request.method.as_str(), request.path());
        Route::of(request.site, method, path).ok_or_else(|| answer::no_such_path(method, path))
    }

    fn commit(&mut self, route: Route, request: &Request, now: DateTime<Utc>) -> Committed {
        match route {
            Route::Token => token::endpoint(self, request, now),
            Route::ChooseLocation => choose::page(self, request, now).into(),
            Route::Chosen => choose::chosen(self, request, now).into(),
            Route::LocationToken => apis::location_token(self, request, now).into(),
            Route::InstalledLocations => apis::installed_locations(self, request, now).into(),
            // [I333, 2026-09-10]: still in the help centre, gone from the API.
            Route::Reconnect => answer::specified(400, "API endpoint has been removed").into(),
            Route::Location => apis::location(self, request, now).into(),
            Route::Company => apis::company(self, request, now).into(),
            Route::Medias => apis::medias(self, request, now).into(),
        }
    }

    fn untouched(&mut self, route: Route, request: &Request, how: Untouched, at: DateTime<Utc>) -> Option<usize> {
        (route == Route::Token).then(|| {
            let attempt = token::attempt(self, request, at);
            self.ledger.attempts.add(Attempt { outcome: how.into(), ..attempt })
        })
    }

    fn delivered(&mut self, entry: usize, delivery: &Delivery) {
        let attempt = &mut self.ledger.attempts.0[entry];
        attempt.delivery = delivery.clone();
        if let Outcome::Made(serial) = attempt.outcome {
            self.ledger.pairs[serial].delivery = delivery.clone();
        }
    }
}

impl HighLevel {
    pub(super) fn app(&self, client_id: &str) -> Option<&App> {
        self.apps.iter().find(|app| app.client_id == client_id)
    }

    pub(super) fn location(&self, id: &str) -> Option<&Location> {
        self.locations.iter().find(|l| l.id == id)
    }
}
