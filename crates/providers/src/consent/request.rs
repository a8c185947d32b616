//! What a provider is asked with: one address, made fresh for every consent.

use std::fmt;

use bulla_core::{CodeVerifier, ConsentState, Error, ErrorCode, Result};
use oauth2::{
    AuthUrl, AuthorizationRequest as Asked, ClientId, CsrfToken, PkceCodeChallenge, RedirectUrl, Scope, basic::BasicClient,
};
use url::Url;
use zeroize::Zeroizing;

use super::expected::{Issuer, StateReturn};
use super::redirect::{Redirect, RedirectUri};
use crate::hosts::is_loopback;

/// 256 bits, as the verifier has.
const STATE_BYTES: u32 = 32;

/// What belongs to the flow itself and is never given as an extra parameter.
const OURS: [&str; 7] =
    ["response_type", "client_id", "redirect_uri", "scope", "state", "code_challenge", "code_challenge_method"];

/// A provider's authorization endpoint and what to ask there. Holds no secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuthorizationRequest {
    /// The authorization endpoint; `https`, or `http` on loopback.
    pub endpoint: String,
    /// The app's public id.
    pub client_id: String,
    /// Where the provider sends the browser back.
    pub redirect: Redirect,
    /// In the order they are asked for. None: no `scope` parameter.
    pub scopes: Vec<String>,
    /// What else this provider wants, such as `access_type=offline`.
    pub extra: Vec<(String, String)>,
    /// How the callback's `iss` is taken.
    pub issuer: Issuer,
    /// Whether the callback's `state` may be missing.
    pub state_return: StateReturn,
}

/// The address to open in the person's browser. Holds the flow's state, so it does not print its query.
#[derive(Clone)]
pub struct AuthorizationUrl(Zeroizing<String>);

impl AuthorizationUrl {
    /// The whole address, for the browser or "copy link". Give it to a program as one argument, never to a shell.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for AuthorizationUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "AuthorizationUrl({}?****)", self.0.split('?').next().unwrap_or_default())
    }
}

/// One asking of one request.
#[derive(Debug)]
pub(super) struct Asking {
    pub(super) url: AuthorizationUrl,
    pub(super) state: ConsentState,
    pub(super) verifier: CodeVerifier,
}

impl AuthorizationRequest {
    /// Whether it can be asked with at all; nothing is opened for one that cannot.
    ///
    /// # Errors
    /// `app_details_invalid`, whose `field` is `endpoint`, `client_id` or `extra`.
    pub fn check(&self) -> Result<()> {
        let endpoint = endpoint(&self.endpoint)?;
        if self.client_id.trim().is_empty() {
            return Err(invalid("client_id", "a client id is needed"));
        }
        let given = endpoint.query_pairs().map(|(name, _)| name.into_owned());
        let extra = self.extra.iter().map(|(name, _)| name.clone());
        match given.chain(extra).find(|name| OURS.contains(&name.as_str())) {
            Some(name) => Err(invalid("extra", &format!("{name} is set for every consent anew"))),
            None => Ok(()),
        }
    }

    /// Makes a state and a verifier, and the address that asks with them.
    ///
    /// The challenge's method is always named: some providers take a missing one for `plain` (RFC 7636 §4.3; Feishu).
    pub(super) fn ask(&self, redirect: &RedirectUri) -> Result<Asking> {
        self.check()?;
        let place = AuthUrl::new(self.endpoint.clone()).map_err(|_| unreadable())?;
        let redirect = RedirectUrl::new(redirect.as_str().to_owned()).map_err(|_| unreadable())?;
        let client = BasicClient::new(ClientId::new(self.client_id.clone())).set_auth_uri(place).set_redirect_uri(redirect);
        let (challenge, verifier) = PkceCodeChallenge::new_random_sha256();
        let asked = client
            .authorize_url(|| CsrfToken::new_random_len(STATE_BYTES))
            .add_scopes(self.scopes.iter().cloned().map(Scope::new))
            .set_pkce_challenge(challenge);
        let (url, state) = self.extra.iter().fold(asked, with).url();
        Ok(Asking {
            url: AuthorizationUrl(Zeroizing::new(spaced(url))),
            state: ConsentState::new(state.into_secret()),
            verifier: CodeVerifier::new(verifier.into_secret()),
        })
    }
}

/// An address that secrets and people are sent to: `https`, or `http` on loopback.
pub(super) fn endpoint(text: &str) -> Result<Url> {
    let url = Url::parse(text.trim()).map_err(|_| unreadable())?;
    if url.host().is_none() {
        return Err(unreadable());
    }
    let loopback = is_loopback(&url);
    let plain = url.username().is_empty() && url.password().is_none() && url.fragment().is_none();
    match url.scheme() {
        "https" if plain => Ok(url),
        "http" if plain && loopback => Ok(url),
        "http" if plain => Err(invalid("endpoint", "the address must begin with https://")),
        _ => Err(unreadable()),
    }
}

pub(super) fn invalid(field: &str, why: &str) -> Error {
    Error::new(ErrorCode::AppDetailsInvalid).with("field", field).detail(why)
}

fn unreadable() -> Error {
    invalid("endpoint", "not an address")
}

fn with<'a>(asked: Asked<'a>, (name, value): &'a (String, String)) -> Asked<'a> {
    asked.add_extra_param(name.as_str(), value.as_str())
}

/// A space written so that forms and plain percent decoders read the same.
fn spaced(mut url: Url) -> String {
    if let Some(query) = url.query().map(|query| query.replace('+', "%20")) {
        url.set_query(Some(&query));
    }
    url.into()
}
