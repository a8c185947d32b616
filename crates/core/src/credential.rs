//! What the vault keeps: a credential with its version, and the only way to turn it into bytes.

use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use crate::{AccessToken, Error, ErrorCode, RefreshToken, Result, StaticKey};

/// How new a credential is. Every consent, re-paste and hand-over raises `epoch`, every rotation `generation`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Version {
    /// Raised by people: consent, paste, hand-over.
    pub epoch: u64,
    /// Raised by rotations.
    #[serde(rename = "gen")]
    pub generation: u64,
}

impl Version {
    /// The version of a credential that was just pasted for the first time.
    pub const FIRST: Self = Self { epoch: 1, generation: 0 };

    /// After one more rotation.
    #[must_use]
    pub fn rotated(self) -> Self {
        Self { generation: self.generation + 1, ..self }
    }

    /// After one more paste, consent or hand-over.
    #[must_use]
    pub fn next_epoch(self) -> Self {
        Self { epoch: self.epoch + 1, ..self }
    }
}

/// The kinds a connection can be, known without opening the vault.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CredentialKind {
    /// Access token and single-use refresh token.
    Rotating,
    /// A key that never renews.
    Static,
}

/// A live credential.
#[derive(Debug, Clone, PartialEq)]
pub enum Credential {
    /// An access token and the single-use refresh token that buys the next pair.
    Rotating {
        /// Sent with each call.
        access: AccessToken,
        /// Spent once.
        refresh: RefreshToken,
        /// A legacy API key to fall back on when the pair is dead.
        fallback: Option<StaticKey>,
    },
    /// A key that never renews.
    Static {
        /// Sent with each call.
        key: StaticKey,
    },
}

impl Credential {
    /// Its kind.
    #[must_use]
    pub fn kind(&self) -> CredentialKind {
        match self {
            Self::Rotating { .. } => CredentialKind::Rotating,
            Self::Static { .. } => CredentialKind::Static,
        }
    }
}

/// A credential and its version: one vault entry, changed by one write.
#[derive(Debug, Clone, PartialEq)]
pub struct Stored {
    /// How new it is.
    pub version: Version,
    /// The tokens.
    pub credential: Credential,
}

/// What a replacement grows out of: the version it read and the token it spent. A mismatch is a conflict.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Parent {
    /// The version that was read.
    pub version: Version,
    /// SHA-256 of the token that was spent (or of the key). Only ever kept encrypted.
    pub spent: [u8; 32],
}

/// The stored form. Private, so that nothing outside this file can serialise a token.
#[derive(Serialize, Deserialize)]
struct Wire<'a> {
    format: u8,
    #[serde(flatten)]
    version: Version,
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    access: Option<std::borrow::Cow<'a, str>>,
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    refresh: Option<std::borrow::Cow<'a, str>>,
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    key: Option<std::borrow::Cow<'a, str>>,
}

const FORMAT: u8 = 1;

impl Stored {
    /// What a replacement of this must name.
    #[must_use]
    pub fn as_parent(&self) -> Parent {
        let spent = match &self.credential {
            Credential::Rotating { refresh, .. } => refresh.digest(),
            Credential::Static { key } => key.digest(),
        };
        Parent { version: self.version, spent }
    }

    /// The bytes a vault, journal or bundle encrypts.
    #[must_use]
    pub fn to_bytes(&self) -> Zeroizing<Vec<u8>> {
        let (access, refresh, key) = match &self.credential {
            Credential::Rotating { access, refresh, fallback } => {
                (Some(access.expose()), Some(refresh.expose()), fallback.as_ref().map(StaticKey::expose))
            }
            Credential::Static { key } => (None, None, Some(key.expose())),
        };
        let wire = Wire {
            format: FORMAT,
            version: self.version,
            access: access.map(Into::into),
            refresh: refresh.map(Into::into),
            key: key.map(Into::into),
        };
        // Reserved up front: a growing buffer would leave copies of the token behind.
        let mut bytes = Zeroizing::new(Vec::with_capacity(16 * 1024));
        match serde_json::to_writer(&mut *bytes, &wire) {
            Ok(()) => bytes,
            Err(_) => unreachable!("strings and numbers always serialise"),
        }
    }

    /// Reads what [`Self::to_bytes`] wrote.
    ///
    /// # Errors
    /// `vault_damaged` without any of the content.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self> {
        let damaged = || Error::new(ErrorCode::VaultDamaged);
        let wire: Wire<'_> = serde_json::from_slice(bytes).map_err(|_| damaged())?;
        if wire.format != FORMAT {
            return Err(ErrorCode::HomeNewer.into());
        }
        let key = wire.key.map(|key| StaticKey::new(key.into_owned()));
        let credential = match (wire.access, wire.refresh, key) {
            (Some(access), Some(refresh), fallback) => Credential::Rotating {
                access: AccessToken::new(access.into_owned()),
                refresh: RefreshToken::new(refresh.into_owned()),
                fallback,
            },
            (None, None, Some(key)) => Credential::Static { key },
            _ => return Err(damaged()),
        };
        Ok(Self { version: wire.version, credential })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn survives_its_bytes() {
        for fallback in [None, Some(StaticKey::new("k".to_owned()))] {
            let stored = Stored {
                version: Version { epoch: 3, generation: 7 },
                credential: Credential::Rotating {
                    access: AccessToken::new("a\"\\u0000é".to_owned()),
                    refresh: RefreshToken::new("r".to_owned()),
                    fallback,
                },
            };
            assert_eq!(Stored::from_bytes(&stored.to_bytes()), Ok(stored));
        }
    }

    #[test]
    fn newer_is_lexicographic() {
        let old = Version { epoch: 1, generation: 9 };
        assert!(old.next_epoch() > old.rotated());
        assert!(old.rotated() > old);
    }

    #[test]
    fn garbage_is_damaged() {
        for bad in [&b""[..], b"{}", b"{\"format\":1,\"epoch\":1,\"gen\":0,\"access\":\"a\"}"] {
            assert_eq!(Stored::from_bytes(bad).map_err(|e| e.code()), Err(ErrorCode::VaultDamaged));
        }
    }
}
