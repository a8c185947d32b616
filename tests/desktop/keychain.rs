//! A window whose keychain is missing, locked or restarted waits and says so; nothing is lost.

use support::command::Stage;
use support::desktop::{Desktop, Keyring};

#[test]
fn without_a_keychain_the_window_opens_and_says_what_to_do() {
    let stage = Stage::new();
    let desktop = Desktop::start(&stage, "desk", Keyring::Absent);
    let window = desktop.open();
    let banner = window.text("vault-banner");
    assert!(!banner.is_empty());
    let folder = std::path::PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("shots");
    window.screenshot(&folder.join("no-keychain.png"));
    window.close();
}
