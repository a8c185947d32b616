//! A provider's base address, normalised so that one environment has one spelling.

use serde::{Deserialize, Serialize};
use url::{Host, Url};

use crate::{Error, ErrorCode, Result};

/// `https://host[:port][/path]` with no trailing slash, no query and no credentials. Plain http on loopback only.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct BaseUrl(String);

impl BaseUrl {
    /// Reads an address; `https://` is assumed when the scheme is missing.
    ///
    /// # Errors
    /// `base_url_invalid`, or `base_url_not_https` for plain http to another machine.
    pub fn parse(text: &str) -> Result<Self> {
        let text = text.trim();
        let url = if text.contains("://") { Url::parse(text) } else { Url::parse(&format!("https://{text}")) };
        let url = url.map_err(|_| Error::new(ErrorCode::BaseUrlInvalid))?;
        let host = url.host().ok_or(ErrorCode::BaseUrlInvalid)?;
        if !url.username().is_empty() || url.password().is_some() || text.contains(char::is_whitespace) {
            return Err(ErrorCode::BaseUrlInvalid.into());
        }
        match url.scheme() {
            "https" => {}
            "http" if is_loopback(&host) => {}
            "http" => return Err(ErrorCode::BaseUrlNotHttps.into()),
            _ => return Err(ErrorCode::BaseUrlInvalid.into()),
        }
        if let Host::Domain(name) = &host
            && !(name.contains('.') || is_loopback(&host))
        {
            return Err(ErrorCode::BaseUrlInvalid.into());
        }
        let origin = url.origin().ascii_serialization();
        Ok(Self(format!("{origin}{}", url.path().trim_end_matches('/'))))
    }

    /// The same address without a last path segment such as `/v2`, which some people paste along.
    #[must_use]
    pub fn without_suffix(self, suffix: &str) -> Self {
        match self.0.strip_suffix(suffix) {
            Some(rest) => Self(rest.trim_end_matches('/').to_owned()),
            None => self,
        }
    }

    /// The address as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

fn is_loopback(host: &Host<&str>) -> bool {
    match host {
        Host::Domain(name) => *name == "localhost",
        Host::Ipv4(ip) => ip.is_loopback(),
        Host::Ipv6(ip) => ip.is_loopback(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_environment_has_one_spelling() {
        for text in ["https://api.huntflow.ru/v2/", "api.huntflow.ru/v2", " HTTPS://API.huntflow.ru:443/v2?x=1 "] {
            let url = BaseUrl::parse(text).map(|url| url.without_suffix("/v2"));
            assert_eq!(url.map(|url| url.as_str().to_owned()), Ok("https://api.huntflow.ru".to_owned()), "{text}");
        }
    }

    #[test]
    fn http_is_for_loopback_only() {
        assert!(BaseUrl::parse("http://127.0.0.1:8080").is_ok());
        assert!(BaseUrl::parse("http://[::1]:8080").is_ok());
        assert_eq!(BaseUrl::parse("http://api.huntflow.ru").map_err(|e| e.code()), Err(ErrorCode::BaseUrlNotHttps));
        for bad in ["", "ftp://a.b", "https://user:pw@a.b", "https://a b", "nonsense", "javascript:alert(1)"] {
            assert_eq!(BaseUrl::parse(bad).map_err(|e| e.code()), Err(ErrorCode::BaseUrlInvalid), "{bad}");
        }
    }
}
