//! Google's table and what its consent asks for and brings.

use bulla_core::{App, AppId, ErrorCode, Judgement, Label, ProviderKind, RawAnswer, ports::Provider};
use chrono::DateTime;
use zeroize::Zeroizing;

use super::Google;
use crate::consents::{Consents, Wish};

fn app() -> App {
    App {
        id: AppId::random(),
        label: Label::parse("Google").expect("a label"),
        provider: ProviderKind::Google,
        client_id: "1.apps.googleusercontent.com".to_owned(),
        settings: std::collections::BTreeMap::new(),
        has_secret: true,
        refused: None,
        created_at: DateTime::UNIX_EPOCH,
    }
}

fn answer(status: u16, body: &str) -> RawAnswer {
    RawAnswer { status, retry_after_s: None, body: Zeroizing::new(body.as_bytes().to_vec()) }
}

#[test]
fn every_refusal_of_the_table_has_its_meaning() {
    let dead = |code| (Some(code), None, false);
    let paused = |code| (None, Some(code), true);
    let refused = |code| (None, Some(code), false);
    for (status, body, expected) in [
        (
            400,
            r#"{"error":"invalid_grant","error_description":"Token has been expired or revoked."}"#,
            dead(ErrorCode::RefreshNotFound),
        ),
        (400, r#"{"error":"invalid_grant","error_description":"Bad Request"}"#, dead(ErrorCode::RefreshNotFound)),
        (400, r#"{"error":"invalid_grant","error_subtype":"invalid_rapt"}"#, dead(ErrorCode::SignInAgain)),
        (400, r#"{"error":"invalid_grant","error_subtype":"rapt_required"}"#, dead(ErrorCode::SignInAgain)),
        (401, r#"{"error":"invalid_client","error_description":"Unauthorized"}"#, paused(ErrorCode::AppRefused)),
        (401, r#"{"error":"unauthorized_client"}"#, paused(ErrorCode::AppRefused)),
        (401, r#"{"error":"deleted_client"}"#, paused(ErrorCode::AppDisabled)),
        (401, r#"{"error":"disabled_client"}"#, paused(ErrorCode::AppDisabled)),
        (400, r#"{"error":"admin_policy_enforced"}"#, paused(ErrorCode::BlockedByAdmin)),
        (403, r#"{"error":"org_internal"}"#, paused(ErrorCode::AppInternalOnly)),
        (400, r#"{"error":"access_denied","error_description":"Account restricted"}"#, paused(ErrorCode::AccessDenied)),
        (400, r#"{"error":"invalid_scope"}"#, refused(ErrorCode::ConsentScopeRefused)),
        (400, r#"{"error":"invalid_request","error_description":"client_secret is missing."}"#, refused(ErrorCode::BadRequest)),
        (400, r#"{"error":"unsupported_grant_type"}"#, refused(ErrorCode::BadRequest)),
    ] {
        let judged = match Google.judge(&answer(status, body)) {
            Judgement::Dead(error) => (Some(error.code()), None, false),
            Judgement::Refused { error, pauses, .. } => (None, Some(error.code()), pauses),
            other => panic!("{body}: {other:?}"),
        };
        assert_eq!(judged, expected, "{body}");
    }
    for (status, body) in [(400, r#"{"error":"internal_failure"}"#), (500, "{}"), (503, "<html>"), (502, "")] {
        assert!(matches!(Google.judge(&answer(status, body)), Judgement::Unclear { .. }), "{status} {body}");
    }
}

#[test]
fn a_renewal_without_a_refresh_token_lets_the_old_one_go_on() {
    let body = r#"{"access_token":"ya29.a","expires_in":3599,"scope":"openid","token_type":"Bearer","id_token":"x"}"#;
    let Judgement::Renewed { refresh, access_life_s, scopes, .. } = Google.judge(&answer(200, body)) else { panic!("renewed") };
    assert_eq!((refresh.is_none(), access_life_s, scopes), (true, 3_599, Some(vec!["openid".to_owned()])));
}

#[test]
fn consent_asks_for_a_lasting_token_and_for_the_person() {
    let wish = Wish { scopes: vec!["gmail.send".to_owned()], login_hint: Some("a@b.c".to_owned()), port: None };
    let request = Google.request(&app(), &wish).expect("a request");
    for pair in [("access_type", "offline"), ("prompt", "consent"), ("login_hint", "a@b.c")] {
        assert!(request.extra.iter().any(|(name, value)| (name.as_str(), value.as_str()) == pair), "{pair:?}");
    }
    assert!(!request.extra.iter().any(|(name, _)| name == "include_granted_scopes"));
    assert_eq!(request.scopes[0], "openid");
    assert_eq!(request.redirect.to_register(), ["http://127.0.0.1:0/"]);
}

#[test]
fn what_was_unticked_is_missing_and_a_testing_app_is_recognised() {
    let wish = Wish { scopes: vec!["gmail.send".to_owned(), "spreadsheets".to_owned()], ..Wish::default() };
    let body = r#"{"access_token":"a","refresh_token":"1//r","expires_in":3599,"refresh_token_expires_in":604799,
        "scope":"https://www.googleapis.com/auth/gmail.send openid https://www.googleapis.com/auth/userinfo.email"}"#;
    let brought = Google.brought(&app(), &wish, &answer(200, body), DateTime::UNIX_EPOCH).expect("tokens");
    let missing = Google.missing(&Google.scopes(&wish), &brought.scopes);
    assert_eq!(missing, ["https://www.googleapis.com/auth/spreadsheets"]);
    assert_eq!(brought.data.get("testing").map(String::as_str), Some("true"));
    assert_eq!(brought.refresh_life_s, Some(604_799));
}
