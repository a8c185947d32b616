//! How each provider's consent is asked for, and what its answer brings: the part of a provider that a person meets.

use std::collections::BTreeMap;

use async_trait::async_trait;
use bulla_core::{AccessToken, App, ClientSecret, Error, ErrorCode, Exchange, Identity, RawAnswer, RefreshToken, Result};
use chrono::{DateTime, Utc};

use crate::consent::{AuthorizationRequest, Consent, TokenFault};

/// What a person wants to consent to.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Wish {
    /// As a person names them; each provider spells them out.
    pub scopes: Vec<String>,
    /// Whose account is expected: an e-mail or the provider's own id, shown as a suggestion.
    pub login_hint: Option<String>,
    /// Listen on this port instead of the provider's usual ones.
    pub port: Option<u16>,
}

/// What a consent has brought.
#[derive(Debug)]
pub struct Brought {
    /// What programs send.
    pub access: AccessToken,
    /// What renews it.
    pub refresh: Option<RefreshToken>,
    /// The refresh token works once.
    pub single_use: bool,
    /// Seconds the access token lives.
    pub access_life_s: i64,
    /// Seconds the refresh token lives, when stated.
    pub refresh_life_s: Option<i64>,
    /// What was granted.
    pub scopes: Vec<String>,
    /// Whose account it is, when the answer says so.
    pub identity: Option<Identity>,
    /// What the provider notes about the connection.
    pub data: BTreeMap<String, String>,
}

/// What asking after an app alone has shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AppCheck {
    /// The provider takes its id and secret.
    Accepted,
    /// This provider tells nothing about an app without a person's consent.
    NotPossible,
}

/// A provider whose connections begin with a person's consent to an app.
#[async_trait]
pub trait Consents: Send + Sync {
    /// Where its API is for this app's connections.
    ///
    /// # Errors
    /// `app_details_invalid`.
    fn base_url(&self, app: &App) -> Result<String>;

    /// What to ask the person's browser with.
    ///
    /// # Errors
    /// `app_details_invalid`.
    fn request(&self, app: &App, wish: &Wish) -> Result<AuthorizationRequest>;

    /// The scopes as they are asked for, in the provider's own spelling.
    fn scopes(&self, wish: &Wish) -> Vec<String>;

    /// Redeems the code: one POST, no retry.
    async fn redeem(&self, app: &App, secret: Option<&ClientSecret>, consent: &Consent) -> Exchange;

    /// What the answer to [`Self::redeem`] brought. Pure.
    ///
    /// # Errors
    /// What the token endpoint refused with, or `answer_unreadable`.
    fn brought(&self, app: &App, wish: &Wish, answer: &RawAnswer, now: DateTime<Utc>) -> Result<Brought>;

    /// Ends what was granted, at the provider. `false`: this provider has no way to.
    ///
    /// # Errors
    /// What the provider or the network said; what is over already is no error.
    async fn revoke(&self, app: &App, secret: Option<&ClientSecret>, token: &RefreshToken) -> Result<bool>;

    /// Revoking one grant ends every grant of that person to the app.
    fn revokes_together(&self) -> bool {
        false
    }

    /// Asked for and not granted, in the provider's own spelling.
    fn missing(&self, asked: &[String], granted: &[String]) -> Vec<String> {
        asked.iter().filter(|scope| !granted.contains(scope)).cloned().collect()
    }

    /// Asks whether the provider takes the app's id and secret now. Needs nobody's consent and spends nothing.
    ///
    /// # Errors
    /// What the provider refuses the app with (`app_refused`, `app_disabled`, …), `app_details_invalid`, or why nobody
    /// has judged it (`offline`, `no_answer`, `provider_unavailable`, …).
    async fn check_app(&self, _app: &App, _secret: Option<&ClientSecret>) -> Result<AppCheck> {
        Ok(AppCheck::NotPossible)
    }
}

/// Why a code could not be redeemed, as an error for the person.
pub(crate) fn refused(fault: TokenFault) -> Error {
    match fault {
        TokenFault::Unclear(error) => error,
        TokenFault::Refused(refusal) => {
            let code = match refusal.error.as_str() {
                "invalid_client" | "unauthorized_client" => ErrorCode::AppRefused,
                "deleted_client" | "disabled_client" => ErrorCode::AppDisabled,
                "invalid_scope" => ErrorCode::ConsentScopeRefused,
                "redirect_uri_mismatch" => ErrorCode::RedirectNotRegistered,
                "admin_policy_enforced" => ErrorCode::BlockedByAdmin,
                "org_internal" => ErrorCode::AppInternalOnly,
                "access_denied" => ErrorCode::ConsentAppRefused,
                _ => ErrorCode::ConsentRefused,
            };
            refusal.as_error(code)
        }
    }
}
