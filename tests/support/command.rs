//! Running the real `bulla` command against a home of its own.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use tempfile::TempDir;

use crate::huntflow::{ClockFile, FakeHuntflow, Pair, RateLimit};

/// The binary under test: `BULLA_TEST_BIN`, else `bulla` beside the test's own target folder.
pub fn bulla() -> PathBuf {
    std::env::var_os("BULLA_TEST_BIN").map_or_else(|| beside_tests("bulla"), PathBuf::from)
}

/// A binary built into the same target folder as the running test.
pub fn beside_tests(name: &str) -> PathBuf {
    let test = std::env::current_exe().expect("the test's own path");
    let folder = test.parent().and_then(Path::parent).expect("target/<profile>/deps/<test>");
    let path = folder.join(name);
    assert!(path.exists(), "{} is missing: run ./dev test, or build it with --features test-hooks", path.display());
    path
}

/// Homes, a fake Huntflow and a clock file that all of them follow.
pub struct Stage {
    pub fake: FakeHuntflow,
    pub clock: ClockFile,
    pub folder: TempDir,
}

/// What a run of the command printed.
#[derive(Debug)]
pub struct Run {
    pub code: Option<i32>,
    pub stdout: String,
    pub stderr: String,
}

impl Run {
    /// # Panics
    /// When the command failed.
    pub fn ok(self) -> String {
        assert_eq!(self.code, Some(0), "stdout: {}\nstderr: {}", self.stdout, self.stderr);
        self.stdout
    }

    /// The error's code, from `--json`.
    ///
    /// # Panics
    /// When it did not fail with exit code 1 and an object on stdout.
    pub fn error_code(self) -> String {
        assert_eq!(self.code, Some(1), "stdout: {}\nstderr: {}", self.stdout, self.stderr);
        let object: serde_json::Value = serde_json::from_str(&self.stdout).unwrap_or_else(|_| panic!("no JSON: {}", self.stdout));
        object["code"].as_str().expect("a code").to_owned()
    }

    pub fn json(self) -> serde_json::Value {
        serde_json::from_str(&self.ok()).expect("JSON on stdout")
    }
}

impl Default for Stage {
    fn default() -> Self {
        Self::new()
    }
}

impl Stage {
    /// # Panics
    /// When no temporary folder can be made.
    pub fn new() -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let file = folder.path().join("clock");
        let clock = ClockFile::new(&file);
        clock.write(chrono::TimeDelta::zero());
        let fake = FakeHuntflow::options().clock_file(&file).rate_limit(RateLimit::Off).start();
        Self { fake, clock, folder }
    }

    /// The folder of a home by a short name.
    pub fn home(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// A command on a home, not started yet: a sealed-file vault, our clock, English, and none of the tester's variables.
    pub fn command(&self, home: &str, arguments: &[&str]) -> Command {
        let mut command = Command::new(bulla());
        command
            .env_clear()
            .env("PATH", std::env::var_os("PATH").unwrap_or_default())
            .env("HOME", self.folder.path())
            .env("LANG", "C.UTF-8")
            .env("BULLA_TEST_CLOCK", self.clock.path())
            .arg("--home")
            .arg(self.home(home))
            .args(["--vault", "file"])
            .args(arguments);
        command
    }

    /// Runs a command with nothing on stdin.
    pub fn run(&self, home: &str, arguments: &[&str]) -> Run {
        self.run_with(home, arguments, b"")
    }

    /// Runs a command with this on stdin.
    pub fn run_with(&self, home: &str, arguments: &[&str], stdin: &[u8]) -> Run {
        finish(self.command(home, arguments), stdin)
    }

    /// Pastes a pair under a label.
    pub fn add(&self, home: &str, label: &str, pair: &Pair) -> Run {
        let text = format!("{{\"access_token\":\"{}\",\"refresh_token\":\"{}\"}}", pair.access, pair.refresh);
        self.run_with(home, &["add", "huntflow", "--label", label, "--base-url", &self.fake.base_url()], text.as_bytes())
    }
}

/// Runs a prepared command to its end.
///
/// # Panics
/// When it cannot be started.
pub fn finish(mut command: Command, stdin: &[u8]) -> Run {
    let mut child =
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("the command starts");
    // A command that refuses early closes its end: that is its right.
    let _ = child.stdin.take().expect("piped").write_all(stdin);
    let Output { status, stdout, stderr } = child.wait_with_output().expect("the command ends");
    Run {
        code: status.code(),
        stdout: String::from_utf8_lossy(&stdout).into_owned(),
        stderr: String::from_utf8_lossy(&stderr).into_owned(),
    }
}
