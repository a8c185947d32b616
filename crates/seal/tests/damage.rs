//! Files that are not what they should be: flipped, cut, for somebody else as well, hostile.

#![allow(clippy::unwrap_used, reason = "a test")]

mod support;

use std::time::{Duration, Instant};

use bulla_core::ErrorCode;
use bulla_seal::MAX_BUNDLE_BYTES;
use support::{encrypt, pair, rotating};

const REFUSALS: [ErrorCode; 3] = [ErrorCode::BundleDamaged, ErrorCode::BundleNotForMe, ErrorCode::BundlePassphrase];

#[test]
fn every_flipped_bit_is_noticed() {
    let pair = pair();
    let whole = pair.seal(vec![]).bytes;
    std::thread::scope(|scope| {
        for half in 0..2 {
            let (pair, mut bytes) = (&pair, whole.clone());
            scope.spawn(move || {
                for bit in (half..bytes.len() * 8).step_by(2) {
                    bytes[bit / 8] ^= 1 << (bit % 8);
                    let code = pair.open(&bytes).map(drop).expect_err("a flipped bit was not noticed");
                    assert!(REFUSALS.contains(&code), "bit {bit}: {code}");
                    bytes[bit / 8] ^= 1 << (bit % 8);
                }
            });
        }
    });
    assert!(pair.open(&whole).is_ok());
}

#[test]
fn flipped_bits_of_a_bundle_of_several_chunks() {
    let pair = pair();
    let mut bytes = pair.seal((0..150).map(rotating).collect()).bytes;
    assert!(bytes.len() > 3 * 64 * 1024, "several chunks");
    assert_eq!(pair.open(&bytes).unwrap().manifest.connections.len(), 150);
    for at in (0..bytes.len()).step_by(bytes.len() / 40) {
        bytes[at] ^= 0x10;
        assert!(pair.open(&bytes).is_err_and(|code| REFUSALS.contains(&code)), "{at}");
        bytes[at] ^= 0x10;
    }
}

#[test]
fn every_cut_is_noticed() {
    let pair = pair();
    let bytes = pair.seal(vec![]).bytes;
    for length in 0..bytes.len() {
        assert_eq!(pair.open(&bytes[..length]), Err(ErrorCode::BundleDamaged), "{length}");
    }
    // Between two chunks, where each is whole.
    let large = pair.seal((0..150).map(rotating).collect()).bytes;
    let content = large.windows(5).position(|window| window == b"\n--- ").unwrap() + 5 + 43 + 1 + 16;
    for chunks in 0..3 {
        let cut = content + chunks * (64 * 1024 + 16);
        assert_eq!(pair.open(&large[..cut]), Err(ErrorCode::BundleDamaged), "{chunks}");
    }
}

#[test]
fn anything_added_is_noticed() {
    let pair = pair();
    let bytes = pair.seal(vec![]).bytes;
    for added in [&b"\n"[..], b"\0", &bytes] {
        assert_eq!(pair.open(&[&bytes, added].concat()), Err(ErrorCode::BundleDamaged));
        assert_eq!(pair.open(&[added, &bytes].concat()), Err(ErrorCode::BundleDamaged));
    }
}

#[test]
fn a_second_recipient_is_refused() {
    let pair = pair();
    let signed = pair.decrypt(&pair.seal(vec![rotating(1)]).bytes);
    let (mine, theirs) = (&pair.server_card.recipient, &pair.desk_card.recipient);
    assert!(pair.open(&encrypt(&[mine], signed.as_bytes())).is_ok());
    for recipients in [[mine, theirs], [theirs, mine], [mine, mine]] {
        let recipients = recipients.map(String::as_str);
        assert_eq!(pair.open(&encrypt(&recipients, signed.as_bytes())), Err(ErrorCode::BundleDamaged));
    }
}

#[test]
fn passphrases_are_refused_before_any_work() {
    let pair = pair();
    let file = |factor: &str| {
        let salt = "AAAAAAAAAAAAAAAAAAAAAA";
        let (body, mac) = ("A".repeat(43), "A".repeat(43));
        format!("age-encryption.org/v1\n-> scrypt {salt} {factor}\n{body}\n--- {mac}\n{}", "x".repeat(64))
    };
    let start = Instant::now();
    for factor in ["1", "18", "22", "63", "64", "-1", ""] {
        assert_eq!(pair.open(file(factor).as_bytes()), Err(ErrorCode::BundlePassphrase), "{factor}");
    }
    let mut recipient = age::scrypt::Recipient::new("passphrase".to_owned().into());
    recipient.set_work_factor(2);
    let real = age::encrypt(&recipient, b"x").unwrap();
    assert_eq!(pair.open(&real), Err(ErrorCode::BundlePassphrase));
    assert!(start.elapsed() < Duration::from_secs(5), "a work factor was honoured");
}

#[test]
fn headers_that_would_keep_the_parser_busy() {
    let pair = pair();
    let mut endless = b"age-encryption.org/v1\n".to_vec();
    while endless.len() < MAX_BUNDLE_BYTES - 100 {
        endless.extend_from_slice(b"-> X\n\n");
    }
    let start = Instant::now();
    assert_eq!(pair.open(&endless), Err(ErrorCode::BundleDamaged));
    endless.extend_from_slice(b"--- ");
    assert_eq!(pair.open(&endless), Err(ErrorCode::BundleDamaged));
    assert!(start.elapsed() < Duration::from_secs(5), "the header was parsed");
}

#[test]
fn other_files() {
    let pair = pair();
    let bytes = pair.seal(vec![]).bytes;
    let armored = age::encrypt_and_armor(&pair.server_card.recipient.parse::<age::x25519::Recipient>().unwrap(), b"x").unwrap();
    let later = [b"age-encryption.org/v2\n", &bytes[22..]].concat();
    let windows = String::from_utf8_lossy(&bytes).replace('\n', "\r\n").into_bytes();
    for other in [armored.as_bytes(), &later, &windows, b"PK\x03\x04", b"age-encryption.org/v1\n--- \n"] {
        assert_eq!(pair.open(other), Err(ErrorCode::BundleDamaged));
    }
}
