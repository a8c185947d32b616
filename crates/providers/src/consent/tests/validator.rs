//! The validator alone: which query is believed, and what it says.

use bulla_core::Error;

use super::*;
use crate::consent::Answer;

fn read(query: &str) -> Result<Answer> {
    expected(Issuer::Unknown, StateReturn::Always).read_callback(&query.replace("STATE", STATE))
}

fn code(answer: Result<Answer>) -> String {
    match answer {
        Ok(Answer::Code(code)) => code.expose().to_owned(),
        other => panic!("{other:?}"),
    }
}

fn refused(answer: Result<Answer>) -> Error {
    match answer {
        Ok(Answer::Refused(error)) => error,
        other => panic!("{other:?}"),
    }
}

fn not_believed(answer: Result<Answer>) -> ErrorCode {
    answer.expect_err("not believed").code()
}

#[test]
fn the_right_state_with_a_code_is_believed_in_any_order_and_company() {
    for query in [
        "code=4%2F0A&state=STATE",
        "state=STATE&code=4/0A",
        "state=STATE&iss=https://accounts.google.com&code=4%2f0A&scope=a+b&authuser=0&prompt=consent&hd=acme.ru",
        "&&code=4%2F0A&&state=STATE&",
        "code=4%2F0A&state=STATE&error=&error_description=",
        "c%6fde=4%2F0A&stat%65=STATE",
    ] {
        assert_eq!(code(read(query)), "4/0A", "{query}");
    }
}

#[test]
fn a_state_that_differs_anywhere_is_another_flows() {
    let mut near = vec![STATE[1..].to_owned(), STATE[..STATE.len() - 1].to_owned(), format!("{STATE}%00"), STATE.to_uppercase()];
    for at in 0..STATE.len() {
        near.push(format!("{}~{}", &STATE[..at], &STATE[at + 1..]));
    }
    for state in near {
        assert_eq!(not_believed(read(&format!("code=x&state={state}"))), ErrorCode::CallbackOtherFlow, "{state}");
    }
    for query in ["code=x", "code=x&state", "code=x&state=", "", "&", "=", "error=access_denied", "error=x&state=y"] {
        assert_eq!(not_believed(read(query)), ErrorCode::CallbackOtherFlow, "{query}");
    }
}

#[test]
fn a_doubled_parameter_is_never_resolved_by_picking_one() {
    for query in [
        "code=x&state=STATE&state=STATE",
        "code=x&state=&state=STATE",
        "code=x&code=&state=STATE",
        "code=x&code=y&state=STATE",
        "iss=a&iss=a&code=x&state=STATE",
        "error=a&error=b&state=STATE",
        "error=a&error_description=b&error_description=c&state=STATE",
        "error=a&error_subtype=b&error_subtype=c&state=STATE",
    ] {
        assert_eq!(not_believed(read(query)), ErrorCode::CallbackIncomplete, "{query}");
    }
    // Of parameters that nobody reads, nothing is picked.
    assert_eq!(code(read("code=x&state=STATE&scope=a&scope=b")), "x");
}

#[test]
fn a_callback_without_a_code_or_with_one_no_provider_issues_is_incomplete() {
    for query in ["state=STATE", "state=STATE&code=", "state=STATE&code=%7F", "state=STATE&code=%FF", "state=STATE&code=a%0Ab"] {
        assert_eq!(not_believed(read(query)), ErrorCode::CallbackIncomplete, "{query}");
    }
    assert_eq!(not_believed(read("state=STATE&code=x&error=access_denied")), ErrorCode::CallbackIncomplete);
}

#[test]
fn errors_of_the_provider_have_closed_codes() {
    for (error, code) in [
        ("access_denied", ErrorCode::ConsentDeclined),
        ("invalid_scope", ErrorCode::ConsentScopeRefused),
        ("server_error", ErrorCode::ConsentUnavailable),
        ("temporarily_unavailable", ErrorCode::ConsentUnavailable),
        ("invalid_request", ErrorCode::ConsentAppRefused),
        ("unauthorized_client", ErrorCode::ConsentAppRefused),
        ("unsupported_response_type", ErrorCode::ConsentAppRefused),
        ("redirect_uri_mismatch", ErrorCode::ConsentAppRefused),
        ("org_internal", ErrorCode::ConsentAppRefused),
        ("interaction_required", ErrorCode::ConsentRefused),
        ("ACCESS_DENIED", ErrorCode::ConsentRefused),
        ("кто-то", ErrorCode::ConsentRefused),
    ] {
        let said = refused(read(&format!("error={error}&state=STATE&error_description=why")));
        assert_eq!((said.code(), said.detail_text()), (code, Some(format!("{error}: why").as_str())));
    }
    let said = refused(read("error=access_denied&error_subtype=org_policy&state=STATE"));
    assert_eq!(said.detail_text(), Some("access_denied: org_policy"));
}

#[test]
fn an_unknown_error_keeps_a_short_plain_line_without_tokens() {
    let token = "ya29.A0ARrdaM-planted0123456789abcdefghij";
    let hostile = format!("bad\r\n\u{1b}[2J\u{7}token {token} {}", "x ".repeat(50_000));
    let query: String = url::form_urlencoded::Serializer::new(String::new())
        .append_pair("error", &format!("strange\n{}", "y ".repeat(1000)))
        .append_pair("error_description", &hostile)
        .append_pair("state", STATE)
        .finish();
    let said = refused(read(&query));
    assert_eq!(said.code(), ErrorCode::ConsentRefused);
    let detail = said.detail_text().expect("a detail");
    assert!(detail.chars().count() <= 300 && !detail.chars().any(char::is_control), "{detail}");
    let query = format!("error=strange&state=STATE&error_description=token+{token}");
    assert!(!refused(read(&query)).to_string().contains("planted0123456789"));
}

#[test]
fn an_issuer_is_compared_as_a_plain_string() {
    let read = |issuer: Issuer, iss: &str| {
        expected(issuer, StateReturn::Always).read_callback(&format!("code=x&state={STATE}{iss}")).map_err(|error| error.code())
    };
    let named = |make: fn(String) -> Issuer| make(ISSUER.to_owned());
    let wrong =
        ["&iss=https://evil.example", "&iss=https://accounts.example/", "&iss=https://ACCOUNTS.example", "&iss=accounts.example"];
    for make in [Issuer::Always, Issuer::IfSent] {
        for iss in wrong {
            assert_eq!(read(named(make), iss), Err(ErrorCode::IssuerMismatch), "{iss}");
        }
        assert!(read(named(make), "&iss=https%3A%2F%2Faccounts.example").is_ok());
    }
    for missing in ["", "&iss", "&iss="] {
        assert_eq!(read(Issuer::Always(ISSUER.to_owned()), missing), Err(ErrorCode::IssuerMismatch), "{missing}");
        assert!(read(Issuer::IfSent(ISSUER.to_owned()), missing).is_ok());
    }
    assert!(read(Issuer::Unknown, "&iss=https://evil.example").is_ok());
}

#[test]
fn an_error_of_another_issuer_does_not_end_the_flow() {
    let expected = expected(Issuer::Always(ISSUER.to_owned()), StateReturn::Always);
    for iss in ["", "&iss=https://evil.example"] {
        let answer = expected.read_callback(&format!("error=access_denied&state={STATE}{iss}"));
        assert_eq!(not_believed(answer), ErrorCode::IssuerMismatch);
    }
    let answer = expected.read_callback(&format!("error=access_denied&state={STATE}&iss={ISSUER}"));
    assert_eq!(refused(answer).code(), ErrorCode::ConsentDeclined);
}

#[test]
fn a_missing_state_is_a_question_only_where_it_may_be_missing() {
    let read = |query: &str| expected(Issuer::Unknown, StateReturn::MayBeMissing).read_callback(&query.replace("STATE", STATE));
    for query in ["code=x", "code=x&state=", "code=x&state"] {
        assert!(matches!(read(query), Ok(Answer::NeedsConfirmation(code)) if code.expose() == "x"), "{query}");
    }
    assert_eq!(code(read("code=x&state=STATE")), "x");
    assert_eq!(not_believed(read("code=x&state=wrong")), ErrorCode::CallbackOtherFlow);
    assert_eq!(not_believed(read("error=access_denied")), ErrorCode::CallbackOtherFlow);
    assert_eq!(not_believed(read("code=x&error=access_denied")), ErrorCode::CallbackOtherFlow);
    assert_eq!(not_believed(read("code=x&code=y")), ErrorCode::CallbackIncomplete);
    assert_eq!(not_believed(read("")), ErrorCode::CallbackIncomplete);
    let strict = expected(Issuer::Always(ISSUER.to_owned()), StateReturn::MayBeMissing);
    assert_eq!(not_believed(strict.read_callback("code=x")), ErrorCode::IssuerMismatch);
}
