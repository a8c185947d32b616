//! The table of answers to `POST /v2/token/refresh`.

use bulla_core::{ErrorCode, Judgement, RawAnswer, RefreshToken, ports::Provider};
use chrono::TimeDelta;
use zeroize::Zeroizing;

use super::{NEW_ACCESS, NEW_REFRESH, PLANTED, envelope, pair_answer};
use crate::Huntflow;

fn judge(status: u16, body: impl AsRef<[u8]>) -> Judgement {
    judge_after(status, body, None)
}

fn judge_after(status: u16, body: impl AsRef<[u8]>, retry_after_s: Option<u32>) -> Judgement {
    Huntflow::new().judge(&RawAnswer { status, retry_after_s, body: Zeroizing::new(body.as_ref().to_vec()) })
}

/// The variant and the code it carries.
fn kind(judgement: &Judgement) -> (&'static str, Option<ErrorCode>) {
    match judgement {
        Judgement::Renewed { .. } => ("rotated", None),
        Judgement::TooEarly => ("too_early", None),
        Judgement::Dead(error) => ("dead", Some(error.code())),
        Judgement::Refused { error, pauses: true, .. } => ("pauses", Some(error.code())),
        Judgement::Refused { error, .. } => ("refused", Some(error.code())),
        Judgement::Unclear { error, .. } => ("unclear", Some(error.code())),
    }
}

#[test]
fn every_answer_has_its_meaning() {
    use ErrorCode::{AccessDenied, AnswerUnreadable, BadRequest, PaymentRequired, ProviderUnavailable, RateLimited};
    let not_found = envelope("not_found", "error.robot_token.not_found", "");
    let too_early = envelope("access_denied", "error.robot_token.refresh_too_early", "");
    let v1 = r#"{"description":"x","errors":[{"type":"oauth","value":["token_expired"]}]}"#;
    let html = "<html><body>It works!</body></html>";
    let unavailable = ("unclear", Some(ProviderUnavailable));
    let unreadable = ("unclear", Some(AnswerUnreadable));
    let null = format!(r#"{{"access_token":"{PLANTED}","refresh_token":null,"expires_in":604800}}"#);
    for (status, body, meaning) in [
        (200, pair_answer(), ("rotated", None)),
        (201, pair_answer(), ("rotated", None)),
        (200, null, unreadable),
        (200, format!(r#"{{"access_token":"{PLANTED}","refresh_token":""}}"#), unreadable),
        (200, format!(r#"{{"access_token":"{PLANTED}","refresh_token":" "}}"#), unreadable),
        (200, format!(r#"{{"access_token":"{PLANTED}"}}"#), unreadable),
        (200, format!(r#"{{"refresh_token":"{PLANTED}"}}"#), unreadable),
        (200, format!(r#"{{"access_token":1,"refresh_token":"{PLANTED}"}}"#), unreadable),
        (200, format!("\u{feff}{}", pair_answer()), unreadable),
        (200, pair_answer()[..90].to_owned(), unreadable),
        (200, "null".to_owned(), unreadable),
        (200, html.to_owned(), unreadable),
        (204, String::new(), unreadable),
        (403, too_early.clone(), ("too_early", None)),
        (404, not_found.clone(), ("dead", Some(ErrorCode::RefreshNotFound))),
        (404, envelope("not_found", "Not Found", ""), unavailable),
        (404, envelope("proxy", "error.robot_token.not_found", ""), unavailable),
        (404, envelope("x", "x", "error.robot_token.not_found"), unavailable),
        (404, html.to_owned(), unavailable),
        (404, r#"{"detail":"Not Found"}"#.to_owned(), unavailable),
        (404, String::new(), unavailable),
        (400, not_found.clone(), unavailable),
        (500, not_found, unavailable),
        (404, too_early, unavailable),
        (402, envelope("payment_required", "Payment Required Error", ""), ("pauses", Some(PaymentRequired))),
        (402, html.to_owned(), unavailable),
        (403, envelope("access_denied", "Access Denied Error", ""), ("refused", Some(AccessDenied))),
        (403, html.to_owned(), unavailable),
        (429, envelope("too_many_requests", "slow down", ""), ("refused", Some(RateLimited))),
        (429, html.to_owned(), ("refused", Some(RateLimited))),
        (400, envelope("bad_user_agent", "User-Agent header is required", ""), ("refused", Some(BadRequest))),
        (400, envelope("value_error.missing", "field required", ""), ("refused", Some(BadRequest))),
        (400, envelope("value_errors", "x", ""), unavailable),
        (400, html.to_owned(), unavailable),
        (401, envelope("authorization_error", "Authorization Error", "x"), ("refused", Some(AccessDenied))),
        (401, v1.to_owned(), ("refused", Some(AccessDenied))),
        (401, html.to_owned(), unavailable),
        (407, html.to_owned(), unavailable),
        (301, String::new(), unavailable),
        (307, String::new(), unavailable),
        (500, html.to_owned(), unavailable),
        (502, String::new(), unavailable),
        (503, envelope("server_error", "Service Unavailable", ""), unavailable),
        (500, pair_answer(), unavailable),
        (418, r#"{"errors":[]}"#.to_owned(), unavailable),
    ] {
        assert_eq!(kind(&judge(status, &body)), meaning, "{status} {body}");
    }
}

#[test]
fn lives_come_from_the_answer_when_they_are_sane() {
    let (week, fortnight) = (604_800, 1_209_600);
    for (expires, refresh_expires, lives) in [
        ("3600", "7200", (3600, 7200)),
        ("\"3600\"", "\" 7200 \"", (3600, 7200)),
        ("3600.9", "7200.0", (3600, 7200)),
        ("60", "34560000", (60, 34_560_000)),
        ("59", "34560001", (week, fortnight)),
        ("0", "-1", (week, fortnight)),
        ("null", "\"soon\"", (week, fortnight)),
        ("1e300", "[1]", (week, fortnight)),
    ] {
        let body = format!(
            r#"{{"access_token":"a","refresh_token":"r","expires_in":{expires},"refresh_token_expires_in":{refresh_expires}}}"#
        );
        let Judgement::Renewed { access_life_s, refresh_life_s, .. } = judge(200, &body) else { panic!("{body}") };
        assert_eq!((access_life_s, refresh_life_s.unwrap_or_default()), lives, "{body}");
    }
    let bare = judge(200, r#"{"access_token":"a","refresh_token":"r"}"#);
    assert!(matches!(bare, Judgement::Renewed { access_life_s: 604_800, refresh_life_s: Some(1_209_600), .. }));
}

#[test]
fn the_new_pair_is_the_answers() {
    let Judgement::Renewed { access, refresh, .. } = judge(200, pair_answer()) else { panic!("not rotated") };
    assert_eq!((access.expose(), refresh.as_ref().map(RefreshToken::expose)), (NEW_ACCESS, Some(NEW_REFRESH)));
}

#[test]
fn retry_after_is_honoured_within_reason() {
    let wait = |judgement| match judgement {
        Judgement::Refused { retry_after, .. } | Judgement::Unclear { retry_after, .. } => retry_after,
        other => panic!("{other:?}"),
    };
    assert_eq!(wait(judge_after(429, "", Some(5))), Some(TimeDelta::seconds(5)));
    assert_eq!(wait(judge_after(429, "", Some(86_400))), Some(TimeDelta::seconds(30)));
    assert_eq!(wait(judge_after(503, "", Some(600))), Some(TimeDelta::seconds(600)));
    assert_eq!(wait(judge_after(503, "", Some(u32::MAX))), Some(TimeDelta::hours(1)));
    assert_eq!(wait(judge(503, "")), None);
}

#[test]
fn no_judgement_shows_a_token() {
    let echoed = envelope("not_found", "error.robot_token.not_found", PLANTED);
    let half = format!(r#"{{"access_token":"{PLANTED}"}}"#);
    for judgement in [judge(200, pair_answer()), judge(404, &echoed), judge(403, &echoed), judge(200, &half), judge(500, half)] {
        let shown = format!("{judgement:?}");
        for token in [PLANTED, NEW_ACCESS, NEW_REFRESH] {
            assert!(!shown.contains(&token[..12]), "{shown}");
        }
    }
    let Judgement::Dead(error) = judge(404, echoed) else { panic!("not dead") };
    assert_eq!(error.detail_text(), Some("error.robot_token.not_found: ****"));
}
