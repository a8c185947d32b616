//! Answers of token endpoints, whole and broken.

use bulla_core::RawAnswer;
use zeroize::Zeroizing;

use super::*;
use crate::consent::{TokenAnswer, TokenFault, TokenRefusal, read_token_answer};
use crate::http::BODY_CAP;

fn answer(status: u16, body: impl AsRef<[u8]>) -> Result<TokenAnswer, TokenFault> {
    read_token_answer(&RawAnswer { status, retry_after_s: None, body: Zeroizing::new(body.as_ref().to_vec()) })
}

fn granted(body: &str) -> TokenAnswer {
    answer(200, body).unwrap_or_else(|fault| panic!("{fault:?} from {body}"))
}

fn unclear(status: u16, body: impl AsRef<[u8]>) -> ErrorCode {
    match answer(status, &body) {
        Err(TokenFault::Unclear(error)) => error.code(),
        other => panic!("{other:?} from {}", String::from_utf8_lossy(body.as_ref()).chars().take(80).collect::<String>()),
    }
}

fn refusal(status: u16, body: &str) -> TokenRefusal {
    match answer(status, body) {
        Err(TokenFault::Refused(refusal)) => refusal,
        other => panic!("{other:?} from {body}"),
    }
}

#[test]
fn a_whole_answer_is_read() {
    let all = granted(
        r#"{"access_token":"ya29.planted","expires_in":3599,"refresh_token":"1//planted","scope":"a  b\tc","token_type":"Bearer",
            "id_token":"e30.planted.x","refresh_token_expires_in":604799,"unknown":{"x":[1]}}"#,
    );
    assert_eq!(all.access.expose(), "ya29.planted");
    assert_eq!(all.refresh.expect("one").expose(), "1//planted");
    assert_eq!(all.id_token.expect("one").expose(), "e30.planted.x");
    assert_eq!((all.access_life_s, all.refresh_life_s), (Some(3599), Some(604_799)));
    assert_eq!(all.scopes.expect("stated"), ["a", "b", "c"]);
}

#[test]
fn only_the_access_token_is_needed() {
    for body in [
        r#"{"access_token":"x"}"#,
        r#"{"access_token":"x","refresh_token":null,"scope":null,"expires_in":null,"token_type":null,"id_token":null,"error":null}"#,
        r#"{"access_token":"x","refresh_token":"","scope":"","expires_in":"","id_token":"","error":""}"#,
        "\u{feff}{\"access_token\":\"x\"}",
        "\r\n\t {\"access_token\":\"x\"}\n",
    ] {
        let read = granted(body);
        assert_eq!(read.access.expose(), "x");
        assert!(
            read.refresh.is_none() && read.access_life_s.is_none() && read.scopes.is_none() && read.id_token.is_none(),
            "{body}"
        );
    }
}

#[test]
fn a_life_is_a_number_or_says_one_and_counts_as_unstated_when_no_token_lives_so() {
    for (life, read) in [
        ("3600", Some(3600)),
        ("\"3600\"", Some(3600)),
        ("\" 3600 \"", Some(3600)),
        ("3600.0", Some(3600)),
        ("1", Some(1)),
        ("315360000", Some(315_360_000)),
        ("0", None),
        ("-1", None),
        ("\"-1\"", None),
        ("1e18", None),
        ("1000000000000000000", None),
        ("99999999999999999999999999", None),
        ("-9223372036854775808", None),
        ("1e308", None),
        ("\"soon\"", None),
        ("true", None),
        ("[3600]", None),
        ("{}", None),
    ] {
        let read_back = granted(&format!(r#"{{"access_token":"x","expires_in":{life},"refresh_token_expires_in":{life}}}"#));
        assert_eq!((read_back.access_life_s, read_back.refresh_life_s), (read, read), "{life}");
    }
}

#[test]
fn a_token_type_is_bearer_in_any_case_or_left_out() {
    for kind in ["Bearer", "bearer", "BEARER"] {
        granted(&format!(r#"{{"access_token":"x","token_type":"{kind}"}}"#));
    }
    for kind in ["mac", "DPoP", "", "Bearer "] {
        assert_eq!(
            unclear(200, format!(r#"{{"access_token":"x","token_type":"{kind}"}}"#)),
            ErrorCode::AnswerUnreadable,
            "{kind}"
        );
    }
}

#[test]
fn scopes_come_as_text_or_as_a_list() {
    for scope in [r#""a b""#, r#"["a","b"]"#, r#"" a   b ""#] {
        assert_eq!(granted(&format!(r#"{{"access_token":"x","scope":{scope}}}"#)).scopes.expect("stated"), ["a", "b"]);
    }
    for scope in ["{}", "7", "[]", "[1]", r#""  ""#] {
        assert_eq!(granted(&format!(r#"{{"access_token":"x","scope":{scope}}}"#)).scopes, None, "{scope}");
    }
}

#[test]
fn what_is_no_json_object_is_a_page_and_judges_nothing() {
    for body in ["", "<!doctype html><html>Log in to the Wi-Fi", "ok", "null", "[]", "\"x\"", "\u{feff}<html>", "\u{1f}\u{8b}"] {
        for status in [200, 302, 400, 401, 403, 404, 500, 502, 503] {
            assert_eq!(unclear(status, body), ErrorCode::ProviderUnavailable, "{status} {body}");
        }
    }
}

#[test]
fn what_is_cut_or_does_not_fit_is_unreadable() {
    let whole = r#"{"access_token":"x","refresh_token":"y"}"#;
    for end in 1..whole.len() {
        assert_eq!(unclear(200, &whole[..end]), ErrorCode::AnswerUnreadable, "{}", &whole[..end]);
    }
    for body in [
        "{}",
        r#"{"access_token":null}"#,
        r#"{"access_token":""}"#,
        r#"{"access_token":"  "}"#,
        r#"{"access_token":7}"#,
        r#"{"access_token":["x"]}"#,
        r#"{"access_token":"a\nb"}"#,
        r#"{"access_token":"токен"}"#,
        r#"{"access_token":"x","access_token":"y"}"#,
        r#"{"access_token":"x","refresh_token":7}"#,
        r#"{"access_token":"x","refresh_token":"a\u0000b"}"#,
        r#"{"access_token":"x","refresh_token":"a","refresh_token":"b"}"#,
        r#"{"access_token":"x"}{"access_token":"x"}"#,
        r#"{"access_token":"x","error":"invalid_grant"}"#,
        r#"{"code":20003,"msg":"no such code"}"#,
        r#"{"data":{"access_token":"x"}}"#,
        r#"{"error":{"code":401,"message":"x"}}"#,
    ] {
        assert_eq!(unclear(200, body), ErrorCode::AnswerUnreadable, "{body}");
    }
    let deep = format!(r#"{{"access_token":"x","a":{}"#, "[".repeat(100_000));
    assert_eq!(unclear(200, deep), ErrorCode::AnswerUnreadable);
    let large = format!(r#"{{"access_token":"x","a":"{}"}}"#, "x".repeat(BODY_CAP));
    assert_eq!(unclear(200, large), ErrorCode::AnswerUnreadable);
    assert_eq!(unclear(200, b"{\"access_token\":\"\xff\"}"), ErrorCode::AnswerUnreadable);
}

#[test]
fn a_refusal_is_read_with_its_finer_reason() {
    let read = refusal(
        400,
        r#"{"error":"invalid_grant","error_subtype":"invalid_rapt","error_description":"reauth related error (invalid_rapt)",
            "error_uri":"https://support.google.com/a/answer/9368756"}"#,
    );
    assert_eq!((read.status, read.error.as_str(), read.subtype.as_deref()), (400, "invalid_grant", Some("invalid_rapt")));
    assert_eq!(read.uri.as_deref(), Some("https://support.google.com/a/answer/9368756"));
    let error = read.as_error(ErrorCode::ReauthorizationRequired);
    let detail = "invalid_grant: invalid_rapt: reauth related error (invalid_rapt)";
    assert_eq!((error.code(), error.detail_text()), (ErrorCode::ReauthorizationRequired, Some(detail)));
}

#[test]
fn an_explanation_is_an_https_address_without_tokens() {
    let uri = |uri: &str| refusal(400, &format!(r#"{{"error":"x","error_uri":"{uri}"}}"#)).uri;
    for bad in ["http://evil.example", "javascript:alert(1)", "x", "", "https://a@evil.example"] {
        assert_eq!(uri(bad), None, "{bad}");
    }
    assert_eq!(uri(&format!("https://a.example/{}", "x".repeat(300))), None);
    assert_eq!(uri("https://a.example/error?code=7000215").as_deref(), Some("https://a.example/error?code=7000215"));
    assert_eq!(uri("https://a.example/error?t=0123456789abcdef0123456789").as_deref(), Some("https://a.example/error"));
}

#[test]
fn a_refusal_with_status_200_is_a_refusal() {
    // Feishu and GitHub do so (feishu.md §3.3; docs.github.com "Troubleshooting OAuth app access token request errors").
    let read = refusal(200, r#"{"code":20050,"error":"server_error","error_description":"try later"}"#);
    assert_eq!((read.status, read.error.as_str(), read.description.as_deref()), (200, "server_error", Some("try later")));
}

#[test]
fn a_servers_own_trouble_judges_nothing_even_in_the_right_form() {
    for status in [500, 502, 503] {
        assert_eq!(unclear(status, r#"{"error":"invalid_grant","error_description":"x"}"#), ErrorCode::ProviderUnavailable);
        assert_eq!(unclear(status, r#"{"access_token":"x"}"#), ErrorCode::ProviderUnavailable);
    }
    for status in [302, 400, 401] {
        assert_eq!(unclear(status, r#"{"access_token":"x"}"#), ErrorCode::ProviderUnavailable);
        assert_eq!(unclear(status, "{}"), ErrorCode::ProviderUnavailable);
        assert_eq!(unclear(status, r#"{"error":["x"]}"#), ErrorCode::ProviderUnavailable);
    }
}

#[test]
fn a_refusals_words_are_short_plain_and_hold_no_token() {
    let token = "1//0planted-0123456789abcdefghijklmnop";
    let words = format!(r"\u001b[31mbad\r\n{token} {}", "x ".repeat(5000));
    let read = refusal(400, &format!(r#"{{"error":"invalid_grant","error_description":"{words}","error_subtype":"{words}"}}"#));
    for text in [read.description.as_deref(), read.subtype.as_deref(), read.as_error(ErrorCode::Internal).detail_text()] {
        let text = text.expect("words");
        assert!(text.chars().count() <= 300 && !text.chars().any(char::is_control) && !text.contains("planted"), "{text}");
    }
    assert!(!format!("{read:?}").contains("planted-0123"));
    assert_eq!(unclear(400, format!(r#"{{"error":"{}"}}"#, "x".repeat(101))), ErrorCode::ProviderUnavailable);
}

#[test]
fn no_answer_prints_a_token() {
    let body = r#"{"access_token":"planted1","refresh_token":"planted2","id_token":"planted3"}"#;
    for shown in [
        format!("{:?}", answer(200, body)),
        format!("{:?}", answer(200, body.replace('{', ""))),
        format!("{:?}", answer(200, &body[..body.len() - 1])),
        format!("{:?}", answer(200, body.replace("planted1", r"planted1\n"))),
        format!("{:?}", answer(400, body)),
    ] {
        assert!(!shown.contains("planted"), "{shown}");
    }
}
