//! The vault against a real Secret Service (gnome-keyring) on a message bus of its own. Each test starts itself again
//! inside a private session: `dbus-run-session`, private XDG folders, a temporary HOME.
#![cfg(target_os = "linux")]

use std::io::Write;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use async_trait::async_trait;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bulla_core::ports::{Replaced, Vault};
use bulla_core::{AccessToken, ConnectionId, Credential, ErrorCode, RefreshToken, Result, Stored, Version};
use bulla_store::{KeychainVault, Spill};
use uuid::Uuid;

const INSIDE: &str = "BULLA_TEST_SESSION";
const DEADLINE: Duration = Duration::from_secs(30);

/// Runs `scenario` in a session of its own: this process starts itself there and waits.
fn in_session(name: &str, bus: bool, scenario: impl Future<Output = ()>) {
    if std::env::var(INSIDE).is_ok_and(|inside| inside == name) {
        // A runtime is entered while the keychain is called: the D-Bus client must not mind.
        let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().expect("a runtime");
        return runtime.block_on(scenario);
    }
    let home = tempfile::tempdir().expect("a folder");
    let mut command = if bus {
        let mut command = Command::new("dbus-run-session");
        command.arg("--").arg(std::env::current_exe().expect("this program"));
        command
    } else {
        Command::new(std::env::current_exe().expect("this program"))
    };
    for (variable, folder) in [
        ("HOME", ""),
        ("XDG_DATA_HOME", "data"),
        ("XDG_CONFIG_HOME", "config"),
        ("XDG_CACHE_HOME", "cache"),
        ("XDG_RUNTIME_DIR", "run"),
    ] {
        let path = home.path().join(folder);
        std::fs::create_dir_all(&path).expect("a folder");
        command.env(variable, path);
    }
    let run = std::os::unix::fs::PermissionsExt::from_mode(0o700);
    std::fs::set_permissions(home.path().join("run"), run).expect("private");
    for foreign in ["DBUS_SESSION_BUS_ADDRESS", "DISPLAY", "WAYLAND_DISPLAY", "GNOME_KEYRING_CONTROL"] {
        command.env_remove(foreign);
    }
    let done = command.args(["--exact", name, "--nocapture"]).env(INSIDE, name).output().expect("started");
    let said = format!("{}{}", String::from_utf8_lossy(&done.stdout), String::from_utf8_lossy(&done.stderr));
    assert!(done.status.success(), "{said}");
    assert!(said.contains("1 passed"), "{said}");
    assert!(!said.contains("planted"), "a secret was printed: {said}");
}

/// A keyring daemon, ended with the test.
struct Daemon(Child);

impl Daemon {
    fn unlocked() -> Self {
        Self::start(&["--unlock"], Some("password"))
    }

    fn without_collection() -> Self {
        Self::start(&[], None)
    }

    fn start(arguments: &[&str], password: Option<&str>) -> Self {
        let mut child = Command::new("gnome-keyring-daemon")
            .args(["--foreground", "--components=secrets"])
            .args(arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("gnome-keyring-daemon");
        let mut input = child.stdin.take().expect("piped");
        input.write_all(password.unwrap_or_default().as_bytes()).expect("said");
        drop(input);
        wait_for("the daemon", || has_owner(true));
        Self(child)
    }

    fn kill(mut self) {
        self.0.kill().expect("killed");
        self.0.wait().expect("gone");
        wait_for("its name to be free", || has_owner(false));
    }
}

impl Drop for Daemon {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn wait_for(what: &str, condition: impl Fn() -> bool) {
    let deadline = Instant::now() + DEADLINE;
    while !condition() {
        assert!(Instant::now() < deadline, "waited for {what}");
        std::thread::yield_now();
    }
}

/// Asks the bus itself, which starts no service.
fn has_owner(expected: bool) -> bool {
    let answer = dbus("org.freedesktop.DBus", "/", "org.freedesktop.DBus.NameHasOwner", "string:org.freedesktop.secrets");
    answer.contains(&format!("boolean {expected}"))
}

fn lock_everything() {
    let path = "array:objpath:/org/freedesktop/secrets/aliases/default";
    let answer = dbus("org.freedesktop.secrets", "/org/freedesktop/secrets", "org.freedesktop.Secret.Service.Lock", path);
    assert!(answer.contains("method return"), "{answer}");
}

fn dbus(destination: &str, path: &str, method: &str, argument: &str) -> String {
    let done = Command::new("dbus-send")
        .args(["--session", "--print-reply", &format!("--dest={destination}"), path, method, argument])
        .output()
        .expect("dbus-send");
    String::from_utf8_lossy(&done.stdout).into_owned()
}

fn secret_tool(action: &str, service: &str, user: &str) -> Vec<u8> {
    let done = Command::new("secret-tool").args([action, "service", service, "username", user]).output().expect("secret-tool");
    done.stdout
}

/// The Secret Service has no limit, so nothing spills.
struct NoSpill;

#[async_trait]
impl Spill for NoSpill {
    async fn put_spill(&self, _: &str, _: &str, _: &[u8]) -> Result<()> {
        Err(ErrorCode::Internal.into())
    }

    async fn spill(&self, _: &str, _: &str) -> Result<Option<Vec<u8>>> {
        Err(ErrorCode::Internal.into())
    }

    async fn drop_spills_except(&self, _: &str, _: Option<&str>) -> Result<()> {
        Err(ErrorCode::Internal.into())
    }
}

fn open(home: Uuid) -> KeychainVault {
    KeychainVault::system(home, Arc::new(NoSpill))
}

fn pair(generation: u64) -> Stored {
    Stored {
        version: Version { epoch: 1, generation },
        credential: Credential::Rotating {
            access: AccessToken::new(format!("planted-access-{generation}")),
            refresh: RefreshToken::new(format!("planted-refresh-{generation}")),
            fallback: None,
        },
    }
}

fn user(id: ConnectionId) -> String {
    format!("connection:{id}")
}

#[test]
fn what_is_kept_is_seen_from_outside() {
    in_session("what_is_kept_is_seen_from_outside", true, async {
        let _daemon = Daemon::unlocked();
        let (home, id) = (Uuid::new_v4(), ConnectionId::random());
        let (vault, service) = (open(home), format!("bulla.{home}"));
        vault.initialise(true).await.expect("initialised");
        assert_eq!(vault.get(id).await.expect("read"), None);
        assert_eq!(vault.replace(id, None, &pair(0)).await.expect("kept"), Replaced::Stored);
        assert_eq!(vault.replace(id, Some(pair(0).as_parent()), &pair(1)).await.expect("kept"), Replaced::Stored);
        vault.ready().await.expect("ready");

        let outside = STANDARD.decode(secret_tool("lookup", &service, &user(id)).trim_ascii()).expect("base64");
        assert!(outside == *pair(1).to_bytes());
        assert!(secret_tool("lookup", &format!("bulla.{}", Uuid::new_v4()), &user(id)).is_empty());
        assert_eq!(open(home).get(id).await.expect("read by another process"), Some(pair(1)));

        vault.remove(id).await.expect("erased");
        vault.remove(id).await.expect("nothing");
        assert!(secret_tool("lookup", &service, &user(id)).is_empty());
        assert_eq!(vault.get(id).await.expect("read"), None);
    });
}

#[test]
fn a_locked_collection_is_locked_and_loses_nothing() {
    in_session("a_locked_collection_is_locked_and_loses_nothing", true, async {
        let daemon = Daemon::unlocked();
        let (home, id) = (Uuid::new_v4(), ConnectionId::random());
        let vault = open(home);
        vault.initialise(true).await.expect("initialised");
        vault.replace(id, None, &pair(0)).await.expect("kept");
        lock_everything();
        let locked = ErrorCode::KeychainLocked;
        assert_eq!(vault.get(id).await.expect_err("locked").code(), locked);
        assert_eq!(vault.ready().await.expect_err("locked").code(), locked);
        assert_eq!(vault.remove(id).await.expect_err("locked").code(), locked);
        assert_eq!(vault.replace(id, Some(pair(0).as_parent()), &pair(1)).await.expect_err("locked").code(), locked);
        assert_eq!(vault.put_named("identity", b"planted").await.expect_err("locked").code(), locked);
        assert_eq!(open(Uuid::new_v4()).initialise(true).await.expect_err("locked").code(), locked);

        // A person unlocks it, here by another daemon with the password.
        daemon.kill();
        let _daemon = Daemon::unlocked();
        assert_eq!(vault.get(id).await.expect("unlocked"), Some(pair(0)));
    });
}

#[test]
fn a_restarted_daemon_costs_nothing() {
    in_session("a_restarted_daemon_costs_nothing", true, async {
        let mut daemon = Daemon::unlocked();
        let (home, id) = (Uuid::new_v4(), ConnectionId::random());
        let vault = open(home);
        vault.initialise(true).await.expect("initialised");
        vault.replace(id, None, &pair(0)).await.expect("kept");
        for generation in 1..4 {
            daemon.kill();
            daemon = Daemon::unlocked();
            let parent = Some(pair(generation - 1).as_parent());
            assert_eq!(vault.replace(id, parent, &pair(generation)).await.expect("kept"), Replaced::Stored);
            daemon.kill();
            daemon = Daemon::unlocked();
            assert_eq!(vault.get(id).await.expect("read"), Some(pair(generation)));
        }
    });
}

#[test]
fn without_a_bus_there_is_no_keychain() {
    in_session("without_a_bus_there_is_no_keychain", false, async {
        let vault = open(Uuid::new_v4());
        assert_eq!(vault.initialise(true).await.expect_err("no bus").code(), ErrorCode::KeychainUnavailable);
        assert_eq!(vault.ready().await.expect_err("no bus").code(), ErrorCode::KeychainUnavailable);
    });
}

#[test]
fn without_a_default_collection_the_keychain_is_missing() {
    in_session("without_a_default_collection_the_keychain_is_missing", true, async {
        let _daemon = Daemon::without_collection();
        let vault = open(Uuid::new_v4());
        assert_eq!(vault.initialise(true).await.expect_err("nowhere to write").code(), ErrorCode::KeychainMissing);
    });
}

#[test]
fn a_missing_sentinel_means_locked() {
    in_session("a_missing_sentinel_means_locked", true, async {
        let _daemon = Daemon::unlocked();
        let (home, id) = (Uuid::new_v4(), ConnectionId::random());
        let vault = open(home);
        vault.initialise(true).await.expect("initialised");
        vault.replace(id, None, &pair(0)).await.expect("kept");
        secret_tool("clear", &format!("bulla.{home}"), "sentinel");
        assert_eq!(vault.get(id).await.expect("what is seen is believed"), Some(pair(0)));
        assert_eq!(vault.get(ConnectionId::random()).await.expect_err("unproved").code(), ErrorCode::KeychainLocked);
        assert_eq!(vault.ready().await.expect_err("unproved").code(), ErrorCode::KeychainLocked);
        assert_eq!(open(home).initialise(false).await.expect_err("unproved").code(), ErrorCode::KeychainLocked);
    });
}

#[test]
fn two_entries_of_one_name_are_read_and_made_alike() {
    in_session("two_entries_of_one_name_are_read_and_made_alike", true, async {
        let _daemon = Daemon::unlocked();
        let (home, id) = (Uuid::new_v4(), ConnectionId::random());
        let vault = open(home);
        vault.initialise(true).await.expect("initialised");
        vault.replace(id, None, &pair(1)).await.expect("kept");
        plant_twin(&format!("bulla.{home}"), &user(id), &pair(0));
        assert_eq!(vault.get(id).await.expect("read"), Some(pair(1)), "the newer one");
        assert_eq!(vault.replace(id, Some(pair(1).as_parent()), &pair(2)).await.expect("kept"), Replaced::Stored);
        assert_eq!(vault.get(id).await.expect("read"), Some(pair(2)));
        vault.remove(id).await.expect("both erased");
        assert_eq!(vault.get(id).await.expect("read"), None);
    });
}

/// An entry with one attribute more is another entry to the keychain, and the same to a search.
fn plant_twin(service: &str, user: &str, stored: &Stored) {
    let mut tool = Command::new("secret-tool")
        .args(["store", "--label=twin", "service", service, "username", user, "more", "yes"])
        .stdin(Stdio::piped())
        .spawn()
        .expect("secret-tool");
    let mut input = tool.stdin.take().expect("piped");
    input.write_all(STANDARD.encode(&*stored.to_bytes()).as_bytes()).expect("said");
    drop(input);
    assert!(tool.wait().expect("done").success());
}
