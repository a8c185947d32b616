//! A provider's behaviour as data.

use chrono::TimeDelta;

use crate::{CredentialKind, ProviderKind};

/// Raised whenever a rule changes, so that a catalog's index of what is due is computed again.
pub const RULES_VERSION: i64 = 2;

/// When an access token may or should be renewed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RenewWhen {
    /// Only after the access token has expired; earlier attempts are refused.
    AfterExpiry,
    /// Any time; best once this share of the life is over, in hundredths.
    AtShare(i32),
    /// Any time; best once no more than this is left of the life.
    BeforeEnd(TimeDelta),
    /// Never: there is nothing to renew.
    Never,
}

/// How often a refresh token can be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RefreshUse {
    /// Once: the answer holds the only live copy of the next one.
    SingleUse,
    /// Again and again: two holders do each other no harm.
    Reusable,
    /// There is none.
    None,
}

/// What to do when an exchange's outcome is unknown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OutcomeUnknown {
    /// Send the same request once more; the endpoint's judgement is final.
    ProbeOnce,
    /// Send it again: nothing was spent.
    Repeat,
    /// Within this time of the first sending the same request gets the same answer: send it at once again. Later as
    /// [`OutcomeUnknown::ProbeOnce`].
    RepeatWithin(TimeDelta),
    /// A token that was spent already and is sent again can revoke everything the person granted: wait until the old
    /// access token is dead anyway, then as [`OutcomeUnknown::ProbeOnce`].
    ProbeAfterExpiry,
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
    /// From a person's consent until they must consent again, however often the tokens were renewed meanwhile.
    pub consent_life: Option<TimeDelta>,
    /// After an unknown outcome.
    pub outcome_unknown: OutcomeUnknown,
    /// How often a cheap read call looks whether the access token still works, while its age is an estimate.
    pub check_every: TimeDelta,
}

impl Rules {
    /// Whether an exchange without an answer may have cost the token.
    #[must_use]
    pub const fn may_be_lost(&self) -> bool {
        !matches!(self.outcome_unknown, OutcomeUnknown::Repeat | OutcomeUnknown::Never)
    }
}

/// Huntflow: access 7 days, refresh 14 days, single use, refused while the access token lives
/// (huntflow/api `en/token.md`; issues #547, #660, #662).
const HUNTFLOW: Rules = Rules {
    renew: RenewWhen::AfterExpiry,
    refresh_use: RefreshUse::SingleUse,
    access_life: Some(TimeDelta::days(7)),
    refresh_life: Some(TimeDelta::days(14)),
    consent_life: None,
    outcome_unknown: OutcomeUnknown::ProbeOnce,
    check_every: TimeDelta::hours(6),
};

/// Google: access about an hour, refresh tokens without a stated end that answer as often as they are asked
/// (identity/protocols/oauth2, "Refresh token expiration"). 80 % of the life is what its own libraries leave room for.
const GOOGLE: Rules = Rules {
    renew: RenewWhen::AtShare(80),
    refresh_use: RefreshUse::Reusable,
    access_life: Some(TimeDelta::seconds(3_600)),
    refresh_life: None,
    consent_life: None,
    outcome_unknown: OutcomeUnknown::Repeat,
    check_every: TimeDelta::hours(24),
};

/// Feishu and Lark: access 2 hours, refresh 7 days from each renewal, single use; after 365 days nothing renews and the
/// person consents again (open.feishu.cn, "Obtain user_access_token" and "Refresh user_access_token").
const FEISHU: Rules = Rules {
    renew: RenewWhen::AtShare(80),
    refresh_use: RefreshUse::SingleUse,
    access_life: Some(TimeDelta::hours(2)),
    refresh_life: Some(TimeDelta::days(7)),
    consent_life: Some(TimeDelta::days(365)),
    outcome_unknown: OutcomeUnknown::ProbeOnce,
    check_every: TimeDelta::hours(1),
};

/// HighLevel: access a day, refresh a year from each renewal, single use with 30 seconds of grace
/// (marketplace.gohighlevel.com/docs/oauth/Faqs; changelog "Smarter Refresh Token Handling for Distributed Systems").
const HIGHLEVEL: Rules = Rules {
    renew: RenewWhen::BeforeEnd(TimeDelta::hours(1)),
    refresh_use: RefreshUse::SingleUse,
    access_life: Some(TimeDelta::hours(24)),
    refresh_life: Some(TimeDelta::days(365)),
    consent_life: None,
    outcome_unknown: OutcomeUnknown::RepeatWithin(TimeDelta::seconds(30)),
    check_every: TimeDelta::hours(6),
};

/// Any other server whose refresh tokens rotate: the careful reading of RFC 9700 §4.14.2, where a second use of a
/// spent token may revoke the whole family.
const OIDC_ROTATING: Rules = Rules {
    renew: RenewWhen::AtShare(80),
    refresh_use: RefreshUse::SingleUse,
    access_life: Some(TimeDelta::hours(1)),
    refresh_life: None,
    consent_life: None,
    outcome_unknown: OutcomeUnknown::ProbeAfterExpiry,
    check_every: TimeDelta::hours(6),
};

/// Any other server whose refresh tokens are said to last.
const OIDC_REUSABLE: Rules =
    Rules { refresh_use: RefreshUse::Reusable, outcome_unknown: OutcomeUnknown::Repeat, ..OIDC_ROTATING };

const STATIC_KEY: Rules = Rules {
    renew: RenewWhen::Never,
    refresh_use: RefreshUse::None,
    access_life: None,
    refresh_life: None,
    consent_life: None,
    outcome_unknown: OutcomeUnknown::Never,
    check_every: TimeDelta::hours(24),
};

/// The rules of a provider. Where a provider's tokens can be of either kind, the connection's own kind decides.
#[must_use]
pub const fn rules(provider: ProviderKind, kind: CredentialKind) -> &'static Rules {
    match (provider, kind) {
        (_, CredentialKind::Static) | (ProviderKind::StaticKey, _) => &STATIC_KEY,
        (ProviderKind::Huntflow, _) => &HUNTFLOW,
        (ProviderKind::Google, _) => &GOOGLE,
        (ProviderKind::Feishu | ProviderKind::Lark, _) => &FEISHU,
        (ProviderKind::HighLevel, _) => &HIGHLEVEL,
        (ProviderKind::Oidc, CredentialKind::Rotating) => &OIDC_ROTATING,
        (ProviderKind::Oidc, CredentialKind::Reusable) => &OIDC_REUSABLE,
    }
}
