//! What holds for whatever strangers send.

use bulla_core::RawAnswer;
use proptest::prelude::*;
use zeroize::Zeroizing;

use super::*;
use crate::consent::head::{Head, read_head};
use crate::consent::{Answer, read_token_answer};

/// Pieces of callbacks, good and bad.
fn parameter() -> impl Strategy<Value = String> {
    let name = prop_oneof![
        Just("state".to_owned()),
        Just("code".to_owned()),
        Just("error".to_owned()),
        Just("iss".to_owned()),
        Just("st%61te".to_owned()),
        Just("scope".to_owned()),
        "[a-z%]{0,6}",
    ];
    let value = prop_oneof![
        Just(STATE.to_owned()),
        Just(String::new()),
        Just(STATE[1..].to_owned()),
        Just("x".to_owned()),
        Just("access_denied".to_owned()),
        Just(ISSUER.to_owned()),
        "[ -~]{0,8}",
        any::<String>(),
    ];
    (name, value, any::<bool>()).prop_map(|(name, value, equals)| if equals { format!("{name}={value}") } else { name })
}

fn query() -> impl Strategy<Value = String> {
    prop_oneof![4 => prop::collection::vec(parameter(), 0..6).prop_map(|parts| parts.join("&")), 1 => any::<String>()]
}

/// Every value of a parameter, read a second way.
fn values(query: &str, name: &str) -> Vec<String> {
    url::form_urlencoded::parse(query.as_bytes()).filter(|(n, _)| n == name).map(|(_, value)| value.into_owned()).collect()
}

#[test]
fn a_code_is_believed_only_with_one_right_state_and_no_error() {
    let outcome = runner(4000).run(&query(), |query| {
        let answer = expected(Issuer::IfSent(ISSUER.to_owned()), StateReturn::Always).read_callback(&query);
        let issuers: Vec<String> = values(&query, "iss").into_iter().filter(|iss| !iss.is_empty()).collect();
        if let Ok(answer) = &answer {
            prop_assert_eq!(values(&query, "state"), vec![STATE.to_owned()], "{}", query);
            prop_assert!(issuers.iter().all(|iss| iss == ISSUER), "{}", query);
            let errors = values(&query, "error").concat();
            match answer {
                Answer::Code(code) => {
                    prop_assert_eq!(values(&query, "code"), vec![code.expose().to_owned()]);
                    prop_assert!(errors.is_empty() && !code.expose().is_empty());
                }
                Answer::Refused(_) => prop_assert!(!errors.is_empty() && values(&query, "code").concat().is_empty()),
                Answer::NeedsConfirmation(_) => prop_assert!(false, "nobody allowed it"),
            }
        }
        let shown = format!("{answer:?}");
        prop_assert!(!shown.contains(STATE), "{}", shown);
        Ok(())
    });
    outcome.expect("never believed wrongly");
}

#[test]
fn the_genuine_callback_is_believed_among_any_parameters_nobody_reads() {
    let noise = prop::collection::vec(("[a-z]{1,3}", "[ -~]{0,9}"), 0..8);
    let outcome = runner(2000).run(&(noise, "[!-~]{1,60}", 0..8_usize), |(noise, code, at)| {
        let mut pairs = noise;
        for (name, value) in [("state", STATE.to_owned()), ("code", code.clone())] {
            pairs.insert(at.min(pairs.len()), (name.to_owned(), value));
        }
        pairs.retain(|(name, _)| name != "iss");
        let query = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(&pairs).finish();
        let expected = expected(Issuer::Unknown, StateReturn::Always);
        for answer in
            [expected.read_callback(&query), expected.read_pasted(&format!(" <http://127.0.0.1:8765/callback?{query}>\n"))]
        {
            prop_assert!(matches!(&answer, Ok(Answer::Code(read)) if read.expose() == code), "{} {:?}", query, answer);
        }
        Ok(())
    });
    outcome.expect("always believed");
}

#[test]
fn a_genuine_callback_changed_by_one_character_is_never_another_success() {
    let genuine = format!("code=abcdef&state={STATE}");
    let outcome = runner(3000).run(&(0..genuine.len(), 0..3_u8, any::<char>()), |(at, how, c)| {
        let (before, after) = genuine.split_at(at);
        let changed = match how {
            0 => format!("{before}{c}{after}"),
            1 => format!("{before}{c}{}", &after[1..]),
            _ => format!("{before}{}", &after[1..]),
        };
        let answer = expected(Issuer::Unknown, StateReturn::Always).read_callback(&changed);
        if let Ok(Answer::Code(code)) = answer {
            prop_assert_eq!(values(&changed, "state"), vec![STATE.to_owned()], "{}", changed);
            prop_assert_eq!(values(&changed, "code"), vec![code.expose().to_owned()], "{}", changed);
        }
        Ok(())
    });
    outcome.expect("never believed wrongly");
}

#[test]
fn no_pasted_text_makes_it_panic_or_believe_another_place() {
    let place = prop_oneof![
        Just("http://127.0.0.1:8765/callback".to_owned()),
        Just("127.0.0.1:8765/callback".to_owned()),
        "(https?://)?[a-z0-9.:@\\[\\]/%]{0,30}",
        any::<String>(),
    ];
    let outcome = runner(3000).run(&(place, "[?#&]{0,2}", query()), |(place, mark, query)| {
        let text = format!("{place}{mark}{query}");
        if expected(Issuer::Unknown, StateReturn::Always).read_pasted(&text).is_ok() {
            prop_assert!(text.contains(STATE), "{}", text);
            let visible: String = place.chars().filter(|c| !c.is_whitespace() && !c.is_control()).collect();
            let ours = visible.is_empty() || visible.contains("127.0.0.1:8765/callback") || !visible.contains("://");
            prop_assert!(ours, "{}", text);
        }
        Ok(())
    });
    outcome.expect("no panic");
}

#[test]
fn no_bytes_make_the_head_reader_panic_or_find_a_callback_of_another_host() {
    let line = prop_oneof![
        Just("GET /callback?code=x HTTP/1.1\r\n".to_owned()),
        Just("Host: 127.0.0.1:8765\r\n".to_owned()),
        Just("Host: evil.com\r\n".to_owned()),
        Just("\r\n".to_owned()),
        "[A-Z]{1,7} [!-~]{1,20} HTTP/1\\.[01]\r\n",
        "[!-~]{1,9}: ?[ -~]{0,20}\r\n",
        any::<String>(),
    ];
    let lines = prop::collection::vec(line, 0..6).prop_map(|lines| lines.concat());
    let outcome = runner(4000).run(&(lines, any::<bool>(), any::<Vec<u8>>()), |(mut text, ended, tail)| {
        if ended {
            text.push_str("\r\n");
        }
        let bytes = [text.as_bytes(), &tail].concat();
        let redirect = redirect().at(8765);
        if let Head::Callback { query } = read_head(&bytes, &redirect) {
            // Empty lines before a request are passed over (RFC 9112 §2.2); what follows its head is not looked at.
            let head = text.trim_start().split("\r\n\r\n").next().unwrap_or_default().to_ascii_lowercase();
            prop_assert_eq!(head.matches("127.0.0.1:8765").count(), 1, "{}", text);
            prop_assert!(head.contains("get /callback") && !head.contains("evil.com"), "{}", text);
            prop_assert!(text.contains(query), "{}", query);
        }
        Ok(())
    });
    outcome.expect("no panic");
}

#[test]
fn no_answer_makes_the_token_reader_panic_or_print_a_token() {
    let value = prop_oneof![
        Just("\"planted-token\"".to_owned()),
        Just("null".to_owned()),
        Just("\"\"".to_owned()),
        Just("\"bearer\"".to_owned()),
        "-?[0-9]{1,25}",
        "\"-?[0-9]{1,25}\"",
        "-?[0-9]e[0-9]{1,3}",
        "\\[?\\{?\"?[ -~]{0,9}\"?\\}?\\]?",
    ];
    let name = prop_oneof![
        Just("access_token"),
        Just("refresh_token"),
        Just("id_token"),
        Just("token_type"),
        Just("expires_in"),
        Just("refresh_token_expires_in"),
        Just("scope"),
        Just("error"),
        Just("error_description"),
        Just("x"),
    ];
    let fields = prop::collection::vec((name, value).prop_map(|(name, value)| format!("\"{name}\":{value}")), 0..6);
    let body = prop_oneof![5 => fields.prop_map(|fields| format!("{{{}}}", fields.join(","))), 1 => any::<String>()];
    let statuses = prop_oneof![Just(200_u16), Just(400), Just(500), any::<u16>()];
    let outcome = runner(4000).run(&(statuses, body), |(status, body)| {
        let raw = RawAnswer { status, retry_after_s: None, body: Zeroizing::new(body.clone().into_bytes()) };
        if let Ok(mut tokens) = read_token_answer(&raw) {
            prop_assert!((200..300).contains(&status), "{}", status);
            prop_assert!(!tokens.access.expose().trim().is_empty());
            for life in [tokens.access_life_s, tokens.refresh_life_s].into_iter().flatten() {
                prop_assert!((1..=20 * 366 * 86_400).contains(&life), "{}", body);
            }
            // Scopes are shown on purpose.
            tokens.scopes = None;
            let shown = format!("{tokens:?}");
            prop_assert!(!shown.contains("planted"), "{}", shown);
        }
        Ok(())
    });
    outcome.expect("no panic");
}
