//! Steps of a person in the window that several tests take.

use std::path::PathBuf;
use std::process::Output;

use support::command::Stage;
use support::desktop::{Desktop, Window};
use support::huntflow::Pair;

/// Pictures of the real window, to be looked at.
pub(crate) fn shot(window: &Window<'_>, name: &str) {
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("shots");
    window.screenshot(&folder.join(format!("{name}.png")));
}

pub(crate) fn secret_tool(desktop: &Desktop, arguments: &[&str]) -> Output {
    desktop.inside("secret-tool").args(arguments).output().expect("secret-tool is installed by ./dev test")
}

/// The keychain's text of all entries whose attributes say they are this connection's.
pub(crate) fn entry(desktop: &Desktop, connection: &str) -> String {
    let found = secret_tool(desktop, &["search", "--all", "username", &format!("connection:{connection}")]);
    String::from_utf8_lossy(&found.stdout).into_owned() + &String::from_utf8_lossy(&found.stderr)
}

/// Pastes a new pair of Anna's and looks at what the desk says of it.
pub(crate) fn paste(window: &Window<'_>, stage: &Stage, label: &str) {
    let pair = stage.fake.issue_pair("anna");
    check(window, stage, &pair);
    assert!(window.text("identity").contains("Romashka"));
    shot(window, &format!("checked-{label}"));
    keep(window, label);
    window.click("nav-connections");
}

/// Types a pair in and has it checked.
pub(crate) fn check(window: &Window<'_>, stage: &Stage, pair: &Pair) {
    window.click("nav-add");
    window.click("provider-huntflow");
    window.fill("address", &stage.fake.base_url());
    window.fill("paste", &format!("access_token: {} refresh_token: {}", pair.access, pair.refresh));
    window.expect("look", "data-found", "pair");
    window.click("check");
    window.expect("check-result", "data-access", "alive");
}

/// Keeps what was checked.
pub(crate) fn keep(window: &Window<'_>, label: &str) {
    window.fill("label", label);
    window.click("save");
    window.wait("kept", "return !!document.querySelector('[data-testid=\"kept\"]')");
}

/// The id of the first connection, once it is shown.
pub(crate) fn row(window: &Window<'_>) -> String {
    window.wait("a row", "return document.querySelector('[data-testid=\"row\"]')?.dataset.id").as_str().expect("an id").to_owned()
}

/// Enrols a server and seals the connection for it. Returns the bundle's path.
pub(crate) fn hand_over(window: &Window<'_>, stage: &Stage, desktop: &Desktop, id: &str, language: &str) -> String {
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
