//! A person's consent to a private app: they choose the location or agency on HighLevel's own page
//! (docs/oauth/Authorization.md).

use std::collections::BTreeMap;

use async_trait::async_trait;
use bulla_core::{App, ClientSecret, Error, ErrorCode, Exchange, Identity, RawAnswer, RefreshToken, Result};
use chrono::{DateTime, Utc};
use serde::Deserialize;
use serde_json::Value;

use super::account::{self, UserType, is_id};
use super::{HighLevel, NoTokens, RULES, endpoints, token_endpoint, tokens};
use crate::consent::{AuthorizationRequest, Consent, Issuer, LoopbackHost, StateReturn};
use crate::consents::{Brought, Consents, Wish};
use crate::oauth::Meaning;
use crate::registered::Usual;

/// The address that programs for private apps usually listen on; registered per app, and no page says that any port would do.
const REDIRECT: Usual = Usual { host: LoopbackHost::Localhost, ports: &[3_000], path: "/callback" };

#[async_trait]
impl Consents for HighLevel {
    fn base_url(&self, app: &App) -> Result<String> {
        Ok(endpoints::api(Some(app))?.as_str().to_owned())
    }

    /// `state` and PKCE are documented nowhere. Both are sent; that `state` comes back cannot be relied on.
    fn request(&self, app: &App, wish: &Wish) -> Result<AuthorizationRequest> {
        // Found out before the browser opens: a code could not be redeemed without them.
        UserType::of(&BTreeMap::new(), Some(app))?;
        endpoints::api(Some(app))?;
        if !app.has_secret {
            return Err(Error::new(ErrorCode::AppDetailsInvalid).with("field", "client_secret"));
        }
        Ok(AuthorizationRequest {
            endpoint: endpoints::authorize(app)?.as_str().to_owned(),
            client_id: app.client_id.clone(),
            redirect: REDIRECT.redirect(app, wish)?,
            scopes: self.scopes(wish),
            extra: Vec::new(),
            issuer: Issuer::Unknown,
            state_return: StateReturn::MayBeMissing,
        })
    }

    /// The wish and no more: a scope that the app has not registered ends the consent on HighLevel's page.
    fn scopes(&self, wish: &Wish) -> Vec<String> {
        let mut scopes: Vec<String> = Vec::new();
        for scope in wish.scopes.iter().map(|scope| scope.trim()).filter(|scope| !scope.is_empty()) {
            if !scopes.iter().any(|known| known == scope) {
                scopes.push(scope.to_owned());
            }
        }
        scopes
    }

    /// The classic form (apps/oauth.json), which knows no `code_verifier`: a field that it does not know could be
    /// refused with 422.
    async fn redeem(&self, app: &App, secret: Option<&ClientSecret>, consent: &Consent) -> Exchange {
        let endpoint = UserType::of(&BTreeMap::new(), Some(app)).and_then(|user_type| token_endpoint(app, secret, user_type));
        let grant =
            [("grant_type", "authorization_code"), ("code", consent.code.expose()), ("redirect_uri", consent.redirect.as_str())];
        match endpoint {
            Ok(endpoint) => endpoint.post(&grant).await,
            Err(error) => Exchange::NotSent(error.to_string()),
        }
    }

    fn brought(&self, app: &App, wish: &Wish, answer: &RawAnswer, _: DateTime<Utc>) -> Result<Brought> {
        let tokens = tokens(answer).map_err(of_consent)?;
        let whose = Whose::read(&answer.body);
        let user_type = match whose.user_type() {
            Some(user_type) => user_type,
            None => UserType::of(&BTreeMap::new(), Some(app))?,
        };
        let granted = tokens.scopes.unwrap_or_else(|| self.scopes(wish));
        let data = whose.data(user_type, &granted);
        let subject = match user_type {
            UserType::Location => data.get(account::LOCATION_ID),
            UserType::Company => data.get(account::COMPANY_ID),
        };
        let identity = subject.map(|id| Identity { subject: Some(id.clone()), ..Identity::default() });
        Ok(Brought {
            access: tokens.access,
            refresh: tokens.refresh,
            single_use: true,
            access_life_s: tokens.access_life_s.or(RULES.access_life.map(|life| life.num_seconds())).unwrap_or_default(),
            refresh_life_s: tokens.refresh_life_s,
            scopes: granted,
            identity,
            data,
        })
    }

    /// There is no endpoint for it: a person uninstalls the app.
    async fn revoke(&self, _: &App, _: Option<&ClientSecret>, _: &RefreshToken) -> Result<bool> {
        Ok(false)
    }
}

/// Whose tokens an answer brings. Read leniently: a pair must not be lost for a field that is none of its own.
#[derive(Default, Deserialize)]
struct Whose {
    #[serde(default, rename = "userType")]
    user_type: Value,
    #[serde(default, rename = "locationId")]
    location: Value,
    #[serde(default, rename = "companyId")]
    company: Value,
}

impl Whose {
    fn read(body: &[u8]) -> Self {
        serde_json::from_slice(body.strip_prefix(b"\xef\xbb\xbf").unwrap_or(body)).unwrap_or_default()
    }

    fn user_type(&self) -> Option<UserType> {
        let implied = || id(&self.location).map(|_| UserType::Location).or(id(&self.company).map(|_| UserType::Company));
        self.user_type.as_str().and_then(UserType::parse).or_else(implied)
    }

    fn data(&self, user_type: UserType, granted: &[String]) -> BTreeMap<String, String> {
        let noted = [
            (account::USER_TYPE, Some(user_type.as_str())),
            (account::LOCATION_ID, id(&self.location)),
            (account::COMPANY_ID, id(&self.company)),
            (account::TEST, Some(account::test_for(user_type, granted))),
        ];
        noted.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?.to_owned()))).collect()
    }
}

fn id(value: &Value) -> Option<&str> {
    value.as_str().filter(|id| is_id(id))
}

/// What the table says of refresh tokens is said of a code here.
fn of_consent(no: NoTokens) -> Error {
    match no.meaning {
        Meaning::Dead(_) => Error::new(ErrorCode::ConsentRefused).detail(no.error.detail_text().unwrap_or_default()),
        _ => no.error,
    }
}
