//! What a browser sends besides the one callback: icons, early connections, other pages' attempts.

use serde_json::json;

use crate::scene::{Scene, assert_closed, tokens};

/// Makes the page knock at `place` in every way a page of another origin can, and counts what is over.
const KNOCK: &str = "
    window.over = 0;
    const over = () => { window.over += 1 };
    const link = (rel, path) => {
        const e = Object.assign(document.createElement('link'), { rel, href: place + path });
        document.head.append(e);
    };
    link('preconnect', '/'); link('dns-prefetch', '/'); link('icon', '/favicon.ico'); link('prefetch', '/callback');
    for (const path of ['/', '/favicon.ico', '/callback?error=access_denied', '/callback?code=x&state=y']) {
        const image = new Image(); image.onerror = image.onload = over; image.src = place + path;
        for (const method of ['GET', 'POST', 'HEAD']) fetch(place + path, { method, mode: 'no-cors' }).then(over, over);
        fetch(place + path, { method: 'PUT' }).then(over, over);
    }
    const frame = document.createElement('iframe');
    frame.onload = over; frame.src = place + '/callback?error=access_denied'; document.body.append(frame);";

#[test]
fn whatever_else_the_browser_sends_does_not_end_the_flow() {
    let scene = Scene::new();
    let waiting = scene.ask();
    let place = format!("http://127.0.0.1:{}", waiting.redirect.port().expect("a port"));

    // Typed into the address bar, with the icon that Chromium then asks for.
    scene.browser.open(&place);
    scene.browser.open(&format!("{place}/favicon.ico"));
    scene.browser.open(&format!("{place}/callback"));
    scene.browser.reads("h1", "Этот вход уже не ждут");
    scene.browser.open(&format!("{place}/callback?code=planted&state=planted"));
    scene.browser.reads("h1", "Этот вход уже не ждут");
    assert!(waiting.is_waited_for());

    // Another site's page.
    scene.browser.open(&format!("{}/device", scene.server.issuer()));
    scene.browser.run(&format!("const place = {}; {KNOCK}", json!(place)));
    scene.browser.wait_until("the end of every knock", "return window.over === 21");
    assert!(waiting.is_waited_for());

    scene.agree(&waiting.url, "anna");
    scene.browser.reads("h1", "Готово, вернитесь в Bulla");
    assert!(tokens(&scene.redeem(&waiting.consented())).refresh.is_some());
}

#[test]
fn a_page_that_is_loaded_again_after_the_consent_finds_nobody() {
    let scene = Scene::new();
    let waiting = scene.ask();
    scene.agree(&waiting.url, "anna");
    scene.browser.reads("h1", "Готово, вернитесь в Bulla");
    let landed = scene.browser.url();
    // Nothing was redeemed yet: the port is closed all the same.
    assert_closed(&waiting.redirect);
    scene.browser.open(&landed);
    scene.finds("ERR_CONNECTION_");
    assert!(tokens(&scene.redeem(&waiting.consented())).refresh.is_some(), "the second visit cost nothing");
}
