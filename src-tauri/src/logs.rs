//! What goes to stderr. Whatever `RUST_LOG` asks for, crates that are not ours say warnings and errors only: at
//! finer levels HTTP and D-Bus crates print what they carry.

use std::panic;

use tracing::Level;
use tracing_subscriber::filter::{EnvFilter, FilterExt, filter_fn};
use tracing_subscriber::prelude::*;

pub(crate) fn init() {
    let asked = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("warn,bulla=info"));
    let capped = filter_fn(|metadata| *metadata.level() <= Level::WARN || is_ours(metadata.target()));
    let lines = tracing_subscriber::fmt::layer().with_writer(std::io::stderr).with_filter(asked.and(capped));
    // A second call happens in tests only.
    let _ = tracing_subscriber::registry().with(lines).try_init();
    // A panic's text may quote what the code was working on.
    panic::set_hook(Box::new(|fault| {
        let place = fault.location().map(ToString::to_string).unwrap_or_default();
        tracing::error!(target: "bulla", place, "a fault of Bulla's own");
    }));
}

fn is_ours(target: &str) -> bool {
    target == "bulla" || target.starts_with("bulla_")
}

#[cfg(test)]
mod tests {
    use super::is_ours;

    #[test]
    fn only_our_crates_may_be_verbose() {
        assert!(is_ours("bulla_home::run") && is_ours("bulla"));
        assert!(!is_ours("zbus::connection") && !is_ours("hyper") && !is_ours("bullace::x"));
    }
}
