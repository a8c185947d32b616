//! The table of answers to `GET /v2/me`, and the two calls of a read.

use std::time::Duration;

use bulla_core::{BaseUrl, ErrorCode, Identity, ReadOutcome, Site, ports::Provider};
use tokio::net::TcpListener;

use super::{PLANTED, envelope, huntflow, with_limit};
use crate::{
    StaticKeyProvider,
    raw_server::{Reply, Server},
};

const ME: &str = r#"{"id":17,"name":"Анна","position":null,"email":"anna@acme.ru","phone":null,"locale":"ru_RU"}"#;
const ACCOUNTS: &str =
    r#"{"items":[{"id":1,"name":"ООО Ромашка","nick":"acme","member_type":"owner"},{"id":2,"name":null,"nick":"two"},{"id":3}]}"#;

fn kind(outcome: &ReadOutcome) -> (&'static str, Option<ErrorCode>) {
    match outcome {
        ReadOutcome::Alive(_) => ("alive", None),
        ReadOutcome::Expired => ("expired", None),
        ReadOutcome::NotAccepted(error) => ("not_accepted", Some(error.code())),
        ReadOutcome::Failed { error, pauses: true, .. } => ("pauses", Some(error.code())),
        ReadOutcome::Failed { error, .. } => ("failed", Some(error.code())),
    }
}

#[tokio::test]
async fn a_read_is_two_calls_and_tells_whose_it_is() {
    let server = Server::start([Reply::new(200, "", ME), Reply::new(200, "", ACCOUNTS)]).await;
    let ReadOutcome::Alive(identity) = huntflow().read(Site::bare(&server.base), PLANTED).await else { panic!("not alive") };
    let expected = Identity {
        subject: Some("17".to_owned()),
        name: Some("Анна".to_owned()),
        email: Some("anna@acme.ru".to_owned()),
        organisations: vec!["ООО Ромашка".to_owned(), "two".to_owned()],
    };
    assert_eq!(identity, expected);
    assert_eq!(server.lines(), ["GET /v2/me HTTP/1.1", "GET /v2/accounts HTTP/1.1"]);
    for request in server.requests() {
        assert!(request.to_ascii_lowercase().contains(&format!("authorization: bearer {PLANTED}\r\n")), "{request}");
    }
}

#[tokio::test]
async fn organisations_are_a_courtesy() {
    for reply in [Reply::new(403, "", ""), Reply::new(200, "", "<html>"), Reply::Reset] {
        let server = Server::start([Reply::new(200, "", ME), reply]).await;
        let outcome = huntflow().read(Site::bare(&server.base), PLANTED).await;
        assert!(matches!(&outcome, ReadOutcome::Alive(who) if who.organisations.is_empty()), "{outcome:?}");
        assert_eq!(server.requests().len(), 2);
    }
}

#[tokio::test]
async fn every_answer_has_its_meaning() {
    use ErrorCode::{
        AccessDenied, AccessNotAccepted, AnswerUnreadable, BadRequest, NoAnswer, PaymentRequired, ProviderUnavailable,
        RateLimited,
    };
    let expired = envelope("authorization_error", "Authorization Error", "token_expired");
    let html = "<html><body>Hotel Wi-Fi</body></html>".to_owned();
    let v1 = |value: &str| format!(r#"{{"description":"x","errors":[{{"type":"oauth","value":["{value}"]}}]}}"#);
    let unavailable = ("failed", Some(ProviderUnavailable));
    let unknown = ("not_accepted", Some(AccessNotAccepted));
    for (status, body, meaning) in [
        (401, expired.clone(), ("expired", None)),
        (401, v1("token_expired"), ("expired", None)),
        (401, envelope("authorization_error", "Authorization Error", "Invalid access token"), unknown),
        (401, envelope("other", "Authorization Error", "token_expired"), unknown),
        (401, v1("bad_authorization"), unknown),
        (401, v1("token_revoked"), unknown),
        (401, html.clone(), unavailable),
        (403, expired, ("failed", Some(AccessDenied))),
        (404, envelope("not_found", "error.robot_token.not_found", ""), ("expired", None)),
        (404, envelope("not_found", "Not Found", ""), unavailable),
        (404, html.clone(), unavailable),
        (402, envelope("payment_required", "Payment Required Error", ""), ("pauses", Some(PaymentRequired))),
        (403, envelope("access_denied", "Access Denied Error", ""), ("failed", Some(AccessDenied))),
        (429, envelope("too_many_requests", "slow", ""), ("failed", Some(RateLimited))),
        (429, html.clone(), ("failed", Some(RateLimited))),
        (400, envelope("bad_user_agent", "x", ""), ("failed", Some(BadRequest))),
        (200, html.clone(), unavailable),
        (200, String::new(), unavailable),
        (200, "{}".to_owned(), ("failed", Some(AnswerUnreadable))),
        (200, r#"{"id":null}"#.to_owned(), ("failed", Some(AnswerUnreadable))),
        (200, "[]".to_owned(), ("failed", Some(AnswerUnreadable))),
        (302, html.clone(), unavailable),
        (500, html.clone(), unavailable),
        (503, envelope("server_error", "Service Unavailable", ""), unavailable),
        (204, String::new(), ("failed", Some(NoAnswer))),
        (405, envelope("method_not_allowed", "x", ""), ("failed", Some(NoAnswer))),
    ] {
        let server = Server::start([Reply::new(status, "", &body)]).await;
        let outcome = huntflow().read(Site::bare(&server.base), PLANTED).await;
        assert_eq!(kind(&outcome), meaning, "{status} {body}");
        assert_eq!(server.requests().len(), 1, "{status} {body}");
    }
}

#[tokio::test]
async fn a_broken_connection_says_nothing_about_the_token() {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let closed = BaseUrl::parse(&format!("http://{}", listener.local_addr().expect("an address"))).expect("loopback");
    drop(listener);
    assert_eq!(kind(&huntflow().read(Site::bare(&closed), PLANTED).await), ("failed", Some(ErrorCode::Offline)));
    for reply in [Reply::Reset, Reply::Bytes(b"HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n{".to_vec())] {
        let server = Server::start([reply]).await;
        assert_eq!(kind(&huntflow().read(Site::bare(&server.base), PLANTED).await), ("failed", Some(ErrorCode::NoAnswer)));
    }
    let server = Server::start([Reply::Silence]).await;
    let outcome = with_limit(Duration::from_millis(200)).read(Site::bare(&server.base), PLANTED).await;
    assert_eq!(kind(&outcome), ("failed", Some(ErrorCode::NoAnswer)));
    assert!(!format!("{outcome:?}").contains("planted"));
}

#[tokio::test]
async fn a_redirect_does_not_carry_the_token_away() {
    let stranger = Server::start([]).await;
    let location = format!("Location: {}/v2/me\r\n", stranger.base.as_str());
    let server = Server::start([Reply::new(307, &location, "")]).await;
    assert_eq!(kind(&huntflow().read(Site::bare(&server.base), PLANTED).await), ("failed", Some(ErrorCode::ProviderUnavailable)));
    assert_eq!(stranger.requests(), Vec::<String>::new());
}

#[tokio::test]
async fn a_token_no_header_can_carry_is_not_sent() {
    let server = Server::start([]).await;
    let outcome = huntflow().read(Site::bare(&server.base), "a\r\nX: b").await;
    assert_eq!(kind(&outcome), ("not_accepted", Some(ErrorCode::AccessNotAccepted)));
    assert_eq!(server.requests(), Vec::<String>::new());
}

#[tokio::test]
async fn a_static_key_never_just_expires() {
    let expired = envelope("authorization_error", "Authorization Error", "token_expired");
    let server = Server::start([Reply::new(401, "", expired)]).await;
    let outcome = StaticKeyProvider::new().read(Site::bare(&server.base), PLANTED).await;
    assert_eq!(kind(&outcome), ("not_accepted", Some(ErrorCode::AccessNotAccepted)));
}
