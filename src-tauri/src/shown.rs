//! What the page was last told about each connection, so that it hears of every difference once: another process's
//! writes, and what becomes true by the clock alone.

use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash, Hasher};

use bulla_home::{ConnectionView, ServerView};
use serde::Serialize;
use uuid::Uuid;

/// Beyond this many differences the page reads its list again.
pub(crate) const MANY: usize = 50;

/// A mark per row, not the row: ten thousand stay small.
#[derive(Default)]
pub(crate) struct Shown {
    rows: HashMap<Uuid, u64>,
    servers: u64,
}

/// What the page does not know yet.
#[derive(Default)]
pub(crate) struct Differences {
    pub(crate) changed: Vec<ConnectionView>,
    /// No longer in the list: removed, here or elsewhere.
    pub(crate) gone: Vec<Uuid>,
}

impl Shown {
    /// The marks of a list.
    pub(crate) fn read(views: impl Iterator<Item = ConnectionView>) -> HashMap<Uuid, u64> {
        views.map(|view| (view.id, mark(&view))).collect()
    }

    /// The page has read exactly this list.
    pub(crate) fn begin(&mut self, rows: HashMap<Uuid, u64>) {
        self.rows = rows;
    }

    /// The page is told about one row.
    pub(crate) fn tell(&mut self, view: &ConnectionView) {
        if view.removed_until.is_some() {
            self.rows.remove(&view.id);
        } else {
            self.rows.insert(view.id, mark(view));
        }
    }

    /// The page is told about the servers. False if it knows them so already.
    pub(crate) fn tell_servers(&mut self, servers: &[ServerView]) -> bool {
        std::mem::replace(&mut self.servers, mark(&servers)) != self.servers
    }

    /// Compares with the list as it is now, and takes it as told.
    pub(crate) fn compare(&mut self, views: impl Iterator<Item = ConnectionView>) -> Differences {
        let mut before = std::mem::take(&mut self.rows);
        let mut differences = Differences::default();
        for view in views {
            let mark = mark(&view);
            self.rows.insert(view.id, mark);
            if before.remove(&view.id) != Some(mark) {
                differences.changed.push(view);
            }
        }
        differences.gone = before.into_keys().collect();
        differences
    }
}

fn mark(value: &impl Serialize) -> u64 {
    let mut hasher = DefaultHasher::new();
    serde_json::to_vec(value).unwrap_or_default().hash(&mut hasher);
    hasher.finish()
}

#[cfg(test)]
mod tests {
    use bulla_core::{Health, Severity};
    use bulla_home::CustodyView;

    use super::*;

    fn row(id: Uuid, label: &str) -> ConnectionView {
        ConnectionView {
            id,
            label: label.to_owned(),
            person: None,
            provider: "huntflow".to_owned(),
            base_url: "https://api.huntflow.ru".to_owned(),
            identity: None,
            aliases: Vec::new(),
            health: Health::Healthy,
            severity: Severity::Ok,
            valid: true,
            issues: Vec::new(),
            deadline: None,
            next_step: None,
            next_step_at: None,
            access_expires_at: None,
            refresh_expires_at: None,
            estimated: false,
            renew_opens_at: None,
            custody: CustodyView { kind: "desk".to_owned(), name: String::new(), fingerprint: String::new(), confirmed: true },
            static_key: None,
            rotating: true,
            renews: true,
            consented: false,
            epoch: 1,
            generation: 1,
            last_renewed_at: None,
            last_used_at: None,
            last_tested_at: None,
            last_error: None,
            removed_until: None,
        }
    }

    #[test]
    fn each_difference_is_told_once() {
        let (first, second) = (Uuid::from_u128(1), Uuid::from_u128(2));
        let mut shown = Shown::default();
        shown.begin(Shown::read([row(first, "a"), row(second, "b")].into_iter()));

        let told = shown.compare([row(first, "a"), row(second, "renamed")].into_iter());
        assert_eq!(told.changed.iter().map(|view| view.label.as_str()).collect::<Vec<_>>(), ["renamed"]);
        assert!(told.gone.is_empty());

        let told = shown.compare([row(second, "renamed")].into_iter());
        assert!(told.changed.is_empty());
        assert_eq!(told.gone, [first]);
    }

    #[test]
    fn what_an_event_told_is_not_told_again() {
        let id = Uuid::from_u128(1);
        let mut shown = Shown::default();
        shown.begin(Shown::read([row(id, "a")].into_iter()));
        shown.tell(&row(id, "b"));
        assert!(shown.compare([row(id, "b")].into_iter()).changed.is_empty());
    }
}
