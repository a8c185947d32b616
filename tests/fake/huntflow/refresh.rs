//! `POST /v2/token/refresh`: who may renew, when, and how often.

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::json;
use support::huntflow::{Delivery, FakeHuntflow, Origin, Outcome, Pair, Why404};

use crate::raw::{AGENT, JSON, Reply, refresh, send};

fn noon() -> DateTime<Utc> {
    "2026-11-20T12:00:00Z".parse().unwrap()
}

fn assert_not_found(reply: &Reply) {
    assert_eq!(reply.status, 404);
    assert_eq!(reply.error(), json!({ "type": "not_found", "title": "error.robot_token.not_found" }));
}

#[test]
fn a_pair_is_two_different_words_of_64_lower_case_hex_characters() {
    let fake = FakeHuntflow::start();
    let (one, two) = (fake.issue_pair("anna"), fake.issue_pair("anna"));
    for token in [&one.access, &one.refresh, &two.access, &two.refresh] {
        assert_eq!(token.len(), 64);
        assert!(token.chars().all(|c| matches!(c, '0'..='9' | 'a'..='f')), "{token}");
    }
    assert_ne!(one.access, one.refresh);
    assert_ne!(one.refresh, two.refresh);
}

#[test]
fn while_the_access_token_is_valid_it_is_too_early_and_the_token_is_not_spent() {
    let fake = FakeHuntflow::options().frozen_at(noon()).start();
    let pair = fake.issue_pair("anna");
    fake.freeze(noon() + TimeDelta::days(7) - TimeDelta::milliseconds(1));
    for _ in 0..2 {
        let reply = refresh(&fake, &pair.refresh).unwrap();
        assert_eq!(reply.status, 403);
        assert_eq!(reply.error(), json!({ "type": "access_denied", "title": "error.robot_token.refresh_too_early" }));
    }
    fake.advance(TimeDelta::milliseconds(1));
    assert_eq!(refresh(&fake, &pair.refresh).unwrap().status, 200);
    let outcomes: Vec<_> = fake.exchange_attempts().iter().map(|e| e.outcome).collect();
    assert_eq!(outcomes, [Outcome::TooEarly, Outcome::TooEarly, Outcome::Rotated { from: 0, to: 1 }]);
}

#[test]
fn a_refresh_gives_a_new_pair_with_new_lives_and_the_ledger_knows_it() {
    let fake = FakeHuntflow::options().frozen_at(noon()).start();
    let old = fake.issue_pair("anna");
    fake.advance(TimeDelta::days(8));
    let reply = refresh(&fake, &old.refresh).unwrap();
    assert_eq!(reply.header("content-type"), Some("application/json"));
    let latest = fake.wait_for(|l| l.pairs.last().is_some_and(|p| p.delivery == Delivery::Written));
    let new = latest.latest_pair_from(&old).unwrap();
    assert_eq!(
        reply.json(),
        json!({
            "access_token": new.pair.access, "token_type": "bearer", "expires_in": 604_800,
            "refresh_token_expires_in": 1_209_600, "refresh_token": new.pair.refresh,
        })
    );
    assert_ne!(new.pair, old);
    assert_eq!((new.origin, new.person.as_str(), new.used), (Origin::RotatedFrom(0), "anna", false));
    assert_eq!(new.committed_at, noon() + TimeDelta::days(8));
    assert_eq!(new.access_exp, noon() + TimeDelta::days(15));
    assert_eq!(new.refresh_exp, noon() + TimeDelta::days(22));
    assert!(latest.pair(&old.refresh).unwrap().used);
    assert_eq!(fake.latest_pair_of("anna").pair, new.pair);
}

#[test]
fn a_refresh_token_works_once_and_the_second_use_is_noticed() {
    let fake = FakeHuntflow::start();
    let pair = fake.issue_pair_aged("anna", TimeDelta::days(8));
    assert_eq!(refresh(&fake, &pair.refresh).unwrap().status, 200);
    assert!(fake.double_spends().is_empty());
    assert_not_found(&refresh(&fake, &pair.refresh).unwrap());
    assert_eq!(fake.exchange_attempts()[1].outcome, Outcome::NotFound(Why404::Used));
    assert_eq!((fake.exchange_attempts().len(), fake.exchanges_ok().len(), fake.double_spends().len()), (2, 1, 1));
}

#[test]
fn a_used_token_is_not_found_rather_than_too_early() {
    let fake = FakeHuntflow::start();
    let pair = fake.issue_pair("anna");
    fake.expire_access(&pair);
    assert_eq!(refresh(&fake, &pair.refresh).unwrap().status, 200);
    fake.advance(TimeDelta::days(-3));
    assert_not_found(&refresh(&fake, &pair.refresh).unwrap());
}

#[test]
fn unknown_revoked_and_overaged_tokens_are_not_found() {
    let fake = FakeHuntflow::options().frozen_at(noon()).start();
    assert_not_found(&refresh(&fake, "never seen").unwrap());
    let revoked = fake.issue_pair_aged("anna", TimeDelta::days(8));
    fake.revoke(&revoked);
    assert_not_found(&refresh(&fake, &revoked.refresh).unwrap());
    let last_moment = fake.issue_pair_aged("anna", TimeDelta::days(14) - TimeDelta::milliseconds(1));
    assert_eq!(refresh(&fake, &last_moment.refresh).unwrap().status, 200);
    let too_old = fake.issue_pair_aged("anna", TimeDelta::days(14));
    assert_not_found(&refresh(&fake, &too_old.refresh).unwrap());
    assert_eq!(fake.exchange_attempts()[3].outcome, Outcome::NotFound(Why404::Expired));
}

#[test]
fn an_access_token_is_no_refresh_token() {
    let fake = FakeHuntflow::start();
    let pair = fake.issue_pair_aged("anna", TimeDelta::days(8));
    assert_not_found(&refresh(&fake, &pair.access).unwrap());
}

#[test]
fn a_user_agent_is_demanded_before_anything_else() {
    let fake = FakeHuntflow::start();
    let pair = fake.issue_pair_aged("anna", TimeDelta::days(8));
    let body = json!({ "refresh_token": pair.refresh }).to_string();
    for headers in [&[JSON][..], &[JSON, ("User-Agent", "")], &[]] {
        let reply = send(&fake, "POST", "/v2/token/refresh", headers, &body).unwrap();
        assert_eq!(reply.status, 400);
        assert_eq!(reply.error()["type"], "bad_user_agent");
    }
    assert!(fake.exchange_attempts().iter().all(|e| e.outcome == Outcome::BadUserAgent));
    assert_eq!(refresh(&fake, &pair.refresh).unwrap().status, 200, "no attempt spent it");
}

#[test]
fn a_body_must_be_json_with_a_refresh_token() {
    let fake = FakeHuntflow::start();
    let pair = fake.issue_pair_aged("anna", TimeDelta::days(8));
    let good = json!({ "refresh_token": pair.refresh }).to_string();
    let form = ("Content-Type", "application/x-www-form-urlencoded");
    for (kind, headers, body) in [
        ("type_error.dict", [AGENT, form], good.as_str()),
        ("value_error.jsondecode", [AGENT, JSON], "{"),
        ("value_error.jsondecode", [AGENT, JSON], ""),
        ("type_error.dict", [AGENT, JSON], "[]"),
        ("value_error.missing", [AGENT, JSON], r#"{"token":"x"}"#),
        ("type_error.str", [AGENT, JSON], r#"{"refresh_token":1}"#),
    ] {
        let reply = send(&fake, "POST", "/v2/token/refresh", &headers, body).unwrap();
        assert_eq!((reply.status, reply.error()["type"].as_str()), (400, Some(kind)), "{body}");
    }
    let missing = send(&fake, "POST", "/v2/token/refresh", &[AGENT, JSON], "{}").unwrap().error();
    assert_eq!(
        missing,
        json!({ "type": "value_error.missing", "title": "field required",
                "location": { "entity": "body", "variable": "/refresh_token" } })
    );
    let charset = ("Content-Type", "application/json; charset=utf-8");
    assert_eq!(send(&fake, "POST", "/v2/token/refresh", &[AGENT, charset], &good).unwrap().status, 200);
}

#[test]
fn shorter_lives_are_told_in_the_answer() {
    let fake = FakeHuntflow::options().lives(TimeDelta::minutes(1), TimeDelta::hours(1)).start();
    let pair = fake.issue_pair_aged("anna", TimeDelta::minutes(2));
    fake.set_lives(TimeDelta::minutes(5), TimeDelta::hours(2));
    let body = refresh(&fake, &pair.refresh).unwrap().json();
    assert_eq!((body["expires_in"].as_i64(), body["refresh_token_expires_in"].as_i64()), (Some(300), Some(7200)));
    let new = body["refresh_token"].as_str().unwrap();
    assert_eq!(refresh(&fake, new).unwrap().status, 403);
}

#[test]
fn planted_values_come_out_where_they_should() {
    let fake = FakeHuntflow::start();
    let word = |c: &str| Pair { access: c.repeat(64), refresh: format!("{c}{}", "0".repeat(63)) };
    let old = fake.issue_planted("anna", word("a"));
    assert_eq!(old, word("a"));
    fake.plant_next(word("b"));
    fake.expire_access(&old);
    assert_eq!(refresh(&fake, &old.refresh).unwrap().json()["access_token"], "b".repeat(64));
    assert_eq!(fake.latest_pair_from(&old).pair, word("b"));
}

#[test]
fn pairs_of_one_person_live_apart() {
    let fake = FakeHuntflow::start();
    let (one, two) = (fake.issue_pair("anna"), fake.issue_pair("anna"));
    let other = fake.issue_pair("boris");
    fake.expire_access(&other);
    assert_eq!(refresh(&fake, &one.refresh).unwrap().status, 200);
    assert_eq!(fake.latest_pair_from(&two).pair, two);
    assert_ne!(fake.latest_pair_from(&one).pair, one);
    assert_eq!(refresh(&fake, &two.refresh).unwrap().status, 200);
    assert_eq!(fake.latest_pair_of("boris").pair, other);
}
