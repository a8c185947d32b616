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
    /// Access token and single-use refresh token: there is one custodian, and it is handed over.
    Rotating,
    /// Access token and a refresh token that can be used again and again: it may be copied.
    Reusable,
    /// A key that never renews. It may be copied.
    Static,
}

impl CredentialKind {
    /// Whether two holders do each other no harm.
    #[must_use]
    pub const fn may_be_copied(self) -> bool {
        matches!(self, Self::Reusable | Self::Static)
    }

    /// Whether it renews at all.
    #[must_use]
    pub const fn renews(self) -> bool {
        matches!(self, Self::Rotating | Self::Reusable)
    }
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
    /// An access token and the refresh token that buys the next one, again and again.
    Reusable {
        /// Sent with each call.
        access: AccessToken,
        /// Lasts until somebody revokes it or it lies unused for too long.
        refresh: RefreshToken,
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
            Self::Reusable { .. } => CredentialKind::Reusable,
            Self::Static { .. } => CredentialKind::Static,
        }
    }

    /// What goes into an API call.
    #[must_use]
    pub fn in_calls(&self) -> &str {
        match self {
            Self::Rotating { access, .. } | Self::Reusable { access, .. } => access.expose(),
            Self::Static { key } => key.expose(),
        }
    }

    /// What buys the next access token.
    #[must_use]
    pub fn refresh(&self) -> Option<&RefreshToken> {
        match self {
            Self::Rotating { refresh, .. } | Self::Reusable { refresh, .. } => Some(refresh),
            Self::Static { .. } => None,
        }
    }

    /// The key to fall back on, if one is kept beside the pair.
    #[must_use]
    pub fn fallback(&self) -> Option<&StaticKey> {
        match self {
            Self::Rotating { fallback, .. } => fallback.as_ref(),
            Self::Reusable { .. } | Self::Static { .. } => None,
        }
    }

    /// The credential after an exchange. A provider that sends no refresh token lets the old one go on.
    ///
    /// # Errors
    /// `not_rotating` for a key, `answer_unreadable` when a single-use token was spent and none came back.
    pub fn renewed(&self, access: AccessToken, new: Option<RefreshToken>) -> Result<Self> {
        match (self, new) {
            (Self::Rotating { fallback, .. }, Some(refresh)) => {
                Ok(Self::Rotating { access, refresh, fallback: fallback.clone() })
            }
            (Self::Rotating { .. }, None) => Err(ErrorCode::AnswerUnreadable.into()),
            (Self::Reusable { refresh, .. }, new) => {
                Ok(Self::Reusable { access, refresh: new.unwrap_or_else(|| refresh.clone()) })
            }
            (Self::Static { .. }, _) => Err(ErrorCode::NotRotating.into()),
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
    /// The refresh token can be used again and again.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    reusable: bool,
}

const FORMAT: u8 = 1;

impl Stored {
    /// What a replacement of this must name.
    #[must_use]
    pub fn as_parent(&self) -> Parent {
        let spent = match &self.credential {
            Credential::Rotating { refresh, .. } | Credential::Reusable { refresh, .. } => refresh.digest(),
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
            Credential::Reusable { access, refresh } => (Some(access.expose()), Some(refresh.expose()), None),
            Credential::Static { key } => (None, None, Some(key.expose())),
        };
        let wire = Wire {
            format: FORMAT,
            version: self.version,
            access: access.map(Into::into),
            refresh: refresh.map(Into::into),
            key: key.map(Into::into),
            reusable: self.credential.kind() == CredentialKind::Reusable,
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
        if wire.access.is_some() != wire.refresh.is_some() {
            return Err(damaged());
        }
        let pair = wire
            .access
            .zip(wire.refresh)
            .map(|(access, refresh)| (AccessToken::new(access.into_owned()), RefreshToken::new(refresh.into_owned())));
        let credential = match (pair, key, wire.reusable) {
            (Some((access, refresh)), fallback, false) => Credential::Rotating { access, refresh, fallback },
            (Some((access, refresh)), None, true) => Credential::Reusable { access, refresh },
            (None, Some(key), false) => Credential::Static { key },
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
    fn a_reusable_token_survives_its_bytes_and_goes_on_when_none_comes_back() {
        let (access, refresh) = (AccessToken::new("a".to_owned()), RefreshToken::new("r".to_owned()));
        let stored = Stored { version: Version::FIRST, credential: Credential::Reusable { access, refresh: refresh.clone() } };
        assert_eq!(Stored::from_bytes(&stored.to_bytes()), Ok(stored.clone()));
        let next = stored.credential.renewed(AccessToken::new("b".to_owned()), None).expect("renewed");
        assert_eq!((next.in_calls(), next.refresh()), ("b", Some(&refresh)));
    }

    #[test]
    fn a_spent_token_without_a_successor_is_not_kept() {
        let credential = Credential::Rotating {
            access: AccessToken::new("a".to_owned()),
            refresh: RefreshToken::new("r".to_owned()),
            fallback: None,
        };
        let renewed = credential.renewed(AccessToken::new("b".to_owned()), None);
        assert_eq!(renewed.expect_err("nothing to go on with").code(), ErrorCode::AnswerUnreadable);
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
