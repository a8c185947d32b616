//! How long the present pair lives, as far as it can be known: exact for a pair issued to us, bounds for a pasted one.

use chrono::{DateTime, TimeDelta, Utc};

use crate::{Connection, Facts, Issued, RefreshUse, RenewWhen, Rules};

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
    /// When the person must consent again, however often the tokens are renewed until then.
    pub consent_ends: Option<DateTime<Utc>>,
    /// When the provider would take a renewal; for an estimate, the latest it can be.
    pub renewal_opens: Option<DateTime<Utc>>,
    /// The dates are estimates: a pasted pair has an unknown age.
    pub estimated: bool,
    /// Life of the refresh token that thresholds are fractions of.
    pub refresh_life: Option<TimeDelta>,
}

/// After the end of the access token the provider's clock may still be a little behind ours.
const AFTER_EXPIRY_MARGIN: TimeDelta = TimeDelta::seconds(5);
/// How long a pasted token that was just seen to work may be served before its first renewal.
const WHILE_PASTED: TimeDelta = TimeDelta::seconds(60);

/// The moments for one connection.
#[must_use]
pub fn lives(connection: &Connection) -> Lives {
    let (rules, facts) = (connection.rules(), &connection.facts);
    let consent_ends = facts.consented_at.zip(rules.consent_life).map(|(at, life)| at + life);
    Lives { consent_ends, ..of_tokens(rules, facts) }
}

fn of_tokens(rules: &Rules, facts: &Facts) -> Lives {
    match (rules.renew, &facts.issued) {
        (RenewWhen::Never, _) => Lives::default(),
        (RenewWhen::AtShare(_) | RenewWhen::BeforeEnd(_), _) => renewable_any_time(rules, facts),
        (RenewWhen::AfterExpiry, Issued::Answered { asked_at, answered_at, access_life_s, refresh_life_s }) => {
            let access_life = TimeDelta::seconds(*access_life_s);
            let refresh_life = refresh_life_s.map(TimeDelta::seconds);
            let access_ends = *asked_at + access_life;
            let opens = facts.access_expired_at.unwrap_or(*answered_at + access_life + AFTER_EXPIRY_MARGIN);
            Lives {
                access_ends: Some(facts.access_expired_at.map_or(access_ends, |at| at.min(access_ends))),
                access_usable_until: Some(access_ends - margin(access_life)),
                refresh_ends: refresh_life.map(|life| *asked_at + life),
                refresh_sure_until: refresh_life.map(|life| *asked_at + life),
                refresh_ends_latest: refresh_life.map(|life| *answered_at + life),
                consent_ends: None,
                renewal_opens: Some(facts.opens_at.map_or(opens, |at| at.max(opens))),
                estimated: false,
                refresh_life,
            }
        }
        (RenewWhen::AfterExpiry, Issued::Pasted { at }) => {
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
                consent_ends: None,
                renewal_opens: Some(facts.opens_at.map_or(opens, |at| at.max(opens))),
                estimated: true,
                refresh_life: Some(refresh_life),
            }
        }
    }
}

/// The provider takes a renewal at any time. What was pasted is renewed at once, and then its dates are known. Where a
/// refresh token goes on from one exchange to the next its end counts from the consent, and often nobody knows it.
fn renewable_any_time(rules: &Rules, facts: &Facts) -> Lives {
    let (refresh_began, refresh_life) = refresh_token(rules, facts);
    let refresh_life = refresh_life.map(TimeDelta::seconds).or(rules.refresh_life);
    let refresh_ends = refresh_began.zip(refresh_life).map(|(began, life)| began + life);
    let (access_ends, usable_until, opens, estimated) = match &facts.issued {
        Issued::Answered { asked_at, access_life_s, .. } => {
            let life = TimeDelta::seconds(*access_life_s);
            (Some(*asked_at + life), Some(*asked_at + life - margin(life)), *asked_at + before_renewal(rules.renew, life), false)
        }
        // Whatever the text said of its age: a token that works is served until the renewal that follows at once.
        Issued::Pasted { at } => (facts.access_expired_at, facts.access_alive_at.map(|alive| alive + WHILE_PASTED), *at, true),
    };
    let opens = facts.access_expired_at.or(facts.access_refused_at).map_or(opens, |at| at.min(opens));
    Lives {
        access_ends: access_ends.map(|ends| facts.access_expired_at.map_or(ends, |at| at.min(ends))),
        access_usable_until: usable_until,
        refresh_ends,
        refresh_sure_until: refresh_ends,
        refresh_ends_latest: refresh_ends,
        consent_ends: None,
        renewal_opens: Some(opens),
        estimated,
        refresh_life: refresh_ends.and(refresh_life),
    }
}

/// When the refresh token was issued, and its stated life in seconds: with each exchange, or once with the consent.
fn refresh_token(rules: &Rules, facts: &Facts) -> (Option<DateTime<Utc>>, Option<i64>) {
    match (&facts.issued, rules.refresh_use) {
        (Issued::Answered { asked_at, refresh_life_s, .. }, RefreshUse::SingleUse) => (Some(*asked_at), *refresh_life_s),
        (Issued::Pasted { .. }, RefreshUse::SingleUse) | (_, RefreshUse::None) => (None, None),
        (_, RefreshUse::Reusable) => {
            (facts.granted.map(|granted| granted.asked_at), facts.granted.and_then(|granted| granted.refresh_life_s))
        }
    }
}

/// How much of a life passes before it is renewed.
fn before_renewal(renew: RenewWhen, life: TimeDelta) -> TimeDelta {
    match renew {
        RenewWhen::AtShare(share) => life / 100 * share,
        // A life as short as that is renewed by its share all the same.
        RenewWhen::BeforeEnd(left) => (life - left).max(life / 100 * 80),
        RenewWhen::AfterExpiry | RenewWhen::Never => life,
    }
}

/// A program must be able to finish what it begins with a token.
fn margin(access_life: TimeDelta) -> TimeDelta {
    TimeDelta::seconds(30).min(access_life / 10)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{CredentialKind, Granted, ProviderKind, rules};

    fn moment(seconds: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(1_800_000_000 + seconds, 0).expect("a date")
    }

    fn issued(life: i64, refresh_life_s: Option<i64>) -> Facts {
        Facts::new(Issued::Answered { asked_at: moment(0), answered_at: moment(1), access_life_s: life, refresh_life_s })
    }

    fn google() -> &'static Rules {
        rules(ProviderKind::Google, CredentialKind::Reusable)
    }

    #[test]
    fn a_token_that_may_be_renewed_at_any_time_is_renewed_at_four_fifths() {
        let lives = of_tokens(google(), &issued(3_600, None));
        assert_eq!(lives.renewal_opens, Some(moment(2_880)));
        assert_eq!((lives.access_ends, lives.access_usable_until), (Some(moment(3_600)), Some(moment(3_570))));
        assert_eq!((lives.refresh_ends, lives.refresh_life), (None, None), "nobody knows");
    }

    #[test]
    fn one_that_was_found_expired_is_due_at_once() {
        let facts = Facts { access_expired_at: Some(moment(60)), ..issued(3_600, None) };
        let lives = of_tokens(google(), &facts);
        assert_eq!((lives.renewal_opens, lives.access_ends), (Some(moment(60)), Some(moment(60))));
    }

    #[test]
    fn a_lasting_refresh_token_with_a_stated_life_ends_counted_from_the_consent() {
        let granted = Some(Granted { asked_at: moment(-86_400), refresh_life_s: Some(604_799) });
        let lives = of_tokens(google(), &Facts { granted, ..issued(3_600, None) });
        assert_eq!(lives.refresh_sure_until, Some(moment(604_799 - 86_400)));
    }

    #[test]
    fn a_rolling_refresh_token_ends_counted_from_the_last_exchange() {
        let rules = rules(ProviderKind::Feishu, CredentialKind::Rotating);
        assert_eq!(of_tokens(rules, &issued(7_200, Some(100_000))).refresh_sure_until, Some(moment(100_000)));
        assert_eq!(of_tokens(rules, &issued(7_200, None)).refresh_sure_until, Some(moment(7 * 86_400)));
    }

    #[test]
    fn a_life_of_a_day_is_renewed_an_hour_before_its_end_and_a_short_one_at_its_share() {
        let rules = rules(ProviderKind::HighLevel, CredentialKind::Rotating);
        assert_eq!(of_tokens(rules, &issued(86_399, None)).renewal_opens, Some(moment(86_399 - 3_600)));
        assert_eq!(of_tokens(rules, &issued(1_000, None)).renewal_opens, Some(moment(800)));
    }

    #[test]
    fn what_was_pasted_is_renewed_at_once() {
        let lives = of_tokens(google(), &Facts::new(Issued::Pasted { at: moment(5) }));
        assert_eq!((lives.renewal_opens, lives.estimated), (Some(moment(5)), true));
    }
}
