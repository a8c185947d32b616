//! Every row is found by its own saying, and nothing pasted comes out again.

use std::collections::BTreeMap;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use bulla_core::{ErrorCode as Code, ProviderKind as Kind};
use proptest::prelude::*;
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};

use super::table::{EXACT, GENERAL, Pattern, Row};
use super::{Explained, MAX_BYTES, Who, explain};
use crate::scrub::scrub;

fn rows() -> impl Iterator<Item = &'static Row> {
    EXACT.iter().chain(GENERAL).flat_map(|table| table.iter())
}

/// Code and provider of all that is found.
fn found(text: &str) -> Vec<(Code, Option<Kind>)> {
    explain(text).into_iter().map(|explained| (explained.code, explained.provider)).collect()
}

#[test]
fn every_row_is_found_by_its_own_saying() {
    for row in rows() {
        let shown = row.pattern.shown();
        let wanted = Explained { code: row.code, provider: row.provider, found: shown.clone() };
        let texts = match row.pattern {
            Pattern::Words(text) => vec![
                text.to_owned(),
                format!(r#"{{"error":"x","message":"{text}."}}"#),
                text.to_uppercase(),
                text.replace(' ', " \r\n\t"),
                format!("2026-11-21 10:00 WARN ({text}) retrying"),
            ],
            Pattern::Number(number) => vec![
                number.to_owned(),
                format!(r#"{{"code":{number},"msg":"x"}}"#),
                format!(r#"{{\"code\": \"{number}\"}}"#),
                format!("Error code: {number}"),
                format!("错误码：{number} 请求"),
                format!("HTTP/1.1 {number} x"),
            ],
            Pattern::Both(first, second) => vec![
                format!(r#"{{"error":"{first}","error_subtype":"{second}"}}"#),
                format!(r#"{{"error_subtype" : "{second}", "error" : "{first}"}}"#),
            ],
        };
        for text in texts {
            assert!(explain(&text).contains(&wanted), "{text}: {:?}", explain(&text));
        }
        assert!(!row.source.is_empty(), "{shown}");
    }
}

#[test]
fn no_row_is_hidden_or_said_twice() {
    let mut seen = std::collections::BTreeSet::new();
    for row in rows() {
        assert!(seen.insert(row.pattern.shown().to_lowercase()), "{}", row.pattern.shown());
    }
}

#[test]
fn no_row_looks_like_a_token() {
    for shown in rows().map(|row| row.pattern.shown()) {
        // What `scrub` would star is a name all of letters, such as ACCESS_TOKEN_SCOPE_INSUFFICIENT.
        let starred = shown.split(' ').filter(|word| scrub(word) != **word);
        assert!(starred.into_iter().all(|word| word.chars().all(|c| c.is_ascii_alphabetic() || c == '_')), "{shown}");
    }
}

#[test]
fn every_meaning_has_plain_words_in_each_language() {
    for (language, json) in [
        ("en", include_str!("../../../../ui/src/i18n/en/errors.json")),
        ("ru", include_str!("../../../../ui/src/i18n/ru/errors.json")),
        ("zh", include_str!("../../../../ui/src/i18n/zh/errors.json")),
    ] {
        let words: BTreeMap<String, String> = serde_json::from_str(json).expect("a flat object");
        for row in rows() {
            for part in ["cause", "act"] {
                let text = words.get(&format!("{}.{part}", row.code)).map(String::as_str).unwrap_or_default();
                // A pasted text has no values for placeholders.
                assert!(!text.is_empty() && !text.contains('{'), "{language}: {}.{part}", row.code);
            }
        }
    }
}

#[test]
fn what_people_paste_is_understood() {
    let google = Some(Kind::Google);
    let feishu = Some(Kind::Feishu);
    let huntflow = Some(Kind::Huntflow);
    let highlevel = Some(Kind::HighLevel);
    for (text, wanted) in [
        (
            r#"{"error":"invalid_grant","error_description":"reauth related error (invalid_rapt)","error_subtype":"invalid_rapt"}"#,
            (Code::SignInAgain, google),
        ),
        (
            "Access blocked: Mail has not completed the Google verification process … Error 403: access_denied",
            (Code::NotATestUser, google),
        ),
        ("The developer hasn’t given you access to this app. It’s currently being tested", (Code::NotATestUser, google)),
        ("Ошибка 403: access_denied", (Code::NotATestUser, google)),
        ("错误 403：access_denied", (Code::NotATestUser, google)),
        ("Google hasn’t verified this app", (Code::AppNotVerified, google)),
        ("Error 403: org_internal", (Code::AppInternalOnly, google)),
        ("Error 400: redirect_uri_mismatch\nRequest details: flowName=GeneralOAuthFlow", (Code::RedirectNotRegistered, google)),
        ("('invalid_grant: Invalid JWT Signature.', {'error': 'invalid_grant'})", (Code::KeyNotAccepted, google)),
        ("http://127.0.0.1:3000/callback?error=access_denied&state=x", (Code::ConsentDeclined, None)),
        ("https://accounts.google.com/x?error=invalid_scope", (Code::ConsentScopeRefused, google)),
        (
            r#"{"code":99991668,"msg":"Invalid access token for authorization. Please make a request with token attached."}"#,
            (Code::WrongTokenKind, feishu),
        ),
        ("错误码：20029 redirect_uri 请求不合法", (Code::RedirectNotRegistered, feishu)),
        ("Error code: 20027, see open.larksuite.com", (Code::ScopeNotEnabled, Some(Kind::Lark))),
        ("lark_oapi: refresh failed 20037", (Code::RefreshExpired, Some(Kind::Lark))),
        (r#"{"code":20064,"error":"invalid_grant","error_description":"revoked"}"#, (Code::RefreshNotFound, feishu)),
        (r#"{"statusCode":400,"message":"Location is not active"}"#, (Code::LocationInactive, highlevel)),
        (r#"{"statusCode":401,"message":"Invalid JWT"}"#, (Code::AccessNotAccepted, highlevel)),
        (r#"{"statusCode":403,"message":"The token does not have access to this location."}"#, (Code::OtherLocation, highlevel)),
        (r#"{"errors":[{"type":"not_found","title":"error.robot_token.not_found"}]}"#, (Code::RefreshNotFound, huntflow)),
        (
            r#"{"errors":[{"type":"access_denied","title":"error.robot_token.refresh_too_early"}]}"#,
            (Code::RefreshTooEarly, huntflow),
        ),
        (r#"{"errors":[{"type":"authorization_error","detail":"token_expired"}]}"#, (Code::TokenExpired, huntflow)),
        ("GET https://api.huntflow.ru/v2/me HTTP 402", (Code::PaymentRequired, huntflow)),
        ("invalid_grant", (Code::RefreshNotFound, None)),
    ] {
        assert_eq!(found(text), [wanted], "{text}");
    }
}

#[test]
fn several_findings_stand_in_the_order_of_the_text_and_each_once() {
    let text = "code=20037\ncode=20064 code=20073\nrobot_token.not_found\ncode: 20037 again";
    let wanted = [
        (Code::RefreshExpired, Some(Kind::Feishu)),
        (Code::RefreshNotFound, Some(Kind::Feishu)),
        (Code::RefreshNotFound, Some(Kind::Huntflow)),
    ];
    assert_eq!(found(text), wanted);
    assert_eq!(explain(text)[1].found, "20064", "the first of two that mean the same");
}

#[test]
fn parts_of_longer_words_and_numbers_mean_nothing() {
    for text in [
        "",
        "   \n",
        "all is well",
        "999916680",
        "1499991668",
        "id_99991668_x",
        "99991668.5",
        "code: 200290",
        "code: 1.402",
        "my_invalid_grant_count",
        "invalid_grants",
        "20029 records were read",
        "took 402 ms",
        "feishu proxy at localhost:20003",
        "Feishu wrote 20,003.5 rows",
    ] {
        assert_eq!(explain(text), [], "{text}");
    }
}

#[test]
fn addresses_of_error_pages_are_unpacked() {
    let payload = URL_SAFE_NO_PAD.encode("\n\u{15}redirect_uri_mismatch\u{12}\u{1f}You can't sign in to this app");
    let address = format!("https://accounts.google.com/signin/oauth/error?authError={payload}%3D%3D&client_id=1-a.apps.example");
    assert_eq!(found(&address), [(Code::RedirectNotRegistered, Some(Kind::Google))]);
    // As it is quoted: cut short.
    let cut = "https://accounts.google.com/signin/oauth/error?authError=Cg9kaXNhYmxlZF9jbGllbnQ... what is it?";
    assert_eq!(found(cut), [(Code::AppDisabled, Some(Kind::Google))]);
    let encoded = "https://a.example/cb?error=invalid_grant&error_description=Token%20has+been%20expired%20or%20revoked.";
    assert_eq!(found(encoded), [(Code::RefreshNotFound, Some(Kind::Google))]);
}

#[test]
fn what_stands_beyond_the_limit_is_not_read() {
    let before = format!("{} invalid_rapt", "я ".repeat(MAX_BYTES / 3 - 16));
    assert_eq!(found(&before), [(Code::SignInAgain, Some(Kind::Google))]);
    let behind = format!("{} invalid_rapt", "я".repeat(MAX_BYTES / 2));
    assert_eq!(found(&behind), []);
}

#[test]
fn who_acts_follows_from_the_meaning() {
    let who = |text: &str| explain(text)[0].who();
    assert_eq!(who("99991677"), Who::Nobody);
    assert_eq!(who("redirect_uri_mismatch"), Who::AppOwner);
    assert_eq!(who("admin_policy_enforced"), Who::Administrator);
    assert_eq!(who("99991661"), Who::Program);
    assert_eq!(who("robot_token.not_found"), Who::You);
}

fn hold<S: Strategy>(cases: u32, inputs: &S, property: impl Fn(S::Value) -> Result<(), TestCaseError>) {
    let config = Config { cases, failure_persistence: None, ..Config::default() };
    let mut runner = TestRunner::new_with_rng(config, TestRng::from_seed(RngAlgorithm::ChaCha, &[11; 32]));
    runner.run(inputs, property).expect("holds for every case");
}

/// Rows' sayings, tokens, broken addresses and noise, in any order and joined by anything.
fn hostile() -> impl Strategy<Value = String> {
    let sayings: Vec<String> = rows().map(|row| row.pattern.shown()).collect();
    let part = prop_oneof![
        4 => prop::sample::select(sayings),
        3 => "[A-Za-z0-9._~+/=-]{20,200}",
        2 => "[?&%+=a-fA-F0-9]{0,40}",
        1 => "authError=[A-Za-z0-9_/+=%-]{0,80}",
        2 => any::<String>(),
        1 => Just("\"code\":".to_owned()),
    ];
    let joint = prop::sample::select(vec!["", " ", "\n", "\"", ":", "_", "İ", "\u{0}", "%", "authError="]);
    prop::collection::vec((part, joint), 0..24)
        .prop_map(|parts| parts.into_iter().flat_map(|(part, joint)| [part, joint.to_owned()]).collect())
}

#[test]
fn no_text_panics_and_nothing_like_a_token_comes_out() {
    let known: Vec<String> = rows().map(|row| row.pattern.shown()).collect();
    hold(400, &hostile(), |text| {
        for explained in explain(&text) {
            // The table's own words, and so nothing of what was pasted.
            prop_assert!(known.contains(&explained.found), "{}", explained.found);
        }
        Ok(())
    });
}

#[test]
fn a_long_hostile_text_is_read_in_one_go() {
    for unit in ["invalid jwt ", "99991668", "code:", "%", "authError=", "error 403: access_denied ", "ﬃ", "\u{130}"] {
        let text = unit.repeat(MAX_BYTES / unit.len() + 2);
        let _ = explain(&text);
    }
}
