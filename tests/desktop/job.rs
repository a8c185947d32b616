//! The whole job, from paste to take-back, in the window.

use std::path::PathBuf;
use std::process::Output;

use chrono::TimeDelta;
use support::command::Stage;
use support::desktop::{Desktop, Keyring, Window, wait_for};
use support::huntflow::Organisation;

/// Pictures of the real window, to be looked at.
fn shot(window: &Window<'_>, name: &str) {
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("shots");
    window.screenshot(&folder.join(format!("{name}.png")));
}

fn secret_tool(desktop: &Desktop, arguments: &[&str]) -> Output {
    desktop.inside("secret-tool").args(arguments).output().expect("secret-tool is installed by ./dev test")
}

/// The keychain's text of all entries whose attributes say they are this connection's.
fn entry(desktop: &Desktop, connection: &str) -> String {
    let found = secret_tool(desktop, &["search", "--all", "username", &format!("connection:{connection}")]);
    String::from_utf8_lossy(&found.stdout).into_owned() + &String::from_utf8_lossy(&found.stderr)
}

fn paste(window: &Window<'_>, stage: &Stage, label: &str) {
    let pair = stage.fake.issue_pair("anna");
    window.click("nav-add");
    window.click("provider-huntflow");
    window.fill("address", &stage.fake.base_url());
    window.fill("paste", &format!("access_token: {} refresh_token: {}", pair.access, pair.refresh));
    window.expect("look", "data-found", "pair");
    window.click("check");
    window.expect("check-result", "data-access", "alive");
    assert!(window.text("identity").contains("Romashka"));
    shot(window, &format!("checked-{label}"));
    window.fill("label", label);
    window.click("save");
    window.wait("kept", "return !!document.querySelector('[data-testid=\"kept\"]')");
    window.click("nav-connections");
}

fn row(window: &Window<'_>) -> String {
    window.wait("a row", "return document.querySelector('[data-testid=\"row\"]')?.dataset.id").as_str().expect("an id").to_owned()
}

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

fn hand_over(window: &Window<'_>, stage: &Stage, desktop: &Desktop, id: &str, language: &str) -> String {
    window.click("nav-servers");
    window.click("enrol");
    let command = window.text("enrol-command");
    let card = command.rsplit(' ').next().expect("the desk's card");
    let reply = stage.run("server", &["agent", "enrol", "--sender", card, "--name", "web-1"]);
    let words = reply.stderr.clone();
    window.fill("card", reply.ok().trim());
    window.text("words");
    let listed =
        "return [...document.querySelectorAll('[data-testid=\"words\"] li')].map((word) => word.textContent.trim()).join(' ')";
    let shown = window.run(listed).as_str().expect("text").to_owned();
    assert_eq!(shown.split(' ').count(), 8, "{shown}");
    for word in shown.split(' ') {
        assert!(words.contains(word), "both sides show {word}: {words}");
    }
    shot(window, &format!("words-{language}"));
    window.click("words-match");
    window.wait("the server", "return !!document.querySelector('[data-testid=\"server\"][data-name=\"web-1\"]')");
    window.click("handover-start");
    window.run("const s = document.querySelector('[data-testid=\"handover-server\"]'); if (s && !s.value) { s.selectedIndex = s.options.length - 1; s.dispatchEvent(new Event('change', {bubbles: true})) }");
    window.wait("the pick", &format!("const p = document.querySelector('[data-testid=\"pick\"][value=\"{id}\"]'); if (p && !p.checked) p.click(); return !!p?.checked"));
    window.click("seal");
    let path = window.text("sealed-path");
    shot(window, &format!("sealed-{language}"));
    assert!(path.starts_with(&desktop.downloads().display().to_string()), "{path}");
    path
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
