//! What comes in: pasted secrets, cards, receipts and bundles, each with a limit. Nothing prompts unless stdin is a terminal.

use std::fs::File;
use std::io::{self, IsTerminal, Read};
use std::path::Path;

use bulla_core::{Error, ErrorCode, Result};
use zeroize::Zeroizing;

use crate::output::Output;
use crate::say;

/// Longer pastes are not looked at.
const PASTE_MAX: u64 = 16 * 1024;
/// One byte more than the longest bundle, so that a longer one is seen to be too long.
const BUNDLE_MAX: u64 = 8 * 1024 * 1024 + 1;

/// Whether a person can be asked.
pub(crate) fn can_ask() -> bool {
    io::stdin().is_terminal()
}

/// One line typed without being shown.
pub(crate) fn hidden(prompt: &str) -> Result<Zeroizing<String>> {
    let typed = rpassword::prompt_password(prompt).map(Zeroizing::new);
    typed.map_err(|error| Error::new(ErrorCode::FileUnreadable).with("file", "-").detail(error))
}

/// A secret from a pipe.
pub(crate) fn piped_secret(out: &Output) -> Result<Zeroizing<String>> {
    secret(io::stdin().lock(), "-", out)
}

/// A secret from a file.
pub(crate) fn secret_file(path: &Path, out: &Output) -> Result<Zeroizing<String>> {
    let name = path.display().to_string();
    secret(open(path)?, &name, out)
}

/// Text that is no secret, such as a card: an argument, or stdin for `-`.
pub(crate) fn public_text(argument: &str) -> Result<String> {
    if argument != "-" {
        return Ok(argument.to_owned());
    }
    let bytes = read(io::stdin().lock(), BUNDLE_MAX, "-")?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

/// The beginning of what is piped or typed, with one byte more than `most` if there is more. An error can hold a token.
pub(crate) fn pasted(most: usize) -> Result<Zeroizing<Vec<u8>>> {
    read(io::stdin().lock(), most as u64 + 1, "-")
}

/// A file's bytes, or stdin for `-`: a bundle, a receipt, a request's body.
pub(crate) fn document(path: &Path) -> Result<Zeroizing<Vec<u8>>> {
    match path.to_str() {
        Some("-") => read(io::stdin().lock(), BUNDLE_MAX, "-"),
        _ => read(open(path)?, BUNDLE_MAX, &path.display().to_string()),
    }
}

fn secret(from: impl Read, name: &str, out: &Output) -> Result<Zeroizing<String>> {
    let bytes = read(from, PASTE_MAX + 1, name)?;
    if bytes.len() as u64 > PASTE_MAX {
        return Err(Error::new(ErrorCode::PasteIncomplete).detail(out.text(&say::TOO_LONG, &[])));
    }
    // What is no text has no tokens in it either; the paste's own words will say so.
    let text = Zeroizing::new(String::from_utf8_lossy(&bytes).into_owned());
    Ok(Zeroizing::new(text.trim_start_matches('\u{feff}').to_owned()))
}

fn open(path: &Path) -> Result<File> {
    File::open(path).map_err(|error| unreadable(&path.display().to_string(), &error))
}

fn read(from: impl Read, most: u64, name: &str) -> Result<Zeroizing<Vec<u8>>> {
    // Room for everything at once where that is little: a vector that grows leaves copies behind.
    let room = usize::try_from(most.min(PASTE_MAX + 1)).unwrap_or_default();
    let mut bytes = Zeroizing::new(Vec::with_capacity(room));
    from.take(most).read_to_end(&mut bytes).map_err(|error| unreadable(name, &error))?;
    Ok(bytes)
}

fn unreadable(name: &str, error: &io::Error) -> Error {
    Error::new(ErrorCode::FileUnreadable).with("file", name).detail(error)
}
