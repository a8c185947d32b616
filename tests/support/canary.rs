//! Planted tokens, and the search for them in every spelling they could leak in.

use std::path::Path;

use crate::huntflow::Pair;

/// A pair that cannot be mistaken for anything else.
pub fn planted(number: usize) -> Pair {
    Pair {
        access: format!("{number}0caca0access0planted").repeat(3),
        refresh: format!("{number}1caca1refresh1planted").repeat(3),
    }
}

/// Every spelling of every token of these pairs.
pub fn needles(pairs: &[Pair]) -> Vec<Vec<u8>> {
    pairs.iter().flat_map(|pair| [&pair.access, &pair.refresh]).flat_map(|token| spellings(token)).collect()
}

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

/// Whether any of the needles is in there.
pub fn leaks(haystack: &[u8], needles: &[Vec<u8>]) -> bool {
    needles.iter().any(|needle| memchr::memmem::find(haystack, needle).is_some())
}

/// The files below a folder that hold one.
///
/// # Panics
/// When the folder cannot be read.
pub fn leaking_files(folder: &Path, needles: &[Vec<u8>]) -> Vec<String> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).expect("a folder").flatten() {
        let path = entry.path();
        let kind = entry.file_type().expect("a kind");
        if kind.is_dir() {
            found.extend(leaking_files(&path, needles));
        } else if kind.is_file() && leaks(&std::fs::read(&path).expect("readable"), needles) {
            found.push(path.display().to_string());
        }
    }
    found
}
