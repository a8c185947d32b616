//! Google accounts, as far as a sign-in and a token know them.

use chrono::TimeDelta;
use serde_json::{Value, json};

/// One account. Its password, sessions and second factor are not modelled: at the fake everybody is signed in.
#[derive(Clone, Debug, PartialEq)]
pub struct Person {
    /// 21 digits that never change; the identity to go by.
    pub sub: String,
    pub email: String,
    pub name: String,
    /// The Workspace domain, `None` for a personal account.
    pub hd: Option<String>,
    pub state: AccountState,
    /// The person picks so long an access on the consent page (time-based access): then the answer tells
    /// `refresh_token_expires_in` and the refresh token ends [NAT].
    pub time_limit: Option<TimeDelta>,
}

/// What may be wrong with an account.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum AccountState {
    #[default]
    Good,
    /// `invalid_grant`, "Account has been deleted" [GAM, FlowCrypt#2269].
    Deleted,
    /// The administrator restricts the services that the app asks for: `admin_policy_enforced` [NAT, OVW].
    BlockedByAdmin,
    /// The organisation's session length has run out: `invalid_rapt` until the next consent [GA reauth.py].
    SessionEnded,
}

impl Person {
    /// A personal account.
    pub fn new(email: &str) -> Self {
        let digits: u64 = email.bytes().fold(17, |sum, byte| (sum * 131 + u64::from(byte)) % 1_000_000_000_000);
        let name = email.split('@').next().unwrap_or_default();
        Self {
            sub: format!("100000000{digits:012}"),
            email: email.to_owned(),
            name: name.to_owned(),
            hd: None,
            state: AccountState::Good,
            time_limit: None,
        }
    }

    /// An account of the Workspace whose domain is in the address.
    pub fn workspace(email: &str) -> Self {
        let hd = email.split('@').nth(1).map(str::to_owned);
        Self { hd, ..Self::new(email) }
    }

    /// The claims that these scopes open, for userinfo and id_token.
    pub(super) fn claims(&self, scopes: &[String]) -> Value {
        let mut claims = json!({ "sub": self.sub });
        if scopes.iter().any(|s| s == super::scopes::EMAIL) {
            claims["email"] = json!(self.email);
            claims["email_verified"] = json!(true);
        }
        if scopes.iter().any(|s| s == super::scopes::PROFILE) {
            claims["name"] = json!(self.name);
        }
        if let Some(hd) = &self.hd {
            claims["hd"] = json!(hd);
        }
        claims
    }
}
