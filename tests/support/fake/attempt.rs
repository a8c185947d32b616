//! What came to a token endpoint and what became of it, in the words of any OAuth server.

use chrono::{DateTime, Utc};
use serde::Serialize;

use super::delivery::Delivery;
use super::provider::Untouched;

/// One request to a token endpoint.
#[derive(Clone, Debug, Serialize)]
pub struct Attempt {
    pub at: DateTime<Utc>,
    /// `authorization_code`, `refresh_token` …, or what stood in its place.
    pub grant: String,
    pub client: Option<String>,
    /// The code, refresh token or assertion that was shown, if one could be read.
    pub presented: Option<String>,
    pub outcome: Outcome,
    /// What was shown had already been spent by an earlier attempt.
    pub double_spend: bool,
    pub delivery: Delivery,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// Committed: the ledger's token with this serial was made (or, inside a grace window, given once more).
    Made(usize),
    /// The provider's own refusal, by its error or code.
    Refused { status: u16, error: String },
    /// A knob answered with this status; nothing was committed.
    Canned(u16),
    /// A knob closed the connection; nothing was committed.
    DroppedBeforeCommit,
}

impl From<Untouched> for Outcome {
    fn from(untouched: Untouched) -> Self {
        match untouched {
            Untouched::Canned(status) => Self::Canned(status),
            Untouched::Dropped => Self::DroppedBeforeCommit,
        }
    }
}

/// The attempts at one provider, oldest first.
#[derive(Clone, Debug, Default, Serialize)]
#[serde(transparent)]
pub struct Attempts(pub Vec<Attempt>);

impl Attempts {
    /// Those of a grant that made something, whether or not the answer got out.
    pub fn ok(&self, grant: &str) -> Vec<&Attempt> {
        self.0.iter().filter(|a| a.grant == grant && matches!(a.outcome, Outcome::Made(_))).collect()
    }

    /// Those that showed something already spent.
    pub fn double_spends(&self) -> Vec<&Attempt> {
        self.0.iter().filter(|a| a.double_spend).collect()
    }

    /// The errors and codes of the refusals, in order.
    pub fn refusals(&self) -> Vec<&str> {
        let error = |a: &'_ Attempt| matches!(a.outcome, Outcome::Refused { .. });
        self.0
            .iter()
            .filter(|a| error(a))
            .map(|a| if let Outcome::Refused { error, .. } = &a.outcome { error.as_str() } else { "" })
            .collect()
    }

    /// Writes one down and returns its place, for [`super::Provider::delivered`].
    pub(crate) fn add(&mut self, attempt: Attempt) -> usize {
        self.0.push(attempt);
        self.0.len() - 1
    }
}
