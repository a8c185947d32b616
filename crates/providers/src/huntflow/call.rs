//! A program's API call, kept on the connection's own host and below its `/v2`.

use bulla_core::{BaseUrl, Error, ErrorCode, Result, ports::CallRequest};
use reqwest::Method;
use url::Url;

/// The method, if it is an ordinary one.
pub(super) fn method(request: &CallRequest) -> Result<Method> {
    const ORDINARY: [Method; 5] = [Method::GET, Method::POST, Method::PUT, Method::PATCH, Method::DELETE];
    let asked = request.method.to_ascii_uppercase();
    ORDINARY.into_iter().find(|method| method.as_str() == asked).ok_or_else(|| refuse("not a method of this API"))
}

/// The address of a path below `base` + `/v2`; the path may bring the `/v2` along.
///
/// # Errors
/// `bad_request` for whatever could lead the access token to another host or out of the API.
pub(super) fn address(base: &BaseUrl, path: &str) -> Result<Url> {
    let only = path.split(['?', '#']).next().unwrap_or_default();
    if path.chars().any(|c| c.is_control() || c.is_whitespace() || c == '\\') || path.contains('#') {
        return Err(refuse("the path has characters an address cannot have"));
    }
    if only.starts_with("//") || only.contains("://") {
        return Err(refuse("a path is needed, not an address"));
    }
    if goes_up(only) {
        return Err(refuse("the path must not go up"));
    }
    let path = path.strip_prefix('/').unwrap_or(path);
    let api = path == "v2" || path.starts_with("v2/") || path.starts_with("v2?");
    let text = if api { format!("{}/{path}", base.as_str()) } else { format!("{}/v2/{path}", base.as_str()) };
    let invalid = |_| refuse("the path is not part of an address");
    let (url, root) = (Url::parse(&text).map_err(invalid)?, Url::parse(base.as_str()).map_err(invalid)?);
    let below = format!("{}/v2", root.path().trim_end_matches('/'));
    let inside = url.path().strip_prefix(&below).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'));
    if url.origin() == root.origin() && inside && url.username().is_empty() && url.password().is_none() {
        Ok(url)
    } else {
        Err(refuse("the path leads elsewhere"))
    }
}

/// Also for whoever decodes the path once more on the way.
fn goes_up(path: &str) -> bool {
    let plain = path.to_ascii_lowercase().replace("%2e", ".").replace("%2f", "/").replace("%5c", "/");
    plain.split('/').any(|segment| segment == "." || segment == "..")
}

fn refuse(why: &str) -> Error {
    Error::new(ErrorCode::BadRequest).detail(why)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(base: &str, path: &str) -> Result<String, ErrorCode> {
        let base = BaseUrl::parse(base).expect("a base address");
        address(&base, path).map(String::from).map_err(|error| error.code())
    }

    #[test]
    fn a_path_is_below_v2_once() {
        let base = "https://api.huntflow.ru";
        for path in ["me", "/me", "/v2/me", "v2/me"] {
            assert_eq!(at(base, path), Ok("https://api.huntflow.ru/v2/me".to_owned()), "{path}");
        }
        let with_query = at("https://h.example/hf", "/accounts/1/vacancies?count=5&q=%2e%2e/a://b");
        assert_eq!(with_query, Ok("https://h.example/hf/v2/accounts/1/vacancies?count=5&q=%2e%2e/a://b".to_owned()));
        assert_eq!(at(base, "/v2x"), Ok("https://api.huntflow.ru/v2/v2x".to_owned()));
        assert_eq!(at(base, "me@evil.com"), Ok("https://api.huntflow.ru/v2/me@evil.com".to_owned()));
    }

    #[test]
    fn no_path_leads_elsewhere() {
        for path in [
            "//evil.com",
            "///evil.com",
            "http://evil.com",
            "https://evil.com/v2/me",
            "/v2/../token",
            "/%2E%2e/token",
            "..%2ftoken",
            "%2f../token",
            "a/%2f%2e%2e/token",
            "x%5c../token",
            "./me",
            "/me\r\nHost: evil.com",
            "/me x",
            "\\\\evil.com",
            "/me#x",
        ] {
            assert_eq!(at("https://api.huntflow.ru", path), Err(ErrorCode::BadRequest), "{path}");
        }
    }
}
