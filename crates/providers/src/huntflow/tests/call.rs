//! A program's calls: below the base address, and what they tell about the access token.

use bulla_core::{
    ErrorCode, Exchange, Judgement, ProviderKind, RawAnswer, RefreshToken, Site,
    ports::{CallRequest, Provider},
};
use zeroize::Zeroizing;

use super::{PLANTED, envelope, huntflow};
use crate::raw_server::{Reply, Server};

fn request(method: &str, path: &str, body: Option<&str>) -> CallRequest {
    CallRequest { method: method.to_owned(), path: path.to_owned(), body: body.map(|body| body.as_bytes().to_vec()) }
}

#[tokio::test]
async fn a_call_goes_through_as_asked() {
    let server = Server::start([Reply::new(201, "", "{}")]).await;
    let asked = request("post", "/accounts/1/applicants?x=1", Some(r#"{"a":1}"#));
    let answer = huntflow().call(Site::bare(&server.base), PLANTED, &asked).await.expect("an answer");
    assert_eq!((answer.raw.status, &answer.raw.body[..], answer.access_rejected), (201, &b"{}"[..], false));
    let sent = server.requests().concat();
    assert!(sent.starts_with("POST /v2/accounts/1/applicants?x=1 HTTP/1.1\r\n"), "{sent}");
    assert!(sent.contains(PLANTED) && sent.ends_with(r#"{"a":1}"#), "{sent}");
}

#[tokio::test]
async fn only_a_refused_access_token_asks_for_a_renewal() {
    let not_found = envelope("not_found", "error.robot_token.not_found", "");
    for (status, body, rejected) in [
        (401, envelope("authorization_error", "x", "token_expired"), true),
        (404, not_found.clone(), true),
        (401, envelope("authorization_error", "x", "Invalid access token"), false),
        (403, not_found, false),
        (404, envelope("not_found", "Not Found", ""), false),
        (401, "<html>".to_owned(), false),
        (200, "{}".to_owned(), false),
    ] {
        let server = Server::start([Reply::new(status, "", &body)]).await;
        let answer = huntflow().call(Site::bare(&server.base), PLANTED, &request("GET", "me", None)).await.expect("an answer");
        assert_eq!((answer.raw.status, answer.access_rejected), (status, rejected), "{status} {body}");
    }
}

#[tokio::test]
async fn a_call_never_leaves_its_host() {
    let stranger = Server::start([]).await;
    let location = format!("Location: {}\r\n", stranger.base.as_str());
    let server = Server::start([Reply::new(307, &location, "")]).await;
    let answer = huntflow().call(Site::bare(&server.base), PLANTED, &request("GET", "/me", None)).await.expect("an answer");
    assert_eq!((answer.raw.status, server.requests().len()), (307, 1));
    let host = stranger.base.as_str().trim_start_matches("http:");
    for path in [host, stranger.base.as_str(), "/../x", "/a b"] {
        let refused = huntflow().call(Site::bare(&server.base), PLANTED, &request("GET", path, None)).await;
        assert_eq!(refused.map(|_| ()).map_err(|error| error.code()), Err(ErrorCode::BadRequest), "{path}");
    }
    for method in ["TRACE", "CONNECT", "", "GET\r\n"] {
        let refused = huntflow().call(Site::bare(&server.base), PLANTED, &request(method, "/me", None)).await;
        assert_eq!(refused.map(|_| ()).map_err(|error| error.code()), Err(ErrorCode::BadRequest), "{method}");
    }
    assert_eq!((server.requests().len(), stranger.requests().len()), (1, 0));
}

#[tokio::test]
async fn the_registry_knows_every_kind() {
    let server = Server::start([]).await;
    let refresh = RefreshToken::new(PLANTED.to_owned());
    let fixed = crate::provider(ProviderKind::StaticKey);
    assert!(matches!(fixed.exchange(Site::bare(&server.base), None, &refresh).await, Exchange::NotSent(_)));
    let body = Zeroizing::new(super::pair_answer().into_bytes());
    let answer = RawAnswer { status: 200, retry_after_s: None, body };
    assert!(matches!(fixed.judge(&answer), Judgement::Refused { pauses: false, .. }));
    assert!(matches!(crate::provider(ProviderKind::Huntflow).judge(&answer), Judgement::Renewed { .. }));
    assert_eq!(server.requests(), Vec::<String>::new());
}
