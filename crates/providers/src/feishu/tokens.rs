//! What a token endpoint's answer brings, in the wrapper of any family. Pure, and without knowing the family: start-up
//! judges a journalled answer by its bytes alone.

use bulla_core::{AccessToken, Error, ErrorCode, RawAnswer, RefreshToken};
use serde::Deserialize;
use serde_json::Value;

use super::brand::Brand;
use super::codes;
use super::envelope::Envelope;
use super::family::{RefreshLife, Row, TABLE, Wrapper};
use crate::consent::{TokenRefusal, is_token, life, scopes};
use crate::oauth::{Meaning, meaning};
use crate::scrub::filled;

/// Tokens, as stated.
#[derive(Debug)]
pub(super) struct Tokens {
    pub(super) access: AccessToken,
    pub(super) refresh: Option<RefreshToken>,
    pub(super) access_life_s: Option<i64>,
    pub(super) refresh_life_s: Option<i64>,
    pub(super) scopes: Option<Vec<String>>,
    pub(super) tenant_key: Option<String>,
}

/// Why there are no tokens; the error bears the meaning's code.
#[derive(Debug)]
pub(super) struct NoTokens {
    pub(super) meaning: Meaning,
    pub(super) error: Error,
}

/// Reads an answer, whatever its status. A limit costs nothing whoever says it; a server's own trouble is no judgement,
/// whatever its body says; what is left is judged by its code.
pub(super) fn read(brand: Brand, answer: &RawAnswer) -> Result<Tokens, NoTokens> {
    let envelope = Envelope::parse(&answer.body);
    let none = |meaning: Meaning| NoTokens { meaning, error: explain(meaning.code(), envelope.as_ref(), brand, answer) };
    if answer.status == 429 {
        return Err(none(Meaning::Refused(ErrorCode::RateLimited)));
    }
    let Some(said) = envelope.as_ref().filter(|_| answer.status < 500) else {
        return Err(none(Meaning::Unclear(ErrorCode::ProviderUnavailable)));
    };
    let (wire, success) = (Wire::parse(&answer.body), (200..300).contains(&answer.status));
    let unreadable = || none(Meaning::Unclear(ErrorCode::AnswerUnreadable));
    match (said.code(), said.oauth_error()) {
        (Some(0), _) | (None, None) if success => wire.and_then(Wire::tokens).ok_or_else(unreadable),
        // A token beside a refusal, or who knows what: it may be the only live one.
        _ if wire.map_or_else(|| names_token(&answer.body), |wire| wire.brings_token()) => Err(unreadable()),
        (Some(0), _) | (None, None) => Err(none(Meaning::Unclear(ErrorCode::ProviderUnavailable))),
        (Some(code), _) => Err(none(codes::token(code))),
        (None, Some(error)) => Err(none(by_standard(answer.status, error))),
    }
}

/// For answers without a code of the platform's: OAuth's own names (RFC 6749 §5.2).
fn by_standard(status: u16, error: &str) -> Meaning {
    let refusal = TokenRefusal { status, error: error.to_owned(), subtype: None, description: None, uri: None };
    meaning(&[], &refusal)
}

fn explain(code: ErrorCode, envelope: Option<&Envelope>, brand: Brand, answer: &RawAnswer) -> Error {
    let error = envelope.map_or_else(|| Error::new(code), |envelope| envelope.error(code, brand));
    match error.detail_text() {
        Some(text) if !text.is_empty() => error,
        _ => error.detail(format!("HTTP {}", answer.status)),
    }
}

/// An answer with its tokens; fields of all families. Unknown fields are passed over, doubled ones refused.
#[derive(Default, Deserialize)]
struct Wire {
    access_token: Option<String>,
    refresh_token: Option<String>,
    token_type: Option<String>,
    #[serde(default)]
    expires_in: Value,
    #[serde(default)]
    refresh_token_expires_in: Value,
    #[serde(default)]
    refresh_expires_in: Value,
    #[serde(default)]
    scope: Value,
    tenant_key: Option<String>,
    data: Option<Box<Wire>>,
}

impl Wire {
    fn parse(body: &[u8]) -> Option<Self> {
        serde_json::from_slice(body.strip_prefix(b"\xef\xbb\xbf").unwrap_or(body)).ok()
    }

    fn inside(&self, wrapper: Wrapper) -> Option<&Self> {
        match wrapper {
            Wrapper::Top => Some(self),
            Wrapper::Data => self.data.as_deref(),
        }
    }

    fn brings_token(&self) -> bool {
        let filled = |text: &Option<String>| text.as_ref().is_some_and(|text| !text.is_empty());
        let brings = |wire: &Self| filled(&wire.access_token) || filled(&wire.refresh_token);
        TABLE.iter().filter_map(|row| self.inside(row.wrapper)).any(brings)
    }

    fn tokens(self) -> Option<Tokens> {
        let row = TABLE.iter().find(|row| self.inside(row.wrapper).is_some_and(|wire| wire.access_token.is_some()))?;
        match row.wrapper {
            Wrapper::Top => taken(row, self),
            Wrapper::Data => taken(row, *self.data?),
        }
    }
}

/// For answers that do not fit the form.
fn names_token(body: &[u8]) -> bool {
    const NAME: &[u8] = b"\"access_token\"";
    body.windows(NAME.len()).any(|window| window == NAME)
}

/// `None` when a token cannot be used, or is of a kind we could not use rightly.
fn taken(row: &Row, wire: Wire) -> Option<Tokens> {
    let access = wire.access_token.filter(|token| is_token(token)).map(AccessToken::new)?;
    let refresh = match wire.refresh_token.filter(|token| !token.is_empty()) {
        Some(token) if is_token(&token) => Some(RefreshToken::new(token)),
        Some(_) => return None,
        None => None,
    };
    if wire.token_type.as_ref().is_some_and(|kind| !kind.eq_ignore_ascii_case("bearer")) {
        return None;
    }
    let (long, short) = (life(&wire.refresh_token_expires_in), life(&wire.refresh_expires_in));
    Some(Tokens {
        access,
        refresh,
        access_life_s: life(&wire.expires_in),
        refresh_life_s: match row.refresh_life {
            RefreshLife::Long => long.or(short),
            RefreshLife::Short => short.or(long),
        },
        scopes: scopes(&wire.scope),
        tenant_key: filled(wire.tenant_key),
    })
}
