//! Complete HTTP answers, and those that belong to no provider: what proxies, hotel networks and broken servers say.

use serde_json::Value;

/// A complete HTTP answer. It can be put in a request's way by [`super::Knob`].
#[derive(Clone, Debug, PartialEq)]
pub struct Canned {
    pub status: u16,
    pub headers: Vec<(String, String)>,
    pub body: String,
}

impl Canned {
    pub fn json(status: u16, body: &Value) -> Self {
        Self::of_type(status, "application/json", &body.to_string())
    }

    pub fn html(status: u16, body: &str) -> Self {
        Self::of_type(status, "text/html; charset=utf-8", body)
    }

    pub fn of_type(status: u16, content_type: &str, body: &str) -> Self {
        let headers = vec![("Content-Type".to_owned(), content_type.to_owned())];
        Self { status, headers, body: body.to_owned() }
    }

    #[must_use]
    pub fn with_header(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    /// 302, as an authorization server sends a browser on.
    pub fn found(location: &str) -> Self {
        Self { status: 302, headers: vec![], body: String::new() }.with_header("Location", location)
    }

    /// 500 with a page instead of JSON.
    pub fn html_500() -> Self {
        Self::html(500, "<html><head><title>500 Internal Server Error</title></head><body><h1>500</h1></body></html>")
    }

    /// 502 from a proxy that could not reach the provider.
    pub fn bad_gateway() -> Self {
        Self::html(502, "<html><head><title>502 Bad Gateway</title></head><body><h1>502 Bad Gateway</h1></body></html>")
    }

    /// 200, but a page: something between us and the provider answered.
    pub fn html_ok() -> Self {
        Self::html(200, "<html><body>It works!</body></html>")
    }

    /// The login page of a hotel's network, served with 200 in place of the answer.
    pub fn captive_page() -> Self {
        Self::html(200, "<html><body><h1>Welcome to Hotel Wi-Fi</h1><form action=\"/login\"></form></body></html>")
    }

    /// The same network's other habit: 302 to its login page.
    pub fn captive_redirect(location: &str) -> Self {
        Self::html(302, "<html><body>Found</body></html>").with_header("Location", location)
    }

    /// 307 keeps method and body, so a client that follows it gives the refresh token to a stranger.
    /// Count what came with the ledger's arrivals.
    pub fn redirect(location: &str) -> Self {
        Self { status: 307, headers: vec![], body: String::new() }.with_header("Location", location)
    }
}
