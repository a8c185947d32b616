//! Tokens that an app fetches with its id and secret.

use chrono::TimeDelta;
use serde_json::{Value, json};
use support::feishu::App;

use super::{said, world};
use crate::raw::{ask, get_as};

const TENANT: &str = "/open-apis/auth/v3/tenant_access_token/internal";
const APP: &str = "/open-apis/auth/v3/app_access_token/internal/";

#[test]
fn the_same_token_comes_until_half_an_hour_before_its_end() {
    let (fake, app) = world();
    // Without a Content-Type, as the official Python client sends it.
    let body = json!({ "app_id": app.id, "app_secret": app.secret }).to_string();
    let fetch = |path: &str| ask(&fake.open_url(), "POST", path, &[], &body).unwrap().json();
    let first = fetch(TENANT);
    assert_eq!(first, json!({ "code": 0, "msg": "ok", "tenant_access_token": first["tenant_access_token"], "expire": 7200 }));
    assert!(first["tenant_access_token"].as_str().unwrap().starts_with("t-"));
    fake.advance(TimeDelta::minutes(90));
    let same = fetch(APP);
    assert_eq!((&same["tenant_access_token"], &same["expire"]), (&first["tenant_access_token"], &json!(1800)));
    assert_eq!(same["app_access_token"], same["tenant_access_token"]);
    fake.advance(TimeDelta::milliseconds(1));
    let next = fetch(TENANT);
    assert_ne!(next["tenant_access_token"], first["tenant_access_token"]);
    let bot = |answer: &Value| {
        let token = answer["tenant_access_token"].as_str().unwrap();
        said(&get_as(&fake.open_url(), "/open-apis/bot/v3/info", token))
    };
    assert_eq!((bot(&first), bot(&next)), ((200, 0), (200, 0)), "both live");
    fake.advance(TimeDelta::minutes(30));
    assert_eq!((bot(&first), bot(&next)), ((400, 99_991_663), (200, 0)));
    assert_eq!(fake.ledger().attempts.ok("app_token").len(), 3);
}

#[test]
fn a_wrong_app_or_secret_is_said_with_http_200() {
    let (fake, app) = world();
    let tried = |id: &str, secret: &str| {
        let body = json!({ "app_id": id, "app_secret": secret }).to_string();
        let answer = ask(&fake.open_url(), "POST", TENANT, &[], &body).unwrap();
        (said(&answer), answer.json()["msg"].as_str().unwrap().to_owned())
    };
    assert_eq!(tried("", &app.secret), ((200, 10003), "invalid param".to_owned()));
    assert_eq!(tried("nonsense", &app.secret).0, (200, 10003));
    assert_eq!(tried(&app.id, "").0, (200, 10003));
    assert_eq!(tried("cli_0000000000000000", "x"), ((200, 10014), "app id not exists".to_owned()));
    assert_eq!(tried(&app.id, "x"), ((200, 10014), "app secret invalid".to_owned()));
    fake.set_app(App { enabled: false, ..app.clone() });
    assert_eq!(tried(&app.id, &app.secret).0, (200, 10014));
    assert_eq!(fake.ledger().attempts.refusals(), ["10003", "10003", "10003", "10014", "10014", "10014"]);
}
