//! What reached a fake, and how far its answers got.

use serde::Serialize;

/// How far an answer got. `Written` means the socket took every byte, not that the client kept it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Delivery {
    /// Given to a person outside HTTP, such as copied from a settings page.
    ByHand,
    /// Committed, the answer isn't out yet.
    Pending,
    Written,
    /// Written, but changed by a [`super::Knob::EditBody`].
    Edited,
    /// Another answer was sent in its place.
    Replaced,
    Cut {
        sent: usize,
        of: usize,
    },
    Dropped,
    Failed(String),
}

impl Delivery {
    /// The whole true answer was given away.
    pub fn arrived(&self) -> bool {
        matches!(self, Self::ByHand | Self::Written)
    }
}

/// Any request that reached the server, also one that led nowhere.
#[derive(Clone, Debug, Serialize)]
pub struct Arrival {
    /// Which of the fake's origins it came to, in the order of [`super::Fake::origin`].
    pub site: usize,
    pub method: String,
    /// With the query, if there was one.
    pub path: String,
    pub user_agent: Option<String>,
    pub authorization: Option<String>,
    pub body: String,
    /// The status that was sent, or `None` while there is none.
    pub status: Option<u16>,
}

/// Everything that came to this path (without the query).
pub fn arrivals_at<'a>(arrivals: &'a [Arrival], path: &str) -> Vec<&'a Arrival> {
    arrivals.iter().filter(|a| a.path.split('?').next() == Some(path)).collect()
}
