//! Apps, agencies (companies) and their sub-accounts (locations).

use serde::Serialize;
use uuid::Uuid;

use crate::fake::opaque;

/// A marketplace or private app.
#[derive(Clone, Debug, PartialEq)]
pub struct App {
    /// `<app id>-<8 characters>`.
    pub client_id: String,
    /// A UUID.
    pub client_secret: String,
    /// The address of one installable version.
    pub version_id: String,
    pub redirect_uris: Vec<String>,
    pub scopes: Vec<String>,
    /// A private app's page wants `version_id` beside `client_id`: the portal's link has it [SEEN].
    pub needs_version: bool,
}

impl App {
    pub fn new(redirect_uris: &[&str], scopes: &[&str]) -> Self {
        let id = Uuid::new_v4().simple().to_string()[..24].to_owned();
        Self {
            client_id: format!("{id}-{}", opaque(8).to_lowercase().replace(['-', '_'], "0")),
            client_secret: Uuid::new_v4().to_string(),
            version_id: id,
            redirect_uris: redirect_uris.iter().map(|&uri| uri.to_owned()).collect(),
            scopes: scopes.iter().map(|&scope| scope.to_owned()).collect(),
            needs_version: false,
        }
    }
}

/// An agency.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Company {
    pub id: String,
    pub name: String,
}

/// A sub-account of an agency.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Location {
    pub id: String,
    pub name: String,
    pub company: String,
    /// False while its subscription is paused or cancelled.
    pub active: bool,
}

/// What a token speaks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub enum UserType {
    Location,
    Company,
}

impl UserType {
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Location => "Location",
            Self::Company => "Company",
        }
    }
}

/// 20 letters and digits, as HighLevel's ids.
pub(super) fn new_id() -> String {
    opaque(20).replace(['-', '_'], "0")
}
