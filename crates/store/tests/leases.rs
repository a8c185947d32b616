//! Leases between tasks and between processes. The test binary starts itself as the other process.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use bulla_core::ConnectionId;
use bulla_core::ports::Leases;
use bulla_store::{FileLeases, HomeLock};

const NOW: Duration = Duration::ZERO;
const SOON: Duration = Duration::from_secs(20);
const HOME: &str = "BULLA_TEST_LEASE_HOME";
const ID: &str = "BULLA_TEST_LEASE_ID";

/// The other process: takes the lease, says so and waits to be killed. Nothing in an ordinary run.
#[tokio::test]
async fn as_the_other_process() {
    let (Ok(home), Ok(id)) = (std::env::var(HOME), std::env::var(ID)) else { return };
    let id = ConnectionId(id.parse().expect("an id"));
    let lease = FileLeases::new(Path::new(&home)).acquire(id, NOW).await.expect("asked");
    println!("holding {}", lease.is_some());
    std::future::pending::<()>().await;
}

fn other_process(home: &Path, id: ConnectionId) -> Child {
    let mut child = Command::new(std::env::current_exe().expect("this program"))
        .args(["--exact", "as_the_other_process", "--nocapture"])
        .env(HOME, home)
        .env(ID, id.to_string())
        .stdout(Stdio::piped())
        .spawn()
        .expect("started");
    let mut lines = BufReader::new(child.stdout.take().expect("piped")).lines();
    let said = lines.find_map(|line| line.ok().filter(|line| line.contains("holding")));
    assert!(said.expect("it said something").contains("holding true"));
    child
}

#[tokio::test]
async fn one_holder_at_a_time() {
    let home = tempfile::tempdir().expect("a folder");
    let leases = FileLeases::new(home.path());
    let (mine, other) = (ConnectionId::random(), ConnectionId::random());
    let held = leases.acquire(mine, NOW).await.expect("asked").expect("free");
    assert!(leases.acquire(mine, NOW).await.expect("asked").is_none());
    assert!(FileLeases::new(home.path()).acquire(mine, NOW).await.expect("asked").is_none());
    assert!(leases.acquire(other, NOW).await.expect("asked").is_some(), "each connection has its own");

    let asked = Instant::now();
    assert!(leases.acquire(mine, Duration::from_millis(50)).await.expect("asked").is_none());
    assert!(asked.elapsed() >= Duration::from_millis(50));

    let waiting = tokio::spawn({
        let leases = leases.clone();
        async move { leases.acquire(mine, SOON).await.expect("asked").is_some() }
    });
    tokio::task::yield_now().await;
    drop(held);
    assert!(waiting.await.expect("no panic"));
    assert!(home.path().join(format!("leases/{mine}.lock")).exists(), "files stay");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn tasks_take_turns() {
    let home = tempfile::tempdir().expect("a folder");
    let inside = Arc::new(AtomicUsize::new(0));
    let id = ConnectionId::random();
    let mut tasks = tokio::task::JoinSet::new();
    for _ in 0..8 {
        let (leases, inside) = (FileLeases::new(home.path()), Arc::clone(&inside));
        tasks.spawn(async move {
            for _ in 0..5 {
                let held = leases.acquire(id, 3 * SOON).await.expect("asked").expect("in time");
                assert_eq!(inside.fetch_add(1, Ordering::SeqCst), 0);
                tokio::task::yield_now().await;
                inside.fetch_sub(1, Ordering::SeqCst);
                drop(held);
            }
        });
    }
    while let Some(done) = tasks.join_next().await {
        done.expect("never two inside");
    }
}

#[tokio::test]
async fn a_killed_process_frees_its_lease() {
    let home = tempfile::tempdir().expect("a folder");
    let leases = FileLeases::new(home.path());
    let id = ConnectionId::random();
    let mut child = other_process(home.path(), id);
    assert!(leases.acquire(id, NOW).await.expect("asked").is_none());
    child.kill().expect("killed");
    child.wait().expect("gone");
    assert!(leases.acquire(id, SOON).await.expect("asked").is_some());
}

/// A browser or hook started while a lease is held must not keep it alive.
#[cfg(unix)]
#[tokio::test]
async fn a_child_inherits_no_lease() {
    let home = tempfile::tempdir().expect("a folder");
    let leases = FileLeases::new(home.path());
    let id = ConnectionId::random();
    let held = leases.acquire(id, NOW).await.expect("asked").expect("free");
    let mut child = Command::new("sleep").arg("600").spawn().expect("started");
    drop(held);
    // Children of other tests share every open file between fork and exec, so it may take a moment; this one stays.
    let free = leases.acquire(id, SOON).await.expect("asked").is_some();
    child.kill().expect("killed");
    child.wait().expect("gone");
    assert!(free);
}

#[tokio::test]
async fn a_home_has_one_lock() {
    let home = tempfile::tempdir().expect("a folder");
    let held = HomeLock::acquire(home.path()).await.expect("free");
    assert_eq!(held.folder(), home.path());
    let waiting = HomeLock::acquire(home.path());
    assert!(tokio::time::timeout(Duration::from_millis(50), waiting).await.is_err());
    drop(held);
    HomeLock::acquire(home.path()).await.expect("free again");
    let missing = HomeLock::acquire(&home.path().join("missing")).await.expect_err("no folder");
    assert_eq!(missing.code(), bulla_core::ErrorCode::HomeUnwritable);
}

#[tokio::test]
async fn a_lease_folder_that_cannot_be_made_is_an_error() {
    let home = tempfile::tempdir().expect("a folder");
    std::fs::write(home.path().join("leases"), b"").expect("a file in its place");
    let refused = FileLeases::new(home.path()).acquire(ConnectionId::random(), NOW).await.err().expect("refused");
    assert_eq!(refused.code(), bulla_core::ErrorCode::HomeUnwritable);
}
