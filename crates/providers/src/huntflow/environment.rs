//! Huntflow's environments: from what a person copies out of a browser to the address of the API.
//!
//! Hosts: huntflow/api README (`api.huntflow.ru`), the official client's README (`api.huntflow.ai`), issues #519, #607,
//! #665 (sandbox) and #574 (`<org>-api.huntflow.ru`). That a dedicated host's window is `<org>.huntflow.ru` is inferred
//! from its API's name. Tokens do not cross environments (#519, #607).

use bulla_core::BaseUrl;
use url::{Host, Url};

const PROD: &str = "https://api.huntflow.ru";
const PROD_AI: &str = "https://api.huntflow.ai";
const SANDBOX: &str = "https://sandbox-api.huntflow.dev";

/// Longer text is not an address anybody copies.
const MAX_CHARS: usize = 2048;

/// A kind of environment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Env {
    /// huntflow.ru
    Prod,
    /// huntflow.ai
    ProdAi,
    /// sandbox.huntflow.dev
    Sandbox,
    /// An organisation's own host at Huntflow.
    Dedicated,
    /// Any other host.
    Custom,
}

impl Env {
    /// As scripts spell it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Prod => "prod",
            Self::ProdAi => "prod-ai",
            Self::Sandbox => "sandbox",
            Self::Dedicated => "dedicated",
            Self::Custom => "custom",
        }
    }
}

/// An environment and the address of its API.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Environment {
    /// Which kind.
    pub env: Env,
    /// Without `/v2` and without a trailing slash.
    pub base_url: BaseUrl,
}

/// The environment behind a name: `prod`, `prod-ai` or `sandbox`.
#[must_use]
pub fn preset(name: &str) -> Option<Environment> {
    let (env, base) = match name {
        "prod" => (Env::Prod, PROD),
        "prod-ai" => (Env::ProdAi, PROD_AI),
        "sandbox" => (Env::Sandbox, SANDBOX),
        _ => return None,
    };
    Some(Environment { env, base_url: BaseUrl::parse(base).ok()? })
}

/// What an API address we already have belongs to.
#[must_use]
pub fn of(base_url: &BaseUrl) -> Environment {
    let env = match base_url.as_str() {
        PROD => Env::Prod,
        PROD_AI => Env::ProdAi,
        SANDBOX => Env::Sandbox,
        other if dedicated_api(other).is_some() => Env::Dedicated,
        _ => Env::Custom,
    };
    Environment { env, base_url: base_url.clone() }
}

/// Reads what a person copied: a page's address, a host's name, or the API's address with or without `/v2`.
/// `None` when it is no usable address; an unknown host is `custom`.
#[must_use]
pub fn recognise(text: &str) -> Option<Environment> {
    let text = text.trim();
    if text.is_empty() || text.len() > MAX_CHARS {
        return None;
    }
    let url = if text.contains("://") { Url::parse(text) } else { Url::parse(&format!("https://{text}")) }.ok()?;
    let stranger = !url.username().is_empty() || url.password().is_some() || text.contains(char::is_whitespace);
    if stranger || !matches!(url.scheme(), "http" | "https") {
        return None;
    }
    if let (Some(Host::Domain(host)), None) = (url.host(), url.port())
        && let Some(base) = known(host)
    {
        return BaseUrl::parse(&base).ok().map(|base| of(&base));
    }
    if !text.contains("://") && !is_plausible(&url) {
        return None;
    }
    let base = BaseUrl::parse(&format!("{}{}", url.origin().ascii_serialization(), api_path(&url))).ok()?;
    Some(of(&base))
}

/// The API's address behind one of Huntflow's own hosts. Only whole labels count: `huntflow.ru.evil.com` is a stranger.
fn known(host: &str) -> Option<String> {
    let host = host.strip_suffix('.').unwrap_or(host);
    let fixed = match host {
        "huntflow.ru" | "www.huntflow.ru" | "app.huntflow.ru" | "api.huntflow.ru" => Some(PROD),
        "huntflow.ai" | "www.huntflow.ai" | "app.huntflow.ai" | "api.huntflow.ai" => Some(PROD_AI),
        "sandbox.huntflow.dev" | "sandbox-api.huntflow.dev" => Some(SANDBOX),
        _ => None,
    };
    if let Some(base) = fixed {
        return Some(base.to_owned());
    }
    let org = host.strip_suffix(".huntflow.ru").filter(|org| !org.is_empty() && !org.contains('.'))?;
    Some(format!("https://{}-api.huntflow.ru", org.strip_suffix("-api").unwrap_or(org)))
}

fn dedicated_api(base: &str) -> Option<&str> {
    let org = base.strip_prefix("https://")?.strip_suffix("-api.huntflow.ru")?;
    (!org.is_empty() && !org.contains(['.', '/', ':'])).then_some(org)
}

/// Without a scheme anything with a dot could be a host, a file or a signed token.
fn is_plausible(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(host)) => {
            let host = host.strip_suffix('.').unwrap_or(host);
            let top = host.rsplit('.').next().unwrap_or_default();
            let punycode = top.starts_with("xn--");
            let labels = host.split('.').all(|label| !label.is_empty() && label.len() <= 63 && !label.contains('_'));
            host == "localhost" || (labels && top.len() >= 2 && (punycode || top.bytes().all(|b| b.is_ascii_lowercase())))
        }
        Some(_) => true,
        None => false,
    }
}

/// The part of an unknown host's path that may lead to its API: what precedes `/v2`, or a single segment. More than
/// that, or a query or fragment, is a page of its window.
fn api_path(url: &Url) -> &str {
    let path = url.path();
    if let Some(at) = path.find("/v2/").or_else(|| path.ends_with("/v2").then(|| path.len() - "/v2".len())) {
        return &path[..at];
    }
    let bare = url.query().is_none() && url.fragment().is_none();
    if bare && path.trim_matches('/').split('/').count() == 1 { path } else { "" }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Option<(&'static str, String)> {
        recognise(text).map(|found| (found.env.as_str(), found.base_url.as_str().to_owned()))
    }

    #[test]
    fn what_people_copy_leads_to_the_api() {
        let dedicated = "https://lanit-api.huntflow.ru";
        for (text, env, base) in [
            ("huntflow.ru", "prod", PROD),
            (" https://huntflow.ru/my/acme#/vacancy/1/filter/2 ", "prod", PROD),
            ("http://huntflow.ru", "prod", PROD),
            ("HTTPS://App.Huntflow.RU/settings/api?x=1", "prod", PROD),
            ("https://api.huntflow.ru/v2/", "prod", PROD),
            ("https://api.huntflow.ru:443/v2/docs", "prod", PROD),
            ("huntflow.ru./", "prod", PROD),
            ("https://huntflow.ai/my", "prod-ai", PROD_AI),
            ("api.huntflow.ai", "prod-ai", PROD_AI),
            ("https://sandbox.huntflow.dev/my/org", "sandbox", SANDBOX),
            ("sandbox-api.huntflow.dev/v2", "sandbox", SANDBOX),
            ("https://lanit.huntflow.ru/my", "dedicated", dedicated),
            ("lanit-api.huntflow.ru/v2", "dedicated", dedicated),
            ("https://a.b.huntflow.ru", "custom", "https://a.b.huntflow.ru"),
            ("https://api.huntflow.dev", "custom", "https://api.huntflow.dev"),
            ("https://hr.company.ru/my/acme/vacancy/1", "custom", "https://hr.company.ru"),
            ("https://hr.company.ru/acme#/settings", "custom", "https://hr.company.ru"),
            ("https://company.ru/a/hf/v2/", "custom", "https://company.ru/a/hf"),
            ("https://company.ru/hf/v2/me?x=1", "custom", "https://company.ru/hf"),
            ("https://company.ru/hf/", "custom", "https://company.ru/hf"),
            ("hr.company.ru:8443", "custom", "https://hr.company.ru:8443"),
            ("http://127.0.0.1:8080/v2", "custom", "http://127.0.0.1:8080"),
            ("http://localhost:8080", "custom", "http://localhost:8080"),
        ] {
            assert_eq!(read(text), Some((env, base.to_owned())), "{text}");
        }
    }

    #[test]
    fn look_alikes_are_strangers() {
        for text in [
            "https://huntflow.ru.evil.com/my",
            "https://huntflow.ru-evil.com",
            "https://evilhuntflow.ru",
            "https://api.huntflow.ru.evil.com/v2",
            "https://a.b.huntflow.ru",
            "https://huntfl\u{43e}w.ru",
            "https://api.huntflow.ru:8443",
            "https://sandbox.huntflow.dev.evil.com",
        ] {
            assert_eq!(read(text).map(|(env, _)| env), Some("custom"), "{text}");
        }
    }

    #[test]
    fn what_is_no_usable_address_is_nothing() {
        let hex = "0123456789abcdef".repeat(4);
        for text in [
            "",
            "hello",
            "hello world.ru",
            "http://hr.company.ru",
            "ftp://huntflow.ru",
            "javascript:alert(1)",
            "https://huntflow.ru@evil.com",
            "https://user:pw@huntflow.ru",
            "eyJhbGciOi.eyJzdWIi.s1gn_4ture",
            &hex,
            &"a".repeat(3000),
        ] {
            assert_eq!(read(text), None, "{text}");
        }
    }

    #[test]
    fn presets_and_their_addresses_agree() {
        for name in ["prod", "prod-ai", "sandbox"] {
            let found = preset(name).expect("a preset");
            assert_eq!((found.env.as_str(), of(&found.base_url)), (name, found));
        }
        assert_eq!(preset("custom"), None);
        let other = BaseUrl::parse("https://x.huntflow.ru").expect("an address");
        assert_eq!(of(&other).env, Env::Custom);
    }
}
