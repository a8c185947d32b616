//! Small encodings that several documents share.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use bulla_core::{Error, ErrorCode, Result};
use sha2::{Digest, Sha256};

/// A sequence of fields with one reading only: every field is preceded by its length, the first names the purpose.
pub(crate) struct Frame(Vec<u8>);

impl Frame {
    /// Starts a frame that can't be taken for one of another purpose.
    pub(crate) fn new(purpose: &str) -> Self {
        Self(Vec::new()).field(purpose.as_bytes())
    }

    /// Adds a field.
    pub(crate) fn field(mut self, bytes: &[u8]) -> Self {
        self.0.extend_from_slice(&(bytes.len() as u64).to_be_bytes());
        self.0.extend_from_slice(bytes);
        self
    }

    /// The frame's bytes, to be signed.
    pub(crate) fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    /// SHA-256 of the frame.
    pub(crate) fn digest(&self) -> [u8; 32] {
        Sha256::digest(&self.0).into()
    }
}

/// SHA-256 in lower-case hexadecimal.
pub(crate) fn sha256_hex(bytes: &[u8]) -> String {
    hex(&Sha256::digest(bytes))
}

/// Lower-case hexadecimal.
pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().flat_map(|byte| [byte >> 4, byte & 15]).filter_map(|digit| char::from_digit(digit.into(), 16)).collect()
}

/// Whether this is lower-case hexadecimal of so many bytes.
pub(crate) fn is_hex(text: &str, bytes: usize) -> bool {
    text.len() == bytes * 2 && text.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'))
}

/// Base64url without padding.
pub(crate) fn to_base64(bytes: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

/// Reads base64url without padding. Only one spelling of the same bytes is accepted.
pub(crate) fn from_base64(text: impl AsRef<[u8]>) -> Option<Vec<u8>> {
    URL_SAFE_NO_PAD.decode(text).ok()
}

/// The same for a known number of bytes.
pub(crate) fn from_base64_exact<const N: usize>(text: &str) -> Option<[u8; N]> {
    from_base64(text)?.try_into().ok()
}

/// Bytes from the system's generator.
pub(crate) fn random<const N: usize>() -> Result<[u8; N]> {
    let mut bytes = [0; N];
    aws_lc_rs::rand::fill(&mut bytes)
        .map_err(|_| Error::new(ErrorCode::Internal).detail("the random number generator failed"))?;
    Ok(bytes)
}

/// Text that was copied by hand: without what mail programs and terminals put into and around one long word.
pub(crate) fn unwrapped(text: &str) -> String {
    const QUOTES: &[char] = &['"', '\'', '`', '«', '»', '“', '”', '„', '‘', '’', '‹', '›', '<', '>'];
    let dense: String = text.chars().filter(|c| !c.is_whitespace() && !matches!(c, '\u{200b}' | '\u{feff}')).collect();
    dense.trim_matches(QUOTES).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_frame_has_one_reading() {
        let one = Frame::new("p").field(b"ab").field(b"c");
        for other in
            [Frame::new("p").field(b"a").field(b"bc"), Frame::new("p").field(b"abc"), Frame::new("q").field(b"ab").field(b"c")]
        {
            assert_ne!(one.digest(), other.digest());
        }
    }

    #[test]
    fn hexadecimal() {
        assert_eq!(hex(&[0, 0x9f, 0xff]), "009fff");
        assert!(is_hex("009fff", 3));
        assert!(!is_hex("009fFf", 3) && !is_hex("009f", 3) && !is_hex("00zzff", 3));
    }
}
