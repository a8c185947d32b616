//! One POST to the token endpoint of a family, written as its row says.

use bulla_core::{App, ClientSecret, Exchange, Result};
use reqwest::header::{AUTHORIZATION, CONTENT_TYPE, HeaderValue};

use super::app_token::{Kind, NoAppToken, fetch};
use super::brand::{Brand, Endpoints};
use super::family::{Encoding, Proof, Row};
use super::json;
use crate::consent::{ClientAuth, TokenEndpoint};
use crate::http::{self, Http};

/// What an app proves itself with at which endpoints.
pub(super) struct Client<'a> {
    pub(super) brand: Brand,
    pub(super) endpoints: Endpoints,
    pub(super) app: &'a App,
    /// Every app that a person registers has one, and every exchange needs it.
    pub(super) secret: &'a ClientSecret,
}

impl Client<'_> {
    /// Sends a grant. Whatever fails before that has spent nothing and is `NotSent`, or is the platform's refusal of the
    /// app itself, which `judge` understands like one of the token endpoint.
    pub(super) async fn post(&self, row: &Row, path: &str, grant: &[(&str, &str)]) -> Exchange {
        let url = row.address(&self.endpoints, path);
        match (row.encoding, row.proof) {
            (Encoding::Form, _) => self.post_form(&url, grant).await,
            (Encoding::Json, Proof::Body) => {
                let proof = [("client_id", self.app.client_id.as_str()), ("client_secret", self.secret.expose())];
                let pairs: Vec<(&str, &str)> = grant.iter().copied().chain(proof).collect();
                post_json(&url, None, &pairs).await
            }
            (Encoding::Json, Proof::AppToken) => {
                match fetch(self.brand, &self.endpoints, self.app, self.secret, Kind::App).await {
                    Ok(token) => match http::bearer(token.expose()) {
                        Some(header) => post_json(&url, Some(header), grant).await,
                        None => Exchange::NotSent("no header can carry the app token".to_owned()),
                    },
                    Err(NoAppToken::Refused(answer, _)) => Exchange::Answered(answer),
                    Err(NoAppToken::Unknown(error)) => Exchange::NotSent(format!("no app token: {error}")),
                }
            }
        }
    }

    async fn post_form(&self, url: &str, grant: &[(&str, &str)]) -> Exchange {
        match self.form_endpoint(url) {
            Ok(endpoint) => endpoint.post(grant).await,
            Err(error) => Exchange::NotSent(error.to_string()),
        }
    }

    pub(super) fn form_endpoint(&self, url: &str) -> Result<TokenEndpoint> {
        TokenEndpoint::new(url, &self.app.client_id, Some(self.secret.clone()), ClientAuth::Body)
    }
}

async fn post_json(url: &str, authorization: Option<HeaderValue>, pairs: &[(&str, &str)]) -> Exchange {
    let http = match Http::shared() {
        Ok(http) => http,
        Err(fault) => return Exchange::NotSent(fault.into_text()),
    };
    let Some(body) = json::object(pairs) else {
        return Exchange::NotSent("the request could not be written".to_owned());
    };
    let mut request = http.exchange.post(url).header(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    if let Some(authorization) = authorization {
        request = request.header(AUTHORIZATION, authorization);
    }
    match http::send(request.body(body)).await {
        Ok(answer) => Exchange::Answered(answer),
        Err(fault) => http::unexchanged(fault),
    }
}
