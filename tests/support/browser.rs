//! A real Chromium without a window, driven by its own driver. It dies with the test.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{ChildStdout, Command};

use serde_json::{Value, json};
use tempfile::TempDir;

use crate::attended::Attended;
use crate::patience::{PATIENCE, comes};
use crate::webdriver::{Driver, Refusal, Session};

/// The pipe is how the browser notices that its driver has died, and dies too.
const FLAGS: [&str; 10] = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-dev-shm-usage",
    "--disable-sync",
    "--remote-debugging-pipe",
];

/// What waiting will not mend. Whatever else a driver says, the page may be on its way to another.
const HOPELESS: [&str; 3] = ["invalid argument", "invalid selector", "invalid session id"];

/// A browser of a person who uses it for the first time.
#[derive(Debug)]
pub struct Browser {
    session: Session,
    // Order matters: the driver ends before its stdout and the folder do.
    _driver: Attended,
    _stdout: BufReader<ChildStdout>,
    profile: TempDir,
}

/// One of its tabs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tab(String);

impl Browser {
    /// Starts it with an empty profile.
    ///
    /// # Panics
    /// When it does not come up within a minute.
    pub fn start() -> Self {
        Self::with(&[])
    }

    /// A browser on another computer: of this one it reaches only this `host:port`, not the program under test.
    ///
    /// # Panics
    /// When it does not come up within a minute.
    pub fn elsewhere(reaching: &str) -> Self {
        // Everything else is for a proxy where none can be.
        Self::with(&["--proxy-server=127.0.0.1:1", &format!("--proxy-bypass-list=<-loopback>;{reaching}")])
    }

    fn with(more: &[&str]) -> Self {
        let profile = tempfile::tempdir().expect("a temporary folder");
        let program = std::env::var_os("CHROMEDRIVER").unwrap_or_else(|| "chromedriver".into());
        let mut driver = Command::new(program);
        driver.args(["--port=0", "--log-level=WARNING"]).arg(format!("--log-path={}/driver.log", profile.path().display()));
        let mut attended = Attended::start(&driver);
        let mut stdout = BufReader::new(attended.stdout());
        let port = port_of(&mut stdout);
        let folder = format!("--user-data-dir={}", profile.path().join("profile").display());
        let flags: Vec<&str> = FLAGS.iter().chain(more).copied().chain([folder.as_str()]).collect();
        let mut options = json!({"args": flags});
        if let Ok(chromium) = std::env::var("CHROMIUM") {
            options["binary"] = json!(chromium);
        }
        let session = Driver::at(port).open(&json!({"browserName": "chrome", "goog:chromeOptions": options}));
        Self { session, _driver: attended, _stdout: stdout, profile }
    }

    /// Opens an address in the present tab, and waits until the page is there: an error page of the browser's own
    /// when the address cannot be reached.
    ///
    /// # Panics
    /// When the browser refuses.
    pub fn open(&self, url: &str) {
        match self.session.post("/url", &json!({"url": url})) {
            Ok(_) => {}
            Err(refusal) if refusal.message.contains("net::ERR_") => {}
            Err(refusal) => panic!("{refusal:?}"),
        }
    }

    /// Waits for an element by its CSS selector.
    ///
    /// # Panics
    /// When it does not come within a minute.
    pub fn wait(&self, css: &str) {
        self.at(css, |_| Ok(()));
    }

    /// Waits for an element and clicks it as a person does.
    ///
    /// # Panics
    /// When it does not come within a minute.
    pub fn click(&self, css: &str) {
        self.at(css, |element| self.session.post(&format!("/element/{element}/click"), &json!({})).map(drop));
    }

    /// Waits for an element and types into it, after clearing it.
    ///
    /// # Panics
    /// When it does not come within a minute.
    pub fn fill(&self, css: &str, text: &str) {
        self.at(css, |element| {
            self.session.post(&format!("/element/{element}/clear"), &json!({}))?;
            self.session.post(&format!("/element/{element}/value"), &json!({"text": text})).map(drop)
        });
    }

    /// Waits for an element and reads what a person sees of it. After a click this may still be the page before; where
    /// that has such an element too, [`Self::reads`] waits for the right one.
    ///
    /// # Panics
    /// When it does not come within a minute.
    pub fn text(&self, css: &str) -> String {
        self.at(css, |element| self.text_of(element))
    }

    /// Waits until a person reads exactly this in an element.
    ///
    /// # Panics
    /// When they do not within a minute.
    pub fn reads(&self, css: &str, text: &str) {
        let mut seen = Err(None);
        let came = comes(|| {
            seen = self.look(css).map_err(Some);
            seen.as_ref().is_ok_and(|seen| seen == text)
        });
        assert!(came, "{css} does not read {text:?}: {seen:?}\n{}: {}", self.url(), self.source());
    }

    /// The address in the address bar, of an error page too.
    ///
    /// # Panics
    /// When the browser is gone.
    pub fn url(&self) -> String {
        self.session.get("/url").expect("an address").as_str().expect("text").to_owned()
    }

    /// The page as it stands, as HTML.
    ///
    /// # Panics
    /// When the browser is gone.
    pub fn source(&self) -> String {
        self.session.get("/source").expect("a page").as_str().expect("text").to_owned()
    }

    /// Runs JavaScript in the page and returns its value.
    ///
    /// # Panics
    /// When the page throws.
    pub fn run(&self, script: &str) -> Value {
        self.session.run(script)
    }

    /// Waits until JavaScript returns `true` in the page.
    ///
    /// # Panics
    /// When it does not within a minute.
    pub fn wait_until(&self, what: &str, script: &str) {
        let came = comes(|| self.session.try_run(script).is_ok_and(|value| value == true));
        assert!(came, "{what} did not come within {PATIENCE:?}\n{}: {}", self.url(), self.source());
    }

    /// The tab that everything goes to at present.
    ///
    /// # Panics
    /// When it was closed.
    pub fn tab(&self) -> Tab {
        Tab(self.session.get("/window").expect("a tab").as_str().expect("a name").to_owned())
    }

    /// Opens a tab beside the present one and goes there.
    ///
    /// # Panics
    /// When the browser refuses.
    pub fn new_tab(&self) -> Tab {
        let made = self.session.post("/window/new", &json!({"type": "tab"})).expect("a tab");
        let tab = Tab(made["handle"].as_str().expect("a name").to_owned());
        self.go_to(&tab);
        tab
    }

    /// # Panics
    /// When the tab was closed.
    pub fn go_to(&self, tab: &Tab) {
        self.session.post("/window", &json!({"handle": tab.0})).expect("the tab is open");
    }

    /// The folder with everything the browser keeps.
    pub fn profile(&self) -> &Path {
        self.profile.path()
    }

    fn look(&self, css: &str) -> Result<String, Refusal> {
        self.session.find(css).and_then(|element| self.text_of(&element))
    }

    fn text_of(&self, element: &str) -> Result<String, Refusal> {
        let text = self.session.get(&format!("/element/{element}/text"))?;
        Ok(text.as_str().expect("text").to_owned())
    }

    /// Does something with an element as soon as it is there and lets it be done.
    fn at<T>(&self, css: &str, mut act: impl FnMut(&str) -> Result<T, Refusal>) -> T {
        let mut done = Err(None);
        comes(|| {
            done = self.session.find(css).and_then(|element| act(&element)).map_err(Some);
            if let Err(Some(refusal)) = &done {
                assert!(!HOPELESS.contains(&refusal.error.as_str()), "{css}: {refusal:?}");
            }
            done.is_ok()
        });
        done.unwrap_or_else(|refusal| {
            panic!("{css} did not come within {PATIENCE:?}: {refusal:?}\n{}: {}", self.url(), self.source())
        })
    }
}

impl Drop for Browser {
    /// Lets it close its files first.
    fn drop(&mut self) {
        self.session.end();
    }
}

/// The driver picks its own port, so that no other program can take it in between.
fn port_of(stdout: &mut impl BufRead) -> u16 {
    let mut said = String::new();
    loop {
        let begins = said.len();
        let read = stdout.read_line(&mut said).expect("the driver speaks UTF-8");
        assert!(read > 0, "no chromedriver, which ./dev test installs: {said}");
        let port = said[begins..].trim_end().rsplit_once("on port ").map(|(_, port)| port.trim_end_matches('.'));
        if let Some(Ok(port)) = port.map(str::parse)
            && port != 0
        {
            return port;
        }
    }
}
