//! The proof: lark-oapi, unchanged, from the package index, for v1, v3, user and tenant calls; and authlib, an ordinary OAuth
//! client, for v2, which no official Python client speaks.

use std::sync::{LazyLock, Mutex};

use serde_json::{Value, json};
use support::conversation::Conversation;
use support::fake::Knob;
use support::feishu::{Answer, App, FakeFeishu, Family, Person, Route, token_error};
use support::python;

use super::{ALL, CALLBACK, code};

/// The clients know the time of the machine alone, so the fake's clock runs with it.
fn world() -> (FakeFeishu, App) {
    let fake = FakeFeishu::start();
    let app = fake.set_app(App::new("crm", &[CALLBACK]));
    fake.set_person(Person::new("anna"));
    fake.answer_consents(Some(Answer::Allow("anna".to_owned())));
    (fake, app)
}

/// One process for all tests, because lark-oapi takes seconds to load.
fn run(fake: &FakeFeishu, app: &App, what: &[&str]) -> Value {
    static CLIENTS: LazyLock<Mutex<Conversation>> = LazyLock::new(|| {
        let mut command = python::command(&python::feishu_clients(), &python::script("feishu_recipe.py"));
        Mutex::new(Conversation::start(&mut command))
    });
    let (open, accounts) = (fake.open_url(), fake.accounts_url());
    let order = [&[what[0], &open, &accounts, &app.id, &app.secret], &what[1..]].concat();
    let answer = CLIENTS.lock().unwrap().say(&json!(order).to_string());
    serde_json::from_str(&answer).unwrap_or_else(|e| panic!("{e}: {answer:?}"))
}

#[test]
fn lark_oapi_exchanges_and_refreshes_at_v3_and_reads_who_it_is() {
    let (fake, app) = world();
    let got = run(&fake, &app, &["v3-code", &code(&fake, &app, &[]), CALLBACK, super::VERIFIER]);
    let pair = fake.ledger().pairs[0].clone();
    assert_eq!((&got["access_token"], &got["refresh_token"]), (&json!(pair.access), &json!(pair.refresh)));
    assert_eq!((&got["user"]["name"], &got["user"]["email"]), (&json!("anna"), &json!("anna@example.com")));
    let old = pair.refresh.unwrap();
    let got = run(&fake, &app, &["v3-refresh", &old]);
    assert_eq!(got["access_token"], fake.latest_from(&old).access);
    assert_eq!(run(&fake, &app, &["v3-refresh", &old]), json!({ "error": [400, 20064, "invalid_grant"] }));
    fake.next(Route::TokenV3, Knob::Instead(token_error(20072)));
    assert_eq!(run(&fake, &app, &["v3-refresh", "x"]), json!({ "error": [503, 20072, "temporarily_unavailable"] }));
    assert_eq!(fake.ledger().attempts.double_spends().len(), 1);
}

#[test]
fn lark_oapi_does_the_historic_v1_with_an_app_token_of_its_own() {
    let (fake, app) = world();
    let got = run(&fake, &app, &["v1-code", &code(&fake, &app, &[])]);
    let pair = fake.ledger().pairs[0].clone();
    assert_eq!((pair.family, &got["refresh_token"]), (Family::V1, &json!(pair.refresh)));
    assert_eq!(got["refresh_expires_in"], 2_591_999);
    let got = run(&fake, &app, &["v1-refresh", pair.refresh.as_deref().unwrap()]);
    assert_eq!(got["access_token"], fake.latest_from(&pair.access).access);
    assert_eq!(run(&fake, &app, &["v1-refresh", "ur-unknown"]), json!({ "error": [200, 20038, "refresh token not found"] }));
}

#[test]
fn lark_oapi_fetches_a_tenant_token_and_calls_with_it() {
    let (fake, app) = world();
    assert_eq!(run(&fake, &app, &["tenant"])["bot"]["app_name"], "crm");
    let arrivals: Vec<_> = fake.ledger().arrivals.iter().map(|a| a.path.clone()).collect();
    assert_eq!(arrivals, ["/open-apis/auth/v3/tenant_access_token/internal", "/open-apis/bot/v3/info"]);
    // Another app: the client's cache knows tokens by the app's id, whatever the secret.
    let wrong = App { secret: "x".to_owned(), ..fake.set_app(App::new("other", &[])) };
    assert_eq!(run(&fake, &wrong, &["tenant"])["error"][1], 10014);
}

#[test]
fn an_ordinary_oauth_client_goes_through_v2() {
    let (fake, app) = world();
    let got = run(&fake, &app, &["v2", CALLBACK, ALL]);
    assert_eq!((&got["first"]["scope"], &got["first"]["refresh_token_expires_in"]), (&json!(ALL), &json!(604_800)));
    let ledger = fake.ledger();
    assert_eq!((ledger.exchanges_ok().len(), ledger.refreshes_ok().len()), (1, 1));
    assert_eq!(got["second"]["access_token"], ledger.pairs[1].access);
    assert_eq!(got["reuse"], "invalid_grant", "the first refresh token once more");
    assert_eq!(ledger.pairs[1].parent, Some(0));
}
