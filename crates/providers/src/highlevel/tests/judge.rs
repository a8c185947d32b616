//! The refresh grant and the token endpoint's table, row by row.

use bulla_core::{ErrorCode, Exchange, Judgement, RawAnswer, RefreshToken, Site, ports::Provider};
use chrono::TimeDelta;

use super::{ACCESS, PLANTED, REFRESH, answer, app, app_at, data, pair, secret};
use crate::highlevel::HighLevel;
use crate::highlevel::errors::TOKEN;
use crate::raw_server::{Reply, Server};

fn judge(status: u16, body: impl AsRef<[u8]>) -> Judgement {
    HighLevel.judge(&answer(status, body))
}

/// The variant and the code it carries.
fn kind(judgement: &Judgement) -> (&'static str, &'static str) {
    match judgement {
        Judgement::Renewed { .. } => ("renewed", ""),
        Judgement::TooEarly => ("too_early", ""),
        Judgement::Dead(error) => ("dead", error.code().as_str()),
        Judgement::Refused { error, pauses: true, .. } => ("paused", error.code().as_str()),
        Judgement::Refused { error, .. } => ("refused", error.code().as_str()),
        Judgement::Unclear { error, .. } => ("unclear", error.code().as_str()),
    }
}

#[tokio::test]
async fn it_is_one_form_with_the_user_type_and_no_version() {
    for (connection, of_app, sent) in [
        (data(&[]), vec![], "Location"),
        (data(&[("user_type", "Company")]), vec![], "Company"),
        (data(&[("user_type", "location")]), vec![("user_type", "Company")], "Location"),
        (data(&[]), vec![("user_type", "Company")], "Company"),
    ] {
        let server = Server::start([Reply::new(200, "", pair(""))]).await;
        let (app, refresh) = (app_at(&server.base, &of_app), RefreshToken::new(PLANTED.to_owned()));
        let site = Site { base: &server.base, app: Some(&app), data: &connection };
        let exchange = HighLevel.exchange(site, Some(&secret()), &refresh).await;
        assert!(matches!(&exchange, Exchange::Answered(answer) if answer.body[..] == *pair("").as_bytes()), "{exchange:?}");
        let requests = server.requests();
        let [request] = requests.as_slice() else { panic!("{} requests", requests.len()) };
        let (head, body) = request.split_once("\r\n\r\n").expect("a head");
        assert!(head.starts_with("POST /oauth/token HTTP/1.1\r\n"), "{head}");
        let head = head.to_ascii_lowercase();
        assert!(head.contains("content-type: application/x-www-form-urlencoded"), "{head}");
        assert!(!head.contains("\nversion:") && !head.contains("authorization"), "{head}");
        let expected = format!(
            "grant_type=refresh_token&refresh_token={PLANTED}&client_id=66f0-abc&client_secret=s3%26cret&user_type={sent}"
        );
        assert_eq!(body, expected);
    }
}

#[tokio::test]
async fn what_cannot_be_asked_rightly_is_not_sent() {
    let server = Server::start([]).await;
    let refresh = RefreshToken::new(PLANTED.to_owned());
    let none = data(&[]);
    let (good, elsewhere) = (app_at(&server.base, &[]), app(&[("api_base", "https://evil.example")]));
    let odd = data(&[("user_type", "Planet")]);
    for (app, data, secret) in [
        (None, &none, Some(secret())),
        (Some(&good), &none, None),
        (Some(&good), &odd, Some(secret())),
        (Some(&elsewhere), &none, Some(secret())),
    ] {
        let exchange = HighLevel.exchange(Site { base: &server.base, app, data }, secret.as_ref(), &refresh).await;
        assert!(matches!(exchange, Exchange::NotSent(_)), "{exchange:?}");
    }
    assert_eq!(server.requests().len(), 0);
}

#[test]
fn every_row_has_its_meaning() {
    let one = |text: &str| format!(r#"{{"statusCode":400,"message":"{text}","error":"Bad Request"}}"#);
    let many = |text: &str| format!(r#"{{"statusCode":422,"message":["x","{text}"],"error":"Unprocessable Entity"}}"#);
    let oauth = |text: &str| format!(r#"{{"error":"UnAuthorized!","error_description":"{text}"}}"#);
    let v3 = |text: &str| format!(r#"{{"error":{{"code":"X","message":"{text}","details":{{}}}}}}"#);
    let mut seen = 0;
    for (statuses, text, expected) in [
        (&[400, 401][..], "Invalid grant: refresh token is invalid", ("dead", "refresh_not_found")),
        (&[400, 401], "Invalid grant: refresh token has expired", ("dead", "refresh_expired")),
        (&[400, 401], "Invalid refresh token", ("dead", "refresh_not_found")),
        (&[400, 401, 403], "Location is not active", ("paused", "location_inactive")),
        (&[400, 401], "Invalid client credentials!", ("paused", "app_refused")),
        (&[400, 401], "invalid_client: unknown", ("paused", "app_refused")),
        (&[400, 401], "Invalid grant: authorization code is invalid", ("refused", "consent_refused")),
        (&[400], "Invalid request: `redirect_uri` does not match", ("refused", "app_details_invalid")),
        (&[400], "Invalid redirectUri", ("refused", "app_details_invalid")),
        (&[400], "Missing parameter: clientId", ("refused", "bad_request")),
        (&[400], "Invalid parameter: grantType", ("refused", "bad_request")),
        (&[400], "Unsupported grant type: `grant_type` is invalid", ("refused", "bad_request")),
        (&[422], "Unprocessable Entity", ("refused", "bad_request")),
    ] {
        seen += 1;
        for status in statuses {
            for body in [one(text), many(text), oauth(text), v3(text)] {
                assert_eq!(kind(&judge(*status, &body)), expected, "{status} {body}");
            }
        }
        let judged = kind(&judge(404, one(text)));
        assert_eq!(judged, ("unclear", "provider_unavailable"), "404 {text}");
        assert_eq!(kind(&judge(500, one(text))), ("unclear", "provider_unavailable"), "500 {text}");
    }
    assert_eq!(seen, TOKEN.len(), "a row is not looked at");
}

#[test]
fn what_judges_nothing_is_unclear_and_a_limit_spends_nothing() {
    let unavailable = ("unclear", "provider_unavailable");
    let unreadable = ("unclear", "answer_unreadable");
    for (status, body, expected) in [
        (400, r#"{"statusCode":400,"message":"Bad Request"}"#, unavailable),
        (400, "refresh token is invalid", unavailable),
        (400, "<html>Invalid grant: refresh token is invalid</html>", unavailable),
        (401, r#"{"statusCode":401,"message":"Unauthorized"}"#, unavailable),
        (400, "{}", unavailable),
        (302, "{}", unavailable),
        (502, "", unavailable),
        (200, "{}", unreadable),
        (200, "<html>", unreadable),
        (200, r#"{"statusCode":400,"message":"Invalid grant: refresh token is invalid"}"#, unreadable),
        (429, "", ("refused", "rate_limited")),
        (429, r#"{"message":"Invalid grant: refresh token is invalid"}"#, ("refused", "rate_limited")),
    ] {
        assert_eq!(kind(&judge(status, body)), expected, "{status} {body}");
    }
}

#[test]
fn a_new_pair_lives_a_day_and_a_year() {
    let (day, year) = (86_400, TimeDelta::days(365).num_seconds());
    for (status, body, access_life) in
        [(200, pair(""), 86_399), (201, pair(""), 86_399), (200, pair("").replace("86399", "\"soon\""), day)]
    {
        let Judgement::Renewed { access, refresh, access_life_s, refresh_life_s, scopes } = judge(status, &body) else {
            panic!("{body}")
        };
        assert_eq!((access.expose(), refresh.as_ref().map(RefreshToken::expose)), (ACCESS, Some(REFRESH)));
        assert_eq!((access_life_s, refresh_life_s), (access_life, Some(year)));
        assert_eq!(scopes.as_deref(), Some(["locations.readonly".to_owned(), "medias.write".to_owned()].as_slice()));
    }
}

#[test]
fn no_judgement_shows_a_token() {
    let echoed = format!(r#"{{"statusCode":400,"message":"Invalid grant: refresh token is invalid {PLANTED}"}}"#);
    for judgement in [judge(200, pair("")), judge(400, &echoed), judge(200, pair("").replace("Bearer", "MAC"))] {
        let shown = format!("{judgement:?}");
        assert!(!shown.contains("access0123") && !shown.contains("refresh0123") && !shown.contains("planted"), "{shown}");
    }
    let limited = RawAnswer { retry_after_s: Some(7_200), ..answer(429, "") };
    let Judgement::Refused { error, retry_after, .. } = HighLevel.judge(&limited) else { panic!("refused") };
    assert_eq!((error.code(), retry_after), (ErrorCode::RateLimited, Some(TimeDelta::hours(1))));
}
