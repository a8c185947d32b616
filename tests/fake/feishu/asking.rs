//! The authorization page: what may be asked, and what a person does there.

use support::fake::{Landing, Visitor};
use support::feishu::{Answer, App, Person};

use super::{ALL, CALLBACK, address, code, exchange, world};
use crate::raw::ask;

/// The number on an error page, if it is one.
fn number(landing: &Landing) -> Option<u32> {
    landing.html().split("Error code: ").nth(1)?.split('<').next()?.parse().ok()
}

#[test]
fn a_person_agrees_and_the_code_comes_back_with_the_state() {
    let (fake, app) = world();
    let page = Visitor::open(&address(&fake, &app, &[])).press("anna");
    assert!(page.landing.html().contains("crm asks for your authorization"));
    let back = page.press("Authorize").landing;
    let Landing::Sent(url) = &back else { panic!("{back:?}") };
    assert!(url.as_str().starts_with(&format!("{CALLBACK}?code=")), "{url}");
    let code = back.parameter("code").unwrap();
    assert!(code.len() == 64 && code.chars().all(|c| c.is_ascii_alphanumeric() || "-_".contains(c)), "{code}");
    assert_eq!(back.parameter("state").as_deref(), Some("s t/1"));
    assert!(fake.ledger().consents[0].allowed);
}

#[test]
fn a_refusal_comes_back_as_access_denied() {
    let (fake, app) = world();
    let back = Visitor::open(&address(&fake, &app, &[])).press("anna").press("Reject").landing;
    assert_eq!(back.parameter("error").as_deref(), Some("access_denied"));
    assert_eq!((back.parameter("state").as_deref(), back.parameter("code")), (Some("s t/1"), None));
}

#[test]
fn an_address_must_be_registered_as_a_whole_but_for_its_query() {
    let (fake, app) = world();
    let open = |uri: &str| Visitor::open(&address(&fake, &app, &[("redirect_uri", uri)])).landing;
    for other in [
        "http://127.0.0.1:14521/callback",
        "http://localhost:14520/callback",
        "http://127.0.0.1:14520/callback/",
        "http://127.0.0.1:14520/",
        "https://127.0.0.1:14520/callback",
    ] {
        assert_eq!(number(&open(other)), Some(20029), "{other}");
    }
    assert_eq!(number(&open(&format!("{CALLBACK}?flow=1"))), None);
    fake.answer_consents(Some(Answer::Allow("anna".to_owned())));
    let Landing::Sent(url) = open(&format!("{CALLBACK}?flow=1#/login")) else { panic!("a page") };
    assert!(url.as_str().starts_with(&format!("{CALLBACK}?flow=1&code=")), "{url}");
    assert_eq!(url.fragment(), Some("/login"), "after the query");
}

#[test]
fn what_stands_in_the_way_is_a_number_on_a_page() {
    let (fake, app) = world();
    let open = |changes: &[(&str, &str)]| number(&Visitor::open(&address(&fake, &app, changes)).landing);
    assert_eq!(open(&[("scope", "offline_access task:task:read")]), Some(20027));
    assert_eq!(open(&[("scope", "OFFLINE_ACCESS")]), Some(20027), "case counts");
    assert_eq!(open(&[("client_id", "")]), Some(20001));
    assert_eq!(open(&[("client_id", ""), ("app_id", &app.id)]), Some(20001), "the origin document's parameter");
    assert_eq!(open(&[("client_id", "cli_unknown")]), Some(20048));
    assert_eq!(open(&[("redirect_uri", "")]), Some(20001));
    assert_eq!(open(&[("response_type", "")]), Some(20001));
    fake.set_available("anna", false);
    let page = Visitor::open(&address(&fake, &app, &[])).press("anna");
    assert_eq!(number(&page.landing), Some(20010));
    fake.set_app(App { enabled: false, ..app.clone() });
    assert_eq!(open(&[]), Some(20069));
    assert!(fake.ledger().consents.is_empty());
}

#[test]
fn what_was_granted_passes_silently_and_adds_up() {
    let (fake, app) = world();
    let first = code(&fake, &app, &[("scope", "offline_access auth:user.id:read")]);
    let scope = |code: &str| exchange(&fake, &app, code, &serde_json::json!({})).json()["scope"].clone();
    assert_eq!(scope(&first), "offline_access auth:user.id:read");
    let more = code(&fake, &app, &[("scope", "contact:user.email:readonly")]);
    assert_eq!(scope(&more), "offline_access auth:user.id:read contact:user.email:readonly");
    fake.answer_consents(None);
    let landing = Visitor::open(&address(&fake, &app, &[])).press("anna").landing;
    assert!(landing.parameter("code").is_some() && fake.ledger().consents[2].silent);
    let asked = Visitor::open(&address(&fake, &app, &[("prompt", "consent")])).press("anna").landing;
    assert!(asked.html().contains(ALL));
}

#[test]
fn the_old_page_takes_an_app_id_at_the_apis_host() {
    let (fake, app) = world();
    let query = |uri: &str| {
        let pairs = [("app_id", app.id.as_str()), ("redirect_uri", uri), ("state", "x")];
        url::form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish()
    };
    let open = format!("{}/open-apis/authen/v1/index", fake.open_url());
    let page = Visitor::open(&format!("{open}?{}", query(CALLBACK)));
    let back = page.press("anna").press("Authorize").landing;
    assert_eq!(back.parameter("state").as_deref(), Some("x"));
    let unmatched = Visitor::open(&format!("{open}?{}", query("http://127.0.0.1:1/"))).landing;
    assert!(unmatched.html().contains(r#""code":2000"#), "{unmatched:?}");
}

#[test]
fn each_host_has_its_own_paths() {
    let (fake, _) = world();
    for (origin, method, path) in [
        (fake.open_url(), "GET", "/open-apis/authen/v1/authorize"),
        (fake.accounts_url(), "GET", "/open-apis/authen/v1/index"),
        (fake.accounts_url(), "POST", "/open-apis/authen/v2/oauth/token"),
        (fake.open_url(), "POST", "/oauth/v3/token"),
        (fake.open_url(), "GET", "/open-apis/authen/v2/oauth/token"),
    ] {
        let reply = ask(&origin, method, path, &[], "").unwrap();
        assert_eq!((reply.status, reply.body.as_str()), (404, "404 page not found"), "{method} {path}");
        assert_eq!(reply.header("content-type"), Some("text/plain"));
    }
}

#[test]
fn names_of_people_are_never_html() {
    let (fake, app) = world();
    fake.set_person(Person::new("<b>boris</b>"));
    let page = Visitor::open(&address(&fake, &app, &[])).press("<b>boris</b>");
    assert!(!page.landing.html().contains("<b>"), "{:?}", page.landing);
    assert!(page.press("Authorize").landing.parameter("code").is_some());
}
