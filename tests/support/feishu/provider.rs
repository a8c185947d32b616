//! Feishu and Lark as a provider that can be served: two origins, its routes, its state.

use std::collections::HashMap;

use chrono::{DateTime, TimeDelta, Utc};

use super::authorize::{Answer, Code, Visit};
use super::console::{App, Brand, Person};
use super::ledger::{Family, Ledger};
use super::{apis, app_token, authorize, codes, oidc, token};
use crate::fake::{
    Arrival, Attempt, Canned, Committed, Delivery, Options, Outcome, Provider, RateLimit, Rates, Request, Untouched,
};

/// The API's origin: `open.feishu.cn`.
pub(super) const OPEN: usize = 0;
/// The origin of the authorization page and of v3: `accounts.feishu.cn`.
pub(super) const ACCOUNTS: usize = 1;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Route {
    /// `GET {accounts}/open-apis/authen/v1/authorize`, and the old `GET {open}/open-apis/authen/v1/index`
    Authorize,
    /// `POST …/authorize/…`: the buttons of the pages.
    Consent,
    /// `POST {open}/open-apis/authen/v2/oauth/token`
    TokenV2,
    /// `POST {accounts}/oauth/v3/token`
    TokenV3,
    /// `POST {open}/open-apis/authen/v1/oidc/access_token`
    OidcToken,
    /// `POST {open}/open-apis/authen/v1/oidc/refresh_access_token`
    OidcRefresh,
    /// `POST {open}/open-apis/auth/v3/tenant_access_token/internal`, `app_access_token/internal`
    AppToken,
    /// `POST {accounts}/oauth/v1/revoke`
    Revoke,
    /// `GET {open}/open-apis/authen/v1/user_info`, for user tokens
    UserInfo,
    /// `GET {open}/open-apis/bot/v3/info`, for tenant tokens
    BotInfo,
}

impl Route {
    fn of(site: usize, method: &str, path: &str) -> Option<Self> {
        let route = match (site, method, path) {
            (ACCOUNTS, "GET", authorize::PATH) | (OPEN, "GET", authorize::OLD_PATH) => Self::Authorize,
            (_, "POST", authorize::ACCOUNT | authorize::CONSENT) => Self::Consent,
            (OPEN, "POST", "/open-apis/authen/v2/oauth/token") => Self::TokenV2,
            (ACCOUNTS, "POST", "/oauth/v3/token") => Self::TokenV3,
            (OPEN, "POST", "/open-apis/authen/v1/oidc/access_token") => Self::OidcToken,
            (OPEN, "POST", "/open-apis/authen/v1/oidc/refresh_access_token") => Self::OidcRefresh,
            (ACCOUNTS, "POST", "/oauth/v1/revoke") => Self::Revoke,
            (OPEN, "GET", "/open-apis/authen/v1/user_info") => Self::UserInfo,
            (OPEN, "GET", "/open-apis/bot/v3/info") => Self::BotInfo,
            (OPEN, "POST", _) if app_token::is_path(path) => Self::AppToken,
            _ => return None,
        };
        Some(route)
    }
}

/// What becomes of the access token whose refresh token was spent: three official texts disagree (reference, 3.6).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum OldAccess {
    /// The 2026 text.
    #[default]
    LivesOn,
    /// The texts of 2025.
    OneMoreMinute,
    /// The FAQ, on v1.
    DiesAtOnce,
}

/// What Feishu remembers.
#[derive(Debug)]
pub struct Feishu {
    pub(super) brand: Brand,
    pub(super) ledger: Ledger,
    pub(super) apps: Vec<App>,
    pub(super) people: Vec<Person>,
    /// What each person has granted to each app (by id); it grows with every consent.
    pub(super) granted: HashMap<(String, String), Vec<String>>,
    pub(super) codes: Vec<Code>,
    pub(super) visits: HashMap<String, Visit>,
    pub(super) answering: Option<Answer>,
    pub(super) limit: RateLimit,
    rates: Rates,
    pub(super) lives: Lives,
    pub(super) old_access: OldAccess,
    /// 20064 is what was seen live for a used refresh token, 20073 what the table says (reference, 3.7).
    pub(super) used_code: u32,
    pub(super) code_as_text: bool,
    pub(super) v3_refuses_pkce: bool,
}

/// Lives of v2 and v3 tokens; "values may change" (reference, 3.6).
#[derive(Clone, Copy, Debug)]
pub(super) struct Lives {
    pub(super) access: TimeDelta,
    pub(super) refresh: TimeDelta,
}

impl Default for Feishu {
    fn default() -> Self {
        Self {
            brand: Brand::Feishu,
            ledger: Ledger::default(),
            apps: Vec::new(),
            people: Vec::new(),
            granted: HashMap::new(),
            codes: Vec::new(),
            visits: HashMap::new(),
            answering: None,
            limit: RateLimit::default(),
            // Token and authorize APIs: 1000 a minute and 50 a second for an app [V MIR uUzN04SN3QjL1cDN].
            rates: Rates::new(&[(50, TimeDelta::seconds(1)), (1000, TimeDelta::minutes(1))]),
            lives: Lives { access: TimeDelta::seconds(7200), refresh: TimeDelta::seconds(604_800) },
            old_access: OldAccess::default(),
            used_code: 20064,
            code_as_text: false,
            v3_refuses_pkce: false,
        }
    }
}

impl Options<Feishu> {
    /// Feishu unless told otherwise.
    #[must_use]
    pub fn brand(mut self, brand: Brand) -> Self {
        self.provider.brand = brand;
        self
    }

    /// 50 calls in a real second and 1000 in a minute for one app, unless told otherwise.
    #[must_use]
    pub fn rate_limit(mut self, limit: RateLimit) -> Self {
        self.provider.limit = limit;
        self
    }
}

impl Provider for Feishu {
    type Route = Route;
    type Ledger = Ledger;

    const NAME: &'static str = "feishu";
    const SITES: usize = 2;

    fn ledger(&self) -> &Ledger {
        &self.ledger
    }

    fn arrivals(&mut self) -> &mut Vec<Arrival> {
        &mut self.ledger.arrivals
    }

    fn route(request: &Request) -> Result<Route, Canned> {
        Route::of(request.site, &request.method, request.path()).ok_or_else(codes::not_found)
    }

    fn commit(&mut self, route: Route, request: &Request, now: DateTime<Utc>) -> Committed {
        if let Some(attempt) = self.attempt(route, request, now) {
            let (answer, outcome) = self.grant(route, request, now);
            let entry = self.ledger.attempts.add(Attempt { outcome, ..attempt });
            return Committed { answer, entry: Some(entry) };
        }
        match route {
            Route::Authorize => authorize::page(self, request, now).into(),
            Route::Consent => authorize::pressed(self, request, now).into(),
            Route::UserInfo => apis::user_info(self, request, now).into(),
            Route::BotInfo => apis::bot_info(self, request, now).into(),
            _ => token::revoke(self, request).into(),
        }
    }

    fn untouched(&mut self, route: Route, request: &Request, how: Untouched, at: DateTime<Utc>) -> Option<usize> {
        let attempt = self.attempt(route, request, at)?;
        Some(self.ledger.attempts.add(Attempt { outcome: how.into(), ..attempt }))
    }

    fn delivered(&mut self, entry: usize, delivery: &Delivery) {
        let attempt = &mut self.ledger.attempts.0[entry];
        attempt.delivery = delivery.clone();
        if let (Outcome::Made(serial), true) = (&attempt.outcome, attempt.grant != app_token::GRANT) {
            self.ledger.pairs[*serial].delivery = delivery.clone();
        }
    }
}

impl Feishu {
    /// Answers a token endpoint: what it made (a pair's serial, or an app token's place), or the code of its refusal.
    fn grant(&mut self, route: Route, request: &Request, now: DateTime<Utc>) -> (Canned, Outcome) {
        let made = match route {
            Route::TokenV2 => token::endpoint(self, request, Family::V2, now),
            Route::TokenV3 => token::endpoint(self, request, Family::V3, now),
            Route::OidcToken => oidc::exchange(self, request, now),
            Route::OidcRefresh => oidc::refresh(self, request, now),
            _ => app_token::fetch(self, request, now),
        };
        match made {
            Ok((answer, serial)) => (answer, Outcome::Made(serial)),
            Err(refusal) => {
                let body: serde_json::Value = serde_json::from_str(&refusal.body).unwrap_or_default();
                let outcome = Outcome::Refused { status: refusal.status, error: body["code"].to_string() };
                (refusal, outcome)
            }
        }
    }

    /// What came to a token endpoint, before anything is decided about it; `None` for other routes.
    fn attempt(&self, route: Route, request: &Request, at: DateTime<Utc>) -> Option<Attempt> {
        let body = request.parameters();
        let grant = match route {
            Route::TokenV2 | Route::TokenV3 | Route::OidcToken | Route::OidcRefresh => body.get("grant_type").unwrap_or_default(),
            Route::AppToken => app_token::GRANT,
            _ => return None,
        };
        let presented = body.filled("code").or(body.filled("refresh_token")).map(str::to_owned);
        let spent = |shown: &String| {
            self.codes.iter().any(|c| c.text == *shown && c.spent)
                || self.ledger.pairs.iter().any(|p| p.refresh.as_ref() == Some(shown) && p.used_at.is_some())
        };
        Some(Attempt {
            at,
            grant: grant.to_owned(),
            client: body.filled("client_id").or(body.filled("app_id")).map(str::to_owned),
            double_spend: presented.as_ref().is_some_and(spent),
            presented,
            outcome: Outcome::DroppedBeforeCommit,
            delivery: Delivery::Pending,
        })
    }

    /// The app with this id, if it is one of this brand.
    pub(super) fn app(&self, id: &str) -> Option<&App> {
        self.apps.iter().find(|app| app.id == id && app.brand == self.brand)
    }

    pub(super) fn person(&self, name: &str) -> Option<&Person> {
        self.people.iter().find(|p| p.name == name)
    }

    /// Counts a call of an app.
    pub(super) fn admit(&mut self, app: &str, now: DateTime<Utc>) -> Result<(), Canned> {
        let free = self.rates.admit(self.limit, app, now);
        if free { Ok(()) } else { Err(codes::too_many(1)) }
    }
}
