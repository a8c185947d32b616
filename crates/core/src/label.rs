//! A connection's label: unique per home, compared in NFC and case-folded.

use serde::{Deserialize, Serialize};
use unicode_normalization::UnicodeNormalization;

use crate::{ErrorCode, Result};

/// A label as the person wrote it, in NFC and without blanks around it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Label(String);

impl Label {
    /// Longest label, in characters.
    pub const MAX_CHARS: usize = 120;

    /// Reads what a person typed.
    ///
    /// # Errors
    /// `label_empty`, or `label_invalid` for control characters and more than [`Self::MAX_CHARS`] characters.
    pub fn parse(text: &str) -> Result<Self> {
        let label: String = text.trim().nfc().collect();
        if label.is_empty() {
            return Err(ErrorCode::LabelEmpty.into());
        }
        if label.chars().count() > Self::MAX_CHARS || label.chars().any(is_unprintable) {
            return Err(ErrorCode::LabelInvalid.into());
        }
        Ok(Self(label))
    }

    /// As the person wrote it.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// What two labels are compared by.
    #[must_use]
    pub fn key(&self) -> String {
        caseless::default_case_fold_str(&self.0).nfc().collect()
    }

    /// The same key for any text, to look a label up.
    #[must_use]
    pub fn key_of(text: &str) -> String {
        let composed: String = text.trim().nfc().collect();
        caseless::default_case_fold_str(&composed).nfc().collect()
    }
}

/// Control characters and the ones that reorder text: a label must look like what it is.
fn is_unprintable(c: char) -> bool {
    c.is_control() || matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_labels_have_equal_keys() {
        let composed = Label::parse(" Caf\u{e9} ").expect("fine");
        let decomposed = Label::parse("CAFE\u{301}").expect("fine");
        assert_eq!(composed.key(), decomposed.key());
        assert_eq!(composed.as_str(), "Caf\u{e9}");
    }

    #[test]
    fn blanks_control_and_bidi_characters_are_refused() {
        assert_eq!(Label::parse("  ").expect_err("empty").code(), ErrorCode::LabelEmpty);
        for bad in ["a\nb", "a\u{202e}b", &"x".repeat(121)] {
            assert_eq!(Label::parse(bad).expect_err("invalid").code(), ErrorCode::LabelInvalid);
        }
    }
}
