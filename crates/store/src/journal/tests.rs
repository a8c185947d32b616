use std::sync::atomic::{AtomicUsize, Ordering};

use bulla_core::{Parent, Version};

use super::*;
use crate::aead;

const KEY: [u8; 32] = [7; 32];
/// Where the header's record starts, after the magic and its length.
const RECORD: usize = 12;

fn journal(home: &Path) -> FileJournal {
    journal_with(home, KEY)
}

fn journal_with(home: &Path, key: [u8; 32]) -> FileJournal {
    FileJournal::new(home, Box::new(move || Box::pin(async move { Ok(Zeroizing::new(key)) }))).expect("a journal")
}

fn renew(connection: ConnectionId) -> Intent {
    Intent::Renew { connection, parent: Parent { version: Version::FIRST, spent: [3; 32] } }
}

fn path(home: &Path, id: &EntryId) -> PathBuf {
    home.join("journal").join(format!("{}{SUFFIX}", id.0))
}

/// The only open entry's attachment, or `None` without an entry.
async fn only(journal: &FileJournal) -> Option<Option<Vec<u8>>> {
    let mut open = journal.open_entries(None).await.expect("read");
    assert!(open.len() <= 1);
    open.pop().map(|entry| entry.attachment.map(|bytes| bytes.to_vec()))
}

/// Where the attachments start: after the header's record.
fn attachments_start(bytes: &[u8]) -> usize {
    let length = u32::from_le_bytes(bytes[RECORD - 4..RECORD].try_into().expect("four bytes"));
    RECORD + usize::try_from(length).expect("small")
}

#[tokio::test]
async fn an_entry_lives_from_begin_to_finish() {
    let home = tempfile::tempdir().expect("a folder");
    let journal = journal(home.path());
    let (mine, other) = (ConnectionId::random(), ConnectionId::random());
    assert!(journal.is_empty().expect("read"));

    let id = journal.begin(&renew(mine)).await.expect("begun");
    assert!(!journal.is_empty().expect("read"));
    let open = journal.open_entries(Some(mine)).await.expect("read");
    assert_eq!((open.len(), &open[0].id, &open[0].intent), (1, &id, &renew(mine)));
    assert!(open[0].attachment.is_none());
    assert!(journal.open_entries(Some(other)).await.expect("read").is_empty());

    journal.attach(&id, b"planted answer").await.expect("attached");
    assert_eq!(only(&journal).await, Some(Some(b"planted answer".to_vec())));
    journal.attach(&id, b"").await.expect("attached");
    assert_eq!(only(&journal).await, Some(Some(Vec::new())), "the last one counts");

    journal.finish(&id).await.expect("finished");
    journal.finish(&id).await.expect("finished already");
    assert_eq!(only(&journal).await, None);
    assert!(journal.is_empty().expect("read"));
    assert!(journal.attach(&id, b"late").await.is_err());
}

#[tokio::test]
async fn an_entry_about_several_is_found_by_each() {
    let home = tempfile::tempdir().expect("a folder");
    let journal = journal(home.path());
    let connections = vec![ConnectionId::random(), ConnectionId::random()];
    let file = PathBuf::from("/tmp/b.bulla");
    let intent = Intent::HandOver { bundle: "b".to_owned(), file, connections: connections.clone() };
    let id = journal.begin(&intent).await.expect("begun");
    for connection in connections {
        assert_eq!(journal.open_entries(Some(connection)).await.expect("read")[0].id, id);
    }
    assert!(journal.open_entries(Some(ConnectionId::random())).await.expect("read").is_empty());
}

#[tokio::test]
async fn an_attachment_needs_no_new_room() {
    let home = tempfile::tempdir().expect("a folder");
    let journal = journal(home.path());
    let id = journal.begin(&renew(ConnectionId::random())).await.expect("begun");
    let size = fs::metadata(path(home.path(), &id)).expect("there").len();
    assert!(size > 64 * 1024);
    journal.attach(&id, &vec![1; 60_000]).await.expect("attached");
    assert_eq!(fs::metadata(path(home.path(), &id)).expect("there").len(), size);

    let long = vec![2; 1 << 20];
    journal.attach(&id, &long).await.expect("longer than the room");
    assert_eq!(only(&journal).await, Some(Some(long)));
}

#[tokio::test]
async fn nothing_in_a_file_is_plain() {
    let home = tempfile::tempdir().expect("a folder");
    let journal = journal(home.path());
    let id = journal.begin(&renew(ConnectionId::random())).await.expect("begun");
    journal.attach(&id, b"planted").await.expect("attached");
    let bytes = fs::read(path(home.path(), &id)).expect("read");
    assert!(!bytes.windows(7).any(|window| window == b"planted"));
    assert!(!bytes.windows(6).any(|window| window == b"intent"));
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        assert_eq!(fs::metadata(path(home.path(), &id)).expect("there").permissions().mode() & 0o777, 0o600);
    }
}

#[tokio::test]
async fn a_header_torn_anywhere_is_an_entry_that_never_was() {
    let home = tempfile::tempdir().expect("a folder");
    let journal = journal(home.path());
    let id = journal.begin(&renew(ConnectionId::random())).await.expect("begun");
    let path = path(home.path(), &id);
    let whole = fs::read(&path).expect("read");
    let end = attachments_start(&whole);
    for length in (0..=end).chain([end + 1, end + 4, whole.len() - 1, whole.len()]) {
        fs::write(&path, &whole[..length]).expect("cut");
        let expected = if length < end { None } else { Some(None) };
        assert_eq!(only(&journal).await, expected, "cut to {length} of {}", whole.len());
        assert!(path.exists(), "a cut entry is never deleted");
    }
    fs::write(&path, vec![0; whole.len()]).expect("zeros");
    assert_eq!(only(&journal).await, None);
}

#[tokio::test]
async fn a_damaged_header_is_named_and_kept() {
    let home = tempfile::tempdir().expect("a folder");
    let journal = journal(home.path());
    let (mine, other) = (ConnectionId::random(), ConnectionId::random());
    let id = journal.begin(&renew(mine)).await.expect("begun");
    let path = path(home.path(), &id);
    let whole = fs::read(&path).expect("read");
    for at in 0..attachments_start(&whole) {
        let mut bad = whole.clone();
        bad[at] ^= 0x80;
        fs::write(&path, &bad).expect("damaged");
        let error = journal.open_entries(Some(mine)).await.expect_err("named");
        assert_eq!(error.code(), ErrorCode::JournalUnwritable, "byte {at}");
        assert!(error.detail_text().expect("the path").contains(&id.0));
        assert!(journal.attach(&id, b"x").await.is_err());
        assert_eq!(fs::read(&path).expect("kept"), bad);
    }
    assert!(journal.open_entries(Some(other)).await.expect("others go on").is_empty());
    assert!(journal.open_entries(None).await.is_err());
}

#[tokio::test]
async fn a_torn_attachment_counts_as_none_and_can_be_written_again() {
    let home = tempfile::tempdir().expect("a folder");
    let journal = journal(home.path());
    let id = journal.begin(&renew(ConnectionId::random())).await.expect("begun");
    let path = path(home.path(), &id);
    let before = fs::read(&path).expect("read");
    journal.attach(&id, b"planted answer").await.expect("attached");
    let after = fs::read(&path).expect("read");
    let start = attachments_start(&after);
    let end = start + 4 + aead::OVERHEAD + b"planted answer".len();
    for cut in start..end {
        // As a crash leaves it: the room is there, and the write got as far as `cut`.
        let mut torn = before.clone();
        torn[start..cut].copy_from_slice(&after[start..cut]);
        if torn == after {
            // A record that ends in zeros is whole before its last byte is written.
            continue;
        }
        fs::write(&path, &torn).expect("torn");
        assert_eq!(only(&journal).await, Some(None), "torn at {cut}");
    }
    for at in start..end {
        let mut torn = after.clone();
        torn[at] ^= 1;
        fs::write(&path, &torn).expect("torn");
        assert_eq!(only(&journal).await, Some(None), "the byte at {at} was not on disk yet");
    }
    journal.attach(&id, b"again").await.expect("attached");
    assert_eq!(only(&journal).await, Some(Some(b"again".to_vec())));
}

#[tokio::test]
async fn a_torn_second_attachment_leaves_the_first() {
    let home = tempfile::tempdir().expect("a folder");
    let journal = journal(home.path());
    let id = journal.begin(&renew(ConnectionId::random())).await.expect("begun");
    journal.attach(&id, b"first").await.expect("attached");
    let path = path(home.path(), &id);
    let first = fs::read(&path).expect("read");
    journal.attach(&id, b"second").await.expect("attached");
    let both = fs::read(&path).expect("read");
    let start = attachments_start(&first) + 4 + aead::OVERHEAD + b"first".len();
    for cut in start..start + 4 + aead::OVERHEAD + b"second".len() {
        let mut torn = first.clone();
        torn[start..cut].copy_from_slice(&both[start..cut]);
        if torn == both {
            continue;
        }
        fs::write(&path, &torn).expect("torn");
        assert_eq!(only(&journal).await, Some(Some(b"first".to_vec())), "torn at {cut}");
    }
}

#[tokio::test]
async fn entries_cannot_be_renamed_or_read_with_another_key() {
    let home = tempfile::tempdir().expect("a folder");
    let journal = journal(home.path());
    let (mine, other) = (ConnectionId::random(), ConnectionId::random());
    let id = journal.begin(&renew(mine)).await.expect("begun");
    let stranger = journal_with(home.path(), [8; 32]);
    assert_eq!(stranger.open_entries(None).await.expect_err("sealed").code(), ErrorCode::JournalUnwritable);

    let forged = EntryId(id.0.replace(&mine.to_string(), &other.to_string()));
    fs::rename(path(home.path(), &id), path(home.path(), &forged)).expect("renamed");
    assert_eq!(journal.open_entries(Some(other)).await.expect_err("sealed").code(), ErrorCode::JournalUnwritable);
}

#[tokio::test]
async fn names_lead_nowhere_else() {
    let home = tempfile::tempdir().expect("a folder");
    let journal = journal(home.path());
    for name in ["", "..", "../x", "several_", "several_../../x", "x_00000000-0000-0000-0000-000000000000"] {
        assert_eq!(journal.finish(&EntryId(name.to_owned())).await.expect_err(name).code(), ErrorCode::Internal);
    }
}

#[tokio::test]
async fn without_its_key_an_empty_journal_is_known_to_be_empty() {
    let home = tempfile::tempdir().expect("a folder");
    let asked = Arc::new(AtomicUsize::new(0));
    let counter = Arc::clone(&asked);
    // Locked at the first call, open from the second on.
    let locked = FileJournal::new(
        home.path(),
        Box::new(move || {
            let call = counter.fetch_add(1, Ordering::Relaxed);
            Box::pin(async move { if call == 0 { Err(ErrorCode::KeychainLocked.into()) } else { Ok(Zeroizing::new(KEY)) } })
        }),
    )
    .expect("a journal");
    assert!(locked.is_empty().expect("read"));
    assert!(locked.open_entries(None).await.expect("read").is_empty());
    assert_eq!(asked.load(Ordering::Relaxed), 0);

    let mine = ConnectionId::random();
    assert_eq!(locked.begin(&renew(mine)).await.expect_err("locked").code(), ErrorCode::KeychainLocked);
    assert!(locked.is_empty().expect("nothing was begun"));
    let id = locked.begin(&renew(mine)).await.expect("open now");
    locked.attach(&id, b"x").await.expect("attached");
    assert_eq!(only(&locked).await, Some(Some(b"x".to_vec())));
    assert_eq!(asked.load(Ordering::Relaxed), 2, "once it is there it is kept");

    let still_locked = FileJournal::new(home.path(), Box::new(|| Box::pin(async { Err(ErrorCode::KeychainLocked.into()) })));
    let error = still_locked.expect("a journal").open_entries(Some(mine)).await.expect_err("locked");
    assert_eq!(error.code(), ErrorCode::KeychainLocked, "an entry that cannot be read is not an empty journal");
}

#[tokio::test]
async fn drafts_of_the_dead_are_cleared_and_of_the_living_kept() {
    let home = tempfile::tempdir().expect("a folder");
    let journal = journal(home.path());
    let (dead, living) = (home.path().join("journal/a.draft"), home.path().join("journal/b.draft"));
    fs::write(&dead, b"BULLAJ01").expect("written");
    let held = fs::File::create(&living).expect("written");
    held.lock().expect("locked");
    assert!(journal.is_empty().expect("a draft is no entry"));
    assert!(journal.open_entries(None).await.expect("read").is_empty());
    assert!(!dead.exists());
    assert!(living.exists());
}

#[tokio::test]
async fn what_cannot_be_written_is_named() {
    let home = tempfile::tempdir().expect("a folder");
    let broken = journal(home.path());
    fs::remove_dir(home.path().join("journal")).expect("gone");
    fs::write(home.path().join("journal"), b"").expect("a file in its place");
    let error = broken.begin(&renew(ConnectionId::random())).await.expect_err("no folder");
    assert_eq!(error.code(), ErrorCode::JournalUnwritable);
    assert!(broken.is_empty().is_err());
    assert!(FileJournal::new(home.path(), Box::new(|| Box::pin(async { Ok(Zeroizing::new(KEY)) }))).is_err());
}
