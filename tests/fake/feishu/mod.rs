//! Feishu and Lark: the pages, the three families of tokens, the gateway, and the official Python client.

mod app_token;
mod asking;
mod exchange;
mod gateway;
mod official_client;
mod oidc;
mod refresh;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::{DateTime, Utc};
use serde_json::{Map, Value, json};
use sha2::{Digest as _, Sha256};
use support::fake::Visitor;
use support::feishu::{Answer, App, FakeFeishu, Person};

use crate::raw::{JSON, Reply, ask};

const CALLBACK: &str = "http://127.0.0.1:14520/callback";
const VERIFIER: &str = "a-verifier-of-at-least-forty-three-characters-0123456789";
const ALL: &str = "offline_access auth:user.id:read contact:user.email:readonly";
const V2: &str = "/open-apis/authen/v2/oauth/token";
const V3: &str = "/oauth/v3/token";

fn noon() -> DateTime<Utc> {
    "2026-11-20T12:00:00Z".parse().unwrap()
}

/// Anna and an app that is ready, at noon.
fn world() -> (FakeFeishu, App) {
    let fake = FakeFeishu::options().frozen_at(noon()).rate_limit(support::fake::RateLimit::Off).start();
    let app = fake.set_app(App::new("crm", &[CALLBACK]));
    fake.set_person(Person::new("anna"));
    (fake, app)
}

/// A good request, with some parameters replaced, added, or (by an empty text) left out.
fn address(fake: &FakeFeishu, app: &App, changes: &[(&str, &str)]) -> String {
    let challenge = URL_SAFE_NO_PAD.encode(Sha256::digest(VERIFIER));
    let mut parameters = vec![
        ("client_id", app.id.as_str()),
        ("response_type", "code"),
        ("redirect_uri", CALLBACK),
        ("scope", ALL),
        ("state", "s t/1"),
        ("code_challenge", &challenge),
        ("code_challenge_method", "S256"),
    ];
    parameters.retain(|(name, _)| !changes.iter().any(|(changed, _)| changed == name));
    parameters.extend(changes.iter().filter(|(_, value)| !value.is_empty()));
    let query = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(parameters).finish();
    format!("{}/open-apis/authen/v1/authorize?{query}", fake.accounts_url())
}

/// The code of a consent that Anna gives at once.
fn code(fake: &FakeFeishu, app: &App, changes: &[(&str, &str)]) -> String {
    fake.answer_consents(Some(Answer::Allow("anna".to_owned())));
    Visitor::open(&address(fake, app, changes)).landing.parameter("code").unwrap()
}

/// Posts JSON with some members replaced, or (by null) left out.
fn post(origin: &str, path: &str, body: Value, changes: &Value) -> Reply {
    let Value::Object(mut members) = body else { panic!("{body}") };
    members.extend(changes.as_object().cloned().unwrap_or_default());
    let members: Map<_, _> = members.into_iter().filter(|(_, value)| !value.is_null()).collect();
    ask(origin, "POST", path, &[JSON], &Value::Object(members).to_string()).unwrap()
}

/// An ordinary v2 exchange with changes.
fn exchange(fake: &FakeFeishu, app: &App, code: &str, changes: &Value) -> Reply {
    let body = json!({
        "grant_type": "authorization_code", "client_id": app.id, "client_secret": app.secret, "code": code,
        "redirect_uri": CALLBACK, "code_verifier": VERIFIER,
    });
    post(&fake.open_url(), V2, body, changes)
}

/// An ordinary v2 refresh with changes.
fn refresh(fake: &FakeFeishu, app: &App, token: &str, changes: &Value) -> Reply {
    post(&fake.open_url(), V2, refresh_body(app, token), changes)
}

fn refresh_body(app: &App, token: &str) -> Value {
    json!({ "grant_type": "refresh_token", "client_id": app.id, "client_secret": app.secret, "refresh_token": token })
}

/// The status and code of an answer.
fn said(reply: &Reply) -> (u16, i64) {
    (reply.status, reply.json()["code"].as_i64().unwrap())
}
