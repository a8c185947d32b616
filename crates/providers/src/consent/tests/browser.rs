//! What knocks at the listener: a client that sends raw bytes and reads one answer.

use std::io;
use std::net::SocketAddr;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// A whole answer.
#[derive(Debug)]
pub(super) struct Reply {
    pub(super) status: u16,
    /// Lower case.
    pub(super) head: String,
    pub(super) body: String,
}

impl Reply {
    pub(super) fn has(&self, header: &str) -> bool {
        self.head.lines().any(|line| line == header)
    }
}

/// A browser's request.
pub(super) fn request(authority: &str, target: &str) -> String {
    format!("GET {target} HTTP/1.1\r\nHost: {authority}\r\nUser-Agent: Mozilla/5.0\r\nAccept: text/html\r\n\r\n")
}

pub(super) async fn get(address: SocketAddr, authority: &str, target: &str) -> Option<Reply> {
    send(address, request(authority, target).as_bytes()).await
}

/// Sends and reads on a connection of its own. `None`: cut off without an answer.
pub(super) async fn send(address: SocketAddr, raw: &[u8]) -> Option<Reply> {
    let mut stream = TcpStream::connect(address).await.expect("a connection");
    // Who answers early may not read everything.
    let _ = stream.write_all(raw).await;
    read(&mut stream).await
}

/// Reads one answer and, as browsers do after `Connection: close`, nothing more.
pub(super) async fn read(stream: &mut TcpStream) -> Option<Reply> {
    let (mut bytes, mut buffer) = (Vec::new(), [0; 4096]);
    loop {
        if let Some(reply) = whole(&bytes) {
            return Some(reply);
        }
        match stream.read(&mut buffer).await {
            Ok(read) if read > 0 => bytes.extend_from_slice(&buffer[..read]),
            _ => return None,
        }
    }
}

/// Until the other side hangs up or cuts off.
pub(super) async fn closed(stream: &mut TcpStream) {
    let mut buffer = [0; 4096];
    while matches!(stream.read(&mut buffer).await, Ok(read) if read > 0) {}
}

pub(super) async fn assert_refused(address: SocketAddr) {
    let error = TcpStream::connect(address).await.expect_err("nobody listens");
    assert_eq!(error.kind(), io::ErrorKind::ConnectionRefused);
}

fn whole(bytes: &[u8]) -> Option<Reply> {
    let text = String::from_utf8_lossy(bytes);
    let (head, body) = text.split_once("\r\n\r\n")?;
    let head = head.to_ascii_lowercase();
    let length: usize =
        head.lines().find_map(|line| line.strip_prefix("content-length: ")).expect("a length").parse().expect("a number");
    let status = head.split(' ').nth(1).expect("a status").parse().expect("a number");
    (body.len() >= length).then(|| Reply { status, head: head.clone(), body: body.to_owned() })
}
