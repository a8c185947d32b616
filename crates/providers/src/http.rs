//! The HTTP clients: one for token endpoints, one for everything that can be asked again.

use std::{error::Error as _, sync::OnceLock, time::Duration};

use bulla_core::{Error, ErrorCode, Exchange, RawAnswer, ReadOutcome};
use bytes::Bytes;
use chrono::DateTime;
use reqwest::{
    Client, RequestBuilder, Response,
    header::{ACCEPT, CONTENT_LENGTH, DATE, HeaderMap, HeaderName, HeaderValue, RETRY_AFTER},
};
use zeroize::Zeroizing;

use crate::scrub::scrub;

/// No answer of these APIs comes near it.
pub(crate) const BODY_CAP: usize = 1024 * 1024;

/// The form Huntflow documents, `App/1.0 (contact)`; without one it answers 400 (huntflow/api `en/general.md`).
const USER_AGENT: &str = concat!("Bulla/", env!("CARGO_PKG_VERSION"), " (+desktop)");

/// How long to wait for what.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Timeouts {
    /// Until a connection stands, TLS included.
    pub(crate) connect: Duration,
    /// For a whole exchange. Generous: giving up on a rotation that happened costs the pair (kurrent-io/kcap-cli#946).
    pub(crate) exchange: Duration,
    /// For any other call.
    pub(crate) read: Duration,
}

impl Timeouts {
    fn configured() -> Self {
        let usual = Self { connect: Duration::from_secs(10), exchange: Duration::from_secs(45), read: Duration::from_secs(30) };
        #[cfg(feature = "test-hooks")]
        if let Some(limit) = std::env::var("BULLA_TEST_HTTP_TIMEOUT_MS").ok().and_then(|ms| ms.parse().ok()) {
            return Self::all(Duration::from_millis(limit));
        }
        usual
    }

    /// One limit for everything; a connection gets half of it, so that failing to connect is told from a lost answer.
    #[cfg(any(test, feature = "test-hooks"))]
    pub(crate) fn all(limit: Duration) -> Self {
        Self { connect: limit / 2, exchange: limit, read: limit }
    }
}

/// Why there is no whole answer. The text names no address and no token.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Fault {
    /// No connection could be made: the request certainly never left.
    NotSent(String),
    /// The request may have arrived.
    Broken(String),
    /// The answer is over [`BODY_CAP`].
    TooLarge,
}

impl Fault {
    pub(crate) fn into_text(self) -> String {
        match self {
            Self::NotSent(text) | Self::Broken(text) => text,
            Self::TooLarge => "the answer is too large".to_owned(),
        }
    }
}

/// What it means for a read call that no whole answer came.
pub(crate) fn unanswered(fault: Fault) -> ReadOutcome {
    ReadOutcome::Failed { error: fault_error(fault), pauses: false, retry_after: None }
}

/// The same for a program's call.
pub(crate) fn fault_error(fault: Fault) -> Error {
    let code = match fault {
        Fault::NotSent(_) => ErrorCode::Offline,
        Fault::Broken(_) => ErrorCode::NoAnswer,
        Fault::TooLarge => ErrorCode::AnswerUnreadable,
    };
    Error::new(code).detail(fault.into_text())
}

/// The same for an exchange: only a request that certainly never left has cost nothing.
pub(crate) fn unexchanged(fault: Fault) -> Exchange {
    match fault {
        Fault::NotSent(text) => Exchange::NotSent(text),
        fault => Exchange::Lost(fault.into_text()),
    }
}

/// The clients of one process.
#[derive(Debug, Clone)]
pub(crate) struct Http {
    /// For token endpoints: a fresh connection for every exchange.
    pub(crate) exchange: Client,
    /// For calls that spend nothing.
    pub(crate) read: Client,
}

impl Http {
    /// The clients of this process, built at first use. A failure is not remembered.
    pub(crate) fn shared() -> Result<&'static Self, Fault> {
        static SHARED: OnceLock<Http> = OnceLock::new();
        if let Some(http) = SHARED.get() {
            return Ok(http);
        }
        let http = Self::new(Timeouts::configured())?;
        Ok(SHARED.get_or_init(|| http))
    }

    pub(crate) fn new(timeouts: Timeouts) -> Result<Self, Fault> {
        let builder = |total| {
            Client::builder()
                .user_agent(USER_AGENT)
                .default_headers(HeaderMap::from_iter([(ACCEPT, HeaderValue::from_static("application/json"))]))
                .redirect(reqwest::redirect::Policy::none())
                .retry(reqwest::retry::never())
                .referer(false)
                .connect_timeout(timeouts.connect)
                .timeout(total)
        };
        let built = |builder: reqwest::ClientBuilder| builder.build().map_err(|error| Fault::NotSent(words(&error)));
        Ok(Self { exchange: built(builder(timeouts.exchange).pool_max_idle_per_host(0))?, read: built(builder(timeouts.read))? })
    }
}

/// Sends a request and reads the whole answer.
pub(crate) async fn send(request: RequestBuilder) -> Result<RawAnswer, Fault> {
    let mut response = request.send().await.map_err(|error| fault(&error))?;
    let length = header(&response, &CONTENT_LENGTH).and_then(|text| text.parse::<usize>().ok());
    if length.is_some_and(|length| length > BODY_CAP) {
        return Err(Fault::TooLarge);
    }
    // Allocated once: growing would leave copies of a pair behind in freed memory.
    let mut body = Zeroizing::new(Vec::with_capacity(length.unwrap_or(BODY_CAP)));
    while let Some(chunk) = response.chunk().await.map_err(|error| fault(&error))? {
        if body.len() + chunk.len() > BODY_CAP {
            return Err(Fault::TooLarge);
        }
        body.extend_from_slice(&chunk);
    }
    Ok(RawAnswer { status: response.status().as_u16(), retry_after_s: retry_after(&response), body })
}

/// `Authorization: Bearer …` in memory that is wiped. `None` when the token has characters no header can carry.
pub(crate) fn bearer(token: &str) -> Option<HeaderValue> {
    let mut text = Zeroizing::new(Vec::with_capacity("Bearer ".len() + token.len()));
    text.extend_from_slice(b"Bearer ");
    text.extend_from_slice(token.as_bytes());
    let mut value = HeaderValue::from_maybe_shared(Bytes::from_owner(text)).ok()?;
    value.set_sensitive(true);
    Some(value)
}

fn fault(error: &reqwest::Error) -> Fault {
    if error.is_connect() || error.is_builder() { Fault::NotSent(words(error)) } else { Fault::Broken(words(error)) }
}

/// What happened, in our words, and the innermost cause: the outer ones name the address.
fn words(error: &reqwest::Error) -> String {
    let what = match () {
        () if error.is_dns() => "the host's name was not found",
        () if error.is_connect() && error.is_timeout() => return "no connection within the time limit".to_owned(),
        () if error.is_connect() => "no connection",
        () if error.is_timeout() => return "no whole answer within the time limit".to_owned(),
        () if error.is_builder() => "the request could not be made",
        () => "the connection broke before the whole answer was there",
    };
    let mut cause = error.source();
    while let Some(deeper) = cause.and_then(std::error::Error::source) {
        cause = Some(deeper);
    }
    match cause {
        Some(cause) => scrub(&format!("{what} ({cause})")),
        None => what.to_owned(),
    }
}

/// Feishu's and Lark's own `Retry-After`, in seconds (general error codes, 99991400).
const RATE_LIMIT_RESET: HeaderName = HeaderName::from_static("x-ogw-ratelimit-reset");

/// `Retry-After` in seconds: a number, or a date counted from the answer's own `Date`.
fn retry_after(response: &Response) -> Option<u32> {
    let text = header(response, &RETRY_AFTER).or(header(response, &RATE_LIMIT_RESET))?.trim();
    if let Ok(seconds) = text.parse::<u64>() {
        return Some(u32::try_from(seconds).unwrap_or(u32::MAX));
    }
    let until = DateTime::parse_from_rfc2822(text).ok()?;
    let from = DateTime::parse_from_rfc2822(header(response, &DATE)?).ok()?;
    Some(u32::try_from((until - from).num_seconds().max(0)).unwrap_or(u32::MAX))
}

fn header<'a>(response: &'a Response, name: &HeaderName) -> Option<&'a str> {
    response.headers().get(name)?.to_str().ok()
}
