//! The query in an address that a person copied out of a browser or a terminal. Pure.

use bulla_core::{ErrorCode, Result};
use url::Url;
use zeroize::Zeroizing;

use super::redirect::RedirectUri;

/// Longer than any address a browser follows.
const MAX_PASTE: usize = 64 * 1024;

/// What people and programs put around an address. No square brackets: `[::1]` begins with one.
const AROUND: &[char] = &['"', '\'', '`', '<', '>', '(', ')', '«', '»', '“', '”', '„', '‘', '’', '「', '」', '《', '》'];

/// The query of the address in `text`, as it came and without its fragment.
///
/// # Errors
/// `callback_not_ours` when the address is not `redirect`, or the text is no address.
pub(super) fn query(text: &str, redirect: &RedirectUri) -> Result<Zeroizing<String>> {
    if text.len() > MAX_PASTE {
        return Err(ErrorCode::CallbackNotOurs.into());
    }
    // Terminals break long lines, and no address has a space of its own.
    let mut address = Zeroizing::new(String::with_capacity(text.len()));
    address.extend(text.chars().filter(|&c| !c.is_whitespace() && !c.is_control() && !is_invisible(c)));
    let address = address.trim_matches(AROUND);
    let address = address.split('#').next().unwrap_or_default();
    let (place, query) = match address.split_once('?') {
        Some((place, query)) => (place, query),
        None if address.contains('=') => ("", address),
        None => return Err(ErrorCode::CallbackNotOurs.into()),
    };
    if place.is_empty() || is_place(place, redirect) {
        Ok(Zeroizing::new(query.to_owned()))
    } else {
        Err(ErrorCode::CallbackNotOurs.into())
    }
}

/// The address up to its `?` is the redirect's; some browsers hide `http://`.
fn is_place(place: &str, redirect: &RedirectUri) -> bool {
    let whole = if place.contains("://") { place.to_owned() } else { format!("http://{place}") };
    // Read and written again by the same rules, so that `HTTP://127.0.0.1` is one place and `127.0.0.1@evil` another.
    Url::parse(&whole).is_ok_and(|url| url.as_str() == redirect.as_str())
}

/// Zero-width characters and byte order marks that come along when text is copied.
fn is_invisible(c: char) -> bool {
    matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}')
}
