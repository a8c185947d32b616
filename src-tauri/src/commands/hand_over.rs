//! Handing over and taking back.

use std::path::{Path, PathBuf};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bulla_core::{ConnectionId, Error, ErrorCode, Fingerprint, Result};
use bulla_home::{AppliedView, ConnectionView, Home, SealedView};
use chrono::{DateTime, Local, TimeDelta, Utc};
use tauri::command;

use super::Desk;
use crate::desk::download_folder;
use crate::error::Answer;

#[command]
pub(crate) async fn seal(desk: Desk<'_>, server: String, ids: Vec<ConnectionId>, expires_hours: u32) -> Answer<SealedView> {
    let now = desk.now();
    let life = TimeDelta::hours(i64::from(expires_hours));
    let sealed = desk.work(|home| async move {
        let recipient = Fingerprint::new(server);
        let file = bundle_file(&server_name(&home, &recipient).await?, now);
        home.seal(&recipient, &ids, life, &file).await
    });
    sealed.await
}

#[command]
pub(crate) async fn receipt(desk: Desk<'_>, text: String) -> Answer<AppliedView> {
    desk.work(|home| async move { home.apply_receipt(&text).await }).await
}

#[command]
pub(crate) async fn recall(desk: Desk<'_>, id: ConnectionId, force: bool) -> Answer<ConnectionView> {
    desk.work(|home| async move { home.recall(id, force).await }).await
}

#[command]
pub(crate) async fn take_back(desk: Desk<'_>, bundle: String) -> Answer<AppliedView> {
    let taken = desk.work(|home| async move {
        let bytes = STANDARD.decode(bundle.trim()).map_err(|_| Error::new(ErrorCode::BundleDamaged))?;
        Ok(home.open_bundle(&bytes).await?.view)
    });
    taken.await
}

async fn server_name(home: &Home, recipient: &Fingerprint) -> Result<String> {
    let servers = home.servers().await?;
    let server = servers.into_iter().find(|server| server.fingerprint == recipient.as_str());
    server.map(|server| server.name).ok_or_else(|| ErrorCode::ServerNotFound.into())
}

/// A free name in the folder where people look for files. The home refuses to overwrite one, whatever happens meanwhile.
fn bundle_file(server: &str, now: DateTime<Utc>) -> PathBuf {
    let stem = bundle_stem(server, now.with_timezone(&Local).format("%Y%m%d-%H%M").to_string().as_str());
    free_file(&download_folder(), &stem)
}

fn bundle_stem(server: &str, moment: &str) -> String {
    const LONGEST: usize = 40;
    let plain = |c: char| if c.is_alphanumeric() || matches!(c, '-' | '_') { c } else { '-' };
    let server: String = server.chars().take(LONGEST).map(plain).collect();
    format!("bulla-{server}-{moment}")
}

fn free_file(folder: &Path, stem: &str) -> PathBuf {
    let first = folder.join(format!("{stem}.bulla"));
    let others = (2..).map(|number| folder.join(format!("{stem}-{number}.bulla")));
    std::iter::once(first).chain(others).find(|file| !file.exists()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_server_name_cannot_leave_the_folder() {
        assert_eq!(bundle_stem("../../etc/пр од", "20270102-0304"), "bulla-------etc-пр-од-20270102-0304");
    }

    #[test]
    fn a_bundle_never_takes_the_place_of_another() {
        let folder = std::env::temp_dir().join(format!("bulla-desktop-test-{}", std::process::id()));
        std::fs::create_dir_all(&folder).expect("a folder");
        let first = free_file(&folder, "bulla-a");
        std::fs::write(&first, b"").expect("a file");
        assert_eq!(free_file(&folder, "bulla-a"), folder.join("bulla-a-2.bulla"));
        std::fs::remove_dir_all(&folder).expect("removed");
    }
}
