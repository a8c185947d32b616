//! A client that adds nothing of its own to a request and hides nothing of an answer.

use std::io::{self, Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use serde_json::{Value, json};
use support::huntflow::FakeHuntflow;

pub(crate) const AGENT: (&str, &str) = ("User-Agent", "Bulla-Test/1.0 (test@example.com)");
pub(crate) const JSON: (&str, &str) = ("Content-Type", "application/json");

#[derive(Debug)]
pub(crate) struct Reply {
    pub(crate) status: u16,
    head: String,
    pub(crate) body: String,
}

impl Reply {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|e| panic!("{e}: {self:?}"))
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        let line = self.head.lines().find(|line| line.to_lowercase().starts_with(&format!("{}:", name.to_lowercase())));
        line.and_then(|line| line.split_once(':')).map(|(_, value)| value.trim())
    }

    /// The body is as long as the head promised.
    pub(crate) fn is_whole(&self) -> bool {
        self.header("content-length") == Some(self.body.len().to_string().as_str())
    }

    /// The only error of a v2 envelope.
    pub(crate) fn error(&self) -> Value {
        let body = self.json();
        assert_eq!(body.as_object().map(serde_json::Map::len), Some(1), "{body}");
        assert_eq!(body["errors"].as_array().map(Vec::len), Some(1), "{body}");
        body["errors"][0].clone()
    }
}

/// Sends a request on a connection of its own; `None` when that was closed without a byte.
pub(crate) fn send(fake: &FakeHuntflow, method: &str, path: &str, headers: &[(&str, &str)], body: &str) -> Option<Reply> {
    ask(&fake.base_url(), method, path, headers, body)
}

pub(crate) fn ask(base_url: &str, method: &str, path: &str, headers: &[(&str, &str)], body: &str) -> Option<Reply> {
    let mut stream = connect(base_url);
    write(&mut stream, method, path, &[headers, &[("Connection", "close")]].concat(), body);
    let mut bytes = Vec::new();
    match stream.read_to_end(&mut bytes) {
        Ok(_) => {}
        Err(e) if e.kind() == io::ErrorKind::ConnectionReset => {}
        Err(e) => panic!("{e}"),
    }
    (!bytes.is_empty()).then(|| parse(&bytes))
}

/// A form by `POST`, answered whole.
pub(crate) fn post_form(base_url: &str, path: &str, fields: &[(&str, &str)]) -> Reply {
    let body = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
    ask(base_url, "POST", path, &[("Content-Type", "application/x-www-form-urlencoded")], &body).unwrap()
}

/// A `GET` with a bearer token.
pub(crate) fn get_as(base_url: &str, path: &str, access: &str) -> Reply {
    ask(base_url, "GET", path, &[("Authorization", &format!("Bearer {access}"))], "").unwrap()
}

pub(crate) fn connect(base_url: &str) -> TcpStream {
    let stream = TcpStream::connect(base_url.trim_start_matches("http://")).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(30))).unwrap();
    stream
}

pub(crate) fn write(stream: &mut TcpStream, method: &str, path: &str, headers: &[(&str, &str)], body: &str) {
    let length = body.len().to_string();
    let mut lines = vec![format!("{method} {path} HTTP/1.1")];
    let always = [("Host", "fake"), ("Content-Length", length.as_str())];
    lines.extend(always.iter().chain(headers).map(|(name, value)| format!("{name}: {value}")));
    stream.write_all(format!("{}\r\n\r\n{body}", lines.join("\r\n")).as_bytes()).unwrap();
}

/// One answer of a connection that stays open.
pub(crate) fn read_one(stream: &mut TcpStream) -> Reply {
    let mut bytes = Vec::new();
    loop {
        let mut byte = [0];
        assert_eq!(stream.read(&mut byte).unwrap(), 1, "closed after {:?}", String::from_utf8_lossy(&bytes));
        bytes.push(byte[0]);
        if bytes.windows(4).any(|end| end == b"\r\n\r\n") && parse(&bytes).is_whole() {
            return parse(&bytes);
        }
    }
}

fn parse(bytes: &[u8]) -> Reply {
    let text = String::from_utf8(bytes.to_vec()).unwrap();
    let (head, body) = text.split_once("\r\n\r\n").unwrap();
    let status = head.split(' ').nth(1).unwrap().parse().unwrap();
    Reply { status, head: head.to_owned(), body: body.to_owned() }
}

/// An ordinary refresh.
pub(crate) fn refresh(fake: &FakeHuntflow, token: &str) -> Option<Reply> {
    send(fake, "POST", "/v2/token/refresh", &[AGENT, JSON], &json!({ "refresh_token": token }).to_string())
}

/// An ordinary read.
pub(crate) fn read(fake: &FakeHuntflow, path: &str, access: &str) -> Option<Reply> {
    send(fake, "GET", path, &[AGENT, ("Authorization", &format!("Bearer {access}"))], "")
}
