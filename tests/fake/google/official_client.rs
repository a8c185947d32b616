//! The proof: google-auth and google-auth-oauthlib, unchanged, from the package index, find nothing odd about the fake.

use std::fs;
use std::path::{Path, PathBuf};

use chrono::TimeDelta;
use serde_json::{Value, json};
use support::fake::{Canned, Knob};
use support::google::{Answer, Client, FakeGoogle, Issued, Route, internal_failure, invalid_rapt};
use support::python;

use super::{ANNA, EMAIL, GMAIL, SHEETS};

/// Google's clients know the time of the machine alone, so the fake's clock runs with it.
fn world() -> (FakeGoogle, Client) {
    let fake = FakeGoogle::start();
    let client = fake.add_desktop_client("crm");
    fake.set_person(support::google::Person::new(ANNA));
    (fake, client)
}

fn run(what: &[&str]) -> Value {
    let output = python::run(&python::google_clients(), &python::script("google_recipe.py"), what);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).unwrap()
}

/// An authorized_user file as google-auth writes and reads it.
fn token_file(folder: &Path, client: &Client, issued: &Issued, scopes: &[&str]) -> PathBuf {
    let path = folder.join("token.json");
    let content = json!({
        "type": "authorized_user", "token": issued.access_token, "refresh_token": issued.refresh_token,
        "token_uri": "https://oauth2.googleapis.com/token", "client_id": client.id, "client_secret": client.secret,
        "scopes": scopes, "universe_domain": "googleapis.com", "account": "", "expiry": "2026-01-02T03:04:05.000000Z",
    });
    fs::write(&path, content.to_string()).unwrap();
    path
}

#[test]
fn google_auth_refreshes_an_authorized_user_file() {
    let (fake, client) = world();
    let folder = tempfile::tempdir().unwrap();
    let issued = fake.issue(&client, ANNA, &["openid", GMAIL]);
    let file = token_file(folder.path(), &client, &issued, &["openid", GMAIL]);
    let said = run(&["refresh", &fake.base_url(), file.to_str().unwrap()]);
    let token = said["token"].as_str().unwrap();
    assert_ne!(token, issued.access_token);
    assert_eq!(fake.access_token(token).scopes, ["openid", GMAIL]);
    assert_eq!((&said["refresh_token"], &said["valid"]), (&issued.refresh_token.clone().into(), &true.into()));
    assert_eq!(said["granted"], json!(["openid", GMAIL]));
    assert_eq!(said["adc"], "google.oauth2.credentials.Credentials", "the same file loads as default credentials");
    let seen = fake.ledger().arrivals_at("/token")[0].clone();
    assert!(seen.body.contains("scope=openid+https"), "{}", seen.body);
}

#[test]
fn google_auth_hears_why_a_refresh_failed() {
    let (fake, client) = world();
    let folder = tempfile::tempdir().unwrap();
    let issued = fake.issue(&client, ANNA, &[GMAIL]);
    let file = token_file(folder.path(), &client, &issued, &[GMAIL, SHEETS]);
    let tried = || run(&["refresh", &fake.base_url(), file.to_str().unwrap()]);
    assert_eq!(tried()["error"], "invalid_scope: Bad Request", "a scope that was not granted");
    let file = token_file(folder.path(), &client, &issued, &[GMAIL]);
    let tried = || run(&["refresh", &fake.base_url(), file.to_str().unwrap()]);
    fake.next(Route::Token, Knob::Instead(invalid_rapt()));
    assert!(tried()["error"].as_str().unwrap().contains("Reauthentication"), "its fixed sentence");
    fake.next(Route::Token, Knob::Instead(internal_failure()));
    let before = fake.ledger().attempts.0.len();
    assert!(tried()["token"].is_string(), "it tries again by itself");
    assert_eq!(fake.ledger().attempts.0.len(), before + 2);
    fake.next(Route::Token, Knob::Instead(Canned::bad_gateway()));
    assert!(tried()["error"].is_string(), "502 is not tried again");
    fake.advance(TimeDelta::days(200));
    assert_eq!(tried()["error"], "invalid_grant: Token has been expired or revoked.");
}

#[test]
fn google_auth_signs_for_a_service_account() {
    let (fake, _) = world();
    let folder = tempfile::tempdir().unwrap();
    let robot = fake.add_service_account("robot", "crm");
    fake.share_sheet("sheet-1", "Leads", &[&robot.email]);
    let file = fake.write_service_account(folder.path(), &robot);
    let tried = |subject: &str| run(&["service-account", &fake.base_url(), file.to_str().unwrap(), SHEETS, subject, "sheet-1"]);
    let said = tried("");
    assert_eq!((&said["status"], &said["body"]["properties"]["title"]), (&200.into(), &"Leads".into()));
    assert_eq!(said["email"], robot.email);
    let denied = tried("nina@corp.example")["error"].as_str().unwrap().to_owned();
    assert!(denied.starts_with("invalid_grant: Invalid email"), "{denied}");
    fake.set_person(support::google::Person::workspace("nina@corp.example"));
    assert!(tried("nina@corp.example")["error"].as_str().unwrap().starts_with("unauthorized_client: "));
    fake.allow_delegation("corp.example", &robot, &[SHEETS]);
    assert_eq!(tried("nina@corp.example")["status"], 403, "she may not open the sheet");
    fake.replace_key(&robot);
    assert_eq!(tried("")["error"], "invalid_grant: Invalid JWT Signature.");
    fake.advance(TimeDelta::hours(2));
    assert!(tried("")["error"].as_str().unwrap().contains("Invalid JWT"), "a clock two hours off");
}

#[test]
fn google_auth_oauthlib_goes_through_the_whole_consent() {
    let (fake, client) = world();
    let folder = tempfile::tempdir().unwrap();
    let secrets = fake.write_client_secret(folder.path(), &client);
    let scopes = ["openid", EMAIL, GMAIL].join(" ");
    let flow = || run(&["flow", &fake.base_url(), secrets.to_str().unwrap(), &scopes]);
    fake.answer_consents(Some(Answer::Allow(ANNA.to_owned())));
    let said = flow();
    assert_eq!(said["scopes"], json!(["openid", EMAIL, GMAIL]));
    let refresh = fake.refresh_token(said["refresh_token"].as_str().unwrap());
    assert_eq!((refresh.client, refresh.dead), (client.id.clone(), None));
    assert_eq!(said["id"]["email"], ANNA, "google-auth checked the id_token's signature");
    assert_eq!(fake.exchanges_ok().len(), 1);
    assert!(fake.ledger().arrivals_at("/token")[0].authorization.as_ref().unwrap().starts_with("Basic "));
    assert!(flow()["refresh_token"].is_null(), "a second consent without prompt=consent gives none");

    fake.remove_access(ANNA, "crm");
    fake.answer_consents(Some(Answer::AllowOnly(ANNA.to_owned(), vec![])));
    assert!(flow()["error"].as_str().unwrap().starts_with("Scope has changed"));
    fake.remove_access(ANNA, "crm");
    fake.answer_consents(Some(Answer::Deny(ANNA.to_owned())));
    assert_eq!(flow()["error"], "(access_denied) ");
}
