//! Strangers' text made fit to be shown: one plain line, and in detail lines nothing that could be a token.

/// Shorter runs are ordinary words.
const LONG: usize = 20;

/// Replaces every long run of token characters by stars. Dots split runs, so that codes such as
/// `error.robot_token.refresh_too_early` stay readable.
pub(crate) fn scrub(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while !rest.is_empty() {
        let end = rest.find(|c| !is_token_char(c)).unwrap_or(rest.len());
        let (run, after) = rest.split_at(end);
        out.push_str(if run.len() >= LONG && !is_words(run) { "****" } else { run });
        let gap = after.find(is_token_char).unwrap_or(after.len());
        out.push_str(&after[..gap]);
        rest = &after[gap..];
    }
    out
}

fn is_token_char(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '+' | '/' | '=' | '~' | '%')
}

/// Such as `authorization_error_of_some_kind`: lower-case words of ordinary length with underscores between.
fn is_words(run: &str) -> bool {
    run.split('_').all(|word| word.len() < LONG && word.bytes().all(|b| b.is_ascii_lowercase()))
}

/// One plain line of a stranger's text, or nothing.
pub(crate) fn filled(text: Option<String>) -> Option<String> {
    let text: String = text?.chars().filter(|c| !c.is_control()).take(200).collect();
    let text = text.trim();
    (!text.is_empty()).then(|| text.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_and_sentences_stay_readable() {
        for text in [
            "error.robot_token.refresh_too_early",
            "value_error.any_str.max_length",
            "Invalid access token",
            "authorization_error_of_some_kind",
            "Нет доступа к организации",
        ] {
            assert_eq!(scrub(text), text);
        }
    }

    #[test]
    fn anything_like_a_token_is_starred() {
        let hex = "0123456789abcdef".repeat(4);
        assert_eq!(scrub(&format!("token {hex}: unknown")), "token ****: unknown");
        assert_eq!(scrub("Bearer eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.abc"), "Bearer ****.abc");
        assert_eq!(scrub(&"a".repeat(64)), "****");
    }
}
