//! What every OAuth 2.0 server and every HTTP API says.

use bulla_core::ErrorCode as Code;

use super::{Pattern, Row};

const OAUTH: &str = "RFC 6749 §4.1.2.1, §5.2";
const BEARER: &str = "RFC 6750 §3.1";
const DEVICE: &str = "RFC 8628 §3.5";
const OIDC: &str = "OpenID Connect Core §3.1.2.6";
const HTTP: &str = "RFC 9110 §15, RFC 6585 §4";
const GOOGLE: &str = "developers.google.com/drive/api/guides/handle-errors";

pub(super) const ROWS: &[Row] = &[
    words("invalid_grant", Code::RefreshNotFound, OAUTH),
    words("invalid_client", Code::AppRefused, OAUTH),
    words("unauthorized_client", Code::AppRefused, OAUTH),
    words("invalid_scope", Code::ConsentScopeRefused, OAUTH),
    words("access_denied", Code::ConsentDeclined, OAUTH),
    words("unsupported_response_type", Code::ConsentAppRefused, OAUTH),
    words("unsupported_grant_type", Code::BadRequest, OAUTH),
    words("temporarily_unavailable", Code::ProviderUnavailable, OAUTH),
    words("server_error", Code::ProviderUnavailable, OAUTH),
    words("invalid_token", Code::AccessNotAccepted, BEARER),
    words("insufficient_scope", Code::ScopeNotGranted, BEARER),
    words("slow_down", Code::RateLimited, DEVICE),
    words("expired_token", Code::ConsentTimedOut, DEVICE),
    words("login_required", Code::SignInAgain, OIDC),
    words("consent_required", Code::SignInAgain, OIDC),
    words("interaction_required", Code::SignInAgain, OIDC),
    // Google's UserInfo says invalid_request of a token, too.
    words("Invalid Credentials", Code::AccessNotAccepted, GOOGLE),
    words("UNAUTHENTICATED", Code::AccessNotAccepted, GOOGLE),
    words("invalid_request", Code::BadRequest, OAUTH),
    words("402 Payment Required", Code::PaymentRequired, HTTP),
    number("402", Code::PaymentRequired, HTTP),
    words("429 Too Many Requests", Code::RateLimited, HTTP),
    number("429", Code::RateLimited, HTTP),
    words("500 Internal Server Error", Code::ProviderUnavailable, HTTP),
    number("500", Code::ProviderUnavailable, HTTP),
    words("502 Bad Gateway", Code::ProviderUnavailable, HTTP),
    number("502", Code::ProviderUnavailable, HTTP),
    words("503 Service Unavailable", Code::ProviderUnavailable, HTTP),
    number("503", Code::ProviderUnavailable, HTTP),
    words("504 Gateway Timeout", Code::ProviderUnavailable, HTTP),
    number("504", Code::ProviderUnavailable, HTTP),
];

const fn words(text: &'static str, code: Code, source: &'static str) -> Row {
    Row { pattern: Pattern::Words(text), provider: None, code, source }
}

const fn number(text: &'static str, code: Code, source: &'static str) -> Row {
    Row { pattern: Pattern::Number(text), provider: None, code, source }
}
