//! What the figures were measured on.

use std::process::Command;

use serde_json::{Value, json};

/// The computer and the versions that matter.
pub(crate) fn describe() -> Value {
    let cpu = std::fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let model =
        cpu.lines().find_map(|line| line.strip_prefix("model name")).map(|rest| rest.trim_start_matches([' ', '\t', ':']));
    let memory = std::fs::read_to_string("/proc/meminfo").unwrap_or_default();
    json!({
        "cpu": model,
        "cores": std::thread::available_parallelism().map(usize::from).unwrap_or_default(),
        "memory": memory.lines().next().map(|line| line.trim_start_matches("MemTotal:").trim()),
        "kernel": said("uname", &["-sr"]),
        "rustc": said("rustc", &["--version"]),
        "webkit2gtk": said("pkg-config", &["--modversion", "webkit2gtk-4.1"]),
        "gnome-keyring": said("gnome-keyring-daemon", &["--version"]).lines().next(),
        "commit": said("git", &["rev-parse", "--short", "HEAD"]),
        "display": "Xvfb, no compositor",
        "build": "release, thin LTO",
    })
}

fn said(program: &str, arguments: &[&str]) -> String {
    let output = Command::new(program).args(arguments).output();
    output.map(|output| String::from_utf8_lossy(&output.stdout).trim().to_owned()).unwrap_or_default()
}
