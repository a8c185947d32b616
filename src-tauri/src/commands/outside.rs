//! What the page asks the rest of the desktop to show.

use std::path::Path;

use bulla_core::{Error, ErrorCode, Result};
use tauri::{AppHandle, command};
use tauri_plugin_opener::OpenerExt;

use super::Desk;
use crate::desk::download_folder;
use crate::error::{Answer, fault, refused};

#[command]
pub(crate) async fn open_folder(app: AppHandle, path: String) -> Answer<()> {
    let shown = tokio::task::spawn_blocking(move || {
        let bundle = a_bundle_of_ours(Path::new(&path))?;
        let opener = app.opener();
        // Without a file manager on the bus, at least the folder.
        let folder = || opener.open_path(download_folder().display().to_string(), None::<&str>);
        opener.reveal_item_in_dir(bundle).or_else(|_| folder()).map_err(fault)
    });
    shown.await.map_err(fault).flatten().map_err(refused)
}

#[command]
pub(crate) async fn open_link(desk: Desk<'_>, app: AppHandle, which: String) -> Answer<()> {
    let russian = desk.settings().await.language == "ru";
    let url = link(&which, russian).map_err(refused)?;
    app.opener().open_url(url, None::<&str>).map_err(|error| refused(fault(error)))
}

/// The page names a link; only these exist.
fn link(which: &str, russian: bool) -> Result<&'static str> {
    match (which, russian) {
        ("google_clients", _) => Ok("https://console.cloud.google.com/auth/clients"),
        ("google_audience", _) => Ok("https://console.cloud.google.com/auth/audience"),
        ("google_apis", _) => Ok("https://console.cloud.google.com/apis/library"),
        ("google_permissions", _) => Ok("https://myaccount.google.com/permissions"),
        ("feishu_console", _) => Ok("https://open.feishu.cn/app"),
        ("lark_console", _) => Ok("https://open.larksuite.com/app"),
        ("highlevel_apps", _) => Ok("https://marketplace.gohighlevel.com/"),
        ("huntflow_tokens_help", true) => Ok("https://github.com/huntflow/api/blob/HEAD/ru/token.md"),
        ("huntflow_tokens_help", false) => Ok("https://github.com/huntflow/api/blob/HEAD/en/token.md"),
        _ => Err(ErrorCode::NotFound.into()),
    }
}

/// The page may show the bundles it was told about, not wander through the disk.
fn a_bundle_of_ours(path: &Path) -> Result<&Path> {
    let ours = path.extension().is_some_and(|end| end == "bulla") && path.parent() == Some(&download_folder());
    if ours && path.is_file() { Ok(path) } else { Err(Error::new(ErrorCode::FileUnreadable)) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_are_named_and_https() {
        for russian in [true, false] {
            assert!(link("huntflow_tokens_help", russian).expect("known").starts_with("https://"));
        }
        assert!(link("https://example.com", false).is_err());
        // The page shows the addresses it names: both lists are one.
        let page = include_str!("../../../ui/src/state/console.ts");
        let named = page.lines().filter_map(|line| line.trim().strip_suffix("',")?.split_once(": 'https://"));
        let named: Vec<_> = named.collect();
        assert_eq!(named.len(), 7, "{named:?}");
        for (name, address) in named {
            assert_eq!(link(name, false).expect(name), format!("https://{address}"));
        }
    }

    #[test]
    fn only_bundles_in_the_download_folder_are_shown() {
        assert!(a_bundle_of_ours(Path::new("/etc/passwd")).is_err());
        assert!(a_bundle_of_ours(&download_folder().join("../x.bulla")).is_err());
    }
}
