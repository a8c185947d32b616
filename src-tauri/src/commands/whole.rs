//! The window as a whole: its first answer, settings, the vault.

use bulla_home::{ConnectionView, SettingsView, Snapshot, VaultView};
use tauri::{WebviewWindow, command};

use super::Desk;
use crate::error::Answer;
use crate::window::wear;

#[command]
pub(crate) async fn snapshot(desk: Desk<'_>) -> Answer<Snapshot> {
    desk.snapshot().await
}

#[command]
pub(crate) async fn rows(desk: Desk<'_>, from: usize) -> Answer<Vec<ConnectionView>> {
    desk.rows(from).await
}

#[command]
pub(crate) async fn settings_set(desk: Desk<'_>, window: WebviewWindow, language: String, theme: String) -> Answer<SettingsView> {
    let settings = desk.choose(SettingsView { language, theme }).await?;
    wear(&window, &desk, &settings.theme);
    Ok(settings)
}

#[command]
pub(crate) async fn vault_now(desk: Desk<'_>) -> Answer<VaultView> {
    Ok(desk.vault_now().await)
}

#[command]
pub(crate) async fn vault_retry(desk: Desk<'_>) -> Answer<VaultView> {
    // Whether it opened is what the vault says next.
    let _ = desk.open().await;
    Ok(desk.ask_vault().await)
}
