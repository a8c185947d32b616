//! Sealing and opening: sign, then encrypt; and the checks of the receiver, in their order.

use std::fmt;

use bulla_core::{Error, ErrorCode, Fingerprint, Result};
use chrono::{DateTime, TimeDelta, Utc};

use crate::encoding::sha256_hex;
use crate::jws::{self, Document, Fault, Unverified};
use crate::manifest::claimed_sender;
use crate::{Card, Identity, Manifest, envelope};

/// The largest bundle written or read.
pub const MAX_BUNDLE_BYTES: usize = 8 * 1024 * 1024;

/// How far two clocks may be apart.
pub const SKEW: TimeDelta = TimeDelta::minutes(5);

/// A bundle, ready to be written to a file.
#[derive(Clone, PartialEq, Eq)]
pub struct SealedBundle {
    /// The age file.
    pub bytes: Vec<u8>,
    /// SHA-256 of the file in hexadecimal; a receipt must name it.
    pub sha256: String,
    /// The manifest's id.
    pub bundle_id: String,
}

/// A bundle that passed every check that needs no memory of earlier ones.
#[derive(Debug, Clone, PartialEq)]
pub struct OpenedBundle {
    /// Its content.
    pub manifest: Manifest,
    /// SHA-256 of the file in hexadecimal, for the receipt.
    pub sha256: String,
    /// The pinned sender whose signature was verified.
    pub sender: Fingerprint,
}

/// Signs the manifest and encrypts it for the recipient alone.
///
/// `bundle_too_large`, `card_damaged` for a card age can't use, or `internal` for a manifest that names other people
/// or doesn't fit together.
pub fn seal(sender: &Identity, recipient: &Card, manifest: &Manifest) -> Result<SealedBundle> {
    let internal = |detail: &str| Error::new(ErrorCode::Internal).detail(detail);
    if manifest.sender != sender.fingerprint() || manifest.recipient != recipient.fingerprint() {
        return Err(internal("the manifest names another sender or recipient"));
    }
    manifest.check().map_err(internal)?;
    let key = recipient.age_recipient()?;
    let json = manifest.to_json();
    refuse_large(json.len())?;
    let signed = jws::sign(Document::Bundle, &json, sender.signing());
    refuse_large(signed.len())?;
    let bytes = envelope::encrypt(&key, &signed)?;
    refuse_large(bytes.len())?;
    Ok(SealedBundle { sha256: sha256_hex(&bytes), bytes, bundle_id: manifest.bundle_id.clone() })
}

/// Opens a bundle for this identity, from one of the senders pinned here.
///
/// In this order, each with its own code: size, decryption, signature, version, recipient, time, consistency. Whether
/// it was opened before and whether it is newer than what is here, the home must ask.
pub fn open(me: &Identity, senders: &[Card], bytes: &[u8], now: DateTime<Utc>) -> Result<OpenedBundle> {
    refuse_large(bytes.len())?;
    let signed = envelope::decrypt(me.secret(), bytes)?;
    let unverified = Unverified::read(Document::Bundle, &signed).map_err(|fault| match fault {
        Fault::Shape => damaged("its content isn't a signed document"),
        Fault::Header => Error::new(ErrorCode::BundleSignature).detail("it is signed in another way than bundles are"),
    })?;
    let claimed = claimed_sender(unverified.claims()).ok_or_else(|| damaged("it doesn't say who sent it"))?;
    let sender = senders
        .iter()
        .find(|card| card.fingerprint() == claimed)
        .ok_or_else(|| Error::new(ErrorCode::BundleUnknownSender).with("fingerprint", &claimed))?;
    let json = unverified
        .verify(&sender.verify_key)
        .ok_or_else(|| Error::new(ErrorCode::BundleSignature).with("fingerprint", &claimed))?;
    let manifest = Manifest::from_json(&json)?;
    if manifest.recipient != me.fingerprint() {
        return Err(Error::new(ErrorCode::BundleNotForMe).detail("it was signed for another recipient"));
    }
    check_time(&manifest, now)?;
    manifest.check().map_err(damaged)?;
    Ok(OpenedBundle { manifest, sha256: sha256_hex(bytes), sender: claimed })
}

fn refuse_large(bytes: usize) -> Result<()> {
    if bytes <= MAX_BUNDLE_BYTES {
        return Ok(());
    }
    Err(Error::new(ErrorCode::BundleTooLarge).with("bytes", bytes).with("max_bytes", MAX_BUNDLE_BYTES))
}

fn check_time(manifest: &Manifest, now: DateTime<Utc>) -> Result<()> {
    // Differences, because a sum with a date of a stranger's choice could overflow.
    let refusal = if now.signed_duration_since(manifest.expires) > SKEW {
        "it was sealed too long ago"
    } else if manifest.created.signed_duration_since(now) > SKEW {
        "it was sealed in the future: one of the two clocks is wrong"
    } else {
        return Ok(());
    };
    Err(Error::new(ErrorCode::BundleExpired)
        .with("created", manifest.created.to_rfc3339())
        .with("expires", manifest.expires.to_rfc3339())
        .detail(refusal))
}

fn damaged(detail: &str) -> Error {
    Error::new(ErrorCode::BundleDamaged).detail(detail)
}

impl fmt::Debug for SealedBundle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SealedBundle")
            .field("bundle_id", &self.bundle_id)
            .field("sha256", &self.sha256)
            .field("bytes", &self.bytes.len())
            .finish()
    }
}
