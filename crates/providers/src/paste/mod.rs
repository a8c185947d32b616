//! What a person's paste holds, found out without asking anybody.
//!
//! Accepts the two fields, the JSON pair, Huntflow's refresh answer, the official client's `huntflow_token.json`, lines
//! of `.env`, shell, YAML or Python, curl commands, tables, addresses that carry both tokens, any text that names both
//! halves (in English or Russian), or exactly two tokens of Huntflow's shape in order. Tokens are opaque: the shape
//! (64 hex characters in public samples) is only a hint for text that names nothing. Two candidates for one half are
//! never guessed between.

mod clean;
mod field;
mod label;
mod scan;
#[cfg(test)]
mod tests;
mod token;

use std::fmt;

use bulla_core::{AccessToken, ErrorCode, RefreshToken, StaticKey};

use self::{
    clean::clean,
    field::Field,
    label::Kind,
    scan::{Scan, scan},
    token::{Token, distinct},
};
use crate::environment::Environment;

/// Longer input is not looked through.
pub const MAX_INPUT: usize = 16 * 1024;
/// Longer words are not tokens.
pub const MAX_TOKEN: usize = 8 * 1024;

/// The four places a person can paste into. Empty means untouched.
#[derive(Clone, Copy, Default)]
pub struct PasteInput<'a> {
    /// Any text that holds both halves.
    pub text: &'a str,
    /// The access token's own field.
    pub access: &'a str,
    /// The refresh token's own field.
    pub refresh: &'a str,
    /// A legacy API key, alone or beside the pair.
    pub api_key: &'a str,
}

impl PasteInput<'_> {
    fn all(&self) -> [&str; 4] {
        [self.text, self.access, self.refresh, self.api_key]
    }
}

impl fmt::Debug for PasteInput<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [text, access, refresh, api_key] = self.all().map(str::len);
        write!(f, "PasteInput {{ text: {text} bytes, access: {access}, refresh: {refresh}, api_key: {api_key} }}")
    }
}

/// Which half of a pair a text was found to hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Half {
    /// The access token, and no refresh token.
    Access,
    /// The refresh token, and no access token.
    Refresh,
    /// Nothing that can be told apart: no token, one without a name, or several for one name.
    Unknown,
}

/// What was found.
#[derive(Debug, PartialEq)]
pub enum Look {
    /// Nothing was pasted.
    Empty,
    /// A pair, perhaps with a legacy key.
    Pair {
        /// Its access token.
        access: AccessToken,
        /// Its refresh token.
        refresh: RefreshToken,
        /// A legacy key beside it.
        key: Option<StaticKey>,
    },
    /// Less than a pair.
    Incomplete {
        /// The half that is there.
        which: Half,
    },
    /// The names in the fields say that the halves are in each other's place. They are in the right order here.
    Swapped {
        /// What was in the refresh field.
        access: AccessToken,
        /// What was in the access field.
        refresh: RefreshToken,
        /// A legacy key beside it.
        key: Option<StaticKey>,
    },
    /// Both halves are the same token.
    Doubled,
    /// A link to a page, not what the page shows.
    Link {
        /// The environment it belongs to.
        environment: Option<Environment>,
    },
    /// An API's address or a host's name.
    Address {
        /// The environment it names.
        environment: Environment,
    },
    /// A legacy key alone.
    Key(StaticKey),
}

impl Look {
    /// What to say in words, or nothing when it can be checked and kept.
    #[must_use]
    pub fn problem(&self) -> Option<ErrorCode> {
        match self {
            Self::Pair { .. } | Self::Key(_) => None,
            Self::Empty | Self::Address { .. } => Some(ErrorCode::PasteEmpty),
            Self::Incomplete { .. } => Some(ErrorCode::PasteIncomplete),
            Self::Swapped { .. } => Some(ErrorCode::PasteSwapped),
            Self::Doubled => Some(ErrorCode::PasteDoubled),
            Self::Link { .. } => Some(ErrorCode::PasteIsLink),
        }
    }

    /// As the window and scripts spell it.
    #[must_use]
    pub const fn found(&self) -> &'static str {
        match self {
            Self::Empty => "empty",
            Self::Pair { .. } => "pair",
            Self::Incomplete { .. } => "incomplete",
            Self::Swapped { .. } => "swapped",
            Self::Doubled => "doubled",
            Self::Link { .. } => "link",
            Self::Address { .. } => "address",
            Self::Key(_) => "key",
        }
    }

    /// Whether an access token was found.
    #[must_use]
    pub const fn access_present(&self) -> bool {
        matches!(self, Self::Pair { .. } | Self::Swapped { .. } | Self::Doubled | Self::Incomplete { which: Half::Access })
    }

    /// Whether a refresh token was found.
    #[must_use]
    pub const fn refresh_present(&self) -> bool {
        matches!(self, Self::Pair { .. } | Self::Swapped { .. } | Self::Doubled | Self::Incomplete { which: Half::Refresh })
    }
}

/// Looks through what was pasted.
#[must_use]
pub fn look(input: &PasteInput<'_>) -> Look {
    const UNCLEAR: Look = Look::Incomplete { which: Half::Unknown };
    if input.all().iter().all(|text| clean(text).trim().is_empty()) {
        return Look::Empty;
    }
    if input.all().iter().any(|text| text.len() > MAX_INPUT) {
        return UNCLEAR;
    }
    let (mut found, text) = Found::in_text(input.text);
    let fields = [Field::read(input.access), Field::read(input.refresh), Field::read(input.api_key)];
    let link = fields.iter().find_map(|field| if let Field::Link(to) = field { Some(to.clone()) } else { None });
    let unreadable = fields.iter().any(|field| matches!(field, Field::Unreadable));
    let [access, refresh, key] = fields;
    found.take_fields(access, refresh);
    found.take_key(key);

    let Ok(key) = only(found.key) else { return UNCLEAR };
    let (Ok(access), Ok(refresh)) = (only(found.access), only(found.refresh)) else { return UNCLEAR };
    match (access, refresh) {
        (Some(access), Some(refresh)) if access == refresh => Look::Doubled,
        (Some(_), Some(_)) if unreadable => UNCLEAR,
        (Some(access), Some(refresh)) => {
            let (access, refresh) = (AccessToken::new(access.into_text()), RefreshToken::new(refresh.into_text()));
            let key = key.map(|key| StaticKey::new(key.into_text()));
            if found.swapped { Look::Swapped { access, refresh, key } } else { Look::Pair { access, refresh, key } }
        }
        (Some(_), None) => Look::Incomplete { which: Half::Access },
        (None, Some(_)) => Look::Incomplete { which: Half::Refresh },
        (None, None) => match (key, text.unnamed.is_empty() && !unreadable) {
            (_, false) => UNCLEAR,
            (Some(key), true) => Look::Key(StaticKey::new(key.into_text())),
            (None, true) => match (scan::address(input.text), link.or(text.links.into_iter().next())) {
                (Some(environment), _) => Look::Address { environment },
                (None, Some(environment)) => Look::Link { environment },
                (None, None) => UNCLEAR,
            },
        },
    }
}

/// The environment that an address anywhere in the input names: Huntflow's own hosts first.
#[must_use]
pub fn environment(input: &PasteInput<'_>) -> Option<Environment> {
    let named = |text: &str| {
        let scanned = scan(&clean(text));
        let alone = scanned.named.is_empty() && scanned.unnamed.is_empty();
        scanned.environment.or_else(|| scanned.links.into_iter().flatten().next().filter(|_| alone))
    };
    let short = input.all().into_iter().filter(|text| text.len() <= MAX_INPUT);
    scan::address(input.text).or_else(|| short.map(named).find_map(|found| found))
}

/// Candidates for each half.
#[derive(Default)]
struct Found {
    access: Vec<Token>,
    refresh: Vec<Token>,
    key: Vec<Token>,
    swapped: bool,
}

impl Found {
    fn in_text(text: &str) -> (Self, Scan) {
        let mut scanned = scan(&clean(text));
        let mut found = Self::default();
        found.put(std::mem::take(&mut scanned.named));
        if found.access.is_empty() && found.refresh.is_empty() && scanned.unnamed.len() == 2 {
            found.refresh.extend(scanned.unnamed.pop());
            found.access.extend(scanned.unnamed.pop());
        }
        (found, scanned)
    }

    fn put(&mut self, named: Vec<(Kind, Token)>) {
        for (kind, token) in named {
            match kind {
                Kind::Access => self.access.push(token),
                Kind::Refresh => self.refresh.push(token),
                Kind::Key => self.key.push(token),
            }
        }
    }

    /// A name written beside a token counts more than the field it is in.
    fn take_fields(&mut self, access: Field, refresh: Field) {
        let crossed = match (&access, &refresh) {
            (Field::Named(a), Field::Named(r)) => names_only(a, Kind::Refresh) && names_only(r, Kind::Access),
            (Field::Named(a), Field::Token(_)) => names_only(a, Kind::Refresh),
            (Field::Token(_), Field::Named(r)) => names_only(r, Kind::Access),
            _ => false,
        };
        self.swapped |= crossed;
        let (here, there) = if crossed { (Kind::Refresh, Kind::Access) } else { (Kind::Access, Kind::Refresh) };
        self.put(access.into_named(here));
        self.put(refresh.into_named(there));
    }

    fn take_key(&mut self, key: Field) {
        self.put(key.into_named(Kind::Key));
    }
}

fn names_only(named: &[(Kind, Token)], kind: Kind) -> bool {
    named.iter().all(|(found, _)| *found == kind)
}

/// The one candidate, or none; `Err` when there are several.
fn only(candidates: Vec<Token>) -> Result<Option<Token>, ()> {
    let mut candidates = distinct(candidates);
    let one = candidates.pop();
    if candidates.is_empty() { Ok(one) } else { Err(()) }
}
