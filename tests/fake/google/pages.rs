//! The pages a person goes through, pressed button by button.

use support::fake::{Landing, Visitor};
use support::google::{AccountState, Answer, Audience, Person, Project};

use super::{ANNA, CALLBACK, EMAIL, GMAIL, SHEETS, address, code, world};

const NINA: &str = "nina@corp.example";

#[test]
fn a_person_chooses_an_account_and_allows_everything() {
    let (fake, client) = world();
    fake.set_person(Person::workspace(NINA));
    let visitor = Visitor::open(&address(&fake, &client, &[])).press(NINA);
    assert!(visitor.landing.html().contains("crm wants access to your Google Account"));
    let back = visitor.press("Continue").landing;
    let Landing::Sent(url) = &back else { panic!("{back:?}") };
    assert!(url.as_str().starts_with(&format!("{CALLBACK}?state=s+t%2F1&iss=")), "{url}");
    assert!(url.as_str().contains("&code=4%2F0A"), "{url}");
    let parameter = |name: &str| back.parameter(name).unwrap();
    assert_eq!(parameter("state"), "s t/1");
    assert_eq!(parameter("iss"), fake.base_url());
    assert_eq!(parameter("scope"), format!("openid {EMAIL} {GMAIL} {SHEETS}"));
    assert_eq!((parameter("hd"), parameter("prompt")), ("corp.example".to_owned(), "consent".to_owned()));
    let consent = &fake.ledger().consents[0];
    assert_eq!((consent.granted == consent.asked, consent.silent), (true, false));
}

#[test]
fn cancel_sends_access_denied_and_no_code() {
    let (fake, client) = world();
    let back = Visitor::open(&address(&fake, &client, &[])).press(ANNA).press("Cancel").landing;
    assert_eq!(back.parameter("error").as_deref(), Some("access_denied"));
    assert_eq!(back.parameter("state").as_deref(), Some("s t/1"));
    assert_eq!(back.parameter("code"), None);
    assert!(fake.ledger().consents[0].granted.is_empty());
}

#[test]
fn boxes_can_be_unticked_and_the_callback_tells() {
    let (fake, client) = world();
    let back = Visitor::open(&address(&fake, &client, &[])).press(ANNA).untick(GMAIL).press("Continue").landing;
    assert_eq!(back.parameter("scope").unwrap(), format!("openid {EMAIL} {SHEETS}"));
    let only_sheets = [("scope", SHEETS), ("login_hint", ANNA)];
    let page = Visitor::open(&address(&fake, &client, &only_sheets));
    assert!(!page.landing.html().contains("checkbox"), "one scope alone has no box");
}

#[test]
fn a_hint_skips_the_accounts_unless_they_are_asked_for() {
    let (fake, client) = world();
    let page = Visitor::open(&address(&fake, &client, &[("login_hint", ANNA)]));
    assert!(page.landing.html().contains("wants access"));
    let page = Visitor::open(&address(&fake, &client, &[("login_hint", ANNA), ("prompt", "select_account consent")]));
    assert!(page.landing.html().contains("Choose an account"));
    let page = Visitor::open(&address(&fake, &client, &[("login_hint", "nobody@example.com")]));
    assert!(page.landing.html().contains("Choose an account"));
}

#[test]
fn a_second_consent_passes_silently_unless_the_page_is_asked_for() {
    let (fake, client) = world();
    fake.answer_consents(Some(Answer::Allow(ANNA.to_owned())));
    code(&fake, &client, &[]);
    fake.answer_consents(None);
    let again = [("prompt", ""), ("login_hint", ANNA)];
    let back = Visitor::open(&address(&fake, &client, &again)).landing;
    assert_eq!(back.parameter("prompt").as_deref(), Some("none"));
    assert!(fake.ledger().consents[1].silent);
    let more = [("prompt", ""), ("login_hint", ANNA), ("scope", "https://www.googleapis.com/auth/drive")];
    assert!(Visitor::open(&address(&fake, &client, &more)).landing.html().contains("wants access"));
    fake.remove_access(ANNA, "crm");
    assert!(Visitor::open(&address(&fake, &client, &again)).landing.html().contains("wants access"));
}

#[test]
fn an_unverified_app_warns_first_when_it_wants_data() {
    let (fake, client) = world();
    fake.set_project(Project { verified: false, ..Project::new("crm") });
    let warned = || Visitor::open(&address(&fake, &client, &[("login_hint", ANNA)]));
    assert!(warned().landing.html().contains("<h1>Google hasn&#39;t verified this app</h1>"));
    assert!(warned().press("Continue").landing.html().contains("wants access"));
    assert_eq!(warned().press("Back to safety").landing.parameter("error").as_deref(), Some("access_denied"));
    let sign_in = Visitor::open(&address(&fake, &client, &[("login_hint", ANNA), ("scope", "openid email")]));
    assert!(sign_in.landing.html().contains("wants access"));
}

#[test]
fn people_the_app_is_not_for_stay_on_a_page() {
    let (fake, client) = world();
    fake.set_person(Person::workspace(NINA));
    let blocked = |email: &str| {
        let page = Visitor::open(&address(&fake, &client, &[("login_hint", email)]));
        match page.landing {
            Landing::Page { status, html } => (status, html.contains("Access blocked"), html),
            Landing::Sent(url) => panic!("{url}"),
        }
    };
    fake.set_project(Project::internal("crm", "corp.example"));
    let (status, is_blocked, html) = blocked(ANNA);
    assert_eq!((status, is_blocked, html.contains("org_internal")), (403, true, true));
    assert!(!blocked(NINA).1);

    fake.set_project(Project { audience: Audience::Testing { test_users: vec![NINA.to_owned()] }, ..Project::new("crm") });
    let (status, is_blocked, html) = blocked(ANNA);
    assert_eq!((status, is_blocked, html.contains("access_denied")), (403, true, true));
    assert!(!blocked(NINA).1);

    fake.set_account_state(NINA, AccountState::BlockedByAdmin);
    let (status, is_blocked, html) = blocked(NINA);
    assert_eq!((status, is_blocked, html.contains("admin_policy_enforced")), (400, true, true));
    assert!(fake.ledger().consents.is_empty());
}

#[test]
fn an_answer_can_stand_in_for_the_person() {
    let (fake, client) = world();
    let open = || Visitor::open(&address(&fake, &client, &[])).landing;
    fake.answer_consents(Some(Answer::Deny(ANNA.to_owned())));
    assert_eq!(open().parameter("error").as_deref(), Some("access_denied"));
    fake.answer_consents(Some(Answer::AllowOnly(ANNA.to_owned(), vec![GMAIL.to_owned()])));
    assert_eq!(open().parameter("scope").unwrap(), format!("openid {EMAIL} {GMAIL}"));
    fake.set_project(Project::internal("crm", "corp.example"));
    assert!(open().html().contains("org_internal"), "a refusal stays a page");
}

#[test]
fn a_page_ends_with_its_decision() {
    let (fake, client) = world();
    let page = Visitor::open(&address(&fake, &client, &[("login_hint", ANNA)]));
    let html = page.landing.html().to_owned();
    let visit = html.split("name=\"visit\" value=\"").nth(1).unwrap().split('"').next().unwrap();
    assert!(page.press("Continue").landing.parameter("code").is_some());
    let fields = [("visit", visit), ("decision", "allow")];
    let late = crate::raw::post_form(&fake.base_url(), "/signin/oauth/consent", &fields);
    assert_eq!(late.status, 400, "a second press of the same button");
    assert_eq!(fake.ledger().consents.len(), 1);
}
