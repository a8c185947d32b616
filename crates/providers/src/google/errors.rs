//! What Google's token endpoint refuses with (reference of GAM and google-auth's `reauth.py`). Only `invalid_grant`
//! ends a refresh token; whatever concerns the client or a policy leaves it alive.

use bulla_core::ErrorCode;

use crate::oauth::{Meaning, Row};

pub(super) const TABLE: &[Row] = &[
    // A Workspace's session length: consent helps until the next one (support.google.com/a/answer/9368756).
    Row::with_subtype("invalid_grant", "invalid_rapt", Meaning::Dead(ErrorCode::SignInAgain)),
    Row::with_subtype("invalid_grant", "rapt_required", Meaning::Dead(ErrorCode::SignInAgain)),
    Row::new("invalid_grant", Meaning::Dead(ErrorCode::RefreshNotFound)),
    Row::new("deleted_client", Meaning::Paused(ErrorCode::AppDisabled)),
    Row::new("disabled_client", Meaning::Paused(ErrorCode::AppDisabled)),
    Row::new("org_internal", Meaning::Paused(ErrorCode::AppInternalOnly)),
    Row::new("admin_policy_enforced", Meaning::Paused(ErrorCode::BlockedByAdmin)),
    Row::new("internal_failure", Meaning::Unclear(ErrorCode::ProviderUnavailable)),
];
