//! Words of the dialogs that are not part of the page.

use std::sync::OnceLock;

use bulla_home::words::Language;
use serde::Deserialize;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Words {
    /// With `{label}`.
    reveal_title: String,
    pub(crate) reveal_advice: String,
    /// With `{seconds}`.
    reveal_closes: String,
    pub(crate) close: String,
}

impl Words {
    pub(crate) fn in_language(language: Language) -> &'static Self {
        static ALL: OnceLock<[Words; 3]> = OnceLock::new();
        let [en, ru, zh] = ALL.get_or_init(|| {
            [parse(include_str!("words/en.json")), parse(include_str!("words/ru.json")), parse(include_str!("words/zh.json"))]
        });
        match language {
            Language::En => en,
            Language::Ru => ru,
            Language::Zh => zh,
        }
    }

    pub(crate) fn title(&self, label: &str) -> String {
        self.reveal_title.replace("{label}", label)
    }

    pub(crate) fn closes_in(&self, seconds: u32) -> String {
        self.reveal_closes.replace("{seconds}", &seconds.to_string())
    }
}

fn parse(json: &str) -> Words {
    match serde_json::from_str(json) {
        Ok(words) => words,
        Err(error) => unreachable!("compiled in and tested: {error}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_language_has_every_word() {
        for language in [Language::En, Language::Ru, Language::Zh] {
            let words = Words::in_language(language);
            assert!(!words.reveal_advice.is_empty() && !words.close.is_empty());
            assert!(words.title("Sales").contains("Sales") && words.closes_in(30).contains("30"));
        }
    }
}
