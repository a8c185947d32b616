//! Planted tokens are found nowhere they do not belong: not in the home, not in what is printed, at any log level.

use std::path::Path;

use chrono::TimeDelta;
use support::command::{Run, Stage, finish};
use support::huntflow::{Canned, Knob, Pair, Route};

/// A token in every spelling it could leak in.
#[expect(clippy::format_collect, reason = "a few bytes, once")]
fn spellings(token: &str) -> Vec<Vec<u8>> {
    let hex: String = token.bytes().map(|byte| format!("{byte:02x}")).collect();
    let percent: String = token.bytes().map(|byte| format!("%{byte:02X}")).collect();
    let utf16: Vec<u8> = token.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let mut all =
        vec![token.as_bytes().to_vec(), hex.clone().into_bytes(), hex.to_uppercase().into_bytes(), percent.into_bytes(), utf16];
    // Base64 of a longer text shows a token at one of three offsets.
    for offset in 0..3 {
        let text = format!("{}{token}", "x".repeat(offset));
        let encoded = base64(text.as_bytes());
        all.push(encoded.as_bytes()[4 * offset.div_ceil(3) + 2..encoded.len() - 4].to_vec());
    }
    // A cut token is a leak too.
    all.extend(token.as_bytes().windows(16).step_by(16).map(<[u8]>::to_vec));
    all
}

fn base64(bytes: &[u8]) -> String {
    const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    bytes
        .chunks(3)
        .flat_map(|chunk| {
            let bits = chunk.iter().fold(0u32, |bits, byte| bits << 8 | u32::from(*byte)) << (8 * (3 - chunk.len()));
            (0..=chunk.len()).map(move |i| char::from(ALPHABET[(bits >> (18 - 6 * i) & 63) as usize]))
        })
        .collect()
}

fn leaks(haystack: &[u8], needles: &[Vec<u8>]) -> bool {
    needles.iter().any(|needle| memchr::memmem::find(haystack, needle).is_some())
}

fn leaking_files(folder: &Path, needles: &[Vec<u8>]) -> Vec<String> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).expect("a folder").flatten() {
        let path = entry.path();
        if path.is_dir() {
            found.extend(leaking_files(&path, needles));
        } else if leaks(&std::fs::read(&path).expect("readable"), needles) {
            found.push(path.display().to_string());
        }
    }
    found
}

/// Runs a command at the loudest log level and keeps everything it printed.
fn traced(stage: &Stage, home: &str, arguments: &[&str], stdin: &[u8], heard: &mut Vec<u8>) -> Run {
    let mut command = stage.command(home, arguments);
    command.env("RUST_LOG", "trace").env("RUST_BACKTRACE", "1");
    let run = finish(command, stdin);
    heard.extend_from_slice(run.stdout.as_bytes());
    heard.extend_from_slice(run.stderr.as_bytes());
    run
}

#[test]
fn planted_tokens_leave_no_trail() {
    let stage = Stage::new();
    let planted: Vec<Pair> = (0..4)
        .map(|n| Pair {
            access: format!("{n}0caca0access0planted").repeat(3),
            refresh: format!("{n}1caca1refresh1planted").repeat(3),
        })
        .collect();
    let pair = stage.fake.issue_planted("anna", planted[0].clone());
    stage.fake.plant_next(planted[1].clone());
    let needles: Vec<_> = planted.iter().flat_map(|p| [&p.access, &p.refresh]).flat_map(|token| spellings(token)).collect();

    let mut heard = Vec::new();
    let text = format!("access_token: {}\nrefresh_token: {}", pair.access, pair.refresh);
    let add = ["add", "huntflow", "--label", "Anna", "--base-url", &stage.fake.base_url()];
    traced(&stage, "desk", &add, text.as_bytes(), &mut heard).ok();
    for refused in [&text[..40], &text.replace("refresh", "access"), &format!("{text}{text}")] {
        traced(&stage, "desk", &add, refused.as_bytes(), &mut heard);
    }
    stage.fake.advance(TimeDelta::days(8));
    for canned in [Canned::html_500(), Canned::html_ok(), Canned::unavailable()] {
        stage.fake.next(Route::Refresh, Knob::Instead(canned));
        traced(&stage, "desk", &["refresh", "Anna"], b"", &mut heard);
    }
    traced(&stage, "desk", &["refresh", "Anna"], b"", &mut heard);
    assert_eq!(stage.fake.exchanges_ok().len(), 1, "the planted second pair is kept now");

    let sender = traced(&stage, "desk", &["sender"], b"", &mut heard).ok();
    let card = traced(&stage, "server", &["agent", "enrol", "--sender", sender.trim(), "--name", "web-1"], b"", &mut heard).ok();
    traced(&stage, "desk", &["server", "add", card.trim()], b"", &mut heard).ok();
    let file = stage.folder.path().join("a.bulla").display().to_string();
    traced(&stage, "desk", &["seal", "--server", "web-1", "Anna", "-o", &file], b"", &mut heard).ok();
    let receipt = traced(&stage, "server", &["agent", "open", &file], b"", &mut heard).ok();
    traced(&stage, "desk", &["receipt", "-"], receipt.as_bytes(), &mut heard).ok();
    for arguments in [&["connections", "--json"][..], &["show", "Anna", "--json"], &["doctor"], &["check"], &["server", "list"]] {
        traced(&stage, "desk", arguments, b"", &mut heard);
    }

    assert!(!leaks(&heard, &needles), "something printed holds a token");
    assert_eq!(leaking_files(stage.folder.path(), &needles), Vec::<String>::new());

    // The search itself finds each spelling where it really is.
    let control = stage.folder.path().join("control");
    for needle in &needles {
        std::fs::write(&control, [b"before", needle.as_slice(), b"after"].concat()).expect("written");
        assert_eq!(leaking_files(stage.folder.path(), &needles).len(), 1);
    }
    let token = traced(&stage, "server", &["token", "Anna"], b"", &mut Vec::new());
    assert!(!leaks(token.stderr.as_bytes(), &needles), "not even there beside its output");
    assert!(leaks(token.ok().as_bytes(), &needles), "the one command that prints a token prints it");
}
