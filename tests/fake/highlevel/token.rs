//! The token endpoint: single use with thirty seconds of grace, and its two ways to refuse.

use chrono::TimeDelta;
use serde_json::json;
use support::fake::{Delivery, Knob, Visitor};
use support::highlevel::{Answer, App, FakeHighLevel, GRACE, Location, Refusal, Route, Wording, too_many};

use super::{CALLBACK, SCOPES, address, exchange, post, refresh, refused, said, world};
use crate::raw::ask;

const USED: &str = "Invalid grant: refresh token is invalid";

fn code(fake: &FakeHighLevel, app: &App, location: &Location) -> String {
    fake.answer_choices(Some(Answer::Location(location.id.clone())));
    Visitor::open(&address(fake, app, &[])).landing.parameter("code").unwrap()
}

#[test]
fn a_code_becomes_a_pair_without_an_end_of_its_refresh_token() {
    let (fake, app, company, location) = world();
    let body = exchange(&fake, &app, &code(&fake, &app, &location), &[("user_type", "Location")]).json();
    let pair = fake.ledger().pairs[0].clone();
    assert_eq!(
        body,
        json!({
            "access_token": pair.access, "token_type": "Bearer", "expires_in": 86_399, "refresh_token": pair.refresh,
            "scope": SCOPES.join(" "), "userType": "Location", "locationId": location.id, "companyId": company.id,
            "userId": body["userId"], "isBulkInstallation": false,
        })
    );
    assert!(pair.access.starts_with("eyJ"));
}

#[test]
fn identical_calls_inside_thirty_seconds_get_the_same_pair() {
    let (fake, app, _, location) = world();
    let old = fake.issue_for_location(&app, &location);
    let token = old.refresh.clone().unwrap();
    let first = refresh(&fake, &app, &token, &[]).json();
    fake.advance(GRACE);
    assert_eq!(refresh(&fake, &app, &token, &[]).json(), first);
    let ledger = fake.ledger();
    assert_eq!((ledger.rotations().len(), ledger.refreshes_ok().len()), (1, 2));
    assert_eq!(ledger.pairs[1].repeats, 1);
    assert!(ledger.attempts.double_spends().is_empty());
    fake.advance(TimeDelta::milliseconds(1));
    assert_eq!(said(&refresh(&fake, &app, &token, &[])), refused(400, USED));
    assert_eq!(fake.ledger().attempts.double_spends().len(), 1);
    let new = first["refresh_token"].as_str().unwrap();
    assert_eq!(refresh(&fake, &app, new, &[]).status, 200, "the new one lives on");
}

#[test]
fn a_lost_answer_comes_again_when_asked_at_once() {
    let (fake, app, _, location) = world();
    let old = fake.issue_for_location(&app, &location);
    let token = old.refresh.clone().unwrap();
    fake.next(Route::Token, Knob::DropAfterCommit);
    let form = url::form_urlencoded::Serializer::new(String::new())
        .extend_pairs([("grant_type", "refresh_token"), ("refresh_token", &token)])
        .extend_pairs([("client_id", &app.client_id), ("client_secret", &app.client_secret)])
        .finish();
    assert!(ask(&fake.services_url(), "POST", "/oauth/token", &[], &form).is_none());
    fake.wait_for(|l| l.pairs.len() == 2 && l.pairs[1].delivery == Delivery::Dropped);
    fake.advance(TimeDelta::seconds(5));
    let again = refresh(&fake, &app, &token, &[]).json();
    fake.wait_for(|l| l.pairs[1].delivery.arrived());
    assert_eq!(again["access_token"], fake.latest_from(&token).access);
    assert_eq!(fake.ledger().rotations().len(), 1);
}

#[test]
fn an_unused_refresh_token_lives_a_year() {
    let (fake, app, _, location) = world();
    let young = fake.issue_aged(&app, &location, TimeDelta::days(365) - TimeDelta::milliseconds(1));
    let old = fake.issue_aged(&app, &location, TimeDelta::days(365));
    assert_eq!(said(&refresh(&fake, &app, &old.refresh.unwrap(), &[])), refused(400, USED));
    assert_eq!(refresh(&fake, &app, &young.refresh.unwrap(), &[]).status, 200);
}

#[test]
fn a_paused_location_keeps_its_refresh_token() {
    let (fake, app, _, location) = world();
    let token = fake.issue_for_location(&app, &location).refresh.unwrap();
    fake.set_active(&location, false);
    for wording in [Wording::Specified, Wording::Seen] {
        fake.set_wording(wording);
        assert_eq!(said(&refresh(&fake, &app, &token, &[])), refused(400, "Location is not active"));
    }
    fake.set_active(&location, true);
    assert_eq!(refresh(&fake, &app, &token, &[]).status, 200);
}

#[test]
fn refusals_in_the_specifications_words() {
    let (fake, app, company, location) = world();
    let other = fake.set_app(App::new(&[CALLBACK], &SCOPES));
    let token = fake.issue_for_location(&app, &location).refresh.unwrap();
    let tried = |changes: &[(&str, &str)]| said(&refresh(&fake, &app, &token, changes));
    assert_eq!(tried(&[("client_id", "")]), refused(400, "Missing parameter: clientId"));
    assert_eq!(tried(&[("client_secret", "")]), refused(400, "Missing parameter: clientSecret"));
    assert_eq!(tried(&[("grant_type", "")]), refused(400, "Missing parameter: grantType"));
    assert_eq!(tried(&[("grant_type", "password")]), refused(400, "Invalid parameter: grantType"));
    assert_eq!(tried(&[("user_type", "Agency")]), refused(400, "Invalid parameter: userType"));
    assert_eq!(tried(&[("refresh_token", "")]), refused(400, "Missing parameter: refreshToken"));
    assert_eq!(tried(&[("refresh_token", "unknown")]), refused(400, USED));
    assert_eq!(tried(&[("client_secret", "x")]).0, 401);
    assert_eq!(tried(&[("user_type", "Company")]), refused(400, USED));
    assert_eq!(said(&refresh(&fake, &other, &token, &[])), refused(400, USED));
    assert_eq!(said(&exchange(&fake, &app, "unknown", &[])).0, 400);
    assert_eq!(refresh(&fake, &app, &token, &[("user_type", "")]).status, 200, "it may be left out");
    let companys = fake.issue_for_company(&app, &company).refresh.unwrap();
    assert_eq!(refresh(&fake, &app, &companys, &[("user_type", "Company")]).json()["userType"], "Company");
}

#[test]
fn refusals_as_they_were_seen() {
    let (fake, app, _, location) = world();
    fake.set_wording(Wording::Seen);
    let token = fake.issue_for_location(&app, &location).refresh.unwrap();
    let description = |reply: crate::raw::Reply| {
        assert_eq!((reply.status, &reply.json()["error"]), (401, &json!("UnAuthorized!")));
        reply.json()["error_description"].as_str().unwrap().to_owned()
    };
    assert_eq!(description(refresh(&fake, &app, "unknown", &[])), "Invalid refresh token");
    assert_eq!(description(refresh(&fake, &app, &token, &[("client_secret", "x")])), "Invalid client credentials!");
    assert_eq!(description(refresh(&fake, &app, &token, &[("user_type", "Company")])), "Invalid client credentials!");
    for secret in [app.client_secret.as_str(), "x"] {
        let reply = exchange(&fake, &app, "unknown", &[("client_secret", secret)]);
        assert_eq!(description(reply), "Authorization code not found", "the code is looked at first");
    }
    fake.uninstall(&app, &location.id);
    assert_eq!(description(refresh(&fake, &app, &token, &[])), "Invalid client credentials!", "although they are valid");
    assert_eq!(fake.ledger().attempts.refusals(), ["refresh_token", "client", "binding", "code", "code", "binding"]);
}

#[test]
fn a_code_works_once_at_its_address_for_its_app() {
    let (fake, app, _, location) = world();
    let other = fake.set_app(App::new(&[CALLBACK], &SCOPES));
    let first = code(&fake, &app, &location);
    assert_eq!(exchange(&fake, &other, &first, &[]).status, 400);
    assert_eq!(exchange(&fake, &app, &first, &[("redirect_uri", "http://localhost:1/")]).status, 400);
    assert_eq!(exchange(&fake, &app, &first, &[("user_type", "Company")]).status, 400);
    assert_eq!(exchange(&fake, &app, &first, &[("client_secret", "x")]).status, 401);
    assert_eq!(exchange(&fake, &app, &first, &[("redirect_uri", "")]).status, 200, "the origin document sends none");
    assert_eq!(exchange(&fake, &app, &first, &[]).status, 400);
    assert_eq!(fake.ledger().attempts.double_spends().len(), 1);
    let late = code(&fake, &app, &location);
    fake.advance(TimeDelta::minutes(11));
    assert_eq!(exchange(&fake, &app, &late, &[]).status, 400);
}

#[test]
fn v3_speaks_in_camel_case_both_ways() {
    let (fake, app, _, location) = world();
    let pair = fake.issue_for_location(&app, &location);
    let body = json!({ "grantType": "refresh_token", "clientId": app.client_id, "clientSecret": app.client_secret,
                       "refreshToken": pair.refresh });
    let headers = [crate::raw::JSON, ("Version", "v3")];
    let reply = ask(&fake.services_url(), "POST", "/oauth/token", &headers, &body.to_string()).unwrap().json();
    let new = fake.latest_from(&pair.access);
    assert_eq!((&reply["accessToken"], &reply["refreshToken"]), (&json!(new.access), &json!(new.refresh)));
    assert_eq!(
        (&reply["expiresIn"], &reply["tokenType"], &reply["access_token"]),
        (&json!(86_399), &json!("Bearer"), &json!(null))
    );
    let classic = post(&fake, &[("grantType", "refresh_token"), ("clientId", &app.client_id)], &[]);
    assert_eq!(said(&classic), refused(400, "Missing parameter: grantType"), "without the header");
}

#[test]
fn knobs_reach_the_token_endpoint() {
    let (fake, app, _, location) = world();
    let token = fake.issue_for_location(&app, &location).refresh.unwrap();
    fake.next(Route::Token, Knob::Instead(too_many()));
    fake.next(Route::Token, Knob::Instead(Refusal::LocationInactive.answer(Wording::Specified)));
    let limited = refresh(&fake, &app, &token, &[]);
    assert_eq!((limited.status, limited.header("x-ratelimit-max")), (429, Some("100")));
    assert_eq!(refresh(&fake, &app, &token, &[]).status, 400);
    assert_eq!(refresh(&fake, &app, &token, &[]).status, 200);
    assert_eq!(fake.ledger().rotations().len(), 1);
}
