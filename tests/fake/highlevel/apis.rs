//! What tokens open, and what they don't.

use chrono::TimeDelta;
use serde_json::json;
use support::fake::RateLimit;
use support::highlevel::{App, FakeHighLevel};

use super::{CALLBACK, SCOPES, noon, read, refused, said, world};
use crate::raw::{Reply, ask};

const MEDIAS: &str = "/medias/files?sortBy=createdAt&sortOrder=asc&type=file&altType=location&limit=1&altId=";

fn mint(fake: &FakeHighLevel, path: &str, access: &str, body: &str) -> Reply {
    let bearer = format!("Bearer {access}");
    ask(&fake.services_url(), "POST", path, &[("Authorization", &bearer), ("Version", "2021-07-28")], body).unwrap()
}

#[test]
fn a_location_reads_itself_and_nobody_else() {
    let (fake, app, company, location) = world();
    let other = fake.add_location(&company, "Side Street");
    let access = fake.issue_for_location(&app, &location).access;
    let own = read(&fake, &format!("/locations/{}", location.id), &access);
    assert_eq!(own.json()["location"]["name"], "Main Street");
    assert_eq!(read(&fake, &format!("{MEDIAS}{}", location.id), &access).json(), json!({ "files": [] }));
    let denied = refused(403, "The token does not have access to this location.");
    assert_eq!(said(&read(&fake, &format!("/locations/{}", other.id), &access)), denied);
    assert_eq!(said(&read(&fake, &format!("{MEDIAS}{}", other.id), &access)), denied);
    assert_eq!(read(&fake, &format!("/companies/{}", company.id), &access).status, 401);
    let short = read(&fake, &format!("/medias/files?altId={}&type=file", location.id), &access);
    assert_eq!((short.status, short.json()["message"].as_array().map(Vec::len)), (422, Some(3)), "{short:?}");
    let companys = fake.issue_for_company(&app, &company).access;
    assert_eq!(read(&fake, &format!("/companies/{}", company.id), &companys).json()["company"]["name"], "Agency");
    assert_eq!(read(&fake, &format!("/locations/{}", other.id), &companys).status, 200);
}

#[test]
fn tokens_version_and_scope_are_checked() {
    let (fake, _, _, location) = world();
    let app = fake.set_app(App::new(&[CALLBACK], &["medias.readonly"]));
    let pair = fake.issue_for_location(&app, &location);
    let path = format!("{MEDIAS}{}", location.id);
    assert_eq!(said(&read(&fake, &path, "junk")), refused(401, "Invalid JWT"));
    let invalid = refused(401, "Invalid token: access token is invalid");
    assert_eq!(said(&read(&fake, &path, "eyJunk")), invalid);
    assert_eq!(said(&read(&fake, &path, pair.refresh.as_deref().unwrap())), invalid);
    let unscoped = read(&fake, &format!("/locations/{}", location.id), &pair.access);
    assert_eq!(said(&unscoped), refused(401, "The token is not authorized for this scope."));
    let bearer = format!("Bearer {}", pair.access);
    let without = ask(&fake.services_url(), "GET", &path, &[("Authorization", &bearer)], "").unwrap();
    assert_eq!(without.status, 401);
    fake.advance(TimeDelta::seconds(86_399) - TimeDelta::milliseconds(1));
    assert_eq!(read(&fake, &path, &pair.access).status, 200);
    fake.advance(TimeDelta::milliseconds(1));
    assert_eq!(said(&read(&fake, &path, &pair.access)), invalid);
    let alive = fake.issue_for_location(&app, &location).access;
    fake.uninstall(&app, &location.id);
    assert_eq!(said(&read(&fake, &path, &alive)), invalid);
    assert_eq!(fake.ledger().pair(&pair.access).unwrap().reads, 3, "one good, one unscoped, one late");
}

#[test]
fn an_agency_fetches_location_tokens() {
    let (fake, app, company, location) = world();
    let elsewhere = fake.add_location(&fake.add_company("Other"), "Far Street");
    let agency = fake.issue_for_company(&app, &company).access;
    let body = |id: &str| format!("companyId={}&locationId={id}", company.id);
    let reply = mint(&fake, "/oauth/locationToken", &agency, &body(&location.id));
    let made = reply.json();
    assert_eq!((reply.status, &made["userType"], &made["locationId"]), (201, &json!("Location"), &json!(location.id)));
    assert!(made["refresh_token"].is_null());
    assert_eq!(read(&fake, &format!("/locations/{}", location.id), made["access_token"].as_str().unwrap()).status, 200);
    let v3 = mint(&fake, "/oauth/location-token", &agency, &body(&location.id)).json();
    assert!(v3["refreshToken"].is_string() && v3["accessToken"].is_string());
    assert_eq!(mint(&fake, "/oauth/locationToken", &agency, &body(&elsewhere.id)).status, 403);
    assert_eq!(mint(&fake, "/oauth/locationToken", &agency, "").status, 422);
    let locations = fake.issue_for_location(&app, &location).access;
    assert_eq!(mint(&fake, "/oauth/locationToken", &locations, &body(&location.id)).status, 401);
    fake.set_active(&location, false);
    let paused = mint(&fake, "/oauth/locationToken", &agency, &body(&location.id));
    assert_eq!(said(&paused), refused(400, "Location is not active"));
}

#[test]
fn an_agency_lists_where_the_app_is() {
    let (fake, _, company, location) = world();
    let app = fake.set_app(App::new(&[CALLBACK], &["oauth.readonly"]));
    let agency = fake.issue_for_company(&app, &company).access;
    let body = read(&fake, "/oauth/installedLocations?appId=x", &agency).json();
    assert_eq!((&body["count"], &body["locations"][0]["_id"]), (&json!(1), &json!(location.id)));
}

#[test]
fn a_static_token_works_without_an_end() {
    let (fake, _, _, location) = world();
    let token = fake.issue_static(&location, &["locations.readonly"]);
    assert!(token.starts_with("pit-"));
    fake.advance(TimeDelta::days(4000));
    assert_eq!(read(&fake, &format!("/locations/{}", location.id), &token).status, 200);
    assert_eq!(read(&fake, &format!("{MEDIAS}{}", location.id), &token).status, 401);
}

#[test]
fn reconnect_is_gone_and_hosts_are_apart() {
    let (fake, _, _, _) = world();
    let gone = ask(&fake.services_url(), "POST", "/oauth/reconnect", &[], "{}").unwrap();
    assert_eq!(said(&gone), refused(400, "API endpoint has been removed"));
    for (origin, method, path) in [
        (fake.marketplace_url(), "POST", "/oauth/token"),
        (fake.services_url(), "GET", "/v2/oauth/chooselocation"),
        (fake.services_url(), "GET", "/oauth/token"),
    ] {
        assert_eq!(said(&ask(&origin, method, path, &[], "").unwrap()), refused(404, &format!("Cannot {method} {path}")));
    }
}

#[test]
fn the_hundred_and_first_call_in_ten_seconds_is_too_many_for_that_location() {
    let fake = FakeHighLevel::options().frozen_at(noon()).rate_limit(RateLimit::FakeClock).start();
    let app = fake.set_app(App::new(&[CALLBACK], &SCOPES));
    let company = fake.add_company("Agency");
    let (one, two) = (fake.add_location(&company, "One"), fake.add_location(&company, "Two"));
    let (first, second) = (fake.issue_for_location(&app, &one).access, fake.issue_for_location(&app, &two).access);
    let get = |location: &str, access: &str| read(&fake, &format!("/locations/{location}"), access).status;
    assert!((0..100).all(|_| get(&one.id, &first) == 200));
    assert_eq!((get(&one.id, &first), get(&two.id, &second)), (429, 200));
    fake.advance(TimeDelta::seconds(10));
    assert_eq!(get(&one.id, &first), 200);
}
