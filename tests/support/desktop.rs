//! The real window: its own D-Bus session, its own unlocked keychain, its own X display, driven over WebDriver.

use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use serde_json::{Value, json};
use tempfile::TempDir;

use crate::command::{Stage, beside_tests};
pub use crate::patience::wait_for;
use crate::patience::{PATIENCE, comes};
use crate::webdriver::{Driver, Session, free_port};

/// A desktop session: D-Bus, gnome-keyring, Xvfb and tauri-driver as one process group that dies with it.
pub struct Desktop {
    session: Child,
    driver: Driver,
    /// The session's D-Bus address, display and X authority.
    around: [String; 3],
    folder: TempDir,
}

/// What the keychain of a new session is like.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Keyring {
    /// Unlocked, with a default collection.
    Unlocked,
    /// No service at all: the session has no keychain.
    Absent,
}

impl Desktop {
    /// Starts a session whose programs see this clock file and this home.
    ///
    /// # Panics
    /// When the session does not come up within a minute.
    pub fn start(stage: &Stage, home: &str, keyring: Keyring) -> Self {
        Self::start_with(stage, home, keyring, &[])
    }

    /// The same with more in the environment of the session.
    ///
    /// # Panics
    /// When the session does not come up within a minute.
    pub fn start_with(stage: &Stage, home: &str, keyring: Keyring, more: &[(&str, &str)]) -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let place = folder.path();
        for name in ["config", "data", "cache", "run", "downloads"] {
            std::fs::create_dir_all(place.join(name)).expect("made");
        }
        std::fs::write(place.join("config/user-dirs.dirs"), "XDG_DOWNLOAD_DIR=\"$HOME/downloads\"\n").expect("written");
        let (port, native) = (free_port(), free_port());
        let unlock = match keyring {
            Keyring::Unlocked => "printf pw | gnome-keyring-daemon --unlock --components=secrets --daemonize >/dev/null 2>&1;",
            Keyring::Absent => "",
        };
        let script = format!(
            "{unlock} printf '%s\\n%s\\n%s\\n' \"$DBUS_SESSION_BUS_ADDRESS\" \"$DISPLAY\" \"$XAUTHORITY\" > \"$HOME/around\"; \
             exec \"$DRIVER\" --port {port} --native-port {native}"
        );
        let session = Command::new("xvfb-run")
            // The display first: what D-Bus starts must know it.
            .args(["-a", "-s", "-screen 0 1280x800x24", "dbus-run-session", "--", "sh", "-c", &script])
            .env("HOME", place)
            .env("XDG_CONFIG_HOME", place.join("config"))
            .env("XDG_DATA_HOME", place.join("data"))
            .env("XDG_CACHE_HOME", place.join("cache"))
            .env("XDG_RUNTIME_DIR", place.join("run"))
            .env("DRIVER", std::env::var_os("BULLA_TEST_DRIVER").unwrap_or_else(|| "tauri-driver".into()))
            .env("BULLA_HOME", stage.home(home))
            .env("BULLA_TEST_CLOCK", stage.clock.path())
            .env("LANG", "C.UTF-8")
            .env("WEBKIT_DISABLE_DMABUF_RENDERER", "1")
            .env("NO_AT_BRIDGE", "1")
            .envs(more.iter().copied())
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::from(std::fs::File::create(place.join("session.log")).expect("a log")))
            .process_group(0)
            .spawn()
            .expect("xvfb-run is installed by ./dev test");
        let mut desktop = Self { session, driver: Driver::at(port), around: [const { String::new() }; 3], folder };
        wait_for("tauri-driver", || desktop.driver.is_ready());
        let around = std::fs::read_to_string(desktop.folder.path().join("around")).expect("written before the driver starts");
        let mut lines = around.lines().map(str::to_owned);
        desktop.around = std::array::from_fn(|_| lines.next().unwrap_or_default());
        desktop
    }

    /// Opens the window.
    ///
    /// # Panics
    /// When no session comes up within a minute.
    pub fn open(&self) -> Window<'_> {
        let ours = std::env::var_os("BULLA_TEST_DESKTOP").map_or_else(|| beside_tests("bulla-desktop"), PathBuf::from);
        self.open_program(&ours)
    }

    /// The same for any program with a window whose page says when it is ready.
    ///
    /// # Panics
    /// When no session comes up within a minute.
    pub fn open_program(&self, application: &Path) -> Window<'_> {
        let capabilities = json!({"tauri:options": {"application": application}, "browserName": "wry"});
        let window = Window { desktop: self, session: self.driver.open(&capabilities) };
        window.wait("the first rows", "return document.documentElement.dataset.ready === 'true'");
        window
    }

    /// A command inside the session, such as `secret-tool`.
    pub fn inside(&self, program: &str) -> Command {
        let mut command = Command::new(program);
        command
            .env("DBUS_SESSION_BUS_ADDRESS", &self.around[0])
            .env("DISPLAY", &self.around[1])
            .env("XAUTHORITY", &self.around[2])
            .env("HOME", self.folder.path())
            .env("XDG_RUNTIME_DIR", self.folder.path().join("run"))
            .env("XDG_DATA_HOME", self.folder.path().join("data"));
        command
    }

    /// The folder that holds everything of the session's person: settings, caches, downloads, the keychain's file.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// The process group of the session, to be looked at from outside.
    pub fn group(&self) -> u32 {
        self.session.id()
    }

    /// Where bundles are written to.
    pub fn downloads(&self) -> PathBuf {
        self.folder.path().join("downloads")
    }

    /// What the session's programs wrote to stderr.
    ///
    /// # Panics
    /// When the log cannot be read.
    pub fn log(&self) -> String {
        std::fs::read_to_string(self.folder.path().join("session.log")).expect("the session's log")
    }
}

impl Drop for Desktop {
    fn drop(&mut self) {
        // The whole group: dbus-run-session does not take the display and the driver with it.
        let group = format!("-{}", self.session.id());
        let _ = Command::new("kill").args(["-KILL", "--", &group]).status();
        let _ = self.session.wait();
    }
}

/// An open window.
pub struct Window<'a> {
    desktop: &'a Desktop,
    session: Session,
}

impl Window<'_> {
    /// The session around the window.
    pub fn desktop(&self) -> &Desktop {
        self.desktop
    }

    /// Runs JavaScript in the page and returns its value.
    ///
    /// # Panics
    /// When the page throws.
    pub fn run(&self, script: &str) -> Value {
        self.session.run(script)
    }

    /// Waits until the script returns something truthy, and returns it.
    ///
    /// # Panics
    /// When it does not within a minute.
    pub fn wait(&self, what: &str, script: &str) -> Value {
        let mut found = Value::Null;
        let came = comes(|| {
            found = self.run(script);
            !matches!(found, Value::Null | Value::Bool(false)) && found != "" && found != 0
        });
        if !came {
            // Whoever reads the failure wants to see the window.
            let picture = std::env::temp_dir().join(format!("bulla-window-{}.png", std::process::id()));
            self.screenshot(&picture);
            panic!("{what} did not come within {PATIENCE:?}: {}\n{}", picture.display(), self.desktop.log());
        }
        found
    }

    /// Waits for an element by its `data-testid`, and for it to be enabled, then clicks it.
    pub fn click(&self, testid: &str) {
        self.wait(&format!("{testid} enabled"), &format!("const e = {}; return !!e && !e.disabled", by(testid)));
        self.run(&format!("const e = {}; e.scrollIntoView({{block: 'center'}}); e.click()", by(testid)));
    }

    /// Types into an element as a person does, after clearing it.
    pub fn fill(&self, testid: &str, text: &str) {
        self.wait(testid, &format!("return !!{}", by(testid)));
        self.session.fill(&self.session.element(&format!("return {}", by(testid))), text);
    }

    /// Puts a file into a native file input.
    pub fn choose_file(&self, testid: &str, file: &Path) {
        self.wait(testid, &format!("return !!{}", by(testid)));
        let element = self.session.element(&format!("return {}", by(testid)));
        self.session.write(&element, &file.display().to_string());
    }

    /// Chooses an option of a `<select>`.
    pub fn select(&self, testid: &str, value: &str) {
        self.wait(testid, &format!("return !!{}", by(testid)));
        self.run(&format!(
            "const e = {}; e.value = {}; e.dispatchEvent(new Event('change', {{bubbles: true}}))",
            by(testid),
            json!(value)
        ));
    }

    /// The text of an element, once it is there and not empty.
    pub fn text(&self, testid: &str) -> String {
        let value = self.wait(testid, &format!("return {}?.textContent?.trim()", by(testid)));
        value.as_str().expect("text").to_owned()
    }

    /// An attribute of an element.
    pub fn attribute(&self, testid: &str, name: &str) -> Option<String> {
        self.run(&format!("return {}?.getAttribute('{name}') ?? null", by(testid))).as_str().map(str::to_owned)
    }

    /// Waits until an element's attribute has this value.
    pub fn expect(&self, testid: &str, name: &str, value: &str) {
        self.wait(
            &format!("{testid} {name}={value}"),
            &format!("return {}?.getAttribute('{name}') === {}", by(testid), json!(value)),
        );
    }

    /// A picture of the display. WebDriver's own screenshot waits for ever in WebKitGTK without a compositor.
    ///
    /// # Panics
    /// When it cannot be taken.
    pub fn screenshot(&self, file: &Path) {
        std::fs::create_dir_all(file.parent().expect("a folder")).expect("made");
        let taken = self.desktop.inside("import").args(["-window", "root"]).arg(file).status();
        assert!(taken.expect("imagemagick is installed by ./dev test").success());
    }

    /// Closes the window and waits for its end.
    pub fn close(self) {
        self.session.close();
    }
}

fn by(testid: &str) -> String {
    format!("document.querySelector('[data-testid=\"{testid}\"]')")
}
