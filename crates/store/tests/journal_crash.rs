//! The journal of a process that is killed between any two of its steps. The test binary starts itself as that process.
#![cfg(feature = "test-hooks")]

use std::path::Path;
use std::process::Command;

use bulla_core::ports::{Intent, Journal};
use bulla_core::{ConnectionId, Parent, Version};
use bulla_store::FileJournal;
use uuid::Uuid;
use zeroize::Zeroizing;

const HOME: &str = "BULLA_TEST_JOURNAL_HOME";
const CRASH: &str = "BULLA_CRASH_AT";

fn journal(home: &Path) -> FileJournal {
    FileJournal::new(home, Box::new(|| Box::pin(async { Ok(Zeroizing::new([7; 32])) }))).expect("a journal")
}

fn intent() -> Intent {
    let connection = ConnectionId(Uuid::from_u128(1));
    Intent::Renew { connection, parent: Parent { version: Version::FIRST, spent: [3; 32] } }
}

/// The process that is killed. Nothing in an ordinary run.
#[tokio::test]
async fn as_the_killed_process() {
    let Ok(home) = std::env::var(HOME) else { return };
    let journal = journal(Path::new(&home));
    let id = journal.begin(&intent()).await.expect("begun");
    journal.attach(&id, b"the answer").await.expect("attached");
    journal.finish(&id).await.expect("finished");
}

/// What a killed process leaves: `None` no entry, `Some(None)` an entry, `Some(Some(…))` with its attachment.
async fn left_by(home: &Path, crash_at: &str) -> Option<Option<Vec<u8>>> {
    let done = Command::new(std::env::current_exe().expect("this program"))
        .args(["--exact", "as_the_killed_process"])
        .env(HOME, home)
        .env(CRASH, crash_at)
        .output()
        .expect("started");
    assert_eq!(done.status.success(), crash_at.is_empty(), "killed at {crash_at}");
    let journal = journal(home);
    let mut open = journal.open_entries(None).await.expect("readable");
    assert_eq!(journal.is_empty().expect("readable"), open.is_empty());
    assert!(open.iter().all(|entry| entry.intent == intent()));
    assert!(open.len() <= 1);
    open.pop().map(|entry| entry.attachment.map(|bytes| bytes.to_vec()))
}

#[tokio::test]
async fn each_step_leaves_what_was_before_it_or_after_it() {
    let answer = Some(b"the answer".to_vec());
    let steps = [
        ("journal:1-draft", None),
        ("journal:2-synced", None),
        ("journal:3-named", Some(None)),
        ("journal:4-half-attached", Some(None)),
        ("journal:5-attached", Some(answer)),
        ("journal:6-unlinked", None),
        ("", None),
    ];
    for (crash_at, expected) in steps {
        let home = tempfile::tempdir().expect("a folder");
        assert_eq!(left_by(home.path(), crash_at).await, expected, "{crash_at}");
        let left = std::fs::read_dir(home.path().join("journal")).expect("a folder").count();
        assert_eq!(left, usize::from(expected.is_some()), "no draft stays after {crash_at}");
    }
}
