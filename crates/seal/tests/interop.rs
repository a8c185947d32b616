//! What is written here opens with Debian's `age` and verifies with OpenSSL and with another JOSE library, and what
//! they write opens here. `./dev test` installs the tools; without them these tests fail.

#![allow(clippy::unwrap_used, clippy::print_stderr, reason = "a test")]

mod support;

use std::fs;
use std::path::Path;
use std::process::Command;
use std::time::Instant;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use bulla_core::Stored;
use bulla_seal::{Card, Receipt};
use support::{field, fixed, now, pair, rotating};

/// Runs a tool and gives its output.
fn run(folder: &Path, tool: &str, arguments: &[&str]) -> Vec<u8> {
    let output = Command::new(tool).args(arguments).current_dir(folder).output();
    let output = output.unwrap_or_else(|error| panic!("{tool}, which ./dev test installs: {error}"));
    assert!(output.status.success(), "{tool} {arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    output.stdout
}

/// Verifies a compact JWS with `openssl pkeyutl`.
fn openssl_verifies(folder: &Path, jws: &str, key: &Card) {
    let (signed, signature) = jws.rsplit_once('.').unwrap();
    // SubjectPublicKeyInfo of Ed25519 (RFC 8410): a fixed start and the key.
    let start = [0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x03, 0x21, 0x00];
    fs::write(folder.join("key.der"), [&start[..], &key.verify_key].concat()).unwrap();
    fs::write(folder.join("signed"), signed).unwrap();
    fs::write(folder.join("signature"), URL_SAFE_NO_PAD.decode(signature).unwrap()).unwrap();
    let arguments = "pkeyutl -verify -pubin -keyform DER -inkey key.der -rawin -in signed -sigfile signature";
    run(folder, "openssl", &arguments.split(' ').collect::<Vec<_>>());
}

/// Verifies a compact JWS with jsonwebtoken and gives its payload.
fn jose_verifies(jws: &str, key: &Card) -> serde_json::Value {
    let mut validation = jsonwebtoken::Validation::new(jsonwebtoken::Algorithm::EdDSA);
    validation.required_spec_claims.clear();
    validation.validate_exp = false;
    let key = jsonwebtoken::DecodingKey::from_ed_der(&key.verify_key);
    jsonwebtoken::decode(jws, &key, &validation).unwrap().claims
}

#[test]
fn age_opens_it_and_others_verify_it() {
    let (pair, folder) = (pair(), tempfile::tempdir().unwrap());
    let sealed = pair.seal(vec![rotating(1), fixed(2)]);
    fs::write(folder.path().join("bundle.age"), &sealed.bytes).unwrap();
    fs::write(folder.path().join("key.txt"), field(&pair.server, "age")).unwrap();
    let plain = run(folder.path(), "age", &["-d", "-i", "key.txt", "bundle.age"]);
    let jws = String::from_utf8(plain).unwrap();
    openssl_verifies(folder.path(), &jws, &pair.desk_card);
    let claims = jose_verifies(&jws, &pair.desk_card);
    assert_eq!(claims["bundle_id"], sealed.bundle_id);
    assert_eq!(claims["recipient_fingerprint"], pair.server.fingerprint().as_str());
    // The emergency path ends at the tokens.
    let credential = claims["connections"][0]["credential"].as_str().unwrap();
    assert_eq!(Stored::from_bytes(&URL_SAFE_NO_PAD.decode(credential).unwrap()).unwrap(), rotating(1).stored);
}

#[test]
fn what_age_encrypts_opens_here() {
    let (pair, folder) = (pair(), tempfile::tempdir().unwrap());
    fs::write(folder.path().join("signed"), pair.decrypt(&pair.seal(vec![rotating(1)]).bytes)).unwrap();
    let recipient = &pair.server_card.recipient;
    let bytes = run(folder.path(), "age", &["-e", "-r", recipient, "signed"]);
    assert_eq!(pair.open(&bytes).unwrap().manifest.connections, [rotating(1)]);
    let two = run(folder.path(), "age", &["-e", "-r", recipient, "-r", &pair.desk_card.recipient, "signed"]);
    assert_eq!(pair.open(&two), Err(bulla_core::ErrorCode::BundleDamaged));
}

#[test]
fn others_verify_receipts() {
    let (pair, folder) = (pair(), tempfile::tempdir().unwrap());
    let receipt = Receipt {
        bundle_id: "0".repeat(32),
        sha256: "0".repeat(64),
        recipient: pair.server.fingerprint(),
        opened_at: now(),
        connections: vec![(rotating(1).connection.id, rotating(1).stored.version)],
    };
    let text = receipt.sign(&pair.server);
    let claims = jose_verifies(&text, &pair.server_card);
    assert_eq!(claims["connections"][0]["gen"], 5);
    openssl_verifies(folder.path(), &text, &pair.server_card);
}

#[test]
fn openssl_reads_the_signing_key() {
    let (pair, folder) = (pair(), tempfile::tempdir().unwrap());
    let pkcs8 = URL_SAFE_NO_PAD.decode(field(&pair.desk, "ed25519_pkcs8")).unwrap();
    fs::write(folder.path().join("key.der"), pkcs8).unwrap();
    let arguments = ["pkey", "-inform", "DER", "-in", "key.der", "-pubout", "-outform", "DER"];
    let public = run(folder.path(), "openssl", &arguments);
    assert!(public.ends_with(&pair.desk_card.verify_key));
}

/// A figure, not a limit: `cargo test --release -p bulla-seal --test interop hundred -- --nocapture`.
#[test]
fn a_hundred_connections() {
    let pair = pair();
    let connections: Vec<_> = (0..100).map(rotating).collect();
    let start = Instant::now();
    let sealed = pair.seal(connections);
    let sealing = start.elapsed();
    let start = Instant::now();
    assert_eq!(pair.open(&sealed.bytes).unwrap().manifest.connections.len(), 100);
    eprintln!("100 connections, {} bytes: sealed in {sealing:?}, opened in {:?}", sealed.bytes.len(), start.elapsed());
}
