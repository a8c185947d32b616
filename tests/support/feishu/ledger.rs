//! What happened at Feishu, for a test to judge by.

use chrono::{DateTime, Utc};
use serde::Serialize;

use crate::fake::{Arrival, Attempt, Attempts, Delivery, arrivals_at};

/// Which endpoint family issued a pair; only its own takes the refresh token, but v3 also takes v2's (reference, 3.4).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Family {
    V1,
    V2,
    V3,
}

/// A person's tokens for an app, in the order of their making.
#[derive(Clone, Debug, Serialize)]
pub struct LedgerPair {
    pub serial: usize,
    pub app: String,
    pub person: String,
    pub family: Family,
    pub access: String,
    /// None without `offline_access`.
    pub refresh: Option<String>,
    /// All that the person granted; narrowing starts from it each time [V].
    pub granted: Vec<String>,
    /// What the access token has.
    pub scopes: Vec<String>,
    pub made_at: DateTime<Utc>,
    pub access_exp: DateTime<Utc>,
    pub refresh_exp: DateTime<Utc>,
    /// The consent that all of this grew from: 365 days later nothing refreshes any more.
    pub consented_at: DateTime<Utc>,
    /// The pair it was rotated from.
    pub parent: Option<usize>,
    /// When its refresh token was spent.
    pub used_at: Option<DateTime<Utc>>,
    pub revoked: bool,
    pub delivery: Delivery,
    /// Calls of APIs that came with its access token, whatever the answer.
    pub reads: u64,
}

/// A token that an app fetched for itself. It is the tenant's and the app's at once (reference, 2.1).
#[derive(Clone, Debug, Serialize)]
pub struct AppToken {
    pub token: String,
    pub app: String,
    pub expires_at: DateTime<Utc>,
}

/// One finished consent page.
#[derive(Clone, Debug, Serialize)]
pub struct Consent {
    pub at: DateTime<Utc>,
    pub app: String,
    pub person: String,
    pub asked: Vec<String>,
    pub allowed: bool,
    /// Granted before: the page was left out.
    pub silent: bool,
}

#[derive(Clone, Debug, Default, Serialize)]
pub struct Ledger {
    pub pairs: Vec<LedgerPair>,
    pub app_tokens: Vec<AppToken>,
    pub consents: Vec<Consent>,
    /// Every request to a token endpoint of users, and (as `app_token`) of apps.
    pub attempts: Attempts,
    pub arrivals: Vec<Arrival>,
}

impl Ledger {
    /// The codes that became tokens.
    pub fn exchanges_ok(&self) -> Vec<&Attempt> {
        self.attempts.ok("authorization_code")
    }

    /// The refreshes that made a new pair, whether or not the answer got out.
    pub fn refreshes_ok(&self) -> Vec<&Attempt> {
        self.attempts.ok("refresh_token")
    }

    /// The pair that one of these two tokens belongs to.
    pub fn pair(&self, token: &str) -> Option<&LedgerPair> {
        self.pairs.iter().find(|p| p.access == token || p.refresh.as_deref() == Some(token))
    }

    /// Where the rotations that began with this token have led.
    pub fn latest_from(&self, token: &str) -> Option<&LedgerPair> {
        let mut latest = self.pair(token)?;
        while let Some(next) = self.pairs.iter().find(|p| p.parent == Some(latest.serial)) {
            latest = next;
        }
        Some(latest)
    }

    /// Everything that came to this path (without the query), at either origin.
    pub fn arrivals_at(&self, path: &str) -> Vec<&Arrival> {
        arrivals_at(&self.arrivals, path)
    }
}
