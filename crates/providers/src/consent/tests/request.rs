//! The address a browser is sent to.

use std::collections::HashSet;

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use sha2::{Digest, Sha256};

use super::*;

fn parameters(url: &str) -> Vec<(String, String)> {
    Url::parse(url).expect("an address").query_pairs().into_owned().collect()
}

fn field(request: &AuthorizationRequest) -> Option<String> {
    let error = request.check().err()?;
    assert_eq!(error.code(), ErrorCode::AppDetailsInvalid);
    error.params().get("field").cloned()
}

#[test]
fn it_asks_for_a_code_with_everything_named() {
    let request = AuthorizationRequest {
        endpoint: "https://accounts.example/o/auth?tenant=a+b".to_owned(),
        client_id: "id with space&more".to_owned(),
        scopes: vec!["openid".to_owned(), "https://www.googleapis.com/auth/gmail.send".to_owned(), "email".to_owned()],
        extra: vec![("access_type".to_owned(), "offline".to_owned()), ("prompt".to_owned(), "select_account consent".to_owned())],
        ..request()
    };
    let asking = request.ask(&redirect().at(8765)).expect("asked");
    let url = asking.url.expose();
    let challenge = URL_SAFE_NO_PAD.encode(Sha256::digest(asking.verifier.expose()));
    let wanted = [
        ("tenant", "a b"),
        ("response_type", "code"),
        ("client_id", "id with space&more"),
        ("state", asking.state.expose()),
        ("code_challenge", &challenge),
        ("code_challenge_method", "S256"),
        ("redirect_uri", "http://127.0.0.1:8765/callback"),
        ("scope", "openid https://www.googleapis.com/auth/gmail.send email"),
        ("access_type", "offline"),
        ("prompt", "select_account consent"),
    ];
    let wanted: Vec<(String, String)> = wanted.iter().map(|(n, v)| ((*n).to_owned(), (*v).to_owned())).collect();
    assert_eq!(parameters(url), wanted);
    assert!(url.starts_with("https://accounts.example/o/auth?") && !url.contains('+'), "{url}");
}

#[test]
fn without_scopes_there_is_no_scope_parameter() {
    let asking = AuthorizationRequest { scopes: Vec::new(), ..request() }.ask(&redirect().at(1)).expect("asked");
    assert!(parameters(asking.url.expose()).iter().all(|(name, _)| name != "scope"));
}

#[test]
fn state_and_verifier_are_long_random_and_new_every_time() {
    let mut seen = HashSet::new();
    for _ in 0..50 {
        let asking = request().ask(&redirect().at(1)).expect("asked");
        for (text, name) in [(asking.state.expose(), "state"), (asking.verifier.expose(), "verifier")] {
            // 256 bits, in the characters of RFC 7636 §4.1.
            assert_eq!(URL_SAFE_NO_PAD.decode(text).expect(name).len(), 32, "{name}");
            assert!((43..=128).contains(&text.len()), "{name}");
            assert!(seen.insert(text.to_owned()), "{name}");
        }
    }
}

#[test]
fn the_address_prints_without_its_query() {
    let asking = request().ask(&redirect().at(1)).expect("asked");
    assert_eq!(format!("{:?}", asking.url), "AuthorizationUrl(https://accounts.example/o/auth?****)");
    assert!(!format!("{asking:?}").contains(asking.state.expose()));
}

#[test]
fn details_that_cannot_be_used_are_named_before_a_port_is_taken() {
    for endpoint in [
        "",
        "accounts.example/o/auth",
        "http://accounts.example/o/auth",
        "ftp://accounts.example",
        "javascript:alert(1)",
        "https://user:pw@accounts.example",
        "https://accounts.example/#x",
        "data:text/html,x",
    ] {
        let request = AuthorizationRequest { endpoint: endpoint.to_owned(), ..request() };
        assert_eq!(field(&request).as_deref(), Some("endpoint"), "{endpoint}");
        assert_eq!(Flow::open(&request, pages(), Limits::default()).expect_err(endpoint).code(), ErrorCode::AppDetailsInvalid);
    }
    for endpoint in ["https://a.example", "http://127.0.0.1:9/auth", "http://[::1]:9/auth", "http://localhost/auth"] {
        assert_eq!(field(&AuthorizationRequest { endpoint: endpoint.to_owned(), ..request() }), None, "{endpoint}");
    }
    assert_eq!(field(&AuthorizationRequest { client_id: " ".to_owned(), ..request() }).as_deref(), Some("client_id"));
}

#[test]
fn nothing_of_the_flow_itself_can_be_given_from_outside() {
    for name in ["state", "redirect_uri", "code_challenge_method", "client_id", "response_type", "scope", "code_challenge"] {
        let extra = vec![("a".to_owned(), "b".to_owned()), (name.to_owned(), "x".to_owned())];
        assert_eq!(field(&AuthorizationRequest { extra, ..request() }).as_deref(), Some("extra"), "{name}");
        let endpoint = format!("https://accounts.example/o/auth?{name}=x");
        assert_eq!(field(&AuthorizationRequest { endpoint, ..request() }).as_deref(), Some("extra"), "{name}");
    }
}
