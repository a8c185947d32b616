//! The answers Google gives, word for word where the words are known.
//!
//! The named errors can be put in a request's way by [`crate::fake::Knob::Instead`].

use serde_json::{Value, json};

use crate::fake::{Canned, Element, page};

/// An error of the token endpoint (reference, section 8). `error_description` is left out when it is empty.
pub fn token_error(status: u16, error: &str, description: &str) -> Canned {
    let mut body = json!({ "error": error });
    if !description.is_empty() {
        body["error_description"] = json!(description);
    }
    Canned::json(status, &body)
}

/// The refresh token is dead: revoked, too old, too long unused [GAM].
pub fn expired_or_revoked() -> Canned {
    token_error(400, "invalid_grant", "Token has been expired or revoked.")
}

/// Unknown, malformed, used [yup-oauth2#163, oauth2client#719].
pub fn bad_grant() -> Canned {
    token_error(400, "invalid_grant", "Bad Request")
}

/// The organisation wants its people to sign in again [GA reauth.py].
pub fn invalid_rapt() -> Canned {
    Canned::json(
        400,
        &json!({
            "error": "invalid_grant",
            "error_description": "reauth related error (invalid_rapt)",
            "error_uri": "https://support.google.com/a/answer/9368756",
            "error_subtype": "invalid_rapt",
        }),
    )
}

/// Which of three wordings is current is not known (reference, section 13).
pub fn invalid_client() -> Canned {
    token_error(401, "invalid_client", "The provided client secret is invalid.")
}

/// A refresh token of another client, or one that may not do this [google-auth#1561, gdrive#375].
pub fn unauthorized_client() -> Canned {
    token_error(401, "unauthorized_client", "Unauthorized")
}

/// Google's own trouble [GAM]: transient.
pub fn internal_failure() -> Canned {
    token_error(500, "internal_failure", "Backend Error")
}

/// Delegation is missing or has other scopes [google-api-php-client#1379, #2214].
pub(super) fn not_delegated() -> Canned {
    let words = "Client is unauthorized to retrieve access tokens using this method, or client not authorized for any of the \
                 scopes requested.";
    token_error(401, "unauthorized_client", words)
}

/// The assertion's times are out of reason, usually a wrong clock [MOCK].
pub(super) fn not_short_lived() -> Canned {
    let words = "Invalid JWT: Token must be a short-lived token (60 minutes) and in a reasonable timeframe. Check your iat and \
                 exp values in the JWT claim.";
    token_error(400, "invalid_grant", words)
}

/// A refusal in the browser: a page, and the program waits in vain. The words around the code are assumed; the codes are
/// [NAT]'s: `admin_policy_enforced`, `disallowed_useragent`, `org_internal`, `deleted_client`, `redirect_uri_mismatch`,
/// `invalid_request`, `access_denied`.
pub fn error_page(status: u16, error: &str, description: &str) -> Canned {
    let code = format!("Error {status}: {error}");
    page(status, "Access blocked: Authorization Error", &[Element::Text(description), Element::Text(&code)])
}

/// An error of the APIs: `{"error":{"code","message","status","details"?}}` (reference, section 7).
pub fn api_error(code: u16, status: &str, message: &str, reason: Option<&str>, service: &str) -> Canned {
    let mut error = json!({ "code": code, "message": message, "status": status });
    if let Some(reason) = reason {
        let metadata = json!({ "service": service });
        let kind = "type.googleapis.com/google.rpc.ErrorInfo";
        error["details"] = json!([{ "@type": kind, "reason": reason, "domain": "googleapis.com", "metadata": metadata }]);
    }
    Canned::json(code, &json!({ "error": error }))
}

/// The access token is unknown, expired or revoked: reason `authError` (reference, section 7).
pub(super) fn unauthenticated() -> Canned {
    let message = "Request had invalid authentication credentials.";
    let errors = json!([{ "message": "Invalid Credentials", "domain": "global", "reason": "authError",
                          "location": "Authorization", "locationType": "header" }]);
    let error = json!({ "code": 401, "message": message, "errors": errors, "status": "UNAUTHENTICATED" });
    Canned::json(401, &json!({ "error": error }))
}

pub(super) fn scope_insufficient(service: &str) -> Canned {
    let message = "Request had insufficient authentication scopes.";
    api_error(403, "PERMISSION_DENIED", message, Some("ACCESS_TOKEN_SCOPE_INSUFFICIENT"), service)
}

/// The API is not switched on in the project.
pub(super) fn service_disabled(service: &str, project: &str) -> Canned {
    let message = format!("{service} has not been used in project {project} before or it is disabled.");
    api_error(403, "PERMISSION_DENIED", &message, Some("SERVICE_DISABLED"), service)
}

/// The OpenID endpoints speak another dialect (reference, section 7).
pub(super) fn invalid_credentials() -> Canned {
    let body = json!({ "error": "invalid_request", "error_description": "Invalid Credentials" });
    Canned::json(401, &body).with_header("WWW-Authenticate", "Bearer error=\"invalid_request\"")
}

pub(super) fn invalid_token(description: &str) -> Canned {
    token_error(400, "invalid_token", description)
}

/// A path that doesn't exist, also a known one asked in a wrong way (`GET /revoke` is 404 since 2019, oauth2client#750).
pub(super) fn no_such_path() -> Canned {
    Canned::html(
        404,
        "<html><head><title>Error 404 (Not Found)!!1</title></head><body><p>404. That's an error.</p></body></html>",
    )
}

pub(super) fn ok(body: &Value) -> Canned {
    Canned::json(200, body).with_header("Cache-Control", "no-store")
}
