//! What every code of the platform means: for the refresh token at a token endpoint, and for an access token on a call.
//!
//! Sources: open.feishu.cn "get-user-access-token", "refresh-user-access-token", their v3 pages, the historic
//! `create-oidc-*` pages, "app_access_token_internal", "user_info/get", the general error codes
//! (ugjM14COyUjL4ITN), and the error tables of larksuite/cli for 21000 and 21001.

use bulla_core::ErrorCode;

use crate::oauth::Meaning;

use ErrorCode as E;
use Meaning::{Dead, Paused, Refused, Unclear};

/// Codes of the token endpoints of all families, of the app token endpoint before v1, and of the gateway before them.
pub(super) const TOKEN: &[(i64, Meaning)] = &[
    // App tokens (legacy endpoints). 10003 is the answer to an id or secret that is not even one.
    (10_003, Paused(E::AppRefused)),
    (10_005, Paused(E::AppRefused)),
    (10_012, Unclear(E::ProviderUnavailable)),
    (10_013, Unclear(E::ProviderUnavailable)),
    // Disabled, unknown id and wrong secret alike.
    (10_014, Paused(E::AppRefused)),
    (10_015, Paused(E::AppRefused)),
    (10_016, Refused(E::BadRequest)),
    // v2 and v3.
    (20_001, Refused(E::BadRequest)),
    (20_002, Paused(E::AppRefused)),
    (20_003, Refused(E::ConsentRefused)),
    (20_004, Refused(E::ConsentRefused)),
    (20_008, Dead(E::AccountGone)),
    (20_009, Paused(E::AppDisabled)),
    (20_010, Paused(E::AppNotForPerson)),
    (20_024, Paused(E::AppMismatch)),
    (20_026, Dead(E::RefreshNotFound)),
    (20_036, Refused(E::BadRequest)),
    (20_037, Dead(E::RefreshExpired)),
    (20_048, Paused(E::AppRefused)),
    (20_049, Refused(E::ConsentRefused)),
    (20_050, Unclear(E::ProviderUnavailable)),
    (20_063, Refused(E::BadRequest)),
    (20_064, Dead(E::RefreshNotFound)),
    (20_065, Refused(E::ConsentRefused)),
    (20_066, Dead(E::AccountGone)),
    (20_067, Refused(E::BadRequest)),
    (20_068, Refused(E::ConsentScopeRefused)),
    (20_069, Paused(E::AppDisabled)),
    (20_070, Refused(E::BadRequest)),
    (20_071, Refused(E::AppDetailsInvalid)),
    (20_072, Unclear(E::ProviderUnavailable)),
    (20_073, Dead(E::RefreshNotFound)),
    (20_074, Paused(E::RefreshNotEnabled)),
    (21_000, Paused(E::SecurityCheck)),
    (21_001, Paused(E::SecurityCheck)),
    // v1 only. The app token is fetched for every exchange, so one that is refused is tried again before anybody worries.
    (20_014, Refused(E::AppRefused)),
    (20_021, Dead(E::AccountGone)),
    // Frozen accounts are thawed.
    (20_022, Paused(E::AccountGone)),
    (20_023, Dead(E::AccountGone)),
    (20_038, Dead(E::RefreshNotFound)),
    (20_042, Paused(E::AppDisabled)),
    (20_046, Paused(E::BrandMismatch)),
    // The gateway. What it says of a token concerns the `Authorization` header, where v1 sends the app's.
    (99_991_400, Refused(E::RateLimited)),
    (99_991_401, Paused(E::IpNotAllowed)),
    (99_991_403, Paused(E::PaymentRequired)),
    (99_991_543, Paused(E::AppRefused)),
    (99_991_661, Refused(E::BadRequest)),
    (99_991_662, Paused(E::AppDisabled)),
    (99_991_663, Refused(E::AppRefused)),
    (99_991_664, Refused(E::AppRefused)),
    (99_991_665, Refused(E::AppRefused)),
    (99_991_668, Refused(E::AppRefused)),
    (99_991_669, Dead(E::RefreshNotFound)),
    (99_991_671, Refused(E::AppRefused)),
    (99_991_672, Paused(E::AccessDenied)),
    (99_991_673, Paused(E::AppDisabled)),
    (99_991_676, Refused(E::AccessDenied)),
    (99_991_677, Refused(E::AppRefused)),
    (99_991_679, Refused(E::ScopesMissing)),
];

/// What an answer to a call says about the access token sent with it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Seen {
    /// Not taken any more; a renewal finds out whether it had only ended.
    Ended,
    /// No user's token at all.
    NotAccepted,
    /// Nothing about the token.
    Failed(ErrorCode),
    /// Nothing about the token, and somebody must mend something first.
    Paused(ErrorCode),
}

/// Codes of `user_info` and of the gateway before every API.
pub(super) const CALL: &[(i64, Seen)] = &[
    (20_001, Seen::Failed(E::BadRequest)),
    (20_005, Seen::Ended),
    (20_008, Seen::Paused(E::AccountGone)),
    (20_021, Seen::Paused(E::AccountGone)),
    (20_022, Seen::Paused(E::AccountGone)),
    (20_023, Seen::Paused(E::AccountGone)),
    (20_050, Seen::Failed(E::ProviderUnavailable)),
    (99_991_400, Seen::Failed(E::RateLimited)),
    (99_991_401, Seen::Paused(E::IpNotAllowed)),
    (99_991_403, Seen::Paused(E::PaymentRequired)),
    (99_991_543, Seen::Paused(E::AppRefused)),
    (99_991_661, Seen::NotAccepted),
    (99_991_662, Seen::Paused(E::AppDisabled)),
    // A tenant's token where a user's belongs.
    (99_991_663, Seen::NotAccepted),
    (99_991_664, Seen::NotAccepted),
    (99_991_665, Seen::NotAccepted),
    (99_991_668, Seen::Ended),
    // A refresh token where an access token belongs.
    (99_991_669, Seen::NotAccepted),
    (99_991_671, Seen::NotAccepted),
    (99_991_672, Seen::Failed(E::AccessDenied)),
    (99_991_673, Seen::Paused(E::AppDisabled)),
    (99_991_676, Seen::Failed(E::AccessDenied)),
    (99_991_677, Seen::Ended),
    (99_991_679, Seen::Failed(E::ScopesMissing)),
];

/// From here on codes are the gateway's, before every API alike.
pub(super) const GATEWAY: i64 = 99_990_000;

/// What a token endpoint's code means. One nobody knows has judged nothing.
pub(super) fn token(code: i64) -> Meaning {
    TOKEN.iter().find(|row| row.0 == code).map_or(Unclear(E::ProviderUnavailable), |row| row.1)
}

/// What a call's code says.
pub(super) fn call(code: i64) -> Seen {
    CALL.iter().find(|row| row.0 == code).map_or(Seen::Failed(E::BadRequest), |row| row.1)
}
