//! `GET /v2/me`, `GET /v2/accounts`, and paths that don't exist.

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::json;
use support::huntflow::{FakeHuntflow, Organisation, RateLimit};

use crate::raw::{AGENT, connect, read, read_one, send, write};

fn noon() -> DateTime<Utc> {
    "2026-11-20T12:00:00Z".parse().unwrap()
}

#[test]
fn me_and_accounts_show_the_person_of_the_token() {
    let fake = FakeHuntflow::start();
    let (anna, boris) = (fake.issue_pair("anna"), fake.issue_pair("boris"));
    let me = read(&fake, "/v2/me", &anna.access).unwrap();
    assert_eq!(me.status, 200);
    assert_eq!(
        me.json(),
        json!({ "id": 101, "name": "anna", "position": "Recruiter", "email": "anna@example.com", "phone": null,
                "locale": "ru_RU" })
    );
    assert_eq!(read(&fake, "/v2/me", &boris.access).unwrap().json()["id"], 102);

    let mut guest = Organisation::new(8, "Beta");
    guest.member_type = "watcher".to_owned();
    guest.production_calendar = None;
    fake.set_organisations("boris", vec![Organisation::new(7, "Alpha"), guest]);
    assert_eq!(
        read(&fake, "/v2/accounts", &boris.access).unwrap().json(),
        json!({ "items": [
            { "id": 7, "name": "Alpha", "nick": "org7", "member_type": "manager", "production_calendar": 1 },
            { "id": 8, "name": "Beta", "nick": "org8", "member_type": "watcher" },
        ] })
    );
    assert_eq!(fake.ledger().reads_of(&anna.access), 1);
    assert_eq!(fake.ledger().reads_of(&boris.access), 2);
}

#[test]
fn an_access_token_works_until_its_last_moment_and_then_is_expired() {
    let fake = FakeHuntflow::options().frozen_at(noon()).start();
    let pair = fake.issue_pair("anna");
    fake.freeze(noon() + TimeDelta::days(7) - TimeDelta::milliseconds(1));
    assert_eq!(read(&fake, "/v2/me", &pair.access).unwrap().status, 200);
    fake.advance(TimeDelta::milliseconds(1));
    let reply = read(&fake, "/v2/me", &pair.access).unwrap();
    assert_eq!(reply.status, 401);
    assert_eq!(
        reply.error(),
        json!({ "type": "authorization_error", "title": "Authorization Error", "detail": "token_expired" })
    );
}

#[test]
fn unknown_tokens_are_invalid() {
    let fake = FakeHuntflow::start();
    let pair = fake.issue_pair("anna");
    let elsewhere = FakeHuntflow::start().issue_pair("anna");
    let revoked = fake.issue_pair("anna");
    fake.revoke(&revoked);
    for access in ["garbage", &elsewhere.access, &pair.refresh, &revoked.access] {
        let reply = read(&fake, "/v2/accounts", access).unwrap();
        assert_eq!(reply.status, 401);
        assert_eq!(reply.error()["detail"], "Invalid access token");
    }
    for headers in [&[AGENT][..], &[AGENT, ("Authorization", &pair.access)]] {
        assert_eq!(send(&fake, "GET", "/v2/me", headers, "").unwrap().error()["detail"], "Invalid access token");
    }
}

#[test]
fn a_user_agent_is_demanded() {
    let fake = FakeHuntflow::start();
    let authorization = format!("Bearer {}", fake.issue_pair("anna").access);
    let reply = send(&fake, "GET", "/v2/me", &[("Authorization", &authorization)], "").unwrap();
    assert_eq!((reply.status, reply.error()["type"].as_str()), (400, Some("bad_user_agent")));
}

#[test]
fn the_eleventh_call_of_a_second_is_too_many_for_that_token_alone() {
    let fake = FakeHuntflow::options().frozen_at(noon()).rate_limit(RateLimit::FakeClock).start();
    let (anna, boris) = (fake.issue_pair("anna"), fake.issue_pair("boris"));
    for _ in 0..10 {
        assert_eq!(read(&fake, "/v2/me", &anna.access).unwrap().status, 200);
    }
    let refused = read(&fake, "/v2/accounts", &anna.access).unwrap();
    assert_eq!((refused.status, refused.error()["type"].as_str()), (429, Some("too_many_requests")));
    assert_eq!(read(&fake, "/v2/me", &boris.access).unwrap().status, 200);
    fake.advance(TimeDelta::milliseconds(999));
    assert_eq!(read(&fake, "/v2/me", &anna.access).unwrap().status, 429);
    fake.advance(TimeDelta::milliseconds(1));
    assert_eq!(read(&fake, "/v2/me", &anna.access).unwrap().status, 200);
    fake.set_rate_limit(RateLimit::Off);
    for _ in 0..30 {
        assert_eq!(read(&fake, "/v2/me", &anna.access).unwrap().status, 200);
    }
}

/// Real time can't be held still, but 200 calls in a row take less than 20 s.
#[test]
fn the_limit_of_real_time_is_on_by_default() {
    let fake = FakeHuntflow::start();
    let access = fake.issue_pair("anna").access;
    assert!((0..200).any(|_| read(&fake, "/v2/me", &access).unwrap().status == 429));
}

#[test]
fn other_paths_and_methods_are_refused_in_the_envelope() {
    let fake = FakeHuntflow::start();
    for (method, path, status) in [
        ("GET", "/v2/vacancies", 404),
        ("GET", "/me", 404),
        ("POST", "/token/refresh", 404),
        ("GET", "/_fake/ledger", 404),
        ("GET", "/v2/token/refresh", 405),
        ("POST", "/v2/me", 405),
    ] {
        let reply = send(&fake, method, path, &[AGENT], "").unwrap();
        assert_eq!(reply.status, status, "{method} {path}");
        assert!(reply.error()["title"].is_string());
    }
    assert_eq!(fake.ledger().arrivals_at("/v2/vacancies").len(), 1);
}

#[test]
fn a_connection_serves_many_requests() {
    let fake = FakeHuntflow::start();
    let authorization = format!("Bearer {}", fake.issue_pair("anna").access);
    let headers = [AGENT, ("Authorization", authorization.as_str())];
    let mut stream = connect(&fake.base_url());
    for path in ["/v2/me", "/v2/accounts?page=1", "/v2/me"] {
        write(&mut stream, "GET", path, &headers, "");
        assert_eq!(read_one(&mut stream).status, 200);
    }
    write(&mut stream, "GET", "/v2/me", &headers, "");
    write(&mut stream, "GET", "/v2/nothing", &headers, "");
    assert_eq!((read_one(&mut stream).status, read_one(&mut stream).status), (200, 404));
}

#[test]
fn the_port_is_free_again_after_the_fake_is_dropped() {
    let fake = FakeHuntflow::start();
    let address = fake.base_url().trim_start_matches("http://").to_owned();
    let held = fake.hold_next_answer(support::huntflow::Route::Me);
    let mut waiting = connect(&fake.base_url());
    write(&mut waiting, "GET", "/v2/me", &[AGENT], "");
    held.wait_arrived();
    drop(fake);
    assert!(std::net::TcpStream::connect(address).is_err());
    assert_eq!(std::io::Read::read(&mut waiting, &mut [0]).unwrap_or(0), 0, "the held request's connection is closed");
}
