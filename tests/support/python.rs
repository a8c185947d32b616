//! Real Python programs for compatibility proofs: virtual environments that are made once and kept in the target folder.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// Every package of the official Huntflow client, with exact versions.
const HUNTFLOW_PINS: &str = include_str!("python/huntflow-requirements.txt");

/// Every package of Google's clients, with exact versions.
const GOOGLE_PINS: &str = include_str!("python/google-requirements.txt");

/// Every package of Feishu's client and of authlib, with exact versions.
const FEISHU_PINS: &str = include_str!("python/feishu-requirements.txt");

/// The virtual environment with the official Huntflow client.
pub fn huntflow_client() -> PathBuf {
    venv("huntflow", &pins(HUNTFLOW_PINS))
}

/// The virtual environment with google-auth and google-auth-oauthlib.
pub fn google_clients() -> PathBuf {
    venv("google", &pins(GOOGLE_PINS))
}

/// The virtual environment with lark-oapi and authlib.
pub fn feishu_clients() -> PathBuf {
    venv("feishu", &pins(FEISHU_PINS))
}

/// The requirement lines of a text, without comments and blank lines.
pub fn pins(text: &str) -> Vec<&str> {
    text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#')).collect()
}

/// The folder of a virtual environment with exactly these requirements, which must name every package that is needed.
/// It is made once, under a file lock, and made anew when the requirements change.
///
/// # Panics
/// When Python or the package index can't do it.
pub fn venv(name: &str, requirements: &[&str]) -> PathBuf {
    let folder = target_folder().join(format!("venv-{name}"));
    let lock = File::create(folder.with_extension("lock")).expect("the target folder can be written");
    lock.lock().expect("the file system knows locks");
    let ready = folder.join(".ready");
    let wanted = format!("{}\n{}\n", folder.display(), requirements.join("\n"));
    if fs::read_to_string(&ready).is_ok_and(|made| made == wanted) {
        return folder;
    }
    let python = if cfg!(windows) { "python" } else { "python3" };
    succeed(Command::new(python).args(["-m", "venv", "--clear"]).arg(&folder));
    let pip = ["-m", "pip", "install", "--quiet", "--no-input", "--disable-pip-version-check", "--no-deps"];
    succeed(Command::new(interpreter(&folder)).args(pip).args(requirements));
    succeed(Command::new(interpreter(&folder)).args(["-m", "pip", "check"]));
    fs::write(&ready, wanted).expect("the target folder can be written");
    folder
}

/// Runs a script to its end. It reaches 127.0.0.1 without any proxy.
///
/// # Panics
/// When it can't be started.
pub fn run(venv: &Path, script: &Path, args: &[&str]) -> Output {
    let mut command = command(venv, script);
    command.args(args);
    command.output().unwrap_or_else(|e| panic!("{command:?}: {e}"))
}

/// The command that runs a script, for [`crate::conversation::Conversation`]. It reaches 127.0.0.1 without any proxy.
pub fn command(venv: &Path, script: &Path) -> Command {
    let mut command = Command::new(interpreter(venv));
    command.arg("-I").arg(script).env("NO_PROXY", "127.0.0.1,localhost");
    command
}

/// A script that lies in `tests/support/python/`.
pub fn script(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("support/python").join(name)
}

/// The Python of a virtual environment.
pub fn interpreter(venv: &Path) -> PathBuf {
    if cfg!(windows) { venv.join("Scripts/python.exe") } else { venv.join("bin/python") }
}

/// The folder that cargo builds into: the running test lies in its `debug/deps`.
pub(crate) fn target_folder() -> PathBuf {
    let running = std::env::current_exe().expect("the test's own path");
    running.ancestors().nth(3).expect("target/<profile>/deps/<test>").to_path_buf()
}

pub(crate) fn succeed(command: &mut Command) {
    let output = command.output().unwrap_or_else(|e| panic!("{command:?}: {e}"));
    let said = [output.stdout, output.stderr].concat();
    assert!(output.status.success(), "{command:?}: {}", String::from_utf8_lossy(&said));
}
