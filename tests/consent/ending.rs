//! Consents that end otherwise: declined, too late, cancelled, refused by the server's own page.

use std::time::Duration;

use bulla_core::ErrorCode;
use bulla_providers::consent::{Issuer, Limits, LoopbackHost, Ports, Redirect};
use support::oidc::Event;

use crate::scene::{Scene, assert_closed, pages};

fn codes_granted(scene: &Scene) -> usize {
    scene.server.events().iter().filter(|event| matches!(event, Event::Granted { .. })).count()
}

#[test]
fn a_person_who_denies_on_either_page_has_declined() {
    let scene = Scene::new();
    for signed_in in [false, true] {
        let waiting = scene.ask();
        scene.browser.open(&waiting.url);
        if signed_in {
            scene.sign_in("anna");
            scene.browser.wait("#allow");
        }
        scene.browser.click("#deny");
        scene.browser.reads("h1", "Вы отказали");
        let redirect = waiting.redirect.clone();
        assert_eq!(waiting.failed(), ErrorCode::ConsentDeclined);
        assert_closed(&redirect);
    }
    assert_eq!(codes_granted(&scene), 0);
}

#[test]
fn who_agrees_too_late_finds_nobody_and_the_code_is_never_used() {
    let scene = Scene::new();
    let waiting = scene.ask_with(&scene.request(), pages("ru"), Limits { flow: Duration::from_millis(100), ..Limits::default() });
    let (url, redirect) = (waiting.url.clone(), waiting.redirect.clone());
    assert_eq!(waiting.failed(), ErrorCode::ConsentTimedOut);
    scene.agree(&url, "anna");
    scene.server.wait_for("the late code", |event| matches!(event, Event::Answered { .. }));
    scene.finds("ERR_CONNECTION_");
    assert!(scene.browser.url().starts_with(redirect.as_str()), "{}", scene.browser.url());
    assert_eq!(codes_granted(&scene), 0);
}

#[test]
fn who_cancels_in_the_program_closes_the_port_under_the_open_page() {
    let scene = Scene::new();
    let waiting = scene.ask();
    scene.browser.open(&waiting.url);
    scene.sign_in("anna");
    scene.browser.wait("#allow");
    let redirect = waiting.redirect.clone();
    waiting.handle.cancel();
    assert_eq!(waiting.failed(), ErrorCode::ConsentCancelled);
    assert_closed(&redirect);
    scene.browser.click("#allow");
    scene.finds("ERR_CONNECTION_");
    assert_eq!(codes_granted(&scene), 0);
}

#[test]
fn an_address_the_server_does_not_know_shows_its_own_page_and_the_flow_waits_on() {
    let scene = Scene::new();
    let mut request = scene.request();
    request.redirect = Redirect::new(LoopbackHost::V4, Ports::Any, "/unregistered").expect("a redirect address");
    let waiting = scene.ask_with(&request, pages("ru"), Limits::default());
    scene.browser.open(&waiting.url);
    scene.browser.reads("#error", "invalid_redirect_uri");
    scene
        .server
        .wait_for("the refusal", |event| matches!(event, Event::Refused { error, .. } if error == "invalid_redirect_uri"));
    assert!(waiting.is_waited_for());
    waiting.handle.cancel();
    assert_eq!(waiting.failed(), ErrorCode::ConsentCancelled);
}

#[test]
fn an_answer_of_another_issuer_is_not_believed() {
    let scene = Scene::new();
    let mut request = scene.request();
    request.issuer = Issuer::Always("https://accounts.example".to_owned());
    let waiting = scene.ask_with(&request, pages("ru"), Limits::default());
    scene.agree(&waiting.url, "anna");
    scene.browser.reads("h1", "Этот вход уже не ждут");
    let pasted = waiting.handle.paste(&scene.browser.url());
    assert_eq!(pasted.expect_err("refused").code(), ErrorCode::IssuerMismatch);
    assert!(waiting.is_waited_for());
    waiting.handle.cancel();
    assert_eq!(waiting.failed(), ErrorCode::ConsentCancelled);
}
