//! A person's consent to an app of theirs (native-app).

use std::collections::BTreeMap;

use async_trait::async_trait;
use bulla_core::{App, ClientSecret, Error, ErrorCode, Exchange, RawAnswer, RefreshToken, Result};
use bytes::Bytes;
use chrono::{DateTime, Utc};
use reqwest::header::{CONTENT_TYPE, HeaderValue};
use url::form_urlencoded;
use zeroize::Zeroizing;

use super::endpoints::Endpoints;
use super::{Google, RULES, scopes};
use crate::consent::{
    AuthorizationRequest, ClientAuth, Consent, Issuer, LoopbackHost, Ports, Redirect, StateReturn, TokenEndpoint,
    read_token_answer,
};
use crate::consents::{Brought, Consents, Wish, refused};
use crate::http::{self, Http};
use crate::oauth::{Claims, read_id_token};

/// Seconds that refresh tokens of an app in testing live, by and large (overview: "7 days").
const TESTING_LIFE_S: std::ops::RangeInclusive<i64> = 6 * 86_400..=8 * 86_400;

#[async_trait]
impl Consents for Google {
    fn base_url(&self, app: &App) -> Result<String> {
        Ok(Endpoints::api(app))
    }

    /// `access_type=offline` and `prompt=consent`: without both, a second consent often brings no refresh token
    /// (google-auth-library-python-oauthlib#62). `include_granted_scopes` does not work for desktop apps (native-app).
    fn request(&self, app: &App, wish: &Wish) -> Result<AuthorizationRequest> {
        let endpoints = Endpoints::of_app(app);
        let ports = wish.port.map_or(Ports::Any, |port| Ports::Registered(vec![port]));
        let mut extra = vec![("access_type".to_owned(), "offline".to_owned()), ("prompt".to_owned(), "consent".to_owned())];
        extra.extend(wish.login_hint.clone().map(|hint| ("login_hint".to_owned(), hint)));
        Ok(AuthorizationRequest {
            endpoint: endpoints.auth,
            client_id: app.client_id.clone(),
            redirect: Redirect::new(LoopbackHost::V4, ports, "/")?,
            scopes: scopes::requested(&wish.scopes),
            extra,
            issuer: endpoints.issuers.into_iter().next().map_or(Issuer::Unknown, Issuer::IfSent),
            state_return: StateReturn::Always,
        })
    }

    fn scopes(&self, wish: &Wish) -> Vec<String> {
        scopes::asked(&wish.scopes)
    }

    async fn redeem(&self, app: &App, secret: Option<&ClientSecret>, consent: &Consent) -> Exchange {
        let endpoints = Endpoints::of_app(app);
        match TokenEndpoint::new(&endpoints.token, &app.client_id, secret.cloned(), ClientAuth::Body) {
            Ok(endpoint) => endpoint.redeem(consent).await,
            Err(error) => Exchange::NotSent(error.to_string()),
        }
    }

    fn brought(&self, app: &App, wish: &Wish, answer: &RawAnswer, now: DateTime<Utc>) -> Result<Brought> {
        let tokens = read_token_answer(answer).map_err(refused)?;
        let issuers = Endpoints::of_app(app).issuers;
        let issuers: Vec<&str> = issuers.iter().map(String::as_str).collect();
        let claims = match &tokens.id_token {
            Some(token) => Some(read_id_token(token, &issuers, &app.client_id, now)?),
            None => None,
        };
        let granted = tokens.scopes.unwrap_or_else(|| self.scopes(wish));
        Ok(Brought {
            access: tokens.access,
            refresh: tokens.refresh,
            single_use: false,
            access_life_s: tokens.access_life_s.or(RULES.access_life.map(|life| life.num_seconds())).unwrap_or_default(),
            refresh_life_s: tokens.refresh_life_s,
            scopes: granted.iter().map(|scope| scopes::full(scope)).collect(),
            identity: claims.map(Claims::identity),
            data: testing(tokens.refresh_life_s),
        })
    }

    fn revokes_together(&self) -> bool {
        true
    }

    /// Withdraws everything this person granted to the whole Cloud project (native-app, "Revoking a token").
    async fn revoke(&self, app: &App, _: Option<&ClientSecret>, token: &RefreshToken) -> Result<bool> {
        let http = Http::shared().map_err(http::fault_error)?;
        let mut body = Zeroizing::new(String::with_capacity(16 + 3 * token.expose().len()));
        form_urlencoded::Serializer::new(&mut *body).append_pair("token", token.expose());
        let request = http
            .exchange
            .post(Endpoints::of_app(app).revoke)
            .header(CONTENT_TYPE, HeaderValue::from_static("application/x-www-form-urlencoded"))
            .body(Bytes::from_owner(body));
        let answer = http::send(request).await.map_err(http::fault_error)?;
        match answer.status {
            // 400 is `invalid_token`: it is over already.
            200..=299 | 400 => Ok(true),
            status => Err(Error::new(ErrorCode::ProviderUnavailable).detail(format!("HTTP {status}"))),
        }
    }
}

/// An app whose publishing status is "Testing" shows by the life of its refresh tokens.
fn testing(refresh_life_s: Option<i64>) -> BTreeMap<String, String> {
    let testing = refresh_life_s.is_some_and(|life| TESTING_LIFE_S.contains(&life));
    testing.then(|| ("testing".to_owned(), "true".to_owned())).into_iter().collect()
}
