//! Google: its pages, its token endpoint, its APIs, and Google's own Python clients.

mod apis;
mod asking;
mod assertion;
mod endings;
mod exchange;
mod official_client;
mod pages;
mod refresh;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::{DateTime, Utc};
use sha2::{Digest as _, Sha256};
use support::fake::Visitor;
use support::google::{Answer, Client, FakeGoogle, Person};

use crate::raw::{Reply, post_form};

const GMAIL: &str = "https://www.googleapis.com/auth/gmail.readonly";
const SHEETS: &str = "https://www.googleapis.com/auth/spreadsheets";
const EMAIL: &str = "https://www.googleapis.com/auth/userinfo.email";
const CALLBACK: &str = "http://127.0.0.1:47111/callback";
const VERIFIER: &str = "a-verifier-of-at-least-forty-three-characters-0123456789";
const ANNA: &str = "anna@example.com";

fn noon() -> DateTime<Utc> {
    "2026-11-20T12:00:00Z".parse().unwrap()
}

/// Anna and a Desktop client of a published, verified project, at noon.
fn world() -> (FakeGoogle, Client) {
    let fake = FakeGoogle::options().frozen_at(noon()).start();
    let client = fake.add_desktop_client("crm");
    fake.set_person(Person::new(ANNA));
    (fake, client)
}

fn challenge() -> String {
    URL_SAFE_NO_PAD.encode(Sha256::digest(VERIFIER))
}

/// A good request for offline access, with some parameters replaced, added, or (by an empty text) left out.
fn address(fake: &FakeGoogle, client: &Client, changes: &[(&str, &str)]) -> String {
    let challenge = challenge();
    let scope = format!("openid email {GMAIL} {SHEETS}");
    let mut parameters = vec![
        ("client_id", client.id.as_str()),
        ("redirect_uri", CALLBACK),
        ("response_type", "code"),
        ("scope", &scope),
        ("state", "s t/1"),
        ("access_type", "offline"),
        ("prompt", "consent"),
        ("code_challenge", &challenge),
        ("code_challenge_method", "S256"),
    ];
    parameters.retain(|(name, _)| !changes.iter().any(|(changed, _)| changed == name));
    parameters.extend(changes.iter().filter(|(_, value)| !value.is_empty()));
    let query = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(parameters).finish();
    format!("{}/o/oauth2/v2/auth?{query}", fake.base_url())
}

/// The code of a consent that Anna gives at once.
fn code(fake: &FakeGoogle, client: &Client, changes: &[(&str, &str)]) -> String {
    fake.answer_consents(Some(Answer::Allow(ANNA.to_owned())));
    Visitor::open(&address(fake, client, changes)).landing.parameter("code").unwrap()
}

/// An ordinary exchange, with changes as in [`address`].
fn exchange(fake: &FakeGoogle, client: &Client, code: &str, changes: &[(&str, &str)]) -> Reply {
    let mut fields = vec![
        ("grant_type", "authorization_code"),
        ("code", code),
        ("client_id", client.id.as_str()),
        ("client_secret", client.secret.as_str()),
        ("redirect_uri", CALLBACK),
        ("code_verifier", VERIFIER),
    ];
    fields.retain(|(name, _)| !changes.iter().any(|(changed, _)| changed == name));
    fields.extend(changes.iter().filter(|(_, value)| !value.is_empty()));
    post_form(&fake.base_url(), "/token", &fields)
}

/// An ordinary refresh, with changes as in [`address`].
fn refresh(fake: &FakeGoogle, client: &Client, token: &str, changes: &[(&str, &str)]) -> Reply {
    let mut fields = vec![
        ("grant_type", "refresh_token"),
        ("refresh_token", token),
        ("client_id", client.id.as_str()),
        ("client_secret", client.secret.as_str()),
    ];
    fields.retain(|(name, _)| !changes.iter().any(|(changed, _)| changed == name));
    fields.extend(changes.iter().filter(|(_, value)| !value.is_empty()));
    post_form(&fake.base_url(), "/token", &fields)
}

fn error(reply: &Reply) -> (u16, String, String) {
    let body = reply.json();
    let text = |key: &str| body[key].as_str().unwrap_or_default().to_owned();
    (reply.status, text("error"), text("error_description"))
}

fn refused(status: u16, error: &str, description: &str) -> (u16, String, String) {
    (status, error.to_owned(), description.to_owned())
}
