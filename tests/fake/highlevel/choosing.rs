//! The page on which a location is chosen.

use support::fake::{Landing, Visitor};
use support::highlevel::{Answer, App};

use super::{CALLBACK, address, exchange, world};

#[test]
fn a_location_or_the_agency_is_chosen() {
    let (fake, app, company, location) = world();
    for (label, user_type) in [("Main Street", "Location"), ("Agency", "Company")] {
        let back = Visitor::open(&address(&fake, &app, &[])).press(label).landing;
        assert_eq!(back.parameter("state").as_deref(), Some("s t/1"));
        let body = exchange(&fake, &app, &back.parameter("code").unwrap(), &[]).json();
        assert_eq!((&body["userType"], &body["companyId"]), (&user_type.into(), &company.id.clone().into()));
        let expected = (label == "Main Street").then(|| location.id.clone());
        assert_eq!(body["locationId"].as_str(), expected.as_deref());
        assert_eq!(body["approvedLocations"].is_array(), expected.is_none());
    }
    assert_eq!(fake.exchanges_ok().len(), 2);
}

#[test]
fn the_state_may_stay_away() {
    let (fake, app, _, location) = world();
    fake.answer_choices(Some(Answer::Location(location.id)));
    fake.set_returns_state(false);
    let Landing::Sent(url) = Visitor::open(&address(&fake, &app, &[])).landing else { panic!("a page") };
    assert!(url.as_str().starts_with(&format!("{CALLBACK}?code=")), "{url}");
    assert_eq!(url.query_pairs().count(), 1, "the code alone");
}

#[test]
fn the_old_address_without_a_version_works_too() {
    let (fake, app, _, _) = world();
    let old = address(&fake, &app, &[]).replace("/v2/oauth", "/oauth");
    assert!(Visitor::open(&old).press("Main Street").landing.parameter("code").is_some());
}

#[test]
fn what_is_wrong_stays_on_a_page() {
    let (fake, app, _, location) = world();
    let words = |changes: &[(&str, &str)]| match Visitor::open(&address(&fake, &app, changes)).landing {
        Landing::Page { status: 400, html } => html.split("<p>").nth(1).unwrap().split("</p>").next().unwrap().to_owned(),
        other => panic!("{changes:?}: {other:?}"),
    };
    assert!(words(&[("client_id", "x")]).contains("app is not known"));
    assert!(words(&[("response_type", "token")]).contains("response_type"));
    for other in ["", "http://localhost:3001/callback", "http://localhost:3000/callback/", "http://127.0.0.1:3000/callback"] {
        assert!(words(&[("redirect_uri", other)]).contains("redirect_uri"), "{other}");
    }
    for other in ["", "contacts.write", "medias.readonly contacts.write"] {
        assert!(words(&[("scope", other)]).contains("scope"), "{other}");
    }
    fake.set_app(App { needs_version: true, ..app.clone() });
    assert_eq!(words(&[]), "error.noversionid");
    let page = Visitor::open(&address(&fake, &app, &[("version_id", &app.version_id)])).landing;
    assert!(page.html().contains("Main Street"));
    fake.set_active(&location, false);
    let page = Visitor::open(&address(&fake, &app, &[("version_id", &app.version_id)])).landing;
    assert!(!page.html().contains("Main Street"), "a paused location can't be chosen");
}
