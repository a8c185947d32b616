//! Huntflow API v2, by the types, titles and details of its error envelope.

use bulla_core::ErrorCode as Code;
use bulla_core::ProviderKind::Huntflow;

use super::{Row, words};

const ISSUES: &str = "huntflow/api issues #547, #567, #574, #608, #620, #660, #662";
const CLIENT: &str = "huntflow-api-client 2.13.8, its tests' server";
const DOCS: &str = "huntflow/api en/errors.md and en/general.md";

pub(super) const ROWS: &[Row] = &[
    words("error.robot_token.refresh_too_early", Huntflow, Code::RefreshTooEarly, ISSUES),
    words("refresh_too_early", Huntflow, Code::RefreshTooEarly, ISSUES),
    words("error.robot_token.not_found", Huntflow, Code::RefreshNotFound, ISSUES),
    words("robot_token.not_found", Huntflow, Code::RefreshNotFound, ISSUES),
    words("token_expired", Huntflow, Code::TokenExpired, ISSUES),
    words("Invalid access token", Huntflow, Code::AccessNotAccepted, CLIENT),
    words("payment_required", Huntflow, Code::PaymentRequired, CLIENT),
    words("Payment Required Error", Huntflow, Code::PaymentRequired, CLIENT),
    words("Access Denied Error", Huntflow, Code::AccessDenied, CLIENT),
    words("too_many_requests", Huntflow, Code::RateLimited, CLIENT),
    words("bad_user_agent", Huntflow, Code::BadRequest, DOCS),
];
