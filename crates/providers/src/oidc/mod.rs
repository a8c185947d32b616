//! Any OAuth 2.0 or OpenID Connect server, by its own description or by addresses a person gives.
//!
//! Refresh tokens count as single use unless the app's settings say that they last: a second use of a spent one can
//! revoke everything that was granted (RFC 9700 §4.14.2).

mod consent;
mod discovery;
mod settings;
#[cfg(test)]
mod tests;

use async_trait::async_trait;
use bulla_core::{
    ClientSecret, CredentialKind, Error, ErrorCode, Exchange, Judgement, ProviderKind, RawAnswer, ReadOutcome, RefreshToken,
    Result, Rules, Site,
    ports::{CallAnswer, CallRequest, Provider},
    rules,
};

use crate::call;
use crate::consent::TokenEndpoint;
use crate::http::{self, Http};
use crate::oauth::{judge, userinfo};

pub use discovery::{Discovered, discover};
pub use settings::{RefreshTokens, ServerSettings};

/// A server that speaks OAuth 2.0.
#[derive(Debug, Clone, Default)]
pub struct Oidc;

const RULES: &Rules = rules(ProviderKind::Oidc, CredentialKind::Rotating);

#[async_trait]
impl Provider for Oidc {
    async fn exchange(&self, site: Site<'_>, secret: Option<&ClientSecret>, refresh: &RefreshToken) -> Exchange {
        match token_endpoint(site, secret) {
            Ok(endpoint) => endpoint.post(&[("grant_type", "refresh_token"), ("refresh_token", refresh.expose())]).await,
            Err(error) => Exchange::NotSent(error.to_string()),
        }
    }

    fn judge(&self, answer: &RawAnswer) -> Judgement {
        judge(&[], RULES, answer)
    }

    async fn read(&self, site: Site<'_>, token: &str) -> ReadOutcome {
        let address = site.app.map(ServerSettings::of).and_then(|settings| settings.userinfo_endpoint);
        let Some(address) = address else {
            let error = Error::new(ErrorCode::TestNotPossible);
            return ReadOutcome::Failed { error, pauses: false, retry_after: None };
        };
        match Http::shared() {
            Ok(http) => userinfo(http, &address, token).await,
            Err(fault) => http::unanswered(fault),
        }
    }

    async fn call(&self, site: Site<'_>, token: &str, request: &CallRequest) -> Result<CallAnswer> {
        let (method, url) = (call::method(request)?, call::address(site.base, "", &request.path)?);
        call::send(method, url, token, request).await
    }
}

fn token_endpoint(site: Site<'_>, secret: Option<&ClientSecret>) -> Result<TokenEndpoint> {
    let app = site.app.ok_or(ErrorCode::AppNotFound)?;
    let settings = ServerSettings::of(app);
    Ok(TokenEndpoint::new(&settings.token_endpoint, &app.client_id, secret.cloned(), settings.client_auth)?
        .with_extra(settings.token_extra()))
}
