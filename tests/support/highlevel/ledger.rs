//! What happened at HighLevel, for a test to judge by.

use chrono::{DateTime, Utc};
use serde::Serialize;

use super::agency::UserType;
use crate::fake::{Arrival, Attempt, Attempts, Delivery, arrivals_at};

/// A pair of tokens, in the order of their making.
#[derive(Clone, Debug, Serialize)]
pub struct LedgerPair {
    pub serial: usize,
    /// By client id. Empty for a private integration token.
    pub app: String,
    pub user_type: UserType,
    pub company: String,
    /// None for a company's token.
    pub location: Option<String>,
    pub access: String,
    /// None for location tokens that an agency fetched, and for private integration tokens.
    pub refresh: Option<String>,
    pub scopes: Vec<String>,
    pub made_at: DateTime<Utc>,
    pub access_exp: DateTime<Utc>,
    pub refresh_exp: DateTime<Utc>,
    /// The pair it was rotated from.
    pub parent: Option<usize>,
    /// When its refresh token was spent first.
    pub used_at: Option<DateTime<Utc>>,
    /// The app was uninstalled.
    pub revoked: bool,
    pub delivery: Delivery,
    /// How often it was given once more inside the grace.
    pub repeats: u64,
    /// Calls of APIs that came with its access token, whatever the answer.
    pub reads: u64,
}

#[derive(Clone, Debug, Default, Serialize)]
pub struct Ledger {
    pub pairs: Vec<LedgerPair>,
    /// Every request to a token endpoint; a repetition inside the grace is one more that made the same pair.
    pub attempts: Attempts,
    pub arrivals: Vec<Arrival>,
}

impl Ledger {
    /// The codes that became tokens.
    pub fn exchanges_ok(&self) -> Vec<&Attempt> {
        self.attempts.ok("authorization_code")
    }

    /// The refreshes that were answered with a pair, repetitions included.
    pub fn refreshes_ok(&self) -> Vec<&Attempt> {
        self.attempts.ok("refresh_token")
    }

    /// The pairs that grew from another one: one for each refresh token that was spent.
    pub fn rotations(&self) -> Vec<&LedgerPair> {
        self.pairs.iter().filter(|p| p.parent.is_some()).collect()
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
