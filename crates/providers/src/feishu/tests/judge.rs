//! The token endpoints' table, row by row, and both wrappers.

use std::collections::BTreeSet;

use bulla_core::{ErrorCode, Judgement, RawAnswer, RefreshToken, ports::Provider};
use chrono::TimeDelta;

use super::{ACCESS, FEISHU, PLANTED, REFRESH, answer, pair, pair_v1};
use crate::feishu::codes::TOKEN;
use crate::feishu::{Brand, Feishu};

fn judge(status: u16, body: impl AsRef<[u8]>) -> Judgement {
    FEISHU.judge(&answer(status, body))
}

/// The variant and the code it carries.
fn kind(judgement: &Judgement) -> (&'static str, Option<ErrorCode>) {
    match judgement {
        Judgement::Renewed { .. } => ("renewed", None),
        Judgement::TooEarly => ("too_early", None),
        Judgement::Dead(error) => ("dead", Some(error.code())),
        Judgement::Refused { error, pauses: true, .. } => ("paused", Some(error.code())),
        Judgement::Refused { error, .. } => ("refused", Some(error.code())),
        Judgement::Unclear { error, .. } => ("unclear", Some(error.code())),
    }
}

/// Written down apart from the table, so that a slip in either shows.
const EXPECTED: &[(&str, &str, &[i64])] = &[
    ("dead", "refresh_not_found", &[20_026, 20_038, 20_064, 20_073, 99_991_669]),
    ("dead", "refresh_expired", &[20_037]),
    ("dead", "account_gone", &[20_008, 20_021, 20_023, 20_066]),
    ("paused", "account_gone", &[20_022]),
    ("paused", "app_refused", &[10_003, 10_005, 10_014, 10_015, 20_002, 20_048, 99_991_543]),
    ("paused", "app_disabled", &[20_009, 20_042, 20_069, 99_991_662, 99_991_673]),
    ("paused", "app_not_for_person", &[20_010]),
    ("paused", "app_mismatch", &[20_024]),
    ("paused", "brand_mismatch", &[20_046]),
    ("paused", "refresh_not_enabled", &[20_074]),
    ("paused", "security_check", &[21_000, 21_001]),
    ("paused", "ip_not_allowed", &[99_991_401]),
    ("paused", "payment_required", &[99_991_403]),
    ("paused", "access_denied", &[99_991_672]),
    ("refused", "access_denied", &[99_991_676]),
    ("refused", "scopes_missing", &[99_991_679]),
    ("refused", "rate_limited", &[99_991_400]),
    ("refused", "bad_request", &[10_016, 20_001, 20_036, 20_063, 20_067, 20_070, 99_991_661]),
    ("refused", "consent_refused", &[20_003, 20_004, 20_049, 20_065]),
    ("refused", "consent_scope_refused", &[20_068]),
    ("refused", "app_details_invalid", &[20_071]),
    ("refused", "app_refused", &[20_014, 99_991_663, 99_991_664, 99_991_665, 99_991_668, 99_991_671, 99_991_677]),
    ("unclear", "provider_unavailable", &[10_012, 10_013, 20_050, 20_072]),
];

#[test]
fn every_code_has_its_meaning_in_both_forms() {
    let mut seen = BTreeSet::new();
    for (meaning, error_code, codes) in EXPECTED {
        for code in *codes {
            assert!(seen.insert(*code), "{code} twice");
            for (status, body) in [
                (400, format!(r#"{{"code":{code},"error":"invalid_grant","error_description":"words"}}"#)),
                (400, format!(r#"{{"code":"{code}","error":"server_error"}}"#)),
                (200, format!(r#"{{"code":{code},"msg":"words","data":{{}}}}"#)),
                (200, format!(r#"{{"code":{code},"msg":"words","data":""}}"#)),
            ] {
                let judged = judge(status, &body);
                let (kind, said) = kind(&judged);
                assert_eq!((kind, said.map_or("", ErrorCode::as_str)), (*meaning, *error_code), "{status} {body}");
            }
            let unclear = kind(&judge(503, format!(r#"{{"code":{code}}}"#)));
            assert_eq!(unclear, ("unclear", Some(ErrorCode::ProviderUnavailable)), "{code} with 503");
        }
    }
    assert_eq!(seen, TOKEN.iter().map(|row| row.0).collect(), "the rows and what is expected of them");
    assert_eq!(TOKEN.len(), seen.len(), "a code stands in the table twice");
}

#[test]
fn what_judges_nothing_is_unclear_and_a_limit_spends_nothing() {
    let unavailable = ("unclear", Some(ErrorCode::ProviderUnavailable));
    let unreadable = ("unclear", Some(ErrorCode::AnswerUnreadable));
    let limited = ("refused", Some(ErrorCode::RateLimited));
    for (status, body, meaning) in [
        (400, r#"{"code":29999,"error":"invalid_grant"}"#.to_owned(), unavailable),
        (404, "404 page not found".to_owned(), unavailable),
        (200, "<html>Hotel Wi-Fi</html>".to_owned(), unavailable),
        (500, pair(), unavailable),
        (502, String::new(), unavailable),
        (400, r#"{"code":0}"#.to_owned(), unavailable),
        (301, "{}".to_owned(), unavailable),
        (200, "{}".to_owned(), unreadable),
        (200, r#"{"code":0,"msg":"ok"}"#.to_owned(), unreadable),
        (200, r#"{"code":0,"access_token":""}"#.to_owned(), unreadable),
        (200, pair().replace("Bearer", "DPoP"), unreadable),
        (200, pair().replace(REFRESH, "a b\\u0000"), unreadable),
        (200, pair().replace("\"code\":0", "\"code\":20037"), unreadable),
        (400, pair(), unreadable),
        (200, pair()[..90].to_owned(), unavailable),
        (429, String::new(), limited),
        (429, "<html>slow</html>".to_owned(), limited),
        (429, r#"{"code":20037,"error":"invalid_grant"}"#.to_owned(), limited),
        // Without a code OAuth's own names count, as v3 may come to answer.
        (400, r#"{"error":"invalid_grant"}"#.to_owned(), ("dead", Some(ErrorCode::RefreshNotFound))),
        (401, r#"{"error":"invalid_client"}"#.to_owned(), ("paused", Some(ErrorCode::AppRefused))),
        (400, r#"{"error":"something_new"}"#.to_owned(), ("unclear", Some(ErrorCode::BadRequest))),
    ] {
        assert_eq!(kind(&judge(status, &body)), meaning, "{status} {body}");
    }
}

#[test]
fn a_pair_is_taken_from_either_wrapper_with_its_own_lives() {
    let text_code = pair().replace("\"code\":0", "\"code\":\"0\"");
    let no_code = pair().replace("\"code\":0,", "");
    for (body, access_life, refresh_life) in [
        (pair(), 7_200, 604_800),
        (text_code, 7_200, 604_800),
        (no_code, 7_200, 604_800),
        (format!("\u{feff}{}", pair()), 7_200, 604_800),
        (pair_v1(), 7_199, 2_591_999),
        (pair().replace("refresh_token_expires_in", "refresh_expires_in").replace("604800", "86400"), 7_200, 86_400),
        (pair().replace("604800", "\"3600\"").replace("7200", "\"60\""), 60, 3_600),
        (pair().replace("604800", "0").replace("7200", "null"), 7_200, 604_800),
    ] {
        let Judgement::Renewed { access, refresh, access_life_s, refresh_life_s, scopes } = judge(200, &body) else {
            panic!("{body}")
        };
        assert_eq!((access.expose(), refresh.as_ref().map(RefreshToken::expose)), (ACCESS, Some(REFRESH)));
        assert_eq!((access_life_s, refresh_life_s), (access_life, Some(refresh_life)), "{body}");
        assert!(scopes.is_some_and(|scopes| scopes[0] == "auth:user.id:read"));
    }
    let bare = judge(200, format!(r#"{{"code":0,"access_token":"{ACCESS}"}}"#));
    assert!(matches!(bare, Judgement::Renewed { refresh: None, .. }), "the keeper says what that means");
}

#[test]
fn a_security_check_shows_the_brands_own_page_only() {
    let detail = |brand: Brand, link: &str| {
        let body = format!(r#"{{"code":21000,"error":"access_denied","error_description":"why","challenge_url":"{link}"}}"#);
        match Feishu::new(brand).judge(&answer(400, body)) {
            Judgement::Refused { error, .. } => error.detail_text().unwrap_or_default().to_owned(),
            other => panic!("{other:?}"),
        }
    };
    let link = "https://accounts.feishu.cn/accounts/challenge?flow=abcdefghijklmnopqrstuvwxyz0123456789";
    assert_eq!(detail(Brand::Feishu, link), format!("21000: {link}"));
    assert_eq!(detail(Brand::Lark, link), "21000: why");
    for link in ["https://evil.com/", "http://accounts.feishu.cn/", "https://a@accounts.feishu.cn/", "javascript:1", ""] {
        assert_eq!(detail(Brand::Feishu, link), "21000: why", "{link}");
    }
}

#[test]
fn waiting_is_as_asked_within_an_hour_and_no_judgement_shows_a_token() {
    let limited = RawAnswer { retry_after_s: Some(7_200), ..answer(429, "") };
    let Judgement::Refused { retry_after, .. } = FEISHU.judge(&limited) else { panic!("refused") };
    assert_eq!(retry_after, Some(TimeDelta::hours(1)));
    let echoed = format!(r#"{{"code":20037,"error":"invalid_grant","error_description":"no {PLANTED}"}}"#);
    for judgement in [judge(200, pair()), judge(400, &echoed), judge(400, pair()), judge(200, pair().replace("Bearer", "x"))] {
        let shown = format!("{judgement:?}");
        assert!(!shown.contains("access0123") && !shown.contains("refresh0123") && !shown.contains("planted"), "{shown}");
    }
    let Judgement::Dead(error) = judge(400, echoed) else { panic!("dead") };
    assert_eq!(error.detail_text(), Some("20037: no ****"));
}
