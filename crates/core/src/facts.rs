//! What is known of a connection's tokens: observed moments and issued lives, never finished dates.

use chrono::{DateTime, Datelike, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

use crate::ErrorCode;

/// How the present pair came to be, which decides what can be said of its age.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "how", rename_all = "snake_case")]
pub enum Issued {
    /// The provider issued it to us: its life started between asking and the answer.
    Answered {
        /// Just before the request left.
        asked_at: DateTime<Utc>,
        /// When the whole answer was there.
        answered_at: DateTime<Utc>,
        /// Life of the access token, seconds, as the answer states it.
        access_life_s: i64,
        /// Life of the refresh token, seconds, as the answer or the rules state it; none when nobody says.
        refresh_life_s: Option<i64>,
    },
    /// Pasted by a person: its age is unknown, only that it existed at this moment.
    Pasted {
        /// When it was pasted.
        at: DateTime<Utc>,
    },
}

/// When a refresh token was issued that goes on from one exchange to the next.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Granted {
    /// Just before the request that brought the refresh token left.
    pub asked_at: DateTime<Utc>,
    /// Life of the refresh token from then on, seconds, when the answer stated one (Google does for apps in testing).
    pub refresh_life_s: Option<i64>,
}

/// The last thing that went wrong, until something goes right again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Failure {
    /// What it was.
    pub code: ErrorCode,
    /// When.
    pub at: DateTime<Utc>,
    /// The provider's own words, for a detail line only.
    pub detail: Option<String>,
}

/// Everything observed about the present pair (or key).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Facts {
    /// How the present pair came to be.
    pub issued: Issued,
    /// When the refresh token was issued, where it outlives the access tokens it buys.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub granted: Option<Granted>,
    /// When a person consented, where Bulla saw it. Renewals do not change it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub consented_at: Option<DateTime<Utc>>,
    /// Last moment the provider accepted the access token (or refused a renewal as too early, which proves the same).
    #[serde(default)]
    pub access_alive_at: Option<DateTime<Utc>>,
    /// First moment the provider called the access token expired.
    #[serde(default)]
    pub access_expired_at: Option<DateTime<Utc>>,
    /// First moment the provider did not know the access token (or key) at all.
    #[serde(default)]
    pub access_refused_at: Option<DateTime<Utc>>,
    /// The refresh token is dead, and why. It is never sent again.
    #[serde(default)]
    pub refresh_dead: Option<ErrorCode>,
    /// An exchange was begun and its outcome is unknown.
    #[serde(default)]
    pub in_doubt_since: Option<DateTime<Utc>>,
    /// The provider refused as too early: not before this moment again.
    #[serde(default)]
    pub opens_at: Option<DateTime<Utc>>,
    /// The provider suspended the account (licence), tokens kept.
    #[serde(default)]
    pub paused: Option<ErrorCode>,
    /// Failures in a row, for the back-off.
    #[serde(default)]
    pub failures: u32,
    /// Our own back-off, or the provider's `Retry-After`.
    #[serde(default)]
    pub not_before: Option<DateTime<Utc>>,
    /// The provider's own `Retry-After`: not even a person's "Renew now" goes before it.
    #[serde(default)]
    pub asked_to_wait_until: Option<DateTime<Utc>>,
    /// Last successful exchange.
    #[serde(default)]
    pub last_renewed_at: Option<DateTime<Utc>>,
    /// Last time a program or person took the access token.
    #[serde(default)]
    pub last_used_at: Option<DateTime<Utc>>,
    /// Last read call that was answered.
    #[serde(default)]
    pub last_tested_at: Option<DateTime<Utc>>,
    /// What went wrong last.
    #[serde(default)]
    pub last_error: Option<Failure>,
}

impl Facts {
    /// Facts of a pair or key about which nothing has been observed yet.
    #[must_use]
    pub fn new(issued: Issued) -> Self {
        Self {
            issued,
            granted: None,
            consented_at: None,
            access_alive_at: None,
            access_expired_at: None,
            access_refused_at: None,
            refresh_dead: None,
            in_doubt_since: None,
            opens_at: None,
            paused: None,
            failures: 0,
            not_before: None,
            asked_to_wait_until: None,
            last_renewed_at: None,
            last_used_at: None,
            last_tested_at: None,
            last_error: None,
        }
    }

    /// Whether its moments and lives are ones to reckon with: what comes from a bundle or a disk may say anything, and
    /// a sum past the end of the calendar stops the program.
    #[must_use]
    pub fn are_reckonable(&self) -> bool {
        const LONGEST_LIFE_S: i64 = 100 * 366 * 86_400;
        // Every fact by name, so that a new one is not forgotten here.
        let Self {
            issued,
            granted,
            consented_at,
            access_alive_at,
            access_expired_at,
            access_refused_at,
            refresh_dead: _,
            in_doubt_since,
            opens_at,
            paused: _,
            failures: _,
            not_before,
            asked_to_wait_until,
            last_renewed_at,
            last_used_at,
            last_tested_at,
            last_error,
        } = self;
        let (began, lives) = match issued {
            Issued::Answered { asked_at, answered_at, access_life_s, refresh_life_s } => {
                ([Some(*asked_at), Some(*answered_at)], [*access_life_s, refresh_life_s.unwrap_or(0)])
            }
            Issued::Pasted { at } => ([Some(*at), None], [0, 0]),
        };
        let granted_at = granted.map(|granted| granted.asked_at);
        let granted_life = granted.and_then(|granted| granted.refresh_life_s).unwrap_or(0);
        let access = [access_alive_at, access_expired_at, access_refused_at];
        let next = [in_doubt_since, opens_at, not_before, asked_to_wait_until];
        let last = [last_renewed_at, last_used_at, last_tested_at, &last_error.as_ref().map(|failure| failure.at)];
        let seen = access.into_iter().chain(next).chain(last).copied();
        began.into_iter().chain([granted_at, *consented_at]).chain(seen).flatten().all(is_in_calendar)
            && lives.iter().chain([&granted_life]).all(|life| (0..=LONGEST_LIFE_S).contains(life))
    }

    /// Facts of a new pair in the place of this one: what was observed of the old pair is forgotten, what was
    /// observed of the connection (consent, last renewed, used, tested) stays.
    #[must_use]
    pub fn succeeded_by(&self, issued: Issued) -> Self {
        Self {
            granted: self.granted,
            consented_at: self.consented_at,
            last_renewed_at: self.last_renewed_at,
            last_used_at: self.last_used_at,
            last_tested_at: self.last_tested_at,
            ..Self::new(issued)
        }
    }

    /// The provider accepted the access token (or key) at `now`.
    pub fn saw_alive(&mut self, now: DateTime<Utc>) {
        self.access_alive_at = Some(now);
        self.access_expired_at = None;
        self.access_refused_at = None;
        self.paused = None;
        self.went_right();
    }

    /// Something went right: failures in a row are over.
    pub fn went_right(&mut self) {
        self.failures = 0;
        self.not_before = None;
        self.asked_to_wait_until = None;
        self.last_error = None;
    }

    /// Something went wrong, to be tried again by ourselves after a back-off of 5 s doubling to 5 minutes with
    /// full jitter (`jitter` in 0..1), or after the provider's own `retry_after`, at most an hour.
    pub fn went_wrong(&mut self, failure: Failure, retry_after: Option<TimeDelta>, jitter: f64) {
        const FIRST_S: f64 = 5.0;
        const LONGEST_S: f64 = 300.0;
        self.failures = self.failures.saturating_add(1);
        let ceiling = (FIRST_S * 2f64.powi(self.failures.min(10).cast_signed())).min(LONGEST_S);
        #[expect(clippy::cast_possible_truncation, reason = "at most 300,000")]
        let own = TimeDelta::milliseconds((1000.0 + ceiling * 1000.0 * jitter.clamp(0.0, 1.0)) as i64);
        let longest = TimeDelta::hours(1);
        self.asked_to_wait_until = retry_after.map(|asked| failure.at + asked.clamp(TimeDelta::zero(), longest));
        let wait = retry_after.map_or(own, |asked| asked.clamp(own, longest.max(own)));
        self.not_before = Some(failure.at + wait);
        self.last_error = Some(failure);
    }
}

/// Whether a moment is in the years that RFC 3339 can write.
pub(crate) fn is_in_calendar(at: DateTime<Utc>) -> bool {
    (0..=9999).contains(&at.year())
}
