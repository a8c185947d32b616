//! Whatever comes in, a value or a code of the right family comes out. The seeds are fixed, so that a run that failed
//! fails again.

#![allow(clippy::unwrap_used, reason = "a test")]

mod support;

use std::sync::LazyLock;

use bulla_core::ErrorCode;
use bulla_seal::{Card, Identity, Receipt, open};
use proptest::prelude::*;
use proptest::test_runner::RngSeed;
use support::{Pair, encrypt, jws, now, pair};

static PAIR: LazyLock<Pair> = LazyLock::new(pair);

fn config(cases: u32) -> ProptestConfig {
    ProptestConfig { cases, failure_persistence: None, rng_seed: RngSeed::Fixed(0xb011a), ..ProptestConfig::default() }
}

fn family(code: ErrorCode, prefix: &str) -> Result<(), TestCaseError> {
    prop_assert!(code.as_str().starts_with(prefix), "{code}");
    Ok(())
}

fn opens(bytes: &[u8]) -> Result<(), TestCaseError> {
    match open(&PAIR.server, std::slice::from_ref(&PAIR.desk_card), bytes, now()) {
        Ok(opened) => prop_assert_eq!(opened.sender, PAIR.desk.fingerprint()),
        Err(error) => family(error.code(), "bundle_")?,
    }
    Ok(())
}

/// A header that gets past the first look, with stanzas of any shape.
fn header() -> impl Strategy<Value = String> {
    let stanza = ("X25519|scrypt|x-grease|piv", "( [!-~]{1,50}){0,3}", "([A-Za-z0-9+/]{0,66}\n){0,3}")
        .prop_map(|(kind, arguments, body)| format!("-> {kind}{arguments}\n{body}"));
    (proptest::collection::vec(stanza, 0..3), "--- [A-Za-z0-9+/]{40,44}\n")
        .prop_map(|(stanzas, mac)| format!("age-encryption.org/v1\n{}{mac}", stanzas.concat()))
}

proptest! {
    #![proptest_config(config(2000))]

    #[test]
    fn any_text_as_a_card(text in any::<String>(), body in "[A-Za-z0-9_.-]{0,300}") {
        for text in [text.clone(), format!("bulla-card1.{text}"), format!("bulla-card1.{body}")] {
            if let Err(error) = Card::parse(&text) {
                family(error.code(), "card_")?;
            }
        }
    }

    #[test]
    fn any_text_as_a_receipt(text in any::<String>(), body in "[A-Za-z0-9_.-]{0,300}") {
        for text in [text, body] {
            let error = Receipt::verify(&text, &PAIR.server_card).expect_err("not signed");
            family(error.code(), "receipt_")?;
            if let Err(error) = Receipt::peek(&text) {
                family(error.code(), "receipt_")?;
            }
        }
    }

    #[test]
    fn any_bytes_as_a_bundle(bytes in proptest::collection::vec(any::<u8>(), 0..600)) {
        opens(&bytes)?;
        opens(&[b"age-encryption.org/v1\n", &bytes[..]].concat())?;
    }

    #[test]
    fn any_bytes_as_an_identity(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
        prop_assert_eq!(Identity::from_bytes(&bytes).map_err(|e| e.code()).expect_err("no keys"), ErrorCode::VaultDamaged);
    }

    #[test]
    fn any_name(name in any::<String>()) {
        let card = PAIR.desk.card(bulla_seal::Role::Desk, &name);
        prop_assert_eq!(Card::parse(&card.to_text()), Ok(card));
    }
}

proptest! {
    #![proptest_config(config(200))]

    #[test]
    fn any_age_header(header in header(), content in proptest::collection::vec(any::<u8>(), 0..100)) {
        opens(&[header.as_bytes(), &content].concat())?;
    }

    #[test]
    fn anything_encrypted_for_me(content in proptest::collection::vec(any::<u8>(), 0..300)) {
        opens(&encrypt(&[&PAIR.server_card.recipient], &content))?;
    }

    #[test]
    fn anything_signed_by_a_pinned_sender(text in any::<String>(), json in json(), at in 0..20_usize) {
        opens(&PAIR.forge_with(support::HEADER, text.as_bytes()))?;
        let mut whole = PAIR.json();
        let fields: Vec<String> = pointers(&whole, "");
        *whole.pointer_mut(&fields[at * fields.len() / 20]).expect("walked") = json;
        opens(&PAIR.forge(&whole))?;
    }

    #[test]
    fn anything_signed_as_a_receipt(json in json()) {
        let text = jws(&PAIR.server, r#"{"alg":"EdDSA","typ":"bulla-receipt+jws"}"#, json.to_string().as_bytes());
        family(Receipt::verify(&text, &PAIR.server_card).expect_err("not a receipt").code(), "receipt_")?;
    }
}

fn json() -> impl Strategy<Value = serde_json::Value> {
    let leaf = prop_oneof![
        Just(serde_json::Value::Null),
        any::<bool>().prop_map(Into::into),
        any::<i64>().prop_map(Into::into),
        any::<f64>().prop_map(Into::into),
        any::<String>().prop_map(Into::into),
    ];
    leaf.prop_recursive(3, 12, 4, |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..4).prop_map(Into::into),
            proptest::collection::btree_map("[a-z_]{1,9}", inner, 0..4)
                .prop_map(|map| map.into_iter().collect::<serde_json::Map<_, _>>().into()),
        ]
    })
}

/// Every place in a document.
fn pointers(value: &serde_json::Value, from: &str) -> Vec<String> {
    let inner: Vec<(String, &serde_json::Value)> = match value {
        serde_json::Value::Object(map) => map.iter().map(|(key, value)| (format!("{from}/{key}"), value)).collect(),
        serde_json::Value::Array(list) => list.iter().enumerate().map(|(at, value)| (format!("{from}/{at}"), value)).collect(),
        _ => Vec::new(),
    };
    let deeper = inner.iter().flat_map(|(at, value)| pointers(value, at));
    std::iter::once(from.to_owned()).chain(deeper).collect()
}
