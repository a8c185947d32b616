//! Codes at the token endpoint.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use chrono::TimeDelta;
use serde_json::Value;
use support::google::{Client, ClientState, Person, Project};

use super::{ANNA, CALLBACK, EMAIL, GMAIL, SHEETS, VERIFIER, code, error, exchange, noon, refused, world};
use crate::raw::{ask, post_form};

#[test]
fn a_code_becomes_tokens_and_an_identity() {
    let (fake, client) = world();
    let code = code(&fake, &client, &[("nonce", "n1")]);
    let reply = exchange(&fake, &client, &code, &[]);
    assert_eq!((reply.status, reply.header("cache-control")), (200, Some("no-store")));
    let body = reply.json();
    assert_eq!((&body["expires_in"], &body["token_type"]), (&3599.into(), &"Bearer".into()));
    assert_eq!(body["scope"], format!("openid {EMAIL} {GMAIL} {SHEETS}"));
    assert!(body["access_token"].as_str().unwrap().starts_with("ya29."));
    assert!(body["refresh_token"].as_str().unwrap().starts_with("1//0"));
    assert!(body["refresh_token_expires_in"].is_null());
    let claims = body["id_token"].as_str().unwrap().split('.').nth(1).unwrap();
    let claims: Value = serde_json::from_slice(&URL_SAFE_NO_PAD.decode(claims).unwrap()).unwrap();
    assert_eq!((&claims["iss"], &claims["aud"]), (&fake.base_url().into(), &client.id.clone().into()));
    assert_eq!((&claims["email"], &claims["sub"]), (&ANNA.into(), &Person::new(ANNA).sub.into()));
    assert_eq!((claims["exp"].as_i64(), claims["hd"].is_null()), (Some(noon().timestamp() + 3600), true));
    assert_eq!(claims["nonce"], "n1");
    assert_eq!(fake.exchanges_ok().len(), 1);
}

#[test]
fn a_code_works_once_for_ten_minutes_for_its_client_at_its_address() {
    let (fake, client) = world();
    let other = fake.add_desktop_client("crm");
    let first = code(&fake, &client, &[]);
    let bad = refused(400, "invalid_grant", "Bad Request");
    assert_eq!(error(&exchange(&fake, &other, &first, &[])), bad);
    let slash = [("redirect_uri", "http://127.0.0.1:47111/callback/")];
    assert_eq!(error(&exchange(&fake, &client, &first, &slash)), refused(400, "redirect_uri_mismatch", "Bad Request"));
    assert_eq!(exchange(&fake, &client, &first, &[]).status, 200);
    assert_eq!(error(&exchange(&fake, &client, &first, &[])), bad);
    assert_eq!(fake.ledger().attempts.double_spends().len(), 1);
    let late = code(&fake, &client, &[]);
    fake.advance(TimeDelta::minutes(10) + TimeDelta::seconds(1));
    assert_eq!(error(&exchange(&fake, &client, &late, &[])), bad);
    let coded = late.replace('/', "%2F");
    assert_eq!(error(&exchange(&fake, &client, &coded, &[])), refused(400, "invalid_grant", "Malformed auth code."));
}

#[test]
fn the_verifier_must_fit_the_challenge() {
    let (fake, client) = world();
    let with = code(&fake, &client, &[]);
    let missing = exchange(&fake, &client, &with, &[("code_verifier", "")]);
    assert_eq!(error(&missing), refused(400, "invalid_grant", "Missing code verifier."));
    let wrong = exchange(&fake, &client, &with, &[("code_verifier", &VERIFIER.replace('a', "b"))]);
    assert_eq!(error(&wrong), refused(400, "invalid_grant", "Invalid code verifier."));
    let without = code(&fake, &client, &[("code_challenge", ""), ("code_challenge_method", "")]);
    assert_eq!(error(&exchange(&fake, &client, &without, &[])).1, "invalid_grant", "a foreign code under our verifier");
    assert_eq!(exchange(&fake, &client, &without, &[("code_verifier", "")]).status, 200);
    let plain = code(&fake, &client, &[("code_challenge", VERIFIER), ("code_challenge_method", "")]);
    assert_eq!(exchange(&fake, &client, &plain, &[]).status, 200, "plain when no method is named");
}

#[test]
fn a_refresh_token_comes_with_offline_access_and_a_page_alone() {
    let (fake, client) = world();
    let online = code(&fake, &client, &[("access_type", "")]);
    assert!(exchange(&fake, &client, &online, &[]).json()["refresh_token"].is_null());
    let silent = code(&fake, &client, &[("prompt", "")]);
    assert!(exchange(&fake, &client, &silent, &[]).json()["refresh_token"].is_null(), "consented before");
    let again = code(&fake, &client, &[]);
    assert!(exchange(&fake, &client, &again, &[]).json()["refresh_token"].is_string());
}

#[test]
fn an_app_in_testing_gets_seven_days() {
    let (fake, _) = world();
    fake.set_project(Project::testing("trial", &[ANNA]));
    let client = fake.add_desktop_client("trial");
    let body = exchange(&fake, &client, &code(&fake, &client, &[]), &[]).json();
    assert_eq!(body["refresh_token_expires_in"], 604_799);
    let sign_in = code(&fake, &client, &[("scope", "openid email")]);
    assert!(exchange(&fake, &client, &sign_in, &[]).json()["refresh_token_expires_in"].is_null());
    fake.set_person(Person { time_limit: Some(TimeDelta::days(3)), ..Person::new(ANNA) });
    let limited = code(&fake, &client, &[("scope", "openid email")]);
    assert_eq!(exchange(&fake, &client, &limited, &[]).json()["refresh_token_expires_in"], 259_200);
}

#[test]
fn the_client_must_say_who_it_is_and_prove_it() {
    let (fake, client) = world();
    let code = code(&fake, &client, &[]);
    let tried = |changes: &[(&str, &str)]| error(&exchange(&fake, &client, &code, changes));
    let nobody = "Could not determine client ID from request.";
    assert_eq!(tried(&[("client_id", "")]), refused(400, "invalid_request", nobody));
    assert_eq!(tried(&[("client_id", "x")]), refused(401, "invalid_client", "The OAuth client was not found."));
    assert_eq!(tried(&[("client_secret", "")]), refused(400, "invalid_request", "client_secret is missing."));
    assert_eq!(tried(&[("client_secret", "x")]).1, "invalid_client");
    assert_eq!(tried(&[("grant_type", "x")]), refused(400, "unsupported_grant_type", "Invalid grant_type: x"));
    assert_eq!(tried(&[("grant_type", "")]).1, "invalid_request");
    assert_eq!(tried(&[("code", "")]).1, "invalid_request");
    for (state, name) in [(ClientState::Deleted, "deleted_client"), (ClientState::Disabled, "disabled_client")] {
        fake.set_client_state(&client, state);
        assert_eq!((tried(&[]).0, tried(&[]).1.as_str()), (401, name));
    }
    fake.set_client_state(&client, ClientState::Good);
    let renewed: Client = fake.reset_secret(&client);
    assert_eq!(tried(&[]).1, "invalid_client", "the old secret");
    assert_eq!(exchange(&fake, &renewed, &code, &[]).status, 200);
    let refusals = fake.ledger().attempts.refusals().len();
    assert_eq!(refusals, 12, "every attempt is in the books");
}

#[test]
fn basic_authentication_is_taken_too() {
    let (fake, client) = world();
    let code = code(&fake, &client, &[]);
    let basic = format!("Basic {}", STANDARD.encode(format!("{}:{}", client.id, client.secret)));
    let form = [("grant_type", "authorization_code"), ("code", &code), ("redirect_uri", CALLBACK), ("code_verifier", VERIFIER)];
    let body = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(form).finish();
    let reply = ask(&fake.base_url(), "POST", "/token", &[("Authorization", &basic)], &body).unwrap();
    assert_eq!(reply.status, 200);
}

#[test]
fn other_paths_and_methods_are_not_found() {
    let (fake, _) = world();
    for (method, path) in [("GET", "/token"), ("GET", "/revoke"), ("POST", "/o/oauth2/v2/auth"), ("GET", "/oauth2/v4/token")] {
        let reply = ask(&fake.base_url(), method, path, &[], "").unwrap();
        assert_eq!((reply.status, reply.header("content-type")), (404, Some("text/html; charset=utf-8")), "{method} {path}");
    }
    assert_eq!(post_form(&fake.base_url(), "/token", &[]).status, 400);
}
