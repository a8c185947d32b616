//! Logs, on stderr. `RUST_LOG` speaks for Bulla's own crates only: others could print what they are given, and stay at
//! WARN whatever it says.

use std::str::FromStr;

use tracing_subscriber::filter::{LevelFilter, Targets};
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;

/// How the names of our modules begin: the crates, and the command itself.
const OURS: [&str; 2] = ["bulla_", "bulla::"];
const FOREIGN: LevelFilter = LevelFilter::WARN;
const UNLESS_ASKED: LevelFilter = LevelFilter::WARN;

pub(crate) fn start() {
    let asked = std::env::var("RUST_LOG").unwrap_or_default();
    let written = tracing_subscriber::fmt::layer().with_writer(std::io::stderr).with_ansi(false);
    // Somebody else's subscriber cannot be there; if it were, its rules would stand.
    let _ = tracing_subscriber::registry().with(filter(&asked)).with(written).try_init();
}

fn filter(asked: &str) -> Targets {
    let mut ours = UNLESS_ASKED;
    let mut closer = Vec::new();
    for directive in asked.split(',').map(str::trim).filter(|directive| !directive.is_empty()) {
        let (target, level) = match directive.split_once('=') {
            Some((target, level)) => (target, LevelFilter::from_str(level).ok()),
            None if is_ours(directive) => (directive, Some(LevelFilter::TRACE)),
            None => ("bulla", LevelFilter::from_str(directive).ok()),
        };
        match level {
            Some(level) if target == "bulla" => ours = level,
            Some(level) if is_ours(target) => closer.push((target.to_owned(), level)),
            _ => {}
        }
    }
    // The longest target wins, so these hold where nothing closer was asked.
    let targets = Targets::new().with_default(FOREIGN).with_targets(OURS.map(|target| (target, ours)));
    targets.with_targets(closer)
}

fn is_ours(target: &str) -> bool {
    target == "bulla" || OURS.iter().any(|ours| target.starts_with(ours))
}

#[cfg(test)]
mod tests {
    use tracing::Level;

    use super::*;

    #[test]
    fn ours_follow_what_is_asked() {
        assert!(!filter("").would_enable("bulla_core::keeper", &Level::INFO));
        assert!(filter("").would_enable("bulla_core::keeper", &Level::WARN));
        assert!(filter("trace").would_enable("bulla_store", &Level::TRACE));
        assert!(filter("off,bulla_store=debug").would_enable("bulla_store::vault", &Level::DEBUG));
        assert!(!filter("off,bulla_store=debug").would_enable("bulla_core", &Level::ERROR));
        assert!(filter("bulla_core").would_enable("bulla_core", &Level::TRACE));
        assert!(filter("bulla=info").would_enable("bulla_home", &Level::INFO));
    }

    #[test]
    fn others_never_say_more_than_warnings() {
        for asked in ["trace", "hyper=trace,reqwest=debug", "bullanot=trace", "zbus", "sqlx=trace,trace"] {
            let filter = filter(asked);
            for target in ["hyper::proto", "reqwest::connect", "rustls", "zbus", "sqlx::query", "bullanot"] {
                assert!(filter.would_enable(target, &Level::WARN));
                assert!(!filter.would_enable(target, &Level::INFO), "{asked} {target}");
            }
        }
    }
}
