//! What happened at the provider, for a test to judge by.

use chrono::{DateTime, Utc};
use serde::Serialize;

use crate::fake::{Arrival, Delivery, arrivals_at};

/// What the settings page shows once, and what a refresh returns: two opaque strings.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Pair {
    pub access: String,
    pub refresh: String,
}

/// A pair in the provider's books, in the order of their making.
#[derive(Clone, Debug, Serialize)]
pub struct LedgerPair {
    pub serial: usize,
    pub person: String,
    #[serde(flatten)]
    pub pair: Pair,
    pub origin: Origin,
    /// When it began to exist, by the provider's clock. An aged pair began in the past.
    pub committed_at: DateTime<Utc>,
    pub access_exp: DateTime<Utc>,
    pub refresh_exp: DateTime<Utc>,
    /// Its refresh token has been spent.
    pub used: bool,
    /// Deleted by a person in the settings.
    pub revoked: bool,
    pub delivery: Delivery,
    /// Reads (`/v2/me`, `/v2/accounts`) that came with its access token, whatever the answer.
    pub reads: u64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Origin {
    /// Made by a person in the settings.
    Issued,
    /// Made by a refresh that spent the pair with this serial.
    RotatedFrom(usize),
}

/// One `POST /v2/token/refresh`.
#[derive(Clone, Debug, Serialize)]
pub struct Exchange {
    pub at: DateTime<Utc>,
    /// The refresh token in the body, if one could be read.
    pub refresh: Option<String>,
    pub outcome: Outcome,
    /// The token had already been spent by an earlier exchange.
    pub double_spend: bool,
    pub delivery: Delivery,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    Rotated {
        from: usize,
        to: usize,
    },
    TooEarly,
    NotFound(Why404),
    BadUserAgent,
    InvalidBody,
    /// A knob answered with this status; nothing was committed.
    Canned(u16),
    /// A knob closed the connection; nothing was committed.
    DroppedBeforeCommit,
}

/// The answer doesn't tell these apart; the ledger does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Why404 {
    Unknown,
    Used,
    /// Older than its life (assumed to answer like an unknown one).
    Expired,
}

#[derive(Clone, Debug, Default, Serialize)]
pub struct Ledger {
    pub pairs: Vec<LedgerPair>,
    pub exchanges: Vec<Exchange>,
    pub arrivals: Vec<Arrival>,
}

impl Ledger {
    /// Every attempt to exchange a refresh token, also those that were refused or never answered.
    pub fn exchange_attempts(&self) -> &[Exchange] {
        &self.exchanges
    }

    /// The exchanges that made a new pair, whether or not the answer got out.
    pub fn exchanges_ok(&self) -> Vec<&Exchange> {
        self.exchanges.iter().filter(|e| matches!(e.outcome, Outcome::Rotated { .. })).collect()
    }

    /// Attempts with a refresh token that had already been spent.
    pub fn double_spends(&self) -> Vec<&Exchange> {
        self.exchanges.iter().filter(|e| e.double_spend).collect()
    }

    /// The youngest pair of a person.
    pub fn latest_pair_of(&self, person: &str) -> Option<&LedgerPair> {
        self.pairs.iter().rfind(|p| p.person == person)
    }

    /// Where the rotations that began with this pair have led: the only live descendant.
    pub fn latest_pair_from(&self, pair: &Pair) -> Option<&LedgerPair> {
        let mut latest = self.pair(&pair.refresh)?;
        while let Some(next) = self.pairs.iter().find(|p| p.origin == Origin::RotatedFrom(latest.serial)) {
            latest = next;
        }
        Some(latest)
    }

    /// The pair that one of these two tokens belongs to.
    pub fn pair(&self, token: &str) -> Option<&LedgerPair> {
        self.pairs.iter().find(|p| p.pair.access == token || p.pair.refresh == token)
    }

    /// How many reads came with this access token.
    pub fn reads_of(&self, access: &str) -> u64 {
        self.pairs.iter().filter(|p| p.pair.access == access).map(|p| p.reads).sum()
    }

    /// Everything that came to this path (without the query).
    pub fn arrivals_at(&self, path: &str) -> Vec<&Arrival> {
        arrivals_at(&self.arrivals, path)
    }
}
