//! XChaCha20-Poly1305 with a random nonce in front of the ciphertext, the one way this crate encrypts.

use bulla_core::{ErrorCode, Result};
use chacha20poly1305::{
    KeyInit, XChaCha20Poly1305, XNonce,
    aead::{Aead, Payload},
};
use zeroize::Zeroizing;

/// A 256-bit key.
pub(crate) type Key = Zeroizing<[u8; 32]>;

/// Bytes of a nonce, which stand before the ciphertext.
pub(crate) const NONCE: usize = 24;
/// Bytes a sealed text is longer than the plain one.
pub(crate) const OVERHEAD: usize = NONCE + 16;

/// Random bytes of the operating system.
pub(crate) fn random<const N: usize>() -> Result<[u8; N]> {
    let mut bytes = [0; N];
    aws_lc_rs::rand::fill(&mut bytes).map_err(|_| ErrorCode::Internal)?;
    Ok(bytes)
}

/// A fresh key.
pub(crate) fn random_key() -> Result<Key> {
    let mut key = Zeroizing::new([0; 32]);
    aws_lc_rs::rand::fill(&mut *key).map_err(|_| ErrorCode::Internal)?;
    Ok(key)
}

/// `nonce | ciphertext | tag`.
pub(crate) fn seal(key: &[u8; 32], identity: &[u8], plain: &[u8]) -> Result<Vec<u8>> {
    let nonce = random::<NONCE>()?;
    let cipher = XChaCha20Poly1305::new(key.into());
    let body = cipher.encrypt(&XNonce::from(nonce), Payload { msg: plain, aad: identity }).map_err(|_| ErrorCode::Internal)?;
    let mut sealed = Vec::with_capacity(NONCE + body.len());
    sealed.extend_from_slice(&nonce);
    sealed.extend_from_slice(&body);
    Ok(sealed)
}

/// The plain text, or `None` for another key, another identity or changed bytes.
pub(crate) fn open(key: &[u8; 32], identity: &[u8], sealed: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
    let (nonce, body) = sealed.split_first_chunk::<NONCE>()?;
    let cipher = XChaCha20Poly1305::new(key.into());
    cipher.decrypt(&XNonce::from(*nonce), Payload { msg: body, aad: identity }).ok().map(Zeroizing::new)
}

/// Parts of an identity as bytes, each after its length, so that no two lists of parts read the same.
pub(crate) fn identity(parts: &[&str]) -> Vec<u8> {
    let mut bytes = Vec::new();
    for part in parts {
        bytes.extend_from_slice(&(part.len() as u64).to_le_bytes());
        bytes.extend_from_slice(part.as_bytes());
    }
    bytes
}

/// Lower-case hexadecimal.
pub(crate) fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write;
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn opens_only_under_its_key_and_identity() {
        let (key, other) = ([7; 32], [8; 32]);
        let sealed = seal(&key, b"a", b"planted").expect("sealed");
        assert_eq!(open(&key, b"a", &sealed).expect("opens").as_slice(), b"planted");
        assert!(open(&other, b"a", &sealed).is_none());
        assert!(open(&key, b"b", &sealed).is_none());
        assert_ne!(sealed, seal(&key, b"a", b"planted").expect("sealed again"), "nonces are fresh");
    }

    #[test]
    fn every_flipped_bit_is_noticed() {
        let key = [7; 32];
        let sealed = seal(&key, b"a", b"planted").expect("sealed");
        for bit in 0..sealed.len() * 8 {
            let mut bad = sealed.clone();
            bad[bit / 8] ^= 1 << (bit % 8);
            assert!(open(&key, b"a", &bad).is_none(), "bit {bit}");
        }
        for length in 0..sealed.len() {
            assert!(open(&key, b"a", &sealed[..length]).is_none(), "cut to {length}");
        }
    }

    #[test]
    fn identities_do_not_run_into_each_other() {
        assert_ne!(identity(&["ab", "c"]), identity(&["a", "bc"]));
    }
}
