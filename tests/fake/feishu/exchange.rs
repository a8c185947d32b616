//! Codes at the v2 and v3 token endpoints.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use chrono::TimeDelta;
use serde_json::json;
use support::fake::{Knob, Outcome};
use support::feishu::{App, Brand, FakeFeishu, Family, PersonState, Route, token_error, too_many};

use super::{CALLBACK, V2, V3, VERIFIER, address, code, exchange, post, said, world};
use crate::raw::{ask, post_form};

#[test]
fn a_code_becomes_a_pair_at_the_top_level() {
    let (fake, app) = world();
    let reply = exchange(&fake, &app, &code(&fake, &app, &[]), &json!({}));
    let body = reply.json();
    let pair = fake.ledger().pairs[0].clone();
    assert_eq!(
        body,
        json!({
            "code": 0, "access_token": pair.access, "expires_in": 7200, "refresh_token": pair.refresh,
            "refresh_token_expires_in": 604_800, "scope": super::ALL, "token_type": "Bearer",
        })
    );
    assert_eq!((pair.family, pair.person.as_str()), (Family::V2, "anna"));
    assert!(pair.access.starts_with("eyJ") && (1024..2048).contains(&pair.access.len()));
    assert!(reply.header("x-tt-logid").is_some());
    fake.set_code_as_text(true);
    let body = exchange(&fake, &app, &code(&fake, &app, &[]), &json!({})).json();
    assert_eq!(body["code"], "0", "as Lark's documents type it");
}

#[test]
fn without_offline_access_there_is_no_refresh_token() {
    let (fake, app) = world();
    let online = code(&fake, &app, &[("scope", "auth:user.id:read")]);
    let body = exchange(&fake, &app, &online, &json!({})).json();
    assert!(body["refresh_token"].is_null() && body["refresh_token_expires_in"].is_null());
    let narrowed = exchange(&fake, &app, &code(&fake, &app, &[]), &json!({ "scope": "auth:user.id:read" })).json();
    assert!(narrowed["refresh_token"].is_null(), "narrowed away");
    let kept = json!({ "scope": "auth:user.id:read offline_access" });
    assert!(exchange(&fake, &app, &code(&fake, &app, &[]), &kept).json()["refresh_token"].is_string());
    let twice = json!({ "scope": "offline_access offline_access" });
    assert_eq!(said(&exchange(&fake, &app, &code(&fake, &app, &[]), &twice)), (400, 20067));
    let foreign = json!({ "scope": "offline_access task:task:read" });
    assert_eq!(said(&exchange(&fake, &app, &code(&fake, &app, &[]), &foreign)), (400, 20068));
}

#[test]
fn a_code_works_once_for_five_minutes_for_its_app_at_its_address() {
    let (fake, app) = world();
    let other = fake.set_app(App::new("other", &[CALLBACK]));
    let first = code(&fake, &app, &[]);
    assert_eq!(said(&exchange(&fake, &other, &first, &json!({}))), (400, 20024));
    assert_eq!(said(&exchange(&fake, &app, &first, &json!({ "redirect_uri": format!("{CALLBACK}/") }))), (400, 20071));
    assert_eq!(said(&exchange(&fake, &app, &first, &json!({ "redirect_uri": null }))), (400, 20071));
    assert_eq!(said(&exchange(&fake, &app, "unknown", &json!({}))), (400, 20003));
    assert_eq!(said(&exchange(&fake, &app, &first, &json!({}))), (200, 0));
    assert_eq!(said(&exchange(&fake, &app, &first, &json!({}))), (400, 20065));
    assert_eq!(fake.ledger().attempts.double_spends().len(), 1);
    let late = code(&fake, &app, &[]);
    fake.advance(TimeDelta::minutes(5) + TimeDelta::milliseconds(1));
    assert_eq!(said(&exchange(&fake, &app, &late, &json!({}))), (400, 20004));
    assert_eq!(fake.exchanges_ok().len(), 1);
}

#[test]
fn the_verifier_must_fit_the_challenge() {
    let (fake, app) = world();
    let with = code(&fake, &app, &[]);
    for verifier in [json!(null), json!(VERIFIER.replace('a', "b"))] {
        assert_eq!(said(&exchange(&fake, &app, &with, &json!({ "code_verifier": verifier }))), (400, 20049));
    }
    let plain = code(&fake, &app, &[("code_challenge", VERIFIER), ("code_challenge_method", "")]);
    assert_eq!(said(&exchange(&fake, &app, &plain, &json!({}))), (200, 0), "plain when no method is named");
    let without = [("code_challenge", ""), ("code_challenge_method", "")];
    assert_eq!(said(&exchange(&fake, &app, &code(&fake, &app, &without), &json!({}))), (200, 0), "v2 doesn't look");
    let v3 = |code: &str| {
        let body = json!({ "grant_type": "authorization_code", "client_id": app.id, "client_secret": app.secret, "code": code,
                           "redirect_uri": CALLBACK, "code_verifier": VERIFIER });
        said(&post(&fake.accounts_url(), V3, body, &json!({})))
    };
    assert_eq!(v3(&code(&fake, &app, &without)), (400, 20049), "v3 does");
    assert_eq!(v3(&code(&fake, &app, &[])), (200, 0));
    fake.set_v3_refuses_pkce(true);
    assert_eq!(v3(&code(&fake, &app, &[])), (400, 20049), "the open trouble of v3");
}

#[test]
fn the_app_must_say_who_it_is_and_be_in_order() {
    let (fake, app) = world();
    let code = code(&fake, &app, &[]);
    let tried = |changes: serde_json::Value| said(&exchange(&fake, &app, &code, &changes));
    assert_eq!(tried(json!({ "grant_type": null })), (400, 20001));
    assert_eq!(tried(json!({ "grant_type": "password" })), (400, 20036));
    assert_eq!(tried(json!({ "client_id": null })), (400, 20001));
    assert_eq!(tried(json!({ "client_secret": null })), (400, 20001));
    assert_eq!(tried(json!({ "client_id": "cli_unknown" })), (400, 20048));
    assert_eq!(tried(json!({ "client_secret": "x" })), (400, 20002));
    assert_eq!(tried(json!({ "code": null })), (400, 20001));
    for (changed, code) in [
        (App { enabled: false, ..app.clone() }, 20069),
        (App { installed: false, ..app.clone() }, 20009),
        (App { brand: Brand::Lark, ..app.clone() }, 20048),
    ] {
        fake.set_app(changed);
        assert_eq!(tried(json!({})), (400, code));
    }
    fake.set_app(app.clone());
    for (state, code) in [(PersonState::Resigned, 20066), (PersonState::Missing, 20008)] {
        fake.set_person_state("anna", state);
        assert_eq!(tried(json!({})), (400, code));
    }
    fake.set_person_state("anna", PersonState::Active);
    fake.set_available("anna", false);
    assert_eq!(tried(json!({})), (400, 20010));
    let renewed = fake.reset_secret(&app);
    fake.set_available("anna", true);
    assert_eq!(tried(json!({})), (400, 20002), "the old secret");
    assert_eq!(said(&exchange(&fake, &renewed, &code, &json!({}))), (200, 0), "no refusal spent the code");
}

#[test]
fn refusals_are_worded_as_the_token_endpoint_words_them() {
    let (fake, app) = world();
    let reply = exchange(&fake, &app, "unknown", &json!({}));
    let body = reply.json();
    assert_eq!(body["error"], "invalid_grant");
    assert!(body["error_description"].as_str().unwrap().contains("authorization code is not found"));
    assert!(body["msg"].is_null());
    assert_eq!(fake.ledger().attempts.0[0].outcome, Outcome::Refused { status: 400, error: "20003".to_owned() });
    for (code, status) in [(20050, 500), (20072, 503)] {
        fake.next(Route::TokenV2, Knob::Instead(token_error(code)));
        assert_eq!(said(&exchange(&fake, &app, "x", &json!({}))), (status, i64::from(code)));
    }
    fake.next(Route::TokenV2, Knob::Instead(too_many(7)));
    let reply = exchange(&fake, &app, "x", &json!({}));
    assert_eq!((said(&reply), reply.header("x-ogw-ratelimit-reset")), ((429, 99_991_400), Some("7")));
}

#[test]
fn a_form_and_json_without_a_type_are_read_and_basic_is_taken_alone() {
    let (fake, app) = world();
    let form = |code: &str| {
        let fields = [("grant_type", "authorization_code"), ("client_id", &app.id), ("client_secret", &app.secret)];
        post_form(
            &fake.open_url(),
            V2,
            &[&fields[..], &[("code", code), ("redirect_uri", CALLBACK), ("code_verifier", VERIFIER)]].concat(),
        )
    };
    assert_eq!(said(&form(&code(&fake, &app, &[]))), (200, 0));
    let untyped = json!({ "grant_type": "authorization_code", "client_id": app.id, "client_secret": app.secret,
                          "code": code(&fake, &app, &[]), "redirect_uri": CALLBACK, "code_verifier": VERIFIER });
    assert_eq!(said(&ask(&fake.open_url(), "POST", V2, &[], &untyped.to_string()).unwrap()), (200, 0));
    let basic = format!("Basic {}", STANDARD.encode(format!("{}:{}", app.id, app.secret)));
    let both = ask(&fake.open_url(), "POST", V2, &[("Authorization", &basic)], &untyped.to_string()).unwrap();
    assert_eq!(said(&both), (400, 20070));
}

#[test]
fn a_fake_lark_knows_larks_apps() {
    let fake = FakeFeishu::options().brand(Brand::Lark).start();
    fake.set_person(support::feishu::Person::new("anna"));
    let here = fake.set_app(App { brand: Brand::Lark, ..App::new("crm", &[CALLBACK]) });
    let there = fake.set_app(App::new("crm", &[CALLBACK]));
    assert_eq!(said(&exchange(&fake, &here, &code(&fake, &here, &[]), &json!({}))), (200, 0));
    let page = support::fake::Visitor::open(&address(&fake, &there, &[])).landing;
    assert!(page.html().contains("20048"));
}
