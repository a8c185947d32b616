//! A candidate for a token: wiped when dropped, never printed.

use zeroize::Zeroizing;

use super::MAX_TOKEN;

/// Length of Huntflow's tokens in public samples, all lower-case hex.
pub(super) const HEX_LEN: usize = 64;

/// Visible ASCII without spaces, of sane length.
#[derive(PartialEq, Eq)]
pub(super) struct Token(Zeroizing<String>);

impl Token {
    pub(super) fn new(text: &str) -> Option<Self> {
        let visible = !text.is_empty() && text.len() <= MAX_TOKEN && text.bytes().all(|b| b.is_ascii_graphic());
        let telling = text.bytes().any(|b| b.is_ascii_alphanumeric());
        (visible && telling).then(|| Self(Zeroizing::new(text.to_owned())))
    }

    /// The pieces, separated by white space, put together, when that makes a token of Huntflow's shape.
    pub(super) fn of_pieces<'a>(pieces: impl Iterator<Item = &'a str>) -> Option<Self> {
        let mut joined = Zeroizing::new(String::with_capacity(HEX_LEN));
        for piece in pieces {
            if joined.len() + piece.len() > HEX_LEN || !is_hex(piece) {
                return None;
            }
            joined.push_str(piece);
        }
        (joined.len() == HEX_LEN).then_some(Self(joined))
    }

    /// The text itself, moved rather than copied.
    pub(super) fn into_text(mut self) -> String {
        std::mem::take(&mut *self.0)
    }
}

pub(super) fn is_hex(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|b| b.is_ascii_hexdigit())
}

/// Each token once, in order.
pub(super) fn distinct(tokens: Vec<Token>) -> Vec<Token> {
    let mut kept: Vec<Token> = Vec::with_capacity(tokens.len());
    for token in tokens {
        if !kept.contains(&token) {
            kept.push(token);
        }
    }
    kept
}
