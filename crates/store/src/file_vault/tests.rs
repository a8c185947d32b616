use bulla_core::{Credential, RefreshToken};

use super::*;
use crate::sample::pair;
use crate::vault_key::KeySource;

fn key(first: u8) -> VaultKey {
    let mut bytes = Zeroizing::new([0; 32]);
    for (index, byte) in (0u8..).zip(bytes.iter_mut()) {
        *byte = first.wrapping_add(index.wrapping_mul(37)) | 0x80;
    }
    VaultKey::from_bytes(bytes, KeySource::Environment).expect("a key")
}

async fn open(folder: &Path) -> FileVault {
    FileVault::open(folder, &key(1)).await.expect("opened")
}

async fn raw(vault: &FileVault, sql: &'static str) {
    let done = sqlx::query(sql).execute(&vault.pool).await.expect(sql);
    assert!(done.rows_affected() > 0, "{sql}");
}

async fn refusal(vault: &FileVault, id: ConnectionId) -> ErrorCode {
    vault.get(id).await.expect_err("refused").code()
}

#[tokio::test]
async fn keeps_replaces_and_erases() {
    let folder = tempfile::tempdir().expect("a folder");
    assert!(!FileVault::exists(folder.path()));
    let vault = open(folder.path()).await;
    assert!(FileVault::exists(folder.path()));
    vault.ready().await.expect("ready");
    vault.ready().await.expect("ready again");
    let id = ConnectionId::random();
    let (old, new) = (pair(0, 10), pair(1, 10));
    assert_eq!(vault.get(id).await.expect("read"), None);
    assert_eq!(vault.replace(id, None, &old).await.expect("kept"), Replaced::Stored);
    assert_eq!(vault.replace(id, None, &old).await.expect("the same again"), Replaced::Stored);
    assert_eq!(vault.replace(id, None, &new).await.expect("asked"), Replaced::Conflict(Box::new(Some(old.clone()))));
    assert_eq!(vault.replace(id, Some(old.as_parent()), &new).await.expect("kept"), Replaced::Stored);
    vault.close().await;

    let vault = open(folder.path()).await;
    assert_eq!(vault.get(id).await.expect("read"), Some(new.clone()));
    let stranger = Stored { version: new.version, credential: pair(9, 1).credential };
    let refused = vault.replace(id, Some(stranger.as_parent()), &old).await.expect("asked");
    assert_eq!(refused, Replaced::Conflict(Box::new(Some(new))), "the same version of another token");
    vault.remove(id).await.expect("erased");
    vault.remove(id).await.expect("nothing");
    assert_eq!(vault.get(id).await.expect("read"), None);

    assert!(vault.get_named("identity").await.expect("read").is_none());
    vault.put_named("identity", b"secret").await.expect("kept");
    vault.put_named("identity", b"other").await.expect("replaced");
    assert_eq!(vault.get_named("identity").await.expect("read").expect("there").as_slice(), b"other");
}

#[tokio::test]
async fn nothing_in_the_file_is_plain() {
    let folder = tempfile::tempdir().expect("a folder");
    let vault = open(folder.path()).await;
    let id = ConnectionId::random();
    vault.replace(id, None, &pair(0, 3000)).await.expect("kept");
    vault.put_named("identity", b"planted-identity").await.expect("kept");
    for file in std::fs::read_dir(folder.path()).expect("a folder").flatten() {
        let bytes = std::fs::read(file.path()).expect("read");
        assert!(!bytes.windows(7).any(|window| window == b"planted"), "{:?}", file.path());
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            assert_eq!(file.metadata().expect("there").permissions().mode() & 0o077, 0, "{:?}", file.path());
        }
    }
}

#[tokio::test]
async fn a_wrong_key_changes_nothing() {
    let folder = tempfile::tempdir().expect("a folder");
    let vault = open(folder.path()).await;
    let id = ConnectionId::random();
    vault.replace(id, None, &pair(0, 10)).await.expect("kept");
    vault.close().await;
    let wrong = FileVault::open(folder.path(), &key(2)).await.err().expect("refused");
    assert_eq!(wrong.code(), ErrorCode::VaultKeyWrong);
    assert_eq!(open(folder.path()).await.get(id).await.expect("read"), Some(pair(0, 10)));
}

#[tokio::test]
async fn a_damaged_head_is_not_a_wrong_key() {
    let folder = tempfile::tempdir().expect("a folder");
    let vault = open(folder.path()).await;
    vault.put_named("identity", b"secret").await.expect("kept");
    raw(&vault, "UPDATE head SET wrapped = zeroblob(72)").await;
    let damaged = FileVault::open(folder.path(), &key(1)).await.err().expect("refused");
    assert_eq!(damaged.code(), ErrorCode::VaultDamaged);
    raw(&vault, "DELETE FROM head").await;
    let headless = FileVault::open(folder.path(), &key(1)).await.err().expect("refused");
    assert_eq!(headless.code(), ErrorCode::VaultDamaged, "no new key over old rows");
}

#[tokio::test]
async fn a_vault_of_a_newer_bulla_is_refused() {
    let folder = tempfile::tempdir().expect("a folder");
    let vault = open(folder.path()).await;
    raw(&vault, "UPDATE head SET format = 2").await;
    assert_eq!(FileVault::open(folder.path(), &key(1)).await.err().expect("refused").code(), ErrorCode::HomeNewer);
}

#[tokio::test]
async fn rows_cannot_be_swapped_relabelled_or_rolled_back() {
    let forgeries = [
        // Each connection gets the other's row.
        "WITH old AS MATERIALIZED (SELECT * FROM secrets) UPDATE secrets SET (nonce, ciphertext) =
             (SELECT nonce, ciphertext FROM old WHERE old.connection <> secrets.connection)",
        "UPDATE secrets SET connection = substr(connection, 1, 35) || CASE substr(connection, 36) WHEN 'a' THEN 'b' ELSE 'a' END",
        "UPDATE secrets SET epoch = epoch + 1",
        "UPDATE secrets SET gen = gen + 1",
        "UPDATE secrets SET key_id = 'other'",
        "UPDATE secrets SET nonce = zeroblob(24)",
        "UPDATE secrets SET ciphertext = substr(ciphertext, 1, length(ciphertext) - 1)",
        "UPDATE secrets SET ciphertext = zeroblob(0)",
    ];
    for forgery in forgeries {
        let folder = tempfile::tempdir().expect("a folder");
        let vault = open(folder.path()).await;
        let (first, second) = (ConnectionId::random(), ConnectionId::random());
        for id in [first, second] {
            vault.replace(id, None, &pair(0, 10)).await.expect("kept");
        }
        raw(&vault, forgery).await;
        let ids: Vec<String> = sqlx::query_scalar("SELECT connection FROM secrets").fetch_all(&vault.pool).await.expect("read");
        for id in ids {
            let id = ConnectionId(id.parse().expect("an id"));
            assert_eq!(refusal(&vault, id).await, ErrorCode::VaultDamaged, "{forgery}");
            let unread = vault.replace(id, Some(pair(0, 10).as_parent()), &pair(1, 10)).await.expect_err("refused");
            assert_eq!(unread.code(), ErrorCode::VaultDamaged, "what cannot be read is not overwritten");
        }
    }

    // An older row under the newer one's version.
    let folder = tempfile::tempdir().expect("a folder");
    let vault = open(folder.path()).await;
    let id = ConnectionId::random();
    vault.replace(id, None, &pair(0, 10)).await.expect("kept");
    raw(&vault, "INSERT INTO secrets SELECT 'saved', field, epoch, gen, key_id, nonce, ciphertext FROM secrets").await;
    vault.replace(id, Some(pair(0, 10).as_parent()), &pair(1, 10)).await.expect("kept");
    raw(&vault, "UPDATE secrets SET (nonce, ciphertext) = (SELECT nonce, ciphertext FROM secrets WHERE connection = 'saved')")
        .await;
    assert_eq!(refusal(&vault, id).await, ErrorCode::VaultDamaged);
    // Put back whole it is authentic, and shows by its version.
    raw(&vault, "UPDATE secrets SET gen = 0").await;
    assert_eq!(vault.get(id).await.expect("read").expect("there").version, pair(0, 10).version);
}

#[tokio::test]
async fn a_row_of_another_vault_does_not_open() {
    let (mine, other) = (tempfile::tempdir().expect("a folder"), tempfile::tempdir().expect("a folder"));
    let id = ConnectionId::random();
    for folder in [&mine, &other] {
        let vault = open(folder.path()).await;
        vault.replace(id, None, &pair(0, 10)).await.expect("kept");
        vault.close().await;
    }
    let vault = open(mine.path()).await;
    let mut conn = vault.pool.acquire().await.expect("a connection");
    let attach = format!("ATTACH '{}' AS other", other.path().join(FILE).display());
    sqlx::query(sqlx::AssertSqlSafe(attach)).execute(&mut *conn).await.expect("attached");
    sqlx::query("UPDATE main.secrets SET (nonce, ciphertext) = (SELECT nonce, ciphertext FROM other.secrets)")
        .execute(&mut *conn)
        .await
        .expect("planted");
    drop(conn);
    assert_eq!(refusal(&vault, id).await, ErrorCode::VaultDamaged);
}

#[tokio::test]
async fn one_damaged_row_leaves_the_others_readable() {
    let folder = tempfile::tempdir().expect("a folder");
    let vault = open(folder.path()).await;
    let (bad, good) = (ConnectionId::random(), ConnectionId::random());
    vault.replace(bad, None, &pair(0, 10)).await.expect("kept");
    raw(&vault, "UPDATE secrets SET ciphertext = zeroblob(99)").await;
    vault.replace(good, None, &pair(0, 10)).await.expect("kept");
    assert_eq!(refusal(&vault, bad).await, ErrorCode::VaultDamaged);
    assert_eq!(vault.get(good).await.expect("read"), Some(pair(0, 10)));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn many_open_a_new_vault_at_once() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut tasks = tokio::task::JoinSet::new();
    for number in 0..8 {
        let path = folder.path().to_owned();
        tasks.spawn(async move { open(&path).await.put_named(&format!("n{number}"), b"x").await.expect("kept") });
    }
    tasks.join_all().await;
    let vault = open(folder.path()).await;
    for number in 0..8 {
        assert!(vault.get_named(&format!("n{number}")).await.expect("one data key for all").is_some());
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_many_replacements_one_wins() {
    let folder = tempfile::tempdir().expect("a folder");
    let id = ConnectionId::random();
    let old = pair(0, 10);
    let mut vaults = Vec::new();
    for _ in 0..4 {
        vaults.push(open(folder.path()).await);
    }
    vaults[0].replace(id, None, &old).await.expect("kept");
    let mut tasks = tokio::task::JoinSet::new();
    for (number, vault) in vaults.into_iter().enumerate() {
        let parent = old.as_parent();
        tasks.spawn(async move {
            let new = Stored {
                version: parent.version.rotated(),
                credential: Credential::Rotating {
                    access: bulla_core::AccessToken::new("a".to_owned()),
                    refresh: RefreshToken::new(number.to_string()),
                    fallback: None,
                },
            };
            vault.replace(id, Some(parent), &new).await.expect("answered") == Replaced::Stored
        });
    }
    let winners = tasks.join_all().await.into_iter().filter(|won| *won).count();
    assert_eq!(winners, 1);
}
