//! Google: its consent pages, its token endpoint and its APIs.
//!
//! The pages' wordings are those that people quote in public issues; the names of errors are documented in "OAuth 2.0 for
//! desktop apps" and listed by GAM; API reasons are those of google.rpc.ErrorInfo.

use bulla_core::ErrorCode as Code;
use bulla_core::ProviderKind::Google;

use super::{Pattern, Row, words};

const PAGE: &str = "Google's consent pages as quoted in public issues";
const NATIVE: &str = "developers.google.com/identity/protocols/oauth2/native-app, authorization errors";
const GAM: &str = "GAM, OAUTH2_TOKEN_ERRORS";
const REAUTH: &str = "google-auth 2.62, google/oauth2/reauth.py";
const RPC: &str = "google.rpc.ErrorInfo reasons and the older errors[].reason";
const KEYS: &str = "service-account refusals as quoted in public issues and by GAM";

pub(super) const ROWS: &[Row] = &[
    // Who may use the app.
    words("has not completed the Google verification process", Google, Code::NotATestUser, PAGE),
    words("hasn't given you access to this app", Google, Code::NotATestUser, PAGE),
    words("403: access_denied", Google, Code::NotATestUser, PAGE),
    words("Google hasn't verified this app", Google, Code::AppNotVerified, PAGE),
    words("This app hasn't been verified", Google, Code::AppNotVerified, PAGE),
    words("This app isn't verified", Google, Code::AppNotVerified, PAGE),
    words("app not verified", Google, Code::AppNotVerified, PAGE),
    words("Эксперты Google не проверяли это приложение", Google, Code::AppNotVerified, PAGE),
    words("Google 未验证此应用", Google, Code::AppNotVerified, PAGE),
    words("org_internal", Google, Code::AppInternalOnly, NATIVE),
    words("can only be used within its organization", Google, Code::AppInternalOnly, PAGE),
    words("admin_policy_enforced", Google, Code::BlockedByAdmin, NATIVE),
    words("access_not_configured", Google, Code::BlockedByAdmin, PAGE),
    words("administrator needs to review", Google, Code::BlockedByAdmin, PAGE),
    words("admin needs to review", Google, Code::BlockedByAdmin, PAGE),
    words("Account restricted", Google, Code::BlockedByAdmin, GAM),
    words("Requested client not authorized", Google, Code::BlockedByAdmin, GAM),
    // How the app is registered.
    words("disallowed_useragent", Google, Code::EmbeddedBrowserRefused, NATIVE),
    words("Use secure browsers", Google, Code::EmbeddedBrowserRefused, PAGE),
    words("redirect_uri_mismatch", Google, Code::RedirectNotRegistered, NATIVE),
    words("deleted_client", Google, Code::AppDisabled, GAM),
    words("The OAuth client was deleted", Google, Code::AppDisabled, GAM),
    words("disabled_client", Google, Code::AppDisabled, GAM),
    words("The OAuth client was disabled", Google, Code::AppDisabled, GAM),
    words("The OAuth client was not found", Google, Code::AppRefused, GAM),
    words("The provided client secret is invalid", Google, Code::AppRefused, GAM),
    words("client_secret is missing", Google, Code::AppRefused, PAGE),
    words("Could not determine client ID from request", Google, Code::AppRefused, PAGE),
    // What ends or stops a refresh token.
    both("invalid_grant", "invalid_rapt", Code::SignInAgain),
    words("invalid_rapt", Google, Code::SignInAgain, REAUTH),
    both("invalid_grant", "rapt_required", Code::SignInAgain),
    words("rapt_required", Google, Code::SignInAgain, REAUTH),
    words("Reauthentication is needed", Google, Code::SignInAgain, REAUTH),
    words("Token has been expired or revoked", Google, Code::RefreshNotFound, GAM),
    words("account has been deleted", Google, Code::AccountGone, GAM),
    words("Malformed auth code", Google, Code::CodeNotAccepted, PAGE),
    words("Missing code verifier", Google, Code::CodeNotAccepted, PAGE),
    words("Invalid code verifier", Google, Code::CodeNotAccepted, PAGE),
    words("Some requested scopes were invalid", Google, Code::ConsentScopeRefused, PAGE),
    // Service accounts.
    words("Client is unauthorized to retrieve access tokens using this method", Google, Code::DelegationMissing, KEYS),
    words("Invalid JWT Signature", Google, Code::KeyNotAccepted, KEYS),
    words("Invalid JWT: Token must be a short-lived token", Google, Code::ClockOff, KEYS),
    words("Token must be a short-lived token", Google, Code::ClockOff, KEYS),
    words("Invalid JWT: Failed audience check", Google, Code::BadRequest, KEYS),
    words("Invalid grant: account not found", Google, Code::AccountGone, KEYS),
    words("Invalid email or User ID", Google, Code::SubjectInvalid, KEYS),
    words("Not a valid email", Google, Code::SubjectInvalid, KEYS),
    words("Invalid impersonation", Google, Code::SubjectInvalid, KEYS),
    words("Invalid OAuth scope or ID token audience provided", Google, Code::ConsentScopeRefused, KEYS),
    // The APIs.
    words("ACCESS_TOKEN_SCOPE_INSUFFICIENT", Google, Code::ScopeNotGranted, RPC),
    words("insufficient authentication scopes", Google, Code::ScopeNotGranted, RPC),
    words("SERVICE_DISABLED", Google, Code::ApiNotEnabled, RPC),
    words("accessNotConfigured", Google, Code::ApiNotEnabled, RPC),
    words("has not been used in project", Google, Code::ApiNotEnabled, RPC),
    words("userRateLimitExceeded", Google, Code::RateLimited, RPC),
    words("rateLimitExceeded", Google, Code::RateLimited, RPC),
    words("internal_failure", Google, Code::ProviderUnavailable, GAM),
];

const fn both(first: &'static str, second: &'static str, code: Code) -> Row {
    Row { pattern: Pattern::Both(first, second), provider: Some(Google), code, source: REAUTH }
}
