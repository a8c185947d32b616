//! The list of connections in the order in which a person needs them. It holds their order only; rows are read when they
//! are asked for: ten thousand at once would take more memory than the window itself.

use std::cmp::Reverse;
use std::ops::Range;

use bulla_core::{Connection, ConnectionId, Result, Severity, Thresholds};
use chrono::{DateTime, Utc};

use crate::Home;
use crate::view::ConnectionView;

/// The connections of one moment that were not removed, what needs a person first.
pub struct Listing {
    home: Home,
    ids: Vec<ConnectionId>,
    changes: i64,
}

impl Listing {
    pub(crate) async fn read(home: Home) -> Result<Self> {
        // Counted first: what is written while the list is read is then a change of it.
        let changes = home.changes().await?;
        let mut found = Vec::new();
        let take = |connection: Connection| {
            if connection.removed_at.is_none() {
                found.push((urgency(&home, &connection), connection.id));
            }
        };
        home.catalog().each(take).await?;
        found.sort_by(|(one, _), (other, _)| one.cmp(other));
        Ok(Self { ids: found.into_iter().map(|(_, id)| id).collect(), home, changes })
    }

    /// How many there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.ids.len()
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.ids.is_empty()
    }

    /// All of them, in order.
    pub fn ids(&self) -> impl Iterator<Item = ConnectionId> {
        self.ids.iter().copied()
    }

    /// What [`Home::changes`] said when the list was read.
    #[must_use]
    pub const fn changes(&self) -> i64 {
        self.changes
    }

    /// Some of the rows, as they are now. A range past the end has fewer, and one that was erased since is left out.
    pub async fn views(&self, range: Range<usize>) -> Result<Vec<ConnectionView>> {
        let range = range.start.min(self.ids.len())..range.end.min(self.ids.len());
        let connections = self.home.catalog().some(&self.ids[range]).await?;
        self.home.described(&connections).await
    }
}

/// What a list is sorted by, in the window too: severity, then the nearest deadline, then the label.
pub(crate) fn urgency(home: &Home, connection: &Connection) -> (Reverse<Severity>, DateTime<Utc>, String) {
    let report = home.keeper().health(connection, &Thresholds::default());
    let deadline = report.deadline.unwrap_or(DateTime::<Utc>::MAX_UTC);
    (Reverse(report.severity), deadline, connection.label.as_str().to_lowercase())
}
