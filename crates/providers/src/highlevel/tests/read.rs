//! Test calls and programs' calls.

use std::collections::BTreeMap;

use bulla_core::{
    App, Identity, ReadOutcome, Site,
    ports::{CallRequest, Provider},
};

use super::{PLANTED, app_at, data};
use crate::highlevel::HighLevel;
use crate::highlevel::errors::CALL;
use crate::raw_server::{Reply, Server};

const LOCATION: &str =
    r#"{"location":{"id":"ve9EPM428h8vShlRW1KT","companyId":"c1","name":"Mark Shoes","email":"a@b.c"},"traceId":"x"}"#;

fn of_location() -> BTreeMap<String, String> {
    data(&[("user_type", "Location"), ("location_id", "ve9EPM428h8vShlRW1KT"), ("company_id", "c1")])
}

fn kind(outcome: &ReadOutcome) -> (&'static str, &'static str) {
    match outcome {
        ReadOutcome::Alive(_) => ("alive", ""),
        ReadOutcome::Expired => ("ended", ""),
        ReadOutcome::NotAccepted(error) => ("not_accepted", error.code().as_str()),
        ReadOutcome::Failed { error, pauses: true, .. } => ("paused", error.code().as_str()),
        ReadOutcome::Failed { error, .. } => ("failed", error.code().as_str()),
    }
}

/// Reads a connection with an app, or without one as a private integration token's is.
async fn read(data: &BTreeMap<String, String>, with_app: bool, token: &str, reply: Reply) -> (ReadOutcome, Vec<String>) {
    let server = Server::start([reply]).await;
    let app = Some(app_at(&server.base, &[])).filter(|_| with_app);
    let site = Site { base: &server.base, app: app.as_ref().map(|app: &App| app), data };
    let outcome = HighLevel.read(site, token).await;
    (outcome, server.requests())
}

#[tokio::test]
async fn a_location_is_read_by_its_id_with_the_version() {
    let (outcome, requests) = read(&of_location(), true, PLANTED, Reply::new(200, "", LOCATION)).await;
    let ReadOutcome::Alive(identity) = outcome else { panic!("{outcome:?}") };
    let expected = Identity {
        subject: Some("ve9EPM428h8vShlRW1KT".to_owned()),
        name: Some("Mark Shoes".to_owned()),
        email: Some("a@b.c".to_owned()),
        organisations: Vec::new(),
    };
    assert_eq!(identity, expected);
    let [request] = requests.as_slice() else { panic!("{} requests", requests.len()) };
    assert!(request.starts_with("GET /locations/ve9EPM428h8vShlRW1KT HTTP/1.1\r\n"), "{request}");
    let head = request.to_ascii_lowercase();
    assert!(head.contains("\nversion: 2021-07-28\r\n"), "{head}");
    assert!(head.contains(&format!("authorization: bearer {PLANTED}\r\n")), "{head}");
}

#[tokio::test]
async fn the_granted_scopes_choose_the_call() {
    let company = data(&[("user_type", "Company"), ("company_id", "c1")]);
    let reply = || Reply::new(200, "", r#"{"company":{"name":"Agency"}}"#);
    let (outcome, requests) = read(&company, true, PLANTED, reply()).await;
    let ReadOutcome::Alive(identity) = outcome else { panic!("{outcome:?}") };
    assert_eq!((identity.subject.as_deref(), identity.name.as_deref()), (Some("c1"), Some("Agency")));
    assert!(requests[0].starts_with("GET /companies/c1 HTTP/1.1\r\n"), "{requests:?}");
    let medias = data(&[("location_id", "loc1"), ("test", "medias")]);
    let (outcome, requests) = read(&medias, true, PLANTED, Reply::new(200, "", r#"{"files":[]}"#)).await;
    let ReadOutcome::Alive(identity) = outcome else { panic!("{outcome:?}") };
    assert_eq!((identity.subject.as_deref(), identity.name), (Some("loc1"), None));
    let line = "GET /medias/files?sortBy=createdAt&sortOrder=asc&type=file&altType=location&altId=loc1&limit=1 HTTP/1.1\r\n";
    assert!(requests[0].starts_with(line), "{requests:?}");
    for data in [
        data(&[]),
        data(&[("user_type", "Company"), ("location_id", "loc1")]),
        data(&[("location_id", "loc1"), ("test", "none")]),
        data(&[("location_id", "../oauth/token")]),
        data(&[("location_id", "a?b=c")]),
    ] {
        let (outcome, requests) = read(&data, true, PLANTED, reply()).await;
        assert_eq!((kind(&outcome), requests.len()), (("failed", "test_not_possible"), 0), "{data:?}");
    }
}

#[tokio::test]
async fn every_row_says_one_thing_and_a_good_token_is_never_called_expired() {
    let said = |text: &str| format!(r#"{{"statusCode":401,"message":"{text}","error":"Unauthorized"}}"#);
    let mut seen = 0;
    for (statuses, text, expected) in [
        (&[400, 401, 403][..], "Location is not active", ("paused", "location_inactive")),
        (&[401, 403], "The token is not authorized for this scope.", ("failed", "test_not_possible")),
        (&[401, 403], "This authClass type is not allowed to access this scope.", ("failed", "test_not_possible")),
        (&[401, 403], "Token's user type mismatch!", ("failed", "access_denied")),
        (&[401, 403], "The token does not have access to this location.", ("failed", "access_denied")),
        (&[401], "Invalid JWT", ("ended", "")),
        (&[403], "Forbidden resource", ("failed", "access_denied")),
        (&[400, 404, 422], "whatever", ("failed", "bad_request")),
    ] {
        seen += 1;
        for status in statuses {
            let (outcome, _) = read(&of_location(), true, PLANTED, Reply::new(*status, "", said(text))).await;
            assert_eq!(kind(&outcome), expected, "{status} {text}");
        }
    }
    assert_eq!(seen, CALL.len(), "a row is not looked at");
    let expired = said("Invalid token: access token is invalid");
    for (with_app, token) in [(true, "pit-0123"), (false, "pit-0123"), (false, PLANTED)] {
        let (outcome, _) = read(&of_location(), with_app, token, Reply::new(401, "", &expired)).await;
        assert_eq!(kind(&outcome), ("not_accepted", "access_not_accepted"), "nothing renews it");
    }
    let (outcome, _) = read(&of_location(), false, "pit-0123", Reply::new(200, "", LOCATION)).await;
    assert_eq!(kind(&outcome), ("alive", ""), "a private integration token is read without an app");
}

#[tokio::test]
async fn what_is_not_highlevels_answer_says_nothing_about_the_token() {
    for (status, body, expected) in [
        (200, "<html>Hotel Wi-Fi</html>", ("failed", "provider_unavailable")),
        (200, "{}", ("failed", "answer_unreadable")),
        (401, "<html>", ("failed", "provider_unavailable")),
        (401, "{}", ("failed", "provider_unavailable")),
        (500, r#"{"statusCode":401,"message":"Invalid JWT"}"#, ("failed", "provider_unavailable")),
        (418, r#"{"message":"x"}"#, ("failed", "provider_unavailable")),
        (429, "", ("failed", "rate_limited")),
    ] {
        let (outcome, _) = read(&of_location(), true, PLANTED, Reply::new(status, "", body)).await;
        assert_eq!(kind(&outcome), expected, "{status} {body}");
    }
    assert_eq!(kind(&read(&of_location(), true, PLANTED, Reply::Reset).await.0), ("failed", "no_answer"));
    let (outcome, requests) = read(&of_location(), true, "a\r\nX: b", Reply::Reset).await;
    assert_eq!((kind(&outcome).0, requests.len()), ("not_accepted", 0));
}

#[tokio::test]
async fn a_call_brings_the_version_of_its_path_and_knows_a_rejected_token() {
    for (path, version) in [
        ("/contacts/?locationId=a", "2021-07-28"),
        ("calendars/groups", "2021-04-15"),
        ("/conversations", "2021-04-15"),
        ("/conversations?x=1", "2021-04-15"),
        ("/conversationsx", "2021-07-28"),
    ] {
        let server = Server::start([Reply::new(200, "", "{}")]).await;
        let asked = CallRequest { method: "POST".to_owned(), path: path.to_owned(), body: Some(b"{\"a\":1}".to_vec()) };
        let answer = HighLevel.call(Site::bare(&server.base), PLANTED, &asked).await.expect("an answer");
        let sent = server.requests().concat().to_ascii_lowercase();
        assert!(sent.contains(&format!("\nversion: {version}\r\n")) && sent.ends_with("{\"a\":1}"), "{path}: {sent}");
        assert!(!answer.access_rejected);
    }
    for (status, body, rejected) in [
        (401, r#"{"statusCode":401,"message":"Invalid JWT"}"#, true),
        (401, r#"{"statusCode":401,"message":"The token is not authorized for this scope."}"#, false),
        (401, "<html>", false),
        (403, r#"{"statusCode":403,"message":"Invalid JWT"}"#, false),
        (200, "{}", false),
    ] {
        let server = Server::start([Reply::new(status, "", body)]).await;
        let asked = CallRequest { method: "GET".to_owned(), path: "/contacts/".to_owned(), body: None };
        let answer = HighLevel.call(Site::bare(&server.base), PLANTED, &asked).await.expect("an answer");
        assert_eq!((answer.raw.status, answer.access_rejected), (status, rejected), "{body}");
    }
}
