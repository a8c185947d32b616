//! The whole job, from paste to take-back, in the window.

use chrono::TimeDelta;
use support::command::Stage;
use support::desktop::{Desktop, Keyring, wait_for};
use support::huntflow::Organisation;

use crate::steps::{entry, hand_over, paste, row, shot};

fn whole_job(language: &str) {
    let stage = Stage::new();
    stage.fake.set_organisations("anna", vec![Organisation::new(7, "Romashka")]);
    let desktop = Desktop::start(&stage, "desk", Keyring::Unlocked);
    let window = desktop.open();
    window.click("nav-settings");
    window.select("language", language);
    window.wait("the language", &format!("return document.documentElement.lang.startsWith('{language}')"));
    window.click("nav-connections");
    window.wait("the empty desk", "return !!document.querySelector('[data-testid=\"empty\"]')");
    shot(&window, &format!("empty-{language}"));

    paste(&window, &stage, "Anna");
    let id = row(&window);
    shot(&window, &format!("connections-{language}"));
    let kept = entry(&desktop, &id);
    assert!(kept.contains(&id), "secret-tool sees the entry: {kept}");
    window.close();

    let window = desktop.open();
    assert_eq!(row(&window), id, "still there after a restart");
    stage.fake.advance(TimeDelta::days(8));
    wait_for("the renewal by itself", || !stage.fake.exchanges_ok().is_empty());
    wait_for("the renewed pair in the keychain", || entry(&desktop, &id) != kept);
    window.run("document.querySelector('[data-testid=\"row\"]').click()");
    window.wait("history", "return !!document.querySelector('[data-kind=\"renewed\"]')");
    shot(&window, &format!("connection-{language}"));

    let bundle = hand_over(&window, &stage, &desktop, &id, language);
    let receipt = stage.run("server", &["agent", "open", &bundle]).ok();
    window.click("nav-servers");
    window.fill("receipt", receipt.trim());
    window.click("receipt-apply");
    window.wait("the receipt", "return !!document.querySelector('[data-testid=\"receipt-result\"]')");
    shot(&window, &format!("servers-{language}"));
    wait_for("the desk's copy to be erased", || !entry(&desktop, &id).contains(&id));
    window.click("nav-connections");
    window.expect("row", "data-health", "held");

    let back = stage.folder.path().join("back.bulla");
    stage.run("server", &["agent", "return", "Anna", "-o", &back.display().to_string()]).ok();
    window.click("nav-servers");
    window.choose_file("take-back", &back);
    window.wait("the take-back", "return !!document.querySelector('[data-testid=\"take-back-result\"]')");
    window.click("nav-connections");
    window.expect("row", "data-health", "healthy");
    assert!(entry(&desktop, &id).contains(&id), "in the keychain again");
    assert!(stage.fake.double_spends().is_empty());
    window.close();
}

#[test]
fn in_english() {
    whole_job("en");
}

#[test]
fn in_russian() {
    whole_job("ru");
}

#[test]
fn in_chinese() {
    whole_job("zh");
}
