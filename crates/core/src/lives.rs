//! How long the present pair lives, as far as it can be known: exact for a pair issued to us, bounds for a pasted one.

use chrono::{DateTime, TimeDelta, Utc};

use crate::{Connection, Issued, RenewWhen, rules};

/// The moments that follow from a connection's facts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Lives {
    /// When the access token ends; for an estimate, the latest it can be.
    pub access_ends: Option<DateTime<Utc>>,
    /// Until when a program may be given the access token: the end minus a margin.
    pub access_usable_until: Option<DateTime<Utc>>,
    /// When the refresh token ends; for an estimate, the earliest it can be, if anything is sure at all.
    pub refresh_ends: Option<DateTime<Utc>>,
    /// Until when the refresh token surely lives. Warnings count from here.
    pub refresh_sure_until: Option<DateTime<Utc>>,
    /// The latest moment at which the refresh token can still live.
    pub refresh_ends_latest: Option<DateTime<Utc>>,
    /// When the provider would take a renewal; for an estimate, the latest it can be.
    pub renewal_opens: Option<DateTime<Utc>>,
    /// The dates are estimates: a pasted pair has an unknown age.
    pub estimated: bool,
    /// Life of the refresh token that thresholds are fractions of.
    pub refresh_life: Option<TimeDelta>,
}

/// After the end of the access token the provider's clock may still be a little behind ours.
const AFTER_EXPIRY_MARGIN: TimeDelta = TimeDelta::seconds(5);

/// The moments for one connection.
#[must_use]
pub fn lives(connection: &Connection) -> Lives {
    let rules = rules(connection.provider);
    let facts = &connection.facts;
    if rules.renew == RenewWhen::Never {
        return Lives::default();
    }
    match &facts.issued {
        Issued::Answered { asked_at, answered_at, access_life_s, refresh_life_s } => {
            let access_life = TimeDelta::seconds(*access_life_s);
            let refresh_life = TimeDelta::seconds(*refresh_life_s);
            let margin = TimeDelta::seconds(30).min(access_life / 10);
            let access_ends = *asked_at + access_life;
            let opens = facts.access_expired_at.unwrap_or(*answered_at + access_life + AFTER_EXPIRY_MARGIN);
            Lives {
                access_ends: Some(facts.access_expired_at.map_or(access_ends, |at| at.min(access_ends))),
                access_usable_until: Some(access_ends - margin),
                refresh_ends: Some(*asked_at + refresh_life),
                refresh_sure_until: Some(*asked_at + refresh_life),
                refresh_ends_latest: Some(*answered_at + refresh_life),
                renewal_opens: Some(facts.opens_at.map_or(opens, |at| at.max(opens))),
                estimated: false,
                refresh_life: Some(refresh_life),
            }
        }
        Issued::Pasted { at } => {
            let access_life = rules.access_life.unwrap_or_default();
            let refresh_life = rules.refresh_life.unwrap_or_default();
            // Between the ends of the two tokens of one pair.
            let between = refresh_life - access_life;
            let sure = facts.access_alive_at.map(|alive| alive + between);
            let access_ends = facts.access_expired_at.unwrap_or(*at + access_life);
            let latest = facts.access_expired_at.map_or(*at + refresh_life, |expired| expired + between);
            let opens = facts.access_expired_at.unwrap_or(*at + access_life + AFTER_EXPIRY_MARGIN);
            Lives {
                access_ends: Some(access_ends),
                access_usable_until: Some(access_ends),
                refresh_ends: Some(sure.unwrap_or(latest)),
                refresh_sure_until: Some(sure.unwrap_or(*at)),
                refresh_ends_latest: Some(latest),
                renewal_opens: Some(facts.opens_at.map_or(opens, |at| at.max(opens))),
                estimated: true,
                refresh_life: Some(refresh_life),
            }
        }
    }
}
