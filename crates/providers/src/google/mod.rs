//! Google, for a person who has consented to a "Desktop app" of their own Cloud project.
//!
//! Sources, by the names used in this folder: "native-app" and "overview" are developers.google.com/identity/protocols/
//! oauth2/native-app and /oauth2; "GAM" is GAM's list of token errors; "google-auth" is Google's Python library.

mod client_file;
mod consent;
mod endpoints;
mod errors;
mod scopes;
#[cfg(test)]
mod tests;

use async_trait::async_trait;
use bulla_core::{
    ClientSecret, CredentialKind, Exchange, Identity, Judgement, ProviderKind, RawAnswer, ReadOutcome, RefreshToken, Result,
    Rules, Site,
    ports::{CallAnswer, CallRequest, Provider},
    rules,
};
use bytes::Bytes;
use reqwest::header::{CONTENT_TYPE, HeaderValue};
use url::form_urlencoded;
use zeroize::Zeroizing;

use crate::call;
use crate::consent::{ClientAuth, TokenEndpoint};
use crate::http::{self, Http};
use crate::oauth::{judge, userinfo};

pub use client_file::{ClientFile, read_client_file};
pub use scopes::{PRESETS, Preset};

use endpoints::Endpoints;

/// Google's APIs for one person.
#[derive(Debug, Clone, Default)]
pub struct Google;

const RULES: &Rules = rules(ProviderKind::Google, CredentialKind::Reusable);

#[async_trait]
impl Provider for Google {
    /// The refresh grant (native-app, "Refreshing an access token"): the secret is sent although the documents call it
    /// optional, because desktop clients without it are refused.
    async fn exchange(&self, site: Site<'_>, secret: Option<&ClientSecret>, refresh: &RefreshToken) -> Exchange {
        let endpoint = match token_endpoint(site, secret) {
            Ok(endpoint) => endpoint,
            Err(error) => return Exchange::NotSent(error.to_string()),
        };
        endpoint.post(&[("grant_type", "refresh_token"), ("refresh_token", refresh.expose())]).await
    }

    fn judge(&self, answer: &RawAnswer) -> Judgement {
        judge(errors::TABLE, RULES, answer)
    }

    /// UserInfo, and where that does not know the token, tokeninfo: a token without `openid` works all the same.
    async fn read(&self, site: Site<'_>, token: &str) -> ReadOutcome {
        let http = match Http::shared() {
            Ok(http) => http,
            Err(fault) => return http::unanswered(fault),
        };
        let endpoints = Endpoints::of(site);
        match userinfo(http, &endpoints.userinfo, token).await {
            ReadOutcome::Expired if lives(http, &endpoints.tokeninfo, token).await => ReadOutcome::Alive(Identity::default()),
            outcome => outcome,
        }
    }

    async fn call(&self, site: Site<'_>, token: &str, request: &CallRequest) -> Result<CallAnswer> {
        let (method, base) = (call::method(request)?, endpoints::api_host(site.base, &request.path)?);
        let url = call::address(&base, "", &request.path)?;
        call::send(method, url, token, request).await
    }
}

/// Whether tokeninfo knows an access token. Asked by POST, so that the token is in no address.
async fn lives(http: &Http, url: &str, token: &str) -> bool {
    let mut body = Zeroizing::new(String::with_capacity(16 + 3 * token.len()));
    form_urlencoded::Serializer::new(&mut *body).append_pair("access_token", token);
    let request = http
        .read
        .post(url)
        .header(CONTENT_TYPE, HeaderValue::from_static("application/x-www-form-urlencoded"))
        .body(Bytes::from_owner(body));
    matches!(http::send(request).await, Ok(answer) if answer.status == 200)
}

fn token_endpoint(site: Site<'_>, secret: Option<&ClientSecret>) -> Result<TokenEndpoint> {
    let client_id = site.app.map_or("", |app| app.client_id.as_str());
    TokenEndpoint::new(&Endpoints::of(site).token, client_id, secret.cloned(), ClientAuth::Body)
}
