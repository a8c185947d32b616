//! What is sealed comes back, and every refusal has its own code, in the order the design names.

#![allow(clippy::unwrap_used, reason = "a test")]

mod support;

use bulla_core::{BaseUrl, Credential, ErrorCode, Fingerprint, Version};
use bulla_seal::{Identity, MAX_BUNDLE_BYTES, MAX_LIFE, Manifest, Passing, Role, SKEW};
use chrono::TimeDelta;
use serde_json::{Value, json};
use support::{HEADER, encrypt, fixed, jws, now, pair, rotating};

#[test]
fn what_is_sealed_comes_back() {
    let pair = pair();
    for connections in [vec![], vec![rotating(1)], vec![fixed(2)], (0..9).map(rotating).chain([fixed(10)]).collect()] {
        let manifest = pair.manifest(connections);
        let sealed = bulla_seal::seal(&pair.desk, &pair.server_card, &manifest).unwrap();
        let opened = pair.open(&sealed.bytes).unwrap();
        assert_eq!(opened.manifest, manifest);
        assert_eq!(opened.sha256, sealed.sha256);
        assert_eq!(opened.sender, pair.desk.fingerprint());
        assert_eq!(sealed.bundle_id, manifest.bundle_id);
    }
}

#[test]
fn it_goes_back_the_same_way() {
    let pair = pair();
    let manifest = Manifest::new(&pair.server, &pair.desk_card, now(), MAX_LIFE, vec![rotating(1)]).unwrap();
    let sealed = bulla_seal::seal(&pair.server, &pair.desk_card, &manifest).unwrap();
    let opened = bulla_seal::open(&pair.desk, &[pair.desk_card, pair.server_card], &sealed.bytes, now()).unwrap();
    assert_eq!(opened.sender, pair.server.fingerprint());
}

#[test]
fn single_use_tokens_are_transferred_and_keys_copied() {
    assert_eq!(rotating(1).passing(), Passing::Transfer);
    assert_eq!(fixed(1).passing(), Passing::Copy);
    let json = pair().json();
    assert_eq!(json["connections"][0]["custody"], "transfer");
    assert_eq!(json["connections"][1]["custody"], "copy");
    assert_eq!(json["connections"][0]["connection"]["version"], json!({"epoch": 2, "gen": 5}));
    assert_eq!(json["apps"], json!([]));
}

#[test]
fn nothing_printed_holds_a_token() {
    let pair = pair();
    let sealed = pair.seal(vec![rotating(1), fixed(2)]);
    let opened = pair.open(&sealed.bytes).unwrap();
    let printed = format!("{sealed:?} {opened:?} {opened:#?}");
    assert!(!printed.contains("access-") && !printed.contains("refresh-") && !printed.contains("key-2"), "{printed}");
}

#[test]
fn too_large() {
    let pair = pair();
    assert_eq!(pair.open(&vec![0; MAX_BUNDLE_BYTES + 1]), Err(ErrorCode::BundleTooLarge));
    assert_eq!(pair.open(&vec![0; MAX_BUNDLE_BYTES]), Err(ErrorCode::BundleDamaged));
    let mut huge = fixed(1);
    huge.connection.person = Some("x".repeat(7 * 1024 * 1024));
    let manifest = pair.manifest(vec![huge]);
    let error = bulla_seal::seal(&pair.desk, &pair.server_card, &manifest).unwrap_err();
    assert_eq!(error.code(), ErrorCode::BundleTooLarge);
}

#[test]
fn for_another_identity() {
    let pair = pair();
    let sealed = pair.seal(vec![rotating(1)]);
    let stranger = Identity::generate().unwrap();
    let error = bulla_seal::open(&stranger, std::slice::from_ref(&pair.desk_card), &sealed.bytes, now()).unwrap_err();
    assert_eq!(error.code(), ErrorCode::BundleNotForMe);
}

#[test]
fn passed_on_by_its_first_recipient() {
    let (pair, mallory) = (pair(), Identity::generate().unwrap());
    let manifest =
        Manifest::new(&pair.desk, &mallory.card(Role::Server, "m"), now(), TimeDelta::hours(1), vec![rotating(1)]).unwrap();
    let sealed = bulla_seal::seal(&pair.desk, &mallory.card(Role::Server, "m"), &manifest).unwrap();
    let signed = age::decrypt(&support::age_secret(&mallory), &sealed.bytes).unwrap();
    assert_eq!(pair.open(&encrypt(&[&pair.server_card.recipient], &signed)), Err(ErrorCode::BundleNotForMe));
}

#[test]
fn senders() {
    let pair = pair();
    let bytes = pair.seal(vec![rotating(1)]).bytes;
    let stranger = Identity::generate().unwrap().card(Role::Desk, "Anna's desk");
    for pinned in [vec![], vec![stranger]] {
        let error = bulla_seal::open(&pair.server, &pinned, &bytes, now()).unwrap_err();
        assert_eq!(error.code(), ErrorCode::BundleUnknownSender);
        assert_eq!(error.params()["fingerprint"], pair.desk.fingerprint().as_str());
    }
    // A stranger who names the pinned sender.
    let payload = serde_json::to_vec(&pair.json()).unwrap();
    let forged = jws(&Identity::generate().unwrap(), HEADER, &payload);
    assert_eq!(pair.open(&encrypt(&[&pair.server_card.recipient], forged.as_bytes())), Err(ErrorCode::BundleSignature));
    // A pinned sender who names a stranger.
    let mut json = pair.json();
    json["sender"] = json!("ab".repeat(20));
    assert_eq!(pair.open(&pair.forge(&json)), Err(ErrorCode::BundleUnknownSender));
    json["sender"] = json!("\u{1b}[31m");
    assert_eq!(pair.open(&pair.forge(&json)), Err(ErrorCode::BundleDamaged));
}

#[test]
fn other_headers() {
    let pair = pair();
    let payload = serde_json::to_vec(&pair.json()).unwrap();
    assert!(pair.open(&pair.forge_with(HEADER, &payload)).is_ok(), "the forger can write what is right");
    for header in [
        r#"{"alg":"none","typ":"bulla-bundle+jws"}"#,
        r#"{"alg":"HS256","typ":"bulla-bundle+jws"}"#,
        r#"{"alg":"eddsa","typ":"bulla-bundle+jws"}"#,
        r#"{"alg":"EdDSA","typ":"bulla-receipt+jws"}"#,
        r#"{"alg":"EdDSA","typ":"JWT"}"#,
        r#"{"alg":"EdDSA"}"#,
        r#"{"typ":"bulla-bundle+jws","alg":"EdDSA"}"#,
        r#"{"alg":"EdDSA","typ":"bulla-bundle+jws","crit":["exp"],"exp":1}"#,
        r#"{"alg":"EdDSA","typ":"bulla-bundle+jws","kid":"x"}"#,
        r#"{"alg":"EdDSA","typ":"bulla-bundle+jws","jku":"https://example.org"}"#,
        r#"{"alg":"EdDSA","typ":"bulla-bundle+jws","b64":false}"#,
        r#"{"alg":"none","alg":"EdDSA","typ":"bulla-bundle+jws"}"#,
        "",
        "{}",
    ] {
        assert_eq!(pair.open(&pair.forge_with(header, &payload)), Err(ErrorCode::BundleSignature), "{header}");
    }
}

#[test]
fn the_public_key_as_an_hmac_secret() {
    use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
    let pair = pair();
    let payload = URL_SAFE_NO_PAD.encode(serde_json::to_vec(&pair.json()).unwrap());
    let signed = format!("{}.{payload}", URL_SAFE_NO_PAD.encode(r#"{"alg":"HS256","typ":"bulla-bundle+jws"}"#));
    let key = aws_lc_rs::hmac::Key::new(aws_lc_rs::hmac::HMAC_SHA256, &pair.desk_card.verify_key);
    let tag = URL_SAFE_NO_PAD.encode(aws_lc_rs::hmac::sign(&key, signed.as_bytes()));
    let bytes = encrypt(&[&pair.server_card.recipient], format!("{signed}.{tag}").as_bytes());
    assert_eq!(pair.open(&bytes), Err(ErrorCode::BundleSignature));
}

#[test]
fn not_a_signed_document() {
    let pair = pair();
    let whole = pair.decrypt(&pair.seal(vec![]).bytes);
    let unsigned = whole.rsplit_once('.').unwrap().0;
    for (text, code) in [
        (String::new(), ErrorCode::BundleDamaged),
        (unsigned.to_owned(), ErrorCode::BundleDamaged),
        (format!("{unsigned}."), ErrorCode::BundleSignature),
        (format!("{unsigned}.AAAA"), ErrorCode::BundleSignature),
        (format!("{whole}.AAAA"), ErrorCode::BundleDamaged),
        (format!("{whole}="), ErrorCode::BundleDamaged),
        (format!("{whole}\n"), ErrorCode::BundleDamaged),
        (jws(&pair.desk, HEADER, b"not JSON"), ErrorCode::BundleDamaged),
        (jws(&pair.desk, HEADER, b"{}"), ErrorCode::BundleDamaged),
    ] {
        assert_eq!(pair.open(&encrypt(&[&pair.server_card.recipient], text.as_bytes())), Err(code), "{text}");
    }
}

#[test]
fn other_formats() {
    let pair = pair();
    let change = |at: &str, to: Value| {
        let mut json = pair.json();
        *json.pointer_mut(at).unwrap() = to;
        pair.open(&pair.forge(&json))
    };
    for (at, to) in [
        ("/version", json!(2)),
        ("/version", json!(0)),
        ("/version", json!(257)),
        ("/version", json!("1")),
        ("/apps", json!([{}])),
        ("/created", json!("yesterday")),
        ("/connections/0/credential", json!("!")),
        ("/connections/0/credential", json!("e30")),
        ("/connections/0/custody", json!("lent")),
        ("/connections/0/connection/provider", json!("unheard_of")),
    ] {
        assert_eq!(change(at, to), Err(ErrorCode::BundleVersion), "{at}");
    }
    let mut json = pair.json();
    json["unheard_of"] = json!(1);
    assert_eq!(pair.open(&pair.forge(&json)), Err(ErrorCode::BundleVersion));
    // The version is looked at before the recipient and the time.
    (json["version"], json["expires"], json["recipient_fingerprint"]) = (json!(2), json!(0), json!(0));
    assert_eq!(pair.open(&pair.forge(&json)), Err(ErrorCode::BundleVersion));
}

#[test]
fn a_format_refused_shows_nothing_of_its_content() {
    let pair = pair();
    let mut json = pair.json();
    json["connections"][0]["credential"] = json!({"access": "planted"});
    let bytes = pair.forge(&json);
    let error = bulla_seal::open(&pair.server, &[pair.desk_card], &bytes, now()).unwrap_err();
    assert!(!format!("{error} {error:?}").contains("planted"));
}

#[test]
fn time() {
    let pair = pair();
    let bytes = pair.seal(vec![]).bytes;
    let (created, expires) = (now(), now() + bulla_seal::DEFAULT_LIFE);
    for at in [created - SKEW, created, expires, expires + SKEW] {
        assert!(pair.open_at(&bytes, at).is_ok(), "{at}");
    }
    let second = TimeDelta::seconds(1);
    for at in [created - SKEW - second, expires + SKEW + second, chrono::DateTime::<chrono::Utc>::MAX_UTC] {
        assert_eq!(pair.open_at(&bytes, at), Err(ErrorCode::BundleExpired), "{at}");
    }
    for (at, to) in [("/created", "+262142-01-01T00:00:00Z"), ("/expires", "-262143-01-01T00:00:00Z")] {
        let mut json = pair.json();
        *json.pointer_mut(at).unwrap() = json!(to);
        assert_eq!(pair.open(&pair.forge(&json)), Err(ErrorCode::BundleExpired));
    }
}

/// A pair whose access token lives so long.
fn answered_for(seconds: i64) -> Value {
    json!({"how": "answered", "asked_at": now(), "answered_at": now(), "access_life_s": seconds, "refresh_life_s": 60})
}

#[test]
fn what_does_not_fit_together() {
    let pair = pair();
    let open = |json: &Value| pair.open(&pair.forge(json));
    for (at, to) in [
        ("/bundle_id", json!("1")),
        ("/bundle_id", json!("AB".repeat(16))),
        ("/expires", json!(now() + MAX_LIFE + TimeDelta::seconds(1))),
        ("/connections/0/connection/version/gen", json!(6)),
        ("/connections/0/connection/version/epoch", json!(1)),
        ("/connections/0/connection/kind", json!("static")),
        ("/connections/0/connection/has_fallback", json!(true)),
        ("/connections/0/connection/base_url", json!("http://evil.example")),
        ("/connections/0/connection/label", json!("a\u{202e}b")),
        ("/connections/0/connection/created_at", json!("+262142-12-31T23:59:59Z")),
        ("/connections/0/connection/facts/issued/at", json!("+262142-12-31T23:59:59Z")),
        ("/connections/0/connection/facts/access_alive_at", json!("-262143-01-01T00:00:00Z")),
        ("/connections/0/connection/facts/issued", answered_for(i64::MAX)),
        ("/connections/0/connection/facts/issued", answered_for(-1)),
        ("/connections/0/custody", json!("copy")),
    ] {
        let mut json = pair.json();
        *json.pointer_mut(at).unwrap() = to;
        assert_eq!(open(&json), Err(ErrorCode::BundleDamaged), "{at}");
    }
    let mut json = pair.json();
    json["connections"][1] = json["connections"][0].clone();
    assert_eq!(open(&json), Err(ErrorCode::BundleDamaged));
    // Time is looked at before.
    json["expires"] = json["created"].clone();
    assert_eq!(pair.open_at(&pair.forge(&json), now() + TimeDelta::hours(1)), Err(ErrorCode::BundleExpired));
}

#[test]
fn a_contradiction_is_not_sealed() {
    let pair = pair();
    let good = pair.manifest(vec![rotating(1)]);
    let mut bad = vec![good.clone(); 9];
    bad[0].sender = Fingerprint::new("ab".repeat(20));
    bad[1].recipient = pair.desk.fingerprint();
    bad[2].version = 2;
    bad[3].expires = bad[3].created + MAX_LIFE + TimeDelta::seconds(1);
    bad[4].expires = bad[4].created;
    bad[5].connections.push(rotating(1));
    bad[6].connections[0].stored.version = Version { epoch: 2, generation: 6 };
    bad[7].bundle_id = String::new();
    bad[8].connections[0].connection.kind = bulla_core::CredentialKind::Static;
    for manifest in bad {
        let error = bulla_seal::seal(&pair.desk, &pair.server_card, &manifest).unwrap_err();
        assert_eq!(error.code(), ErrorCode::Internal);
    }
    assert!(bulla_seal::seal(&pair.desk, &pair.server_card, &good).is_ok());
}

#[test]
fn a_pair_keeps_its_fallback_key() {
    let (pair, mut sealed) = (pair(), rotating(1));
    if let Credential::Rotating { fallback, .. } = &mut sealed.stored.credential {
        *fallback = Some(bulla_core::StaticKey::new("legacy".to_owned()));
    }
    sealed.connection.has_fallback = true;
    sealed.connection.base_url = BaseUrl::parse("http://127.0.0.1:8080/x").unwrap();
    let opened = pair.open(&pair.seal(vec![sealed.clone()]).bytes).unwrap();
    assert_eq!(opened.manifest.connections, [sealed]);
}
