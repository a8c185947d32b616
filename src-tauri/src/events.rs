//! Tells the page what changed: each event carries a whole view, never a patch.

use std::sync::Arc;
use std::time::{Duration, Instant};

use bulla_core::ConnectionId;
use bulla_home::{Changed, Home, Rest};
use chrono::{DateTime, TimeDelta, Utc};
use serde::Serialize;
use tauri::{AppHandle, Emitter, Manager};
use tokio::sync::broadcast::error::RecvError;

use crate::desk::Desk;
use crate::window::MAIN;

/// The page hears the time this often, and a hidden window causes no other wake-up.
const TICK: Duration = if cfg!(feature = "test-hooks") { Duration::from_secs(1) } else { Duration::from_secs(30) };
/// While a person looks, another process's writes appear this soon.
const LOOK: Duration = if cfg!(feature = "test-hooks") { Duration::from_millis(500) } else { Duration::from_secs(3) };
/// The wall clock against the process's own: more than this apart is a jump, or a sleep.
const JUMP: TimeDelta = TimeDelta::seconds(5);

/// Opens the home, trying again while its vault does not answer, and does what is due while the window runs.
pub(crate) async fn keep_open(desk: Arc<Desk>) {
    // A new home asks the vault as it opens: a prompt that was closed must not come back at every turn.
    let rest = Rest::default();
    while let Err(code) = desk.open().await {
        rest.failed(code);
        tokio::time::sleep(rest.left().unwrap_or(TICK)).await;
    }
    let home = desk.opened().await;
    desk.read_ahead(&home).await;
    let asking = desk.clone();
    tauri::async_runtime::spawn(async move { asking.ask_vault().await });
    desk.keep(&home).await;
}

pub(crate) fn follow(app: &AppHandle) {
    tauri::async_runtime::spawn(follow_vault(app.clone()));
    tauri::async_runtime::spawn(follow_home(app.clone()));
    tauri::async_runtime::spawn(follow_time(app.clone()));
}

/// The page asks for everything again.
pub(crate) fn read_again(app: &AppHandle) {
    tell(app, "connections_reset", ());
}

async fn follow_vault(app: AppHandle) {
    let mut vault = desk(&app).vault_changes();
    while vault.changed().await.is_ok() {
        let view = vault.borrow_and_update().clone();
        if let Some(view) = view {
            tell(&app, "vault", view);
        }
    }
}

async fn follow_home(app: AppHandle) {
    let home = desk(&app).opened().await;
    let mut changes = home.subscribe();
    if desk(&app).take_shown_empty() {
        read_again(&app);
    }
    loop {
        match changes.recv().await {
            Ok(Changed::Connection(id)) => tell_connection(&app, &home, id).await,
            Ok(Changed::Servers) => tell_servers(&app, &home).await,
            Ok(Changed::Apps) => tell(&app, "apps", ()),
            Ok(Changed::Vault) => desk(&app).set_vault(home.vault_view()),
            Ok(Changed::Many) | Err(RecvError::Lagged(_)) => read_again(&app),
            Err(RecvError::Closed) => return,
        }
    }
}

async fn follow_time(app: AppHandle) {
    let desk = desk(&app);
    let mut clocks = Clocks::new(desk.now());
    let mut said = Instant::now();
    loop {
        let visible = is_visible(&app).await;
        desk.woken(if visible { LOOK } else { TICK }).await;
        let jumped = clocks.jumped(desk.now());
        let tick = jumped || said.elapsed() >= TICK;
        if tick {
            said = Instant::now();
            tell(&app, "now", desk.now());
        }
        if jumped {
            read_again(&app);
        }
        if let (Some(home), true) = (desk.open_home(), visible) {
            let written = home.changes().await.is_ok_and(|changes| desk.counts(changes));
            if tick || written {
                tell_differences(&app, &desk, &home).await;
            }
        }
    }
}

async fn tell_differences(app: &AppHandle, desk: &Desk, home: &Home) {
    let mut comparing = desk.shown().compare();
    if home.each_view(|view| comparing.look(view)).await.is_err() {
        return;
    }
    let differences = comparing.end();
    if differences.many {
        return read_again(app);
    }
    desk.shown().take(&differences);
    for view in differences.changed {
        tell(app, "connection", view);
    }
    for id in differences.gone {
        // A removed connection can be looked at for seven days; an erased one only goes away by reading again.
        match home.view(ConnectionId(id)).await {
            Ok(view) => tell(app, "connection", view),
            Err(_) => read_again(app),
        }
    }
    tell_servers(app, home).await;
}

async fn tell_connection(app: &AppHandle, home: &Home, id: ConnectionId) {
    match home.view(id).await {
        Ok(view) => {
            desk(app).shown().tell(&view);
            tell(app, "connection", view);
        }
        Err(error) => tracing::warn!(code = %error.code(), "a changed connection could not be read"),
    }
}

async fn tell_servers(app: &AppHandle, home: &Home) {
    if let Ok(servers) = home.servers().await
        && desk(app).shown().tell_servers(&servers)
    {
        tell(app, "servers", servers);
    }
}

fn tell(app: &AppHandle, event: &str, payload: impl Serialize + Clone) {
    if let Err(error) = app.emit_to(MAIN, event, payload) {
        tracing::debug!(%error, event, "the page could not be told");
    }
}

async fn is_visible(app: &AppHandle) -> bool {
    let app = app.clone();
    // Asked of the thread that draws, which may be busy.
    let seen = tokio::task::spawn_blocking(move || {
        let window = app.get_webview_window(MAIN)?;
        Some(window.is_visible().ok()? && !window.is_minimized().ok()?)
    });
    seen.await.ok().flatten().unwrap_or(false)
}

fn desk(app: &AppHandle) -> Arc<Desk> {
    app.state::<Arc<Desk>>().inner().clone()
}

/// The wall clock beside the one that nobody turns and that stands still while the computer sleeps.
struct Clocks {
    wall: DateTime<Utc>,
    own: Instant,
}

impl Clocks {
    fn new(now: DateTime<Utc>) -> Self {
        Self { wall: now, own: Instant::now() }
    }

    fn jumped(&mut self, now: DateTime<Utc>) -> bool {
        let before = std::mem::replace(self, Self::new(now));
        let passed = TimeDelta::from_std(self.own - before.own).unwrap_or(TimeDelta::MAX);
        (now - before.wall - passed).abs() > JUMP
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_turned_clock_is_noticed_and_an_ordinary_one_is_not() {
        let start = DateTime::from_timestamp(1_800_000_000, 0).expect("a date");
        let mut clocks = Clocks::new(start);
        assert!(!clocks.jumped(start + TimeDelta::seconds(1)));
        assert!(clocks.jumped(start + TimeDelta::days(6)));
        assert!(clocks.jumped(start));
    }
}
