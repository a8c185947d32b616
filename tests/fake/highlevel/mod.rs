//! HighLevel: the page, rotation with its grace, the reads, and the official Node client.

mod apis;
mod choosing;
mod official_client;
mod token;

use chrono::{DateTime, Utc};
use support::highlevel::{App, Company, FakeHighLevel, Location};

use crate::raw::{Reply, ask, post_form};

const CALLBACK: &str = "http://localhost:3000/callback";
const SCOPES: [&str; 4] = ["locations.readonly", "companies.readonly", "medias.readonly", "oauth.write"];

fn noon() -> DateTime<Utc> {
    "2026-11-20T12:00:00Z".parse().unwrap()
}

/// An agency with one sub-account, and an app, at noon.
fn world() -> (FakeHighLevel, App, Company, Location) {
    let fake = FakeHighLevel::options().frozen_at(noon()).rate_limit(support::fake::RateLimit::Off).start();
    let app = fake.set_app(App::new(&[CALLBACK], &SCOPES));
    let company = fake.add_company("Agency");
    let location = fake.add_location(&company, "Main Street");
    (fake, app, company, location)
}

/// A good request, with some parameters replaced, added, or (by an empty text) left out.
fn address(fake: &FakeHighLevel, app: &App, changes: &[(&str, &str)]) -> String {
    let scope = SCOPES.join(" ");
    let mut parameters = vec![
        ("response_type", "code"),
        ("client_id", app.client_id.as_str()),
        ("redirect_uri", CALLBACK),
        ("scope", &scope),
        ("state", "s t/1"),
    ];
    parameters.retain(|(name, _)| !changes.iter().any(|(changed, _)| changed == name));
    parameters.extend(changes.iter().filter(|(_, value)| !value.is_empty()));
    let query = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(parameters).finish();
    format!("{}/v2/oauth/chooselocation?{query}", fake.marketplace_url())
}

/// Posts a form to the token endpoint with some fields replaced, added, or (by an empty text) left out.
fn post(fake: &FakeHighLevel, fields: &[(&str, &str)], changes: &[(&str, &str)]) -> Reply {
    let mut fields = fields.to_vec();
    fields.retain(|(name, _)| !changes.iter().any(|(changed, _)| changed == name));
    fields.extend(changes.iter().filter(|(_, value)| !value.is_empty()));
    post_form(&fake.services_url(), "/oauth/token", &fields)
}

fn exchange(fake: &FakeHighLevel, app: &App, code: &str, changes: &[(&str, &str)]) -> Reply {
    let fields = [
        ("grant_type", "authorization_code"),
        ("client_id", app.client_id.as_str()),
        ("client_secret", &app.client_secret),
        ("code", code),
        ("redirect_uri", CALLBACK),
    ];
    post(fake, &fields, changes)
}

fn refresh(fake: &FakeHighLevel, app: &App, token: &str, changes: &[(&str, &str)]) -> Reply {
    let fields = [
        ("grant_type", "refresh_token"),
        ("client_id", app.client_id.as_str()),
        ("client_secret", &app.client_secret),
        ("refresh_token", token),
        ("user_type", "Location"),
    ];
    post(fake, &fields, changes)
}

/// A read with a token and the `Version` header.
fn read(fake: &FakeHighLevel, path: &str, access: &str) -> Reply {
    let bearer = format!("Bearer {access}");
    ask(&fake.services_url(), "GET", path, &[("Authorization", &bearer), ("Version", "2021-07-28")], "").unwrap()
}

/// The status and message of an answer in the specification's shape.
fn said(reply: &Reply) -> (u16, String) {
    (reply.status, reply.json()["message"].as_str().unwrap_or_default().to_owned())
}

fn refused(status: u16, message: &str) -> (u16, String) {
    (status, message.to_owned())
}
