//! Who alone may spend a refresh token.

use std::fmt;

use serde::{Deserialize, Serialize};

/// What an identity is recognised by: the first 20 bytes of SHA-256 over its public keys, in hexadecimal.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Fingerprint(String);

impl Fingerprint {
    /// Takes a fingerprint computed from keys or read from a signed document.
    #[must_use]
    pub fn new(text: String) -> Self {
        Self(text)
    }

    /// Lower-case hexadecimal.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The kind of holder.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CustodyKind {
    /// A desk with a window.
    Desk,
    /// An agent home.
    Server,
    /// A file written by `export --hand-over`; another program refreshes it.
    File,
    /// Nobody: the copies were erased and no holder is known.
    Nobody,
}

/// The one custodian of a connection: an identity, not a place, so that the same fact is true on both sides.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Custody {
    /// What kind of holder it is.
    pub kind: CustodyKind,
    /// A person's name for it: the server's name, the file's path.
    pub name: String,
    /// The identity that may refresh.
    pub fingerprint: Fingerprint,
    /// The holder has proved that it has the credential (a receipt, or it is this very home).
    pub confirmed: bool,
    /// The bundle that carries it, while it is sent and not confirmed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bundle: Option<SentBundle>,
}

/// What a sender remembers of a bundle it wrote.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SentBundle {
    /// The bundle's id.
    pub id: String,
    /// After this moment, plus skew, no receiver opens it any more.
    pub expires: chrono::DateTime<chrono::Utc>,
    /// SHA-256 of the file, hexadecimal; a receipt must name it.
    pub sha256: String,
}

impl Custody {
    /// Held by this identity, proved by being here.
    #[must_use]
    pub fn held_by(kind: CustodyKind, name: String, fingerprint: Fingerprint) -> Self {
        Self { kind, name, fingerprint, confirmed: true, bundle: None }
    }

    /// Whether this identity may refresh.
    #[must_use]
    pub fn is(&self, me: &Fingerprint) -> bool {
        self.fingerprint == *me && self.kind != CustodyKind::Nobody
    }
}
