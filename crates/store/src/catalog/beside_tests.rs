//! What is kept beside the connections: bundles, peers, names, history.

use bulla_core::ports::Catalog;
use bulla_core::{ConnectionId, ErrorCode, Event, EventKind, Fingerprint, Label, Version};

use super::tests::{open, raw, remove};
use super::*;
use crate::sample::{connection, moment as at};

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
async fn many_are_read_page_by_page_and_some_by_their_ids() {
    let folder = tempfile::tempdir().expect("a folder");
    let catalog = open(folder.path()).await;
    let many: Vec<_> = (0..450).map(|number| connection(&format!("Conn {number}"))).collect();
    catalog.take_in(&many, &seen("b1")).await.expect("taken in");
    assert_eq!(catalog.all().await.expect("read"), many);

    let removed = catalog.update(many[300].id, remove()).await.expect("removed");
    let asked = [many[300].id, ConnectionId::random(), many[7].id, many[449].id];
    assert_eq!(catalog.some(&asked).await.expect("read"), [removed, many[7].clone(), many[449].clone()]);
    assert!(catalog.some(&[]).await.expect("read").is_empty());
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
    let nobody = catalog.set_marks(ConnectionId::random(), &["n".to_owned()]).await.expect_err("nobody");
    assert_eq!(nobody.code(), ErrorCode::NotFound);
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
