//! The token endpoint: one POST of a form, and how the app proves itself there.

use base64::{Engine, engine::general_purpose::STANDARD};
use bulla_core::{ClientSecret, Exchange, Result};
use bytes::Bytes;
use reqwest::header::{AUTHORIZATION, CONTENT_TYPE, HeaderValue};
use url::{Url, form_urlencoded};
use zeroize::Zeroizing;

use super::flow::Consent;
use super::request::{endpoint, invalid};
use crate::http::{self, Fault, Http};

/// Escaping makes a byte three at most.
const ESCAPED: usize = 3;

/// How an app proves itself (RFC 6749 §2.3.1).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum ClientAuth {
    /// `client_id` and, where there is one, `client_secret` in the form.
    Body,
    /// `Authorization: Basic …`, and neither in the form. Without a secret the id goes into the form.
    #[default]
    Basic,
}

/// A provider's token endpoint as one app uses it.
#[derive(Debug, Clone)]
pub struct TokenEndpoint {
    url: Url,
    client_id: String,
    secret: Option<ClientSecret>,
    auth: ClientAuth,
    extra: Vec<(String, String)>,
    /// Instead of the process's shared clients.
    own: Option<Http>,
}

impl TokenEndpoint {
    /// The endpoint at `url` (`https`, or `http` on loopback).
    ///
    /// # Errors
    /// `app_details_invalid`, whose `field` is `endpoint` or `client_id`.
    pub fn new(url: &str, client_id: &str, secret: Option<ClientSecret>, auth: ClientAuth) -> Result<Self> {
        if client_id.trim().is_empty() {
            return Err(invalid("client_id", "a client id is needed"));
        }
        Ok(Self { url: endpoint(url)?, client_id: client_id.to_owned(), secret, auth, extra: Vec::new(), own: None })
    }

    /// What else this provider wants in the form, such as HighLevel's `user_type`. Nothing secret.
    #[must_use]
    pub fn with_extra(mut self, extra: Vec<(String, String)>) -> Self {
        self.extra = extra;
        self
    }

    #[cfg(test)]
    pub(super) fn with_http(mut self, http: Http) -> Self {
        self.own = Some(http);
        self
    }

    /// Redeems a consent's code (RFC 6749 §4.1.3, RFC 7636 §4.5): one POST, no retry, no redirect.
    pub async fn redeem(&self, consent: &Consent) -> Exchange {
        self.post(&[
            ("grant_type", "authorization_code"),
            ("code", consent.code.expose()),
            ("redirect_uri", consent.redirect.as_str()),
            ("code_verifier", consent.verifier.expose()),
        ])
        .await
    }

    /// One POST of any grant, with the app's proof added. Providers renew with it too.
    pub(crate) async fn post(&self, grant: &[(&str, &str)]) -> Exchange {
        let http = match self.http() {
            Ok(http) => http,
            Err(fault) => return Exchange::NotSent(fault.into_text()),
        };
        let mut request = http
            .exchange
            .post(self.url.clone())
            .header(CONTENT_TYPE, HeaderValue::from_static("application/x-www-form-urlencoded"));
        let mut proof = Vec::new();
        match (&self.secret, self.auth) {
            (Some(secret), ClientAuth::Basic) => match basic(&self.client_id, secret) {
                Some(header) => request = request.header(AUTHORIZATION, header),
                None => return Exchange::NotSent("the request could not be written".to_owned()),
            },
            (Some(secret), ClientAuth::Body) => {
                proof.extend([("client_id", self.client_id.as_str()), ("client_secret", secret.expose())]);
            }
            (None, _) => proof.push(("client_id", self.client_id.as_str())),
        }
        let extra = self.extra.iter().map(|(name, value)| (name.as_str(), value.as_str()));
        let pairs: Vec<(&str, &str)> = grant.iter().copied().chain(proof).chain(extra).collect();
        match http::send(request.body(Bytes::from_owner(form(&pairs)))).await {
            Ok(answer) => Exchange::Answered(answer),
            Err(fault) => http::unexchanged(fault),
        }
    }

    fn http(&self) -> Result<&Http, Fault> {
        match &self.own {
            Some(http) => Ok(http),
            None => Http::shared(),
        }
    }
}

/// A form in memory that is wiped, with room for everything so that it never moves.
fn form(pairs: &[(&str, &str)]) -> Zeroizing<String> {
    let room = pairs.iter().map(|(name, value)| 2 + ESCAPED * (name.len() + value.len())).sum();
    let mut body = Zeroizing::new(String::with_capacity(room));
    form_urlencoded::Serializer::new(&mut *body).extend_pairs(pairs);
    body
}

/// Both halves are escaped like a form's values before they are joined (RFC 6749 §2.3.1).
pub(super) fn basic(client_id: &str, secret: &ClientSecret) -> Option<HeaderValue> {
    let secret = secret.expose();
    let mut pair = Zeroizing::new(String::with_capacity(1 + ESCAPED * (client_id.len() + secret.len())));
    pair.extend(form_urlencoded::byte_serialize(client_id.as_bytes()));
    pair.push(':');
    pair.extend(form_urlencoded::byte_serialize(secret.as_bytes()));
    let mut header = Zeroizing::new(String::with_capacity("Basic ".len() + 4 * pair.len().div_ceil(3)));
    header.push_str("Basic ");
    STANDARD.encode_string(pair.as_bytes(), &mut header);
    let mut value = HeaderValue::from_maybe_shared(Bytes::from_owner(header)).ok()?;
    value.set_sensitive(true);
    Some(value)
}
