//! Consents begun in the real window, given in a real Chromium, at a real authorization server.

use chrono::TimeDelta;
use support::browser::Browser;
use support::command::Stage;
use support::desktop::{Desktop, Keyring, Window, wait_for};
use support::oidc::{CLIENT, OidcOptions, OidcServer};
use support::opener::Opener;

use crate::steps::{entry, row, shot};

/// Opens the wizard for any OAuth server, with the app already kept, and begins a consent under this label.
fn begin(window: &Window<'_>, server: &OidcServer, label: &str) {
    window.click("nav-add");
    window.click("provider-oidc");
    let kept = "return !!document.querySelector('[data-testid=\"app-choice\"], [data-testid=\"issuer\"]')";
    window.wait("the app's step", kept);
    if window.run("return !document.querySelector('[data-testid=\"app-choice\"]')") == true {
        window.fill("issuer", server.issuer());
        window.fill("client-id", CLIENT);
        window.click("add-app");
        window.wait("the app", "return !!document.querySelector('[data-testid=\"app-choice\"]:checked')");
    }
    window.fill("label", label);
    window.wait("the button", "return !document.querySelector('[data-testid=\"open-browser\"]')?.disabled");
    window.click("open-browser");
    window.wait("the wait", "return !!document.querySelector('[data-testid=\"waiting\"]')");
}

fn sign_in(browser: &Browser, person: &str) {
    browser.fill("#person", person);
    browser.click("#sign-in");
}

/// The address that was opened last.
fn address(opener: &Opener, nth: usize) -> String {
    let mut seen = Vec::new();
    wait_for("an address to open", || {
        seen = opener.all();
        seen.len() == nth
    });
    for opened in &seen {
        opened.assert_nothing_of_ours();
    }
    // In no particular order: the one nobody has seen yet is told by its state.
    seen.iter().map(|opened| opened.url().to_owned()).next_back().expect("an address")
}

#[test]
fn a_consent_becomes_a_row_whose_tokens_are_in_the_keychain_and_renew_by_themselves() {
    let (stage, opener, server) = (Stage::new(), Opener::new(), OidcServer::start(&OidcOptions::default()));
    let desktop = Desktop::start_with(&stage, "desk", Keyring::Unlocked, &[("PATH", &opener.path())]);
    let window = desktop.open();
    begin(&window, &server, "Server");
    shot(&window, "consent-waiting");
    let browser = Browser::start();
    browser.open(&address(&opener, 1));
    sign_in(&browser, "anna");
    browser.click("#allow");
    browser.reads("h1", "Done in the browser");
    window.expect("ended", "data-state", "kept");
    assert!(window.text("ended-who").contains("anna@example.com"), "{}", window.text("ended-who"));
    shot(&window, "consent-kept");

    window.click("nav-connections");
    let id = row(&window);
    window.expect("row", "data-health", "healthy");
    let kept = entry(&desktop, &id);
    assert!(kept.contains(&id), "secret-tool sees the entry: {kept}");
    let page = window.run("return document.documentElement.outerHTML");
    let mut command = desktop.inside(&support::command::bulla().display().to_string());
    command.env("BULLA_TEST_CLOCK", stage.clock.path()).arg("--home").arg(stage.home("desk")).args(["token", "Server"]);
    let token = support::command::finish(command, b"").ok();
    assert!(server.is_alive(token.trim()) && !page.to_string().contains(token.trim()));

    stage.fake.advance(TimeDelta::hours(1));
    wait_for("the renewed pair in the keychain", || entry(&desktop, &id) != kept);
    assert!(server.families_revoked().is_empty());
    window.run("document.querySelector('[data-testid=\"row\"]').click()");
    window.wait("what was granted", "return !!document.querySelector('[data-testid=\"grant\"]')");
    shot(&window, "consent-connection");
    window.close();
}

#[test]
fn a_denial_and_a_cancel_are_said_and_the_next_try_works() {
    let (stage, opener, server) = (Stage::new(), Opener::new(), OidcServer::start(&OidcOptions::default()));
    let desktop = Desktop::start_with(&stage, "desk", Keyring::Unlocked, &[("PATH", &opener.path())]);
    let window = desktop.open();
    begin(&window, &server, "Server");
    window.click("consent-cancel");
    window.expect("ended", "data-state", "failed");
    begin(&window, &server, "Server");
    let all = || opener.all().into_iter().map(|opened| opened.url().to_owned()).collect::<Vec<_>>();
    wait_for("the second address", || all().len() == 2);
    let browser = Browser::start();
    // The one that was cancelled is over: its port answers nobody. The other one is the one to decline.
    let alive = all().into_iter().find(|url| listens(url)).expect("a consent that is waited for");
    browser.open(&alive);
    sign_in(&browser, "anna");
    browser.click("#deny");
    window.expect("ended", "data-state", "failed");
    shot(&window, "consent-declined");
    window.click("nav-connections");
    window.wait("nothing was kept", "return !!document.querySelector('[data-testid=\"empty\"]')");
    window.close();
}

/// Whether somebody waits at the address where the browser would come back to.
fn listens(url: &str) -> bool {
    let url = url::Url::parse(url).expect("an address");
    let redirect = url.query_pairs().find(|(name, _)| name == "redirect_uri").expect("a redirect").1.into_owned();
    let redirect = url::Url::parse(&redirect).expect("an address");
    std::net::TcpStream::connect(("127.0.0.1", redirect.port().expect("a port"))).is_ok()
}
