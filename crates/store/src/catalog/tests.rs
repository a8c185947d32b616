use std::path::Path;
use std::sync::atomic::{AtomicI64, Ordering};

use bulla_core::ports::{Catalog, Change};
use bulla_core::{ConnectionId, ErrorCode, Event, EventKind, Fingerprint, Label, RULES_VERSION, Version};
use chrono::TimeDelta;

use super::*;
use crate::sample::{connection, moment as at};

/// Due as long after its creation as there are failures, in seconds; never when removed.
fn due() -> DueFn {
    Arc::new(|connection| match connection.removed_at {
        None => Some(connection.created_at + TimeDelta::seconds(i64::from(connection.facts.failures))),
        Some(_) => None,
    })
}

async fn open(folder: &Path) -> SqliteCatalog {
    SqliteCatalog::open(folder, due()).await.expect("opened")
}

async fn raw(catalog: &SqliteCatalog, sql: &'static str) {
    sqlx::query(sql).execute(&catalog.pool).await.expect(sql);
}

fn rename(label: &str) -> Change {
    let label = Label::parse(label).expect("a label");
    Box::new(move |connection| connection.label = label)
}

fn remove() -> Change {
    Box::new(|connection| connection.removed_at = Some(at(0)))
}

fn fail(times: u32) -> Change {
    Box::new(move |connection| connection.facts.failures += times)
}

#[tokio::test]
async fn facts_survive_closing() {
    let folder = tempfile::tempdir().expect("a folder");
    let kept = connection("Acme");
    let catalog = open(folder.path()).await;
    catalog.insert(&kept).await.expect("kept");
    catalog.set_meta("home_id", "1").await.expect("kept");
    catalog.close().await;

    let catalog = open(folder.path()).await;
    assert_eq!(catalog.get(kept.id).await.expect("read"), Some(kept.clone()));
    assert_eq!(catalog.all().await.expect("read"), [kept]);
    assert_eq!(catalog.meta("home_id").await.expect("read").as_deref(), Some("1"));
    assert_eq!(catalog.meta("other").await.expect("read"), None);
    assert_eq!(catalog.get(ConnectionId::random()).await.expect("read"), None);
}

#[tokio::test]
async fn a_label_is_unique_among_what_is_not_removed() {
    let folder = tempfile::tempdir().expect("a folder");
    let catalog = open(folder.path()).await;
    let (first, second) = (connection("Caf\u{e9}"), connection("CAFE\u{301}"));
    catalog.insert(&first).await.expect("kept");
    let taken = catalog.insert(&second).await.expect_err("the same label");
    assert_eq!(taken.code(), ErrorCode::LabelTaken);
    assert_eq!(taken.params()["label"], second.label.as_str());

    catalog.update(first.id, remove()).await.expect("removed");
    catalog.insert(&second).await.expect("free again");
    let back: Change = Box::new(|connection| connection.removed_at = None);
    assert_eq!(catalog.update(first.id, back).await.expect_err("taken now").code(), ErrorCode::LabelTaken);
    assert!(catalog.get(first.id).await.expect("read").expect("there").removed_at.is_some(), "nothing was written");

    let back: Change = Box::new(|connection| {
        connection.removed_at = None;
        connection.label = Label::parse("Acme").expect("a label");
    });
    catalog.update(first.id, back).await.expect("restored under another label");
    let taken = catalog.update(first.id, rename("caf\u{e9}")).await.expect_err("taken");
    assert_eq!(taken.code(), ErrorCode::LabelTaken);
    catalog.update(first.id, rename("ACME")).await.expect("its own label in another case");
    assert_eq!(catalog.update(ConnectionId::random(), rename("x")).await.expect_err("nobody").code(), ErrorCode::NotFound);
}

#[tokio::test]
async fn what_is_due_is_indexed_on_each_write() {
    let folder = tempfile::tempdir().expect("a folder");
    let catalog = open(folder.path()).await;
    assert_eq!(catalog.next_due().await.expect("read"), None);
    let (early, late) = (connection("early"), connection("late"));
    catalog.insert(&late).await.expect("kept");
    catalog.insert(&early).await.expect("kept");
    catalog.update(late.id, fail(50)).await.expect("changed");
    catalog.update(early.id, fail(10)).await.expect("changed");

    let next = catalog.next_due().await.expect("read").expect("something");
    assert_eq!(next.timestamp_millis(), at(10).timestamp_millis());
    assert_eq!(catalog.due(at(9), 9).await.expect("read"), []);
    assert_eq!(catalog.due(at(10), 9).await.expect("read"), [early.id]);
    assert_eq!(catalog.due(at(99), 9).await.expect("read"), [early.id, late.id]);
    assert_eq!(catalog.due(at(99), 1).await.expect("read"), [early.id]);
    catalog.update(early.id, remove()).await.expect("removed");
    assert_eq!(catalog.due(at(99), 9).await.expect("read"), [late.id]);
}

#[tokio::test]
async fn other_rules_compute_what_is_due_again() {
    let folder = tempfile::tempdir().expect("a folder");
    let catalog = open(folder.path()).await;
    let kept = connection("Acme");
    catalog.insert(&kept).await.expect("kept");
    raw(&catalog, "UPDATE connections SET rules_version = rules_version - 1, due_at = 1").await;
    catalog.close().await;

    let catalog = open(folder.path()).await;
    assert_eq!(catalog.due(at(0), 9).await.expect("read"), [kept.id]);
    assert_eq!(
        catalog.next_due().await.expect("read").map(|at| at.timestamp_millis()),
        Some(at(0).timestamp_millis()),
        "not what the older rules said"
    );
    let version: i64 = sqlx::query_scalar("SELECT rules_version FROM connections").fetch_one(&catalog.pool).await.expect("one");
    assert_eq!(version, RULES_VERSION);
}

#[tokio::test]
async fn several_changes_are_one() {
    let folder = tempfile::tempdir().expect("a folder");
    let catalog = open(folder.path()).await;
    let (first, second) = (connection("a"), connection("b"));
    catalog.insert(&first).await.expect("kept");
    catalog.insert(&second).await.expect("kept");
    let before = catalog.changes().await.expect("read");

    let bad = catalog.update_many(vec![(first.id, rename("c")), (second.id, rename("C"))]).await;
    assert_eq!(bad.expect_err("taken by the first").code(), ErrorCode::LabelTaken);
    assert_eq!(catalog.all().await.expect("read"), [first.clone(), second.clone()]);
    assert_eq!(catalog.changes().await.expect("read"), before);

    let written = catalog.update_many(vec![(second.id, rename("d")), (first.id, rename("b"))]).await.expect("changed");
    assert_eq!(written.iter().map(|c| c.label.as_str()).collect::<Vec<_>>(), ["d", "b"]);
    assert_eq!(catalog.changes().await.expect("read"), before + 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn two_processes_lose_no_update() {
    let folder = tempfile::tempdir().expect("a folder");
    let (one, two) = (open(folder.path()).await, open(folder.path()).await);
    let kept = connection("Acme");
    one.insert(&kept).await.expect("kept");
    let before = two.changes().await.expect("read");

    let mut tasks = tokio::task::JoinSet::new();
    for catalog in [&one, &two] {
        for _ in 0..4 {
            let catalog = catalog.clone();
            let id = kept.id;
            tasks.spawn(async move {
                for _ in 0..10 {
                    catalog.update(id, fail(1)).await.expect("changed");
                    catalog.record(Event::new(at(0), id, EventKind::Tested)).await.expect("kept");
                }
            });
        }
    }
    while let Some(done) = tasks.join_next().await {
        done.expect("no panic");
    }
    assert_eq!(two.get(kept.id).await.expect("read").expect("there").facts.failures, 80);
    assert_eq!(one.changes().await.expect("read"), before + 160, "each write is noticed by the other");
    assert!(one.event_head().await.expect("read").is_some(), "the chain has no fork");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn many_open_a_new_home_at_once() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut tasks = tokio::task::JoinSet::new();
    for _ in 0..8 {
        let path = folder.path().to_owned();
        tasks.spawn(async move { open(&path).await.changes().await.expect("read") });
    }
    while let Some(done) = tasks.join_next().await {
        assert_eq!(done.expect("no panic"), 0);
    }
}

fn seen(id: &str) -> SeenBundleRow {
    SeenBundleRow {
        id: id.to_owned(),
        sha256: "ab".to_owned(),
        sender: Fingerprint::new("ff".to_owned()),
        opened_at: at(1),
        expires: at(2),
        receipt: "signed".to_owned(),
    }
}

#[tokio::test]
async fn a_bundle_is_taken_in_whole_or_not_at_all() {
    let folder = tempfile::tempdir().expect("a folder");
    let catalog = open(folder.path()).await;
    let long = "x".repeat(Label::MAX_CHARS);
    let mine = [connection("Acme"), connection("acme (2)"), connection(&long)];
    for connection in &mine {
        catalog.insert(connection).await.expect("kept");
    }
    catalog.set_alias("active", mine[0].id).await.expect("set");

    let mut mine_again = mine[1].clone();
    mine_again.version = mine_again.version.next_epoch();
    let brought = [connection("ACME"), connection("Acme"), connection(&long), mine_again.clone(), connection("new")];
    let written = catalog.take_in(&brought, &seen("b1")).await.expect("taken in");
    let labels: Vec<_> = written.iter().map(|c| c.label.as_str().to_owned()).collect();
    let shortened = format!("{} (2)", "x".repeat(Label::MAX_CHARS - 4));
    assert_eq!(labels, ["ACME (3)", "Acme (4)", &shortened, "acme (2)", "new"]);
    assert_eq!(catalog.get(mine_again.id).await.expect("read"), Some(mine_again));
    assert_eq!(catalog.all().await.expect("read").len(), 7);
    assert_eq!(catalog.aliases().await.expect("read"), [("active".to_owned(), mine[0].id)]);
    assert_eq!(catalog.seen("b1").await.expect("read"), Some(seen("b1")));

    let changes = catalog.changes().await.expect("read");
    let again = catalog.take_in(&[connection("late")], &seen("b1")).await.expect_err("seen");
    assert_eq!(again.code(), ErrorCode::BundleSeen);
    assert_eq!(catalog.all().await.expect("read").len(), 7, "nothing of it stays");
    assert_eq!(catalog.changes().await.expect("read"), changes);
}

#[tokio::test]
async fn a_home_of_a_newer_bulla_is_refused() {
    let folder = tempfile::tempdir().expect("a folder");
    let catalog = open(folder.path()).await;
    raw(&catalog, "INSERT INTO _sqlx_migrations SELECT 9999, description, installed_on, success, checksum, execution_time FROM _sqlx_migrations").await;
    catalog.close().await;
    let newer = SqliteCatalog::open(folder.path(), due()).await.err().expect("refused");
    assert_eq!(newer.code(), ErrorCode::HomeNewer);
}

#[tokio::test]
async fn what_is_no_catalog_is_damaged() {
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::write(folder.path().join("catalog.db"), "not a database, and long enough to be read as one".repeat(9)).expect("written");
    let damaged = SqliteCatalog::open(folder.path(), due()).await.err().expect("refused");
    assert_eq!(damaged.code(), ErrorCode::CatalogDamaged);

    let folder = tempfile::tempdir().expect("a folder");
    let catalog = open(folder.path()).await;
    catalog.insert(&connection("Acme")).await.expect("kept");
    raw(&catalog, "UPDATE connections SET body = 'x'").await;
    assert_eq!(catalog.all().await.expect_err("unreadable").code(), ErrorCode::CatalogDamaged);
}

#[tokio::test]
async fn a_folder_that_cannot_be_written_is_named() {
    let folder = tempfile::tempdir().expect("a folder");
    let nowhere = folder.path().join("missing");
    let refused = SqliteCatalog::open(&nowhere, due()).await.err().expect("refused");
    assert_eq!(refused.code(), ErrorCode::HomeUnwritable);
    assert!(refused.detail_text().expect("the path").contains("missing"));
}

#[tokio::test]
async fn purging_forgets_all_but_history() {
    let folder = tempfile::tempdir().expect("a folder");
    let catalog = open(folder.path()).await;
    let (gone, stays) = (connection("gone"), connection("stays"));
    for connection in [&gone, &stays] {
        catalog.insert(connection).await.expect("kept");
        catalog.set_marks(connection.id, &[format!("mark of {}", connection.label.as_str())]).await.expect("kept");
        catalog.set_alias(&format!("alias of {}", connection.label.as_str()), connection.id).await.expect("kept");
    }
    let event = Event::new(at(0), gone.id, EventKind::Erased);
    catalog.record(event.clone()).await.expect("kept");

    catalog.purge(gone.id).await.expect("purged");
    catalog.purge(gone.id).await.expect("again");
    assert_eq!(catalog.get(gone.id).await.expect("read"), None);
    assert_eq!(catalog.aliases().await.expect("read"), [("alias of stays".to_owned(), stays.id)]);
    assert_eq!(catalog.mark_owner(&["mark of gone".to_owned()]).await.expect("read"), None);
    assert_eq!(catalog.mark_owner(&["mark of stays".to_owned()]).await.expect("read"), Some(stays.id));
    assert_eq!(catalog.events(gone.id, 9).await.expect("read"), [event]);
}

#[tokio::test]
async fn marks_follow_the_present_tokens() {
    let folder = tempfile::tempdir().expect("a folder");
    let catalog = open(folder.path()).await;
    let (removed, kept) = (connection("removed"), connection("kept"));
    catalog.insert(&removed).await.expect("kept");
    catalog.insert(&kept).await.expect("kept");
    catalog.set_marks(removed.id, &["a".to_owned(), "r".to_owned()]).await.expect("kept");
    catalog.set_marks(kept.id, &["r".to_owned(), "r".to_owned()]).await.expect("kept");
    catalog.update(removed.id, remove()).await.expect("removed");

    let owner = async |marks: &[&str]| {
        let marks: Vec<String> = marks.iter().map(|mark| (*mark).to_owned()).collect();
        catalog.mark_owner(&marks).await.expect("read")
    };
    assert_eq!(owner(&["r"]).await, Some(kept.id), "one that is not removed goes first");
    assert_eq!(owner(&["x", "a"]).await, Some(removed.id));
    assert_eq!(owner(&[]).await, None);
    catalog.set_marks(kept.id, &["n".to_owned()]).await.expect("kept");
    assert_eq!(owner(&["n"]).await, Some(kept.id));
    assert_eq!(owner(&["r"]).await, Some(removed.id));
}

#[tokio::test]
async fn aliases_are_found_as_labels_are() {
    let folder = tempfile::tempdir().expect("a folder");
    let catalog = open(folder.path()).await;
    let (first, second) = (connection("a"), connection("b"));
    catalog.insert(&first).await.expect("kept");
    catalog.insert(&second).await.expect("kept");
    catalog.set_alias("Active", first.id).await.expect("set");
    catalog.set_alias(" ACTIVE ", second.id).await.expect("moved");
    assert_eq!(catalog.aliases().await.expect("read"), [("ACTIVE".to_owned(), second.id)]);
    assert_eq!(catalog.set_alias("x", ConnectionId::random()).await.expect_err("nobody").code(), ErrorCode::NotFound);
    assert!(catalog.remove_alias("active").await.expect("removed"));
    assert!(!catalog.remove_alias("active").await.expect("nothing"));
}

#[tokio::test]
async fn history_is_newest_first_and_chained() {
    let folder = tempfile::tempdir().expect("a folder");
    let catalog = open(folder.path()).await;
    assert_eq!(catalog.event_head().await.expect("read").as_deref(), Some(""));
    let (mine, other) = (ConnectionId::random(), ConnectionId::random());
    let lines = [
        Event::new(at(0), mine, EventKind::Added),
        Event::new(at(1), other, EventKind::Added).detail("Acme"),
        Event::new(at(1), mine, EventKind::RenewFailed).code(ErrorCode::Offline).detail("\u{e9}\""),
    ];
    for line in &lines {
        catalog.record(line.clone()).await.expect("kept");
    }
    assert_eq!(catalog.events(mine, 9).await.expect("read"), [lines[2].clone(), lines[0].clone()]);
    assert_eq!(catalog.events(mine, 1).await.expect("read"), [lines[2].clone()]);
    assert_eq!(catalog.recent_events(2).await.expect("read"), [lines[2].clone(), lines[1].clone()]);
    let head = catalog.event_head().await.expect("read").expect("intact");
    assert_eq!(head.len(), 64);

    for forgery in [
        "UPDATE events SET detail = 'Acne' WHERE seq = 2",
        "UPDATE events SET code = NULL WHERE seq = 3",
        "DELETE FROM events WHERE seq = 2",
        "DELETE FROM events WHERE seq = 1",
    ] {
        let copy = tempfile::tempdir().expect("a folder");
        raw(&catalog, "PRAGMA wal_checkpoint(TRUNCATE)").await;
        std::fs::copy(folder.path().join("catalog.db"), copy.path().join("catalog.db")).expect("copied");
        let forged = open(copy.path()).await;
        assert_eq!(forged.event_head().await.expect("read"), Some(head.clone()));
        raw(&forged, forgery).await;
        assert_eq!(forged.event_head().await.expect("read"), None, "{forgery}");
    }
}

#[tokio::test]
async fn peers_and_bundles_are_kept() {
    let folder = tempfile::tempdir().expect("a folder");
    let catalog = open(folder.path()).await;
    let mut peer = Peer {
        name: "server".to_owned(),
        fingerprint: Fingerprint::new("aa".to_owned()),
        role: "agent".to_owned(),
        card: "card".to_owned(),
        words: vec!["one".to_owned(), "two".to_owned()],
        nonce: "n".to_owned(),
        added_at: at(0),
        last_heard_at: None,
    };
    catalog.put_peer(&peer).await.expect("kept");
    catalog.heard(&peer.fingerprint, at(5)).await.expect("noted");
    catalog.heard(&peer.fingerprint, at(3)).await.expect("older, so nothing");
    peer.last_heard_at = Some(at(5));
    assert_eq!(catalog.peers().await.expect("read"), [peer.clone()]);
    assert_eq!(catalog.peer(&peer.fingerprint).await.expect("read"), Some(peer));
    let nobody = Fingerprint::new("bb".to_owned());
    assert_eq!(catalog.peer(&nobody).await.expect("read"), None);
    assert_eq!(catalog.heard(&nobody, at(1)).await.expect_err("nobody").code(), ErrorCode::ServerNotFound);

    let mut sent = SentBundleRow {
        id: "b".to_owned(),
        recipient: Fingerprint::new("aa".to_owned()),
        sha256: "cd".to_owned(),
        path: "/tmp/b.bulla".to_owned(),
        expires: at(9),
        connections: vec![(ConnectionId::random(), Version::FIRST)],
        state: "sent".to_owned(),
    };
    catalog.put_sent(&sent).await.expect("kept");
    assert_eq!(catalog.sent("b").await.expect("read"), Some(sent.clone()));
    catalog.set_sent_state("b", "confirmed").await.expect("changed");
    sent.state = "confirmed".to_owned();
    assert_eq!(catalog.sent("b").await.expect("read"), Some(sent));
    assert_eq!(catalog.set_sent_state("x", "void").await.expect_err("nothing").code(), ErrorCode::ReceiptUnknown);
}

#[tokio::test]
async fn a_write_that_is_dropped_never_was() {
    let folder = tempfile::tempdir().expect("a folder");
    let catalog = open(folder.path()).await;
    let kept = connection("Acme");
    catalog.insert(&kept).await.expect("kept");
    let before = catalog.changes().await.expect("read");
    let reached = Arc::new(AtomicI64::new(0));
    let inside = Arc::clone(&reached);
    let panics: Change = Box::new(move |connection| {
        connection.facts.failures = 7;
        inside.store(1, Ordering::Relaxed);
        panic!("a bug in a change");
    });
    let other = catalog.clone();
    let id = kept.id;
    assert!(tokio::spawn(async move { other.update(id, panics).await }).await.is_err());
    assert_eq!(reached.load(Ordering::Relaxed), 1);
    assert_eq!(catalog.get(id).await.expect("read"), Some(kept));
    assert_eq!(catalog.changes().await.expect("read"), before);
    catalog.update(id, fail(1)).await.expect("the lock is free again");
}

#[cfg(unix)]
#[tokio::test]
async fn only_the_owner_can_read_the_files() {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::tempdir().expect("a folder");
    let catalog = open(folder.path()).await;
    catalog.set_meta("k", "v").await.expect("kept");
    for file in ["catalog.db", "catalog.db-wal", "catalog.db-shm", "home.lock"] {
        let mode = std::fs::metadata(folder.path().join(file)).expect(file).permissions().mode();
        assert_eq!(mode & 0o077, 0, "{file}");
    }
}
