//! A text made ready for searching: in small letters, on one line, with what its addresses hold in other spellings.

use std::borrow::Cow;
use std::ops::Range;

use base64::Engine;
use base64::alphabet::URL_SAFE;
use base64::engine::DecodePaddingMode;
use base64::engine::general_purpose::{GeneralPurpose, GeneralPurposeConfig};
use bulla_core::ProviderKind;
use url::form_urlencoded;
use zeroize::Zeroizing;

use super::MAX_BYTES;

/// Google's payloads come with and without padding, and people cut them short.
const LENIENT: GeneralPurpose = GeneralPurpose::new(
    &URL_SAFE,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent).with_decode_allow_trailing_bits(true),
);

/// Words by which a text names a provider.
const NAMES: [(&str, ProviderKind); 8] = [
    ("huntflow", ProviderKind::Huntflow),
    ("google", ProviderKind::Google),
    ("gmail", ProviderKind::Google),
    ("feishu", ProviderKind::Feishu),
    ("飞书", ProviderKind::Feishu),
    ("lark", ProviderKind::Lark),
    ("leadconnector", ProviderKind::HighLevel),
    ("highlevel", ProviderKind::HighLevel),
];

/// What a number that means something has before it.
const LABELS: [&str; 14] = [
    "code",
    "error",
    "errno",
    "status",
    "http",
    "http/1.0",
    "http/1.1",
    "http/2",
    "错误码",
    "错误",
    "状态码",
    "ошибка",
    "ошибки",
    "код",
];

/// A text that is searched. What a row has found is claimed: a less exact one no longer finds it there.
pub(super) struct Reading {
    text: Zeroizing<String>,
    claimed: Vec<bool>,
    named: Vec<ProviderKind>,
    alone: bool,
}

impl Reading {
    pub(super) fn new(text: &str) -> Self {
        let pasted = plain(head(text));
        let alone = pasted.trim().bytes().all(|b| b.is_ascii_digit());
        let text = Zeroizing::new(format!("{} \n {}", pasted.as_str(), plain(&address_words(head(text))).as_str()));
        let mut named: Vec<_> = NAMES.iter().filter(|(name, _)| text.contains(name)).map(|(_, kind)| *kind).collect();
        named.dedup();
        Self { claimed: vec![false; text.len()], named, alone, text }
    }

    /// Whether there is an unclaimed `word` that no letter, digit or underscore touches.
    pub(super) fn has_word(&self, word: &str) -> bool {
        self.places(word, |_, _| true).next().is_some()
    }

    /// The first such place. All of them are claimed.
    pub(super) fn claim_word(&mut self, word: &str) -> Option<usize> {
        let places: Vec<_> = self.places(word, |_, _| true).collect();
        self.claim(&places)
    }

    /// The same for a number. A short one means many things: it counts where it is called a code, an error or a status,
    /// where it is all there is, and beside the name of the provider whose code it is.
    pub(super) fn claim_number(&mut self, number: &str, of: Option<ProviderKind>) -> Option<usize> {
        const LONG: usize = 8;
        let known = self.alone || number.len() >= LONG;
        let named = of.is_some_and(|kind| self.names(kind));
        let counts =
            |before: &str, after: &str| !is_fraction(before, after) && (known || labelled(before) || named && !is_port(before));
        let places: Vec<_> = self.places(number, counts).collect();
        self.claim(&places)
    }

    fn places<'a>(&'a self, word: &'a str, fits: impl Fn(&str, &str) -> bool + 'a) -> impl Iterator<Item = Range<usize>> + 'a {
        self.text.match_indices(word).map(|(at, _)| at..at + word.len()).filter(move |place| {
            let (before, after) = (&self.text[..place.start], &self.text[place.end..]);
            let whole = !before.ends_with(is_word_char) && !after.starts_with(is_word_char);
            whole && !self.claimed[place.clone()].iter().all(|claimed| *claimed) && fits(before, after)
        })
    }

    fn claim(&mut self, places: &[Range<usize>]) -> Option<usize> {
        for place in places {
            self.claimed[place.clone()].fill(true);
        }
        places.first().map(|place| place.start)
    }

    /// Feishu and Lark share their codes; the text may say which of the two it is, and whose a common word is.
    pub(super) fn provider(&self, row: Option<ProviderKind>) -> Option<ProviderKind> {
        match (row, self.named.as_slice()) {
            (Some(ProviderKind::Feishu), [ProviderKind::Lark]) => Some(ProviderKind::Lark),
            (None, [only]) => Some(*only),
            (row, _) => row,
        }
    }

    fn names(&self, kind: ProviderKind) -> bool {
        let twin = (kind == ProviderKind::Feishu).then_some(ProviderKind::Lark);
        self.named.iter().any(|named| *named == kind || Some(*named) == twin)
    }
}

/// The part that is read.
fn head(text: &str) -> &str {
    &text[..text.floor_char_boundary(MAX_BYTES)]
}

/// Small letters, one kind of apostrophe, and one space for whatever only separates.
fn plain(text: &str) -> Zeroizing<String> {
    let mut out = Zeroizing::new(String::with_capacity(text.len()));
    for c in text.chars().flat_map(char::to_lowercase) {
        match c {
            '’' | '‘' | '`' | '´' => out.push('\''),
            '：' => out.push_str(": "),
            c if c.is_whitespace() || c.is_control() || c == '\u{fffd}' => out.push(' '),
            '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{feff}' => {}
            c => out.push(c),
        }
    }
    let text = Zeroizing::new(out.replace("&#39;", "'").replace("&quot;", "\""));
    Zeroizing::new(text.split(' ').filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" "))
}

/// What an address holds behind its percent signs, and what Google's error page has packed into its own.
fn address_words(text: &str) -> Zeroizing<String> {
    let mut out = Zeroizing::new(String::new());
    let packed = text.contains("authError=");
    if !packed && !text.contains(['%', '+']) {
        return out;
    }
    for (name, value) in form_urlencoded::parse(text.as_bytes()) {
        for part in [&*name, &*value] {
            out.push_str(part);
            out.push(' ');
        }
        if name.ends_with("authError") {
            out.push_str(&unpacked(&value));
            out.push(' ');
        }
    }
    out
}

/// `authError` is a packed message whose first field is the error's name (seen in addresses that people publish, such
/// as `authError=Cg9kaXNhYmxlZF9jbGllbnQ` for `disabled_client`).
fn unpacked(value: &str) -> Zeroizing<String> {
    let plain: Cow<'_, str> = if value.contains('/') { value.replace('/', "_").into() } else { value.into() };
    let end = plain.find(|c: char| !c.is_ascii_alphanumeric() && !matches!(c, '-' | '_')).unwrap_or(plain.len());
    // A single character over holds less than a byte.
    let end = if end % 4 == 1 { end - 1 } else { end };
    let bytes = Zeroizing::new(LENIENT.decode(&plain[..end]).unwrap_or_default());
    Zeroizing::new(String::from_utf8_lossy(&bytes).into_owned())
}

fn is_word_char(c: char) -> bool {
    c.is_ascii_alphanumeric() || c == '_'
}

/// Such as `1.402`, `402.5`, `402,5` or `-402`.
fn is_fraction(before: &str, after: &str) -> bool {
    let goes_on = after.strip_prefix(['.', ',']).is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_digit()));
    goes_on || before.ends_with(['.', ',', '-'])
}

/// Such as `"code":`, `error code: ` or `HTTP/1.1 `.
fn labelled(before: &str) -> bool {
    let label = before.trim_end_matches([' ', '"', '\'', '\\', ':', '=', '#', '(', '[', '<', '>']);
    before.len() - label.len() < 8 && LABELS.iter().any(|name| label.ends_with(name))
}

/// Such as `localhost:` or `127.0.0.1:`.
fn is_port(before: &str) -> bool {
    before.strip_suffix(':').is_some_and(|host| host.ends_with(is_word_char))
}
