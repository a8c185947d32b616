//! What browsers are answered: static pages in the person's language, which repeat nothing of the request.

use base64::{Engine, engine::general_purpose::STANDARD};
use sha2::{Digest, Sha256};

/// Words of one page, plain text.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PageWords {
    /// A language tag such as `ru`.
    pub lang: String,
    /// Heading and title of the tab.
    pub title: String,
    /// What the person does next.
    pub text: String,
}

/// The pages a person may see at the end of a consent.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Pages {
    /// The answer has come: go back to Bulla. Nothing is known yet about the tokens.
    pub received: PageWords,
    /// The provider said no: go back to Bulla.
    pub declined: PageWords,
    /// This answer belongs to no consent that is waited for.
    pub not_ours: PageWords,
}

/// The statuses this listener answers with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Status {
    Ok,
    BadRequest,
    NotFound,
    MethodNotAllowed,
    Misdirected,
    HeadTooLarge,
}

impl Status {
    const fn line(self) -> &'static str {
        match self {
            Self::Ok => "200 OK",
            Self::BadRequest => "400 Bad Request",
            Self::NotFound => "404 Not Found",
            Self::MethodNotAllowed => "405 Method Not Allowed",
            Self::Misdirected => "421 Misdirected Request",
            Self::HeadTooLarge => "431 Request Header Fields Too Large",
        }
    }
}

/// Reads in light and dark, with nothing fetched from anywhere.
const STYLE: &str = ":root{color-scheme:light dark}body{font:1.125rem/1.5 system-ui,sans-serif;max-width:34rem;\
margin:18vh auto 0;padding:0 1.5rem}h1{font-size:1.5rem;line-height:1.25}";

/// An answer with a page.
pub(super) fn answer(status: Status, words: &PageWords) -> Vec<u8> {
    let (lang, title, text) = (escaped(&words.lang), escaped(&words.title), escaped(&words.text));
    let html = format!(
        "<!doctype html><html lang=\"{lang}\"><head><meta charset=\"utf-8\">\
         <meta name=\"viewport\" content=\"width=device-width\"><title>{title}</title><style>{STYLE}</style></head>\
         <body><main><h1>{title}</h1><p>{text}</p></main></body></html>"
    );
    with_body(status, "Content-Type: text/html; charset=utf-8\r\n", &html)
}

/// An answer for programs, without a page.
pub(super) fn bare(status: Status) -> Vec<u8> {
    let allow = if status == Status::MethodNotAllowed { "Allow: GET\r\n" } else { "" };
    with_body(status, allow, "")
}

/// `Connection: close` lets the browser hang up first, which leaves the port free for the next consent.
fn with_body(status: Status, headers: &str, body: &str) -> Vec<u8> {
    let style = STANDARD.encode(Sha256::digest(STYLE.as_bytes()));
    format!(
        "HTTP/1.1 {}\r\n{headers}Content-Length: {}\r\nConnection: close\r\nCache-Control: no-store\r\n\
         Referrer-Policy: no-referrer\r\nX-Content-Type-Options: nosniff\r\n\
         Cross-Origin-Resource-Policy: same-origin\r\n\
         Content-Security-Policy: default-src 'none'; style-src 'sha256-{style}'; base-uri 'none'; form-action 'none'; \
         frame-ancestors 'none'\r\n\r\n{body}",
        status.line(),
        body.len(),
    )
    .into_bytes()
}

fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            c => out.push(c),
        }
    }
    out
}
