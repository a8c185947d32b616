//! Words for codes, from the same catalogues that the window uses.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use bulla_core::{Error, Health};
use bulla_providers::consent::{PageWords, Pages};

/// A language of the catalogues.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Language {
    /// English.
    En,
    /// Russian.
    Ru,
    /// Chinese, simplified.
    Zh,
}

type Catalogue = BTreeMap<String, String>;

struct Catalogues {
    errors: Catalogue,
    cli: Catalogue,
    ui: Catalogue,
    consent: Catalogue,
}

macro_rules! catalogues {
    ($folder:literal) => {
        Catalogues {
            errors: parse(include_str!(concat!("../../../ui/src/i18n/", $folder, "/errors.json"))),
            cli: parse(include_str!(concat!("../../../ui/src/i18n/", $folder, "/cli.json"))),
            ui: parse(include_str!(concat!("../../../ui/src/i18n/", $folder, "/ui.json"))),
            consent: parse(include_str!(concat!("../../../ui/src/i18n/", $folder, "/consent.json"))),
        }
    };
}

impl Language {
    /// The language a person asked for by `BULLA_LANG`, or their system's; English when it is none of ours.
    #[must_use]
    pub fn from_environment() -> Self {
        ["BULLA_LANG", "LC_ALL", "LC_MESSAGES", "LANG"]
            .iter()
            .filter_map(|name| std::env::var(name).ok())
            .find(|value| !value.is_empty())
            .map_or(Self::En, |value| Self::parse(&value).unwrap_or(Self::En))
    }

    /// Reads `ru`, `ru_RU.UTF-8`, `zh-CN` and the like.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let first = text.split(['_', '-', '.', '@']).next().unwrap_or_default().to_ascii_lowercase();
        match first.as_str() {
            "en" => Some(Self::En),
            "ru" => Some(Self::Ru),
            "zh" => Some(Self::Zh),
            _ => None,
        }
    }

    /// Its tag, as HTML and catalogues name it.
    #[must_use]
    pub const fn tag(self) -> &'static str {
        match self {
            Self::En => "en",
            Self::Ru => "ru",
            Self::Zh => "zh",
        }
    }

    fn catalogues(self) -> &'static Catalogues {
        static EN: OnceLock<Catalogues> = OnceLock::new();
        static RU: OnceLock<Catalogues> = OnceLock::new();
        static ZH: OnceLock<Catalogues> = OnceLock::new();
        match self {
            Self::En => EN.get_or_init(|| catalogues!("en")),
            Self::Ru => RU.get_or_init(|| catalogues!("ru")),
            Self::Zh => ZH.get_or_init(|| catalogues!("zh")),
        }
    }
}

/// What happened, and who does what next, for an error.
#[must_use]
pub fn error(language: Language, error: &Error) -> (String, String) {
    let words = |part: &str| {
        let key = format!("{}.{part}", error.code());
        let text = language.catalogues().errors.get(&key).cloned().unwrap_or(key);
        filled(&text, error.params().iter().map(|(name, value)| (name.as_str(), value.as_str())))
    };
    (words("cause"), words("act"))
}

/// A sentence of the command line.
#[must_use]
pub fn cli(language: Language, key: &str, params: &[(&str, &str)]) -> String {
    let text = language.catalogues().cli.get(key).map_or(key, String::as_str);
    filled(text, params.iter().copied())
}

/// What a browser shows at the end of a consent.
#[must_use]
pub fn pages(language: Language) -> Pages {
    let catalogue = &language.catalogues().consent;
    let text = |key: String| catalogue.get(&key).cloned().unwrap_or(key);
    let page = |name: &str| PageWords {
        lang: language.tag().to_owned(),
        title: text(format!("{name}.title")),
        text: text(format!("{name}.text")),
    };
    Pages { received: page("received"), declined: page("declined"), not_ours: page("not_ours") }
}

/// A provider as people call it.
#[must_use]
pub fn provider(language: Language, provider: &str) -> String {
    let catalogue = &language.catalogues().ui;
    catalogue.get(&format!("provider.{provider}")).cloned().unwrap_or_else(|| provider.to_owned())
}

/// The word for a health.
#[must_use]
pub fn health(language: Language, health: Health) -> String {
    let key = serde_json::to_value(health).ok().and_then(|word| word.as_str().map(str::to_owned)).unwrap_or_default();
    let catalogue = &language.catalogues().ui;
    catalogue.get(&format!("health.{key}")).cloned().unwrap_or(key)
}

fn filled<'a>(text: &str, params: impl Iterator<Item = (&'a str, &'a str)>) -> String {
    params.fold(text.to_owned(), |text, (name, value)| text.replace(&format!("{{{name}}}"), value))
}

fn parse(json: &str) -> Catalogue {
    serde_json::from_str(json).unwrap_or_default()
}
