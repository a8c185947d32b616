//! "Paste the address you landed on": what people bring, and what is refused.

use super::*;
use crate::consent::Answer;

fn read(text: &str) -> Result<Answer, ErrorCode> {
    let text = text.replace("STATE", STATE);
    expected(Issuer::Unknown, StateReturn::Always).read_pasted(&text).map_err(|error| error.code())
}

fn assert_read(text: &str) {
    assert!(matches!(read(text), Ok(Answer::Code(code)) if code.expose() == "4/0A"), "{text:?}: {:?}", read(text));
}

#[test]
fn the_address_is_read_however_it_was_copied() {
    for text in [
        "http://127.0.0.1:8765/callback?code=4%2F0A&state=STATE",
        "http://127.0.0.1:8765/callback?state=STATE&iss=https://accounts.google.com&code=4/0A&scope=a%20b",
        "HTTP://127.0.0.1:8765/callback?code=4/0A&state=STATE",
        "127.0.0.1:8765/callback?code=4/0A&state=STATE",
        "?code=4/0A&state=STATE",
        "code=4/0A&state=STATE",
        "state=STATE&code=4/0A&iss=https://accounts.google.com",
        "http://127.0.0.1:8765/callback?code=4/0A&state=STATE#_=_",
        "code=4/0A&state=STATE#",
        " \t\n http://127.0.0.1:8765/callback?code=4/0A&state=STATE \r\n",
        "\"http://127.0.0.1:8765/callback?code=4/0A&state=STATE\"",
        "<http://127.0.0.1:8765/callback?code=4/0A&state=STATE>",
        "« http://127.0.0.1:8765/callback?code=4/0A&state=STATE »",
        "\u{feff}http://127.0.0.1:8765/callback?code=4/0A&state=STATE\u{200b}",
        "http://127.0.0.1:8765/call\nback?code=4/\n  0A&sta\r\nte=STATE",
    ] {
        assert_read(text);
    }
}

#[test]
fn another_address_is_not_ours() {
    for text in [
        "",
        "   ",
        "\"\"",
        "hello",
        "http://127.0.0.1:8765/callback",
        "https://127.0.0.1:8765/callback?code=x&state=STATE",
        "http://127.0.0.1:8766/callback?code=x&state=STATE",
        "http://127.0.0.1/callback?code=x&state=STATE",
        "http://localhost:8765/callback?code=x&state=STATE",
        "http://127.0.0.1.evil.com:8765/callback?code=x&state=STATE",
        "http://127.0.0.1:8765@evil.com/callback?code=x&state=STATE",
        "http://evil@127.0.0.1:8765/callback?code=x&state=STATE",
        "http://evil.com/callback?code=x&state=STATE",
        "evil.com/callback?code=x&state=STATE",
        "http://127.0.0.1:8765/?code=x&state=STATE",
        "http://127.0.0.1:8765/callback/?code=x&state=STATE",
        "http://127.0.0.1:8765/Callback?code=x&state=STATE",
        "file:///callback?code=x&state=STATE",
        "javascript:alert(1)?code=x&state=STATE",
        "https://accounts.example/o/auth?client_id=client&state=STATE",
    ] {
        assert_eq!(read(text), Err(ErrorCode::CallbackNotOurs), "{text}");
    }
    let endless = format!("code=x&state=STATE&x={}", "x".repeat(64 * 1024));
    assert_eq!(read(&endless), Err(ErrorCode::CallbackNotOurs));
}

#[test]
fn another_flows_address_or_half_of_ours_is_refused_by_name() {
    let at = |query: &str| format!("http://127.0.0.1:8765/callback?{query}");
    for (text, code) in [
        (at("code=x&state=other"), ErrorCode::CallbackOtherFlow),
        (at("code=x"), ErrorCode::CallbackOtherFlow),
        (at("state=STATE"), ErrorCode::CallbackIncomplete),
        (at("code=x&state=STATE&state=STATE"), ErrorCode::CallbackIncomplete),
        ("a=b".to_owned(), ErrorCode::CallbackOtherFlow),
        // A fragment is not part of the callback.
        (at("state=STATE#code=x"), ErrorCode::CallbackIncomplete),
    ] {
        assert_eq!(read(&text), Err(code), "{text}");
    }
}

#[test]
fn an_address_of_the_sixth_version_keeps_its_brackets() {
    let redirect = Redirect::new(LoopbackHost::V6, Ports::Registered(vec![8765]), "/callback").expect("a redirect address");
    let expected = Expected::new(redirect.at(8765), ConsentState::new(STATE.to_owned()), Issuer::Unknown, StateReturn::Always);
    for text in ["[::1]:8765/callback?code=x&state=STATE", "(http://[::1]:8765/callback?code=x&state=STATE)"] {
        assert!(matches!(expected.read_pasted(&text.replace("STATE", STATE)), Ok(Answer::Code(_))), "{text}");
    }
}
