//! The access token on the clipboard: marked as a secret for history keepers, gone after 30 seconds and on exit, but
//! only if nobody has copied something else meanwhile.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use bulla_core::{AccessToken, Result};
use sha2::{Digest, Sha256};
use tauri::{AppHandle, Manager};
use tauri_plugin_clipboard_manager::ClipboardExt;
use zeroize::Zeroizing;

use crate::error::fault;

const STAYS: Duration = Duration::from_secs(30);
/// Another program that owns the clipboard may never answer; then it is not our content that lies there.
const PATIENCE: Duration = Duration::from_secs(2);

/// What lies on the clipboard by our doing.
#[derive(Default)]
pub(crate) struct Clipboard {
    ours: Mutex<Ours>,
}

#[derive(Default)]
struct Ours {
    digest: Option<[u8; 32]>,
    /// Counts copies, so that an earlier timer leaves a later copy alone.
    copies: u64,
}

impl Clipboard {
    fn ours<T>(&self, change: impl FnOnce(&mut Ours) -> T) -> T {
        change(&mut self.ours.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// Puts the token there and takes it away again later.
pub(crate) async fn copy(app: &AppHandle, token: AccessToken) -> Result<()> {
    let digest = token.digest();
    on_own_thread(app, move |app| app.clipboard().write_secret(token.expose())).await?.map_err(fault)?;
    let copy = app.state::<Clipboard>().ours(|ours| {
        ours.digest = Some(digest);
        ours.copies += 1;
        ours.copies
    });
    let app = app.clone();
    tauri::async_runtime::spawn(async move {
        tokio::time::sleep(STAYS).await;
        if app.state::<Clipboard>().ours(|ours| ours.copies == copy) {
            clear_ours(&app).await;
        }
    });
    Ok(())
}

/// Puts the address of a consent there. It is of no use to anybody once the consent has ended, so it may stay.
pub(crate) async fn copy_link(app: &AppHandle, address: &str) -> Result<()> {
    let address = address.to_owned();
    on_own_thread(app, move |app| app.clipboard().write_text(address)).await?.map_err(fault)
}

/// Empties it if our token is still there.
pub(crate) async fn clear_ours(app: &AppHandle) {
    let Some(digest) = app.state::<Clipboard>().ours(|ours| ours.digest.take()) else { return };
    let cleared = on_own_thread(app, move |app| {
        let text = Zeroizing::new(app.clipboard().read_text()?);
        let still_ours = <[u8; 32]>::from(Sha256::digest(text.as_bytes())) == digest;
        if still_ours { app.clipboard().clear() } else { Ok(()) }
    });
    match tokio::time::timeout(PATIENCE, cleared).await {
        Ok(Ok(Ok(()))) => {}
        // An image, or nothing, is not our token either.
        Ok(Ok(Err(error))) => tracing::debug!(%error, "the clipboard was not cleared"),
        Ok(Err(_)) | Err(_) => tracing::warn!("the clipboard did not answer"),
    }
}

/// Empties it whatever is there: the person asked for it after pasting a pair.
pub(crate) async fn clear(app: &AppHandle) -> Result<()> {
    on_own_thread(app, |app| app.clipboard().clear()).await?.map_err(fault)
}

/// The clipboard may belong to our own page, which answers from the thread that draws: never wait for it there.
async fn on_own_thread<T: Send + 'static>(app: &AppHandle, task: impl FnOnce(&AppHandle) -> T + Send + 'static) -> Result<T> {
    let app = app.clone();
    tokio::task::spawn_blocking(move || task(&app)).await.map_err(fault)
}
