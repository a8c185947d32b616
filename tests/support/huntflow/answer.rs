//! The answers Huntflow gives, word for word where the words are known.

use serde_json::json;

use crate::fake::Canned;

/// Huntflow's own answers, ready to be put in a request's way.
impl Canned {
    /// 503 in the v2 envelope (general.md).
    pub fn unavailable() -> Self {
        envelope(503, "server_error", "Service Unavailable", None)
    }

    /// 402: the organisation's licence or tariff (client's tests).
    pub fn payment_required() -> Self {
        envelope(402, "payment_required", "Payment Required Error", None)
    }

    /// 403: the person's role lacks a right (client's tests). Not to be confused with "too early".
    pub fn access_denied() -> Self {
        envelope(403, "access_denied", "Access Denied Error", None)
    }

    /// 429 (general.md; title from the client's tests). Whether production sends `Retry-After` is unknown.
    pub fn too_many(retry_after: Option<u64>) -> Self {
        let answer = envelope(429, "too_many_requests", "Answer request created too frequently", None);
        match retry_after {
            Some(seconds) => answer.with_header("Retry-After", &seconds.to_string()),
            None => answer,
        }
    }

    /// 404 for a refresh token that is unknown or already used (#574, #581, #608); also seen on ordinary reads.
    pub fn robot_token_not_found() -> Self {
        envelope(404, "not_found", "error.robot_token.not_found", None)
    }
}

/// One error in the v2 envelope (`openapi.json`: `ErrorResponse`). No other keys are allowed: the client raises `TypeError`.
pub(super) fn envelope(status: u16, kind: &str, title: &str, detail: Option<&str>) -> Canned {
    let mut error = json!({ "type": kind, "title": title });
    if let Some(detail) = detail {
        error["detail"] = json!(detail);
    }
    Canned::json(status, &json!({ "errors": [error] }))
}

/// 400 for a body that isn't as the schema wants it (client's tests: `value_error.missing`, `field required`).
pub(super) fn invalid_body(kind: &str, title: &str, variable: &str) -> Canned {
    let location = json!({ "entity": "body", "variable": variable });
    Canned::json(400, &json!({ "errors": [{ "type": kind, "title": title, "location": location }] }))
}

/// general.md, errors.md: a User-Agent is mandatory. The v2 title is assumed.
pub(super) fn bad_user_agent() -> Canned {
    envelope(400, "bad_user_agent", "User-Agent header is required", None)
}

/// #660, #662, #547, #620: while the access token is valid.
pub(super) fn too_early() -> Canned {
    envelope(403, "access_denied", "error.robot_token.refresh_too_early", None)
}

/// `openapi.json`; #620: match by type and detail.
pub(super) fn token_expired() -> Canned {
    envelope(401, "authorization_error", "Authorization Error", Some("token_expired"))
}

/// Client's tests; #519: also a token of another environment. An absent header is treated alike (assumed).
pub(super) fn invalid_access_token() -> Canned {
    envelope(401, "authorization_error", "Authorization Error", Some("Invalid access token"))
}

/// A path that doesn't exist (#303, #665; title assumed).
pub(super) fn no_such_path() -> Canned {
    envelope(404, "not_found", "Not Found", None)
}

/// A known path asked with the wrong method (assumed).
pub(super) fn wrong_method() -> Canned {
    envelope(405, "method_not_allowed", "Method Not Allowed", None)
}
