//! One connection: one request, one answer.

use std::io;
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;
use zeroize::Zeroizing;

use super::Limits;
use super::expected::{Answer, Expected};
use super::head::{Head, read_head};
use super::page::{Pages, Status, answer, bare};

/// What a stranger may still send after the answer, before the connection is cut.
const LEFTOVER_CAP: usize = 4 * 1024 * 1024;

/// A browser or a stranger.
#[derive(Debug)]
pub(super) struct Connection {
    stream: TcpStream,
    answered: bool,
}

/// What one request was.
enum Request {
    Genuine(Answer),
    Foreign(Vec<u8>),
}

impl Connection {
    pub(super) fn new(stream: TcpStream) -> Self {
        Self { stream, answered: false }
    }

    /// Reads one request. Anything but the genuine callback is answered here and gives `None`; so does whoever takes
    /// longer than the limit, without an answer.
    pub(super) async fn serve(mut self, expected: &Expected, pages: &Pages, limits: &Limits) -> Option<(Self, Answer)> {
        let foreign = match timeout(limits.connection, self.request(expected, pages, limits)).await {
            Ok(Ok(Request::Genuine(answer))) => return Some((self, answer)),
            Ok(Ok(Request::Foreign(answer))) => answer,
            Ok(Err(_)) | Err(_) => return None,
        };
        self.say(&foreign, limits).await;
        self.part(limits.farewell).await;
        None
    }

    /// Tells the browser of the genuine callback where to go on.
    pub(super) async fn finish(&mut self, said: &Answer, pages: &Pages, limits: &Limits) {
        let words = match said {
            Answer::Code(_) | Answer::NeedsConfirmation(_) => &pages.received,
            Answer::Refused(_) => &pages.declined,
        };
        self.say(&answer(Status::Ok, words), limits).await;
    }

    /// Reads on until the other side hangs up. Closing first would lose an answer that is not read yet, and keep the
    /// port from being opened again for a minute on some systems.
    pub(super) async fn part(mut self, patience: Duration) {
        let mut buffer = Zeroizing::new([0; 4096]);
        let _ = timeout(patience, async {
            let mut left = LEFTOVER_CAP;
            while left > 0 {
                match self.stream.read(&mut buffer[..]).await {
                    Ok(read) if read > 0 => left = left.saturating_sub(read),
                    _ => break,
                }
            }
        })
        .await;
    }

    async fn request(&mut self, expected: &Expected, pages: &Pages, limits: &Limits) -> io::Result<Request> {
        // Allocated once and wiped: the head holds the code.
        let mut head = Zeroizing::new(vec![0; limits.head]);
        let mut filled = 0;
        loop {
            let read = self.stream.read(&mut head[filled..]).await?;
            if read == 0 {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
            filled += read;
            match read_head(&head[..filled], expected.redirect()) {
                Head::Partial if filled < limits.head => {}
                Head::Partial => return Ok(Request::Foreign(bare(Status::HeadTooLarge))),
                Head::Foreign(status) => return Ok(Request::Foreign(bare(status))),
                Head::Callback { query } => {
                    return Ok(match expected.read_callback(query) {
                        Ok(answer) => Request::Genuine(answer),
                        Err(_) => Request::Foreign(answer(Status::BadRequest, &pages.not_ours)),
                    });
                }
            }
        }
    }

    /// A browser that is gone, or does not read, misses its page; the flow does not wait for it.
    async fn say(&mut self, answer: &[u8], limits: &Limits) {
        self.answered = true;
        let _ = timeout(limits.connection, self.stream.write_all(answer)).await;
    }
}

impl Drop for Connection {
    /// Who was told nothing is cut off at once: an orderly close would occupy the port for a while.
    fn drop(&mut self) {
        if !self.answered {
            let _ = self.stream.set_zero_linger();
        }
    }
}
