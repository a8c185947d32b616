//! The gateway's codes, and what the two calls answer.

use chrono::TimeDelta;
use serde_json::json;
use support::feishu::{App, FakeFeishu, Family, PersonState};

use super::{said, world};
use crate::raw::{ask, get_as};

const USER: &str = "/open-apis/authen/v1/user_info";
const BOT: &str = "/open-apis/bot/v3/info";

fn tenant_token(fake: &FakeFeishu, app: &App) -> String {
    let body = json!({ "app_id": app.id, "app_secret": app.secret }).to_string();
    let path = "/open-apis/auth/v3/tenant_access_token/internal";
    ask(&fake.open_url(), "POST", path, &[], &body).unwrap().json()["tenant_access_token"].as_str().unwrap().to_owned()
}

#[test]
fn each_kind_of_token_has_its_own_refusal() {
    let (fake, app) = world();
    let user = fake.issue(&app, "anna", Family::V2).access;
    let tenant = tenant_token(&fake, &app);
    let read = |path: &str, token: &str| said(&get_as(&fake.open_url(), path, token));
    assert_eq!((read(USER, &user), read(BOT, &tenant)), ((200, 0), (200, 0)));
    assert_eq!(read(USER, &tenant), (400, 99_991_663), "a wrong kind");
    assert_eq!(read(BOT, &user), (400, 99_991_668), "a wrong kind");
    for (token, code) in
        [("t-junk", 99_991_663), ("a-junk", 99_991_664), ("u-junk", 99_991_668), ("eyJunk", 99_991_668), ("junk", 99_991_671)]
    {
        assert_eq!(read(USER, token), (400, code), "{token}");
    }
    for headers in [&[][..], &[("Authorization", user.as_str())], &[("Authorization", "Bearer ")]] {
        assert_eq!(said(&ask(&fake.open_url(), "GET", USER, headers, "").unwrap()), (400, 99_991_661));
    }
    fake.advance(TimeDelta::hours(2));
    assert_eq!(read(USER, &user), (400, 99_991_677));
    assert_eq!(read(BOT, &tenant), (400, 99_991_663));
    assert_eq!(fake.ledger().pair(&user).unwrap().reads, 3);
    let reply = get_as(&fake.open_url(), USER, &user);
    assert_eq!(reply.json()["error"]["log_id"], reply.header("x-tt-logid").unwrap());
}

#[test]
fn user_info_shows_who_it_is_by_app() {
    let (fake, app) = world();
    let other = fake.set_app(App { scopes: vec!["offline_access".to_owned()], ..App::new("other", &[]) });
    let read = |access: &str| get_as(&fake.open_url(), USER, access).json()["data"].clone();
    let here = read(&fake.issue(&app, "anna", Family::V2).access);
    let there = read(&fake.issue(&other, "anna", Family::V1).access);
    assert_eq!((&here["name"], &here["email"]), (&json!("anna"), &json!("anna@example.com")));
    assert!(there["email"].is_null(), "without its permission");
    assert_ne!(here["open_id"], there["open_id"]);
    assert_eq!((&here["union_id"], &here["tenant_key"]), (&there["union_id"], &there["tenant_key"]));
}

#[test]
fn people_who_left_are_told_with_http_200_and_disabled_apps_by_the_gateway() {
    let (fake, app) = world();
    let access = fake.issue(&app, "anna", Family::V2).access;
    let read = || said(&get_as(&fake.open_url(), USER, &access));
    for (state, code) in [
        (PersonState::Resigned, 20021),
        (PersonState::Frozen, 20022),
        (PersonState::Unregistered, 20023),
        (PersonState::Missing, 20008),
    ] {
        fake.set_person_state("anna", state);
        assert_eq!(read(), (200, code));
    }
    fake.set_app(App { enabled: false, ..app });
    assert_eq!(read(), (400, 99_991_662));
}

#[test]
fn the_bots_answer_has_no_data() {
    let (fake, app) = world();
    let body = get_as(&fake.open_url(), BOT, &tenant_token(&fake, &app)).json();
    assert_eq!((&body["bot"]["app_name"], &body["bot"]["activate_status"]), (&json!("crm"), &json!(2)));
    assert!(body["data"].is_null());
}
