//! A provider on loopback that answers what it is told, in the one thread of the target.
//!
//! The functions that judge an answer are private; this is the public way to them.

use std::collections::VecDeque;
use std::sync::{Arc, LazyLock, Mutex, PoisonError};

use bulla_core::BaseUrl;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::runtime::{Builder, Runtime};

/// An answer to be given.
pub struct Given {
    pub status: u16,
    pub retry_after: Option<u32>,
    pub body: Vec<u8>,
}

impl Given {
    /// Reads a line with the status and perhaps the seconds to wait, and the body below it.
    #[must_use]
    pub fn read(bytes: &[u8]) -> Self {
        let end = bytes.iter().position(|&byte| byte == b'\n').unwrap_or(bytes.len());
        let head = String::from_utf8_lossy(&bytes[..end]);
        let mut numbers = head.split(' ');
        let status = numbers.next().and_then(|text| text.parse().ok()).unwrap_or(200);
        let retry_after = numbers.next().and_then(|text| text.parse().ok());
        Self { status, retry_after, body: bytes.get(end + 1..).unwrap_or_default().to_vec() }
    }

    /// As HTTP has it: these have no body whatever their head says, and lower ones are no answers.
    fn on_the_wire(mut self) -> Vec<u8> {
        if !(200..=599).contains(&self.status) {
            self.status = 200;
        }
        if matches!(self.status, 204 | 205 | 304) {
            self.body.clear();
        }
        let wait = self.retry_after.map(|seconds| format!("Retry-After: {seconds}\r\n")).unwrap_or_default();
        let head = format!("HTTP/1.1 {} Answer\r\n{wait}Content-Length: {}\r\n\r\n", self.status, self.body.len());
        [head.as_bytes(), &self.body].concat()
    }
}

#[derive(Default)]
struct Talk {
    answers: VecDeque<Given>,
    asked: Vec<String>,
}

/// The server and the runtime in which it and the client take turns.
pub struct Loopback {
    runtime: Runtime,
    talk: Arc<Mutex<Talk>>,
    /// Where it listens, and the path below which it serves the API.
    pub base: BaseUrl,
}

/// The path below which the API is served.
pub const FOLDER: &str = "/hf";

/// Started at first use.
pub static LOOPBACK: LazyLock<Loopback> = LazyLock::new(|| {
    let runtime = Builder::new_current_thread().enable_all().build().expect("a runtime");
    let talk = Arc::<Mutex<Talk>>::default();
    let listener = runtime.block_on(TcpListener::bind("127.0.0.1:0")).expect("a port");
    let address = listener.local_addr().expect("a port");
    runtime.spawn(serve(listener, Arc::clone(&talk)));
    Loopback { runtime, talk, base: BaseUrl::parse(&format!("http://{address}{FOLDER}")).expect("an address") }
});

impl Loopback {
    /// Runs a client against these answers, and tells what it asked for: the targets of its requests.
    pub fn talk<T>(&self, answers: impl IntoIterator<Item = Given>, client: impl Future<Output = T>) -> (T, Vec<String>) {
        *lock(&self.talk) = Talk { answers: answers.into_iter().collect(), asked: Vec::new() };
        let came = self.runtime.block_on(client);
        (came, std::mem::take(&mut lock(&self.talk).asked))
    }
}

async fn serve(listener: TcpListener, talk: Arc<Mutex<Talk>>) {
    while let Ok((stream, _)) = listener.accept().await {
        tokio::spawn(answer(stream, Arc::clone(&talk)));
    }
}

/// Answers request after request of one client. Requests here have no body.
async fn answer(mut stream: TcpStream, talk: Arc<Mutex<Talk>>) -> std::io::Result<()> {
    let mut request = Vec::new();
    loop {
        request.clear();
        while !request.ends_with(b"\r\n\r\n") {
            if stream.read_buf(&mut request).await? == 0 {
                return Ok(());
            }
        }
        let given = {
            let mut talk = lock(&talk);
            let line = String::from_utf8_lossy(&request);
            talk.asked.push(line.split(' ').nth(1).unwrap_or_default().to_owned());
            talk.answers.pop_front()
        };
        let given = given.unwrap_or(Given { status: 404, retry_after: None, body: Vec::new() });
        stream.write_all(&given.on_the_wire()).await?;
    }
}

fn lock(talk: &Mutex<Talk>) -> std::sync::MutexGuard<'_, Talk> {
    talk.lock().unwrap_or_else(PoisonError::into_inner)
}
