//! An OAuth client registration that several connections share. Its secret lives in the vault, not here.

use std::collections::BTreeMap;
use std::fmt;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::facts::is_in_calendar;
use crate::{BaseUrl, ErrorCode, Label, ProviderKind};

/// An app's lasting name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct AppId(pub Uuid);

impl AppId {
    /// A new random id.
    #[must_use]
    pub fn random() -> Self {
        Self(Uuid::new_v4())
    }

    /// The name under which the vault keeps the app's secret.
    #[must_use]
    pub fn secret_name(self) -> String {
        format!("app:{self}")
    }
}

impl fmt::Display for AppId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// One client registration at a provider.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct App {
    /// Lasting id.
    pub id: AppId,
    /// Unique among the apps of a home.
    pub label: Label,
    /// Where it is registered.
    pub provider: ProviderKind,
    /// The provider's public name for it.
    pub client_id: String,
    /// What else the provider's own code wants to know, such as endpoints. Nothing secret, and nothing core decides by.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub settings: BTreeMap<String, String>,
    /// The vault keeps a secret for it.
    pub has_secret: bool,
    /// The provider does not take the app any more, and why. Its connections keep their tokens and wait.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub refused: Option<ErrorCode>,
    /// When it was first kept here.
    pub created_at: DateTime<Utc>,
}

impl App {
    /// Whether its date is one to reckon with.
    #[must_use]
    pub fn is_reckonable(&self) -> bool {
        is_in_calendar(self.created_at)
    }

    /// One of its settings.
    #[must_use]
    pub fn setting(&self, name: &str) -> Option<&str> {
        self.settings.get(name).map(String::as_str)
    }
}

/// Where a provider is asked, and what is known there. Holds no secret.
#[derive(Debug, Clone, Copy)]
pub struct Site<'a> {
    /// The environment or host.
    pub base: &'a BaseUrl,
    /// The app, where the provider's connections belong to one.
    pub app: Option<&'a App>,
    /// What the provider's own code noted about the connection when it was made.
    pub data: &'a BTreeMap<String, String>,
}

impl<'a> Site<'a> {
    /// A place where nothing but the address is known.
    #[must_use]
    pub fn bare(base: &'a BaseUrl) -> Self {
        static NOTHING: BTreeMap<String, String> = BTreeMap::new();
        Self { base, app: None, data: &NOTHING }
    }
}
