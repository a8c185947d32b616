//! What the tests of this crate share: people, connections, and a forger who holds real keys.

#![allow(dead_code, unreachable_pub, reason = "each test file uses its own part")]

use std::io::Write;

use aws_lc_rs::signature::Ed25519KeyPair;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use bulla_core::{
    AccessToken, BaseUrl, Connection, ConnectionId, Credential, CredentialKind, Custody, CustodyKind, ErrorCode, Facts, Issued,
    Label, ProviderKind, RefreshToken, StaticKey, Stored, Version,
};
use bulla_seal::{Card, DEFAULT_LIFE, Identity, Manifest, OpenedBundle, Role, Sealed, SealedBundle};
use chrono::{DateTime, Utc};
use serde_json::Value;

pub const HEADER: &str = r#"{"alg":"EdDSA","typ":"bulla-bundle+jws"}"#;

/// A desk and a server that know each other.
pub struct Pair {
    pub desk: Identity,
    pub server: Identity,
    pub desk_card: Card,
    pub server_card: Card,
}

pub fn pair() -> Pair {
    let (desk, server) = (Identity::generate().unwrap(), Identity::generate().unwrap());
    let (desk_card, server_card) = (desk.card(Role::Desk, "Anna's desk"), server.card(Role::Server, "web-1"));
    Pair { desk, server, desk_card, server_card }
}

impl Pair {
    pub fn manifest(&self, connections: Vec<Sealed>) -> Manifest {
        Manifest::new(&self.desk, &self.server_card, now(), DEFAULT_LIFE, connections).unwrap()
    }

    pub fn seal(&self, connections: Vec<Sealed>) -> SealedBundle {
        bulla_seal::seal(&self.desk, &self.server_card, &self.manifest(connections)).unwrap()
    }

    pub fn open(&self, bytes: &[u8]) -> Result<OpenedBundle, ErrorCode> {
        self.open_at(bytes, now())
    }

    pub fn open_at(&self, bytes: &[u8], now: DateTime<Utc>) -> Result<OpenedBundle, ErrorCode> {
        bulla_seal::open(&self.server, std::slice::from_ref(&self.desk_card), bytes, now).map_err(|error| error.code())
    }

    /// The signed JSON of a bundle with one pair and one key, to be changed and signed again.
    pub fn json(&self) -> Value {
        let sealed = self.seal(vec![rotating(1), fixed(2)]);
        let jws = self.decrypt(&sealed.bytes);
        serde_json::from_slice(&URL_SAFE_NO_PAD.decode(jws.split('.').nth(1).unwrap()).unwrap()).unwrap()
    }

    /// The signed document, as `age -d` would show it.
    pub fn decrypt(&self, bytes: &[u8]) -> String {
        String::from_utf8(age::decrypt(&age_secret(&self.server), bytes).unwrap()).unwrap()
    }

    /// What somebody with the desk's key can make the server read.
    pub fn forge(&self, json: &Value) -> Vec<u8> {
        self.forge_with(HEADER, &serde_json::to_vec(json).unwrap())
    }

    pub fn forge_with(&self, header: &str, payload: &[u8]) -> Vec<u8> {
        encrypt(&[&self.server_card.recipient], jws(&self.desk, header, payload).as_bytes())
    }
}

pub fn now() -> DateTime<Utc> {
    "2026-03-01T12:00:00Z".parse().unwrap()
}

pub fn rotating(number: u128) -> Sealed {
    let credential = Credential::Rotating {
        access: AccessToken::new(format!("access-{number}-{}", "a".repeat(60))),
        refresh: RefreshToken::new(format!("refresh-{number}-{}", "r".repeat(60))),
        fallback: None,
    };
    sealed(number, credential)
}

pub fn fixed(number: u128) -> Sealed {
    sealed(number, Credential::Static { key: StaticKey::new(format!("key-{number}\"\\\u{e9}\n")) })
}

fn sealed(number: u128, credential: Credential) -> Sealed {
    let version = Version { epoch: 2, generation: 5 };
    let fingerprint = bulla_core::Fingerprint::new("00".repeat(20));
    let connection = Connection {
        id: ConnectionId(uuid::Uuid::from_u128(number)),
        label: Label::parse(&format!("Huntflow {number}")).unwrap(),
        person: Some("Анна".to_owned()),
        provider: if credential.kind() == CredentialKind::Static { ProviderKind::StaticKey } else { ProviderKind::Huntflow },
        base_url: BaseUrl::parse("https://api.huntflow.ru").unwrap(),
        app: None,
        scopes: Vec::new(),
        asked_scopes: Vec::new(),
        data: std::collections::BTreeMap::new(),
        identity: None,
        kind: credential.kind(),
        has_fallback: false,
        version,
        custody: Custody::held_by(CustodyKind::Desk, "desk".to_owned(), fingerprint),
        facts: Facts::new(Issued::Pasted { at: now() }),
        created_at: now(),
        removed_at: None,
    };
    Sealed { connection, stored: Stored { version, credential } }
}

/// A compact JWS with a header of the forger's choice.
pub fn jws(signer: &Identity, header: &str, payload: &[u8]) -> String {
    let input = format!("{}.{}", URL_SAFE_NO_PAD.encode(header), URL_SAFE_NO_PAD.encode(payload));
    let signature = signing_key(signer).sign(input.as_bytes());
    format!("{input}.{}", URL_SAFE_NO_PAD.encode(signature.as_ref()))
}

pub fn signing_key(identity: &Identity) -> Ed25519KeyPair {
    let pkcs8 = URL_SAFE_NO_PAD.decode(field(identity, "ed25519_pkcs8")).unwrap();
    Ed25519KeyPair::from_pkcs8_maybe_unchecked(&pkcs8).unwrap()
}

pub fn age_secret(identity: &Identity) -> age::x25519::Identity {
    field(identity, "age").parse().unwrap()
}

pub fn field(identity: &Identity, name: &str) -> String {
    let json: Value = serde_json::from_slice(&identity.to_bytes()).unwrap();
    json[name].as_str().unwrap().to_owned()
}

/// An age file for any number of recipients.
pub fn encrypt(recipients: &[&str], plain: &[u8]) -> Vec<u8> {
    let recipients: Vec<age::x25519::Recipient> = recipients.iter().map(|text| text.parse().unwrap()).collect();
    let encryptor = age::Encryptor::with_recipients(recipients.iter().map(|r| r as _)).unwrap();
    let mut writer = encryptor.wrap_output(Vec::new()).unwrap();
    writer.write_all(plain).unwrap();
    writer.finish().unwrap()
}
