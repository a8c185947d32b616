//! Compact JWS with one fixed header per document (RFC 7515, RFC 8037).
//!
//! The header is compared as bytes and never interpreted: an `alg`, `crit`, `jwk` or `kid` of somebody's choice can
//! decide nothing. Written here and not by a JWT library because those copy the payload into buffers nobody wipes.

use aws_lc_rs::signature::{ED25519, Ed25519KeyPair, UnparsedPublicKey};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use zeroize::Zeroizing;

use crate::encoding::{from_base64, to_base64};

/// The kinds of signed documents.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Document {
    Bundle,
    Receipt,
}

impl Document {
    const fn header(self) -> &'static str {
        match self {
            Self::Bundle => r#"{"alg":"EdDSA","typ":"bulla-bundle+jws"}"#,
            Self::Receipt => r#"{"alg":"EdDSA","typ":"bulla-receipt+jws"}"#,
        }
    }
}

/// Signs a payload.
pub(crate) fn sign(document: Document, payload: &[u8], key: &Ed25519KeyPair) -> Zeroizing<Vec<u8>> {
    const SIGNATURE_CHARS: usize = 86;
    let header = to_base64(document.header().as_bytes());
    let encoded = payload.len().div_ceil(3) * 4;
    // Reserved up front: a growing buffer would leave copies of the payload behind.
    let mut text = Zeroizing::new(Vec::with_capacity(header.len() + encoded + SIGNATURE_CHARS + 2));
    text.extend_from_slice(header.as_bytes());
    text.push(b'.');
    let start = text.len();
    text.resize(start + encoded, 0);
    let Ok(written) = URL_SAFE_NO_PAD.encode_slice(payload, &mut text[start..]) else {
        unreachable!("four characters hold three bytes")
    };
    text.truncate(start + written);
    let signature = key.sign(&text);
    text.push(b'.');
    text.extend_from_slice(to_base64(signature.as_ref()).as_bytes());
    text
}

/// Why a text is not a document of the kind asked for.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Fault {
    /// Not three parts of base64url.
    Shape,
    /// Another header than ours.
    Header,
}

/// A document whose signature has not been checked.
pub(crate) struct Unverified<'a> {
    payload: Zeroizing<Vec<u8>>,
    signed: &'a [u8],
    signature: Vec<u8>,
}

impl<'a> Unverified<'a> {
    /// Takes a compact JWS apart.
    pub(crate) fn read(document: Document, text: &'a [u8]) -> Result<Self, Fault> {
        let mut parts = text.split(|&byte| byte == b'.');
        let (Some(header), Some(payload), Some(signature), None) = (parts.next(), parts.next(), parts.next(), parts.next())
        else {
            return Err(Fault::Shape);
        };
        if header != to_base64(document.header().as_bytes()).as_bytes() {
            return Err(Fault::Header);
        }
        let signed = &text[..header.len() + 1 + payload.len()];
        let payload = Zeroizing::new(from_base64(payload).ok_or(Fault::Shape)?);
        let signature = from_base64(signature).ok_or(Fault::Shape)?;
        Ok(Self { payload, signed, signature })
    }

    /// What the document claims. Only good for choosing the key.
    pub(crate) fn claims(&self) -> &[u8] {
        &self.payload
    }

    /// The payload, if this key signed it.
    pub(crate) fn verify(self, key: &[u8; 32]) -> Option<Zeroizing<Vec<u8>>> {
        UnparsedPublicKey::new(&ED25519, key).verify(self.signed, &self.signature).ok()?;
        Some(self.payload)
    }
}
