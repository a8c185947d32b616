//! One connection: look, test, renew, name, remove, and the two ways to see its access token.

use bulla_core::{AccessToken, Ask, ConnectionId};
use bulla_home::words::Language;
use bulla_home::{ConnectionDetail, ConnectionView};
use tauri::{AppHandle, WebviewWindow, command};

use super::Desk;
use crate::clipboard;
use crate::error::{Answer, fault, refused};
use crate::reveal::{self, Reveal};
use crate::words::Words;

#[command]
pub(crate) async fn connection(desk: Desk<'_>, id: ConnectionId) -> Answer<ConnectionDetail> {
    desk.work(|home| async move { home.detail(id).await }).await
}

#[command]
pub(crate) async fn connection_test(desk: Desk<'_>, id: ConnectionId) -> Answer<ConnectionView> {
    desk.work(|home| async move { home.test(id).await }).await
}

#[command]
pub(crate) async fn connection_renew(desk: Desk<'_>, id: ConnectionId) -> Answer<ConnectionView> {
    desk.work(|home| async move { Ok(home.refresh(id).await?.view) }).await
}

#[command]
pub(crate) async fn connection_rename(desk: Desk<'_>, id: ConnectionId, label: String) -> Answer<ConnectionView> {
    desk.work(|home| async move { home.rename(id, &label).await }).await
}

#[command]
pub(crate) async fn connection_set_person(desk: Desk<'_>, id: ConnectionId, person: Option<String>) -> Answer<ConnectionView> {
    desk.work(|home| async move { home.set_person(id, person).await }).await
}

#[command]
pub(crate) async fn connection_remove(desk: Desk<'_>, id: ConnectionId) -> Answer<ConnectionView> {
    desk.work(|home| async move { home.remove(id).await }).await
}

#[command]
pub(crate) async fn connection_restore(desk: Desk<'_>, id: ConnectionId) -> Answer<ConnectionView> {
    desk.work(|home| async move { home.restore(id).await }).await
}

#[command]
pub(crate) async fn connection_copy(desk: Desk<'_>, app: AppHandle, id: ConnectionId) -> Answer<()> {
    let token = access_token(&desk, id, false).await?;
    clipboard::copy(&app, token).await.map_err(refused)
}

#[command]
pub(crate) async fn connection_reveal(desk: Desk<'_>, window: WebviewWindow, id: ConnectionId) -> Answer<()> {
    let label = desk.work(|home| async move { Ok(home.view(id).await?.label) }).await?;
    let token = access_token(&desk, id, true).await?;
    let words = Words::in_language(language(&desk).await);
    reveal::show(&window, Reveal { label, token, words }).map_err(|error| refused(fault(error)))
}

#[command]
pub(crate) async fn alias_set(desk: Desk<'_>, name: String, id: ConnectionId) -> Answer<ConnectionView> {
    desk.work(|home| async move { home.set_alias(&name, id).await }).await
}

#[command]
pub(crate) async fn alias_remove(desk: Desk<'_>, name: String) -> Answer<()> {
    desk.work(|home| async move { home.remove_alias(&name).await }).await
}

/// Recorded before anybody sees it: an unrecorded look must not be possible.
async fn access_token(desk: &Desk<'_>, id: ConnectionId, revealed: bool) -> Answer<AccessToken> {
    let taken = desk.work(|home| async move {
        let handout = home.token(id, Ask::default()).await?;
        home.noted_copy(id, revealed).await?;
        Ok(handout.token)
    });
    taken.await
}

pub(super) async fn language(desk: &Desk<'_>) -> Language {
    let chosen = desk.settings().await.language;
    Language::parse(&chosen).or_else(|| Language::parse(&desk.look.language())).unwrap_or(Language::En)
}
