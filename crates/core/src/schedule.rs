//! What happens next by itself, and when. Pure: the loop that acts on it lives elsewhere.

use chrono::{DateTime, TimeDelta, Utc};
use sha2::{Digest, Sha256};

use crate::lives::lives;
use crate::{Connection, ConnectionId, CredentialKind, Fingerprint, Issued, OutcomeUnknown, RenewWhen};

/// What Bulla does by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StepKind {
    /// A cheap read call: does the access token still work?
    Check,
    /// Exchange the refresh token.
    Renew,
    /// Send the exchange of unknown outcome once more, to learn what became of it.
    Probe,
}

impl StepKind {
    /// As the views spell it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Check => "check",
            Self::Renew => "renew",
            Self::Probe => "probe",
        }
    }
}

/// The next automatic step of a connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Step {
    /// What.
    pub kind: StepKind,
    /// Not before this moment.
    pub at: DateTime<Utc>,
}

/// What this home does next for a connection; nothing when another holds it, it was removed, or only a person can help.
#[must_use]
pub fn next_step(connection: &Connection, me: &Fingerprint) -> Option<Step> {
    let facts = &connection.facts;
    if connection.removed_at.is_some() || !connection.custody.is(me) {
        return None;
    }
    let after_backoff = |kind, at: DateTime<Utc>| Some(Step { kind, at: facts.not_before.map_or(at, |wait| wait.max(at)) });
    if connection.kind == CredentialKind::Static {
        let every = connection.rules().check_every;
        let at = facts.access_refused_at.or(facts.access_alive_at).map_or(connection.created_at, |seen| seen + every);
        return after_backoff(StepKind::Check, at);
    }
    if facts.refresh_dead.is_some() {
        return None;
    }
    let lives = lives(connection);
    if let Some(since) = facts.in_doubt_since {
        let waits = connection.rules().outcome_unknown == OutcomeUnknown::ProbeAfterExpiry;
        let from = lives.access_ends.filter(|_| waits).map_or(since, |ends| ends.max(since));
        return after_backoff(StepKind::Probe, from);
    }
    let opens = lives.renewal_opens?;
    if connection.rules().renew != RenewWhen::AfterExpiry {
        return after_backoff(StepKind::Renew, opens + jitter(connection.id));
    }
    if facts.access_expired_at.is_some() {
        return after_backoff(StepKind::Renew, opens);
    }
    match &facts.issued {
        Issued::Answered { .. } => after_backoff(StepKind::Renew, opens + jitter(connection.id)),
        Issued::Pasted { at } => {
            // Refused although it should live: probably the wrong environment. Look again with the daily rhythm,
            // and let the token endpoint judge once no access token of this pair can live any more.
            let seen = facts.access_alive_at.max(facts.access_refused_at);
            let check = seen.map_or(*at, |seen| seen + connection.rules().check_every);
            let check = facts.not_before.map_or(check, |wait| wait.max(check));
            if check < opens { Some(Step { kind: StepKind::Check, at: check }) } else { after_backoff(StepKind::Renew, opens) }
        }
    }
}

/// Up to 25 s, the same for a connection each time: a desk with many connections does not knock all at once.
fn jitter(id: ConnectionId) -> TimeDelta {
    TimeDelta::milliseconds(i64::from(u16::from_le_bytes(spread(id, 0))) * 25_000 / 65_536)
}

/// A fraction in 0..1 for the back-off, spread over connections and attempts.
#[must_use]
pub(crate) fn backoff_jitter(id: ConnectionId, attempt: u32) -> f64 {
    f64::from(u16::from_le_bytes(spread(id, attempt.wrapping_add(1)))) / 65_536.0
}

fn spread(id: ConnectionId, salt: u32) -> [u8; 2] {
    let digest = Sha256::new().chain_update(id.0.as_bytes()).chain_update(salt.to_le_bytes()).finalize();
    [digest[0], digest[1]]
}
