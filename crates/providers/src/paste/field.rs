//! One of the single fields: usually a token, sometimes with its name, a whole pair, or a link.

use super::{clean::clean, label::Kind, scan::scan, token::Token};
use crate::environment::{Env, Environment, recognise};

/// What a field holds.
pub(super) enum Field {
    Empty,
    /// A token and nothing else.
    Token(Token),
    /// Tokens that bring their names, or a pair in order.
    Named(Vec<(Kind, Token)>),
    Link(Option<Environment>),
    Unreadable,
}

impl Field {
    pub(super) fn read(text: &str) -> Self {
        let text = clean(text);
        let whole = unwrap(&text);
        if whole.is_empty() {
            return Self::Empty;
        }
        let mut scanned = scan(&text);
        if !scanned.named.is_empty() {
            return Self::Named(scanned.named);
        }
        if scanned.unnamed.len() == 2 {
            let second = scanned.unnamed.pop().map(|token| (Kind::Refresh, token));
            let first = scanned.unnamed.pop().map(|token| (Kind::Access, token));
            return Self::Named(first.into_iter().chain(second).collect());
        }
        if let Some(environment) = scanned.links.pop() {
            return Self::Link(environment);
        }
        if let Some(environment) = recognise(whole).filter(|found| found.env != Env::Custom) {
            return Self::Link(Some(environment));
        }
        Token::new(whole).or_else(|| scanned.unnamed.pop()).map_or(Self::Unreadable, Self::Token)
    }

    /// The tokens with their names, or with the name of the field.
    pub(super) fn into_named(self, field: Kind) -> Vec<(Kind, Token)> {
        match self {
            Self::Token(token) => vec![(field, token)],
            Self::Named(named) => named,
            Self::Empty | Self::Link(_) | Self::Unreadable => Vec::new(),
        }
    }
}

/// Without what surrounds a token that was copied out of a line of code or a header.
fn unwrap(text: &str) -> &str {
    let mut text = text.trim();
    loop {
        let inner = text.trim_matches(['"', '\'']).trim_end_matches([',', ';']).trim();
        let inner = match inner.get(..7) {
            Some(scheme) if scheme.eq_ignore_ascii_case("bearer ") => inner[7..].trim_start(),
            _ => inner,
        };
        if inner.len() == text.len() {
            return inner;
        }
        text = inner;
    }
}
