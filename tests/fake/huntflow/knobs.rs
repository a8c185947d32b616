//! Each knob does what it says, to as many requests as it was given for, and the ledger tells the truth about it.

use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use chrono::TimeDelta;
use support::huntflow::{Canned, Delivery, Edit, FakeHuntflow, Held, Knob, Outcome, Pair, Route};

use crate::raw::{Reply, read, refresh};

fn with_due_pair() -> (FakeHuntflow, Pair) {
    let fake = FakeHuntflow::start();
    let pair = fake.issue_pair_aged("anna", TimeDelta::days(8));
    (fake, pair)
}

/// Refreshes once past this knob.
fn meet(knob: Knob) -> (FakeHuntflow, Pair, Option<Reply>) {
    let (fake, pair) = with_due_pair();
    fake.next(Route::Refresh, knob);
    let reply = refresh(&fake, &pair.refresh);
    fake.wait_for(|l| l.exchanges.first().is_some_and(|e| e.delivery != Delivery::Pending));
    (fake, pair, reply)
}

fn assert_unspent(fake: &FakeHuntflow, pair: &Pair) {
    assert!(fake.exchanges_ok().is_empty());
    assert_eq!(fake.exchange_attempts().len(), 1);
    assert_eq!(refresh(fake, &pair.refresh).unwrap().status, 200);
}

fn assert_spent(fake: &FakeHuntflow, pair: &Pair, delivery: &Delivery) {
    assert_eq!(fake.exchanges_ok().len(), 1);
    let latest = fake.latest_pair_from(pair);
    assert_eq!(latest.delivery, *delivery);
    assert!(!latest.delivery.arrived());
    assert_eq!(refresh(fake, &pair.refresh).unwrap().status, 404);
    assert_eq!(fake.double_spends().len(), 1);
}

#[test]
fn dropped_before_commit() {
    let (fake, pair, reply) = meet(Knob::DropBeforeCommit);
    assert!(reply.is_none());
    assert_eq!(fake.exchange_attempts()[0].outcome, Outcome::DroppedBeforeCommit);
    assert_unspent(&fake, &pair);
}

#[test]
fn dropped_after_commit() {
    let (fake, pair, reply) = meet(Knob::DropAfterCommit);
    assert!(reply.is_none());
    assert_spent(&fake, &pair, &Delivery::Dropped);
}

#[test]
fn cut_in_the_middle_of_the_body_after_commit() {
    let (fake, pair, reply) = meet(Knob::CutAfterCommit);
    let reply = reply.unwrap();
    assert_eq!(reply.status, 200);
    assert!(!reply.is_whole() && !reply.body.is_empty());
    assert!(!reply.body.contains(&fake.latest_pair_from(&pair).pair.refresh));
    let of = reply.header("content-length").unwrap().parse().unwrap();
    assert_spent(&fake, &pair, &Delivery::Cut { sent: reply.body.len(), of });
}

#[test]
fn answers_in_place_of_the_work() {
    for (canned, status) in [
        (Canned::html_500(), 500),
        (Canned::unavailable(), 503),
        (Canned::payment_required(), 402),
        (Canned::access_denied(), 403),
        (Canned::too_many(None), 429),
        (Canned::html_ok(), 200),
        (Canned::robot_token_not_found(), 404),
        (Canned::captive_page(), 200),
        (Canned::captive_redirect("http://wifi.example/login"), 302),
    ] {
        let (fake, pair, reply) = meet(Knob::Instead(canned));
        assert_eq!(reply.unwrap().status, status);
        assert_eq!(fake.exchange_attempts()[0].outcome, Outcome::Canned(status));
        assert_unspent(&fake, &pair);
    }
}

#[test]
fn answers_that_hide_the_new_pair() {
    for canned in [Canned::html_500(), Canned::html_ok(), Canned::unavailable()] {
        let (fake, pair, reply) = meet(Knob::AfterCommit(canned.clone()));
        assert_eq!(reply.unwrap().body, canned.body);
        assert_spent(&fake, &pair, &Delivery::Replaced);
    }
}

#[test]
fn bodies_with_something_wrong() {
    let (fake, pair, reply) = meet(Knob::EditBody(Edit::NullRefreshToken));
    let body = reply.unwrap().json();
    assert!(body["refresh_token"].is_null() && body.as_object().unwrap().contains_key("refresh_token"));
    assert_eq!(body["access_token"], fake.latest_pair_from(&pair).pair.access);
    assert_spent(&fake, &pair, &Delivery::Edited);

    let (fake, pair, reply) = meet(Knob::EditBody(Edit::WithoutExpiresIn));
    let body = reply.unwrap().json();
    assert!(!body.as_object().unwrap().contains_key("expires_in"));
    assert_eq!(body["refresh_token"], fake.latest_pair_from(&pair).pair.refresh);
    assert_spent(&fake, &pair, &Delivery::Edited);

    let (_, _, reply) = meet(Knob::EditBody(Edit::Set("expires_in".to_owned(), "soon".into())));
    assert_eq!(reply.unwrap().json()["expires_in"], "soon");
}

#[test]
fn words_of_the_canned_answers() {
    let (_, _, reply) = meet(Knob::Instead(Canned::html_500()));
    let page = reply.unwrap();
    assert!(page.header("content-type").unwrap().starts_with("text/html") && page.body.starts_with("<html>"));
    let (_, _, reply) = meet(Knob::Instead(Canned::too_many(Some(7))));
    assert_eq!(reply.unwrap().header("retry-after"), Some("7"));
    let (_, _, reply) = meet(Knob::Instead(Canned::too_many(None)));
    assert_eq!(reply.unwrap().header("retry-after"), None);
    let (_, _, reply) = meet(Knob::Instead(Canned::captive_redirect("http://wifi.example/login")));
    assert_eq!(reply.unwrap().header("location"), Some("http://wifi.example/login"));
}

#[test]
fn what_follows_a_redirect_is_counted() {
    let (fake, pair, reply) = meet(Knob::Instead(Canned::redirect("/v2/elsewhere")));
    let reply = reply.unwrap();
    assert_eq!((reply.status, reply.header("location")), (307, Some("/v2/elsewhere")));
    assert!(fake.ledger().arrivals_at("/v2/elsewhere").is_empty());
    let body = format!(r#"{{"refresh_token":"{}"}}"#, pair.refresh);
    crate::raw::send(&fake, "POST", "/v2/elsewhere", &[], &body);
    let ledger = fake.ledger();
    assert!(ledger.arrivals_at("/v2/elsewhere")[0].body.contains(&pair.refresh));
    assert_unspent(&fake, &pair);
}

#[test]
fn reads_can_be_disturbed_and_only_as_many_as_wanted() {
    let fake = FakeHuntflow::start();
    let pair = fake.issue_pair("anna");
    fake.next_n(Route::Me, 2, Knob::Instead(Canned::robot_token_not_found()));
    fake.next(Route::Me, Knob::Pass);
    fake.next(Route::Me, Knob::Instead(Canned::access_denied()));
    assert_eq!(read(&fake, "/v2/accounts", &pair.access).unwrap().status, 200, "another route");
    let statuses: Vec<_> = (0..5).map(|_| read(&fake, "/v2/me", &pair.access).unwrap().status).collect();
    assert_eq!(statuses, [404, 404, 200, 403, 200]);
    fake.next(Route::Me, Knob::DropBeforeCommit);
    fake.clear_knobs();
    assert_eq!(read(&fake, "/v2/me", &pair.access).unwrap().status, 200);
    assert!(fake.exchange_attempts().is_empty());
}

#[test]
fn delays_before_and_after_commit() {
    let pause = Duration::from_millis(50);
    for knob in [Knob::Delay(pause), Knob::DelayAfterCommit(pause)] {
        let started = Instant::now();
        let (_, _, reply) = meet(knob);
        assert_eq!(reply.unwrap().status, 200);
        assert!(started.elapsed() >= pause);
    }
}

/// A refresh on a thread of its own, seen to have reached the gate.
fn refresh_up_to(gate: impl FnOnce(&FakeHuntflow) -> Held) -> (Arc<FakeHuntflow>, Pair, Held, thread::JoinHandle<Option<Reply>>) {
    let (fake, pair) = with_due_pair();
    let fake = Arc::new(fake);
    let held = gate(&fake);
    assert!(!held.is_arrived());
    let (client, token) = (Arc::clone(&fake), pair.refresh.clone());
    let reply = thread::spawn(move || refresh(&client, &token));
    held.wait_arrived();
    (fake, pair, held, reply)
}

#[test]
fn an_answer_is_held_after_commit_until_released() {
    let (fake, pair, held, reply) = refresh_up_to(|fake| fake.hold_next_answer(Route::Refresh));
    assert_eq!(fake.exchanges_ok().len(), 1);
    assert_eq!(fake.latest_pair_from(&pair).delivery, Delivery::Pending);
    assert!(!reply.is_finished());
    assert_eq!(refresh(&fake, &pair.refresh).unwrap().status, 404, "others are served meanwhile");
    held.release();
    assert_eq!(reply.join().unwrap().unwrap().json()["access_token"], fake.latest_pair_from(&pair).pair.access);
    fake.wait_for(|l| l.latest_pair_from(&pair).unwrap().delivery.arrived());
}

#[test]
fn a_held_answer_can_be_lost() {
    let (fake, pair, held, reply) = refresh_up_to(|fake| fake.hold_next_answer(Route::Refresh));
    held.drop_connection();
    assert!(reply.join().unwrap().is_none());
    assert_spent(&fake, &pair, &Delivery::Dropped);
}

#[test]
fn a_request_is_held_before_commit() {
    let (fake, pair, held, reply) = refresh_up_to(|fake| fake.hold_next_request(Route::Refresh));
    assert!(fake.exchange_attempts().is_empty());
    held.drop_connection();
    assert!(reply.join().unwrap().is_none());
    assert_unspent(&fake, &pair);

    let (fake, _, held, reply) = refresh_up_to(|fake| fake.hold_next_request(Route::Refresh));
    drop(held);
    assert_eq!(reply.join().unwrap().unwrap().status, 200);
    assert_eq!(fake.exchanges_ok().len(), 1);
}

#[tokio::test]
async fn async_tests_can_wait_too() {
    let (fake, pair) = with_due_pair();
    let fake = Arc::new(fake);
    let held = fake.hold_next_answer(Route::Refresh);
    let (client, token) = (Arc::clone(&fake), pair.refresh.clone());
    let reply = tokio::task::spawn_blocking(move || refresh(&client, &token));
    held.arrived().await;
    held.release();
    fake.until(|l| l.exchanges_ok().first().is_some_and(|e| e.delivery.arrived())).await;
    assert_eq!(reply.await.unwrap().unwrap().status, 200);
}

/// The server commits what it has read, whether or not the client still waits.
#[test]
fn a_client_that_gave_up_has_still_spent_its_token() {
    let (fake, pair) = with_due_pair();
    let held = fake.hold_next_request(Route::Refresh);
    let body = format!(r#"{{"refresh_token":"{}"}}"#, pair.refresh);
    let mut stream = crate::raw::connect(&fake.base_url());
    crate::raw::write(&mut stream, "POST", "/v2/token/refresh", &[crate::raw::AGENT, crate::raw::JSON], &body);
    held.wait_arrived();
    drop(stream);
    held.release();
    fake.wait_for(|l| l.exchanges_ok().len() == 1);
    assert_eq!(refresh(&fake, &pair.refresh).unwrap().status, 404);
}
