//! Feishu's numbered errors, as answers: the token endpoints' tables, the app token's, and the gateway's.
//!
//! The named answers can be put in a request's way by [`crate::fake::Knob::Instead`].

use serde_json::{Value, json};

use crate::fake::{Canned, Element, opaque, page};

/// HTTP status, code, `error`, description: the tables of get-/refresh-user-access-token [V]. `error` is confirmed for
/// 20002, 20003, 20037, 20048, 20049, 20050 and 20064; the rest by analogy with RFC 6749 (reference, 3.8).
const TOKEN_ERRORS: &[(u16, u32, &str, &str)] = &[
    (400, 20001, "invalid_request", "The request is missing a required parameter."),
    (400, 20002, "invalid_client", "The client secret is invalid."),
    (
        400,
        20003,
        "invalid_grant",
        "The authorization code is not found. Please note that an authorization code can only be used once.",
    ),
    (400, 20004, "invalid_grant", "The authorization code has expired."),
    (400, 20008, "invalid_grant", "The user does not exist."),
    (400, 20009, "unauthorized_client", "The specified app is not installed."),
    (400, 20010, "unauthorized_client", "The user does not have permission to use this app."),
    (400, 20024, "invalid_grant", "The provided authorization code or refresh token does not match the provided client ID."),
    (400, 20026, "invalid_grant", "The refresh token passed is invalid. Please check the value."),
    (400, 20036, "unsupported_grant_type", "The specified grant_type is not supported."),
    (400, 20037, "invalid_grant", "The refresh token passed has expired. Please generate a new one."),
    (400, 20048, "invalid_client", "The specified app does not exist."),
    (400, 20049, "invalid_grant", "PKCE code challenge failed."),
    (500, 20050, "server_error", "An unexpected server error occurred. Please retry your request."),
    (400, 20063, "invalid_request", "The request is malformed. Please check your request."),
    (400, 20064, "invalid_grant", "The refresh token has been revoked. Please note that a refresh token can only be used once."),
    (
        400,
        20065,
        "invalid_grant",
        "The authorization code has been used. Please note that an authorization code can only be used once.",
    ),
    (400, 20066, "invalid_grant", "The user status is invalid."),
    (400, 20067, "invalid_scope", "The provided scope list contains duplicate scopes. Please ensure all scopes are unique."),
    (
        400,
        20068,
        "invalid_scope",
        "The provided scope list contains scopes that are not permitted. Please ensure all scopes are allowed.",
    ),
    (400, 20069, "unauthorized_client", "The specified app is not enabled."),
    (400, 20070, "invalid_request", "Multiple authentication methods were provided. Please only use one to proceed."),
    (400, 20071, "invalid_grant", "The provided redirect URI does not match the one used during authorization."),
    (503, 20072, "temporarily_unavailable", "The server is temporarily unavailable. Please retry your request."),
    (400, 20073, "invalid_grant", "The refresh token has been used. Please note that a refresh token can only be used once."),
    (400, 20074, "unauthorized_client", "The specified app is not allowed to refresh token."),
];

/// A refusal of the v2 and v3 token endpoints: `{"code","error","error_description"}`, without `msg`.
///
/// # Panics
/// When the tables don't have this code.
pub fn token_error(code: u32) -> Canned {
    let row = TOKEN_ERRORS.iter().find(|row| row.1 == code);
    let (status, _, error, description) = row.unwrap_or_else(|| panic!("{code} is in no table"));
    logged(*status, &json!({ "code": code, "error": error, "error_description": description }))
}

/// A security policy stands in the way, 21000 (challenge) or 21001 (deny): tokens are kept [CLI]. Status assumed.
pub fn security_policy(code: u32, challenge_url: &str) -> Canned {
    let body = json!({
        "code": code, "error": "access_denied", "error_description": "Blocked by a security policy.",
        "challenge_url": challenge_url, "cli_hint": "Open the address to go on.",
    });
    logged(400, &body)
}

/// A refusal of the v1 family and of the app token: HTTP 200 and `{"code","msg"}`.
pub fn plain_error(code: u32, msg: &str) -> Canned {
    logged(200, &json!({ "code": code, "msg": msg }))
}

/// A refusal of the gateway before business APIs: HTTP 400 by probes, one older report says 200 (reference, section 4).
pub fn gateway_error(code: u32, msg: &str) -> Canned {
    let id = log_id();
    let error = json!({ "log_id": id });
    Canned::json(400, &json!({ "code": code, "msg": msg, "error": error })).with_header("X-Tt-Logid", &id)
}

/// The app is over its limit: HTTP 429 with two headers (reference, section 4).
pub fn too_many(reset_seconds: u64) -> Canned {
    let answer = logged(429, &json!({ "code": 99_991_400, "msg": "request trigger frequency limit" }));
    answer.with_header("x-ogw-ratelimit-limit", "50").with_header("x-ogw-ratelimit-reset", &reset_seconds.to_string())
}

/// An error page of the authorization page: no redirect, the program waits in vain.
pub fn error_page(code: u32, words: &str) -> Canned {
    let number = format!("Error code: {code}");
    page(400, "Authorization failed", &[Element::Text(words), Element::Text(&number)])
}

/// An unknown path, or a known one asked in a wrong way [P D9].
pub(super) fn not_found() -> Canned {
    Canned::of_type(404, "text/plain", "404 page not found").with_header("X-Tt-Logid", &log_id())
}

/// Any JSON answer, with the id that Feishu's support asks for.
pub(super) fn logged(status: u16, body: &Value) -> Canned {
    let kind = "application/json; charset=utf-8";
    Canned::of_type(status, kind, &body.to_string()).with_header("X-Tt-Logid", &log_id())
}

fn log_id() -> String {
    format!("20261120{}", opaque(26).to_uppercase().replace(['-', '_'], "0"))
}
