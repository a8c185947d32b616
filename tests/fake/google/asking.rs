//! What may be asked of the authorization page. Refusals are pages; nothing is ever sent to an address that isn't good.

use support::fake::{Landing, Visitor};
use support::google::{Client, ClientState};

use super::{ANNA, CALLBACK, address, world};

/// Opens a page and returns its status and the code of its error.
fn blocked(url: &str) -> (u16, String) {
    match Visitor::open(url).landing {
        Landing::Page { status, html } => {
            let code = html.split("<p>Error ").nth(1).and_then(|rest| rest.split([' ', '<']).nth(1)).unwrap_or_default();
            (status, code.to_owned())
        }
        Landing::Sent(url) => panic!("sent to {url}"),
    }
}

#[test]
fn a_good_request_shows_the_accounts() {
    let (fake, client) = world();
    let visitor = Visitor::open(&address(&fake, &client, &[]));
    assert!(visitor.landing.html().contains("<h1>Choose an account</h1>"), "{:?}", visitor.landing);
    assert!(visitor.landing.html().contains(&format!(">{ANNA}</button>")));
    let old_path = address(&fake, &client, &[]).replace("/o/oauth2/v2/auth", "/o/oauth2/auth");
    assert!(Visitor::open(&old_path).landing.html().contains("Choose an account"));
}

#[test]
fn what_is_missing_or_wrong_is_said_on_a_page() {
    let (fake, client) = world();
    for (status, error, change) in [
        (400, "invalid_request", ("client_id", "")),
        (401, "invalid_client", ("client_id", "1-x.apps.googleusercontent.com")),
        (400, "invalid_request", ("redirect_uri", "")),
        (400, "invalid_request", ("redirect_uri", "urn:ietf:wg:oauth:2.0:oob")),
        (400, "redirect_uri_mismatch", ("redirect_uri", "https://example.com/callback")),
        (400, "redirect_uri_mismatch", ("redirect_uri", "http://192.168.1.7:8080/")),
        (400, "redirect_uri_mismatch", ("redirect_uri", "http://127.0.0.1.evil.com/")),
        (400, "redirect_uri_mismatch", ("redirect_uri", "bulla:/callback")),
        (400, "invalid_request", ("response_type", "")),
        (400, "unsupported_response_type", ("response_type", "token")),
        (400, "invalid_request", ("scope", "")),
        (400, "invalid_scope", ("scope", "openid gmail")),
        (400, "invalid_request", ("access_type", "always")),
        (400, "invalid_request", ("prompt", "login")),
        (400, "invalid_request", ("code_challenge", "short")),
        (400, "invalid_request", ("code_challenge_method", "S512")),
    ] {
        assert_eq!(blocked(&address(&fake, &client, &[change])), (status, error.to_owned()), "{change:?}");
    }
    assert!(fake.ledger().consents.is_empty());
}

#[test]
fn a_desktop_client_may_be_answered_at_any_loopback_port() {
    let (fake, client) = world();
    for uri in [CALLBACK, "http://127.0.0.1:1", "http://[::1]:47111/", "http://localhost:8080/"] {
        let visitor = Visitor::open(&address(&fake, &client, &[("redirect_uri", uri)]));
        assert!(visitor.landing.html().contains("Choose an account"), "{uri}");
    }
}

#[test]
fn a_web_client_may_be_answered_at_its_registered_addresses_alone() {
    let (fake, _) = world();
    let client = fake.add_client(Client::web("crm", &["https://crm.example.com/oauth", "http://127.0.0.1:8000/cb"]));
    let open = |uri: &str| address(&fake, &client, &[("redirect_uri", uri)]);
    assert!(Visitor::open(&open("http://127.0.0.1:8000/cb")).landing.html().contains("Choose an account"));
    for other in ["http://127.0.0.1:8001/cb", "http://127.0.0.1:8000/cb/", "http://127.0.0.1:8000/"] {
        assert_eq!(blocked(&open(other)), (400, "redirect_uri_mismatch".to_owned()), "{other}");
    }
}

#[test]
fn a_client_that_was_deleted_or_disabled_is_named_so() {
    let (fake, client) = world();
    for (state, error) in [(ClientState::Deleted, "deleted_client"), (ClientState::Disabled, "disabled_client")] {
        fake.set_client_state(&client, state);
        assert_eq!(blocked(&address(&fake, &client, &[])), (401, error.to_owned()));
    }
}

#[test]
fn text_of_a_request_is_never_html() {
    let (fake, client) = world();
    let visitor = Visitor::open(&address(&fake, &client, &[("scope", "<script>alert(1)</script>")]));
    assert!(!visitor.landing.html().contains("<script"), "{:?}", visitor.landing);
    assert!(visitor.landing.html().contains("&lt;script&gt;"));
}
