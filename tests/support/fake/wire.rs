//! HTTP/1.1 by hand, so that a connection can be closed after any byte.

use std::error::Error;
use std::io;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use chrono::{DateTime, Utc};
use serde_json::Value;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use super::answer::Canned;

const MAX_HEAD: usize = 64 * 1024;
const MAX_BODY: usize = 1024 * 1024;

/// What a client asked, and ways to read it as the providers do.
#[derive(Clone, Debug)]
pub struct Request {
    /// Which of the fake's origins it came to.
    pub(crate) site: usize,
    pub(crate) method: String,
    pub(crate) target: String,
    headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
}

impl Request {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(n, _)| n.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
    }

    pub(crate) fn path(&self) -> &str {
        self.target.split('?').next().unwrap_or_default()
    }

    /// The query's parameters, percent-decoded, in order.
    pub(crate) fn query(&self) -> Parameters {
        Parameters::parse(self.target.split_once('?').map_or("", |(_, query)| query).as_bytes())
    }

    /// The body as a form, whatever the Content-Type says.
    pub(crate) fn form(&self) -> Parameters {
        Parameters::parse(&self.body)
    }

    /// The body's parameters: JSON when it is an object (its texts and numbers), else a form.
    pub(crate) fn parameters(&self) -> Parameters {
        match serde_json::from_slice::<Value>(&self.body) {
            Ok(Value::Object(members)) => Parameters(members.into_iter().filter_map(|(k, v)| Some((k, scalar(&v)?))).collect()),
            _ => self.form(),
        }
    }

    pub(crate) fn bearer(&self) -> Option<&str> {
        let (scheme, token) = self.header("authorization")?.split_once(' ')?;
        scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
    }

    /// Name and password of HTTP Basic, percent-decoded as RFC 6749 section 2.3.1 wants them for clients.
    pub(crate) fn basic(&self) -> Option<(String, String)> {
        let (scheme, coded) = self.header("authorization")?.split_once(' ')?;
        let plain = STANDARD.decode(coded.trim()).ok().filter(|_| scheme.eq_ignore_ascii_case("basic"))?;
        let plain = String::from_utf8(plain).ok()?;
        let (name, password) = plain.split_once(':')?;
        let decode = |text: &str| Parameters::parse(format!("x={text}").as_bytes()).get("x").unwrap_or_default().to_owned();
        Some((decode(name), decode(password)))
    }

    pub(crate) fn wants_close(&self) -> bool {
        self.header("connection").is_some_and(|value| value.eq_ignore_ascii_case("close"))
    }
}

/// Named texts in the order they came, of which some may come twice.
#[derive(Clone, Debug, Default)]
pub(crate) struct Parameters(Vec<(String, String)>);

impl Parameters {
    fn parse(coded: &[u8]) -> Self {
        Self(url::form_urlencoded::parse(coded).into_owned().collect())
    }

    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(n, _)| n == name).map(|(_, value)| value.as_str())
    }

    /// Like [`Self::get`], but an empty text counts as none.
    pub(crate) fn filled(&self, name: &str) -> Option<&str> {
        self.get(name).filter(|value| !value.is_empty())
    }

    pub(crate) fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.0.iter().filter(move |(n, _)| n == name).map(|(_, value)| value.as_str())
    }
}

fn scalar(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

/// Reads the next request; `None` when the client has gone. `unread` keeps what belongs to the request after it.
pub(crate) async fn read(stream: &mut TcpStream, unread: &mut Vec<u8>) -> io::Result<Option<Request>> {
    let (mut request, head) = loop {
        if let Some(parsed) = parse_head(unread)? {
            break parsed;
        }
        if unread.len() > MAX_HEAD || stream.read_buf(unread).await? == 0 {
            return Ok(None);
        }
    };
    if request.header("transfer-encoding").is_some() {
        return Err(invalid("a body without Content-Length"));
    }
    let length: usize = match request.header("content-length") {
        Some(text) => text.trim().parse().map_err(invalid)?,
        None => 0,
    };
    if length > MAX_BODY {
        return Err(invalid("a body of more than 1 MiB"));
    }
    while unread.len() < head + length {
        if stream.read_buf(unread).await? == 0 {
            return Ok(None);
        }
    }
    let rest = unread.split_off(head + length);
    request.body = unread.split_off(head);
    *unread = rest;
    Ok(Some(request))
}

fn parse_head(bytes: &[u8]) -> io::Result<Option<(Request, usize)>> {
    let mut slots = [httparse::EMPTY_HEADER; 64];
    let mut parsed = httparse::Request::new(&mut slots);
    let httparse::Status::Complete(length) = parsed.parse(bytes).map_err(invalid)? else { return Ok(None) };
    let headers = parsed.headers.iter().map(|h| (h.name.to_owned(), String::from_utf8_lossy(h.value).into_owned())).collect();
    let request = Request {
        site: 0,
        method: parsed.method.unwrap_or_default().to_owned(),
        target: parsed.path.unwrap_or_default().to_owned(),
        headers,
        body: Vec::new(),
    };
    Ok(Some((request, length)))
}

/// Writes the whole answer.
pub(crate) async fn write(stream: &mut TcpStream, answer: &Canned, now: DateTime<Utc>, close: bool) -> io::Result<()> {
    let mut bytes = head(answer, now, close);
    bytes.extend_from_slice(answer.body.as_bytes());
    stream.write_all(&bytes).await?;
    stream.flush().await
}

/// Writes the head, which promises the whole body, and half of it. Returns how much of the body went out.
pub(crate) async fn write_half(stream: &mut TcpStream, answer: &Canned, now: DateTime<Utc>) -> io::Result<usize> {
    let half = answer.body.len() / 2;
    let mut bytes = head(answer, now, false);
    bytes.extend_from_slice(&answer.body.as_bytes()[..half]);
    stream.write_all(&bytes).await?;
    stream.flush().await?;
    Ok(half)
}

fn head(answer: &Canned, now: DateTime<Utc>, close: bool) -> Vec<u8> {
    let mut lines = vec![format!("HTTP/1.1 {} {}", answer.status, reason(answer.status))];
    lines.extend(answer.headers.iter().map(|(name, value)| format!("{name}: {value}")));
    lines.push(format!("Date: {}", now.format("%a, %d %b %Y %H:%M:%S GMT")));
    lines.push(format!("Content-Length: {}", answer.body.len()));
    lines.push(format!("Connection: {}", if close { "close" } else { "keep-alive" }));
    format!("{}\r\n\r\n", lines.join("\r\n")).into_bytes()
}

fn reason(status: u16) -> &'static str {
    match status {
        200 => "OK",
        302 => "Found",
        303 => "See Other",
        307 => "Temporary Redirect",
        400 => "Bad Request",
        401 => "Unauthorized",
        402 => "Payment Required",
        403 => "Forbidden",
        404 => "Not Found",
        405 => "Method Not Allowed",
        422 => "Unprocessable Entity",
        429 => "Too Many Requests",
        500 => "Internal Server Error",
        502 => "Bad Gateway",
        503 => "Service Unavailable",
        _ => "Other",
    }
}

fn invalid(what: impl Into<Box<dyn Error + Send + Sync>>) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, what)
}
