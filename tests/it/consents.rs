//! Each provider after a consent, across faked time: what renews by itself, what a person must do, and when they are told.

use bulla_core::{AppId, ClientSecret, ErrorCode, Health, ProviderKind, Severity};
use bulla_home::{AppChange, ExportFormat};
use chrono::TimeDelta;
use support::fake::Knob;
use support::feishu::{self, FakeFeishu};
use support::google::{self, FakeGoogle, Person, Project};
use support::highlevel::{self, FakeHighLevel};
use support::seat::Seat;
use support::world::id_of;

const ANNA: &str = "anna@example.com";
const GMAIL: &str = "https://www.googleapis.com/auth/gmail.send";
const SHEETS: &str = "https://www.googleapis.com/auth/spreadsheets";

/// A desk beside a Google where Anna agrees to everything.
async fn with_google() -> (Seat, FakeGoogle, google::Client, AppId) {
    let (seat, fake) = (Seat::new().await, FakeGoogle::start());
    fake.freeze(support::world::beginning());
    fake.set_project(Project::new("crm"));
    fake.set_person(Person::new(ANNA));
    fake.answer_consents(Some(google::Answer::Allow(ANNA.to_owned())));
    let client = fake.add_desktop_client("crm");
    let file = fake.client_secret_json(&client).to_string();
    let app = AppId(seat.home.add_google_client(file.as_bytes(), None).await.expect("a client file").id);
    (seat, fake, client, app)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_google_token_is_kept_fresh_for_two_hundred_days() {
    let (seat, fake, _, app) = with_google().await;
    let kept = seat.consent(app, &["gmail.send", "spreadsheets"], "Mail", None).await.expect("kept");
    assert!(kept.missing.is_empty(), "{:?}", kept.missing);
    let id = id_of(&kept.view);
    assert_eq!(kept.view.identity.and_then(|identity| identity.email).as_deref(), Some(ANNA));
    for _ in 0..200 {
        seat.advance(&fake, TimeDelta::days(1));
        let token = seat.token(id).await.expect("a token");
        assert!(fake.ledger().access_token(&token).is_some());
    }
    // The hour's own rule: nothing is asked for before four fifths of it, one exchange after.
    let before = fake.refreshes_ok().len();
    seat.advance(&fake, TimeDelta::minutes(47));
    seat.home.step_due().await;
    assert_eq!(fake.refreshes_ok().len(), before);
    seat.advance(&fake, TimeDelta::minutes(2));
    seat.home.step_due().await;
    assert_eq!(fake.refreshes_ok().len(), before + 1);
    let view = seat.view(id).await;
    assert_eq!((view.health, view.severity, view.refresh_expires_at), (Health::Healthy, Severity::Ok, None));
    assert_eq!(view.renew_opens_at, None, "a person may renew at any time");
    seat.home.refresh(id).await.expect("renewed");
    assert_eq!(fake.refreshes_ok().len(), before + 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_person_unticks_is_named_and_a_second_consent_can_add_it() {
    let (seat, fake, _, app) = with_google().await;
    fake.answer_consents(Some(google::Answer::AllowOnly(ANNA.to_owned(), vec![GMAIL.to_owned()])));
    let kept = seat.consent(app, &["gmail.send", "spreadsheets"], "Mail", None).await.expect("kept");
    assert_eq!(kept.missing, [SHEETS]);
    let id = id_of(&kept.view);
    assert!(kept.view.issues.contains(&ErrorCode::ScopesMissing));
    fake.answer_consents(Some(google::Answer::Allow(ANNA.to_owned())));
    let again = seat.consent(app, &["gmail.send", "spreadsheets"], "ignored", Some(id)).await.expect("kept");
    assert_eq!((again.added, again.missing.len(), again.view.label.as_str()), (vec![SHEETS.to_owned()], 0, "Mail"));
    assert!(!again.view.issues.contains(&ErrorCode::ScopesMissing));
}

#[tokio::test(flavor = "multi_thread")]
async fn googles_own_library_refreshes_the_file_we_write() {
    let (seat, fake, _, app) = with_google().await;
    fake.answer_consents(Some(google::Answer::AllowOnly(ANNA.to_owned(), vec![GMAIL.to_owned()])));
    let id = id_of(&seat.consent(app, &["gmail.send", "spreadsheets"], "Mail", None).await.expect("kept").view);
    let file = seat.folder.path().join("token_gmail.json");
    seat.home.export(id, ExportFormat::GoogleAuth, &file, false).await.expect("written");
    let (base, path) = (fake.base_url(), file.display().to_string());
    let said = tokio::task::spawn_blocking(move || {
        let venv = support::python::google_clients();
        support::python::run(&venv, &support::python::script("google_recipe.py"), &["refresh", &base, &path])
    });
    let said = said.await.expect("no panic");
    let said: serde_json::Value = serde_json::from_slice(&said.stdout).expect("one line of JSON");
    let token = said["token"].as_str().unwrap_or_else(|| panic!("{said}"));
    assert!(fake.access_token(token).scopes.contains(&GMAIL.to_owned()), "what was granted, and no more");
    assert_eq!(said["adc"], "google.oauth2.credentials.Credentials", "it loads as default credentials too");
    // Both go on: a token that lasts has no single holder.
    seat.advance(&fake, TimeDelta::hours(2));
    seat.token(id).await.expect("a token");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_testing_app_is_recognised_and_its_end_is_warned_about() {
    let (seat, fake, _, app) = with_google().await;
    fake.set_project(Project::testing("crm", &[ANNA]));
    let id = id_of(&seat.consent(app, &["gmail.send"], "Mail", None).await.expect("kept").view);
    assert!(seat.view(id).await.issues.contains(&ErrorCode::AppInTesting));
    seat.advance(&fake, TimeDelta::days(5));
    seat.token(id).await.expect("a token");
    let view = seat.view(id).await;
    assert_eq!((view.health, view.severity), (Health::EndsSoon, Severity::Warning));
    seat.advance(&fake, TimeDelta::days(3));
    assert_eq!(seat.token(id).await.expect_err("dead").code(), ErrorCode::ReauthorizationRequired);
    assert_eq!(seat.view(id).await.health, Health::NeedsPerson);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_changed_secret_is_the_apps_trouble_and_entering_it_once_heals_all() {
    let (seat, fake, client, app) = with_google().await;
    let mut ids = Vec::new();
    for label in ["One", "Two", "Three"] {
        ids.push(id_of(&seat.consent(app, &["gmail.send"], label, None).await.expect("kept").view));
    }
    let changed = fake.reset_secret(&client);
    seat.advance(&fake, TimeDelta::hours(2));
    assert_eq!(seat.token(ids[0]).await.expect_err("refused").code(), ErrorCode::AppRefused);
    assert_eq!(seat.view(ids[0]).await.health, Health::Paused);
    assert_eq!(seat.home.app(app).await.expect("the app").refused, Some(ErrorCode::AppRefused));

    let change = AppChange { secret: Some(ClientSecret::new(changed.secret)), ..AppChange::default() };
    let healed = seat.home.update_app(app, change).await.expect("changed");
    assert_eq!(healed.refused, None);
    for id in ids {
        seat.token(id).await.expect("a token");
        assert_eq!(seat.view(id).await.health, Health::Healthy);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn revoking_ends_what_the_person_granted_to_the_project_and_says_so_first() {
    let (seat, fake, _, app) = with_google().await;
    let mail = id_of(&seat.consent(app, &["gmail.send"], "Mail", None).await.expect("kept").view);
    let sheets = id_of(&seat.consent(app, &["spreadsheets"], "Sheets", None).await.expect("kept").view);
    assert_eq!(seat.home.ends_with(mail).await.expect("known"), ["Sheets"]);
    seat.home.revoke(mail).await.expect("revoked");
    assert_eq!(seat.home.view(mail).await.expect_err("gone").code(), ErrorCode::NotFound);
    let view = seat.view(sheets).await;
    assert_eq!((view.health, view.issues), (Health::NeedsPerson, vec![ErrorCode::Revoked]));
    assert!(!fake.ledger().arrivals_at("/revoke").is_empty());
}

/// A desk beside a Feishu where Anna agrees.
async fn with_feishu() -> (Seat, FakeFeishu, AppId) {
    let (seat, fake) = (Seat::new().await, FakeFeishu::start());
    fake.freeze(support::world::beginning());
    let ports = [0, 1, 2].map(|_| free_port());
    let redirects = ports.map(|port| format!("http://localhost:{port}/callback"));
    let redirects: Vec<&str> = redirects.iter().map(String::as_str).collect();
    let app = fake.set_app(feishu::App::new("crm", &redirects));
    fake.set_person(feishu::Person::new("anna"));
    fake.answer_consents(Some(feishu::Answer::Allow("anna".to_owned())));
    let settings = [
        ("api_base", fake.open_url()),
        ("accounts_base", fake.accounts_url()),
        ("redirect_ports", ports.map(|port| port.to_string()).join(",")),
    ];
    let app = seat.app(ProviderKind::Feishu, &app.id, &app.secret, &settings).await;
    (seat, fake, app)
}

/// Free a moment ago. Somebody may take it meanwhile: three of them are registered, and tried in order.
fn free_port() -> u16 {
    let socket = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    socket.local_addr().expect("an address").port()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_feishu_consent_renews_for_a_year_and_warns_before_its_hard_end() {
    let (seat, fake, app) = with_feishu().await;
    let kept = seat.consent(app, &["auth:user.id:read"], "Anna", None).await.expect("kept");
    let id = id_of(&kept.view);
    assert!(kept.view.rotating && kept.view.identity.is_some());
    for _ in 0..72 {
        seat.advance(&fake, TimeDelta::days(5));
        seat.token(id).await.expect("a token");
    }
    // Day 360: the refresh token was renewed just now, the consent ends in five days.
    let view = seat.view(id).await;
    assert_eq!((view.health, view.severity), (Health::EndsSoon, Severity::Warning));
    assert!(view.issues.contains(&ErrorCode::ConsentEndsSoon), "{:?}", view.issues);
    seat.advance(&fake, TimeDelta::days(6));
    assert_eq!(seat.token(id).await.expect_err("over").code(), ErrorCode::ReauthorizationRequired);
    assert_eq!(seat.view(id).await.health, Health::NeedsPerson);

    seat.consent(app, &["auth:user.id:read"], "ignored", Some(id)).await.expect("kept");
    seat.advance(&fake, TimeDelta::days(1));
    seat.token(id).await.expect("a token");
    assert_eq!(seat.view(id).await.health, Health::Healthy);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_feishu_answer_that_is_lost_is_in_doubt_and_then_told_as_lost() {
    let (seat, fake, app) = with_feishu().await;
    let id = id_of(&seat.consent(app, &["auth:user.id:read"], "Anna", None).await.expect("kept").view);
    seat.advance(&fake, TimeDelta::hours(3));
    fake.next(feishu::Route::TokenV2, Knob::DropAfterCommit);
    assert_eq!(seat.token(id).await.expect_err("unknown").code(), ErrorCode::InDoubt);
    assert_eq!(seat.view(id).await.health, Health::InDoubt);
    seat.advance(&fake, TimeDelta::minutes(10));
    seat.home.step_due().await;
    let view = seat.view(id).await;
    assert_eq!((view.health, view.issues.first()), (Health::NeedsPerson, Some(&ErrorCode::RefreshLost)));
}

/// A desk beside a HighLevel where a location is chosen by itself.
async fn with_highlevel() -> (Seat, FakeHighLevel, AppId) {
    let (seat, fake) = (Seat::new().await, FakeHighLevel::start());
    fake.freeze(support::world::beginning());
    let ports = [0, 1, 2].map(|_| free_port());
    let redirects = ports.map(|port| format!("http://localhost:{port}/callback"));
    let redirects: Vec<&str> = redirects.iter().map(String::as_str).collect();
    let app = fake.set_app(highlevel::App::new(&redirects, &["locations.readonly"]));
    let location = fake.add_location(&fake.add_company("Agency"), "Main Street");
    fake.answer_choices(Some(highlevel::Answer::Location(location.id.clone())));
    let settings = [
        ("api_base", fake.services_url()),
        ("authorize_url", format!("{}/v2/oauth/chooselocation", fake.marketplace_url())),
        ("redirect_ports", ports.map(|port| port.to_string()).join(",")),
    ];
    let app = seat.app(ProviderKind::HighLevel, &app.client_id, &app.client_secret, &settings).await;
    (seat, fake, app)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_highlevel_answer_lost_inside_the_grace_comes_again_and_outside_it_is_lost() {
    let (seat, fake, app) = with_highlevel().await;
    let id = id_of(&seat.consent(app, &["locations.readonly"], "Main Street", None).await.expect("kept").view);
    seat.advance(&fake, TimeDelta::hours(23) + TimeDelta::minutes(1));
    seat.home.step_due().await;
    assert_eq!(fake.ledger().rotations().len(), 1, "renewed when an hour is left");

    seat.advance(&fake, TimeDelta::hours(24));
    fake.next(highlevel::Route::Token, Knob::DropAfterCommit);
    seat.token(id).await.expect("the same request again brought the same pair");
    assert_eq!((fake.ledger().rotations().len(), seat.view(id).await.health), (2, Health::Healthy));

    seat.advance(&fake, TimeDelta::hours(24));
    fake.next_n(highlevel::Route::Token, 2, Knob::DropAfterCommit);
    assert_eq!(seat.token(id).await.expect_err("unknown").code(), ErrorCode::InDoubt);
    seat.advance(&fake, TimeDelta::minutes(10));
    seat.home.step_due().await;
    assert_eq!(seat.view(id).await.issues.first(), Some(&ErrorCode::RefreshLost));
}
