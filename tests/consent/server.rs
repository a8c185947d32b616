//! What later tests rely on of the server, by itself: the device flow, refusals, a name nobody has.

use support::browser::Browser;
use support::oidc::{Event, OidcOptions, OidcServer};

#[test]
fn a_device_is_connected_by_its_code_or_refused() {
    let server = OidcServer::start(&OidcOptions::default());
    let browser = Browser::start();
    let client = server.client();
    let start = || server.start_device(client, "openid email offline_access").json();
    let text = |value: &serde_json::Value, name: &str| value[name].as_str().expect(name).to_owned();

    let device = start();
    let code = text(&device, "device_code");
    assert_eq!(server.ask_for_device(client, &code).json()["error"], "authorization_pending");
    browser.open(&text(&device, "verification_uri"));
    browser.fill("[name=user_code]", &text(&device, "user_code"));
    browser.click("#continue");
    browser.reads("#code", &text(&device, "user_code"));
    browser.click("#confirm");
    browser.fill("#person", "boris");
    browser.click("#sign-in");
    browser.click("#allow");
    browser.wait("#done");
    let answer = server.ask_for_device(client, &code);
    assert_eq!(answer.status, 200, "{answer:?}");
    assert!(server.is_alive(&text(&answer.json(), "refresh_token")));
    assert_eq!(server.userinfo(&text(&answer.json(), "access_token")).json()["sub"], "boris");

    let refused = start();
    browser.open(&text(&refused, "verification_uri_complete"));
    browser.click("#abort");
    browser.wait("#refused");
    assert_eq!(server.ask_for_device(client, &text(&refused, "device_code")).json()["error"], "access_denied");
}

#[test]
fn a_name_nobody_has_is_asked_for_again() {
    let server = OidcServer::start(&OidcOptions::default());
    let browser = Browser::start();
    let device = server.start_device(server.client(), "openid").json();
    browser.open(device["verification_uri_complete"].as_str().expect("an address"));
    browser.click("#confirm");
    browser.fill("#person", "nobody");
    browser.click("#sign-in");
    browser.wait("#refused");
    browser.fill("#person", "anna@example.com");
    browser.click("#sign-in");
    browser.reads("#person", "anna@example.com");
}

#[test]
fn no_event_holds_a_token_and_no_defect_was_told() {
    let server = OidcServer::start(&OidcOptions::default());
    let client = server.client();
    let refused = server.refresh(client, "planted-refresh-token");
    assert_eq!((refused.status, &refused.json()["error"]), (400, &"invalid_grant".into()));
    let stranger = support::oidc::Client::confidential("bulla", "planted-secret");
    assert_eq!(server.refresh(&stranger, "planted-refresh-token").status, 401);
    server.wait_for("the second refusal", |event| matches!(event, Event::Refused { error, .. } if error == "invalid_client"));
    let told = format!("{:?}", server.events());
    assert!(!told.contains("planted"), "{told}");
    assert!(!server.events().iter().any(|event| matches!(event, Event::Fault { .. })), "{told}");
}
