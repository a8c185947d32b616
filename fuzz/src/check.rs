//! What holds wherever something comes out of a parser.

use bulla_core::{BaseUrl, Connection, Error, Fingerprint, Label, Thresholds, health, lives, next_step};

use crate::people::now;

/// A parser refuses with the codes of its own family.
pub fn family(error: &Error, prefix: &str) {
    assert!(error.code().as_str().starts_with(prefix), "{}", error.code());
    detail(error);
}

/// A detail is one short line in which nothing long enough to be a token is left.
pub fn detail(error: &Error) {
    let text = error.detail_text().unwrap_or_default();
    assert!(text.chars().count() <= 300 && !text.contains(char::is_control), "{text:?}");
    let token_char = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '+' | '/' | '=' | '~' | '%');
    let token = text.split(|c| !token_char(c)).find(|run| run.len() >= 20 && run.contains(|c: char| c.is_ascii_digit()));
    assert_eq!(token, None, "{text:?}");
}

/// Whatever a connection says of itself, everything that follows from it can be told.
pub fn can_be_told(connection: &Connection) {
    for me in [&connection.custody.fingerprint, &Fingerprint::new("somebody else".to_owned())] {
        let report = health(connection, me, &Thresholds::default(), false, now());
        assert_eq!((report.lives, report.next), (lives(connection), next_step(connection, me)));
    }
    assert!(connection.removed_until() >= connection.removed_at);
    assert!(connection.version.rotated() > connection.version && connection.version.next_epoch() > connection.version);
}

/// An address in its one spelling, which can only be reached over TLS or on this machine.
pub fn address(base: &BaseUrl) {
    let text = base.as_str();
    assert_eq!(BaseUrl::parse(text).as_ref(), Ok(base), "another spelling of itself");
    assert!(!text.ends_with('/') && !text.contains(|c: char| c.is_whitespace() || c.is_control() || "?#".contains(c)), "{text}");
    let url = url::Url::parse(text).expect("an address");
    assert!(url.username().is_empty() && url.password().is_none() && url.query().is_none() && url.fragment().is_none(), "{text}");
    let here = match url.host().expect("a host") {
        url::Host::Domain(name) => name == "localhost",
        url::Host::Ipv4(ip) => ip.is_loopback(),
        url::Host::Ipv6(ip) => ip.is_loopback(),
    };
    assert!(url.scheme() == "https" || (url.scheme() == "http" && here), "{text}");
}

/// A label in its one spelling.
pub fn label(label: &Label) {
    let text = label.as_str();
    assert_eq!(Label::parse(text).as_ref(), Ok(label), "another spelling of itself");
    assert!(!text.trim().is_empty() && text.chars().count() <= Label::MAX_CHARS, "{text:?}");
    assert!(!text.contains(char::is_control), "{text:?}");
    assert_eq!(label.key(), Label::key_of(text), "{text:?}");
}
