//! Who has to act on a code.

use bulla_core::ErrorCode;
use serde::Serialize;

/// Who has to do something.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Who {
    /// It mends itself.
    Nobody,
    /// Whoever reads this.
    You,
    /// Whoever runs the app, in its console at the provider.
    AppOwner,
    /// The administrator of the organisation or account.
    Administrator,
    /// Whoever looks after the program that sent the request.
    Program,
}

/// Who acts on a code that [`super::explain`] can find.
pub(super) fn who(code: ErrorCode) -> Who {
    use ErrorCode as Code;
    match code {
        Code::TokenExpired | Code::RefreshTooEarly | Code::RateLimited | Code::ProviderUnavailable => Who::Nobody,
        Code::AppRefused
        | Code::AppDisabled
        | Code::RedirectNotRegistered
        | Code::NotATestUser
        | Code::AppNotForPerson
        | Code::ConsentScopeRefused
        | Code::ConsentAppRefused
        | Code::ScopeNotEnabled
        | Code::ApiNotEnabled
        | Code::RefreshNotEnabled
        | Code::IpNotAllowed
        | Code::KeyNotAccepted => Who::AppOwner,
        Code::BlockedByAdmin
        | Code::AccessDenied
        | Code::PaymentRequired
        | Code::AccountGone
        | Code::LocationInactive
        | Code::DelegationMissing => Who::Administrator,
        Code::BadRequest | Code::TokenNotSent | Code::WrongTokenKind => Who::Program,
        _ => Who::You,
    }
}
