//! What the browser is shown, and what it is never told.

use base64::{Engine, engine::general_purpose::STANDARD};
use sha2::{Digest, Sha256};

use super::*;

/// Everything a stranger could try to get into a page, an answer's head or a terminal.
const HOSTILE: &str = "%3Cscript%3Ealert(1)%3C%2Fscript%3E%1B%5B31m%0D%0ASet-Cookie%3A%20x%3D1%0D%0A%0D%0A%22%27%26";

#[tokio::test]
async fn every_page_is_static_and_locked_down() {
    let waiting = Waiting::start();
    let refused = waiting.get("/callback?code=x&state=wrong").await.expect("an answer");
    let received = waiting.assert_alive().await;
    for (reply, title) in [(refused, "Не тот вход"), (received, "Получено")] {
        assert!(reply.body.starts_with("<!doctype html><html lang=\"ru\">"), "{}", reply.body);
        assert!(reply.body.contains(&format!("<title>{title}</title>")) && reply.body.contains("<p>Вернитесь в Bulla.</p>"));
        for header in [
            "content-type: text/html; charset=utf-8",
            "cache-control: no-store",
            "referrer-policy: no-referrer",
            "x-content-type-options: nosniff",
            "cross-origin-resource-policy: same-origin",
            "connection: close",
        ] {
            assert!(reply.has(header), "{header} in {}", reply.head);
        }
        assert!(reply.head.contains("content-security-policy: default-src 'none'; style-src 'sha256-"), "{}", reply.head);
        assert!(
            !reply.head.contains("unsafe-inline") && !reply.head.contains("access-control") && !reply.head.contains("cookie")
        );
    }
}

#[test]
fn the_policy_names_the_style_that_is_on_the_page() {
    let answer = String::from_utf8(super::super::page::answer(super::super::page::Status::Ok, &pages().received)).expect("text");
    let style = answer.split_once("<style>").and_then(|(_, rest)| rest.split_once("</style>")).expect("a style").0;
    assert!(answer.contains(&format!("'sha256-{}'", STANDARD.encode(Sha256::digest(style)))), "{answer}");
}

#[test]
fn words_are_text_and_never_markup() {
    let hostile = "</title><script>alert(1)</script>\"'&";
    let words = PageWords { lang: hostile.to_owned(), title: hostile.to_owned(), text: hostile.to_owned() };
    let page = String::from_utf8(super::super::page::answer(super::super::page::Status::Ok, &words)).expect("text");
    assert!(!page.contains("<script") && !page.contains("\"'&"), "{page}");
    assert!(page.contains("&lt;/title&gt;&lt;script&gt;alert(1)&lt;/script&gt;&quot;&#39;&amp;"), "{page}");
}

#[tokio::test]
async fn nothing_of_a_request_comes_back_in_an_answer() {
    let waiting = Waiting::start();
    let clean = waiting.get("/callback").await.expect("an answer");
    for target in [
        format!("/callback?state=wrong&error={HOSTILE}&error_description={HOSTILE}"),
        format!("/callback?code={HOSTILE}&state={HOSTILE}"),
        format!("/callback?code=planted&state=wrong&{HOSTILE}={HOSTILE}"),
    ] {
        let reply = waiting.get(&target).await.expect("an answer");
        assert_eq!((reply.status, reply.head, reply.body), (400, clean.head.clone(), clean.body.clone()), "{target}");
    }
    let missing = waiting.get(&format!("/{HOSTILE}")).await.expect("an answer");
    assert_eq!((missing.status, missing.body.as_str()), (404, ""));
    waiting.assert_alive().await;
}

#[tokio::test]
async fn a_hostile_description_is_not_shown_and_its_detail_is_one_short_line() {
    let waiting = Waiting::start();
    let target = format!(
        "/callback?error=access_denied&state={}&error_description={HOSTILE}{}&error_uri=https://evil.example",
        waiting.state,
        "x%20".repeat(3000)
    );
    let reply = waiting.get(&target).await.expect("an answer");
    assert_eq!(reply.status, 200);
    for part in ["script", "alert", "\u{1b}", "evil", "x x"] {
        assert!(!reply.body.contains(part) && !reply.head.contains(part), "{part}");
    }
    assert!(!reply.head.contains("set-cookie"), "{}", reply.head);
    let error = waiting.ended().await.expect_err("declined");
    let detail = error.detail_text().expect("a detail");
    assert!(detail.chars().count() <= 300 && !detail.chars().any(char::is_control), "{detail}");
    assert!(detail.starts_with("access_denied: "), "{detail}");
}

#[tokio::test]
async fn codes_states_and_verifiers_are_in_no_page_and_no_debug() {
    let flow = Flow::open(&request(), pages(), Limits::default()).expect("a flow");
    let flow_shown = format!("{flow:?} {:?} {:?}", flow.handle(), flow.url());
    let waiting = Waiting::of(flow);
    let state = waiting.state.clone();
    let reply = waiting.get(&waiting.target()).await.expect("an answer");
    let outcome = waiting.ended().await;
    let outcome_shown = format!("{outcome:?}");
    let verifier = consented(outcome).verifier.expose().to_owned();
    for shown in [flow_shown, outcome_shown, reply.head, reply.body] {
        for secret in [state.as_str(), verifier.as_str(), CODE, "4%2F0A"] {
            assert!(!shown.to_lowercase().contains(&secret.to_lowercase()), "{shown}");
        }
    }
}

#[tokio::test]
async fn the_address_to_open_holds_no_verifier_and_no_secret_of_the_app() {
    let waiting = Waiting::start();
    let url = waiting.url.clone();
    assert_eq!(waiting.get(&waiting.target()).await.expect("an answer").status, 200);
    let consent = consented(waiting.ended().await);
    assert!(!url.contains(consent.verifier.expose()));
}
