//! The one window: what it looks like before its page does, and where its page may not go.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use bulla_home::default_folder;
use sha2::{Digest, Sha256};
use tauri::plugin::TauriPlugin;
use tauri::webview::NewWindowResponse;
use tauri::{AppHandle, Manager, Theme, Url, WebviewUrl, WebviewWindow, WebviewWindowBuilder, WindowEvent, Wry};
use tokio::time::timeout;

use crate::desk::Desk;
use crate::events;

pub(crate) const MAIN: &str = "main";

/// The home is usually open by now; a window in the wrong colours for a moment is better than a late one.
const FOR_SETTINGS: Duration = Duration::from_millis(50);

pub(crate) fn open(app: &AppHandle) -> tauri::Result<()> {
    let desk = app.state::<Arc<Desk>>().inner().clone();
    let chosen = tauri::async_runtime::block_on(async {
        let _ = timeout(FOR_SETTINGS, desk.home()).await;
        desk.settings().await.theme
    });
    let gtk_dark = gtk_is_dark();
    let window = WebviewWindowBuilder::new(app, MAIN, WebviewUrl::default())
        .title("Bulla")
        .inner_size(1180.0, 760.0)
        .min_inner_size(900.0, 600.0)
        .center()
        .visible(false)
        // Nothing of the page is kept on disk. A WebDriver needs the lasting context.
        .incognito(std::env::var_os("TAURI_WEBVIEW_AUTOMATION").is_none())
        // A file dropped on the page is the page's to read, as in a file field.
        .disable_drag_drop_handler()
        .on_navigation(is_the_app)
        .on_new_window(|_, _| NewWindowResponse::Deny)
        .on_download(|_, _| false)
        .build()?;
    desk.look.set_dark(gtk_dark || window.theme().is_ok_and(|theme| theme == Theme::Dark));
    wear(&window, &desk, &chosen);
    // Shown in the page's colours, so that neither theme flashes the other.
    window.show()?;
    let told = app.clone();
    window.on_window_event(move |event| on_event(&told, event));
    Ok(())
}

/// Follows the person's choice. The page cannot see through a forced theme what the desktop wants; we tell it.
pub(crate) fn wear(window: &WebviewWindow, desk: &Desk, theme: &str) {
    let system = if desk.look.is_dark() { Theme::Dark } else { Theme::Light };
    let forced = match theme {
        "dark" => Some(Theme::Dark),
        "light" => Some(Theme::Light),
        // GTK takes "none" for light.
        _ => cfg!(target_os = "linux").then_some(system),
    };
    let worn = window.set_theme(forced).and_then(|()| window.set_background_color(Some(desk.look.background(theme))));
    if let Err(error) = worn {
        tracing::warn!(%error, "the window's colours could not be set");
    }
}

/// A second start shows the first window. Not a lock: without D-Bus both run, and the home's own locks hold.
/// Each home has its own window, so that a demonstration can run beside the real one.
pub(crate) fn one_per_home(folder: &Path) -> Option<TauriPlugin<Wry>> {
    let usual = folder == default_folder();
    if !usual && !cfg!(target_os = "linux") {
        return None;
    }
    let show = |app: &AppHandle, _: Vec<String>, _: String| {
        if let Some(window) = app.get_webview_window(MAIN) {
            let _ = window.unminimize().and_then(|()| window.show()).and_then(|()| window.set_focus());
        }
    };
    let one = tauri_plugin_single_instance::Builder::new().callback(show);
    Some(if usual { one.build() } else { one.dbus_id(name_of(folder)).build() })
}

fn name_of(folder: &Path) -> String {
    let digest = Sha256::digest(folder.as_os_str().as_encoded_bytes());
    let short = digest.iter().take(8).fold(0u64, |number, byte| number << 8 | u64::from(*byte));
    format!("app.bulla.desktop.h{short:016x}")
}

fn on_event(app: &AppHandle, event: &WindowEvent) {
    let desk = app.state::<Arc<Desk>>();
    match event {
        WindowEvent::Focused(true) => desk.wake(),
        WindowEvent::ThemeChanged(theme) => {
            let (app, desk, dark) = (app.clone(), desk.inner().clone(), *theme == Theme::Dark);
            tauri::async_runtime::spawn(async move {
                // Our own forcing of a theme comes back as this event too.
                if desk.settings().await.theme == "system" && desk.look.set_dark(dark) {
                    events::read_again(&app);
                }
            });
        }
        _ => {}
    }
}

/// Links are opened by the system's browser, by name, from Rust; the page itself never leaves the app.
fn is_the_app(url: &Url) -> bool {
    let embedded = match url.scheme() {
        "tauri" => url.host_str() == Some("localhost"),
        "http" | "https" => cfg!(windows) && url.host_str() == Some("tauri.localhost"),
        _ => false,
    };
    let developed = tauri::is_dev() && url.host_str() == Some("localhost") && url.port() == Some(1420);
    embedded || developed
}

/// Desktops without a settings portal say it in GTK's own settings.
#[cfg(target_os = "linux")]
fn gtk_is_dark() -> bool {
    use gtk::prelude::GtkSettingsExt;
    gtk::Settings::default().is_some_and(|settings| {
        let named = settings.gtk_theme_name().is_some_and(|name| name.to_lowercase().ends_with("-dark"));
        settings.is_gtk_application_prefer_dark_theme() || named
    })
}

#[cfg(not(target_os = "linux"))]
fn gtk_is_dark() -> bool {
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_page_stays_in_the_app() {
        let allowed = |text: &str| is_the_app(&Url::parse(text).expect("a URL"));
        assert!(allowed("tauri://localhost/index.html"));
        for elsewhere in ["https://example.com/", "http://localhost/", "tauri://evil/", "file:///etc/passwd", "data:text/html,x"]
        {
            assert!(!allowed(elsewhere), "{elsewhere}");
        }
    }

    #[test]
    fn homes_have_their_own_windows() {
        assert_ne!(name_of(Path::new("/a")), name_of(Path::new("/b")));
        assert!(name_of(Path::new("/a")).len() < 255);
    }
}
