//! What the process does about itself: no memory on disk, no secrets in a panic, its own exit codes.

use std::io::Write;

use bulla_home::words::{self, Language};
use clap::CommandFactory;

use crate::cli::Cli;
use crate::say;

/// The exit code of a fault of Bulla's own, as Rust's panics have it.
const PANICKED: i32 = 101;
/// A monitoring plugin's "unknown": the convention wants it for wrong usage, where 2 would ring as critical.
pub(crate) const UNKNOWN: u8 = 3;

/// Tokens pass through this process's memory: a crash must not write it to disk.
pub(crate) fn keep_memory_private() {
    #[cfg(unix)]
    {
        use rustix::process::{Resource, Rlimit, setrlimit};
        let none = Rlimit { current: Some(0), maximum: Some(0) };
        if let Err(error) = setrlimit(Resource::Core, none) {
            tracing::debug!(%error, "core dumps could not be switched off");
        }
    }
}

/// A panic's message can hold what was being worked on, so only its place in our source is told.
pub(crate) fn hide_panics(language: Language) {
    std::panic::set_hook(Box::new(move |panic| {
        let place = panic.location().map(ToString::to_string).unwrap_or_default();
        let text = words::cli(language, say::PANICKED.name, &[("place", &place)]);
        let _ = writeln!(std::io::stderr(), "bulla: {text}");
        std::process::exit(PANICKED);
    }));
}

/// Says what clap found wrong, or the help that was asked for.
pub(crate) fn usage(error: &clap::Error) -> u8 {
    // A closed pipe is fine: nobody reads.
    let _ = error.print();
    match u8::try_from(error.exit_code()) {
        Ok(0) => 0,
        _ if asks_check() => UNKNOWN,
        _ => 2,
    }
}

fn asks_check() -> bool {
    let matches = Cli::command().ignore_errors(true).try_get_matches();
    matches.is_ok_and(|matches| matches.subcommand_name() == Some("check"))
}
