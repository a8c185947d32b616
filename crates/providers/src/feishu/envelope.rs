//! The form in which the platform says what went wrong: `code` with `msg` (gateway, v1), or `code` with OAuth's `error`
//! and `error_description` (v2, v3). `code` is documented as a number, and as text for Lark.

use bulla_core::{Error, ErrorCode};
use serde::Deserialize;
use serde_json::Value;
use url::Url;

use super::brand::Brand;
use crate::scrub::{filled, scrub};

/// Longer addresses are no page for people.
const MAX_LINK: usize = 280;

/// An answer of the platform's, without its tokens.
#[derive(Debug, Deserialize)]
pub(super) struct Envelope {
    #[serde(default)]
    code: Value,
    #[serde(default)]
    msg: Value,
    #[serde(default)]
    error: Value,
    #[serde(default)]
    error_description: Value,
    #[serde(default)]
    challenge_url: Value,
}

impl Envelope {
    /// `None` when the body is no JSON object.
    pub(super) fn parse(body: &[u8]) -> Option<Self> {
        let body = body.strip_prefix(b"\xef\xbb\xbf").unwrap_or(body);
        let begins = body.iter().find(|b| !b.is_ascii_whitespace());
        (begins == Some(&b'{')).then(|| serde_json::from_slice(body).ok()).flatten()
    }

    /// What to decide by; 0 is success.
    pub(super) fn code(&self) -> Option<i64> {
        match &self.code {
            Value::Number(number) => number.as_i64(),
            Value::String(text) => text.trim().parse().ok(),
            _ => None,
        }
    }

    /// OAuth's name of the error, for answers that bring no code.
    pub(super) fn oauth_error(&self) -> Option<&str> {
        self.error.as_str().filter(|error| !error.is_empty())
    }

    /// The one case that only the words tell (general error codes, 99991668): this API takes no user's token at all.
    pub(super) fn takes_no_user_token(&self) -> bool {
        self.msg.as_str().is_some_and(|msg| msg.to_ascii_lowercase().contains("not support"))
    }

    /// The scopes that the platform misses (`error.permission_violations`).
    pub(super) fn missing_scopes(&self) -> Vec<String> {
        let violations = self.error.get("permission_violations").and_then(Value::as_array);
        let subject = |violation: &Value| filled(violation.get("subject")?.as_str().map(str::to_owned));
        violations.map(|list| list.iter().filter_map(subject).collect()).unwrap_or_default()
    }

    /// An error with the platform's code and words as its detail line, and with the page it wants a person to open.
    pub(super) fn error(&self, code: ErrorCode, brand: Brand) -> Error {
        let missing = self.missing_scopes();
        let words = [&self.error_description, &self.msg].into_iter().find_map(|text| filled(text.as_str().map(str::to_owned)));
        let named = self.code().map(|code| code.to_string()).or(self.oauth_error().map(scrub));
        let detail = match (self.challenge(brand), named, words) {
            (Some(link), Some(named), _) => format!("{named}: {link}"),
            (_, Some(named), Some(words)) => format!("{named}: {}", scrub(&words)),
            (_, named, words) => named.or(words.map(|words| scrub(&words))).unwrap_or_default(),
        };
        let error = Error::new(code).detail(detail);
        if missing.is_empty() { error } else { error.with("missing", missing.join(", ")) }
    }

    /// A page of the brand's own hosts only.
    fn challenge(&self, brand: Brand) -> Option<String> {
        let url = Url::parse(self.challenge_url.as_str()?).ok()?;
        let own = url.scheme() == "https" && url.host_str().is_some_and(|host| brand.hosts().contains(&host));
        let plain = url.username().is_empty() && url.password().is_none();
        Some(url.to_string()).filter(|text| own && plain && text.len() <= MAX_LINK)
    }
}
