//! A person's consent to an app of their tenant (`obtain-oauth-code`).

use std::collections::BTreeMap;

use async_trait::async_trait;
use bulla_core::{App, ClientSecret, Error, ErrorCode, Exchange, RawAnswer, RefreshToken, Result};
use chrono::{DateTime, Utc};

use super::app_token::{Kind, NoAppToken, fetch};
use super::brand::{Brand, Endpoints};
use super::envelope::Envelope;
use super::tokens::{self, NoTokens};
use super::{Feishu, codes, family};
use crate::consent::{AuthorizationRequest, Consent, Issuer, LoopbackHost, StateReturn};
use crate::consents::{AppCheck, Brought, Consents, Wish};
use crate::oauth::Meaning;
use crate::registered::Usual;

/// Without it no refresh token comes (`get-user-access-token`).
const OFFLINE: &str = "offline_access";

/// The platform knows no "any port": each address is registered under the app's Security Settings. Its own samples
/// listen on `localhost`. Below the ports that systems give away by themselves.
const REDIRECT: Usual = Usual { host: LoopbackHost::Localhost, ports: &[18_080, 18_081, 18_082], path: "/callback" };

#[async_trait]
impl Consents for Feishu {
    fn base_url(&self, app: &App) -> Result<String> {
        Ok(Endpoints::of(self.brand, Some(app))?.api.as_str().to_owned())
    }

    /// `prompt=consent` shows the page even where everything was granted before, so that a person sees which account
    /// it is. There is no parameter for the account that is expected.
    fn request(&self, app: &App, wish: &Wish) -> Result<AuthorizationRequest> {
        // Found out before the browser opens: a code could not be redeemed without them.
        family::of_app(app)?;
        if !app.has_secret {
            return Err(Error::new(ErrorCode::AppDetailsInvalid).with("field", "client_secret"));
        }
        Ok(AuthorizationRequest {
            endpoint: Endpoints::of(self.brand, Some(app))?.authorize(),
            client_id: app.client_id.clone(),
            redirect: REDIRECT.redirect(app, wish)?,
            scopes: self.scopes(wish),
            extra: vec![("prompt".to_owned(), "consent".to_owned())],
            issuer: Issuer::Unknown,
            state_return: StateReturn::Always,
        })
    }

    /// The wish, and always what brings a refresh token.
    fn scopes(&self, wish: &Wish) -> Vec<String> {
        let mut scopes: Vec<String> = Vec::new();
        let wished = wish.scopes.iter().map(|scope| scope.trim()).filter(|scope| !scope.is_empty());
        for scope in wished.chain([OFFLINE]) {
            if !scopes.iter().any(|known| known == scope) {
                scopes.push(scope.to_owned());
            }
        }
        scopes
    }

    async fn redeem(&self, app: &App, secret: Option<&ClientSecret>, consent: &Consent) -> Exchange {
        let (row, client) = match (family::of_app(app), self.client(Some(app), secret)) {
            (Ok(row), Ok(client)) => (row, client),
            (Err(error), _) | (_, Err(error)) => return Exchange::NotSent(error.to_string()),
        };
        let mut grant = vec![("grant_type", "authorization_code"), ("code", consent.code.expose())];
        if row.binds_code {
            grant.push(("redirect_uri", consent.redirect.as_str()));
            grant.push(("code_verifier", consent.verifier.expose()));
        }
        client.post(row, row.redeem, &grant).await
    }

    /// The answer does not say whose tokens they are; a read call does.
    fn brought(&self, app: &App, wish: &Wish, answer: &RawAnswer, _: DateTime<Utc>) -> Result<Brought> {
        let row = family::of_app(app)?;
        let tokens = tokens::read(self.brand, answer).map_err(of_consent)?;
        let mut scopes = tokens.scopes.unwrap_or_else(|| self.scopes(wish));
        // A refresh token is what the scope grants, whether the list repeats it or not.
        if tokens.refresh.is_some() && !scopes.iter().any(|scope| scope == OFFLINE) {
            scopes.push(OFFLINE.to_owned());
        }
        let rules = self.brand.rules();
        let noted = [
            (family::FAMILY, Some(row.family.as_str().to_owned())),
            ("brand", Some(self.brand.as_str().to_owned())),
            ("tenant_key", tokens.tenant_key),
        ];
        let data: BTreeMap<String, String> =
            noted.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?))).collect();
        Ok(Brought {
            access: tokens.access,
            refresh: tokens.refresh,
            single_use: true,
            access_life_s: tokens.access_life_s.or(rules.access_life.map(|life| life.num_seconds())).unwrap_or_default(),
            refresh_life_s: tokens.refresh_life_s,
            scopes,
            identity: None,
            data,
        })
    }

    /// `POST {accounts}/oauth/v1/revoke`, which no page documents (larksuite/cli, since 1.0.53).
    async fn revoke(&self, app: &App, secret: Option<&ClientSecret>, token: &RefreshToken) -> Result<bool> {
        let client = self.client(Some(app), secret)?;
        let endpoint = client.form_endpoint(&client.endpoints.revoke())?;
        match endpoint.post(&[("token", token.expose()), ("token_type_hint", "refresh_token")]).await {
            Exchange::Answered(answer) => revoked(self.brand, &answer),
            Exchange::NotSent(text) => Err(Error::new(ErrorCode::Offline).detail(text)),
            Exchange::Lost(text) => Err(Error::new(ErrorCode::NoAnswer).detail(text)),
        }
    }

    /// Fetches a tenant token and lets it go: the platform gives it for id and secret alone.
    async fn check_app(&self, app: &App, secret: Option<&ClientSecret>) -> Result<AppCheck> {
        let client = self.client(Some(app), secret)?;
        match fetch(self.brand, &client.endpoints, app, client.secret, Kind::Tenant).await {
            Ok(_) => Ok(AppCheck::Accepted),
            Err(NoAppToken::Refused(_, error) | NoAppToken::Unknown(error)) => Err(error),
        }
    }
}

/// What is over already is no error.
fn revoked(brand: Brand, answer: &RawAnswer) -> Result<bool> {
    let page = || Error::new(ErrorCode::ProviderUnavailable).detail(format!("HTTP {}", answer.status));
    let success = (200..300).contains(&answer.status);
    if success && answer.body.trim_ascii().is_empty() {
        return Ok(true);
    }
    let envelope = Envelope::parse(&answer.body).filter(|_| answer.status < 500).ok_or_else(page)?;
    match (envelope.code(), envelope.oauth_error()) {
        (Some(0), _) | (None, None) if success => Ok(true),
        (Some(code), _) if code != 0 => match codes::token(code) {
            Meaning::Dead(_) => Ok(true),
            meaning => Err(envelope.error(meaning.code(), brand)),
        },
        _ => Err(page()),
    }
}

/// What the table says of refresh tokens is said of a code here.
fn of_consent(no: NoTokens) -> Error {
    match no.error.code() {
        ErrorCode::RefreshNotFound | ErrorCode::RefreshExpired => {
            Error::new(ErrorCode::ConsentRefused).detail(no.error.detail_text().unwrap_or_default())
        }
        _ => no.error,
    }
}
