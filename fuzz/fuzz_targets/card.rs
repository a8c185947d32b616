//! A card as somebody pasted it; the JSON of one with the right checksum; and any name on one.
#![no_main]

use aws_lc_rs::digest::{SHA256, digest};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use bulla_fuzz::check;
use bulla_fuzz::people::THE_SERVER;
use bulla_seal::{Card, Role};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let text = String::from_utf8_lossy(data);
    for pasted in [text.as_ref(), &line(data)] {
        match Card::parse(pasted) {
            Ok(card) => survives(&card),
            Err(error) => check::family(&error, "card_"),
        }
    }
    survives(&THE_SERVER.identity.card(Role::Server, &text));
});

/// What cannot be told from a card by its outside.
fn line(json: &[u8]) -> String {
    let body = format!("bulla-card1.{}", URL_SAFE_NO_PAD.encode(json));
    let sum = digest(&SHA256, body.as_bytes());
    let [a, b, c, d, ..] = sum.as_ref() else { unreachable!("32 bytes") };
    format!("{body}.{a:02x}{b:02x}{c:02x}{d:02x}")
}

fn survives(card: &Card) {
    let text = card.to_text();
    assert!(text.bytes().all(|byte| byte.is_ascii_graphic()));
    assert_eq!(Card::parse(&text).as_ref(), Ok(card));
    let wrapped = text.as_bytes().chunks(60).map(|line| format!("  {}\r\n", String::from_utf8_lossy(line)));
    assert_eq!(Card::parse(&wrapped.collect::<String>()).as_ref(), Ok(card), "as a mail program wraps it");
    let name = &card.name;
    assert!(!name.trim().is_empty() && name.chars().count() <= 120 && !name.contains(char::is_control), "{name:?}");
    let fingerprint = card.fingerprint();
    assert!(fingerprint.as_str().len() == 40 && fingerprint.as_str().bytes().all(|byte| byte.is_ascii_hexdigit()));
}
