//! The list of connections in the order in which a person needs them. Rows are described when they are asked for: ten
//! thousand of them at once would take more memory than the window itself.

use std::cmp::Reverse;
use std::collections::HashMap;
use std::ops::RangeBounds;

use bulla_core::{Connection, ConnectionId, Result, Severity, Thresholds};
use chrono::{DateTime, Utc};

use crate::Home;
use crate::view::ConnectionView;

/// Connections as they were at one moment, what needs a person first.
pub struct Listing {
    home: Home,
    connections: Vec<Connection>,
    aliases: HashMap<ConnectionId, Vec<String>>,
}

impl Listing {
    pub(crate) async fn new(home: Home, mut connections: Vec<Connection>) -> Result<Self> {
        let mut aliases: HashMap<_, Vec<_>> = HashMap::new();
        for (name, id) in home.catalog().aliases().await? {
            aliases.entry(id).or_default().push(name);
        }
        connections.sort_by_cached_key(|connection| urgency(&home, connection));
        Ok(Self { home, connections, aliases })
    }

    /// How many there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.connections.len()
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.connections.is_empty()
    }

    /// Some of the rows, as they are now. A range past the end has fewer.
    pub fn views(&self, range: impl RangeBounds<usize>) -> impl Iterator<Item = ConnectionView> {
        let within = |(place, _): &(usize, &Connection)| range.contains(place);
        let chosen: Vec<_> = self.connections.iter().enumerate().filter(within).map(|(_, connection)| connection).collect();
        chosen.into_iter().map(|connection| {
            let names = self.aliases.get(&connection.id).cloned().unwrap_or_default();
            self.home.describe(connection, names)
        })
    }
}

/// What a list is sorted by, in the window too: severity, then the nearest deadline, then the label.
fn urgency(home: &Home, connection: &Connection) -> (Reverse<Severity>, DateTime<Utc>, String) {
    let report = home.keeper().health(connection, &Thresholds::default());
    let deadline = report.deadline.unwrap_or(DateTime::<Utc>::MAX_UTC);
    (Reverse(report.severity), deadline, connection.label.as_str().to_lowercase())
}
