//! What a token endpoint's answer says, in the form of RFC 6749 §5. Pure.
//!
//! Providers that answer in a form of their own (Huntflow; Feishu's `code` and `msg`) read it themselves. An answer
//! may hold the only live copy of a single-use token, so whatever can be understood without it is no reason to refuse:
//! a life that makes no sense counts as not stated, and the provider's rules then say how long tokens usually live.

use bulla_core::{AccessToken, Error, ErrorCode, IdToken, RawAnswer, RefreshToken};
use serde::Deserialize;
use serde_json::Value;
use url::Url;

use crate::http::BODY_CAP;
use crate::scrub::scrub;

/// The longest life believed, seconds: twenty years. Some providers issue tokens for ten.
const MAX_LIFE_S: i64 = 20 * 366 * 24 * 3600;

/// Longer names are no error's.
const MAX_ERROR: usize = 100;

/// Longer addresses explain nothing.
const MAX_LINK: usize = 300;

/// Tokens, as stated.
#[derive(Debug)]
pub struct TokenAnswer {
    /// What programs send.
    pub access: AccessToken,
    /// Absent when the old one stays, or when there is none.
    pub refresh: Option<RefreshToken>,
    /// Seconds the access token lives, when stated and possible (`expires_in`).
    pub access_life_s: Option<i64>,
    /// Seconds the refresh token lives, when stated and possible (`refresh_token_expires_in`; Google, Feishu).
    pub refresh_life_s: Option<i64>,
    /// What was granted. Not stated: what was asked for (RFC 6749 §5.1).
    pub scopes: Option<Vec<String>>,
    /// Whose tokens these are (`OpenID Connect`).
    pub id_token: Option<IdToken>,
}

/// Why there are no tokens.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TokenFault {
    /// The endpoint judged the request and says no.
    Refused(TokenRefusal),
    /// Not an answer in this form: `provider_unavailable` for pages and server errors, `answer_unreadable` for answers
    /// that were meant for us. Nothing is known about the token or code sent.
    Unclear(Error),
}

/// RFC 6749 §5.2, freed of control characters and of whatever could be a token. Decide by `error` and `subtype`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TokenRefusal {
    /// HTTP status; some providers refuse with 200.
    pub status: u16,
    /// Such as `invalid_grant`.
    pub error: String,
    /// Google's finer reason, such as `invalid_rapt`.
    pub subtype: Option<String>,
    /// Words for developers.
    pub description: Option<String>,
    /// Where the provider explains it; `https` only.
    pub uri: Option<String>,
}

impl TokenRefusal {
    /// The refusal as an error of the caller's choice, with the provider's words as its detail line.
    #[must_use]
    pub fn as_error(&self, code: ErrorCode) -> Error {
        let parts = [Some(self.error.as_str()), self.subtype.as_deref(), self.description.as_deref()];
        Error::new(code).detail(parts.into_iter().flatten().collect::<Vec<_>>().join(": "))
    }
}

/// Reads an answer of a token endpoint, whatever its status.
///
/// # Errors
/// [`TokenFault`].
pub fn read_token_answer(answer: &RawAnswer) -> Result<TokenAnswer, TokenFault> {
    let wire = match wire(answer) {
        Some(Ok(wire)) => wire,
        Some(Err(())) => return Err(unclear(answer, ErrorCode::AnswerUnreadable)),
        None => return Err(unclear(answer, ErrorCode::ProviderUnavailable)),
    };
    let success = (200..300).contains(&answer.status);
    match (success, &wire.access_token, wire.refusal(answer.status)) {
        (true, Some(_), None) => wire.tokens().ok_or_else(|| unclear(answer, ErrorCode::AnswerUnreadable)),
        // Some providers refuse with 200; a server's own trouble is no judgement, whatever its body says.
        (_, None, Some(refusal)) if answer.status < 500 => Err(TokenFault::Refused(refusal)),
        (_, None, Some(refusal)) => Err(TokenFault::Unclear(refusal.as_error(ErrorCode::ProviderUnavailable))),
        (true, ..) => Err(unclear(answer, ErrorCode::AnswerUnreadable)),
        (false, ..) => Err(unclear(answer, ErrorCode::ProviderUnavailable)),
    }
}

/// RFC 6749 §5.1 and §5.2 in one. Unknown fields are passed over, doubled ones refused.
#[derive(Deserialize)]
struct Wire {
    access_token: Option<String>,
    refresh_token: Option<String>,
    token_type: Option<String>,
    id_token: Option<String>,
    #[serde(default)]
    expires_in: Value,
    #[serde(default)]
    refresh_token_expires_in: Value,
    #[serde(default)]
    scope: Value,
    #[serde(default)]
    error: Value,
    #[serde(default)]
    error_subtype: Value,
    #[serde(default)]
    error_description: Value,
    #[serde(default)]
    error_uri: Value,
}

/// `None`: no JSON object. `Some(Err)`: one that does not fit the form.
fn wire(answer: &RawAnswer) -> Option<Result<Wire, ()>> {
    let body = answer.body.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&answer.body);
    if body.len() > BODY_CAP {
        return Some(Err(()));
    }
    let begins = body.iter().find(|b| !b.is_ascii_whitespace());
    (begins == Some(&b'{')).then(|| serde_json::from_slice(body).map_err(|_| ()))
}

impl Wire {
    /// `None` when a token cannot be used, or is of a kind we could not use rightly (RFC 6749 §7.1).
    fn tokens(self) -> Option<TokenAnswer> {
        let access = self.access_token.filter(|token| is_token(token)).map(AccessToken::new)?;
        let refresh = match self.refresh_token.filter(|token| !token.is_empty()) {
            Some(token) if is_token(&token) => Some(RefreshToken::new(token)),
            Some(_) => return None,
            None => None,
        };
        if self.token_type.is_some_and(|kind| !kind.eq_ignore_ascii_case("bearer")) {
            return None;
        }
        Some(TokenAnswer {
            access,
            refresh,
            access_life_s: life(&self.expires_in),
            refresh_life_s: life(&self.refresh_token_expires_in),
            scopes: scopes(&self.scope),
            id_token: self.id_token.filter(|token| is_token(token)).map(IdToken::new),
        })
    }

    /// `None` unless `error` names an error.
    fn refusal(&self, status: u16) -> Option<TokenRefusal> {
        let error = self.error.as_str().filter(|error| !error.is_empty() && error.len() <= MAX_ERROR)?;
        Some(TokenRefusal {
            status,
            error: plain(error),
            subtype: line(&self.error_subtype),
            description: line(&self.error_description),
            uri: link(&self.error_uri),
        })
    }
}

/// `1*VSCHAR` (RFC 6749 A.12), and not only spaces: anything else no header can carry.
pub(crate) fn is_token(text: &str) -> bool {
    !text.trim().is_empty() && text.bytes().all(|b| (0x20..=0x7e).contains(&b))
}

/// A number of seconds, as a number or as text, when a token can live that long.
pub(crate) fn life(stated: &Value) -> Option<i64> {
    let seconds = match stated {
        #[expect(clippy::cast_possible_truncation, reason = "as casts saturate, and the range is checked below")]
        Value::Number(number) => number.as_i64().or_else(|| number.as_f64().map(|seconds| seconds as i64)),
        Value::String(text) => text.trim().parse().ok(),
        _ => None,
    };
    seconds.filter(|seconds| (1..=MAX_LIFE_S).contains(seconds))
}

/// Space-separated (RFC 6749 §3.3); some providers send a list.
pub(crate) fn scopes(stated: &Value) -> Option<Vec<String>> {
    let scopes: Vec<String> = match stated {
        Value::String(text) => text.split_whitespace().map(str::to_owned).collect(),
        Value::Array(list) => list.iter().filter_map(Value::as_str).map(str::to_owned).collect(),
        _ => return None,
    };
    (!scopes.is_empty()).then_some(scopes)
}

fn line(text: &Value) -> Option<String> {
    text.as_str().map(plain).filter(|text| !text.is_empty())
}

/// An address for people, without a query that could hold a token.
fn link(text: &Value) -> Option<String> {
    let mut url = Url::parse(text.as_str()?).ok().filter(|url| url.scheme() == "https" && url.username().is_empty())?;
    if url.query().is_some_and(|query| scrub(query) != query) {
        url.set_query(None);
    }
    Some(url.into()).filter(|url: &String| url.len() <= MAX_LINK)
}

/// One short printable line without tokens.
fn plain(text: &str) -> String {
    const MAX_CHARS: usize = 300;
    let text: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    scrub(text.trim()).chars().take(MAX_CHARS).collect()
}

fn unclear(answer: &RawAnswer, code: ErrorCode) -> TokenFault {
    TokenFault::Unclear(Error::new(code).detail(format!("HTTP {}", answer.status)))
}
