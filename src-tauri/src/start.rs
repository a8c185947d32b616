//! Before the window: options, limits of the process, and the environment that everything started from here inherits.

use std::ffi::OsStr;
use std::io;
use std::path::PathBuf;

use bulla_home::VaultKind;
use clap::Parser;

/// The desktop window of Bulla.
#[derive(Debug, Clone, Default, Parser)]
#[command(name = "bulla-desktop", version, about)]
pub(crate) struct Options {
    /// The data folder, in place of the platform's.
    #[arg(long, value_name = "DIR", env = "BULLA_HOME")]
    pub(crate) home: Option<PathBuf>,
    /// Where a new home keeps credentials: keychain or file.
    #[arg(long, value_name = "KIND", env = "BULLA_VAULT", value_parser = vault_kind)]
    pub(crate) vault: Option<VaultKind>,
    /// The language for `system`, in place of the desktop's.
    #[arg(long, value_name = "TAG", env = "BULLA_LANG")]
    pub(crate) language: Option<String>,
}

/// A secret itself.
const KEY: &str = "ENCRYPTION_KEY";
/// Where the secret lies; the vault reads this one.
const KEY_FILE: &str = "BULLA_KEY_FILE";
/// Without it WebKit shows an empty window on many graphics drivers (tauri#9394).
const DMABUF: &str = "WEBKIT_DISABLE_DMABUF_RENDERER";

impl Options {
    #[cfg(unix)]
    fn arguments(&self) -> Vec<std::ffi::OsString> {
        let mut arguments = Vec::new();
        let mut option = |name: &str, value: Option<&OsStr>| {
            if let Some(value) = value.filter(|value| !value.is_empty()) {
                arguments.extend([name.into(), value.to_owned()]);
            }
        };
        option("--home", self.home.as_ref().map(|folder| folder.as_os_str()));
        option("--vault", self.vault.map(|kind| OsStr::new(kind.as_str())));
        option("--language", self.language.as_deref().map(OsStr::new));
        arguments
    }
}

/// No memory image with tokens in it when something crashes. The process stays traceable on purpose: making it
/// undumpable breaks the portals' file dialogs without a word.
pub(crate) fn forbid_core_dumps() {
    #[cfg(unix)]
    {
        use rustix::process::{Resource, Rlimit, setrlimit};
        // Lowering one's own limit is always allowed.
        let _ = setrlimit(Resource::Core, Rlimit { current: Some(0), maximum: Some(0) });
    }
}

/// Starts this program again in the same process if its environment holds what children must not see, or lacks what
/// WebKit needs: `set_var` would be unsafe, and the first environment stays readable in `/proc`. A key goes on through a
/// pipe on standard input, which is empty once read, so that nothing started later can read it.
///
/// The desktop entry and `./dev` set WebKit's variable, so the usual start happens once.
#[cfg(unix)]
pub(crate) fn with_clean_environment(options: &Options) -> io::Result<()> {
    use std::os::unix::process::CommandExt;

    let hidden: Vec<_> = std::env::vars_os().map(|(name, _)| name).filter(|name| is_ours(name)).collect();
    let lacks_dmabuf = cfg!(target_os = "linux") && std::env::var_os(DMABUF).is_none();
    if hidden.is_empty() && !lacks_dmabuf {
        return Ok(());
    }
    let mut again = std::process::Command::new(std::env::current_exe()?);
    again.args(options.arguments());
    for name in &hidden {
        again.env_remove(name);
    }
    if lacks_dmabuf {
        again.env(DMABUF, "1");
    }
    let key = std::env::var_os(KEY).filter(|_| std::env::var_os(KEY_FILE).is_none());
    if let Some(key) = key {
        again.env(KEY_FILE, "/dev/stdin").stdin(carried(&key)?);
    }
    Err(again.exec())
}

/// Elsewhere a process cannot be replaced, and WebKit's variable means nothing.
#[cfg(not(unix))]
#[expect(clippy::unnecessary_wraps, reason = "fails on the platforms that can do it")]
pub(crate) fn with_clean_environment(_: &Options) -> io::Result<()> {
    Ok(())
}

/// Everything of Bulla's, except what names a file and the hooks of test builds, which are read for as long as they run.
fn is_ours(name: &OsStr) -> bool {
    let name = name.to_string_lossy();
    let hook = cfg!(feature = "test-hooks") && (name.starts_with("BULLA_TEST_") || name == "BULLA_CRASH_AT");
    name == KEY || (name.starts_with("BULLA_") && name != KEY_FILE && !hook)
}

#[cfg(unix)]
fn carried(key: &OsStr) -> io::Result<io::PipeReader> {
    use std::io::Write;

    let (reader, mut writer) = io::pipe()?;
    writer.write_all(key.as_encoded_bytes())?;
    Ok(reader)
}

/// Whether a window can be shown at all; GTK would abort.
pub(crate) fn has_display() -> bool {
    let set = |name| std::env::var_os(name).is_some_and(|value| !value.is_empty());
    !cfg!(target_os = "linux") || set("DISPLAY") || set("WAYLAND_DISPLAY")
}

fn vault_kind(text: &str) -> Result<VaultKind, String> {
    text.parse().map_err(|_| "keychain or file".to_owned())
}

#[cfg(all(test, unix))]
mod tests {
    use std::io::Read;

    use super::*;

    #[test]
    fn options_survive_a_start_with_another_environment() {
        let options = Options { home: Some("/a b".into()), vault: Some(VaultKind::File), language: Some("ru".into()) };
        let again = Options::parse_from(std::iter::once("bulla-desktop".into()).chain(options.arguments()));
        assert_eq!((again.home, again.vault, again.language), (options.home, options.vault, options.language));
    }

    #[test]
    fn secrets_and_settings_of_ours_are_hidden_from_children() {
        assert!(is_ours(OsStr::new(KEY)) && is_ours(OsStr::new("BULLA_HOME")));
        assert!(!is_ours(OsStr::new("PATH")) && !is_ours(OsStr::new("LANG")));
    }

    #[test]
    fn a_key_travels_through_the_pipe_once() {
        let mut reader = carried(OsStr::new("c2VjcmV0")).expect("a pipe");
        let mut text = String::new();
        reader.read_to_string(&mut text).expect("text");
        assert_eq!(text, "c2VjcmV0");
        assert_eq!(reader.read(&mut [0; 8]).expect("the end"), 0);
    }
}
