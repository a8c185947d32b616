//! A home's identity: the key that signs and the key that bundles are encrypted for.

use std::fmt;

use aws_lc_rs::signature::{Ed25519KeyPair, KeyPair};
use bulla_core::{Error, ErrorCode, Fingerprint, Result};
use secrecy::ExposeSecret;
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use crate::encoding::{Frame, from_base64, hex, random, to_base64};
use crate::{Card, Role};

/// An age X25519 secret and an Ed25519 signing key. Made once per home; lives in the vault.
///
/// ```compile_fail
/// let identity = bulla_seal::Identity::generate().unwrap();
/// serde_json::to_string(&identity); // does not implement Serialize
/// ```
pub struct Identity {
    secret: age::x25519::Identity,
    signing: Ed25519KeyPair,
    fingerprint: Fingerprint,
}

/// The vault's form. The age secret is kept as age spells it, for `age -d -i` in an emergency.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Wire<'a> {
    format: u8,
    age: &'a str,
    ed25519_pkcs8: &'a str,
}

const FORMAT: u8 = 1;

impl Identity {
    /// A new identity.
    pub fn generate() -> Result<Self> {
        let signing = Ed25519KeyPair::generate().map_err(|_| internal("no signing key could be made"))?;
        Ok(Self::of(age::x25519::Identity::generate(), signing))
    }

    /// The bytes the vault encrypts.
    #[must_use]
    pub fn to_bytes(&self) -> Zeroizing<Vec<u8>> {
        let secret = self.secret.to_string();
        // Version 1 of PKCS#8 is what OpenSSL reads.
        let Ok(pkcs8) = self.signing.to_pkcs8v1() else { unreachable!("a key in memory can be written down") };
        let pkcs8 = Zeroizing::new(to_base64(pkcs8.as_ref()));
        let wire = Wire { format: FORMAT, age: secret.expose_secret(), ed25519_pkcs8: &pkcs8 };
        // Reserved up front: a growing buffer would leave copies of the keys behind.
        let mut bytes = Zeroizing::new(Vec::with_capacity(1024));
        match serde_json::to_writer(&mut *bytes, &wire) {
            Ok(()) => bytes,
            Err(_) => unreachable!("strings and numbers always serialise"),
        }
    }

    /// Reads what [`Self::to_bytes`] wrote: `vault_damaged` if it isn't that, without any of the content.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self> {
        let damaged = || Error::new(ErrorCode::VaultDamaged).detail("the identity's entry");
        let wire: Wire<'_> = serde_json::from_slice(bytes).map_err(|_| damaged())?;
        if wire.format != FORMAT {
            return Err(damaged());
        }
        let secret = wire.age.parse().map_err(|_| damaged())?;
        let pkcs8 = Zeroizing::new(from_base64(wire.ed25519_pkcs8).ok_or_else(damaged)?);
        let signing = Ed25519KeyPair::from_pkcs8_maybe_unchecked(&pkcs8).map_err(|_| damaged())?;
        Ok(Self::of(secret, signing))
    }

    /// What this identity is recognised by.
    #[must_use]
    pub fn fingerprint(&self) -> Fingerprint {
        self.fingerprint.clone()
    }

    /// This home's card, to be given to another home. The name is cut and freed of unprintable characters.
    #[must_use]
    pub fn card(&self, role: Role, name: &str) -> Card {
        Card::signed(self, role, name, None)
    }

    /// A server's answer to a desk's card: it names that card's identity and carries a nonce nobody could foresee.
    /// `card_wrong_role` if the other card isn't a desk's.
    pub fn reply_card(&self, name: &str, to: &Card) -> Result<Card> {
        if to.role != Role::Desk {
            return Err(Error::new(ErrorCode::CardWrongRole).detail("a desk's card is needed"));
        }
        Ok(Card::signed(self, Role::Server, name, Some((random()?, to.fingerprint()))))
    }

    pub(crate) fn secret(&self) -> &age::x25519::Identity {
        &self.secret
    }

    pub(crate) fn signing(&self) -> &Ed25519KeyPair {
        &self.signing
    }

    pub(crate) fn recipient(&self) -> String {
        self.secret.to_public().to_string()
    }

    pub(crate) fn verify_key(&self) -> [u8; 32] {
        match self.signing.public_key().as_ref().try_into() {
            Ok(key) => key,
            Err(_) => unreachable!("an Ed25519 public key has 32 bytes"),
        }
    }

    fn of(secret: age::x25519::Identity, signing: Ed25519KeyPair) -> Self {
        let mut identity = Self { secret, signing, fingerprint: Fingerprint::new(String::new()) };
        identity.fingerprint = fingerprint_of(&identity.recipient(), &identity.verify_key());
        identity
    }
}

impl fmt::Debug for Identity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Identity").field("fingerprint", &self.fingerprint).finish_non_exhaustive()
    }
}

/// The first 20 bytes of SHA-256 over both public keys.
pub(crate) fn fingerprint_of(recipient: &str, verify_key: &[u8; 32]) -> Fingerprint {
    let digest = Frame::new("bulla/identity/v1").field(recipient.as_bytes()).field(verify_key).digest();
    Fingerprint::new(hex(&digest[..FINGERPRINT_BYTES]))
}

/// Length of a fingerprint.
pub(crate) const FINGERPRINT_BYTES: usize = 20;

fn internal(detail: &str) -> Error {
    Error::new(ErrorCode::Internal).detail(detail)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn survives_its_bytes() {
        let identity = Identity::generate().expect("keys");
        let bytes = identity.to_bytes();
        assert!(bytes.len() < 1024, "the buffer must not have grown");
        let again = Identity::from_bytes(&bytes).expect("its own bytes");
        assert_eq!(again.fingerprint(), identity.fingerprint());
        assert_eq!(again.card(Role::Desk, "d"), identity.card(Role::Desk, "d"));
        assert!(crate::encoding::is_hex(identity.fingerprint().as_str(), FINGERPRINT_BYTES));
    }

    #[test]
    fn debug_shows_no_key() {
        let identity = Identity::generate().expect("keys");
        let shown = format!("{identity:?}");
        assert!(shown.starts_with("Identity { fingerprint:") && !shown.to_uppercase().contains("AGE-SECRET"), "{shown}");
    }

    #[test]
    fn damaged_bytes_are_refused_without_their_content() {
        let bytes = Identity::generate().expect("keys").to_bytes();
        let text = std::str::from_utf8(&bytes).expect("JSON");
        let other_format = text.replace("\"format\":1", "\"format\":2");
        for bad in [&bytes[..bytes.len() - 1], b"", b"{}", b"null", other_format.as_bytes()] {
            let error = Identity::from_bytes(bad).expect_err("damaged");
            assert_eq!(error.code(), ErrorCode::VaultDamaged);
            assert_eq!(error.detail_text(), Some("the identity's entry"));
        }
        for at in 0..bytes.len() {
            let mut cut = bytes.to_vec();
            cut[at] ^= 1;
            if let Err(error) = Identity::from_bytes(&cut) {
                assert_eq!(error.code(), ErrorCode::VaultDamaged);
            }
        }
    }
}
