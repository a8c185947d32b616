//! What HighLevel refuses with. It has no error codes and no full list (highlevel-api-docs#249), so status and words
//! decide: the one provider for which words must. What no row names has judged nothing.
//!
//! Words: apps/oauth.json and apps/v3/oauth-v3.json of GoHighLevel/highlevel-api-docs, its issues #213 and #249, and the
//! texts of node-oauth2-server, which its token endpoint repeats.

use bulla_core::{Error, ErrorCode};
use serde::Deserialize;
use serde_json::Value;

use crate::oauth::Meaning;
use crate::scrub::{filled, scrub};

use ErrorCode as E;
use Meaning::{Dead, Paused, Refused};

/// One refusal.
#[derive(Debug, Clone, Copy)]
pub(super) struct Row<T> {
    pub(super) status: &'static [u16],
    /// In lower case; part of what is said. Empty: whatever is said.
    pub(super) says: &'static str,
    pub(super) means: T,
}

const fn row<T>(status: &'static [u16], says: &'static str, means: T) -> Row<T> {
    Row { status, says, means }
}

/// Of the token endpoint. The first that fits counts.
pub(super) const TOKEN: &[Row<Meaning>] = &[
    row(&[400, 401], "refresh token is invalid", Dead(E::RefreshNotFound)),
    row(&[400, 401], "refresh token has expired", Dead(E::RefreshExpired)),
    row(&[400, 401], "invalid refresh token", Dead(E::RefreshNotFound)),
    // The same refresh token works again once the location does.
    row(&[400, 401, 403], "location is not active", Paused(E::LocationInactive)),
    // Said of a wrong id or secret, and by some accounts also of an app that was uninstalled: nothing tells the two
    // apart, so the tokens are kept.
    row(&[400, 401], "invalid client", Paused(E::AppRefused)),
    row(&[400, 401], "invalid_client", Paused(E::AppRefused)),
    row(&[400, 401], "authorization code", Refused(E::ConsentRefused)),
    row(&[400], "redirect_uri", Refused(E::AppDetailsInvalid)),
    row(&[400], "redirecturi", Refused(E::AppDetailsInvalid)),
    row(&[400], "missing parameter", Refused(E::BadRequest)),
    row(&[400], "invalid parameter", Refused(E::BadRequest)),
    row(&[400], "unsupported grant type", Refused(E::BadRequest)),
    row(&[422], "", Refused(E::BadRequest)),
];

/// What an answer to a call says about the access token sent with it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Seen {
    /// Not taken any more; a renewal finds out whether it had only ended.
    Ended,
    /// It is taken, and its scopes do not reach as far as this call.
    NotInScope,
    /// Nothing about the token.
    Failed(ErrorCode),
    /// Nothing about the token, and somebody must mend something first.
    Paused(ErrorCode),
}

/// Of every other endpoint. The first that fits counts.
pub(super) const CALL: &[Row<Seen>] = &[
    row(&[400, 401, 403], "location is not active", Seen::Paused(E::LocationInactive)),
    // A 401, although the token is good: a renewal would change nothing.
    row(&[401, 403], "not authorized for this scope", Seen::NotInScope),
    row(&[401, 403], "authclass", Seen::NotInScope),
    row(&[401, 403], "user type mismatch", Seen::Failed(E::AccessDenied)),
    row(&[401, 403], "does not have access to this location", Seen::Failed(E::AccessDenied)),
    row(&[401], "", Seen::Ended),
    row(&[403], "", Seen::Failed(E::AccessDenied)),
    row(&[400, 404, 422], "", Seen::Failed(E::BadRequest)),
];

/// The first row that fits.
pub(super) fn meaning<T: Copy>(table: &[Row<T>], status: u16, said: &Said) -> Option<T> {
    let fits = |row: &&Row<T>| row.status.contains(&status) && said.lower.contains(row.says);
    table.iter().find(fits).map(|row| row.means)
}

/// An answer in one of HighLevel's forms: `{"statusCode","message","error"}` with one message or several, OAuth's
/// `{"error","error_description"}`, or v3's `{"error":{"code","message"}}`.
#[derive(Debug)]
pub(super) struct Said {
    text: String,
    lower: String,
}

#[derive(Deserialize)]
struct Wire {
    #[serde(default)]
    message: Value,
    #[serde(default)]
    error: Value,
    #[serde(default)]
    error_description: Value,
}

impl Said {
    /// `None` when the body is of no such form: a proxy's page judges nothing.
    pub(super) fn parse(body: &[u8]) -> Option<Self> {
        let begins = body.iter().find(|b| !b.is_ascii_whitespace());
        let wire: Wire = (begins == Some(&b'{')).then(|| serde_json::from_slice(body).ok()).flatten()?;
        let messages: Vec<&Value> = match &wire.message {
            Value::Array(list) => list.iter().collect(),
            one => vec![one],
        };
        let nested = [wire.error.get("code"), wire.error.get("message")];
        let said = messages.into_iter().chain(nested.into_iter().flatten()).chain([&wire.error_description, &wire.error]);
        let parts: Vec<String> = said.filter_map(|part| filled(Some(part.as_str()?.to_owned()))).collect();
        let text = parts.join(": ");
        (!text.is_empty()).then(|| Self { lower: text.to_ascii_lowercase(), text })
    }

    /// An error with HighLevel's words as its detail line.
    pub(super) fn error(&self, code: ErrorCode) -> Error {
        Error::new(code).detail(scrub(&self.text))
    }
}
