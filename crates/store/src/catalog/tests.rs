use std::path::Path;
use std::sync::atomic::{AtomicI64, Ordering};

use bulla_core::ports::{Catalog, Change};
use bulla_core::{ConnectionId, ErrorCode, Event, EventKind, Label, RULES_VERSION};
use chrono::TimeDelta;

use super::*;
use crate::sample::{connection, moment as at};

/// Due as long after its creation as there are failures, in seconds; never when removed.
pub(super) fn due() -> DueFn {
    Arc::new(|connection| match connection.removed_at {
        None => Some(connection.created_at + TimeDelta::seconds(i64::from(connection.facts.failures))),
        Some(_) => None,
    })
}

pub(super) async fn open(folder: &Path) -> SqliteCatalog {
    SqliteCatalog::open(folder, due()).await.expect("opened")
}

pub(super) async fn raw(catalog: &SqliteCatalog, sql: &'static str) {
    sqlx::query(sql).execute(&catalog.pool).await.expect(sql);
}

fn rename(label: &str) -> Change {
    let label = Label::parse(label).expect("a label");
    Box::new(move |connection| connection.label = label)
}

pub(super) fn remove() -> Change {
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

#[tokio::test]
async fn a_home_of_a_newer_bulla_is_refused() {
    let folder = tempfile::tempdir().expect("a folder");
    let catalog = open(folder.path()).await;
    raw(&catalog, "INSERT INTO _sqlx_migrations SELECT 9999, description, installed_on, success, checksum, execution_time FROM _sqlx_migrations LIMIT 1").await;
    catalog.close().await;
    let newer = SqliteCatalog::open(folder.path(), due()).await.err().expect("refused");
    assert_eq!(newer.code(), ErrorCode::HomeNewer);
}

#[tokio::test]
async fn what_is_no_catalog_is_damaged() {
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::write(folder.path().join("catalog.db"), "not a database, and long enough to be read as one".repeat(9))
        .expect("written");
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
