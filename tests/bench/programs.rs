//! The optimised programs that are measured, as `./dev bench` built them.

use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::time::Instant;

use support::desktop::Desktop;

/// The folder of the optimised programs, from `BULLA_BENCH_PROGRAMS`.
fn folder() -> PathBuf {
    std::env::var_os("BULLA_BENCH_PROGRAMS").map(PathBuf::from).expect("./dev bench says where the programs are")
}

pub(crate) fn bulla() -> PathBuf {
    folder().join("bulla")
}

pub(crate) fn window() -> PathBuf {
    folder().join("bulla-desktop")
}

pub(crate) fn blank_window() -> PathBuf {
    folder().join("examples/blank-window")
}

/// A desk of its own inside a session with a keychain.
pub(crate) struct Desk<'a> {
    pub(crate) session: &'a Desktop,
    pub(crate) home: PathBuf,
}

impl Desk<'_> {
    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        let mut command = self.session.inside(&bulla().display().to_string());
        command.arg("--home").arg(&self.home).args(arguments);
        command
    }

    /// Runs the command to its end, with this on stdin, and returns its stdout.
    ///
    /// # Panics
    /// When it fails.
    pub(crate) fn run(&self, arguments: &[&str], stdin: &str) -> String {
        let run = support::command::finish(self.command(arguments), stdin.as_bytes());
        run.ok()
    }
}

/// Milliseconds from start to end of a command that must succeed.
///
/// # Panics
/// When it fails.
pub(crate) fn time(mut command: Command) -> f64 {
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    let began = Instant::now();
    let status = command.status().expect("it starts");
    let took = began.elapsed();
    assert!(status.success(), "{command:?}");
    took.as_secs_f64() * 1000.0
}
