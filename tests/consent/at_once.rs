//! Several consents at a time, and a browser on another computer.

use bulla_core::ErrorCode;

use support::browser::Browser;

use crate::scene::{Scene, assert_closed, tokens};

#[test]
fn two_consents_in_two_tabs_come_back_each_to_its_own_flow() {
    let scene = Scene::new();
    let (one, other) = (scene.ask(), scene.ask());
    assert_ne!(one.redirect, other.redirect);
    scene.browser.open(&one.url);
    scene.sign_in("anna");
    scene.browser.wait("#allow");
    let first = scene.browser.tab();
    let second = scene.browser.new_tab();
    scene.browser.open(&other.url);
    scene.browser.wait("#allow");

    // The one that began first ends last.
    scene.browser.click("#allow");
    scene.browser.reads("h1", "Готово, вернитесь в Bulla");
    let other = other.consented();
    assert!(one.is_waited_for());
    scene.browser.go_to(&first);
    scene.browser.click("#allow");
    scene.browser.reads("h1", "Готово, вернитесь в Bulla");
    let one = one.consented();
    assert_ne!(first, second);

    let refresh = [&one, &other].map(|consent| tokens(&scene.redeem(consent)).refresh.expect("a refresh token"));
    assert!(refresh.iter().all(|token| scene.server.is_alive(token.expose())), "each is a family of its own");
    scene.server.revoke(scene.server.client(), refresh[0].expose());
    assert!(scene.server.is_alive(refresh[1].expose()));
}

#[test]
fn the_address_of_a_page_that_did_not_load_completes_the_flow() {
    let scene = Scene::new();
    let scene = Scene { browser: Browser::elsewhere(scene.server.authority()), ..scene };
    let waiting = scene.ask();
    scene.agree(&waiting.url, "anna");
    scene.finds("ERR_PROXY_");
    let landed = scene.browser.url();
    assert!(landed.starts_with(waiting.redirect.as_str()), "{landed}");
    assert!(waiting.is_waited_for());

    let other = scene.ask();
    assert_eq!(other.handle.paste(&landed).expect_err("refused").code(), ErrorCode::CallbackNotOurs);
    assert!(other.is_waited_for() && waiting.is_waited_for());
    // As it comes out of a chat.
    waiting.handle.paste(&format!("  «{landed}»\n")).expect("taken");
    let redirect = waiting.redirect.clone();
    let consent = waiting.consented();
    assert_closed(&redirect);
    assert!(tokens(&scene.redeem(&consent)).refresh.is_some());
    other.handle.cancel();
    assert_eq!(other.failed(), ErrorCode::ConsentCancelled);
}
