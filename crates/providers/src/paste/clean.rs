//! Text as a person meant it: without what browsers, chats and editors add invisibly or "improve".

use zeroize::Zeroizing;

/// Drops invisible characters, turns every space into a plain one and every quote and full-width sign into ASCII.
/// Never longer than the original, so that the working copy is one allocation, wiped at the end.
pub(super) fn clean(text: &str) -> Zeroizing<String> {
    let mut out = Zeroizing::new(String::with_capacity(text.len()));
    out.extend(text.chars().filter_map(plain));
    out
}

fn plain(c: char) -> Option<char> {
    Some(match c {
        '\u{ad}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}' => {
            return None;
        }
        '\r' | '\u{85}' | '\u{2028}' | '\u{2029}' => '\n',
        '“' | '”' | '„' | '«' | '»' | '″' => '"',
        '‘' | '’' | '‚' | '′' | '`' => '\'',
        '：' => ':',
        '＝' => '=',
        '\n' | '\t' => c,
        c if c.is_whitespace() => ' ',
        c if c.is_control() => return None,
        c => c,
    })
}

/// A quoted value without the escapes of JSON that visible ASCII can have: `\/` and `\u002b`.
pub(super) fn unescaped(text: &str) -> Zeroizing<String> {
    let mut out = Zeroizing::new(String::with_capacity(text.len()));
    let mut rest = text;
    while let Some(at) = rest.find('\\') {
        out.push_str(&rest[..at]);
        let code = rest.get(at + 2..at + 6).filter(|_| rest[at + 1..].starts_with('u'));
        if let Some(c) = code.and_then(|hex| u32::from_str_radix(hex, 16).ok()).and_then(char::from_u32) {
            out.push(c);
            rest = &rest[at + 6..];
        } else {
            let keep = usize::from(!rest[at + 1..].starts_with('/'));
            out.push_str(&rest[at..at + keep]);
            rest = &rest[at + 1..];
        }
    }
    out.push_str(rest);
    out
}

/// A value of an address' query.
pub(super) fn percent_decoded(text: &str) -> Zeroizing<String> {
    let mut out = Zeroizing::new(String::with_capacity(text.len()));
    let mut rest = text;
    while let Some(at) = rest.find('%') {
        out.push_str(&rest[..at]);
        let code = rest.get(at + 1..at + 3).and_then(|hex| u8::from_str_radix(hex, 16).ok()).filter(u8::is_ascii);
        out.push(code.map_or('%', char::from));
        rest = &rest[at + if code.is_some() { 3 } else { 1 }..];
    }
    out.push_str(rest);
    out
}
