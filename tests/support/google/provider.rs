//! Google as a provider that can be served: its routes and its state.

use std::collections::HashMap;

use chrono::{DateTime, Utc};

use super::authorize::{Answer, Code, Visit};
use super::cloud::{Client, Delegation, Project, ServiceAccount};
use super::ledger::Ledger;
use super::people::Person;
use super::{answer, api, authorize, consent, identity, token};
use crate::fake::{Arrival, Attempt, Canned, Committed, Delivery, Options, Provider, Request, Untouched};

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Route {
    /// `GET /o/oauth2/v2/auth`, or `/o/oauth2/auth` as client files still say.
    Authorize,
    /// `POST /signin/oauth/…`: the buttons of the pages.
    Consent,
    /// `POST /token`
    Token,
    /// `POST /revoke`
    Revoke,
    /// `/tokeninfo`
    TokenInfo,
    /// `/v1/userinfo`, `/oauth2/v3/userinfo`
    UserInfo,
    /// `GET /gmail/v1/users/me/profile`
    GmailProfile,
    /// `GET /v4/spreadsheets/{id}`
    Spreadsheet,
    /// `GET /.well-known/openid-configuration`
    Discovery,
    /// `GET /oauth2/v3/certs`
    Certificates,
}

impl Route {
    fn of(method: &str, path: &str) -> Option<Self> {
        let route = match (method, path) {
            ("GET", "/o/oauth2/v2/auth" | "/o/oauth2/auth") => Self::Authorize,
            ("POST", "/token") => Self::Token,
            ("POST", "/revoke") => Self::Revoke,
            ("GET" | "POST", "/tokeninfo") => Self::TokenInfo,
            ("GET" | "POST", "/v1/userinfo" | "/oauth2/v3/userinfo") => Self::UserInfo,
            ("GET", "/gmail/v1/users/me/profile") => Self::GmailProfile,
            ("GET", "/.well-known/openid-configuration") => Self::Discovery,
            ("GET", "/oauth2/v3/certs") => Self::Certificates,
            ("POST", _) if path.starts_with("/signin/oauth/") => Self::Consent,
            ("GET", _) if path.strip_prefix(api::SHEETS).is_some_and(|id| !id.is_empty() && !id.contains('/')) => {
                Self::Spreadsheet
            }
            _ => return None,
        };
        Some(route)
    }
}

/// What Google remembers.
#[derive(Debug, Default)]
pub struct Google {
    pub(super) origin: String,
    /// What tokens and callbacks name as issuer. Empty: the fake's own origin.
    pub(super) issuer: String,
    pub(super) ledger: Ledger,
    pub(super) projects: Vec<Project>,
    pub(super) clients: Vec<Client>,
    pub(super) people: Vec<Person>,
    pub(super) service_accounts: Vec<ServiceAccount>,
    pub(super) delegations: Vec<Delegation>,
    pub(super) sheets: Vec<Sheet>,
    /// What each person (`sub`) has granted to each project.
    pub(super) granted: HashMap<(String, String), Vec<String>>,
    pub(super) codes: Vec<Code>,
    pub(super) visits: HashMap<String, Visit>,
    pub(super) answering: Option<Answer>,
    pub(super) repeats_refresh_life: bool,
}

/// A spreadsheet and who may open it, by address.
#[derive(Clone, Debug)]
pub(super) struct Sheet {
    pub(super) id: String,
    pub(super) title: String,
    pub(super) readers: Vec<String>,
}

impl Options<Google> {
    /// The issuer in callbacks and id_tokens. Google's is the origin of its authorization page, and so is the fake's,
    /// unless another is wanted.
    #[must_use]
    pub fn issuer(mut self, issuer: &str) -> Self {
        issuer.clone_into(&mut self.provider.issuer);
        self
    }
}

impl Provider for Google {
    type Route = Route;
    type Ledger = Ledger;

    const NAME: &'static str = "google";

    fn moved_in(&mut self, origins: &[String]) {
        self.origin.clone_from(&origins[0]);
        if self.issuer.is_empty() {
            self.issuer.clone_from(&origins[0]);
        }
    }

    fn ledger(&self) -> &Ledger {
        &self.ledger
    }

    fn arrivals(&mut self) -> &mut Vec<Arrival> {
        &mut self.ledger.arrivals
    }

    fn route(request: &Request) -> Result<Route, Canned> {
        Route::of(&request.method, request.path()).ok_or_else(answer::no_such_path)
    }

    fn commit(&mut self, route: Route, request: &Request, now: DateTime<Utc>) -> Committed {
        match route {
            Route::Authorize => authorize::page(self, request, now).into(),
            Route::Consent => consent::pressed(self, request, now).into(),
            Route::Token => token::endpoint(self, request, now),
            Route::Revoke => identity::revoke(self, request, now).into(),
            Route::TokenInfo => identity::token_info(self, request, now).into(),
            Route::UserInfo => identity::user_info(self, request, now).into(),
            Route::GmailProfile => api::gmail_profile(self, request, now).into(),
            Route::Spreadsheet => api::spreadsheet(self, request, now).into(),
            Route::Discovery => identity::discovery(self).into(),
            Route::Certificates => identity::certificates().into(),
        }
    }

    fn untouched(&mut self, route: Route, request: &Request, how: Untouched, at: DateTime<Utc>) -> Option<usize> {
        (route == Route::Token).then(|| {
            let attempt = token::attempt(self, request, at);
            self.ledger.attempts.add(Attempt { outcome: how.into(), ..attempt })
        })
    }

    fn delivered(&mut self, entry: usize, delivery: &Delivery) {
        self.ledger.attempts.0[entry].delivery = delivery.clone();
    }
}

impl Google {
    pub(super) fn project(&self, id: &str) -> &Project {
        self.projects.iter().find(|p| p.id == id).unwrap_or_else(|| panic!("no project {id}"))
    }

    pub(super) fn client(&self, id: &str) -> Option<&Client> {
        self.clients.iter().find(|c| c.id == id)
    }

    /// The person with this `sub` or address.
    pub(super) fn person(&self, name: &str) -> Option<&Person> {
        self.people.iter().find(|p| p.sub == name || p.email.eq_ignore_ascii_case(name))
    }
}
