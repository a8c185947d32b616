//! The window's state: one home, opened while the window already shows, and tried again while its vault does not answer.

use std::future::Future;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use bulla_core::{Clock, Error, ErrorCode, Result, SystemClock};
use bulla_home::{
    ConnectionView, Home, HomeView, Listing, OpenConfig, Role, SettingsView, Snapshot, VaultKind, VaultView, default_folder,
};
use chrono::{DateTime, Utc};
use tokio::sync::{Notify, RwLock, watch};
use tokio::time::timeout;
use uuid::Uuid;

use crate::error::{Answer, is_vault_problem, refused};
use crate::look::Look;
use crate::shown::Shown;
use crate::start::Options;

/// The first answer waits this long for the home and its vault, then it says "waiting" and an event follows.
const PATIENCE: Duration = Duration::from_millis(300);
/// Longer than the provider's deadline: an exchange under way when the window closes is finished.
const FAREWELL: Duration = Duration::from_secs(40);
/// Rows of the first answer, and of each later one: an answer passes through three processes, and each keeps for a while
/// the memory of the largest.
const FIRST_ROWS: usize = 200;
const MORE_ROWS: usize = 250;

/// Managed by Tauri, shared by all commands.
pub(crate) struct Desk {
    config: OpenConfig,
    clock: SystemClock,
    opening: watch::Sender<Opening>,
    one_attempt: tokio::sync::Mutex<()>,
    vault: watch::Sender<Option<VaultView>>,
    /// Read while something is under way; written to know that nothing is.
    under_way: RwLock<()>,
    stop: watch::Sender<bool>,
    closing: AtomicBool,
    /// The list, read while the web view starts. Taken by the first answer; later ones read it anew.
    ahead: tokio::sync::Mutex<Option<Arc<Listing>>>,
    /// The list as the page was first shown it, so that the pages of one reading fit together.
    listed: Mutex<Option<Arc<Listing>>>,
    /// The page was told that there is no home yet.
    shown_empty: AtomicBool,
    /// What it was told, one mark per row.
    shown: Mutex<Shown>,
    /// The count of the home's changes at which the page was told everything.
    changes: AtomicI64,
    wake: Notify,
    /// What a person chose before there was a home to keep it.
    chosen: Mutex<Option<SettingsView>>,
    pub(crate) look: Look,
}

/// How far opening has come.
#[derive(Clone)]
enum Opening {
    Waiting,
    Ready(Home),
    Failed(Error),
}

impl Desk {
    pub(crate) fn new(options: &Options) -> Self {
        let folder = options.home.clone().unwrap_or_else(default_folder);
        Self {
            config: OpenConfig { folder, vault: options.vault, role: Some(Role::Desk) },
            clock: SystemClock,
            opening: watch::Sender::new(Opening::Waiting),
            one_attempt: tokio::sync::Mutex::new(()),
            vault: watch::Sender::new(None),
            under_way: RwLock::new(()),
            stop: watch::Sender::new(false),
            closing: AtomicBool::new(false),
            ahead: tokio::sync::Mutex::default(),
            listed: Mutex::default(),
            shown_empty: AtomicBool::new(false),
            shown: Mutex::default(),
            changes: AtomicI64::new(-1),
            wake: Notify::new(),
            chosen: Mutex::default(),
            look: Look::new(options.language.clone()),
        }
    }

    pub(crate) fn folder(&self) -> &Path {
        &self.config.folder
    }

    pub(crate) fn now(&self) -> DateTime<Utc> {
        self.clock.now()
    }

    /// Opens the home unless it is open, or says why it cannot be opened.
    pub(crate) async fn open(&self) -> Result<(), ErrorCode> {
        let _one = self.one_attempt.lock().await;
        if matches!(*self.opening.borrow(), Opening::Ready(_)) {
            return Ok(());
        }
        match Home::open(self.config.clone()).await {
            Ok(home) => {
                let chosen = locked(&self.chosen).take();
                if let Some(chosen) = chosen
                    && let Err(error) = home.set_settings(chosen).await
                {
                    tracing::warn!(code = %error.code(), "a choice could not be kept");
                }
                self.opening.send_replace(Opening::Ready(home));
                Ok(())
            }
            Err(error) => {
                let code = error.code();
                tracing::warn!(%code, "the home cannot be opened yet");
                self.opening.send_replace(Opening::Failed(error));
                Err(code)
            }
        }
    }

    /// The open home; waits for it as long as it takes.
    pub(crate) async fn opened(&self) -> Home {
        let mut opening = self.opening.subscribe();
        loop {
            if let Opening::Ready(home) = &*opening.borrow_and_update() {
                return home.clone();
            }
            // The sender lives as long as this desk.
            let _ = opening.changed().await;
        }
    }

    /// The open home, or why it cannot be opened.
    pub(crate) async fn home(&self) -> Result<Home> {
        let mut opening = self.opening.subscribe();
        let settled = opening.wait_for(|opening| !matches!(opening, Opening::Waiting)).await;
        match settled.as_deref() {
            Ok(Opening::Ready(home)) => Ok(home.clone()),
            Ok(Opening::Failed(error)) => Err(error.clone()),
            Ok(Opening::Waiting) | Err(_) => Err(ErrorCode::KeychainTimeout.into()),
        }
    }

    /// Finishes a consent whose code is there; the window does not close before it is done.
    pub(crate) async fn finish_consent<T>(&self, task: impl Future<Output = Result<T>>) -> Result<T> {
        let _under_way = self.under_way.read().await;
        task.await
    }

    /// Does something with the home; the window does not close before it is done.
    pub(crate) async fn work<T, F>(&self, task: impl FnOnce(Home) -> F) -> Answer<T>
    where
        F: Future<Output = Result<T>>,
    {
        let _under_way = self.under_way.read().await;
        let home = self.home().await.map_err(refused)?;
        task(home.clone()).await.map_err(|error| {
            // A refusal that was the vault's fault puts the banner up at once.
            home.noticed(error.code());
            refused(error)
        })
    }

    /// The first answer: facts now, whatever the keychain does.
    pub(crate) async fn snapshot(&self) -> Answer<Snapshot> {
        match timeout(PATIENCE, self.home()).await {
            Ok(Ok(home)) => self.full(&home).await.map_err(refused),
            Ok(Err(error)) if is_vault_problem(error.code()) => Ok(self.empty(failed(error.code()))),
            Ok(Err(error)) => Err(refused(error)),
            Err(_) => Ok(self.empty(waiting())),
        }
    }

    /// The rows after `from`, of the list that the last snapshot began.
    pub(crate) async fn rows(&self, from: usize) -> Answer<Vec<ConnectionView>> {
        let known = locked(&self.listed).clone().filter(|listed| from > 0 && from <= listed.len());
        let listed = match known {
            Some(listed) => listed,
            None => Arc::new(self.work(|home| async move { home.listing().await }).await?),
        };
        let rows = listed.views(from..from + MORE_ROWS).await.map_err(refused)?;
        self.tell_all(&rows);
        let last = from + MORE_ROWS >= listed.len();
        *locked(&self.listed) = (!last).then_some(listed);
        Ok(rows)
    }

    pub(crate) async fn settings(&self) -> SettingsView {
        let kept = match self.open_home() {
            Some(home) => home.settings().await.ok(),
            None => locked(&self.chosen).clone(),
        };
        kept.unwrap_or_else(by_system)
    }

    pub(crate) async fn choose(&self, settings: SettingsView) -> Answer<SettingsView> {
        if self.home().await.is_err() {
            *locked(&self.chosen) = Some(settings.clone());
            return Ok(settings);
        }
        self.work(|home| async move { home.set_settings(settings).await }).await
    }

    /// Asks the vault whether it answers, and remembers it. A prompt may be open meanwhile: then it is "waiting".
    pub(crate) async fn ask_vault(&self) -> VaultView {
        let view = match self.home().await {
            Ok(home) => {
                let asked = home.vault_state();
                tokio::pin!(asked);
                match timeout(PATIENCE, &mut asked).await {
                    Ok(view) => view,
                    Err(_) => {
                        self.set_vault(waiting());
                        asked.await
                    }
                }
            }
            Err(error) => failed(error.code()),
        };
        self.set_vault(view.clone());
        view
    }

    /// What is known of the vault; while it has not answered for the first time, a moment later.
    pub(crate) async fn vault_now(&self) -> VaultView {
        let mut vault = self.vault.subscribe();
        let answered = timeout(PATIENCE, vault.wait_for(Option::is_some)).await.ok();
        answered.and_then(|vault| vault.ok()?.clone()).unwrap_or_else(waiting)
    }

    pub(crate) fn vault_changes(&self) -> watch::Receiver<Option<VaultView>> {
        self.vault.subscribe()
    }

    /// Whether the page believes that there is no home; it must then read everything again.
    pub(crate) fn take_shown_empty(&self) -> bool {
        self.shown_empty.swap(false, Ordering::Relaxed)
    }

    pub(crate) fn open_home(&self) -> Option<Home> {
        match &*self.opening.borrow() {
            Opening::Ready(home) => Some(home.clone()),
            Opening::Waiting | Opening::Failed(_) => None,
        }
    }

    pub(crate) fn shown(&self) -> MutexGuard<'_, Shown> {
        locked(&self.shown)
    }

    fn tell_all(&self, rows: &[ConnectionView]) {
        let mut shown = self.shown();
        for view in rows {
            shown.tell(view);
        }
    }

    /// Whether this count of the home's changes is news; it is none from now on.
    pub(crate) fn counts(&self, changes: i64) -> bool {
        self.changes.swap(changes, Ordering::Relaxed) != changes
    }

    /// Somebody looks at the window.
    pub(crate) fn wake(&self) {
        self.wake.notify_one();
    }

    /// Waits this long, or until somebody looks.
    pub(crate) async fn woken(&self, at_most: Duration) {
        let _ = timeout(at_most, self.wake.notified()).await;
    }

    fn stop_signal(&self) -> watch::Receiver<bool> {
        self.stop.subscribe()
    }

    /// True for the first caller.
    pub(crate) fn begins_closing(&self) -> bool {
        !self.closing.swap(true, Ordering::Relaxed)
    }

    /// Stops the loop and waits for what is under way.
    pub(crate) async fn close(&self) {
        self.stop.send_replace(true);
        if timeout(FAREWELL, self.under_way.write()).await.is_err() {
            tracing::warn!("closed while something was under way; the next start finishes it");
        }
    }

    /// Keeps the window from closing while the loop takes a step.
    pub(crate) async fn keep(&self, home: &Home) {
        let _under_way = self.under_way.read().await;
        home.run(self.stop_signal()).await;
    }

    /// Reads the list before the page asks for it. Whoever asks meanwhile waits for this reading.
    pub(crate) async fn read_ahead(&self, home: &Home) {
        let mut ahead = self.ahead.lock().await;
        *ahead = home.listing().await.ok().map(Arc::new);
    }

    async fn full(&self, home: &Home) -> Result<Snapshot> {
        let ahead = self.ahead.lock().await.take();
        let listing = match ahead {
            Some(listing) => listing,
            None => Arc::new(home.listing().await?),
        };
        let rows = listing.views(0..FIRST_ROWS).await?;
        self.shown().begin(listing.ids().map(|id| id.0));
        self.tell_all(&rows);
        self.changes.store(listing.changes(), Ordering::Relaxed);
        // Bound to a name: the guard inside must be gone before the next await.
        let known = self.vault.borrow().clone();
        let snapshot = Snapshot {
            now: self.now(),
            home: home.info().await?,
            settings: home.settings().await?,
            // The page asks again once it listens; until the vault has answered nothing is said of it.
            vault: known.unwrap_or_else(|| home.vault_view()),
            rows,
            total: u32::try_from(listing.len()).unwrap_or(u32::MAX),
            servers: home.servers().await?,
            system_language: self.look.language(),
            system_dark: self.look.is_dark(),
        };
        *locked(&self.listed) = (listing.len() > FIRST_ROWS).then_some(listing);
        Ok(snapshot)
    }

    fn empty(&self, vault: VaultView) -> Snapshot {
        self.shown_empty.store(true, Ordering::Relaxed);
        Snapshot {
            now: self.now(),
            home: HomeView {
                home_id: Uuid::nil(),
                role: Role::Desk.as_str().to_owned(),
                vault: self.config.vault.unwrap_or(VaultKind::Keychain).as_str().to_owned(),
                fingerprint: String::new(),
                version: env!("CARGO_PKG_VERSION").to_owned(),
                folder: self.folder().display().to_string(),
            },
            settings: locked(&self.chosen).clone().unwrap_or_else(by_system),
            vault,
            rows: Vec::new(),
            total: 0,
            servers: Vec::new(),
            system_language: self.look.language(),
            system_dark: self.look.is_dark(),
        }
    }

    pub(crate) fn set_vault(&self, view: VaultView) {
        self.vault.send_if_modified(|known| {
            let same = known.as_ref().is_some_and(|known| known.state == view.state && known.problem == view.problem);
            *known = Some(view);
            !same
        });
    }
}

/// Folder for bundles that a person carries to a server.
pub(crate) fn download_folder() -> PathBuf {
    let known = directories::UserDirs::new();
    known.map_or_else(PathBuf::new, |dirs| dirs.download_dir().unwrap_or_else(|| dirs.home_dir()).to_path_buf())
}

fn failed(code: ErrorCode) -> VaultView {
    VaultView { state: "failed".to_owned(), problem: Some(code) }
}

fn waiting() -> VaultView {
    VaultView { state: "waiting".to_owned(), problem: None }
}

fn by_system() -> SettingsView {
    SettingsView { language: "system".to_owned(), theme: "system".to_owned() }
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
