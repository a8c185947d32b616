//! How a flow ends, and that it ends once.

use std::time::Duration;

use super::*;

#[tokio::test]
async fn a_replay_after_success_finds_nobody() {
    let waiting = Waiting::start();
    let (address, target, handle) = (waiting.address(), waiting.target(), waiting.handle.clone());
    assert_eq!(waiting.get(&target).await.expect("an answer").status, 200);
    // Already when the browser shows its page.
    browser::assert_refused(address).await;
    let pasted = format!("{}?{}", waiting.redirect, target.split_once('?').expect("a query").1);
    consented(waiting.ended().await);
    assert_eq!(handle.paste(&pasted).expect_err("over").code(), ErrorCode::ConsentOver);
}

#[tokio::test]
async fn a_denial_with_the_state_ends_the_flow_as_declined() {
    let waiting = Waiting::start();
    let (address, state) = (waiting.address(), waiting.state.clone());
    let reply = waiting.get(&format!("/callback?error=access_denied&state={state}")).await.expect("an answer");
    assert_eq!(reply.status, 200);
    assert!(reply.body.contains("Отказано"), "{}", reply.body);
    assert_eq!(failed(waiting.ended().await), ErrorCode::ConsentDeclined);
    browser::assert_refused(address).await;
}

#[tokio::test]
async fn a_flow_nobody_answers_times_out_and_a_late_callback_finds_nobody() {
    let waiting = Waiting::with(&request(), Limits { flow: Duration::from_millis(50), ..Limits::default() });
    let (address, redirect, target) = (waiting.address(), waiting.redirect.clone(), waiting.target());
    let handle = waiting.handle.clone();
    assert_eq!(failed(waiting.ended().await), ErrorCode::ConsentTimedOut);
    browser::assert_refused(address).await;
    let late = format!("{redirect}?{}", target.split_once('?').expect("a query").1);
    assert_eq!(handle.paste(&late).expect_err("over").code(), ErrorCode::ConsentOver);
}

#[tokio::test]
async fn the_deadline_counts_from_opening_and_noise_does_not_move_it() {
    let flow = Flow::open(&request(), pages(), Limits { flow: Duration::from_millis(100), ..Limits::default() }).expect("a flow");
    let waiting = Waiting::of(flow);
    let mut answered = 0_u32;
    // Every foreign request is answered until the deadline closes the port.
    while let Ok(stream) = tokio::net::TcpStream::connect(waiting.address()).await {
        drop(stream);
        answered += 1;
        tokio::task::yield_now().await;
    }
    assert!(answered > 0);
    assert_eq!(failed(waiting.ended().await), ErrorCode::ConsentTimedOut);
}

#[tokio::test]
async fn a_person_who_cancels_ends_the_flow() {
    let waiting = Waiting::start();
    let (address, handle) = (waiting.address(), waiting.handle.clone());
    let mut idle = tokio::net::TcpStream::connect(address).await.expect("a connection");
    handle.cancel();
    assert_eq!(failed(waiting.ended().await), ErrorCode::ConsentCancelled);
    browser::assert_refused(address).await;
    browser::closed(&mut idle).await;
    handle.cancel();
}

#[tokio::test]
async fn a_flow_that_is_dropped_closes_its_port() {
    let flow = Flow::open(&request(), pages(), Limits::default()).expect("a flow");
    let handle = flow.handle();
    let waiting = Waiting::of(flow);
    let (address, pasted) = (waiting.address(), format!("{}?code=x&state={}", waiting.redirect, waiting.state));
    waiting.outcome.abort();
    assert!(waiting.outcome.await.expect_err("aborted").is_cancelled());
    browser::assert_refused(address).await;
    assert_eq!(handle.paste(&pasted).expect_err("over").code(), ErrorCode::ConsentOver);
}

#[tokio::test]
async fn of_two_flows_with_swapped_states_both_refuse_and_both_live_on() {
    let (one, other) = (Waiting::start(), Waiting::start());
    assert_ne!(one.state, other.state);
    assert_ne!(one.port(), other.port());
    let (to_one, to_other) = (other.target(), one.target());
    assert_eq!(one.get(&to_one).await.expect("an answer").status, 400);
    assert_eq!(other.get(&to_other).await.expect("an answer").status, 400);
    let swapped = format!("{}?code=x&state={}", one.redirect, other.state);
    assert_eq!(one.handle.paste(&swapped).expect_err("refused").code(), ErrorCode::CallbackOtherFlow);
    let elsewhere = format!("{}?code=x&state={}", other.redirect, one.state);
    assert_eq!(one.handle.paste(&elsewhere).expect_err("refused").code(), ErrorCode::CallbackNotOurs);
    one.assert_alive().await;
    other.assert_alive().await;
}

#[tokio::test]
async fn a_pasted_address_completes_the_flow_once() {
    let waiting = Waiting::start();
    let (address, handle) = (waiting.address(), waiting.handle.clone());
    let pasted = format!("{}?code=pasted&state={}", waiting.redirect, waiting.state);
    for (text, code) in [
        ("", ErrorCode::CallbackNotOurs),
        ("https://evil.example/callback?code=x&state=y", ErrorCode::CallbackNotOurs),
        ("code=x&state=y", ErrorCode::CallbackOtherFlow),
    ] {
        assert_eq!(handle.paste(text).expect_err(text).code(), code, "{text}");
        assert!(!waiting.outcome.is_finished());
    }
    handle.paste(&pasted).expect("taken");
    assert_eq!(handle.paste(&pasted).expect_err("over").code(), ErrorCode::ConsentOver);
    assert_eq!(consented(waiting.ended().await).code.expose(), "pasted");
    browser::assert_refused(address).await;
    assert_eq!(handle.paste(&pasted).expect_err("over").code(), ErrorCode::ConsentOver);
}

#[tokio::test]
async fn a_pasted_denial_ends_the_flow_as_declined() {
    let waiting = Waiting::start();
    let handle = waiting.handle.clone();
    handle.paste(&format!("{}?error=access_denied&state={}", waiting.redirect, waiting.state)).expect("taken");
    assert_eq!(failed(waiting.ended().await), ErrorCode::ConsentDeclined);
}

#[tokio::test]
async fn a_code_without_state_waits_for_a_person_where_that_is_allowed() {
    let request = AuthorizationRequest { state_return: StateReturn::MayBeMissing, ..request() };
    let waiting = Waiting::with(&request, Limits::default());
    assert_eq!(waiting.get("/callback?code=x&state=wrong").await.expect("an answer").status, 400);
    assert_eq!(waiting.get("/callback?error=access_denied").await.expect("an answer").status, 400);
    assert_eq!(waiting.get("/callback?code=anybodys").await.expect("an answer").status, 200);
    let Ok(Outcome::NeedsConfirmation(unconfirmed)) = waiting.ended().await else { panic!("confirmed by nobody") };
    assert_eq!(unconfirmed.confirmed_by_person().code.expose(), "anybodys");
}

#[tokio::test]
async fn a_code_with_state_needs_no_person_even_where_it_may_be_missing() {
    let request = AuthorizationRequest { state_return: StateReturn::MayBeMissing, ..request() };
    Waiting::with(&request, Limits::default()).assert_alive().await;
}
