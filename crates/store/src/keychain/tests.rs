use std::sync::atomic::AtomicU64;

use keyring_core::CredentialStore;

use super::test_chain::{Chain, Failure, Rows, Store};
use super::*;
use crate::sample::pair;

struct Bed {
    chain: Arc<Chain>,
    rows: Arc<Rows>,
    vault: KeychainVault,
}

fn config(limit: Option<usize>) -> KeychainConfig {
    KeychainConfig { limit, quick: Duration::from_secs(30), patient: Duration::from_secs(30), ..system::config() }
}

fn open(chain: &Arc<Chain>, rows: &Arc<Rows>, home: Uuid, config: KeychainConfig) -> KeychainVault {
    let shared = Arc::clone(chain);
    let build: StoreBuilder = Arc::new(move || {
        let number = shared.built.fetch_add(1, Ordering::SeqCst);
        Ok(Arc::new(Store(Arc::clone(&shared), number)) as Arc<CredentialStore>)
    });
    KeychainVault::new(home, Arc::clone(rows) as Arc<dyn Spill>, build, config)
}

async fn bed(limit: Option<usize>) -> Bed {
    let (chain, rows) = (Arc::new(Chain { limit, ..Chain::default() }), Arc::new(Rows::default()));
    let vault = open(&chain, &rows, Uuid::new_v4(), config(limit));
    vault.initialise(true).await.expect("a fresh home");
    Bed { chain, rows, vault }
}

const LIMIT: Option<usize> = Some(2_400);

#[tokio::test]
async fn keeps_replaces_and_erases() {
    for (limit, size) in [(None, 3000), (LIMIT, 10), (LIMIT, 3000)] {
        let Bed { chain, rows, vault } = bed(limit).await;
        let id = ConnectionId::random();
        let (old, new) = (pair(0, size), pair(1, size));
        assert_eq!(vault.get(id).await.expect("read"), None);
        assert_eq!(vault.replace(id, None, &old).await.expect("kept"), Replaced::Stored);
        assert_eq!(vault.replace(id, None, &old).await.expect("the same"), Replaced::Stored);
        assert_eq!(vault.replace(id, None, &new).await.expect("asked"), Replaced::Conflict(Box::new(Some(old.clone()))));
        assert_eq!(vault.replace(id, Some(old.as_parent()), &new).await.expect("kept"), Replaced::Stored);
        assert_eq!(vault.get(id).await.expect("read"), Some(new.clone()));
        assert_eq!(rows.count(), usize::from(limit.is_some() && size > 1000), "one row at most");
        assert!(limit.is_none_or(|limit| chain.raw(&user_of(id)).expect("an entry").len() <= limit));

        assert!(vault.get_named("identity").await.expect("read").is_none());
        vault.put_named("identity", &vec![7; size]).await.expect("kept");
        assert_eq!(*vault.get_named("identity").await.expect("read").expect("there"), vec![7; size]);

        vault.remove(id).await.expect("erased");
        vault.remove(id).await.expect("nothing");
        assert_eq!(vault.get(id).await.expect("read"), None);
        let stranger = vault.replace(id, Some(old.as_parent()), &new).await.expect("asked");
        assert_eq!(stranger, Replaced::Conflict(Box::new(None)));
    }
}

#[tokio::test]
async fn a_crash_or_failure_anywhere_in_a_spill_leaves_the_old_or_the_new() {
    let (old, new) = (pair(0, 3000), pair(1, 3000));
    let mut reached_the_end = false;
    for step in 0.. {
        let Bed { chain, rows, vault } = bed(LIMIT).await;
        let id = ConnectionId::random();
        vault.replace(id, None, &old).await.expect("kept");
        chain.fail_after(step, Failure::Locked);
        let answer = vault.replace(id, Some(old.as_parent()), &new).await;
        let failed = chain.fail.lock().expect("fail").take().is_none();
        // What another start of the program finds.
        let kept = vault.get(id).await.expect("readable").expect("there");
        assert!(kept == old || kept == new, "step {step}");
        assert_eq!(answer.is_err(), failed, "step {step}");
        if !failed {
            reached_the_end = true;
            assert_eq!((kept, rows.count()), (new.clone(), 1));
            break;
        }
        // And goes on from there.
        assert_eq!(vault.replace(id, Some(old.as_parent()), &new).await.expect("again"), Replaced::Stored);
        assert_eq!(vault.get(id).await.expect("read"), Some(new.clone()));
    }
    assert!(reached_the_end);
}

#[tokio::test]
async fn a_spill_row_that_cannot_be_written_leaves_the_old() {
    let Bed { rows, vault, .. } = bed(LIMIT).await;
    let id = ConnectionId::random();
    let (old, new) = (pair(0, 3000), pair(1, 3000));
    vault.replace(id, None, &old).await.expect("kept");
    rows.fail.store(true, Ordering::SeqCst);
    let error = vault.replace(id, Some(old.as_parent()), &new).await.expect_err("a full disk");
    assert_eq!(error.code(), ErrorCode::HomeUnwritable);
    assert_eq!(vault.get(id).await.expect("read"), Some(old.clone()));

    // Short enough for the entry: only the tidying fails, and that loses nothing.
    let short = pair(1, 10);
    assert_eq!(vault.replace(id, Some(old.as_parent()), &short).await.expect("kept"), Replaced::Stored);
    assert_eq!(vault.get(id).await.expect("read"), Some(short.clone()));
    assert_eq!(rows.count(), 1, "the old row stays");
    rows.fail.store(false, Ordering::SeqCst);
    assert_eq!(vault.replace(id, Some(short.as_parent()), &pair(2, 10)).await.expect("kept"), Replaced::Stored);
    assert_eq!(rows.count(), 0, "until the next write");
}

#[tokio::test]
async fn spilled_rows_are_sealed_and_bound() {
    let Bed { chain, rows, vault } = bed(LIMIT).await;
    let (first, second) = (ConnectionId::random(), ConnectionId::random());
    for id in [first, second] {
        vault.replace(id, None, &pair(0, 3000)).await.expect("kept");
    }
    assert!(rows.rows.lock().expect("rows").values().all(|row| !row.windows(7).any(|window| window == b"planted")));
    // The second connection's entry, with its row, under the first one's name.
    let entry = chain.raw(&user_of(second)).expect("an entry");
    chain.edit(&user_of(first), |values| values[0] = entry);
    {
        let mut rows = rows.rows.lock().expect("rows");
        let (key, row) = rows
            .iter()
            .find(|((owner, _), _)| *owner == user_of(second))
            .map(|((_, k), r)| (k.clone(), r.clone()))
            .expect("a row");
        rows.insert((user_of(first), key), row);
    }
    assert_eq!(vault.get(first).await.expect_err("not its own").code(), ErrorCode::VaultDamaged);
    rows.rows.lock().expect("rows").clear();
    assert_eq!(vault.get(second).await.expect_err("its row is gone").code(), ErrorCode::VaultDamaged);
}

#[tokio::test]
async fn nothing_found_is_believed_only_beside_the_sentinel() {
    let Bed { chain, vault, .. } = bed(None).await;
    let id = ConnectionId::random();
    vault.replace(id, None, &pair(0, 10)).await.expect("kept");
    vault.put_named("identity", b"secret").await.expect("kept");
    chain.blind.store(true, Ordering::SeqCst);
    let locked = ErrorCode::KeychainLocked;
    assert_eq!(vault.get(id).await.expect_err("unseen").code(), locked);
    assert_eq!(vault.get_named("identity").await.expect_err("unseen").code(), locked);
    assert_eq!(vault.remove(id).await.expect_err("unseen").code(), locked);
    assert_eq!(vault.ready().await.expect_err("unseen").code(), locked);
    assert_eq!(vault.initialise(false).await.expect_err("unseen").code(), locked);
    assert_eq!(vault.replace(id, None, &pair(9, 10)).await.expect_err("unseen").code(), locked);
    assert_eq!(vault.put_named("identity", b"other").await.expect_err("unseen").code(), locked);
    chain.blind.store(false, Ordering::SeqCst);
    assert_eq!(vault.get(id).await.expect("seen again"), Some(pair(0, 10)));
    assert_eq!(vault.get_named("identity").await.expect("read").expect("there").as_slice(), b"secret");
}

#[tokio::test]
async fn a_home_that_was_never_initialised_is_not_an_empty_one() {
    let (chain, rows, home) = (Arc::new(Chain::default()), Arc::new(Rows::default()), Uuid::new_v4());
    let vault = open(&chain, &rows, home, config(None));
    assert_eq!(vault.initialise(false).await.expect_err("no sentinel").code(), ErrorCode::KeychainLocked);
    assert_eq!(vault.get_named("identity").await.expect_err("no sentinel").code(), ErrorCode::KeychainLocked);
    vault.initialise(true).await.expect("fresh");
    vault.initialise(true).await.expect("fresh after a crash");
    assert!(vault.get_named("identity").await.expect("read").is_none());
    vault.put_named("identity", b"mine").await.expect("kept");

    let other = open(&chain, &rows, Uuid::new_v4(), config(None));
    other.initialise(true).await.expect("another home in the same keychain");
    assert!(other.get_named("identity").await.expect("read").is_none());
    let again = open(&chain, &rows, home, config(None));
    assert_eq!(again.get_named("identity").await.expect("read").expect("there").as_slice(), b"mine");
}

#[tokio::test]
async fn starting_takes_at_most_three_calls() {
    let (chain, rows, home) = (Arc::new(Chain::default()), Arc::new(Rows::default()), Uuid::new_v4());
    let first = open(&chain, &rows, home, config(None));
    first.initialise(true).await.expect("fresh");
    first.put_named("identity", b"i").await.expect("kept");
    first.put_named("journal", b"j").await.expect("kept");

    let vault = open(&chain, &rows, home, config(None));
    assert_eq!(vault.calls(), 0, "opening asks nothing");
    vault.initialise(false).await.expect("seen");
    vault.get_named("identity").await.expect("read");
    vault.get_named("journal").await.expect("read");
    assert_eq!(vault.calls(), 3);
    vault.ready().await.expect("ready");
    assert_eq!(vault.calls(), 5, "a write is proved");
    vault.ready().await.expect("ready");
    assert_eq!(vault.calls(), 6, "and that lasts a minute");
}

#[tokio::test]
async fn a_write_that_is_not_kept_is_noticed() {
    let Bed { chain, vault, .. } = bed(None).await;
    let id = ConnectionId::random();
    vault.replace(id, None, &pair(0, 10)).await.expect("kept");
    chain.lossy.store(true, Ordering::SeqCst);
    let error = vault.replace(id, Some(pair(0, 10).as_parent()), &pair(1, 10)).await.expect_err("not kept");
    assert_eq!(error.code(), ErrorCode::KeychainUnavailable);
    assert_eq!(vault.get(id).await.expect("read"), Some(pair(0, 10)));
}

#[tokio::test]
async fn a_dead_store_is_built_again_once() {
    let Bed { chain, vault, .. } = bed(None).await;
    let id = ConnectionId::random();
    assert_eq!(chain.built.load(Ordering::SeqCst), 1);
    chain.oldest_living.store(1, Ordering::SeqCst);
    assert_eq!(vault.replace(id, None, &pair(0, 10)).await.expect("kept"), Replaced::Stored);
    assert_eq!(chain.built.load(Ordering::SeqCst), 2);
    chain.oldest_living.store(2, Ordering::SeqCst);
    assert_eq!(vault.get(id).await.expect("read"), Some(pair(0, 10)));
    chain.fail_after(0, Failure::Panic);
    assert_eq!(vault.get(id).await.expect("read after a panic"), Some(pair(0, 10)));

    chain.oldest_living.store(u64::MAX, Ordering::SeqCst);
    let built = chain.built.load(Ordering::SeqCst);
    assert_eq!(vault.get(id).await.expect_err("gone for good").code(), ErrorCode::KeychainUnavailable);
    assert_eq!(chain.built.load(Ordering::SeqCst), built + 1, "once, not for ever");
    chain.oldest_living.store(0, Ordering::SeqCst);
    assert_eq!(vault.get(id).await.expect("back"), Some(pair(0, 10)));
}

#[tokio::test]
async fn a_refusal_is_not_tried_again() {
    let Bed { chain, vault, .. } = bed(None).await;
    chain.fail_after(0, Failure::Locked);
    let before = vault.calls();
    assert_eq!(vault.get(ConnectionId::random()).await.expect_err("dismissed").code(), ErrorCode::KeychainLocked);
    assert_eq!(vault.calls(), before + 1, "no second prompt");
    chain.fail_after(0, Failure::Secret);
    let error = vault.get(ConnectionId::random()).await.expect_err("unreadable");
    assert!(!format!("{error:?}").contains("112, 108") && !format!("{error:?}").contains("planted"));
}

#[tokio::test]
async fn a_caller_that_stops_waiting_stops_nothing() {
    let (chain, rows) = (Arc::new(Chain::default()), Arc::new(Rows::default()));
    let short = KeychainConfig { quick: Duration::from_millis(30), ..config(None) };
    let vault = open(&chain, &rows, Uuid::new_v4(), short);
    vault.initialise(true).await.expect("fresh");
    let id = ConnectionId::random();
    vault.get(id).await.expect("read, so the next wait is short");

    chain.shut(true);
    let put = vault.put_sentinel().await.expect_err("a prompt is up");
    assert_eq!(put.code(), ErrorCode::KeychainTimeout);
    // From now on the patience of a prompt: asked while the gate is shut, answered after it has opened.
    let stored = pair(0, 10);
    let write = vault.replace(id, None, &stored);
    tokio::pin!(write);
    assert!(tokio::time::timeout(Duration::from_millis(60), &mut write).await.is_err(), "longer than a quick wait");
    chain.shut(false);
    assert_eq!(write.await.expect("kept"), Replaced::Stored);
    assert_eq!(vault.get(id).await.expect("read"), Some(pair(0, 10)));
}

/// A write that hung behind a prompt while somebody else wrote must not bring the old pair back.
#[tokio::test]
async fn a_late_write_counts_and_never_undoes_a_newer_one() {
    for newer_meanwhile in [false, true] {
        let (chain, rows, home) = (Arc::new(Chain::default()), Arc::new(Rows::default()), Uuid::new_v4());
        let vault = open(&chain, &rows, home, config(None));
        vault.initialise(true).await.expect("fresh");
        let id = ConnectionId::random();
        vault.replace(id, None, &pair(0, 10)).await.expect("kept");
        let newest = {
            let spare = ConnectionId::random();
            vault.replace(spare, None, &pair(5, 10)).await.expect("kept");
            chain.raw(&user_of(spare)).expect("an entry")
        };

        let found = vault.get_raw(&user_of(id)).await.expect("read");
        chain.shut(true);
        let value = vault.spiller.put(&user_of(id), Version::FIRST, &pair(1, 10).to_bytes()).await.expect("short").value;
        let swap = Swap { user: user_of(id), found: found.digests(), value };
        let late = vault.worker.ask(|reply| Job::Swap { swap, reply }, Duration::from_millis(20)).await;
        assert_eq!(late.expect_err("a prompt is up").code(), ErrorCode::KeychainTimeout);
        if newer_meanwhile {
            chain.edit(&user_of(id), |values| values[0] = newest);
        }
        chain.shut(false);
        let expected = if newer_meanwhile { pair(5, 10) } else { pair(1, 10) };
        assert_eq!(vault.get(id).await.expect("read"), Some(expected));
    }
}

/// A prompt of a service that has died is never answered; whatever waits behind it must not write either, later on.
#[tokio::test]
async fn a_thread_that_waits_for_a_service_that_is_gone_is_relieved_and_writes_nothing_more() {
    static SERVICE: AtomicU64 = AtomicU64::new(1);
    let outside = Outside { owner: || Some(SERVICE.load(Ordering::SeqCst).to_string()), locked: || Some(false) };
    let (chain, rows) = (Arc::new(Chain::default()), Arc::new(Rows::default()));
    let shared = Arc::clone(&chain);
    let build: StoreBuilder = Arc::new(move || {
        let number = shared.built.fetch_add(1, Ordering::SeqCst);
        Ok(Arc::new(Store(Arc::clone(&shared), number)) as Arc<CredentialStore>)
    });
    let spill = Arc::clone(&rows) as Arc<dyn Spill>;
    let vault = KeychainVault::seen_from(outside, Uuid::new_v4(), spill, build, config(None));
    vault.initialise(true).await.expect("fresh");
    let id = ConnectionId::random();
    vault.replace(id, None, &pair(0, 10)).await.expect("kept");
    while vault.worker.served_by().is_none() {
        tokio::task::yield_now().await;
    }

    chain.hang_before(1);
    let moment = Duration::from_millis(20);
    let stuck = vault.worker.ask(|reply| Job::Get { user: user_of(id), reply }, moment).await;
    assert_eq!(stuck.err().expect("no answer").code(), ErrorCode::KeychainTimeout);
    assert_eq!(vault.is_locked().await, Some(false));
    let value = Zeroizing::new(b"late".to_vec());
    let behind = vault.worker.ask(|reply| Job::Put { user: "behind".to_owned(), value, reply }, Duration::from_mins(1));
    tokio::pin!(behind);
    assert!(tokio::time::timeout(moment, &mut behind).await.is_err(), "the same service: it may still answer");

    SERVICE.store(2, Ordering::SeqCst);
    assert_eq!(vault.is_locked().await, Some(false));
    assert_eq!(vault.get(id).await.expect("by a new thread"), Some(pair(0, 10)));
    chain.hang_before(0);
    assert_eq!(behind.await.expect_err("given up").code(), ErrorCode::KeychainUnavailable);
    assert!(chain.raw("behind").is_none());
}

#[tokio::test]
async fn of_two_entries_the_newer_counts_and_a_write_makes_them_one() {
    let Bed { chain, vault, .. } = bed(None).await;
    let (id, other) = (ConnectionId::random(), ConnectionId::random());
    vault.replace(id, None, &pair(2, 10)).await.expect("kept");
    vault.replace(other, None, &pair(1, 10)).await.expect("kept");
    let restored = chain.raw(&user_of(other)).expect("an entry");
    chain.edit(&user_of(id), |values| values.push(restored));
    assert_eq!(vault.get(id).await.expect("read"), Some(pair(2, 10)));
    assert_eq!(vault.replace(id, Some(pair(2, 10).as_parent()), &pair(3, 10)).await.expect("kept"), Replaced::Stored);
    chain.edit(&user_of(id), |values| assert!(values.len() == 2 && values[0] == values[1]));
    assert_eq!(vault.get(id).await.expect("read"), Some(pair(3, 10)));
    vault.remove(id).await.expect("erased");
    assert_eq!(vault.get(id).await.expect("read"), None);

    vault.put_named("identity", b"one").await.expect("kept");
    let other = if cfg!(windows) { b"two".to_vec() } else { b"dHdv".to_vec() };
    chain.edit("identity", |values| values.push(other));
    assert_eq!(vault.get_named("identity").await.expect_err("which?").code(), ErrorCode::VaultDamaged);
}

#[tokio::test]
async fn entries_stay_on_this_computer_on_windows() {
    let chain = Arc::new(Chain::default());
    let local = KeychainConfig { modifiers: &[("persistence", "Local")], base64: false, ..config(LIMIT) };
    let vault = open(&chain, &Arc::new(Rows::default()), Uuid::new_v4(), local);
    vault.initialise(true).await.expect("fresh");
    assert_eq!(*chain.modifiers.lock().expect("modifiers"), ["persistence=Local"]);
    let id = ConnectionId::random();
    vault.replace(id, None, &pair(0, 10)).await.expect("kept");
    assert_eq!(chain.raw(&user_of(id)).expect("an entry"), *pair(0, 10).to_bytes(), "raw bytes");
}
