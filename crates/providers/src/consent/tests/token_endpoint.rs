//! Redeeming a code: one POST, and what is certain when no whole answer comes.

use std::time::Duration;

use base64::{Engine, engine::general_purpose::STANDARD};
use bulla_core::{AuthorizationCode, ClientSecret, CodeVerifier, Exchange};
use tokio::time::timeout;

use super::*;
use crate::consent::token_endpoint::basic;
use crate::consent::{ClientAuth, TokenEndpoint};
use crate::http::{BODY_CAP, Http, Timeouts};
use crate::raw_server::{Reply as Answer, Server};

const SECRET: &str = "GOCSPX-planted/&=+ secret";
const VERIFIER: &str = "planted-verifier-0123456789abcdefghijklmnopqrst";

fn consent() -> Consent {
    Consent {
        code: AuthorizationCode::new(CODE.to_owned()),
        verifier: CodeVerifier::new(VERIFIER.to_owned()),
        redirect: redirect().at(8765),
    }
}

fn endpoint(server: &Server, secret: Option<&str>, auth: ClientAuth) -> TokenEndpoint {
    let secret = secret.map(|secret| ClientSecret::new(secret.to_owned()));
    let http = Http::new(Timeouts::all(Duration::from_secs(20))).expect("clients");
    let url = format!("{}/token", server.base.as_str());
    TokenEndpoint::new(&url, "id/1", secret, auth).expect("an endpoint").with_http(http)
}

/// Head in lower case, and the form.
fn parts(request: &str) -> (String, Vec<(String, String)>) {
    let (head, body) = request.split_once("\r\n\r\n").expect("a head");
    (head.to_ascii_lowercase(), url::form_urlencoded::parse(body.as_bytes()).into_owned().collect())
}

fn pairs(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
    pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}

const GRANT: [(&str, &str); 4] = [
    ("grant_type", "authorization_code"),
    ("code", CODE),
    ("redirect_uri", "http://127.0.0.1:8765/callback"),
    ("code_verifier", VERIFIER),
];

#[tokio::test]
async fn a_code_is_redeemed_with_one_form() {
    let server = Server::start([Answer::new(200, "", "{}")]).await;
    let extra = pairs(&[("user_type", "Location")]);
    let endpoint = endpoint(&server, Some(SECRET), ClientAuth::Body).with_extra(extra);
    assert!(matches!(endpoint.redeem(&consent()).await, Exchange::Answered(answer) if answer.status == 200));
    let requests = server.requests();
    let [request] = requests.as_slice() else { panic!("{} requests", requests.len()) };
    let (head, form) = parts(request);
    assert!(head.starts_with("post /token http/1.1\r\n"), "{head}");
    for header in ["content-type: application/x-www-form-urlencoded", "accept: application/json"] {
        assert!(head.lines().any(|line| line == header), "{header} in {head}");
    }
    assert!(!head.contains("authorization"), "{head}");
    let proof = [("client_id", "id/1"), ("client_secret", SECRET), ("user_type", "Location")];
    assert_eq!(form, pairs(&[&GRANT[..], &proof].concat()));
}

#[tokio::test]
async fn an_app_may_prove_itself_in_the_header_instead() {
    let server = Server::start([Answer::new(200, "", "{}")]).await;
    endpoint(&server, Some(SECRET), ClientAuth::Basic).redeem(&consent()).await;
    let request = server.requests().remove(0);
    let (_, form) = parts(&request);
    assert_eq!(form, pairs(&GRANT));
    let sent = request.lines().find_map(|line| line.strip_prefix("authorization: Basic ")).expect("a header");
    let pair = String::from_utf8(STANDARD.decode(sent).expect("base64")).expect("text");
    assert_eq!(pair, "id%2F1:GOCSPX-planted%2F%26%3D%2B+secret");
}

#[tokio::test]
async fn an_app_without_a_secret_says_only_who_it_is() {
    for auth in [ClientAuth::Body, ClientAuth::Basic] {
        let server = Server::start([Answer::new(200, "", "{}")]).await;
        endpoint(&server, None, auth).redeem(&consent()).await;
        let (head, form) = parts(&server.requests().remove(0));
        assert!(!head.contains("authorization"), "{head}");
        assert_eq!(form, pairs(&[&GRANT[..], &[("client_id", "id/1")]].concat()));
    }
}

#[tokio::test]
async fn a_redirect_of_the_token_endpoint_is_never_followed() {
    for status in [301, 302, 303, 307, 308] {
        let stranger = Server::start([]).await;
        let location = format!("Location: {}/token\r\n", stranger.base.as_str());
        let server = Server::start([Answer::new(status, &location, "")]).await;
        let exchange = endpoint(&server, Some(SECRET), ClientAuth::Body).redeem(&consent()).await;
        assert!(matches!(&exchange, Exchange::Answered(answer) if answer.status == status), "{exchange:?}");
        assert_eq!(server.requests().len(), 1);
        assert_eq!(stranger.requests(), Vec::<String>::new());
    }
}

#[tokio::test]
async fn what_breaks_on_the_way_is_lost_and_not_repeated() {
    for (why, answer) in [
        ("reset", Answer::Reset),
        ("cut", Answer::Bytes(b"HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n{\"access_token\":".to_vec())),
        ("50 MB", Answer::Bytes(b"HTTP/1.1 200 OK\r\nContent-Length: 52428800\r\n\r\n".to_vec())),
        ("endless", Answer::Bytes([b"HTTP/1.1 200 OK\r\n\r\n".to_vec(), vec![b'x'; 2 * BODY_CAP]].concat())),
    ] {
        let server = Server::start([answer, Answer::new(200, "", "{}")]).await;
        let exchange = endpoint(&server, Some(SECRET), ClientAuth::Basic).redeem(&consent()).await;
        let Exchange::Lost(text) = &exchange else { panic!("{why}: {exchange:?}") };
        assert!(!text.contains("planted") && !text.contains("127.0.0.1"), "{text}");
        assert_eq!(server.requests().len(), 1, "{why}");
    }
}

#[tokio::test]
async fn silence_is_lost_after_the_limit_of_an_exchange() {
    let server = Server::start([Answer::Silence]).await;
    let limits = Timeouts { exchange: Duration::from_millis(200), ..Timeouts::all(Duration::from_mins(1)) };
    let endpoint = endpoint(&server, None, ClientAuth::Body).with_http(Http::new(limits).expect("clients"));
    let exchange = timeout(Duration::from_secs(20), endpoint.redeem(&consent())).await.expect("within the limit");
    assert!(matches!(exchange, Exchange::Lost(_)), "{exchange:?}");
    assert_eq!(server.requests().len(), 1);
}

#[tokio::test]
async fn without_a_connection_the_code_was_not_spent() {
    let server = Server::start([Answer::Reset]).await;
    let secure = server.base.as_str().replace("http:", "https:");
    let http = Http::new(Timeouts::all(Duration::from_secs(20))).expect("clients");
    let endpoint = TokenEndpoint::new(&secure, "id", None, ClientAuth::Body).expect("an endpoint").with_http(http);
    let exchange = endpoint.redeem(&consent()).await;
    assert!(matches!(&exchange, Exchange::NotSent(text) if !text.contains("127.0.0.1")), "{exchange:?}");
}

#[test]
fn an_endpoint_is_https_or_loopback_and_prints_no_secret() {
    let make = |url: &str| TokenEndpoint::new(url, "id", Some(ClientSecret::new(SECRET.to_owned())), ClientAuth::Basic);
    for url in ["http://oauth2.example/token", "oauth2.example", "https://a:b@oauth2.example", "file:///etc/passwd", ""] {
        assert_eq!(make(url).expect_err(url).code(), ErrorCode::AppDetailsInvalid, "{url}");
    }
    let header = basic("id", &ClientSecret::new(SECRET.to_owned())).expect("a header");
    assert!(header.is_sensitive(), "else it is printed with the request");
    let shown = format!("{:?} {header:?}", make("https://oauth2.example/token").expect("an endpoint"));
    assert!(!shown.contains("planted"), "{shown}");
    let nobody = TokenEndpoint::new("https://oauth2.example/token", " ", None, ClientAuth::Body);
    assert_eq!(nobody.expect_err("no id").params().get("field").map(String::as_str), Some("client_id"));
}
