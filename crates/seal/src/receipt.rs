//! A holder's signed answer: this bundle, with these versions, was opened by me.

use bulla_core::{ConnectionId, Error, ErrorCode, Fingerprint, Result, Version};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::encoding::{is_hex, unwrapped};
use crate::identity::FINGERPRINT_BYTES;
use crate::jws::{self, Document, Fault, Unverified};
use crate::manifest::is_bundle_id;
use crate::{Card, Identity};

/// What a holder confirms. Whether it is what was sent, the sender must compare.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Receipt {
    /// The bundle's id.
    pub bundle_id: String,
    /// SHA-256 of the bundle's file, in hexadecimal.
    pub sha256: String,
    /// Who opened it and signs.
    pub recipient: Fingerprint,
    /// When.
    pub opened_at: DateTime<Utc>,
    /// What is kept now, and how new it is.
    pub connections: Vec<(ConnectionId, Version)>,
}

/// What a receipt claims before its signature was checked: only good for finding the bundle and the holder's card.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnverifiedReceipt {
    /// The bundle it speaks of.
    pub bundle_id: String,
    /// Who says to have opened it.
    pub recipient: Fingerprint,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Wire {
    version: u8,
    bundle_id: String,
    sha256: String,
    recipient: Fingerprint,
    opened_at: DateTime<Utc>,
    connections: Vec<HeldWire>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct HeldWire {
    id: ConnectionId,
    epoch: u64,
    #[serde(rename = "gen")]
    generation: u64,
}

const VERSION: u8 = 1;
const MAX_TEXT_BYTES: usize = 2 * 1024 * 1024;

impl Receipt {
    /// The receipt as one line. Its `recipient` must be the signer, or nobody can verify it.
    #[must_use]
    pub fn sign(&self, me: &Identity) -> String {
        let wire = Wire {
            version: VERSION,
            bundle_id: self.bundle_id.clone(),
            sha256: self.sha256.clone(),
            recipient: self.recipient.clone(),
            opened_at: self.opened_at,
            connections: self
                .connections
                .iter()
                .map(|&(id, version)| HeldWire { id, epoch: version.epoch, generation: version.generation })
                .collect(),
        };
        let Ok(json) = serde_json::to_vec(&wire) else { unreachable!("strings, numbers and dates always serialise") };
        let text = jws::sign(Document::Receipt, &json, me.signing());
        text.iter().copied().map(char::from).collect()
    }

    /// Reads a receipt that this holder signed: `receipt_damaged` if it isn't one, `receipt_signature` if it is
    /// somebody else's.
    pub fn verify(text: &str, holder: &Card) -> Result<Self> {
        let line = line_of(text)?;
        let unverified = read(&line)?;
        if claims(&unverified)?.recipient != holder.fingerprint() {
            return Err(Error::new(ErrorCode::ReceiptSignature).detail("it is another holder's"));
        }
        let json = unverified.verify(&holder.verify_key).ok_or(ErrorCode::ReceiptSignature)?;
        Self::of(serde_json::from_slice(&json).map_err(|_| unreadable())?)
    }

    /// What a receipt claims, to find the card to verify it with.
    pub fn peek(text: &str) -> Result<UnverifiedReceipt> {
        claims(&read(&line_of(text)?)?)
    }

    fn of(wire: Wire) -> Result<Self> {
        if wire.version != VERSION {
            return Err(damaged("it is of another version"));
        }
        if !is_bundle_id(&wire.bundle_id) || !is_hex(&wire.sha256, 32) {
            return Err(unreadable());
        }
        Ok(Self {
            bundle_id: wire.bundle_id,
            sha256: wire.sha256,
            recipient: wire.recipient,
            opened_at: wire.opened_at,
            connections: wire
                .connections
                .into_iter()
                .map(|held| (held.id, Version { epoch: held.epoch, generation: held.generation }))
                .collect(),
        })
    }
}

fn line_of(text: &str) -> Result<String> {
    if text.len() > MAX_TEXT_BYTES { Err(damaged("too long for a receipt")) } else { Ok(unwrapped(text)) }
}

fn read(line: &str) -> Result<Unverified<'_>> {
    Unverified::read(Document::Receipt, line.as_bytes()).map_err(|fault| match fault {
        Fault::Shape => damaged("it isn't a signed document, or is cut"),
        Fault::Header => damaged("it isn't a receipt"),
    })
}

fn claims(unverified: &Unverified<'_>) -> Result<UnverifiedReceipt> {
    #[derive(Deserialize)]
    struct Claims {
        bundle_id: String,
        recipient: Fingerprint,
    }
    let Claims { bundle_id, recipient } = serde_json::from_slice(unverified.claims()).map_err(|_| unreadable())?;
    if is_bundle_id(&bundle_id) && is_hex(recipient.as_str(), FINGERPRINT_BYTES) {
        Ok(UnverifiedReceipt { bundle_id, recipient })
    } else {
        Err(unreadable())
    }
}

fn unreadable() -> Error {
    damaged("its content can't be read")
}

fn damaged(detail: &str) -> Error {
    Error::new(ErrorCode::ReceiptDamaged).detail(detail)
}
