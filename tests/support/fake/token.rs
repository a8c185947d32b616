//! Random words that look like a provider's tokens.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use uuid::Uuid;

/// So many random characters of `[A-Za-z0-9_-]`.
pub(crate) fn opaque(length: usize) -> String {
    let mut text = String::with_capacity(length + 24);
    while text.len() < length {
        text.push_str(&URL_SAFE_NO_PAD.encode(Uuid::new_v4().as_bytes()));
    }
    text.truncate(length);
    text
}

/// A word with a JWT's looks (`eyJ…` and two dots) that says nothing, of so many characters.
pub(crate) fn look_alike(length: usize) -> String {
    let head = URL_SAFE_NO_PAD.encode(r#"{"alg":"ES256","typ":"JWT"}"#);
    let signature = opaque(86);
    let middle = length.saturating_sub(head.len() + signature.len() + 2);
    format!("{head}.{}.{signature}", opaque(middle))
}
