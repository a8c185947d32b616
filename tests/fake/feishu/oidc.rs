//! The historic v1 family that the origin document describes, with what it leaves out: the header and the wrapper.

use chrono::TimeDelta;
use serde_json::{Value, json};
use support::feishu::{App, Brand, FakeFeishu, Family, PersonState};

use super::{code, refresh, said, world};
use crate::raw::{JSON, Reply, ask};

fn app_token(fake: &FakeFeishu, app: &App) -> String {
    let body = json!({ "app_id": app.id, "app_secret": app.secret }).to_string();
    let path = "/open-apis/auth/v3/app_access_token/internal";
    ask(&fake.open_url(), "POST", path, &[JSON], &body).unwrap().json()["app_access_token"].as_str().unwrap().to_owned()
}

fn post(fake: &FakeFeishu, what: &str, token: &str, body: &Value) -> Reply {
    let bearer = format!("Bearer {token}");
    let path = format!("/open-apis/authen/v1/oidc/{what}");
    ask(&fake.open_url(), "POST", &path, &[JSON, ("Authorization", &bearer)], &body.to_string()).unwrap()
}

fn exchange(fake: &FakeFeishu, token: &str, code: &str) -> Reply {
    post(fake, "access_token", token, &json!({ "grant_type": "authorization_code", "code": code }))
}

fn renew(fake: &FakeFeishu, token: &str, refresh: &str) -> Reply {
    post(fake, "refresh_access_token", token, &json!({ "grant_type": "refresh_token", "refresh_token": refresh }))
}

#[test]
fn a_code_and_then_its_refresh_token_give_pairs_in_a_wrapper() {
    let (fake, app) = world();
    let bearer = app_token(&fake, &app);
    let body = exchange(&fake, &bearer, &code(&fake, &app, &[])).json();
    let pair = fake.ledger().pairs[0].clone();
    assert_eq!((&body["code"], &body["msg"]), (&json!(0), &json!("success")));
    assert_eq!(
        body["data"],
        json!({
            "access_token": pair.access, "refresh_token": pair.refresh, "token_type": "Bearer", "expires_in": 7199,
            "refresh_expires_in": 2_591_999, "scope": super::ALL,
        })
    );
    assert!(pair.access.starts_with("u-") && pair.refresh.as_ref().unwrap().starts_with("ur-"));
    assert_eq!(pair.family, Family::V1);
    let old = pair.refresh.unwrap();
    assert_eq!(said(&renew(&fake, &bearer, &old)), (200, 0));
    assert_eq!(said(&renew(&fake, &bearer, &old)), (200, 20038), "used");
    assert_eq!(said(&refresh(&fake, &app, &old, &json!({}))), (400, 20026), "at v2");
    assert_eq!(fake.refreshes_ok().len(), 1);
}

#[test]
fn refusals_come_with_http_200() {
    let (fake, app) = world();
    let bearer = app_token(&fake, &app);
    let code_now = code(&fake, &app, &[]);
    for token in ["", "t-unknown", &fake.issue(&app, "anna", Family::V1).access] {
        assert_eq!(said(&exchange(&fake, token, &code_now)), (200, 20014), "{token}");
    }
    let wrong = post(&fake, "access_token", &bearer, &json!({ "grant_type": "refresh_token", "code": code_now }));
    assert_eq!(said(&wrong), (200, 20036));
    assert_eq!(said(&exchange(&fake, &bearer, "unknown")), (200, 20003));
    for (state, code) in [(PersonState::Resigned, 20021), (PersonState::Frozen, 20022), (PersonState::Unregistered, 20023)] {
        fake.set_person_state("anna", state);
        assert_eq!(said(&exchange(&fake, &bearer, &code_now)), (200, code));
    }
    fake.set_person_state("anna", PersonState::Active);
    fake.advance(TimeDelta::minutes(6));
    assert_eq!(said(&exchange(&fake, &bearer, &code_now)), (200, 20004));
    fake.set_app(App { enabled: false, ..app.clone() });
    assert_eq!(said(&renew(&fake, &bearer, "x")), (200, 20042));
    fake.set_app(App { brand: Brand::Lark, ..app.clone() });
    assert_eq!(said(&renew(&fake, &bearer, "x")), (200, 20046));
    fake.set_app(app);
    fake.advance(TimeDelta::hours(2));
    assert_eq!(said(&renew(&fake, &bearer, "x")), (200, 20014), "the app token ran out");
}

#[test]
fn thirty_days_idle_end_it() {
    let (fake, app) = world();
    let pair = fake.issue_aged(&app, "anna", Family::V1, TimeDelta::days(29));
    let late = fake.issue_aged(&app, "anna", Family::V1, TimeDelta::seconds(2_591_999));
    let bearer = app_token(&fake, &app);
    assert_eq!(said(&renew(&fake, &bearer, &late.refresh.unwrap())), (200, 20037));
    assert_eq!(said(&renew(&fake, &bearer, &pair.refresh.unwrap())), (200, 0));
}
