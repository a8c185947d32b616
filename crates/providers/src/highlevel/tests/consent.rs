//! What a consent asks for, how its code is redeemed and what it brings.

use bulla_core::{App, AuthorizationCode, CodeVerifier, ErrorCode, Exchange, Identity, ProviderKind, RefreshToken, Result};
use chrono::DateTime;
use url::Url;

use super::{PLANTED, REFRESH, answer, app, app_at, data, pair, secret};
use crate::consent::{AuthorizationRequest, Consent, Flow, Limits, Listener, LoopbackHost, Pages, Ports, Redirect, StateReturn};
use crate::consents::{AppCheck, Brought, Consents, Wish};
use crate::highlevel::HighLevel;
use crate::raw_server::{Reply, Server};

fn wish(scopes: &[&str]) -> Wish {
    Wish { scopes: scopes.iter().map(|scope| (*scope).to_owned()).collect(), ..Wish::default() }
}

fn brought(app: &App, status: u16, body: &str) -> Result<Brought> {
    HighLevel.brought(app, &wish(&["a.readonly"]), &answer(status, body), DateTime::UNIX_EPOCH)
}

/// Any free port, so that no other program on this machine decides about a test.
fn anywhere() -> Redirect {
    Redirect::new(LoopbackHost::Localhost, Ports::Any, "/callback").expect("a redirect")
}

#[tokio::test]
async fn the_page_is_where_a_location_is_chosen() {
    let request = HighLevel.request(&app(&[]), &wish(&["medias.readonly", " medias.write ", "medias.readonly"]));
    let request = request.expect("a request");
    assert_eq!(request.state_return, StateReturn::MayBeMissing);
    assert_eq!(request.redirect.to_register(), ["http://localhost:3000/callback"]);
    let request = AuthorizationRequest { redirect: anywhere(), ..request };
    let flow = Flow::open(&request, Pages::default(), Limits::default()).expect("a flow");
    let url = Url::parse(flow.url().expose()).expect("an address");
    assert_eq!((url.host_str(), url.path()), (Some("marketplace.gohighlevel.com"), "/v2/oauth/chooselocation"));
    let said: Vec<(String, String)> = url.query_pairs().into_owned().collect();
    let value = |name: &str| said.iter().find(|pair| pair.0 == name).map(|pair| pair.1.clone()).unwrap_or_default();
    assert_eq!((value("client_id").as_str(), value("response_type").as_str()), ("66f0-abc", "code"));
    assert_eq!(value("scope"), "medias.readonly medias.write");
    assert!(value("redirect_uri").starts_with("http://localhost:") && !value("state").is_empty());
}

#[test]
fn page_and_redirect_are_the_apps_own_within_reason() {
    let endpoint = |url: &str| {
        let request = HighLevel.request(&app(&[("authorize_url", url)]), &Wish::default());
        request.map(|request| request.endpoint).map_err(|error| error.code())
    };
    let white = "https://marketplace.leadconnectorhq.com/oauth/chooselocation";
    assert_eq!(endpoint(white), Ok(white.to_owned()));
    assert_eq!(endpoint(&format!("{white}?response_type=code&client_id=other")), Ok(white.to_owned()), "an install link");
    assert_eq!(endpoint("http://127.0.0.1:9/choose"), Ok("http://127.0.0.1:9/choose".to_owned()));
    assert_eq!(endpoint("https://evil.example/oauth/chooselocation"), Err(ErrorCode::AppDetailsInvalid));
    let own = app(&[("redirect_port", "8123"), ("redirect_path", "/oauth/back")]);
    let registered = HighLevel.request(&own, &Wish::default()).expect("a request").redirect.to_register();
    assert_eq!(registered, ["http://localhost:8123/oauth/back"]);
    let now = Wish { port: Some(9_000), ..Wish::default() };
    assert_eq!(HighLevel.request(&own, &now).expect("a request").redirect.to_register(), ["http://localhost:9000/oauth/back"]);
    for bad in [
        App { has_secret: false, ..app(&[]) },
        app(&[("user_type", "Planet")]),
        app(&[("api_base", "https://evil.example")]),
        app(&[("redirect_port", "x")]),
    ] {
        assert!(HighLevel.request(&bad, &Wish::default()).is_err(), "{bad:?}");
    }
    assert_eq!(HighLevel.base_url(&app(&[])), Ok("https://services.leadconnectorhq.com".to_owned()));
}

#[tokio::test]
async fn a_code_is_redeemed_in_the_classic_form() {
    let redirect = Listener::open(&anywhere()).expect("a port").redirect_uri().clone();
    let escaped = redirect.as_str().replace(':', "%3A").replace('/', "%2F");
    let consent =
        Consent { code: AuthorizationCode::new("c0de".to_owned()), verifier: CodeVerifier::new("ver1fier".to_owned()), redirect };
    let server = Server::start([Reply::new(200, "", pair(""))]).await;
    let app = app_at(&server.base, &[("user_type", "Company")]);
    assert!(matches!(HighLevel.redeem(&app, Some(&secret()), &consent).await, Exchange::Answered(_)));
    assert_eq!(server.lines(), ["POST /oauth/token HTTP/1.1"]);
    let expected = format!(
        "grant_type=authorization_code&code=c0de&redirect_uri={escaped}&client_id=66f0-abc&client_secret=s3%26cret&user_type=Company"
    );
    assert_eq!(server.requests().concat().split_once("\r\n\r\n").expect("a head").1, expected);
    assert!(matches!(HighLevel.redeem(&app, None, &consent).await, Exchange::NotSent(_)));
}

#[test]
fn a_consent_brings_whose_tokens_they_are() {
    let location = r#""userType":"Location","locationId":"loc1","companyId":"c1","#;
    let brought_one = brought(&app(&[]), 200, &pair(location)).expect("tokens");
    assert_eq!(brought_one.refresh.as_ref().map(RefreshToken::expose), Some(REFRESH));
    assert_eq!((brought_one.single_use, brought_one.access_life_s, brought_one.refresh_life_s), (true, 86_399, None));
    assert_eq!(brought_one.scopes, ["locations.readonly", "medias.write"]);
    let noted = [("user_type", "Location"), ("location_id", "loc1"), ("company_id", "c1"), ("test", "location")];
    assert_eq!(brought_one.data, data(&noted));
    let of = |id: &str| Some(Identity { subject: Some(id.to_owned()), ..Identity::default() });
    assert_eq!(brought_one.identity, of("loc1"));
    let company = brought(&app(&[]), 200, &pair(r#""userType":"Company","companyId":"c1","#)).expect("tokens");
    assert_eq!(
        (company.identity, company.data),
        (of("c1"), data(&[("user_type", "Company"), ("company_id", "c1"), ("test", "none")]))
    );
    let medias = pair(r#""locationId":"loc1","#).replace("locations.readonly", "medias.readonly");
    let medias = brought(&app(&[]), 200, &medias).expect("tokens");
    assert_eq!(medias.data, data(&[("user_type", "Location"), ("location_id", "loc1"), ("test", "medias")]));
    for odd in [r#""userType":7,"locationId":["x"],"companyId":null,"#, r#""locationId":"../x","#, ""] {
        let odd = brought(&app(&[("user_type", "Company")]), 200, &pair(odd)).expect("a pair is not lost for that");
        assert_eq!((odd.identity, odd.data.get("user_type").map(String::as_str)), (None, Some("Company")));
    }
    let bare = brought(&app(&[]), 200, r#"{"access_token":"a","userType":"Location","locationId":"loc1"}"#).expect("a token");
    assert!(bare.refresh.is_none());
    assert_eq!(bare.scopes, ["a.readonly"], "nothing else is stated");
}

#[test]
fn a_refused_code_says_why() {
    let said = |text: &str| format!(r#"{{"statusCode":400,"message":"{text}"}}"#);
    for (status, text, code) in [
        (400, "Invalid grant: authorization code is invalid", ErrorCode::ConsentRefused),
        (400, "Invalid grant: refresh token is invalid", ErrorCode::ConsentRefused),
        (401, "Invalid client credentials!", ErrorCode::AppRefused),
        (400, "Missing parameter: `redirect_uri`", ErrorCode::AppDetailsInvalid),
        (500, "x", ErrorCode::ProviderUnavailable),
    ] {
        assert_eq!(brought(&app(&[]), status, &said(text)).expect_err("refused").code(), code, "{text}");
    }
}

#[tokio::test]
async fn nothing_can_be_revoked_and_all_of_it_is_registered() {
    let token = RefreshToken::new(PLANTED.to_owned());
    assert_eq!(HighLevel.revoke(&app(&[]), Some(&secret()), &token).await, Ok(false));
    let consents = crate::consents(ProviderKind::HighLevel).expect("a consent");
    assert_eq!(consents.check_app(&app(&[]), Some(&secret())).await, Ok(AppCheck::NotPossible));
    assert_eq!(consents.base_url(&app(&[])), Ok("https://services.leadconnectorhq.com".to_owned()));
    let judged = crate::provider(ProviderKind::HighLevel).judge(&answer(200, pair("")));
    assert!(matches!(judged, bulla_core::Judgement::Renewed { .. }));
}
