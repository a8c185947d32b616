//! `user_info` and programs' calls: told by code, whatever the status.

use std::collections::BTreeSet;

use bulla_core::{
    ErrorCode, Identity, ReadOutcome, Site,
    ports::{CallRequest, Provider},
};

use super::{FEISHU, PLANTED};
use crate::feishu::codes::{CALL, Seen};
use crate::raw_server::{Reply, Server};

const USER: &str = r#"{"code":0,"msg":"success","data":{"name":"张三","en_name":"Zhang San","open_id":"ou_1","union_id":"on_1","tenant_key":"736588c9260f175d","email":"zhangsan@a.cn","enterprise_email":"z@b.cn"}}"#;

fn kind(outcome: &ReadOutcome) -> (&'static str, &'static str) {
    match outcome {
        ReadOutcome::Alive(_) => ("alive", ""),
        ReadOutcome::Expired => ("ended", ""),
        ReadOutcome::NotAccepted(error) => ("not_accepted", error.code().as_str()),
        ReadOutcome::Failed { error, pauses: true, .. } => ("paused", error.code().as_str()),
        ReadOutcome::Failed { error, .. } => ("failed", error.code().as_str()),
    }
}

async fn read(reply: Reply) -> (ReadOutcome, Vec<String>) {
    let server = Server::start([reply]).await;
    let outcome = FEISHU.read(Site::bare(&server.base), PLANTED).await;
    (outcome, server.requests())
}

#[tokio::test]
async fn a_read_is_one_call_and_tells_whose_it_is() {
    let (outcome, requests) = read(Reply::new(200, "", USER)).await;
    let ReadOutcome::Alive(identity) = outcome else { panic!("{outcome:?}") };
    let expected = Identity {
        subject: Some("ou_1".to_owned()),
        name: Some("张三".to_owned()),
        email: Some("zhangsan@a.cn".to_owned()),
        organisations: Vec::new(),
    };
    assert_eq!(identity, expected);
    let [request] = requests.as_slice() else { panic!("{} requests", requests.len()) };
    assert!(request.starts_with("GET /open-apis/authen/v1/user_info HTTP/1.1\r\n"), "{request}");
    assert!(request.to_ascii_lowercase().contains(&format!("authorization: bearer {PLANTED}\r\n")), "{request}");
    let spare = r#"{"code":"0","data":{"en_name":"Zhang San","union_id":"on_1","enterprise_email":"z@b.cn"}}"#;
    let (outcome, _) = read(Reply::new(200, "", spare)).await;
    let ReadOutcome::Alive(identity) = outcome else { panic!("{outcome:?}") };
    assert_eq!((identity.subject.as_deref(), identity.name.as_deref()), (Some("on_1"), Some("Zhang San")));
    assert_eq!(identity.email.as_deref(), Some("z@b.cn"));
}

/// Written down apart from the table, so that a slip in either shows.
const EXPECTED: &[(&str, &str, &[i64])] = &[
    ("ended", "", &[20_005, 99_991_668, 99_991_677]),
    ("not_accepted", "access_not_accepted", &[99_991_661, 99_991_663, 99_991_664, 99_991_665, 99_991_669, 99_991_671]),
    ("paused", "account_gone", &[20_008, 20_021, 20_022, 20_023]),
    ("paused", "app_refused", &[99_991_543]),
    ("paused", "app_disabled", &[99_991_662, 99_991_673]),
    ("paused", "ip_not_allowed", &[99_991_401]),
    ("paused", "payment_required", &[99_991_403]),
    ("failed", "access_denied", &[99_991_672, 99_991_676]),
    ("failed", "scopes_missing", &[99_991_679]),
    ("failed", "rate_limited", &[99_991_400]),
    ("failed", "bad_request", &[20_001]),
    ("failed", "provider_unavailable", &[20_050]),
];

#[tokio::test]
async fn every_code_says_one_thing_whatever_the_status() {
    let mut seen = BTreeSet::new();
    for (meaning, error_code, codes) in EXPECTED {
        for code in *codes {
            assert!(seen.insert(*code), "{code} twice");
            for status in [200, 400, 401, 403] {
                let (outcome, _) = read(Reply::new(status, "", format!(r#"{{"code":{code},"msg":"words"}}"#))).await;
                assert_eq!(kind(&outcome), (*meaning, *error_code), "{status} {code}");
            }
        }
    }
    assert_eq!(seen, CALL.iter().map(|row| row.0).collect(), "the rows and what is expected of them");
    assert_eq!(CALL.len(), seen.len(), "a code stands in the table twice");
}

#[tokio::test]
async fn what_is_not_the_platforms_answer_says_nothing_about_the_token() {
    for (status, body, meaning) in [
        (200, "<html>Hotel Wi-Fi</html>", ("failed", "provider_unavailable")),
        (401, "<html>", ("failed", "provider_unavailable")),
        (401, "{}", ("failed", "provider_unavailable")),
        (404, "404 page not found", ("failed", "provider_unavailable")),
        (500, r#"{"code":99991677}"#, ("failed", "provider_unavailable")),
        (400, r#"{"code":0}"#, ("failed", "provider_unavailable")),
        (429, "", ("failed", "rate_limited")),
        (429, r#"{"code":99991677}"#, ("failed", "rate_limited")),
        (400, r#"{"code":99999999,"msg":"new"}"#, ("failed", "bad_request")),
        (200, r#"{"code":0,"msg":"ok"}"#, ("failed", "answer_unreadable")),
        (200, r#"{"code":0,"data":{"name":"nobody"}}"#, ("failed", "answer_unreadable")),
    ] {
        assert_eq!(kind(&read(Reply::new(status, "", body)).await.0), meaning, "{status} {body}");
    }
    assert_eq!(kind(&read(Reply::Reset).await.0), ("failed", "no_answer"));
    let server = Server::start([]).await;
    let outcome = FEISHU.read(Site::bare(&server.base), "a\r\nX: b").await;
    assert_eq!((kind(&outcome).0, server.requests().len()), ("not_accepted", 0));
}

#[tokio::test]
async fn a_limit_says_how_long_and_a_missing_scope_which() {
    let limit = Reply::new(400, "x-ogw-ratelimit-reset: 12\r\n", r#"{"code":99991400}"#);
    let (outcome, _) = read(limit).await;
    let ReadOutcome::Failed { retry_after, .. } = outcome else { panic!("{outcome:?}") };
    assert_eq!(retry_after.map(|wait| wait.num_seconds()), Some(12));
    let body = r#"{"code":99991679,"msg":"Unauthorized","error":{"permission_violations":[{"type":"action_scope_required","subject":"mail:x"},{"subject":"im:y"},{}]}}"#;
    let (outcome, _) = read(Reply::new(400, "", body)).await;
    let ReadOutcome::Failed { error, .. } = outcome else { panic!("{outcome:?}") };
    assert_eq!(error.code(), ErrorCode::ScopesMissing);
    assert_eq!(error.params().get("missing").map(String::as_str), Some("mail:x, im:y"));
}

#[tokio::test]
async fn only_a_users_token_that_ended_asks_for_a_renewal() {
    let asked = CallRequest { method: "get".to_owned(), path: "/contact/v3/users?x=1".to_owned(), body: None };
    for row in CALL {
        let server = Server::start([Reply::new(400, "", format!(r#"{{"code":{},"msg":"x"}}"#, row.0))]).await;
        let answer = FEISHU.call(Site::bare(&server.base), PLANTED, &asked).await.expect("an answer");
        let ended = row.1 == Seen::Ended && row.0 != 20_005;
        assert_eq!(answer.access_rejected, ended, "{}: 20005 may be any API's own", row.0);
    }
    for (status, body) in [
        (400, r#"{"code":99991668,"msg":"user access token not support"}"#),
        (401, "<html>"),
        (401, r#"{"msg":"x"}"#),
        (500, r#"{"code":99991677}"#),
        (200, r#"{"code":0}"#),
    ] {
        let server = Server::start([Reply::new(status, "", body)]).await;
        let answer = FEISHU.call(Site::bare(&server.base), PLANTED, &asked).await.expect("an answer");
        assert_eq!((answer.raw.status, answer.access_rejected), (status, false), "{body}");
        assert_eq!(server.lines(), ["GET /open-apis/contact/v3/users?x=1 HTTP/1.1"]);
    }
    let server = Server::start([]).await;
    let outside = CallRequest { path: "/../oauth/v3/token".to_owned(), ..asked };
    let refused = FEISHU.call(Site::bare(&server.base), PLANTED, &outside).await.expect_err("outside");
    assert_eq!((refused.code(), server.requests().len()), (ErrorCode::BadRequest, 0));
}
