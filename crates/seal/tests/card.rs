//! Cards survive copying, or say that they did not.

#![allow(clippy::unwrap_used, reason = "a test")]

mod support;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use bulla_core::{Error, ErrorCode};
use bulla_seal::{Card, Identity, Role, words};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use support::pair;

fn code(text: &str) -> ErrorCode {
    Card::parse(text).map_err(|error| error.code()).expect_err("a card that should be refused")
}

/// A card's line around any JSON, with the right checksum.
fn line(json: &Value) -> String {
    let body = format!("bulla-card1.{}", URL_SAFE_NO_PAD.encode(json.to_string()));
    let sum = Sha256::digest(body.as_bytes());
    format!("{body}.{:02x}{:02x}{:02x}{:02x}", sum[0], sum[1], sum[2], sum[3])
}

fn json_of(card: &Card) -> Value {
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(card.to_text().split('.').nth(1).unwrap()).unwrap()).unwrap()
}

#[test]
fn cards_survive_their_text() {
    let pair = pair();
    let reply = pair.server.reply_card("web-1", &pair.desk_card).unwrap();
    for card in [&pair.desk_card, &pair.server_card, &reply] {
        assert_eq!(Card::parse(&card.to_text()).as_ref(), Ok(card));
        assert_eq!(card.to_string().parse().as_ref(), Ok(card));
        assert_eq!(serde_json::from_value::<Card>(json!(card.to_text())).unwrap(), *card);
        assert_eq!(serde_json::to_value(card).unwrap(), json!(card.to_text()));
        assert!(card.to_text().starts_with("bulla-card1.") && !card.to_text().contains(char::is_whitespace));
    }
    assert_eq!(pair.desk_card.fingerprint(), pair.desk.fingerprint());
    assert_eq!(reply.reply_to, Some(pair.desk.fingerprint()));
    assert_ne!(reply.nonce, pair.server.reply_card("web-1", &pair.desk_card).unwrap().nonce);
    assert_eq!(Card::parse(&line(&json_of(&reply))), Ok(reply), "the forger can write what is right");
}

#[test]
fn pastes_are_tolerated() {
    let card = pair().desk_card;
    let text = card.to_text();
    let wrapped: Vec<&str> = text.as_bytes().chunks(60).map(|chunk| std::str::from_utf8(chunk).unwrap()).collect();
    for paste in [
        format!("  {text}\r\n"),
        format!("\"{text}\""),
        format!("«{text}»"),
        format!("`{text}`\n"),
        format!("\u{feff}'{text}'"),
        wrapped.join("\n"),
        wrapped.join("\r\n    "),
    ] {
        assert_eq!(Card::parse(&paste).as_ref(), Ok(&card), "{paste}");
    }
}

#[test]
fn every_changed_or_lost_character_is_noticed() {
    let text = pair().desk_card.to_text();
    for (at, was) in text.char_indices() {
        for other in ['A', 'b', '7', '.', '-', '=', '/', 'é', '\0'] {
            let changed = format!("{}{other}{}", &text[..at], &text[at + 1..]);
            if other != was {
                assert!(matches!(code(&changed), ErrorCode::CardDamaged | ErrorCode::CardVersion), "{changed}");
            }
        }
        assert_eq!(code(&format!("{}{}", &text[..at], &text[at + 1..])), ErrorCode::CardDamaged);
        assert_eq!(code(&text[..at]), ErrorCode::CardDamaged);
    }
    let (body, sum) = text.rsplit_once('.').unwrap();
    let shouted = format!("{body}.{}", sum.to_uppercase());
    assert!(shouted == text || code(&shouted) == ErrorCode::CardDamaged);
    assert_eq!(code(&format!("{text}{text}")), ErrorCode::CardDamaged);
    assert_eq!(code(&"x".repeat(1 << 20)), ErrorCode::CardDamaged);
}

#[test]
fn newer_cards_say_so() {
    let card = pair().desk_card;
    assert_eq!(code(&card.to_text().replace("bulla-card1.", "bulla-card2.")), ErrorCode::CardVersion);
    assert_eq!(code("bulla-card12.whatever"), ErrorCode::CardVersion);
    let mut json = json_of(&card);
    (json["version"], json["unheard_of"]) = (json!(2), json!([]));
    assert_eq!(code(&line(&json)), ErrorCode::CardVersion);
}

#[test]
fn a_card_is_signed_as_a_whole() {
    let (pair, mallory) = (pair(), Identity::generate().unwrap());
    let reply = pair.server.reply_card("web-1", &pair.desk_card).unwrap();
    let theirs = json_of(&mallory.reply_card("other", &mallory.card(Role::Desk, "d")).unwrap());
    for field in ["recipient", "verify_key", "name", "nonce", "reply_to", "signature"] {
        let mut json = json_of(&reply);
        json[field] = theirs[field].clone();
        assert_eq!(code(&line(&json)), ErrorCode::CardDamaged, "{field}");
        json.as_object_mut().unwrap().remove(field);
        assert_eq!(code(&line(&json)), ErrorCode::CardDamaged, "{field}");
    }
    let mut json = json_of(&reply);
    json["role"] = json!("desk");
    assert_eq!(code(&line(&json)), ErrorCode::CardDamaged);
}

/// A card signed by real keys, but for a recipient of the forger's choice.
fn signed_for(recipient: &str, name: &str) -> String {
    let identity = Identity::generate().unwrap();
    let card = identity.card(Role::Desk, "x");
    let mut frame = Vec::new();
    for field in [b"bulla/card/v1", &[1][..], b"desk", name.as_bytes(), recipient.as_bytes(), &card.verify_key, b"", b""] {
        frame.extend_from_slice(&(field.len() as u64).to_be_bytes());
        frame.extend_from_slice(field);
    }
    let mut json = json_of(&card);
    json["recipient"] = json!(recipient);
    json["name"] = json!(name);
    json["signature"] = json!(URL_SAFE_NO_PAD.encode(support::signing_key(&identity).sign(&frame).as_ref()));
    line(&json)
}

#[test]
fn recipients_that_cannot_be_used_are_refused() {
    let good = pair().desk_card.recipient;
    assert!(Card::parse(&signed_for(&good, "x")).is_ok(), "the forger can write what is right");
    // Every shared secret with these points is zero; age would stop the process.
    let weak = weak_recipients();
    assert!(weak.len() == 7 && weak.iter().all(|text| text.parse::<age::x25519::Recipient>().is_ok()));
    for bad in weak.iter().map(String::as_str).chain(["", "age1", "ssh-ed25519 AAAA", &good.to_uppercase(), &good[1..]]) {
        assert_eq!(code(&signed_for(bad, "x")), ErrorCode::CardDamaged, "{bad}");
    }
}

/// The points of small order on Curve25519, in age's spelling.
fn weak_recipients() -> Vec<String> {
    let hex = [
        "0000000000000000000000000000000000000000000000000000000000000000",
        "0100000000000000000000000000000000000000000000000000000000000000",
        "e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800",
        "5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157",
        "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    ];
    hex.iter().map(|point| bech32(&unhex(point))).collect()
}

fn unhex(text: &str) -> Vec<u8> {
    (0..text.len()).step_by(2).map(|at| u8::from_str_radix(&text[at..at + 2], 16).unwrap()).collect()
}

/// BIP 173, for the prefix `age`.
fn bech32(bytes: &[u8]) -> String {
    let bits: Vec<u8> = bytes.iter().flat_map(|byte| (0..8).rev().map(move |bit| byte >> bit & 1)).collect();
    let mut digits: Vec<u8> =
        bits.chunks(5).map(|five| (0..5).fold(0, |sum, at| sum << 1 | five.get(at).copied().unwrap_or(0))).collect();
    let mut input: Vec<u8> = b"age".iter().map(|c| c >> 5).chain([0]).chain(b"age".iter().map(|c| c & 31)).collect();
    input.extend(&digits);
    input.extend([0; 6]);
    let sum = input.iter().fold(1_u32, |sum, digit| {
        let top = sum >> 25;
        let next = (sum & 0x01ff_ffff) << 5 ^ u32::from(*digit);
        [0x3b6a_57b2, 0x2650_8e6d, 0x1ea1_19fa, 0x3d42_33dd, 0x2a14_62b3]
            .iter()
            .enumerate()
            .fold(next, |next, (at, part)| if top >> at & 1 == 1 { next ^ part } else { next })
    }) ^ 1;
    digits.extend((0..6).map(|at| u8::try_from(sum >> (5 * (5 - at)) & 31).unwrap()));
    let alphabet = b"qpzry9x8gf2tvdw0s3jn54khce6mua7l";
    format!("age1{}", digits.iter().map(|&digit| char::from(alphabet[usize::from(digit)])).collect::<String>())
}

#[test]
fn names_are_one_printable_line() {
    let identity = Identity::generate().unwrap();
    let name = |name: &str| identity.card(Role::Server, name).name;
    assert_eq!(name("  web\n1\u{202e}\u{200b} "), "web1");
    assert_eq!(name("Бюро 中文 👩\u{fe0f}"), "Бюро 中文 👩\u{fe0f}");
    assert_eq!(name(&"я".repeat(500)).chars().count(), 120);
    assert_eq!(name(&format!("{} {}", "x".repeat(119), "y")), "x".repeat(119));
    assert_eq!(name("\u{1b}\u{7}"), "server");
    assert!(Card::parse(&identity.card(Role::Desk, "\0").to_text()).is_ok());
    let recipient = pair().desk_card.recipient;
    for bad in ["", " a", "a\u{202e}b", "a\nb", &"x".repeat(121)] {
        assert_eq!(code(&signed_for(&recipient, bad)), ErrorCode::CardDamaged, "{bad:?}");
    }
}

#[test]
fn both_sides_see_the_same_words() {
    let pair = pair();
    let reply = pair.server.reply_card("web-1", &pair.desk_card).unwrap();
    let shown = words(&pair.desk_card, &reply).unwrap();
    let again = words(&Card::parse(&pair.desk_card.to_text()).unwrap(), &Card::parse(&reply.to_text()).unwrap());
    assert_eq!(again, Ok(shown));
    assert!(shown.iter().all(|word| bip39::Language::English.word_list().contains(word)));
}

#[test]
fn words_differ_when_anything_differs() {
    let pair = pair();
    let reply = pair.server.reply_card("web-1", &pair.desk_card).unwrap();
    let shown = words(&pair.desk_card, &reply).unwrap();
    let renamed = pair.desk.card(Role::Desk, "Another desk");
    assert_ne!(words(&renamed, &reply).unwrap(), shown);
    assert_ne!(words(&pair.desk_card, &pair.server.reply_card("web-2", &pair.desk_card).unwrap()).unwrap(), shown);
    assert_ne!(words(&pair.desk_card, &pair.server.reply_card("web-1", &pair.desk_card).unwrap()).unwrap(), shown, "nonce");
    let other_desk = Identity::generate().unwrap().card(Role::Desk, "Anna's desk");
    assert_ne!(words(&other_desk, &pair.server.reply_card("web-1", &other_desk).unwrap()).unwrap(), shown);
    let other_server = Identity::generate().unwrap();
    assert_ne!(words(&pair.desk_card, &other_server.reply_card("web-1", &pair.desk_card).unwrap()).unwrap(), shown);
    for bit in 0..128 {
        let mut changed = reply.clone();
        if let Some(nonce) = &mut changed.nonce {
            nonce[bit / 8] ^= 1 << (bit % 8);
        }
        assert_ne!(words(&pair.desk_card, &changed).unwrap(), shown);
    }
}

#[test]
fn words_need_a_desk_and_its_answer() {
    let pair = pair();
    let reply = pair.server.reply_card("web-1", &pair.desk_card).unwrap();
    let other = Identity::generate().unwrap();
    let other_reply = pair.server.reply_card("web-1", &other.card(Role::Desk, "d")).unwrap();
    for (desk, server) in [
        (&pair.desk_card, &pair.server_card),
        (&pair.desk_card, &other_reply),
        (&pair.desk_card, &pair.desk_card),
        (&reply, &pair.desk_card),
        (&reply, &reply),
    ] {
        assert_eq!(words(desk, server).map_err(|error| error.code()), Err(ErrorCode::CardWrongRole));
    }
    let to_server: Result<Card, Error> = pair.server.reply_card("x", &pair.server_card);
    assert_eq!(to_server.map_err(|error| error.code()), Err(ErrorCode::CardWrongRole));
}
