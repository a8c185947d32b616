//! Huntflow's error envelope, by which its own answers are told from those of proxies and captive portals.
//!
//! v2: `{"errors":[{"type":str,"title":str,"detail"?:str,"location"?:…}]}` (`/v2/openapi.json`: `ErrorResponse`).
//! v1: `{"errors":[{"type":"oauth","value":["token_expired"]}]}` (huntflow/api `en/errors.md`); old hosts still send it.

use bulla_core::{Error, ErrorCode};
use serde::Deserialize;

use crate::scrub::scrub;

const ROBOT_TOKEN_NOT_FOUND: &str = "error.robot_token.not_found";
const REFRESH_TOO_EARLY: &str = "error.robot_token.refresh_too_early";
const TOKEN_EXPIRED: &str = "token_expired";

/// At least one error in Huntflow's own form.
#[derive(Deserialize)]
pub(super) struct Envelope {
    errors: Vec<Entry>,
}

#[derive(Deserialize)]
struct Entry {
    #[serde(rename = "type")]
    kind: String,
    title: Option<String>,
    detail: Option<String>,
    #[serde(default)]
    value: Option<Value>,
}

/// v1's `value` is documented as a list and optional.
#[derive(Deserialize)]
#[serde(untagged)]
enum Value {
    Many(Vec<String>),
    One(String),
    Other(serde::de::IgnoredAny),
}

impl Envelope {
    /// `None` when the body is anything else.
    pub(super) fn parse(body: &[u8]) -> Option<Self> {
        serde_json::from_slice::<Self>(body).ok().filter(|envelope| !envelope.errors.is_empty())
    }

    /// The token is unknown or used (#574, #581, #608); on reads, that the access token is not accepted.
    pub(super) fn robot_token_not_found(&self) -> bool {
        self.errors.iter().any(|e| e.kind == "not_found" && e.title.as_deref() == Some(ROBOT_TOKEN_NOT_FOUND))
    }

    /// The access token has not expired yet (#660, #662, #547).
    pub(super) fn refresh_too_early(&self) -> bool {
        self.errors.iter().any(|e| e.title.as_deref() == Some(REFRESH_TOO_EARLY))
    }

    /// The access token has expired (v2: #620, by type and detail; v1: `errors.md`).
    pub(super) fn token_expired(&self) -> bool {
        self.errors.iter().any(|e| match e.kind.as_str() {
            "authorization_error" => e.detail.as_deref() == Some(TOKEN_EXPIRED),
            "oauth" => e.values().any(|value| value == TOKEN_EXPIRED),
            _ => false,
        })
    }

    /// The request itself was wrong: no User-Agent, or a body that is not as the schema wants it.
    pub(super) fn malformed_request(&self) -> bool {
        let ours = |kind: &str| kind == "bad_user_agent" || kind == "value_error" || kind.starts_with("value_error.");
        self.errors.iter().any(|e| ours(&e.kind))
    }

    /// An error with the provider's own words as its detail line.
    pub(super) fn error(&self, code: ErrorCode) -> Error {
        let Some(first) = self.errors.first() else { return code.into() };
        let parts: Vec<&str> = [first.title.as_deref(), first.detail.as_deref()]
            .into_iter()
            .flatten()
            .chain(first.values())
            .filter(|part| !part.trim().is_empty())
            .collect();
        let text = if parts.is_empty() { first.kind.clone() } else { parts.join(": ") };
        Error::new(code).detail(scrub(&text))
    }
}

impl Entry {
    fn values(&self) -> impl Iterator<Item = &str> {
        match &self.value {
            Some(Value::Many(values)) => values.as_slice(),
            Some(Value::One(value)) => std::slice::from_ref(value),
            Some(Value::Other(_)) | None => &[],
        }
        .iter()
        .map(String::as_str)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_list_of_typed_errors_is_an_envelope() {
        for body in ["", "{}", "[]", r#"{"errors":[]}"#, r#"{"errors":[{}]}"#, r#"{"errors":["not_found"]}"#, "<html>"] {
            assert!(Envelope::parse(body.as_bytes()).is_none(), "{body}");
        }
        for body in [r#"{"errors":[{"type":"a"}]}"#, r#"{"description":"x","errors":[{"type":"oauth","value":{"a":1}}]}"#] {
            assert!(Envelope::parse(body.as_bytes()).is_some(), "{body}");
        }
    }

    #[test]
    fn the_detail_line_is_theirs_without_tokens() {
        let hex = "0f".repeat(32);
        let body = format!(r#"{{"errors":[{{"type":"x","title":"Authorization Error","detail":"bad {hex}"}}]}}"#);
        let error = Envelope::parse(body.as_bytes()).expect("an envelope").error(ErrorCode::AccessNotAccepted);
        assert_eq!(error.detail_text(), Some("Authorization Error: bad ****"));
    }
}
