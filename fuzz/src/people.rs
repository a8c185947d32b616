//! A desk and a server that know each other, and what somebody with the desk's key could make the server read.
//!
//! The keys are fixed, so that an input that broke something breaks it again. Nothing else was ever done with them.

use std::io::Write;
use std::iter;
use std::sync::LazyLock;

use aws_lc_rs::signature::Ed25519KeyPair;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use bulla_seal::{Card, Identity, OpenedBundle, Role};
use chrono::{DateTime, Utc};
use serde_json::Value;

const DESK: &str = r#"{
    "format": 1,
    "age": "AGE-SECRET-KEY-1RMKTQEJ53LD7XEWKEX4FFC4U02VSHMK7QURSSS5SF6J73L5SE42Q92L2D4",
    "ed25519_pkcs8": "MC4CAQAwBQYDK2VwBCIEIKBudwv1rGKC4UknFWoB5IIPSxrZxi6VYtzlZbVKaa4M"
}"#;

const SERVER: &str = r#"{
    "format": 1,
    "age": "AGE-SECRET-KEY-1QE0Y4Q9EG888MNDE8CQ0UM76XEAAN9S2XJU0AXZAPN3LRFEQ4WQSTWCNN9",
    "ed25519_pkcs8": "MC4CAQAwBQYDK2VwBCIEIK78vksKKIWkQHNd32sLMwvz3PM5an_-ffLfe3EMviy9"
}"#;

/// The header of a signed bundle.
pub const BUNDLE: &str = r#"{"alg":"EdDSA","typ":"bulla-bundle+jws"}"#;
/// The header of a signed receipt.
pub const RECEIPT: &str = r#"{"alg":"EdDSA","typ":"bulla-receipt+jws"}"#;

/// One of the two.
pub struct Person {
    pub identity: Identity,
    pub card: Card,
    signing: Ed25519KeyPair,
}

/// Sends.
pub static THE_DESK: LazyLock<Person> = LazyLock::new(|| Person::new(DESK, Role::Desk, "Anna's desk"));
/// Receives.
pub static THE_SERVER: LazyLock<Person> = LazyLock::new(|| Person::new(SERVER, Role::Server, "web-1"));

impl Person {
    fn new(keys: &str, role: Role, name: &str) -> Self {
        let identity = Identity::from_bytes(keys.as_bytes()).expect("fixed keys");
        let json: Value = serde_json::from_str(keys).expect("fixed keys");
        let pkcs8 = json["ed25519_pkcs8"].as_str().and_then(|text| URL_SAFE_NO_PAD.decode(text).ok()).expect("fixed keys");
        let signing = Ed25519KeyPair::from_pkcs8_maybe_unchecked(&pkcs8).expect("fixed keys");
        Self { card: identity.card(role, name), identity, signing }
    }

    /// A compact JWS around any payload.
    #[must_use]
    pub fn sign(&self, header: &str, payload: &[u8]) -> String {
        let input = format!("{}.{}", URL_SAFE_NO_PAD.encode(header), URL_SAFE_NO_PAD.encode(payload));
        format!("{input}.{}", URL_SAFE_NO_PAD.encode(self.signing.sign(input.as_bytes())))
    }
}

/// The moment at which everything is opened.
#[must_use]
pub fn now() -> DateTime<Utc> {
    DateTime::from_timestamp(1_800_000_000, 0).expect("a moment")
}

/// An age file for the server with any content.
#[must_use]
pub fn encrypted(content: &[u8]) -> Vec<u8> {
    let recipient: age::x25519::Recipient = THE_SERVER.card.recipient.parse().expect("a card's recipient");
    let encryptor = age::Encryptor::with_recipients(iter::once(&recipient as _)).expect("one recipient");
    let mut writer = encryptor.wrap_output(Vec::new()).expect("memory");
    writer.write_all(content).expect("memory");
    writer.finish().expect("memory")
}

/// What the server makes of a bundle. A refusal has one of the bundle's own codes, and nobody else passes for the desk.
#[must_use]
pub fn open(bytes: &[u8]) -> Option<OpenedBundle> {
    match bulla_seal::open(&THE_SERVER.identity, std::slice::from_ref(&THE_DESK.card), bytes, now()) {
        Ok(opened) => {
            assert_eq!(opened.sender, THE_DESK.identity.fingerprint());
            Some(opened)
        }
        Err(error) => {
            crate::check::family(&error, "bundle_");
            None
        }
    }
}
