//! Refresh tokens of v2 and v3: once, seven days, 365 days, and whose.

use chrono::TimeDelta;
use serde_json::json;
use support::fake::{Delivery, Knob, RateLimit};
use support::feishu::{App, FakeFeishu, Family, LedgerPair, OldAccess, Route};

use super::{CALLBACK, V3, post, refresh, refresh_body, said, world};
use crate::raw::{ask, get_as, post_form};

fn token(pair: &LedgerPair) -> String {
    pair.refresh.clone().unwrap()
}

fn reads(fake: &FakeFeishu, pair: &LedgerPair) -> (u16, i64) {
    said(&get_as(&fake.open_url(), "/open-apis/authen/v1/user_info", &pair.access))
}

#[test]
fn a_refresh_gives_a_new_pair_and_spends_the_old_token() {
    let (fake, app) = world();
    let old = fake.issue(&app, "anna", Family::V2);
    let body = refresh(&fake, &app, &token(&old), &json!({})).json();
    let new = fake.latest_from(&old.access);
    assert_eq!((&body["refresh_token"], &body["access_token"]), (&json!(new.refresh), &json!(new.access)));
    assert_eq!(body["refresh_token_expires_in"], 604_800);
    assert_ne!(new.refresh, old.refresh);
    assert_eq!(said(&refresh(&fake, &app, &token(&old), &json!({}))), (400, 20064));
    fake.set_used_code(20073);
    assert_eq!(said(&refresh(&fake, &app, &token(&old), &json!({}))), (400, 20073));
    assert_eq!(fake.ledger().attempts.double_spends().len(), 2);
    assert_eq!(said(&refresh(&fake, &app, &token(&new), &json!({}))), (200, 0), "the family lives on");
    assert_eq!(fake.refreshes_ok().len(), 2);
}

#[test]
fn a_lost_answer_is_a_lost_pair() {
    let (fake, app) = world();
    let old = fake.issue(&app, "anna", Family::V2);
    fake.next(Route::TokenV2, Knob::DropAfterCommit);
    let body = refresh_body(&app, &token(&old)).to_string();
    assert!(ask(&fake.open_url(), "POST", super::V2, &[crate::raw::JSON], &body).is_none());
    let books = fake.wait_for(|l| l.pairs.len() == 2 && l.pairs[1].delivery == Delivery::Dropped);
    assert!(!books.latest_from(&old.access).unwrap().delivery.arrived());
    assert_eq!(said(&refresh(&fake, &app, &token(&old), &json!({}))), (400, 20064));
}

#[test]
fn seven_idle_days_end_it_and_each_rotation_starts_them_anew() {
    let (fake, app) = world();
    let mut pair = fake.issue(&app, "anna", Family::V2);
    for _ in 0..4 {
        fake.advance(TimeDelta::days(6));
        assert_eq!(said(&refresh(&fake, &app, &token(&pair), &json!({}))), (200, 0));
        pair = fake.latest_from(&pair.access);
    }
    fake.advance(TimeDelta::days(7) - TimeDelta::milliseconds(1));
    assert_eq!(said(&refresh(&fake, &app, &token(&pair), &json!({}))), (200, 0));
    pair = fake.latest_from(&pair.access);
    fake.advance(TimeDelta::days(7));
    assert_eq!(said(&refresh(&fake, &app, &token(&pair), &json!({}))), (400, 20037));
}

#[test]
fn after_365_days_only_a_consent_helps() {
    let (fake, app) = world();
    let mut pair = fake.issue_aged(&app, "anna", Family::V2, TimeDelta::days(6));
    for day in (6..=360).step_by(6) {
        assert_eq!(said(&refresh(&fake, &app, &token(&pair), &json!({}))), (200, 0), "day {day}");
        pair = fake.latest_from(&pair.access);
        fake.advance(TimeDelta::days(if day == 360 { 5 } else { 6 }));
    }
    fake.advance(-TimeDelta::milliseconds(1));
    assert_eq!(said(&refresh(&fake, &app, &token(&pair), &json!({}))), (200, 0), "the last moment of day 365");
    pair = fake.latest_from(&pair.access);
    fake.advance(TimeDelta::milliseconds(1));
    assert_eq!(said(&refresh(&fake, &app, &token(&pair), &json!({}))), (400, 20037));
}

#[test]
fn a_token_belongs_to_an_app_and_a_family() {
    let (fake, app) = world();
    let other = fake.set_app(App::new("other", &[CALLBACK]));
    let v3 = |pair: &LedgerPair| said(&post(&fake.accounts_url(), V3, refresh_body(&app, &token(pair)), &json!({})));
    let v2 = |pair: &LedgerPair| said(&refresh(&fake, &app, &token(pair), &json!({})));
    let pair = fake.issue(&app, "anna", Family::V2);
    assert_eq!(said(&refresh(&fake, &other, &token(&pair), &json!({}))), (400, 20024));
    assert_eq!(said(&refresh(&fake, &app, "eyJunk", &json!({}))), (400, 20026));
    assert_eq!(said(&refresh(&fake, &app, &pair.access, &json!({}))), (400, 20026));
    let historic = fake.issue(&app, "anna", Family::V1);
    assert_eq!((v2(&historic), v3(&historic)), ((400, 20026), (400, 20026)));
    assert_eq!(v3(&pair), (200, 0), "v3 takes v2's");
    let moved = fake.latest_from(&pair.access);
    assert_eq!(moved.family, Family::V3);
    assert_eq!((v2(&moved), v3(&moved)), ((400, 20026), (200, 0)), "and there is no way back");
}

#[test]
fn the_consoles_switch_and_narrowing() {
    let (fake, app) = world();
    let pair = fake.issue(&app, "anna", Family::V2);
    fake.set_app(App { may_refresh: false, ..app.clone() });
    assert_eq!(said(&refresh(&fake, &app, &token(&pair), &json!({}))), (400, 20074));
    fake.set_app(app.clone());
    let kept = json!({ "scope": "offline_access auth:user.id:read" });
    assert_eq!(refresh(&fake, &app, &token(&pair), &kept).json()["scope"], "offline_access auth:user.id:read");
    let next = fake.latest_from(&pair.access);
    let back = refresh(&fake, &app, &token(&next), &json!({})).json();
    assert_eq!(back["scope"], super::ALL, "narrowing starts from the grant each time");
    let last = fake.latest_from(&pair.access);
    let gone = refresh(&fake, &app, &token(&last), &json!({ "scope": "auth:user.id:read" })).json();
    assert!(gone["refresh_token"].is_null() && gone["access_token"].is_string());
}

#[test]
fn the_old_access_token_after_a_refresh_is_a_switch() {
    let (fake, app) = world();
    for (switch, at_once, later) in [
        (OldAccess::LivesOn, (200, 0), (200, 0)),
        (OldAccess::OneMoreMinute, (200, 0), (400, 99_991_668)),
        (OldAccess::DiesAtOnce, (400, 99_991_668), (400, 99_991_668)),
    ] {
        fake.set_old_access(switch);
        let pair = fake.issue(&app, "anna", Family::V2);
        assert_eq!(said(&refresh(&fake, &app, &token(&pair), &json!({}))), (200, 0));
        assert_eq!(reads(&fake, &pair), at_once, "{switch:?}");
        fake.advance(TimeDelta::minutes(1));
        assert_eq!(reads(&fake, &pair), later, "{switch:?}");
        assert_eq!(reads(&fake, &fake.latest_from(&pair.access)), (200, 0));
    }
}

#[test]
fn a_revoked_pair_ends_with_all_that_grew_from_it() {
    let (fake, app) = world();
    let pair = fake.issue(&app, "anna", Family::V2);
    refresh(&fake, &app, &token(&pair), &json!({}));
    let next = fake.latest_from(&pair.access);
    let fields = [("client_id", app.id.as_str()), ("client_secret", &app.secret), ("token", &pair.access)];
    assert_eq!(post_form(&fake.accounts_url(), "/oauth/v1/revoke", &fields).status, 200);
    assert_eq!(said(&refresh(&fake, &app, &token(&next), &json!({}))), (400, 20064));
    assert_eq!(reads(&fake, &next), (400, 99_991_668));
    let wrong = [("client_id", app.id.as_str()), ("client_secret", "x"), ("token", &pair.access)];
    assert_eq!(said(&post_form(&fake.accounts_url(), "/oauth/v1/revoke", &wrong)), (400, 20002));
}

#[test]
fn the_fifty_first_call_of_a_second_is_too_many_for_that_app() {
    let fake = FakeFeishu::options().frozen_at(super::noon()).rate_limit(RateLimit::FakeClock).start();
    let (app, other) = (fake.set_app(App::new("crm", &[])), fake.set_app(App::new("other", &[])));
    for _ in 0..50 {
        assert_eq!(said(&refresh(&fake, &app, "x", &json!({}))), (400, 20026));
    }
    let refused = refresh(&fake, &app, "x", &json!({}));
    assert_eq!((said(&refused), refused.header("x-ogw-ratelimit-limit")), ((429, 99_991_400), Some("50")));
    assert_eq!(said(&refresh(&fake, &other, "x", &json!({}))), (400, 20026));
    for _ in 0..19 {
        fake.advance(TimeDelta::seconds(1));
        assert!((0..50).all(|_| said(&refresh(&fake, &app, "x", &json!({}))) == (400, 20026)));
    }
    fake.advance(TimeDelta::seconds(1));
    assert_eq!(said(&refresh(&fake, &app, "x", &json!({}))), (429, 99_991_400), "1000 in a minute");
}
