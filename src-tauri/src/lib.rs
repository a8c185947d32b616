//! The thin desktop shell: a window, and the commands and events that tie its page to [`bulla_home::Home`].
//!
//! It decides nothing about tokens. Invariants it guards:
//! * the page never receives a token: commands answer with views, copying and revealing are done here;
//! * the page may call the commands of `command_list.rs` and listen to events, nothing else;
//! * nothing here waits for the keychain on the thread that draws;
//! * what is started from here (WebKit, browser, file manager) inherits neither `ENCRYPTION_KEY` nor `BULLA_*`.

mod clipboard;
mod commands;
mod consents;
mod desk;
mod error;
mod events;
mod logs;
mod look;
mod reveal;
mod shown;
mod start;
mod window;
mod words;

use std::process::ExitCode;
use std::sync::Arc;

use clap::Parser;
use tauri::{AppHandle, Manager, RunEvent};

use desk::Desk;
use start::Options;

include!("command_list.rs");

/// Memory is wiped when it is freed: pasted text passes through buffers that are not ours to wipe.
#[global_allocator]
static ALLOCATOR: zeroizing_alloc::ZeroAlloc<std::alloc::System> = zeroizing_alloc::ZeroAlloc(std::alloc::System);

/// Opens the window and stays until it is closed.
#[must_use]
pub fn run() -> ExitCode {
    start::forbid_core_dumps();
    logs::init();
    let options = Options::parse();
    if let Err(error) = start::with_clean_environment(&options) {
        tracing::error!(%error, "could not start with a clean environment");
        return ExitCode::FAILURE;
    }
    if !start::has_display() {
        tracing::error!("there is no display: start Bulla in a desktop session, or use the `bulla` command");
        return ExitCode::FAILURE;
    }
    match build(&options) {
        Ok(app) => {
            app.run(on_event);
            ExitCode::SUCCESS
        }
        Err(error) => {
            tracing::error!(%error, "the window could not be opened");
            ExitCode::FAILURE
        }
    }
}

macro_rules! handler {
    ($($name:ident),*) => { tauri::generate_handler![$(commands::$name),*] };
}

fn build(options: &Options) -> tauri::Result<tauri::App> {
    let desk = Arc::new(Desk::new(options));
    // The home opens while the web view starts; both take their time.
    tauri::async_runtime::spawn(events::keep_open(desk.clone()));
    let mut builder = tauri::Builder::default();
    if let Some(one_window) = window::one_per_home(desk.folder()) {
        builder = builder.plugin(one_window);
    }
    builder = builder.plugin(tauri_plugin_clipboard_manager::init()).plugin(tauri_plugin_opener::init());
    #[cfg(not(target_os = "linux"))]
    {
        builder = builder.plugin(tauri_plugin_dialog::init());
    }
    builder
        .manage(desk)
        .manage(clipboard::Clipboard::default())
        .manage(consents::Consents::default())
        .invoke_handler(with_commands!(handler))
        .setup(|app| {
            window::open(app.handle())?;
            events::follow(app.handle());
            tauri::async_runtime::spawn(close_when_told(app.handle().clone()));
            Ok(())
        })
        .build(tauri::generate_context!())
}

fn on_event(app: &AppHandle, event: RunEvent) {
    if let RunEvent::ExitRequested { api, code, .. } = event
        && app.state::<Arc<Desk>>().begins_closing()
    {
        // The window is gone at once; an exchange under way is finished first, or its outcome would be in doubt.
        api.prevent_exit();
        let app = app.clone();
        tauri::async_runtime::spawn(async move {
            clipboard::clear_ours(&app).await;
            app.state::<Arc<Desk>>().close().await;
            app.exit(code.unwrap_or_default());
        });
    }
}

/// Logging out sends a signal; what is under way is finished then too.
async fn close_when_told(app: AppHandle) {
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        let (Ok(mut terminate), Ok(mut interrupt)) = (signal(SignalKind::terminate()), signal(SignalKind::interrupt())) else {
            return;
        };
        tokio::select! { _ = terminate.recv() => {} _ = interrupt.recv() => {} }
        app.exit(0);
    }
    #[cfg(not(unix))]
    drop(app);
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    macro_rules! names {
        ($($name:ident),*) => { [$(stringify!($name)),*] };
    }

    /// Nothing but our commands and listening to events: no fs, shell, dialog, opener or clipboard for the page.
    #[test]
    fn the_page_may_call_exactly_the_listed_commands() {
        let capability: Value = serde_json::from_str(include_str!("../capabilities/main.json")).expect("JSON");
        let granted: Vec<_> =
            capability["permissions"].as_array().expect("a list").iter().map(|p| p.as_str().expect("a name")).collect();
        let mut wanted = vec!["core:event:allow-listen".to_owned(), "core:event:allow-unlisten".to_owned()];
        wanted.extend(with_commands!(names).iter().map(|name| format!("allow-{}", name.replace('_', "-"))));
        assert_eq!(granted, wanted);
        assert_eq!(capability["windows"], serde_json::json!(["main"]));
        assert!(capability.get("remote").is_none());
    }

    #[test]
    fn there_is_one_capability_file_and_the_configuration_is_strict() {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/src-tauri/capabilities");
        assert_eq!(std::fs::read_dir(folder).expect("the folder").count(), 1);
        let config: Value = serde_json::from_str(include_str!("../../tauri.conf.json")).expect("JSON");
        let app = &config["app"];
        assert_eq!(app["withGlobalTauri"], false);
        assert_eq!(app["security"]["freezePrototype"], true);
        assert_eq!(app["security"]["capabilities"], serde_json::json!(["main"]));
        let csp = app["security"]["csp"].as_str().expect("a policy");
        assert!(csp.contains("default-src 'self'") && !csp.contains("unsafe"));
        assert!(config["build"].get("devUrl").is_none(), "a plain cargo build must embed ui/dist");
    }
}
