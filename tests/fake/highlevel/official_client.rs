//! The proof: npm's @gohighlevel/api-client, with its two addresses turned, finds nothing odd about the fake.

use std::sync::{LazyLock, Mutex};

use serde_json::{Value, json};
use support::conversation::Conversation;
use support::fake::Visitor;
use support::highlevel::{App, FakeHighLevel, Wording};
use support::node;

use super::{CALLBACK, SCOPES};

/// The client knows the time of the machine alone, so the fake's clock runs with it.
fn world() -> (FakeHighLevel, App) {
    let fake = FakeHighLevel::start();
    let app = fake.set_app(App::new(&[CALLBACK], &SCOPES));
    (fake, app)
}

/// One process for all tests.
fn run(fake: &FakeHighLevel, app: &App, what: &str, more: Value) -> Value {
    static CLIENT: LazyLock<Mutex<Conversation>> =
        LazyLock::new(|| Mutex::new(Conversation::start(&mut node::highlevel_recipe())));
    let Value::Array(more) = more else { panic!("{more}") };
    let mut order = vec![json!(what), json!(fake.services_url()), json!(fake.marketplace_url())];
    order.extend([json!(app.client_id), json!(app.client_secret)]);
    order.extend(more);
    let answer = CLIENT.lock().unwrap().say(&Value::Array(order).to_string());
    serde_json::from_str(&answer).unwrap_or_else(|e| panic!("{e}: {answer:?}"))
}

#[test]
fn it_consents_exchanges_and_refreshes() {
    let (fake, app) = world();
    let location = fake.add_location(&fake.add_company("Agency"), "Main Street");
    let url = run(&fake, &app, "url", json!([CALLBACK, SCOPES.join(" ")]));
    let code = Visitor::open(url.as_str().unwrap()).press("Main Street").landing.parameter("code").unwrap();
    let got = run(&fake, &app, "code", json!([code]));
    assert_eq!((&got["locationId"], &got["userType"]), (&json!(location.id), &json!("Location")));
    let token = got["refresh_token"].clone();
    let first = run(&fake, &app, "refresh", json!([token, "Location"]));
    assert_eq!(run(&fake, &app, "refresh", json!([token, "Location"])), first, "inside the grace");
    fake.advance(chrono::TimeDelta::seconds(31));
    let late = run(&fake, &app, "refresh", json!([token, "Location"]));
    assert_eq!(late["error"][0], 400, "{late}");
    fake.set_wording(Wording::Seen);
    assert_eq!(run(&fake, &app, "refresh", json!([token, "Location"]))["error"][0], 401);
    let ledger = fake.ledger();
    assert_eq!((ledger.exchanges_ok().len(), ledger.rotations().len()), (1, 1));
}

#[test]
fn it_refreshes_a_stored_session_by_itself_before_a_read() {
    let (fake, app) = world();
    let company = fake.add_company("Agency");
    let location = fake.add_location(&company, "Main Street");
    let pair = fake.issue_for_location(&app, &location);
    let session = json!({
        "access_token": pair.access, "refresh_token": pair.refresh, "expires_in": 10, "token_type": "Bearer",
        "userType": "Location", "companyId": company.id, "locationId": location.id,
    });
    let got = run(&fake, &app, "location", json!([location.id, session]));
    assert_eq!(got["answer"]["location"]["name"], "Main Street", "{got}");
    assert_eq!(got["session"]["refresh_token"], json!(fake.latest_from(&pair.access).refresh));
    assert_eq!(fake.ledger().rotations().len(), 1);
}

#[test]
fn it_fetches_a_location_token_for_an_agency() {
    let (fake, app) = world();
    let company = fake.add_company("Agency");
    let location = fake.add_location(&company, "Main Street");
    let agency = fake.issue_for_company(&app, &company).access;
    let got = run(&fake, &app, "location-token", json!([company.id, location.id, agency]));
    assert_eq!((&got["locationId"], &got["refresh_token"]), (&json!(location.id), &json!(null)));
}
