//! Writes the seeds that no hand can: sealed, signed and stored forms of a pair and a key.
//!
//! `cargo run --manifest-path fuzz/Cargo.toml --example seeds`, after a form has changed.

use std::path::Path;
use std::{fs, io};

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use bulla_core::{
    AccessToken, BaseUrl, Connection, ConnectionId, Credential, CredentialKind, Custody, CustodyKind, ErrorCode, Facts, Failure,
    Identity, Issued, Label, ProviderKind, RawAnswer, RefreshToken, StaticKey, Stored, TimedAnswer, Version,
};
use bulla_fuzz::people::{BUNDLE, THE_DESK, THE_SERVER, encrypted, now, open};
use bulla_seal::{DEFAULT_LIFE, Manifest, Receipt, Sealed, seal};
use chrono::TimeDelta;
use serde_json::json;

fn main() -> io::Result<()> {
    let (pair, key) = (pair(), key());
    keep("facts/pair", serde_json::to_vec(&pair.connection)?)?;
    keep("facts/key", serde_json::to_vec(&key.connection)?)?;
    keep("stored/pair", pair.stored.to_bytes())?;
    keep("stored/key", key.stored.to_bytes())?;
    keep("stored/identity", THE_DESK.identity.to_bytes())?;
    let answer = RawAnswer { status: 200, retry_after_s: Some(3), body: b"{}".to_vec().into() };
    keep("stored/answer", TimedAnswer { asked_at: now(), answered_at: now(), answer }.to_bytes())?;

    let reply = THE_SERVER.identity.reply_card("web-1", &THE_DESK.card).map_err(io::Error::other)?;
    keep("card/desk", THE_DESK.card.to_text())?;
    keep("card/answer", reply.to_text())?;
    keep("card/json", part(&reply.to_text()))?;

    let connections = vec![pair, key];
    let held: Vec<_> = connections.iter().map(|sealed| (sealed.connection.id, sealed.stored.version)).collect();
    let manifest =
        Manifest::new(&THE_DESK.identity, &THE_SERVER.card, now(), DEFAULT_LIFE, connections).map_err(io::Error::other)?;
    let sealed = seal(&THE_DESK.identity, &THE_SERVER.card, &manifest).map_err(io::Error::other)?;
    keep("bundle/whole", &sealed.bytes)?;
    let json = signed_json(&manifest);
    assert_eq!(open(&encrypted(THE_DESK.sign(BUNDLE, &json).as_bytes())).map(|opened| opened.manifest).as_ref(), Some(&manifest));
    keep("manifest/whole", json)?;

    let recipient = THE_SERVER.identity.fingerprint();
    let receipt = Receipt {
        bundle_id: manifest.bundle_id,
        sha256: sealed.sha256,
        recipient,
        opened_at: now() + TimeDelta::minutes(1),
        connections: held,
    };
    let receipt = receipt.sign(&THE_SERVER.identity);
    keep("receipt/json", part(&receipt))?;
    keep("receipt/whole", receipt)
}

fn keep(name: &str, seed: impl AsRef<[u8]>) -> io::Result<()> {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("seeds").join(name);
    fs::create_dir_all(file.parent().unwrap_or(&file))?;
    fs::write(file, seed)
}

/// The middle of a document of three parts.
fn part(text: &str) -> Vec<u8> {
    text.split('.').nth(1).and_then(|body| URL_SAFE_NO_PAD.decode(body).ok()).unwrap_or_default()
}

/// The JSON inside a bundle, which the library shows to nobody.
fn signed_json(manifest: &Manifest) -> Vec<u8> {
    let connections: Vec<_> = manifest
        .connections
        .iter()
        .map(|sealed| {
            let credential = URL_SAFE_NO_PAD.encode(sealed.stored.to_bytes());
            json!({ "connection": sealed.connection, "custody": sealed.passing(), "credential": credential })
        })
        .collect();
    let whole = json!({
        "version": manifest.version,
        "bundle_id": manifest.bundle_id,
        "created": manifest.created,
        "expires": manifest.expires,
        "sender": manifest.sender,
        "recipient_fingerprint": manifest.recipient,
        "connections": connections,
        "apps": [],
    });
    whole.to_string().into_bytes()
}

fn pair() -> Sealed {
    let issued = Issued::Answered {
        asked_at: now(),
        answered_at: now() + TimeDelta::seconds(1),
        access_life_s: 604_800,
        refresh_life_s: Some(1_209_600),
    };
    let mut facts = Facts::new(issued);
    facts.access_alive_at = Some(now());
    facts.last_error = Some(Failure { code: ErrorCode::Offline, at: now(), detail: Some("no connection".to_owned()) });
    let credential = Credential::Rotating {
        access: AccessToken::new("a1".repeat(32)),
        refresh: RefreshToken::new("b2".repeat(32)),
        fallback: Some(StaticKey::new("c3".repeat(32))),
    };
    sealed(1, ProviderKind::Huntflow, facts, credential)
}

fn key() -> Sealed {
    let facts = Facts::new(Issued::Pasted { at: now() });
    sealed(2, ProviderKind::StaticKey, facts, Credential::Static { key: StaticKey::new("d4".repeat(32)) })
}

fn sealed(number: u128, provider: ProviderKind, facts: Facts, credential: Credential) -> Sealed {
    let version = Version { epoch: 2, generation: 5 };
    let connection = Connection {
        id: ConnectionId(uuid::Uuid::from_u128(number)),
        label: Label::parse(&format!("Huntflow {number}")).expect("a label"),
        person: Some("Анна".to_owned()),
        provider,
        base_url: BaseUrl::parse("https://api.huntflow.ru").expect("an address"),
        app: None,
        scopes: Vec::new(),
        asked_scopes: Vec::new(),
        data: std::collections::BTreeMap::new(),
        identity: Some(Identity { subject: Some("17".to_owned()), ..Identity::default() }),
        kind: credential.kind(),
        has_fallback: credential.kind() == CredentialKind::Rotating,
        version,
        custody: Custody::held_by(CustodyKind::Desk, "desk".to_owned(), THE_DESK.identity.fingerprint()),
        facts,
        created_at: now(),
        removed_at: None,
    };
    Sealed { connection, stored: Stored { version, credential } }
}
