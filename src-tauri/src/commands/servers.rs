//! The servers this desk knows.

use bulla_home::{CardInspection, EnrolView, ServerView};
use tauri::command;

use super::Desk;
use crate::error::Answer;

#[command]
pub(crate) async fn servers(desk: Desk<'_>) -> Answer<Vec<ServerView>> {
    desk.work(|home| async move { home.servers().await }).await
}

#[command]
pub(crate) async fn enrol(desk: Desk<'_>) -> Answer<EnrolView> {
    desk.work(|home| async move { home.enrol_command().await }).await
}

#[command]
pub(crate) async fn card_inspect(desk: Desk<'_>, card: String) -> Answer<CardInspection> {
    desk.work(|home| async move { home.inspect_card(&card).await }).await
}

#[command]
pub(crate) async fn server_add(desk: Desk<'_>, card: String) -> Answer<ServerView> {
    desk.work(|home| async move { home.add_server(&card).await }).await
}
