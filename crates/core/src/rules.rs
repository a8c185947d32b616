//! A provider's behaviour as data.

use chrono::TimeDelta;

use crate::ProviderKind;

/// Raised whenever a rule changes, so that a catalog's index of what is due is computed again.
pub const RULES_VERSION: i64 = 1;

/// When an access token may or should be renewed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RenewWhen {
    /// Only after the access token has expired; earlier attempts are refused.
    AfterExpiry,
    /// Never: there is nothing to renew.
    Never,
}

/// How often a refresh token can be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RefreshUse {
    /// Once: the answer holds the only live copy of the next one.
    SingleUse,
    /// There is none.
    None,
}

/// What to do when an exchange's outcome is unknown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OutcomeUnknown {
    /// Send the same request once more; the endpoint's judgement is final.
    ProbeOnce,
    /// Cannot happen: nothing is exchanged.
    Never,
}

/// One provider's rules.
#[derive(Debug, Clone, Copy)]
pub struct Rules {
    /// When to renew.
    pub renew: RenewWhen,
    /// How often a refresh token works.
    pub refresh_use: RefreshUse,
    /// Life of an access token when the answer does not state it.
    pub access_life: Option<TimeDelta>,
    /// Life of a refresh token when the answer does not state it.
    pub refresh_life: Option<TimeDelta>,
    /// After an unknown outcome.
    pub outcome_unknown: OutcomeUnknown,
    /// How often a cheap read call looks whether the access token still works, while its age is an estimate.
    pub check_every: TimeDelta,
}

/// Huntflow: access 7 days, refresh 14 days, single use, refused while the access token lives
/// (huntflow/api `en/token.md`; issues #547, #660, #662).
const HUNTFLOW: Rules = Rules {
    renew: RenewWhen::AfterExpiry,
    refresh_use: RefreshUse::SingleUse,
    access_life: Some(TimeDelta::days(7)),
    refresh_life: Some(TimeDelta::days(14)),
    outcome_unknown: OutcomeUnknown::ProbeOnce,
    check_every: TimeDelta::hours(6),
};

const STATIC_KEY: Rules = Rules {
    renew: RenewWhen::Never,
    refresh_use: RefreshUse::None,
    access_life: None,
    refresh_life: None,
    outcome_unknown: OutcomeUnknown::Never,
    check_every: TimeDelta::hours(24),
};

/// The rules of a provider.
#[must_use]
pub const fn rules(provider: ProviderKind) -> &'static Rules {
    match provider {
        ProviderKind::Huntflow => &HUNTFLOW,
        ProviderKind::StaticKey => &STATIC_KEY,
    }
}
