//! Whether the platform takes an app, asked by its tenant token.

use bulla_core::{ErrorCode, Result};

use super::{FEISHU, app, app_at, secret};
use crate::consents::{AppCheck, Consents};
use crate::raw_server::{Reply, Server};

const TAKEN: &str = r#"{"code":0,"msg":"ok","tenant_access_token":"t-planted","expire":7200}"#;

async fn check(reply: Reply) -> (Result<AppCheck>, Vec<String>) {
    let server = Server::start([reply]).await;
    let checked = FEISHU.check_app(&app_at(&server.base, &[]), Some(&secret())).await;
    (checked, server.requests())
}

#[tokio::test]
async fn it_is_one_post_of_id_and_secret() {
    let (checked, requests) = check(Reply::new(200, "", TAKEN)).await;
    assert_eq!(checked, Ok(AppCheck::Accepted));
    let [request] = requests.as_slice() else { panic!("{} requests", requests.len()) };
    assert!(request.starts_with("POST /open-apis/auth/v3/tenant_access_token/internal HTTP/1.1\r\n"), "{request}");
    assert!(request.ends_with("\r\n\r\n{\"app_id\":\"cli_a1\",\"app_secret\":\"s3\\\"cret\"}"), "{request}");
    assert!(!request.to_ascii_lowercase().contains("authorization"), "{request}");
}

#[tokio::test]
async fn every_refusal_says_what_to_mend_and_everything_else_that_nobody_has_judged() {
    for (status, body, code) in [
        (200, r#"{"code":10003,"data":{},"msg":"invalid param"}"#, ErrorCode::AppRefused),
        (200, r#"{"code":10005,"msg":"x"}"#, ErrorCode::AppRefused),
        (200, r#"{"code":10014,"msg":"app id not exists"}"#, ErrorCode::AppRefused),
        (200, r#"{"code":10014,"msg":"app secret invalid"}"#, ErrorCode::AppRefused),
        (400, r#"{"code":10014,"msg":"app secret invalid"}"#, ErrorCode::AppRefused),
        (200, r#"{"code":10015,"msg":"x"}"#, ErrorCode::AppRefused),
        (400, r#"{"code":99991543,"msg":"x"}"#, ErrorCode::AppRefused),
        (400, r#"{"code":99991673,"msg":"x"}"#, ErrorCode::AppDisabled),
        (400, r#"{"code":99991401,"msg":"x"}"#, ErrorCode::IpNotAllowed),
        (400, r#"{"code":99991400,"msg":"x"}"#, ErrorCode::RateLimited),
        (429, "", ErrorCode::RateLimited),
        (200, r#"{"code":10013,"msg":"x"}"#, ErrorCode::ProviderUnavailable),
        (500, r#"{"code":10014,"msg":"x"}"#, ErrorCode::ProviderUnavailable),
        (404, "404 page not found", ErrorCode::ProviderUnavailable),
        (200, "<html>Hotel Wi-Fi</html>", ErrorCode::ProviderUnavailable),
        (200, r#"{"code":0,"msg":"ok"}"#, ErrorCode::AnswerUnreadable),
        (200, r#"{"code":0,"tenant_access_token":""}"#, ErrorCode::AnswerUnreadable),
        (200, r#"{"code":0,"app_access_token":"a-x"}"#, ErrorCode::AnswerUnreadable),
    ] {
        let (checked, _) = check(Reply::new(status, "", body)).await;
        let error = checked.expect_err(body);
        assert_eq!(error.code(), code, "{status} {body}");
        assert!(!format!("{error:?}").contains("s3"), "{error:?}");
    }
    let (checked, _) = check(Reply::Reset).await;
    assert_eq!(checked.expect_err("reset").code(), ErrorCode::NoAnswer);
}

#[tokio::test]
async fn an_app_without_a_secret_or_elsewhere_is_not_asked_after() {
    let server = Server::start([]).await;
    let unusable = FEISHU.check_app(&app_at(&server.base, &[]), None).await;
    assert_eq!(unusable.map_err(|error| error.code()), Err(ErrorCode::AppDetailsInvalid));
    let elsewhere = FEISHU.check_app(&app(&[("api_base", "https://evil.example")]), Some(&secret())).await;
    assert_eq!(elsewhere.map_err(|error| error.code()), Err(ErrorCode::AppDetailsInvalid));
    assert_eq!(server.requests().len(), 0);
}
