//! A program's API call, kept on the connection's own host and below its API's root.

use bulla_core::{
    BaseUrl, Error, ErrorCode, Result,
    ports::{CallAnswer, CallRequest},
};
use bytes::Bytes;
use reqwest::Method;
use reqwest::header::{AUTHORIZATION, CONTENT_TYPE, HeaderMap, HeaderValue};
use url::Url;

use crate::http::{self, Http};

/// The method, if it is an ordinary one.
pub(crate) fn method(request: &CallRequest) -> Result<Method> {
    const ORDINARY: [Method; 5] = [Method::GET, Method::POST, Method::PUT, Method::PATCH, Method::DELETE];
    let asked = request.method.to_ascii_uppercase();
    ORDINARY.into_iter().find(|method| method.as_str() == asked).ok_or_else(|| refuse("not a method of this API"))
}

/// The address of a path below `base` + `root`; the path may bring the root along. `root` is empty or like `/v2`.
///
/// # Errors
/// `bad_request` for whatever could lead the access token to another host or out of the API.
pub(crate) fn address(base: &BaseUrl, root: &str, path: &str) -> Result<Url> {
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
    let path = format!("/{}", path.strip_prefix('/').unwrap_or(path));
    let rooted = path.strip_prefix(root).is_some_and(|rest| rest.is_empty() || rest.starts_with(['/', '?']));
    let text = format!("{}{}{path}", base.as_str(), if rooted { "" } else { root });
    let invalid = |_| refuse("the path is not part of an address");
    let (url, base) = (Url::parse(&text).map_err(invalid)?, Url::parse(base.as_str()).map_err(invalid)?);
    let below = format!("{}{root}", base.path().trim_end_matches('/'));
    let inside = url.path().strip_prefix(&below).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'));
    if url.origin() == base.origin() && inside && url.username().is_empty() && url.password().is_none() {
        Ok(url)
    } else {
        Err(refuse("the path leads elsewhere"))
    }
}

/// Sends a call with an access token and says whether the provider still takes it, for providers that answer 401 as
/// RFC 6750 §3.1 has it.
pub(crate) async fn send(method: Method, url: Url, token: &str, request: &CallRequest) -> Result<CallAnswer> {
    send_with(HeaderMap::new(), method, url, token, request).await
}

/// The same with what else a provider wants in every request's head.
pub(crate) async fn send_with(
    headers: HeaderMap,
    method: Method,
    url: Url,
    token: &str,
    request: &CallRequest,
) -> Result<CallAnswer> {
    let token = http::bearer(token).ok_or(ErrorCode::BadRequest)?;
    let http = Http::shared().map_err(http::fault_error)?;
    let mut sent = http.read.request(method, url).headers(headers).header(AUTHORIZATION, token);
    if let Some(body) = &request.body {
        sent = sent.header(CONTENT_TYPE, HeaderValue::from_static("application/json")).body(Bytes::copy_from_slice(body));
    }
    let raw = http::send(sent).await.map_err(http::fault_error)?;
    let access_rejected = raw.status == 401;
    Ok(CallAnswer { raw, access_rejected })
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
        address(&base, "/v2", path).map(String::from).map_err(|error| error.code())
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
    fn an_api_without_a_root_starts_at_its_host() {
        let base = BaseUrl::parse("https://api.example").expect("a base address");
        let url = address(&base, "", "gmail/v1/users/me/profile?x=1").map(String::from);
        assert_eq!(url.expect("an address"), "https://api.example/gmail/v1/users/me/profile?x=1");
        assert_eq!(address(&base, "", "/a/..%2f").expect_err("goes up").code(), ErrorCode::BadRequest);
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
