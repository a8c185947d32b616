//! A TCP server that answers with scripted bytes, one connection each.

use std::sync::{Arc, Mutex};

use bulla_core::BaseUrl;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    task::JoinHandle,
};

/// What one connection gets.
pub(crate) enum Reply {
    /// These bytes, after the whole request; then the end.
    Bytes(Vec<u8>),
    /// The request is read and nothing comes.
    Silence,
    /// A reset with the request unread.
    Reset,
}

impl Reply {
    /// A whole answer.
    pub(crate) fn new(status: u16, headers: &str, body: impl AsRef<[u8]>) -> Self {
        let body = body.as_ref();
        let mut bytes =
            format!("HTTP/1.1 {status} X\r\nConnection: close\r\nContent-Length: {}\r\n{headers}\r\n", body.len()).into_bytes();
        bytes.extend_from_slice(body);
        Self::Bytes(bytes)
    }
}

/// Stops when dropped.
pub(crate) struct Server {
    pub(crate) base: BaseUrl,
    requests: Arc<Mutex<Vec<String>>>,
    task: JoinHandle<()>,
}

impl Server {
    /// Answers the first connections as scripted and closes all later ones.
    pub(crate) async fn start(replies: impl IntoIterator<Item = Reply>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let base = format!("http://{}", listener.local_addr().expect("an address"));
        let requests = Arc::new(Mutex::new(Vec::new()));
        let (seen, mut replies) = (requests.clone(), replies.into_iter().collect::<Vec<_>>().into_iter());
        let task = tokio::spawn(async move {
            let mut held = Vec::new();
            while let Ok((stream, _)) = listener.accept().await {
                held.extend(serve(stream, replies.next(), &seen).await);
            }
        });
        Self { base: BaseUrl::parse(&base).expect("loopback"), requests, task }
    }

    /// Every request so far, head and body.
    pub(crate) fn requests(&self) -> Vec<String> {
        self.requests.lock().expect("not poisoned").clone()
    }

    /// The first lines of [`Self::requests`].
    pub(crate) fn lines(&self) -> Vec<String> {
        self.requests().iter().map(|request| request.lines().next().unwrap_or_default().to_owned()).collect()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// Gives the stream back when it must stay open.
async fn serve(mut stream: TcpStream, reply: Option<Reply>, seen: &Mutex<Vec<String>>) -> Option<TcpStream> {
    if matches!(reply, Some(Reply::Reset)) {
        // Closing with unread bytes makes the system send a reset.
        let _ = stream.readable().await;
        seen.lock().expect("not poisoned").push("(unread)".to_owned());
        return None;
    }
    let request = request(&mut stream).await;
    seen.lock().expect("not poisoned").push(request);
    match reply? {
        Reply::Bytes(bytes) => {
            let _ = stream.write_all(&bytes).await;
            let _ = stream.shutdown().await;
            // Reading to the end keeps the close from becoming a reset.
            let _ = stream.read_to_end(&mut Vec::new()).await;
            None
        }
        Reply::Silence => Some(stream),
        Reply::Reset => None,
    }
}

async fn request(stream: &mut TcpStream) -> String {
    let (mut bytes, mut buffer) = (Vec::new(), [0; 4096]);
    loop {
        let text = String::from_utf8_lossy(&bytes).into_owned();
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            let length = head.lines().find_map(|line| line.to_ascii_lowercase().strip_prefix("content-length: ")?.parse().ok());
            if body.len() >= length.unwrap_or(0) {
                return text;
            }
        }
        match stream.read(&mut buffer).await {
            Ok(read) if read > 0 => bytes.extend_from_slice(&buffer[..read]),
            _ => return text,
        }
    }
}
