//! A card: an identity's public half, as one line that can be copied and pasted.
//!
//! The line carries a checksum, so that a cut or altered paste is noticed, and a signature of its own, so that
//! nobody can pair somebody else's verify key with his own recipient. Whose card it is, the eight words prove.

use std::fmt;
use std::str::FromStr;

use aws_lc_rs::agreement::{EphemeralPrivateKey, UnparsedPublicKey as PublicPoint, X25519, agree_ephemeral};
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{ED25519, UnparsedPublicKey};
use bulla_core::{Error, ErrorCode, Fingerprint, Result};
use serde::{Deserialize, Serialize};

use crate::encoding::{Frame, from_base64, from_base64_exact, is_hex, sha256_hex, to_base64, unwrapped};
use crate::identity::{FINGERPRINT_BYTES, Identity, fingerprint_of};

/// Length of the nonce in a server's answer.
pub const NONCE_BYTES: usize = 16;

/// What kind of home an identity belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// A home with a person in front of it.
    Desk,
    /// An agent's home.
    Server,
}

impl Role {
    /// As the card spells it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Desk => "desk",
            Self::Server => "server",
        }
    }
}

/// An identity's public half. Made by [`Identity::card`], [`Identity::reply_card`] and [`Card::parse`] only.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
#[non_exhaustive]
pub struct Card {
    /// The card's format.
    pub version: u8,
    /// What kind of home it is.
    pub role: Role,
    /// What its people call it: one printable line.
    pub name: String,
    /// What bundles are encrypted for, `age1…`.
    pub recipient: String,
    /// What its signatures are checked with (Ed25519).
    pub verify_key: [u8; 32],
    /// Fresh in every answer of a server.
    pub nonce: Option<[u8; NONCE_BYTES]>,
    /// The desk this card answers.
    pub reply_to: Option<Fingerprint>,
    signature: [u8; 64],
}

/// The JSON inside the line.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Wire {
    version: u8,
    role: Role,
    name: String,
    recipient: String,
    verify_key: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    nonce: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    reply_to: Option<Fingerprint>,
    signature: String,
}

#[derive(Deserialize)]
struct WireVersion {
    version: u64,
}

const VERSION: u8 = 1;
const PREFIX: &str = "bulla-card";
const CHECKSUM_CHARS: usize = 8;
const MAX_TEXT_BYTES: usize = 16 * 1024;
const MAX_NAME_CHARS: usize = 120;

impl Card {
    /// Reads a pasted card: `card_damaged`, or `card_version` for one of a newer Bulla.
    pub fn parse(text: &str) -> Result<Self> {
        if text.len() > MAX_TEXT_BYTES {
            return Err(damaged("too long for a card"));
        }
        let line = unwrapped(text);
        let rest = line.strip_prefix(PREFIX).ok_or_else(|| damaged("it doesn't begin like a card"))?;
        let (version, rest) = rest.split_once('.').ok_or_else(|| damaged("it is cut"))?;
        if version != "1" {
            let newer = !version.is_empty() && version.len() < 6 && version.bytes().all(|b| b.is_ascii_digit());
            return Err(if newer { ErrorCode::CardVersion.into() } else { damaged("it doesn't begin like a card") });
        }
        let (body, sum) = rest.split_once('.').ok_or_else(|| damaged("it is cut"))?;
        if sum != checksum(body) {
            return Err(damaged("its checksum is wrong: it is cut or altered"));
        }
        Self::from_json(&from_base64(body).ok_or_else(|| damaged("it isn't base64"))?)
    }

    /// The card as one line.
    #[must_use]
    pub fn to_text(&self) -> String {
        let wire = Wire {
            version: self.version,
            role: self.role,
            name: self.name.clone(),
            recipient: self.recipient.clone(),
            verify_key: to_base64(&self.verify_key),
            nonce: self.nonce.map(|nonce| to_base64(&nonce)),
            reply_to: self.reply_to.clone(),
            signature: to_base64(&self.signature),
        };
        let Ok(json) = serde_json::to_vec(&wire) else { unreachable!("strings and numbers always serialise") };
        let body = to_base64(&json);
        format!("{PREFIX}{VERSION}.{body}.{}", checksum(&body))
    }

    /// What this card's identity is recognised by, whatever it is called.
    #[must_use]
    pub fn fingerprint(&self) -> Fingerprint {
        fingerprint_of(&self.recipient, &self.verify_key)
    }

    pub(crate) fn signed(by: &Identity, role: Role, name: &str, reply: Option<([u8; NONCE_BYTES], Fingerprint)>) -> Self {
        let (nonce, reply_to) = reply.unzip();
        let mut card = Self {
            version: VERSION,
            role,
            name: printable(name),
            recipient: by.recipient(),
            verify_key: by.verify_key(),
            nonce,
            reply_to,
            signature: [0; 64],
        };
        if card.name.is_empty() {
            role.as_str().clone_into(&mut card.name);
        }
        match by.signing().sign(card.frame().as_bytes()).as_ref().try_into() {
            Ok(signature) => card.signature = signature,
            Err(_) => unreachable!("an Ed25519 signature has 64 bytes"),
        }
        card
    }

    /// Every field but the signature, for the signature and the words.
    pub(crate) fn frame(&self) -> Frame {
        Frame::new("bulla/card/v1")
            .field(&[self.version])
            .field(self.role.as_str().as_bytes())
            .field(self.name.as_bytes())
            .field(self.recipient.as_bytes())
            .field(&self.verify_key)
            .field(self.nonce.as_ref().map_or(&[][..], |nonce| nonce))
            .field(self.reply_to.as_ref().map_or("", Fingerprint::as_str).as_bytes())
    }

    /// The key bundles are encrypted for.
    pub(crate) fn age_recipient(&self) -> Result<age::x25519::Recipient> {
        usable_recipient(&self.recipient).ok_or_else(|| damaged("its recipient isn't usable"))
    }

    fn from_json(json: &[u8]) -> Result<Self> {
        // Parser messages quote what they read; a stranger's text is of no use in ours.
        let WireVersion { version } = serde_json::from_slice(json).map_err(|_| damaged("its content can't be read"))?;
        if version != u64::from(VERSION) {
            return Err(ErrorCode::CardVersion.into());
        }
        let wire: Wire = serde_json::from_slice(json).map_err(|_| damaged("its content can't be read"))?;
        let nonce = match wire.nonce {
            Some(text) => Some(from_base64_exact(&text).ok_or_else(|| damaged("its nonce can't be read"))?),
            None => None,
        };
        let card = Self {
            version: wire.version,
            role: wire.role,
            name: wire.name,
            recipient: wire.recipient,
            verify_key: from_base64_exact(&wire.verify_key).ok_or_else(|| damaged("its verify key can't be read"))?,
            nonce,
            reply_to: wire.reply_to,
            signature: from_base64_exact(&wire.signature).ok_or_else(|| damaged("its signature can't be read"))?,
        };
        card.check()?;
        Ok(card)
    }

    fn check(&self) -> Result<()> {
        if self.name.is_empty() || printable(&self.name) != self.name {
            return Err(damaged("its name isn't one printable line"));
        }
        let whole_reply = match (&self.nonce, &self.reply_to) {
            (None, None) => true,
            (Some(_), Some(to)) => self.role == Role::Server && is_hex(to.as_str(), FINGERPRINT_BYTES),
            _ => false,
        };
        if !whole_reply {
            return Err(damaged("it is neither a card nor an answer"));
        }
        let key = UnparsedPublicKey::new(&ED25519, &self.verify_key);
        if key.verify(self.frame().as_bytes(), &self.signature).is_err() {
            return Err(damaged("it isn't signed by its own key"));
        }
        self.age_recipient().map(drop)
    }
}

impl fmt::Display for Card {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.to_text())
    }
}

impl FromStr for Card {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        Self::parse(text)
    }
}

impl TryFrom<String> for Card {
    type Error = Error;

    fn try_from(text: String) -> Result<Self> {
        Self::parse(&text)
    }
}

impl From<Card> for String {
    fn from(card: Card) -> Self {
        card.to_text()
    }
}

fn damaged(detail: &str) -> Error {
    Error::new(ErrorCode::CardDamaged).detail(detail)
}

fn checksum(body: &str) -> String {
    let mut sum = sha256_hex(format!("{PREFIX}{VERSION}.{body}").as_bytes());
    sum.truncate(CHECKSUM_CHARS);
    sum
}

/// A name as one short line: no control characters, none that reorder or hide text.
fn printable(name: &str) -> String {
    let hidden = |c: char| {
        c.is_control()
            || matches!(c, '\u{ad}' | '\u{61c}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}')
            || matches!(c, '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}')
    };
    let line: String = name.chars().filter(|&c| !hidden(c)).collect();
    line.trim().chars().take(MAX_NAME_CHARS).collect::<String>().trim_end().to_owned()
}

/// Reads an age recipient in its one spelling, unless it is one of the few points for which every shared secret is
/// zero: age stops the whole process when it meets such a key.
fn usable_recipient(text: &str) -> Option<age::x25519::Recipient> {
    let recipient: age::x25519::Recipient = text.parse().ok()?;
    if recipient.to_string() != text {
        return None;
    }
    let mine = EphemeralPrivateKey::generate(&X25519, &SystemRandom::new()).ok()?;
    agree_ephemeral(mine, PublicPoint::new(&X25519, key_bytes(text)?), (), |_| Ok(())).ok()?;
    Some(recipient)
}

/// The 32 bytes in a recipient's text, whose checksum has been verified.
fn key_bytes(recipient: &str) -> Option<[u8; 32]> {
    const ALPHABET: &[u8] = b"qpzry9x8gf2tvdw0s3jn54khce6mua7l";
    const CHECKSUM: usize = 6;
    let digits = recipient.strip_prefix("age1")?.as_bytes();
    let (mut key, mut bits, mut held) = (Vec::with_capacity(32), 0_u32, 0);
    for digit in digits.get(..digits.len().checked_sub(CHECKSUM)?)? {
        let value = ALPHABET.iter().position(|known| known == digit)?;
        bits = (bits << 5 | u32::try_from(value).ok()?) & 0xfff;
        held += 5;
        if held >= 8 {
            held -= 8;
            key.push(u8::try_from(bits >> held & 0xff).ok()?);
        }
    }
    key.try_into().ok()
}
