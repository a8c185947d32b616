//! A window whose keychain is missing, locked, hung or restarted waits and says so; nothing is lost, and it heals by
//! itself when the keychain does.

use chrono::TimeDelta;
use support::command::Stage;
use support::desktop::{Desktop, Keyring, Window, wait_for};

use crate::steps::{check, entry, keep, row, shot};

const BANNER: &str = "return !!document.querySelector('[data-testid=\"vault-banner\"]')";
const NO_BANNER: &str = "return !document.querySelector('[data-testid=\"vault-banner\"]')";

/// A desk with one connection, its window closed.
fn desk_with_anna() -> (Stage, Desktop, String) {
    let stage = Stage::new();
    let desktop = Desktop::start(&stage, "desk", Keyring::Unlocked);
    let window = desktop.open();
    check(&window, &stage, &stage.fake.issue_pair("anna"));
    keep(&window, "Anna");
    window.click("nav-connections");
    let id = row(&window);
    window.close();
    (stage, desktop, id)
}

/// What must be true once the keychain is back: the pair that was due is renewed, once, and kept.
fn healed(stage: &Stage, desktop: &Desktop, window: &Window<'_>, id: &str, before: &str) {
    window.wait("the banner to go", NO_BANNER);
    wait_for("the renewal", || !stage.fake.exchanges_ok().is_empty());
    wait_for("the renewed pair in the keychain", || entry(desktop, id).contains(id) && entry(desktop, id) != before);
    window.expect("row", "data-health", "healthy");
    assert_eq!(stage.fake.exchanges_ok().len(), 1);
    assert!(stage.fake.double_spends().is_empty());
}

#[test]
fn without_a_keychain_the_window_opens_and_says_what_to_do() {
    let stage = Stage::new();
    let desktop = Desktop::start(&stage, "desk", Keyring::Absent);
    let window = desktop.open();
    let banner = window.text("vault-banner");
    assert!(!banner.is_empty());
    shot(&window, "no-keychain");
    window.close();
}

#[test]
fn a_locked_keychain_shows_everything_else_and_heals_by_itself() {
    let (stage, desktop, id) = desk_with_anna();
    let before = entry(&desktop, &id);
    desktop.keychain().lock();
    let window = desktop.open();
    assert_eq!(row(&window), id, "facts need no keychain");
    window.wait("the banner while the system asks", BANNER);
    shot(&window, "keychain-asks");
    desktop.keychain().close_prompt();
    window.expect("vault-banner", "data-problem", "keychain_locked");
    let keychain = desktop.keychain();
    let listening = keychain.listen();
    stage.fake.advance(TimeDelta::days(8));
    for (language, word) in [("en", "locked"), ("ru", "заблокирован"), ("zh", "锁")] {
        window.click("nav-settings");
        window.select("language", language);
        window.wait("the language", &format!("return document.documentElement.lang.startsWith('{language}')"));
        window.click("nav-connections");
        assert!(window.text("vault-banner").contains(word), "{}", window.text("vault-banner"));
        shot(&window, &format!("locked-{language}"));
    }
    wait_for("some looks at the keychain", || listening.count("ReadAlias") > 5);
    assert_eq!(listening.count("Unlock"), 0, "something is due, and still no prompt comes back by itself");
    drop(listening);
    window.run("document.querySelector('[data-testid=\"row\"]').click()");
    window.click("renew");
    keychain.close_prompt();
    window.wait("a refusal in words", "return !!document.querySelector('[data-testid=\"toast\"]')");
    assert!(stage.fake.exchanges_ok().is_empty(), "nothing is spent that cannot be kept");
    window.click("nav-connections");

    keychain.unlock();
    healed(&stage, &desktop, &window, &id, &before);
    window.close();
}

#[test]
fn a_keychain_killed_under_the_window_is_noticed_and_heals_by_itself() {
    let (stage, desktop, id) = desk_with_anna();
    let before = entry(&desktop, &id);
    let window = desktop.open();
    window.wait("no banner", NO_BANNER);
    desktop.keychain().kill();
    stage.fake.advance(TimeDelta::days(8));
    // Nobody touches the window: the renewal that is due finds out.
    window.wait("the banner", BANNER);
    assert_eq!(row(&window), id);
    assert!(stage.fake.exchanges_ok().is_empty());
    shot(&window, "keychain-killed");

    desktop.keychain().unlock();
    healed(&stage, &desktop, &window, &id, &before);
    window.close();
}

#[test]
fn a_keychain_that_hangs_never_blocks_the_window() {
    let (stage, desktop, id) = desk_with_anna();
    let before = entry(&desktop, &id);
    let keychain = desktop.keychain();
    let hung = keychain.hang();
    let window = desktop.open();
    assert_eq!(row(&window), id, "facts need no keychain");
    window.wait("the banner", BANNER);
    // A request that waits for the keychain is under way while everything else goes on, Rust's side included.
    window.run("document.querySelector('[data-testid=\"row\"]').click()");
    window.click("test");
    for theme in ["dark", "light"] {
        window.click("nav-settings");
        window.select("theme", theme);
        window.wait("the theme", &format!("return document.documentElement.dataset.theme === '{theme}'"));
    }
    window.click("nav-connections");
    shot(&window, "keychain-hangs");
    stage.fake.advance(TimeDelta::days(8));
    drop(hung);
    healed(&stage, &desktop, &window, &id, &before);
    window.close();
}

#[test]
fn a_start_asks_the_keychain_three_times_at_most() {
    let (_stage, desktop, _) = desk_with_anna();
    let keychain = desktop.keychain();
    let listening = keychain.listen();
    let window = desktop.open();
    window.wait("the vault's first answer", NO_BANNER);
    wait_for("the keychain to be asked", || listening.count("SearchItems") > 0);
    window.close();
    let (looked, written) = (listening.count("SearchItems"), listening.count("CreateItem"));
    assert!(looked <= 3, "{looked} entries looked for, {written} written: {}", listening.heard());
}
