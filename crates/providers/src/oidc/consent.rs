//! A person's consent at any server.

use std::collections::BTreeMap;

use async_trait::async_trait;
use bulla_core::{App, BaseUrl, ClientSecret, Error, ErrorCode, Exchange, RawAnswer, RefreshToken, Result};
use chrono::{DateTime, Utc};

use super::{Oidc, RULES, settings::RefreshTokens, settings::ServerSettings};
use crate::consent::{
    AuthorizationRequest, Consent, Issuer, LoopbackHost, Ports, Redirect, StateReturn, TokenEndpoint, read_token_answer,
};
use crate::consents::{Brought, Consents, Wish, refused};
use crate::oauth::{Claims, read_id_token};

/// Where callbacks come to unless the app says otherwise.
const PATH: &str = "/callback";

/// OpenID Connect Core §11.
const OFFLINE: &str = "offline_access";

#[async_trait]
impl Consents for Oidc {
    fn base_url(&self, app: &App) -> Result<String> {
        let settings = ServerSettings::of(app);
        let base = settings.api.or(settings.issuer).unwrap_or(settings.token_endpoint);
        BaseUrl::parse(&base).map(|base| base.as_str().to_owned())
    }

    /// `prompt=consent` goes with `offline_access`, as OpenID Connect Core §11 demands.
    fn request(&self, app: &App, wish: &Wish) -> Result<AuthorizationRequest> {
        let settings = ServerSettings::of(app);
        let fixed = app.setting("redirect_port").and_then(|port| port.parse().ok());
        let ports = wish.port.or(fixed).map_or(Ports::Any, |port| Ports::Registered(vec![port]));
        let host = if app.setting("redirect_host") == Some("localhost") { LoopbackHost::Localhost } else { LoopbackHost::V4 };
        let offline = wish.scopes.iter().any(|scope| scope == OFFLINE);
        let mut extra = settings.extra.clone();
        if offline && !extra.iter().any(|(name, _)| name == "prompt") {
            extra.push(("prompt".to_owned(), "consent".to_owned()));
        }
        for (name, value) in
            [("resource", &settings.resource), ("audience", &settings.audience), ("login_hint", &wish.login_hint)]
        {
            extra.extend(value.clone().map(|value| (name.to_owned(), value)));
        }
        let issuer = match settings.issuer {
            Some(issuer) if settings.names_issuer => Issuer::Always(issuer),
            Some(issuer) => Issuer::IfSent(issuer),
            None => Issuer::Unknown,
        };
        Ok(AuthorizationRequest {
            endpoint: settings.authorization_endpoint,
            client_id: app.client_id.clone(),
            redirect: Redirect::new(host, ports, app.setting("redirect_path").unwrap_or(PATH))?,
            scopes: self.scopes(wish),
            extra,
            issuer,
            state_return: StateReturn::Always,
        })
    }

    fn scopes(&self, wish: &Wish) -> Vec<String> {
        wish.scopes.clone()
    }

    async fn redeem(&self, app: &App, secret: Option<&ClientSecret>, consent: &Consent) -> Exchange {
        let settings = ServerSettings::of(app);
        match TokenEndpoint::new(&settings.token_endpoint, &app.client_id, secret.cloned(), settings.client_auth) {
            Ok(endpoint) => endpoint.with_extra(settings.token_extra()).redeem(consent).await,
            Err(error) => Exchange::NotSent(error.to_string()),
        }
    }

    fn brought(&self, app: &App, wish: &Wish, answer: &RawAnswer, now: DateTime<Utc>) -> Result<Brought> {
        let tokens = read_token_answer(answer).map_err(refused)?;
        let settings = ServerSettings::of(app);
        let claims = match (&tokens.id_token, &settings.issuer) {
            (Some(token), Some(issuer)) => Some(read_id_token(token, &[issuer], &app.client_id, now)?),
            _ => None,
        };
        let mut scopes = tokens.scopes.unwrap_or_else(|| wish.scopes.clone());
        // A refresh token is what this scope is for; servers that grant it seldom say so.
        if tokens.refresh.is_some() && !scopes.iter().any(|scope| scope == OFFLINE) {
            scopes.extend(wish.scopes.iter().find(|scope| *scope == OFFLINE).cloned());
        }
        Ok(Brought {
            access: tokens.access,
            refresh: tokens.refresh,
            single_use: settings.refresh_tokens == RefreshTokens::SingleUse,
            access_life_s: tokens.access_life_s.or(RULES.access_life.map(|life| life.num_seconds())).unwrap_or_default(),
            refresh_life_s: tokens.refresh_life_s,
            scopes,
            identity: claims.map(Claims::identity),
            data: BTreeMap::new(),
        })
    }

    /// RFC 7009 §2.1: the refresh token, by which a server ends what was granted with it.
    async fn revoke(&self, app: &App, secret: Option<&ClientSecret>, token: &RefreshToken) -> Result<bool> {
        let settings = ServerSettings::of(app);
        let Some(address) = settings.revocation_endpoint else { return Ok(false) };
        let endpoint = TokenEndpoint::new(&address, &app.client_id, secret.cloned(), settings.client_auth)?;
        match endpoint.post(&[("token", token.expose()), ("token_type_hint", "refresh_token")]).await {
            Exchange::Answered(answer) if (200..300).contains(&answer.status) => Ok(true),
            Exchange::Answered(answer) => {
                Err(Error::new(ErrorCode::ProviderUnavailable).detail(format!("HTTP {}", answer.status)))
            }
            Exchange::NotSent(text) => Err(Error::new(ErrorCode::Offline).detail(text)),
            Exchange::Lost(text) => Err(Error::new(ErrorCode::NoAnswer).detail(text)),
        }
    }
}
