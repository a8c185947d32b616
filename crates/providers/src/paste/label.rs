//! The names people and programs give the two halves and the key.

/// What a name stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// The access token.
    Access,
    /// The refresh token.
    Refresh,
    /// A legacy API key.
    Key,
}

/// Lower case; `_` stands for `_`, `-`, a dot, a space or nothing. Longer ones first.
const NAMES: [(&str, Kind); 14] = [
    ("access_token", Kind::Access),
    ("access_токен", Kind::Access),
    ("токен_доступа", Kind::Access),
    ("refresh_token", Kind::Refresh),
    ("refresh_токен", Kind::Refresh),
    ("рефреш_токен", Kind::Refresh),
    ("токен_для_обновления", Kind::Refresh),
    ("токен_обновления", Kind::Refresh),
    ("api_key", Kind::Key),
    ("api_ключ", Kind::Key),
    ("ключ_api", Kind::Key),
    ("static_key", Kind::Key),
    ("access", Kind::Access),
    ("refresh", Kind::Refresh),
];

/// A name that starts exactly at `at`, and where it ends. Not part of a longer one such as `refresh_token_expires_in`.
pub(super) fn name_at(text: &str, at: usize) -> Option<(Kind, usize)> {
    let before = text[..at].chars().next_back();
    NAMES.iter().find_map(|&(name, kind)| {
        let end = at + match_len(&text[at..], name)?;
        let bare = !name.contains('_');
        (starts_word(before, text[at..].chars().next(), bare) && ends_word(&text[end..])).then_some((kind, end))
    })
}

fn match_len(text: &str, name: &str) -> Option<usize> {
    let mut rest = text.chars();
    for wanted in name.chars() {
        if wanted == '_' {
            let mut ahead = rest.clone();
            if ahead.next().is_some_and(|c| matches!(c, '_' | '-' | '.' | ' ')) {
                rest = ahead;
            }
            continue;
        }
        let found = rest.next()?;
        if found != wanted && !found.to_lowercase().eq([wanted]) {
            return None;
        }
    }
    Some(text.len() - rest.as_str().len())
}

/// `HUNTFLOW_ACCESS_TOKEN` and `huntflowAccessToken` name the access token; `no-access` names nothing.
fn starts_word(before: Option<char>, first: Option<char>, bare: bool) -> bool {
    match before {
        Some('_' | '-') => !bare,
        Some(before) if before.is_alphanumeric() => !bare && before.is_lowercase() && first.is_some_and(char::is_uppercase),
        None | Some(_) => true,
    }
}

fn ends_word(after: &str) -> bool {
    let mut after = after.chars();
    match after.next() {
        None => true,
        Some('-') => !after.next().is_some_and(char::is_alphanumeric),
        Some(next) => !next.is_alphanumeric() && next != '_',
    }
}
