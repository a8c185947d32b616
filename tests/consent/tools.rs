//! The tools themselves do what the other tests rely on.

use std::process::Command;

use support::browser::Browser;
use support::oidc::{OidcOptions, OidcServer};
use support::opener::Opener;
use support::processes;

#[test]
fn the_opener_is_handed_one_address_and_shows_what_came_along() {
    let opener = Opener::new();
    let url = "http://127.0.0.1/o/auth?scope=a%20b&state=x'y\"z$(id)";
    let mut program = Command::new("xdg-open");
    program.arg(url).env_clear().env("PATH", opener.path()).env("LANG", "C.UTF-8").env("EMPTY", "");
    assert!(program.status().expect("it is found").success());
    let opened = opener.opened();
    assert_eq!((opened.program.as_str(), opened.url()), ("xdg-open", url));
    opened.assert_nothing_of_ours();
    assert!(opened.environment.contains(&("EMPTY".to_owned(), String::new())), "{opened:?}");

    let leaky = Opener::without_browser();
    let status = Command::new("xdg-open").arg(url).env("PATH", leaky.path()).env("BULLA_PLANTED", "x").status();
    assert_eq!(status.expect("it is found").code(), Some(3));
    let opened = leaky.opened();
    assert!(std::panic::catch_unwind(|| opened.assert_nothing_of_ours()).is_err(), "{opened:?}");
}

#[test]
fn nothing_of_browser_and_server_is_left_running() {
    let server = OidcServer::start(&OidcOptions::default());
    let address = server.authority().to_owned();
    let browser = Browser::start();
    browser.open(&format!("{}/device", server.issuer()));
    let profile = browser.profile().display().to_string();
    assert!(processes::with_argument(&profile).len() > 2, "driver and browser");
    drop((browser, server));
    assert_eq!(processes::with_argument(&profile), [0; 0]);
    std::net::TcpStream::connect(address).expect_err("nobody listens");
}
