//! What happened at Google, for a test to judge by.

use chrono::{DateTime, Utc};
use serde::Serialize;

use crate::fake::{Arrival, Attempt, Attempts, arrivals_at};

/// A refresh token in Google's books.
#[derive(Clone, Debug, Serialize)]
pub struct RefreshToken {
    pub serial: usize,
    pub token: String,
    pub client: String,
    pub project: String,
    /// The person's `sub`.
    pub person: String,
    pub scopes: Vec<String>,
    pub made_at: DateTime<Utc>,
    pub used_at: DateTime<Utc>,
    /// Set for Testing apps and time-based access.
    pub ends_at: Option<DateTime<Utc>>,
    pub dead: Option<WhyDead>,
}

/// The answer doesn't tell these apart; the ledger does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum WhyDead {
    /// By `POST /revoke`, or by the person at myaccount.google.com.
    Revoked,
    NewPassword,
    /// The person got more than 100 of this client [OVW].
    OverLimit,
}

#[derive(Clone, Debug, Serialize)]
pub struct AccessToken {
    pub serial: usize,
    pub token: String,
    /// The client's id; a service account's number.
    pub client: String,
    pub project: String,
    pub holder: Holder,
    pub scopes: Vec<String>,
    pub offline: bool,
    pub expires_at: DateTime<Utc>,
    pub revoked: bool,
    /// Calls of APIs that came with it, whatever the answer.
    pub reads: u64,
}

/// On whose behalf an access token speaks.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Holder {
    /// A person, by `sub`.
    Person(String),
    /// A service account itself, by address.
    ServiceAccount(String),
}

/// One finished consent page.
#[derive(Clone, Debug, Serialize)]
pub struct Consent {
    pub at: DateTime<Utc>,
    pub client: String,
    pub person: String,
    pub asked: Vec<String>,
    /// Empty when the person said no.
    pub granted: Vec<String>,
    /// The page was left out: everything had been granted before.
    pub silent: bool,
}

/// A grant that was withdrawn as a whole.
#[derive(Clone, Debug, Serialize)]
pub struct Revocation {
    pub at: DateTime<Utc>,
    pub project: String,
    pub person: String,
}

#[derive(Clone, Debug, Default, Serialize)]
pub struct Ledger {
    pub consents: Vec<Consent>,
    pub refresh_tokens: Vec<RefreshToken>,
    pub access_tokens: Vec<AccessToken>,
    pub revocations: Vec<Revocation>,
    /// Every `POST /token`.
    pub attempts: Attempts,
    pub arrivals: Vec<Arrival>,
}

impl Ledger {
    /// The codes that became tokens.
    pub fn exchanges_ok(&self) -> Vec<&Attempt> {
        self.attempts.ok("authorization_code")
    }

    /// The refreshes that made an access token.
    pub fn refreshes_ok(&self) -> Vec<&Attempt> {
        self.attempts.ok("refresh_token")
    }

    /// The assertions of service accounts that made an access token.
    pub fn assertions_ok(&self) -> Vec<&Attempt> {
        self.attempts.ok(super::JWT_BEARER)
    }

    pub fn refresh_token(&self, token: &str) -> Option<&RefreshToken> {
        self.refresh_tokens.iter().find(|t| t.token == token)
    }

    pub fn access_token(&self, token: &str) -> Option<&AccessToken> {
        self.access_tokens.iter().find(|t| t.token == token)
    }

    /// Everything that came to this path (without the query).
    pub fn arrivals_at(&self, path: &str) -> Vec<&Arrival> {
        arrivals_at(&self.arrivals, path)
    }
}
