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
    rows: HashMap<Uuid, Mark>,
    servers: u64,
}

/// What a row was like when the page was told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Mark {
    /// The page knows that it is there, and will ask.
    Listed,
    Told(u64),
}

/// What the page does not know yet.
#[derive(Default)]
pub(crate) struct Differences {
    pub(crate) changed: Vec<ConnectionView>,
    /// No longer in the list: removed, here or elsewhere.
    pub(crate) gone: Vec<Uuid>,
    /// More than anyone tells one by one; not all of them are above.
    pub(crate) many: bool,
}

/// Looks through the list as it is now, row by row.
pub(crate) struct Comparing {
    before: HashMap<Uuid, Mark>,
    differences: Differences,
}

impl Shown {
    /// The page begins to read a list of these.
    pub(crate) fn begin(&mut self, ids: impl Iterator<Item = Uuid>) {
        self.rows = ids.map(|id| (id, Mark::Listed)).collect();
    }

    /// The page is told about one row.
    pub(crate) fn tell(&mut self, view: &ConnectionView) {
        if view.removed_until.is_some() {
            self.rows.remove(&view.id);
        } else {
            self.rows.insert(view.id, Mark::Told(mark(view)));
        }
    }

    /// The page is told about the servers. False if it knows them so already.
    pub(crate) fn tell_servers(&mut self, servers: &[ServerView]) -> bool {
        std::mem::replace(&mut self.servers, mark(&servers)) != self.servers
    }

    /// Begins to compare what the page knows with the list as it is now.
    pub(crate) fn compare(&self) -> Comparing {
        Comparing { before: self.rows.clone(), differences: Differences::default() }
    }

    /// The page is told about these.
    pub(crate) fn take(&mut self, differences: &Differences) {
        for view in &differences.changed {
            self.tell(view);
        }
        for id in &differences.gone {
            self.rows.remove(id);
        }
    }
}

impl Comparing {
    /// Each row of the list once.
    pub(crate) fn look(&mut self, view: ConnectionView) {
        let before = self.before.remove(&view.id);
        if before == Some(Mark::Listed) || before == Some(Mark::Told(mark(&view))) {
            return;
        }
        if self.differences.changed.len() < MANY {
            self.differences.changed.push(view);
        } else {
            self.differences.many = true;
        }
    }

    pub(crate) fn end(mut self) -> Differences {
        self.differences.gone = self.before.into_keys().collect();
        self.differences.many |= self.differences.changed.len() + self.differences.gone.len() > MANY;
        self.differences
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

    fn told(rows: &[ConnectionView]) -> Shown {
        let mut shown = Shown::default();
        shown.begin(rows.iter().map(|view| view.id));
        for view in rows {
            shown.tell(view);
        }
        shown
    }

    fn differences(shown: &mut Shown, rows: impl IntoIterator<Item = ConnectionView>) -> Differences {
        let mut comparing = shown.compare();
        rows.into_iter().for_each(|view| comparing.look(view));
        let differences = comparing.end();
        shown.take(&differences);
        differences
    }

    #[test]
    fn each_difference_is_told_once() {
        let (first, second) = (Uuid::from_u128(1), Uuid::from_u128(2));
        let mut shown = told(&[row(first, "a"), row(second, "b")]);

        let news = differences(&mut shown, [row(first, "a"), row(second, "renamed")]);
        assert_eq!(news.changed.iter().map(|view| view.label.as_str()).collect::<Vec<_>>(), ["renamed"]);
        assert!(news.gone.is_empty() && !news.many);

        let news = differences(&mut shown, [row(second, "renamed")]);
        assert!(news.changed.is_empty());
        assert_eq!(news.gone, [first]);
        assert!(differences(&mut shown, [row(second, "renamed")]).gone.is_empty());
    }

    #[test]
    fn what_an_event_told_is_not_told_again() {
        let id = Uuid::from_u128(1);
        let mut shown = told(&[row(id, "a")]);
        shown.tell(&row(id, "b"));
        assert!(differences(&mut shown, [row(id, "b")]).changed.is_empty());
    }

    #[test]
    fn a_row_that_the_page_has_not_read_yet_is_no_difference() {
        let (first, second) = (Uuid::from_u128(1), Uuid::from_u128(2));
        let mut shown = Shown::default();
        shown.begin([first, second].into_iter());
        shown.tell(&row(first, "a"));
        assert!(differences(&mut shown, [row(first, "a"), row(second, "b")]).changed.is_empty());
        shown.tell(&row(second, "b"));
        assert_eq!(differences(&mut shown, [row(first, "a"), row(second, "c")]).changed.len(), 1);
    }

    #[test]
    fn more_than_many_differences_are_not_kept() {
        let rows = |label| (1..=200).map(move |number| row(Uuid::from_u128(number), label));
        let mut shown = told(&rows("a").collect::<Vec<_>>());
        let news = differences(&mut shown, rows("b"));
        assert!(news.many && news.changed.len() <= MANY);
        assert!(differences(&mut told(&rows("a").collect::<Vec<_>>()), []).many);
    }
}
