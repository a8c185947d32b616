//! One authorization: who, at which provider and address, for which person. Holds no secret.

use std::collections::BTreeMap;
use std::fmt;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::facts::is_in_calendar;
use crate::{
    App, AppId, BaseUrl, CredentialKind, Custody, Error, ErrorCode, Facts, Fingerprint, Label, Result, Rules, Site, Version,
    rules,
};

/// A connection's lasting name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ConnectionId(pub Uuid);

impl ConnectionId {
    /// A new random id.
    #[must_use]
    pub fn random() -> Self {
        Self(Uuid::new_v4())
    }
}

impl fmt::Display for ConnectionId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// A kind of API.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ProviderKind {
    /// Huntflow API v2 with an "API token" pair.
    Huntflow,
    /// Google, for a user who has consented to an app of theirs.
    Google,
    /// Feishu, for a user who has consented to an app of their tenant.
    Feishu,
    /// Feishu's twin outside China.
    Lark,
    /// HighLevel, for a location or an agency.
    #[serde(rename = "highlevel")]
    HighLevel,
    /// Any other OAuth 2.0 or OpenID Connect server.
    Oidc,
    /// A legacy static Huntflow API key, kept alone.
    #[serde(rename = "static")]
    StaticKey,
}

impl ProviderKind {
    /// Every kind.
    pub const ALL: &'static [Self] =
        &[Self::Huntflow, Self::Google, Self::Feishu, Self::Lark, Self::HighLevel, Self::Oidc, Self::StaticKey];

    /// As scripts spell it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Huntflow => "huntflow",
            Self::Google => "google",
            Self::Feishu => "feishu",
            Self::Lark => "lark",
            Self::HighLevel => "highlevel",
            Self::Oidc => "oidc",
            Self::StaticKey => "static",
        }
    }
}

/// Whose account a provider says this is.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Identity {
    /// The provider's lasting id of the person; what "another person" is decided by.
    pub subject: Option<String>,
    /// The person's name there.
    pub name: Option<String>,
    /// The person's e-mail there.
    pub email: Option<String>,
    /// Organisations the account belongs to.
    pub organisations: Vec<String>,
}

impl Identity {
    /// Whether both are known and differ. Unknown is never "another".
    #[must_use]
    pub fn is_another_than(&self, other: &Self) -> bool {
        match (&self.subject, &other.subject) {
            (Some(mine), Some(theirs)) => mine != theirs,
            _ => matches!((&self.email, &other.email), (Some(mine), Some(theirs)) if !mine.eq_ignore_ascii_case(theirs)),
        }
    }
}

/// One authorization and every fact known about it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Connection {
    /// Lasting id.
    pub id: ConnectionId,
    /// Unique per home.
    pub label: Label,
    /// The person it works for, in the team's own words.
    pub person: Option<String>,
    /// Kind of API.
    pub provider: ProviderKind,
    /// Which environment or host.
    pub base_url: BaseUrl,
    /// The client registration it was consented to, where the provider has such.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub app: Option<AppId>,
    /// What was granted, where the provider says so.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub scopes: Vec<String>,
    /// What was asked for, so that consent can be asked for again.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub asked_scopes: Vec<String>,
    /// What the provider's own code noted, such as Feishu's token family. Nothing secret, and nothing core decides by.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub data: BTreeMap<String, String>,
    /// Whose account it is, once a read call has told.
    pub identity: Option<Identity>,
    /// What the vault holds for it.
    pub kind: CredentialKind,
    /// A static key is kept beside the pair.
    pub has_fallback: bool,
    /// How new the credential is.
    pub version: Version,
    /// Who alone may refresh.
    pub custody: Custody,
    /// What is known of its tokens.
    pub facts: Facts,
    /// When it was first kept here.
    pub created_at: DateTime<Utc>,
    /// Removed by a person; undoable for [`Connection::UNDO_DAYS`].
    pub removed_at: Option<DateTime<Utc>>,
}

impl Connection {
    /// Days a removal can be undone.
    pub const UNDO_DAYS: i64 = 7;

    /// Whether everything that follows from it can be reckoned: dates a calendar has, lives a token can have, and a
    /// version with room above it. Whoever reads one from outside or from a disk asks first.
    #[must_use]
    pub fn is_reckonable(&self) -> bool {
        const LAST_VERSION: u64 = u64::MAX / 2;
        let sent = self.custody.bundle.as_ref().map(|bundle| bundle.expires);
        let own = [Some(self.created_at), self.removed_at, sent];
        own.into_iter().flatten().all(is_in_calendar)
            && self.facts.are_reckonable()
            && self.version.epoch <= LAST_VERSION
            && self.version.generation <= LAST_VERSION
    }

    /// Where its provider is asked. `app` is the one that [`Connection::app`] names.
    #[must_use]
    pub fn site<'a>(&'a self, app: Option<&'a App>) -> Site<'a> {
        Site { base: &self.base_url, app, data: &self.data }
    }

    /// Refuses what only its custodian may do.
    ///
    /// # Errors
    /// `held_elsewhere`, with the holder's name.
    pub fn refuse_foreign(&self, me: &Fingerprint) -> Result<()> {
        if self.custody.is(me) {
            return Ok(());
        }
        Err(Error::new(ErrorCode::HeldElsewhere).with("label", self.label.as_str()).with("holder", &self.custody.name))
    }

    /// Asked for and not granted.
    pub fn missing_scopes(&self) -> impl Iterator<Item = &str> {
        self.asked_scopes.iter().filter(|scope| !self.scopes.contains(scope)).map(String::as_str)
    }

    /// Its provider's behaviour.
    #[must_use]
    pub const fn rules(&self) -> &'static Rules {
        rules(self.provider, self.kind)
    }

    /// Until when a removal can be undone.
    #[must_use]
    pub fn removed_until(&self) -> Option<DateTime<Utc>> {
        self.removed_at.map(|at| at + chrono::TimeDelta::days(Self::UNDO_DAYS))
    }
}
