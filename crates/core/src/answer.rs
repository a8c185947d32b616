//! What came back from a provider, before and after it is understood.

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use crate::{AccessToken, Error, ErrorCode, Identity, RefreshToken, Result};

/// The bytes a token endpoint answered with: perhaps the only live copy of a pair, so nothing parses it before
/// the journal has it.
#[derive(Clone)]
pub struct RawAnswer {
    /// HTTP status.
    pub status: u16,
    /// `Retry-After`, seconds.
    pub retry_after_s: Option<u32>,
    /// The body as it came.
    pub body: Zeroizing<Vec<u8>>,
}

impl std::fmt::Debug for RawAnswer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "RawAnswer {{ status: {}, body: {} bytes }}", self.status, self.body.len())
    }
}

/// A raw answer with the moments around it, as the journal keeps it.
#[derive(Debug, Clone)]
pub struct TimedAnswer {
    /// Just before the request left.
    pub asked_at: DateTime<Utc>,
    /// When the whole answer was there.
    pub answered_at: DateTime<Utc>,
    /// What came.
    pub answer: RawAnswer,
}

#[derive(Serialize, Deserialize)]
struct Head {
    asked_at: DateTime<Utc>,
    answered_at: DateTime<Utc>,
    status: u16,
    retry_after_s: Option<u32>,
}

impl TimedAnswer {
    /// One line of JSON about the answer, a newline, and the body untouched.
    #[must_use]
    pub fn to_bytes(&self) -> Zeroizing<Vec<u8>> {
        let head = Head {
            asked_at: self.asked_at,
            answered_at: self.answered_at,
            status: self.answer.status,
            retry_after_s: self.answer.retry_after_s,
        };
        let head = serde_json::to_vec(&head).unwrap_or_else(|_| unreachable!("dates and numbers always serialise"));
        let mut bytes = Zeroizing::new(Vec::with_capacity(head.len() + 1 + self.answer.body.len()));
        bytes.extend_from_slice(&head);
        bytes.push(b'\n');
        bytes.extend_from_slice(&self.answer.body);
        bytes
    }

    /// Reads what [`Self::to_bytes`] wrote.
    ///
    /// # Errors
    /// `journal_unwritable` when it is not such a record.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self> {
        let damaged = || Error::new(ErrorCode::JournalUnwritable).detail("a journal entry is damaged");
        let end = bytes.iter().position(|&b| b == b'\n').ok_or_else(damaged)?;
        let head: Head = serde_json::from_slice(&bytes[..end]).map_err(|_| damaged())?;
        Ok(Self {
            asked_at: head.asked_at,
            answered_at: head.answered_at,
            answer: RawAnswer {
                status: head.status,
                retry_after_s: head.retry_after_s,
                body: Zeroizing::new(bytes[end + 1..].to_vec()),
            },
        })
    }
}

/// What became of one POST to the token endpoint.
#[derive(Debug)]
pub enum Exchange {
    /// A whole answer came.
    Answered(RawAnswer),
    /// The request certainly never reached the provider (no connection could be made): nothing is in doubt.
    NotSent(String),
    /// The request may have arrived and no whole answer came back.
    Lost(String),
}

/// What an answer of the token endpoint means.
#[derive(Debug)]
pub enum Judgement {
    /// A new access token, and what goes with it.
    Renewed {
        /// The new access token.
        access: AccessToken,
        /// The new refresh token; none when the old one goes on.
        refresh: Option<RefreshToken>,
        /// Seconds the access token lives, as stated or by the rules.
        access_life_s: i64,
        /// Seconds the refresh token lives, as stated or by the rules; none when nobody says.
        refresh_life_s: Option<i64>,
        /// What is granted now, when the answer says so.
        scopes: Option<Vec<String>>,
    },
    /// Judged: the access token has not expired yet. Nothing was spent.
    TooEarly,
    /// Judged: the refresh token is unknown or used. It is never sent again.
    Dead(Error),
    /// Refused before the token was looked at (rate, licence, permission, malformed request): nothing was spent.
    Refused {
        /// Why.
        error: Error,
        /// The provider suspended the account rather than this request.
        pauses: bool,
        /// How long the provider asks to wait.
        retry_after: Option<TimeDelta>,
    },
    /// Not judged: a server error, a page that is not the API, or a success that cannot be read. In doubt.
    Unclear {
        /// Why.
        error: Error,
        /// How long the provider asks to wait.
        retry_after: Option<TimeDelta>,
    },
}

/// What a cheap read call found out. It never spends anything.
#[derive(Debug)]
pub enum ReadOutcome {
    /// The access token (or key) works; whose account it is.
    Alive(Identity),
    /// The provider says the access token has expired.
    Expired,
    /// The provider does not know the access token (or key): wrong environment, or dead.
    NotAccepted(Error),
    /// Nothing was learnt about the token.
    Failed {
        /// Why.
        error: Error,
        /// The provider suspended the account rather than this request.
        pauses: bool,
        /// How long the provider asks to wait.
        retry_after: Option<TimeDelta>,
    },
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_timed_answer_survives_its_bytes() {
        let now = DateTime::UNIX_EPOCH;
        let answer = RawAnswer { status: 200, retry_after_s: Some(3), body: Zeroizing::new(b"{\n\xff".to_vec()) };
        let read = TimedAnswer::from_bytes(&TimedAnswer { asked_at: now, answered_at: now, answer }.to_bytes());
        let read = read.expect("just written");
        assert_eq!((read.answer.status, read.answer.retry_after_s, &read.answer.body[..]), (200, Some(3), &b"{\n\xff"[..]));
    }

    #[test]
    fn debug_hides_the_body() {
        let answer = RawAnswer { status: 200, retry_after_s: None, body: Zeroizing::new(b"planted".to_vec()) };
        assert!(!format!("{answer:?}").contains("planted"));
    }
}
