//! Strangers' text on a terminal: labels, names and provider's words must not move the cursor, colour a line or reorder it.

use std::borrow::Cow;

/// The text as one line without control characters or characters that reorder text.
pub(crate) fn line(text: &str) -> Cow<'_, str> {
    if !text.chars().any(unsafe_on_terminal) {
        return Cow::Borrowed(text);
    }
    text.chars()
        .map(|c| if c.is_control() || is_break(c) { ' ' } else { c })
        .filter(|c| !unsafe_on_terminal(*c))
        .collect::<String>()
        .into()
}

/// The same for text of several lines, whose line breaks and tabs stay.
pub(crate) fn lines(text: &str) -> String {
    text.chars().filter(|c| matches!(c, '\n' | '\t') || !unsafe_on_terminal(*c)).collect()
}

/// JSON with the same characters escaped: no value changes. JSON's own characters are never among them.
pub(crate) fn json(text: &str) -> String {
    use std::fmt::Write;
    let mut safe = String::with_capacity(text.len());
    for c in text.chars() {
        if c == '\n' || !unsafe_on_terminal(c) {
            safe.push(c);
        } else {
            for unit in c.encode_utf16(&mut [0; 2]) {
                // Writing to a String cannot fail.
                let _ = write!(safe, "\\u{unit:04x}");
            }
        }
    }
    safe
}

fn unsafe_on_terminal(c: char) -> bool {
    c.is_control()
        || is_break(c)
        || matches!(c, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{206f}' | '\u{feff}' | '\u{e0000}'..='\u{e007f}')
}

const fn is_break(c: char) -> bool {
    matches!(c, '\u{2028}' | '\u{2029}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_stays_a_line() {
        assert_eq!(line("Анна 王"), "Анна 王");
        assert_eq!(line("a\u{1b}[31mb\r\nc\u{202e}d\u{2028}e\u{9b}f"), "a [31mb  cd e f");
    }

    #[test]
    fn lines_keep_their_breaks() {
        assert_eq!(lines("{\n\t\"a\": \"\u{1b}\u{202e}b\"\n}"), "{\n\t\"a\": \"b\"\n}");
    }

    #[test]
    fn json_keeps_its_values() {
        let value = serde_json::json!({ "a\u{9b}": "x\u{202e}y\u{7f}\u{e0041} 王\n" });
        let text = json(&serde_json::to_string_pretty(&value).expect("serialises"));
        assert!(!text.chars().any(|c| c != '\n' && unsafe_on_terminal(c)));
        assert_eq!(serde_json::from_str::<serde_json::Value>(&text).expect("still JSON"), value);
    }
}
