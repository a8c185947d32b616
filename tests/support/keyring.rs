//! What happens to a keychain: it is locked, hangs, dies, comes back. Done to the daemon of a [`Desktop`]'s session.

use std::io::Write;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};

use crate::desktop::{Desktop, wait_for};

/// The keychain of a session, from outside.
pub struct Keychain<'a> {
    desktop: &'a Desktop,
}

impl Desktop {
    /// The session's keychain daemon.
    pub fn keychain(&self) -> Keychain<'_> {
        Keychain { desktop: self }
    }
}

impl Keychain<'_> {
    /// Locks the default collection, as a desktop does when its person goes away.
    ///
    /// # Panics
    /// When the daemon does not answer.
    pub fn lock(&self) {
        let path = "array:objpath:/org/freedesktop/secrets/aliases/default";
        let answer =
            self.send("org.freedesktop.secrets", "/org/freedesktop/secrets", "org.freedesktop.Secret.Service.Lock", path);
        assert!(answer.contains("method return"), "{answer}");
    }

    /// Closes the system's prompt as a person does who does not want to be asked: whoever asked hears "dismissed".
    ///
    /// # Panics
    /// When no prompt comes.
    pub fn close_prompt(&self) {
        let prompter = "org.gnome.keyring.SystemPrompter";
        let shown = || {
            let argument = format!("string:{prompter}");
            self.send("org.freedesktop.DBus", "/", "org.freedesktop.DBus.NameHasOwner", &argument).contains("boolean true")
        };
        wait_for("the system's prompt", shown);
        let process = self.process_of(prompter);
        signal(&process, "KILL");
    }

    /// Kills the daemon at once.
    ///
    /// # Panics
    /// When there is none.
    pub fn kill(&self) {
        let daemon = self.process();
        signal(&daemon, "KILL");
        wait_for("the daemon to be gone", || !PathBuf::from(format!("/proc/{daemon}/exe")).exists());
    }

    /// Starts a daemon on the same file, unlocked, in the place of any other.
    ///
    /// # Panics
    /// When it does not come up.
    pub fn unlock(&self) {
        let mut daemon = self
            .desktop
            .inside("gnome-keyring-daemon")
            .args(["--replace", "--unlock", "--components=secrets", "--daemonize"])
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("gnome-keyring is installed by ./dev test");
        daemon.stdin.take().expect("piped").write_all(b"pw").expect("said");
        assert!(daemon.wait().expect("it goes to the background").success());
        wait_for("an unlocked collection", || {
            let asked = ["string:org.freedesktop.Secret.Collection", "string:Locked"];
            let answer = self.desktop_send(
                "org.freedesktop.secrets",
                "/org/freedesktop/secrets/aliases/default",
                "org.freedesktop.DBus.Properties.Get",
                &asked,
            );
            answer.contains("boolean false")
        });
    }

    /// Stops the daemon's process without ending it: it answers nothing.
    pub fn hang(&self) -> Hung {
        let daemon = self.process();
        signal(&daemon, "STOP");
        Hung { daemon }
    }

    /// Writes down every call to the daemon from now on.
    ///
    /// # Panics
    /// When the bus cannot be listened to.
    pub fn listen(&self) -> Listening {
        let file = self.desktop.folder().join("keychain-calls");
        let log = std::fs::File::create(&file).expect("a file");
        let monitor = self
            .desktop
            .inside("dbus-monitor")
            .args(["--session", "destination='org.freedesktop.secrets',type='method_call'"])
            .stdout(log)
            .stderr(Stdio::null())
            .spawn()
            .expect("dbus-monitor");
        let listening = Listening { monitor, file };
        wait_for("the monitor", || {
            // Any call will do to see that it is heard.
            self.desktop_send("org.freedesktop.secrets", "/org/freedesktop/secrets", "org.freedesktop.DBus.Peer.Ping", &[]);
            listening.count("Ping") > 0
        });
        listening
    }

    fn process(&self) -> String {
        self.process_of("org.freedesktop.secrets")
    }

    fn process_of(&self, name: &str) -> String {
        let argument = format!("string:{name}");
        let answer = self.send("org.freedesktop.DBus", "/", "org.freedesktop.DBus.GetConnectionUnixProcessID", &argument);
        let number = answer.split("uint32").nth(1).unwrap_or_else(|| panic!("no daemon: {answer}"));
        number.trim().to_owned()
    }

    fn send(&self, destination: &str, path: &str, method: &str, argument: &str) -> String {
        self.desktop_send(destination, path, method, &[argument])
    }

    fn desktop_send(&self, destination: &str, path: &str, method: &str, arguments: &[&str]) -> String {
        let mut command = self.desktop.inside("dbus-send");
        command.args(["--session", "--print-reply", "--reply-timeout=5000", &format!("--dest={destination}"), path, method]);
        let done = command.args(arguments).output().expect("dbus-send");
        String::from_utf8_lossy(&done.stdout).into_owned()
    }
}

fn signal(process: &str, name: &str) {
    let sent = Command::new("kill").args([&format!("-{name}"), process]).status().expect("kill");
    assert!(sent.success(), "the daemon is there");
}

/// A daemon that answers nothing until this is dropped.
pub struct Hung {
    daemon: String,
}

impl Drop for Hung {
    fn drop(&mut self) {
        signal(&self.daemon, "CONT");
    }
}

/// The calls heard since, until dropped.
pub struct Listening {
    monitor: Child,
    file: PathBuf,
}

impl Listening {
    /// How often this method was called.
    ///
    /// # Panics
    /// When what was heard cannot be read.
    pub fn count(&self, method: &str) -> usize {
        self.heard().matches(&format!("member={method}\n")).count()
    }

    /// Everything heard.
    ///
    /// # Panics
    /// When it cannot be read.
    pub fn heard(&self) -> String {
        std::fs::read_to_string(&self.file).expect("the monitor's file")
    }
}

impl Drop for Listening {
    fn drop(&mut self) {
        let _ = self.monitor.kill();
        let _ = self.monitor.wait();
    }
}
