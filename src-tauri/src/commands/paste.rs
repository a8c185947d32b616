//! The paste desk: the one way in for tokens.

use bulla_core::ConnectionId;
use bulla_home::{ConnectionView, EnvironmentView, KeepRequest, PasteCheck, PasteFinding, PasteInput};
use serde::Deserialize;
use tauri::{AppHandle, command};

use super::Desk;
use crate::clipboard;
use crate::error::{Answer, refused};

/// What was pasted. Not printable; freed memory is wiped by the allocator.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct PasteRequest {
    text: String,
    access: String,
    refresh: String,
    api_key: String,
}

impl From<PasteRequest> for PasteInput {
    fn from(request: PasteRequest) -> Self {
        let PasteRequest { text, access, refresh, api_key } = request;
        Self { text: text.into(), access: access.into(), refresh: refresh.into(), api_key: api_key.into() }
    }
}

#[command]
pub(crate) async fn environment(address: String) -> Answer<EnvironmentView> {
    bulla_home::environment(&address).map_err(refused)
}

#[command]
pub(crate) async fn paste_look(request: PasteRequest) -> Answer<PasteFinding> {
    Ok(bulla_home::look(&request.into()))
}

#[command]
pub(crate) async fn paste_check(
    desk: Desk<'_>,
    request: PasteRequest,
    base_url: String,
    replaces: Option<ConnectionId>,
) -> Answer<PasteCheck> {
    desk.work(|home| async move { home.check_paste(&request.into(), &base_url, replaces).await }).await
}

#[command]
pub(crate) async fn paste_keep(
    desk: Desk<'_>,
    request: PasteRequest,
    base_url: String,
    label: String,
    person: Option<String>,
    replaces: Option<ConnectionId>,
    confirmed_other_person: bool,
) -> Answer<ConnectionView> {
    let paste = request.into();
    let keep = KeepRequest { paste, base_url, label, person, replaces, confirmed_other_person, same_label_replaces: false };
    desk.work(|home| async move { Ok(home.keep(keep).await?.view) }).await
}

#[command]
pub(crate) async fn clipboard_clear(app: AppHandle) -> Answer<()> {
    clipboard::clear(&app).await.map_err(refused)
}
