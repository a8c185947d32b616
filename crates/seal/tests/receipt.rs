//! Receipts prove who opened what.

#![allow(clippy::unwrap_used, reason = "a test")]

mod support;

use bulla_core::{ConnectionId, ErrorCode};
use bulla_seal::{Card, Receipt};
use serde_json::json;
use support::{Pair, jws, now, pair, rotating};

const HEADER: &str = r#"{"alg":"EdDSA","typ":"bulla-receipt+jws"}"#;

fn receipt(pair: &Pair) -> Receipt {
    let sealed = pair.seal(vec![rotating(1), rotating(2)]);
    let opened = pair.open(&sealed.bytes).unwrap();
    let connections = opened.manifest.connections.iter().map(|held| (held.connection.id, held.stored.version)).collect();
    Receipt {
        bundle_id: sealed.bundle_id,
        sha256: opened.sha256,
        recipient: pair.server.fingerprint(),
        opened_at: now(),
        connections,
    }
}

fn code(text: &str, holder: &Card) -> ErrorCode {
    Receipt::verify(text, holder).map_err(|error| error.code()).expect_err("a receipt that should be refused")
}

#[test]
fn receipts_survive_their_text() {
    let pair = pair();
    let receipt = receipt(&pair);
    let text = receipt.sign(&pair.server);
    assert!(!text.contains(char::is_whitespace));
    assert_eq!(text, receipt.sign(&pair.server), "the same receipt can be written again");
    for paste in [text.clone(), format!("\"{text}\"\n"), format!("{}\r\n{}", &text[..100], &text[100..])] {
        assert_eq!(Receipt::verify(&paste, &pair.server_card).as_ref(), Ok(&receipt));
        let claimed = Receipt::peek(&paste).unwrap();
        assert_eq!((claimed.bundle_id, claimed.recipient), (receipt.bundle_id.clone(), pair.server.fingerprint()));
    }
}

#[test]
fn only_the_holder_can_sign() {
    let pair = pair();
    let mut receipt = receipt(&pair);
    assert_eq!(code(&receipt.sign(&pair.desk), &pair.server_card), ErrorCode::ReceiptSignature);
    assert_eq!(code(&receipt.sign(&pair.server), &pair.desk_card), ErrorCode::ReceiptSignature);
    receipt.recipient = pair.desk.fingerprint();
    assert_eq!(code(&receipt.sign(&pair.server), &pair.server_card), ErrorCode::ReceiptSignature);
    assert_eq!(code(&receipt.sign(&pair.server), &pair.desk_card), ErrorCode::ReceiptSignature);
}

#[test]
fn every_changed_or_lost_character_is_noticed() {
    let pair = pair();
    let text = receipt(&pair).sign(&pair.server);
    for (at, was) in text.char_indices() {
        for other in ['A', 'b', '7', '.', '=', 'é'] {
            if other != was {
                let code = code(&format!("{}{other}{}", &text[..at], &text[at + 1..]), &pair.server_card);
                assert!(matches!(code, ErrorCode::ReceiptDamaged | ErrorCode::ReceiptSignature), "{at} {code}");
            }
        }
    }
    for at in 0..text.len() {
        let code = code(&text[..at], &pair.server_card);
        assert!(matches!(code, ErrorCode::ReceiptDamaged | ErrorCode::ReceiptSignature), "{at} {code}");
    }
    assert_eq!(code(&"x".repeat(3 << 20), &pair.server_card), ErrorCode::ReceiptDamaged);
}

#[test]
fn other_documents_are_not_receipts() {
    let pair = pair();
    let right = json!({
        "version": 1, "bundle_id": "0".repeat(32), "sha256": "0".repeat(64), "recipient": pair.server.fingerprint(),
        "opened_at": now(), "connections": [{"id": ConnectionId::random(), "epoch": 1, "gen": 0}],
    });
    let sign = |header: &str, json: &serde_json::Value| jws(&pair.server, header, json.to_string().as_bytes());
    assert!(Receipt::verify(&sign(HEADER, &right), &pair.server_card).is_ok(), "the forger can write what is right");
    for header in [
        support::HEADER,
        r#"{"alg":"none","typ":"bulla-receipt+jws"}"#,
        r#"{"alg":"HS256","typ":"bulla-receipt+jws"}"#,
        r#"{"alg":"EdDSA","typ":"bulla-receipt+jws","crit":[]}"#,
    ] {
        assert_eq!(code(&sign(header, &right), &pair.server_card), ErrorCode::ReceiptDamaged, "{header}");
    }
    for (field, value) in [
        ("version", json!(2)),
        ("bundle_id", json!("1")),
        ("sha256", json!("1")),
        ("opened_at", json!("then")),
        ("connections", json!([{"id": "x"}])),
        ("recipient", json!("x")),
        ("unheard_of", json!(1)),
    ] {
        let mut wrong = right.clone();
        wrong[field] = value;
        assert_eq!(code(&sign(HEADER, &wrong), &pair.server_card), ErrorCode::ReceiptDamaged, "{field}");
    }
    // A bundle's inside is signed by the same kind of key, and is still no receipt.
    assert_eq!(code(&pair.decrypt(&pair.seal(vec![]).bytes), &pair.desk_card), ErrorCode::ReceiptDamaged);
}
