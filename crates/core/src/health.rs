//! What a person must know about a connection now: derived from facts and the clock, never stored.

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

use crate::lives::{Lives, lives};
use crate::{Connection, CredentialKind, ErrorCode, Fingerprint, Step, StepKind, next_step};

/// The one word for a connection's state.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS), ts(export))]
pub enum Health {
    /// Works, and renews itself.
    Healthy,
    /// An exchange is under way.
    Renewing,
    /// The access token has ended and a renewal is due; normal for Huntflow.
    RenewDue,
    /// The refresh token ends soon and has not been renewed.
    EndsSoon,
    /// Only a person can help now.
    NeedsPerson,
    /// The provider suspended the account; tokens are kept.
    Paused,
    /// An exchange's outcome is unknown; the next probe tells.
    InDoubt,
    /// A server or file holds it.
    Held,
    /// Nothing has been learnt about it yet.
    NotChecked,
}

/// How loudly to say it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS), ts(export))]
pub enum Severity {
    /// Nothing to do.
    Ok,
    /// Something to do, with time.
    Warning,
    /// Something to do now.
    Critical,
}

/// When warnings begin, before the deadline.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Thresholds {
    /// For lives of 30 days or more.
    pub warning: TimeDelta,
    /// For lives of 30 days or more.
    pub critical: TimeDelta,
}

impl Default for Thresholds {
    fn default() -> Self {
        Self { warning: TimeDelta::days(7), critical: TimeDelta::days(3) }
    }
}

impl Thresholds {
    /// For shorter lives one third and one seventh of the life, so that a 14-day pair warns about 5 days before its end.
    fn of_life(&self, life: TimeDelta) -> (TimeDelta, TimeDelta) {
        if life >= TimeDelta::days(30) { (self.warning, self.critical) } else { (life / 3, life / 7) }
    }

    fn severity(&self, deadline: DateTime<Utc>, life: TimeDelta, now: DateTime<Utc>) -> Severity {
        let (warning, critical) = self.of_life(life);
        match deadline - now {
            left if left <= critical => Severity::Critical,
            left if left <= warning => Severity::Warning,
            _ => Severity::Ok,
        }
    }
}

/// Everything derived at one moment.
#[derive(Debug, Clone, PartialEq)]
pub struct HealthReport {
    /// The one word.
    pub health: Health,
    /// How loudly.
    pub severity: Severity,
    /// When a person must have acted if nothing renews it by itself; none when there is no such moment.
    pub deadline: Option<DateTime<Utc>>,
    /// What stands behind the word.
    pub issues: Vec<ErrorCode>,
    /// A program can use it now.
    pub valid: bool,
    /// What happens next by itself.
    pub next: Option<Step>,
    /// The dates behind it.
    pub lives: Lives,
}

/// Derives the health of a connection. `renewing`: an exchange of it is under way in this process.
#[must_use]
pub fn health(
    connection: &Connection,
    me: &Fingerprint,
    thresholds: &Thresholds,
    renewing: bool,
    now: DateTime<Utc>,
) -> HealthReport {
    let lives = lives(connection);
    let next = next_step(connection, me);
    let report =
        |health, severity, deadline, issues, valid| HealthReport { health, severity, deadline, issues, valid, next, lives };
    let facts = &connection.facts;

    if !connection.custody.is(me) {
        let (deadline, severity) = held(connection, &lives, thresholds, now);
        return report(Health::Held, severity, deadline, vec![], false);
    }
    if let Some(code) = gone(connection) {
        // The facts may still promise days, and no program can be served.
        return report(Health::NeedsPerson, Severity::Critical, Some(now), vec![code], false);
    }
    if connection.kind == CredentialKind::Static {
        let last = last_error(connection);
        return match (facts.access_refused_at, facts.paused, facts.access_alive_at) {
            (Some(at), _, _) => {
                report(Health::NeedsPerson, Severity::Critical, Some(at), vec![ErrorCode::AccessNotAccepted], false)
            }
            (None, Some(code), _) => report(Health::Paused, Severity::Warning, None, vec![code], false),
            (None, None, None) => report(Health::NotChecked, Severity::Ok, None, last, true),
            (None, None, Some(_)) => report(Health::Healthy, Severity::Ok, None, last, true),
        };
    }

    let access_lives = facts.access_expired_at.is_none()
        && facts.access_refused_at.is_none()
        && lives.access_usable_until.is_some_and(|until| now < until);
    let valid = access_lives || (facts.refresh_dead.is_some() && connection.has_fallback);
    let (sure_until, by_deadline) = deadline(connection, &lives, thresholds, now);

    if let Some(code) = facts.refresh_dead {
        // The access token may still live for a while, or the fallback serves: then it is not yet an emergency.
        let severity = if valid { Severity::Warning } else { Severity::Critical };
        let ends = if access_lives { lives.access_ends } else { Some(now) };
        return report(Health::NeedsPerson, severity, ends, vec![code], valid);
    }
    if let Some(since) = facts.in_doubt_since {
        let severity = if now - since > TimeDelta::hours(1) { Severity::Warning } else { Severity::Ok };
        let issues = std::iter::once(ErrorCode::InDoubt).chain(last_error(connection)).collect();
        return report(Health::InDoubt, severity.max(by_deadline), sure_until, issues, valid);
    }
    if let Some(code) = facts.paused {
        return report(Health::Paused, Severity::Warning.max(by_deadline), sure_until, vec![code], valid);
    }
    if facts.access_refused_at.is_some() {
        return report(Health::NeedsPerson, Severity::Critical, Some(now), vec![ErrorCode::AccessNotAccepted], false);
    }
    if lives.refresh_ends_latest.is_some_and(|latest| now >= latest) && facts.failures > 0 {
        return report(Health::NeedsPerson, Severity::Critical, sure_until, vec![ErrorCode::RefreshExpired], valid);
    }
    if renewing {
        return report(Health::Renewing, Severity::Ok, sure_until, vec![], valid);
    }
    let nothing_seen = facts.access_alive_at.is_none() && facts.access_expired_at.is_none() && lives.estimated;
    if nothing_seen {
        let waited = now - connection.created_at > TimeDelta::days(1);
        let severity = if waited { Severity::Warning } else { Severity::Ok };
        return report(Health::NotChecked, severity, None, last_error(connection), valid);
    }
    let due = next.is_some_and(|step| step.kind == StepKind::Renew && now >= lives.renewal_opens.unwrap_or(step.at));
    // A pair found expired right after pasting is sure of nothing, but the renewal under way settles it in seconds.
    // Where nothing has tried for a day, nothing runs: then the dates speak.
    let just_due = lives.renewal_opens.is_some_and(|opened| now - opened < TimeDelta::days(1));
    let settles_now = due && facts.failures == 0 && just_due && lives.refresh_ends_latest.is_none_or(|latest| now < latest);
    if by_deadline > Severity::Ok && !settles_now {
        let consent = (sure_until == lives.consent_ends).then_some(ErrorCode::ConsentEndsSoon);
        let issues = consent.into_iter().chain(last_error(connection)).collect();
        return report(Health::EndsSoon, by_deadline, sure_until, issues, valid);
    }
    let health = if due { Health::RenewDue } else { Health::Healthy };
    report(health, Severity::Ok, sure_until, last_error(connection), valid)
}

/// What ends soonest for a person, the refresh token or the consent: the one to say more loudly, else the earlier one.
fn deadline(
    connection: &Connection,
    lives: &Lives,
    thresholds: &Thresholds,
    now: DateTime<Utc>,
) -> (Option<DateTime<Utc>>, Severity) {
    let refresh = lives.refresh_sure_until.map(|at| (at, lives.refresh_life.unwrap_or_default()));
    let consent = lives.consent_ends.zip(connection.rules().consent_life);
    let ends = [refresh, consent].into_iter().flatten().map(|(at, life)| (at, thresholds.severity(at, life, now)));
    let soonest = ends.max_by_key(|(at, severity)| (*severity, std::cmp::Reverse(*at)));
    soonest.map_or((None, Severity::Ok), |(at, severity)| (Some(at), severity))
}

/// The last look into the vault found that the credential is not there any more, or cannot be read.
fn gone(connection: &Connection) -> Option<ErrorCode> {
    connection.facts.last_error.as_ref().map(|failure| failure.code).filter(|code| code.is_credential_gone())
}

fn last_error(connection: &Connection) -> Vec<ErrorCode> {
    connection.facts.last_error.iter().map(|failure| failure.code).collect()
}

/// A held connection is shown from the worst case: what ends if its holder stopped the moment it took it.
fn held(
    connection: &Connection,
    lives: &Lives,
    thresholds: &Thresholds,
    now: DateTime<Utc>,
) -> (Option<DateTime<Utc>>, Severity) {
    let ends = lives.refresh_sure_until;
    let worst = ends.zip(lives.refresh_life).map_or(Severity::Ok, |(at, life)| thresholds.severity(at, life, now));
    match &connection.custody.bundle {
        Some(sent) if !connection.custody.confirmed => {
            let unopened = if now > sent.expires { Severity::Warning } else { Severity::Ok };
            (Some(ends.map_or(sent.expires, |at| at.min(sent.expires))), worst.max(unopened))
        }
        _ => (ends, worst),
    }
}
