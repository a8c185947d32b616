//! What a consent asks for, how its code is redeemed, what it brings, and how it is ended.

use bulla_core::{App, AuthorizationCode, CodeVerifier, ErrorCode, Exchange, ProviderKind, RefreshToken, Result};
use chrono::DateTime;
use url::Url;

use super::{ACCESS, FEISHU, PLANTED, REFRESH, answer, app, app_at, pair, pair_v1, secret};
use crate::consent::{AuthorizationRequest, Consent, Flow, Limits, Listener, LoopbackHost, Pages, Ports, Redirect};
use crate::consents::{Brought, Consents, Wish};
use crate::feishu::{Brand, Feishu};
use crate::raw_server::{Reply, Server};

fn wish(scopes: &[&str]) -> Wish {
    Wish { scopes: scopes.iter().map(|scope| (*scope).to_owned()).collect(), ..Wish::default() }
}

fn brought(app: &App, wish: &Wish, status: u16, body: &str) -> Result<Brought> {
    FEISHU.brought(app, wish, &answer(status, body), DateTime::UNIX_EPOCH)
}

/// Any free port, so that no other program on this machine decides about a test.
fn anywhere() -> Redirect {
    Redirect::new(LoopbackHost::Localhost, Ports::Any, "/callback").expect("a redirect")
}

#[tokio::test]
async fn the_address_is_as_the_platform_documents_it() {
    for (brand, host) in [(Brand::Feishu, "accounts.feishu.cn"), (Brand::Lark, "accounts.larksuite.com")] {
        let wish = wish(&["im:message", " calendar:calendar ", "im:message", ""]);
        let request = Feishu::new(brand).request(&app(&[]), &wish).expect("a request");
        let request = AuthorizationRequest { redirect: anywhere(), ..request };
        let flow = Flow::open(&request, Pages::default(), Limits::default()).expect("a flow");
        let url = Url::parse(flow.url().expose()).expect("an address");
        assert_eq!((url.scheme(), url.host_str(), url.path()), ("https", Some(host), "/open-apis/authen/v1/authorize"));
        let said: Vec<(String, String)> = url.query_pairs().into_owned().collect();
        let value = |name: &str| said.iter().find(|pair| pair.0 == name).map(|pair| pair.1.clone()).unwrap_or_default();
        assert_eq!((value("client_id").as_str(), value("response_type").as_str()), ("cli_a1", "code"));
        assert!(value("redirect_uri").starts_with("http://localhost:") && value("redirect_uri").ends_with("/callback"));
        assert_eq!(value("scope"), "im:message calendar:calendar offline_access");
        assert_eq!((value("code_challenge_method").as_str(), value("prompt").as_str()), ("S256", "consent"));
        assert!(value("state").len() >= 43 && value("code_challenge").len() == 43);
        assert_eq!(said.len(), 8, "and nothing else: {said:?}");
        assert!(!url.query().unwrap_or_default().contains('+'), "spaces as the platform reads them");
    }
}

#[test]
fn the_ports_are_registered_ones_tried_in_order() {
    let registered = |settings: &[(&str, &str)], wish: &Wish| {
        FEISHU.request(&app(settings), wish).map(|request| request.redirect.to_register()).map_err(|error| error.code())
    };
    let at = |ports: &[u16]| Ok(ports.iter().map(|port| format!("http://localhost:{port}/callback")).collect::<Vec<_>>());
    assert_eq!(registered(&[], &Wish::default()), at(&[18_080, 18_081, 18_082]));
    let own = [("redirect_ports", "3000, 3001")];
    assert_eq!(registered(&own, &Wish::default()), at(&[3_000, 3_001]));
    assert_eq!(registered(&own, &Wish { port: Some(9_000), ..Wish::default() }), at(&[9_000]));
    let elsewhere = [("redirect_host", "127.0.0.1"), ("redirect_path", "/back"), ("redirect_port", "8080")];
    assert_eq!(registered(&elsewhere, &Wish::default()), Ok(vec!["http://127.0.0.1:8080/back".to_owned()]));
    for bad in [
        ("redirect_ports", "3000;3001"),
        ("redirect_ports", "0"),
        ("redirect_ports", " "),
        ("redirect_ports", "70000"),
        ("redirect_host", "example.com"),
        ("redirect_path", "back"),
    ] {
        assert_eq!(registered(&[bad], &Wish::default()), Err(ErrorCode::AppDetailsInvalid), "{bad:?}");
    }
}

#[test]
fn what_could_not_be_redeemed_is_not_asked_for() {
    let without_secret = App { has_secret: false, ..app(&[]) };
    for bad in [
        without_secret,
        app(&[("family", "v9")]),
        app(&[("accounts_base", "https://accounts.larksuite.com")]),
        app(&[("api_base", "https://evil.example")]),
    ] {
        let refused = FEISHU.request(&bad, &Wish::default()).expect_err("not usable");
        assert_eq!(refused.code(), ErrorCode::AppDetailsInvalid, "{bad:?}");
    }
    assert_eq!(FEISHU.base_url(&app(&[])), Ok("https://open.feishu.cn".to_owned()));
    assert_eq!(Feishu::new(Brand::Lark).base_url(&app(&[])), Ok("https://open.larksuite.com".to_owned()));
    assert!(FEISHU.base_url(&app(&[("api_base", "https://evil.example")])).is_err());
}

/// A consent as a flow ends with it.
fn consent() -> Consent {
    Consent {
        code: AuthorizationCode::new("c0de".to_owned()),
        verifier: CodeVerifier::new("ver1fier".to_owned()),
        redirect: Listener::open(&anywhere()).expect("a port").redirect_uri().clone(),
    }
}

#[tokio::test]
async fn a_code_is_redeemed_as_its_family_wants_it() {
    let consent = consent();
    let redirect = consent.redirect.as_str().to_owned();
    let escaped = redirect.replace(':', "%3A").replace('/', "%2F");
    let v2 = format!(
        r#"{{"grant_type":"authorization_code","code":"c0de","redirect_uri":"{redirect}","code_verifier":"ver1fier","client_id":"cli_a1","client_secret":"s3\"cret"}}"#
    );
    let v3 = format!(
        "grant_type=authorization_code&code=c0de&redirect_uri={escaped}&code_verifier=ver1fier&client_id=cli_a1&client_secret=s3%22cret"
    );
    for (settings, line, body) in [
        (vec![], "POST /open-apis/authen/v2/oauth/token HTTP/1.1", v2),
        (vec![("family", "v3")], "POST /oauth/v3/token HTTP/1.1", v3),
    ] {
        let server = Server::start([Reply::new(200, "", pair())]).await;
        let exchange = FEISHU.redeem(&app_at(&server.base, &settings), Some(&secret()), &consent).await;
        assert!(matches!(exchange, Exchange::Answered(_)));
        assert_eq!(server.lines(), [line]);
        assert_eq!(server.requests().concat().split_once("\r\n\r\n").expect("a head").1, body);
    }
    let app_token = r#"{"code":0,"app_access_token":"a-app","expire":7200}"#;
    let server = Server::start([Reply::new(200, "", app_token), Reply::new(200, "", pair_v1())]).await;
    let exchange = FEISHU.redeem(&app_at(&server.base, &[("family", "v1")]), Some(&secret()), &consent).await;
    assert!(matches!(exchange, Exchange::Answered(_)));
    assert_eq!(server.lines()[1], "POST /open-apis/authen/v1/oidc/access_token HTTP/1.1");
    let second = &server.requests()[1];
    assert!(second.to_ascii_lowercase().contains("authorization: bearer a-app\r\n"), "{second}");
    assert!(second.ends_with("\r\n\r\n{\"grant_type\":\"authorization_code\",\"code\":\"c0de\"}"), "{second}");
    let unsent = FEISHU.redeem(&app(&[]), None, &consent).await;
    assert!(matches!(unsent, Exchange::NotSent(_)), "no secret");
}

#[test]
fn a_consent_brings_its_pair_and_what_is_noted_with_it() {
    let wish = wish(&["auth:user.id:read", "im:message"]);
    let brought_v2 = brought(&app(&[]), &wish, 200, &pair()).expect("tokens");
    assert_eq!(brought_v2.access.expose(), ACCESS);
    assert_eq!(brought_v2.refresh.as_ref().map(RefreshToken::expose), Some(REFRESH));
    assert_eq!((brought_v2.single_use, brought_v2.access_life_s, brought_v2.refresh_life_s), (true, 7_200, Some(604_800)));
    assert_eq!(FEISHU.missing(&FEISHU.scopes(&wish), &brought_v2.scopes), ["im:message"]);
    let noted = |brought: &Brought, name: &str| brought.data.get(name).cloned();
    assert_eq!(noted(&brought_v2, "family").as_deref(), Some("v2"));
    assert_eq!((noted(&brought_v2, "brand").as_deref(), noted(&brought_v2, "tenant_key")), (Some("feishu"), None));
    let with_tenant = pair_v1().replace("\"token_type\"", "\"tenant_key\":\"736588\",\"token_type\"");
    let brought_v1 = brought(&app(&[("family", "v1")]), &wish, 200, &with_tenant).expect("tokens");
    assert_eq!((noted(&brought_v1, "family").as_deref(), brought_v1.refresh_life_s), (Some("v1"), Some(2_591_999)));
    assert_eq!(noted(&brought_v1, "tenant_key").as_deref(), Some("736588"));
    assert_eq!(FEISHU.missing(&FEISHU.scopes(&wish), &brought_v1.scopes), ["im:message"], "offline access shows by its token");
}

#[test]
fn without_offline_access_there_is_no_refresh_token_and_it_is_missing() {
    let body = format!(r#"{{"code":0,"access_token":"{ACCESS}","expires_in":7200,"scope":"im:message","token_type":"Bearer"}}"#);
    let brought = brought(&app(&[]), &wish(&["im:message"]), 200, &body).expect("tokens");
    assert!(brought.refresh.is_none() && brought.refresh_life_s.is_none());
    assert_eq!(FEISHU.missing(&FEISHU.scopes(&wish(&["im:message"])), &brought.scopes), ["offline_access"]);
}

#[test]
fn a_refused_code_says_why() {
    for (status, body, code) in [
        (400, r#"{"code":20003,"error":"invalid_grant"}"#, ErrorCode::ConsentRefused),
        (400, r#"{"code":20049,"error":"invalid_grant"}"#, ErrorCode::ConsentRefused),
        (400, r#"{"error":"invalid_grant"}"#, ErrorCode::ConsentRefused),
        (400, r#"{"code":20037}"#, ErrorCode::ConsentRefused),
        (400, r#"{"code":20002,"error":"invalid_client"}"#, ErrorCode::AppRefused),
        (200, r#"{"code":10014,"msg":"app secret invalid"}"#, ErrorCode::AppRefused),
        (400, r#"{"code":20071}"#, ErrorCode::AppDetailsInvalid),
        (400, r#"{"code":20010}"#, ErrorCode::AppNotForPerson),
        (500, r#"{"code":20050}"#, ErrorCode::ProviderUnavailable),
        (200, "{}", ErrorCode::AnswerUnreadable),
    ] {
        assert_eq!(brought(&app(&[]), &Wish::default(), status, body).expect_err("refused").code(), code, "{body}");
    }
}

#[tokio::test]
async fn a_grant_is_ended_at_the_accounts_host() {
    let token = RefreshToken::new(PLANTED.to_owned());
    let server = Server::start([Reply::new(200, "", r#"{"code":0}"#)]).await;
    assert_eq!(FEISHU.revoke(&app_at(&server.base, &[]), Some(&secret()), &token).await, Ok(true));
    let request = server.requests().concat();
    assert!(request.starts_with("POST /oauth/v1/revoke HTTP/1.1\r\n"), "{request}");
    let body = format!("token={PLANTED}&token_type_hint=refresh_token&client_id=cli_a1&client_secret=s3%22cret");
    assert!(request.ends_with(&format!("\r\n\r\n{body}")), "{request}");
    for (status, body, expected) in [
        (200, "", Ok(true)),
        (200, "{}", Ok(true)),
        (400, r#"{"code":20064,"error":"invalid_grant"}"#, Ok(true)),
        (400, r#"{"code":20002,"error":"invalid_client"}"#, Err(ErrorCode::AppRefused)),
        (400, r#"{"code":20001}"#, Err(ErrorCode::BadRequest)),
        (400, r#"{"error":"invalid_request"}"#, Err(ErrorCode::ProviderUnavailable)),
        (400, "{}", Err(ErrorCode::ProviderUnavailable)),
        (404, "404 page not found", Err(ErrorCode::ProviderUnavailable)),
        (200, "<html>", Err(ErrorCode::ProviderUnavailable)),
        (500, r#"{"code":20064}"#, Err(ErrorCode::ProviderUnavailable)),
    ] {
        let server = Server::start([Reply::new(status, "", body)]).await;
        let ended = FEISHU.revoke(&app_at(&server.base, &[]), Some(&secret()), &token).await;
        assert_eq!(ended.map_err(|error| error.code()), expected, "{status} {body}");
    }
    let server = Server::start([Reply::Reset]).await;
    let ended = FEISHU.revoke(&app_at(&server.base, &[]), Some(&secret()), &token).await;
    assert_eq!(ended.map_err(|error| error.code()), Err(ErrorCode::NoAnswer));
}

#[test]
fn both_brands_are_registered() {
    for kind in [ProviderKind::Feishu, ProviderKind::Lark] {
        let base = crate::consents(kind).expect("a consent").base_url(&app(&[])).expect("an address");
        assert_eq!(base.contains("feishu"), kind == ProviderKind::Feishu);
    }
}
