//! What providers say when something is wrong, as data: one row a saying, the most exact first.

mod feishu;
mod google;
mod highlevel;
mod huntflow;
mod standard;

use bulla_core::{ErrorCode, ProviderKind};

use super::reading::Reading;

/// Tables in the order in which they are searched.
pub(super) type Rows = &'static [&'static [Row]];

/// Sayings that have one meaning.
pub(super) const EXACT: Rows = &[google::ROWS, feishu::ROWS, highlevel::ROWS, huntflow::ROWS];

/// Sayings of any server, for texts in which there is nothing more exact.
pub(super) const GENERAL: Rows = &[standard::ROWS];

/// One saying and its meaning.
#[derive(Debug, Clone, Copy)]
pub(super) struct Row {
    pub(super) pattern: Pattern,
    pub(super) provider: Option<ProviderKind>,
    pub(super) code: ErrorCode,
    /// Where the saying and its meaning are known from. For readers and tests only.
    #[cfg_attr(not(test), expect(dead_code, reason = "a fact without its source could not be checked again"))]
    pub(super) source: &'static str,
}

/// How a saying is recognised. Letters are compared without their case.
#[derive(Debug, Clone, Copy)]
pub(super) enum Pattern {
    /// A name or sentence that no letter, digit or underscore touches.
    Words(&'static str),
    /// A number that is no part of a longer one.
    Number(&'static str),
    /// Two names, anywhere in the text.
    Both(&'static str, &'static str),
}

impl Pattern {
    /// The place where the text says it. What is found is claimed.
    pub(super) fn claim(self, reading: &mut Reading, of: Option<ProviderKind>) -> Option<usize> {
        match self {
            Self::Words(words) => reading.claim_word(&words.to_lowercase()),
            Self::Number(number) => reading.claim_number(number, of),
            Self::Both(first, second) => {
                let both = [first.to_lowercase(), second.to_lowercase()];
                if !both.iter().all(|word| reading.has_word(word)) {
                    return None;
                }
                both.iter().filter_map(|word| reading.claim_word(word)).min()
            }
        }
    }

    /// What was recognised, as the provider spells it.
    pub(super) fn shown(self) -> String {
        match self {
            Self::Words(text) | Self::Number(text) => text.to_owned(),
            Self::Both(first, second) => format!("{first} + {second}"),
        }
    }
}

const fn words(text: &'static str, provider: ProviderKind, code: ErrorCode, source: &'static str) -> Row {
    Row { pattern: Pattern::Words(text), provider: Some(provider), code, source }
}

const fn number(text: &'static str, provider: ProviderKind, code: ErrorCode, source: &'static str) -> Row {
    Row { pattern: Pattern::Number(text), provider: Some(provider), code, source }
}
