//! A person at a browser, as far as a consent page needs one: opens an address, reads the page, unticks boxes, presses
//! buttons, and stops where the page sends the browser away from the provider.
//!
//! It understands the pages of [`super::page`] only. What a real browser does with them is shown by the tests that drive
//! one; this is for everything that does not depend on the browser.

use reqwest::blocking::Client;
use reqwest::redirect::Policy;
use url::Url;

/// Where a visit has led.
#[derive(Clone, Debug, PartialEq)]
pub enum Landing {
    /// A page of the provider: its status and HTML.
    Page { status: u16, html: String },
    /// A redirect away from the provider, not followed: usually the callback.
    Sent(Url),
}

impl Landing {
    /// The address the browser was sent to.
    ///
    /// # Panics
    /// When the provider shows a page instead.
    pub fn sent(self) -> Url {
        match self {
            Self::Sent(url) => url,
            Self::Page { status, html } => panic!("{status}, a page: {html}"),
        }
    }

    /// A parameter of the address the browser was sent to.
    pub fn parameter(&self, name: &str) -> Option<String> {
        let Self::Sent(url) = self else { return None };
        url.query_pairs().find(|(n, _)| n == name).map(|(_, value)| value.into_owned())
    }

    /// The HTML of the page.
    ///
    /// # Panics
    /// When the browser was sent away.
    pub fn html(&self) -> &str {
        match self {
            Self::Page { html, .. } => html,
            Self::Sent(url) => panic!("sent to {url}"),
        }
    }
}

/// One browser window.
pub struct Visitor {
    client: Client,
    at: Url,
    pub landing: Landing,
    unticked: Vec<String>,
}

impl Visitor {
    /// Opens an address. Call it on a thread without a runtime.
    ///
    /// # Panics
    /// When the provider can't be reached.
    pub fn open(address: &str) -> Self {
        let client = Client::builder().redirect(Policy::none()).no_proxy().build().expect("a plain client");
        let at = Url::parse(address).expect("an address");
        let nowhere = Landing::Page { status: 0, html: String::new() };
        let mut visitor = Self { client, at: at.clone(), landing: nowhere, unticked: Vec::new() };
        visitor.go(visitor.client.get(at));
        visitor
    }

    /// Takes the tick out of the box with this value.
    #[must_use]
    pub fn untick(mut self, value: &str) -> Self {
        self.unticked.push(super::escape(value));
        self
    }

    /// Presses the button with this label and waits for what comes.
    ///
    /// # Panics
    /// When the page has no such button.
    #[must_use]
    pub fn press(mut self, label: &str) -> Self {
        let html = self.landing.html().to_owned();
        let end = format!(">{}</button>", super::escape(label));
        let form = html.split("<form ").skip(1).find(|form| form.contains(&end));
        let form = form.unwrap_or_else(|| panic!("no button {label:?} in {html}"));
        let mut fields = Vec::new();
        for tag in form.split('<').filter(|tag| tag.starts_with("input ")) {
            let (name, value) = (attribute(tag, "name"), attribute(tag, "value"));
            if !(tag.contains("checkbox") && self.unticked.contains(&value)) {
                fields.push((name, value));
            }
        }
        // Everything up to the end of this button: its own tag is the last one.
        let button = form
            .split_once(&end)
            .map(|(before, _)| before)
            .and_then(|before| before.rsplit("<button ").next())
            .unwrap_or_default();
        fields.push((attribute(button, "name"), attribute(button, "value")));
        let target = self.at.join(&attribute(form, "action")).expect("an action");
        let fields = fields.iter().map(|(name, value)| (unescape(name), unescape(value)));
        let body = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
        let request = self.client.post(target).header("Content-Type", "application/x-www-form-urlencoded").body(body);
        self.go(request);
        self
    }

    /// Sends a request and follows redirects as long as they stay at the provider.
    fn go(&mut self, request: reqwest::blocking::RequestBuilder) {
        let mut request = request;
        for _ in 0..10 {
            let response = request.send().expect("the provider answers");
            self.at = response.url().clone();
            let location = response.headers().get("location").and_then(|l| l.to_str().ok()).map(str::to_owned);
            let Some(location) = location.filter(|_| response.status().is_redirection()) else {
                let status = response.status().as_u16();
                self.landing = Landing::Page { status, html: response.text().expect("a page") };
                return;
            };
            let next = self.at.join(&location).expect("a location");
            if next.origin() != self.at.origin() {
                self.landing = Landing::Sent(next);
                return;
            }
            request = self.client.get(next);
        }
        panic!("more than 10 redirects");
    }
}

fn attribute(tag: &str, name: &str) -> String {
    let start = format!("{name}=\"");
    let value = tag.split_once(&start).map(|(_, rest)| rest.split('"').next().unwrap_or_default());
    value.unwrap_or_default().to_owned()
}

fn unescape(text: &str) -> String {
    text.replace("&#39;", "'").replace("&quot;", "\"").replace("&gt;", ">").replace("&lt;", "<").replace("&amp;", "&")
}
