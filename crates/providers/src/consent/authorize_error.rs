//! What a provider says when it ends a consent itself (RFC 6749 §4.1.2.1).

use bulla_core::{Error, ErrorCode};

use crate::scrub::scrub;

/// The closed code for an `error=`, with the provider's own words as the detail line. Decided by the error's name only.
///
/// `org_internal`, `deleted_client`, `disabled_client` and `redirect_uri_mismatch` are Google's additions.
pub(super) fn authorize_error(error: &str, subtype: Option<&str>, description: Option<&str>) -> Error {
    let code = match error {
        "access_denied" => ErrorCode::ConsentDeclined,
        "invalid_scope" => ErrorCode::ConsentScopeRefused,
        "server_error" | "temporarily_unavailable" | "internal_failure" => ErrorCode::ConsentUnavailable,
        "invalid_request"
        | "unauthorized_client"
        | "unsupported_response_type"
        | "invalid_client"
        | "redirect_uri_mismatch"
        | "org_internal"
        | "deleted_client"
        | "disabled_client" => ErrorCode::ConsentAppRefused,
        _ => ErrorCode::ConsentRefused,
    };
    let parts: Vec<&str> = [Some(error), subtype, description].into_iter().flatten().filter(|text| !text.is_empty()).collect();
    Error::new(code).detail(scrub(&parts.join(": ")))
}
