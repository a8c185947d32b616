//! The age file around a bundle: binary, version 1, one X25519 recipient.
//!
//! The age library adds one random "grease" stanza to every header it writes, and that can't be turned off. So the
//! rule is: exactly one X25519 stanza, at most one stanza whose type ends in `-grease`, nothing else. A second
//! recipient would be a second holder of single-use tokens.

use std::io::{Read, Write};
use std::iter;

use age::{DecryptError, Decryptor, Encryptor};
use bulla_core::{Error, ErrorCode, Result};
use zeroize::Zeroizing;

/// Encrypts for one recipient.
pub(crate) fn encrypt(recipient: &age::x25519::Recipient, plain: &[u8]) -> Result<Vec<u8>> {
    let internal = || Error::new(ErrorCode::Internal).detail("the bundle could not be encrypted");
    let encryptor = Encryptor::with_recipients(iter::once(recipient as _)).map_err(|_| internal())?;
    let mut writer = encryptor.wrap_output(Vec::with_capacity(plain.len() + 4096)).map_err(|_| internal())?;
    writer.write_all(plain).map_err(|_| internal())?;
    writer.finish().map_err(|_| internal())
}

/// Decrypts what was encrypted for this identity alone.
pub(crate) fn decrypt(me: &age::x25519::Identity, bytes: &[u8]) -> Result<Zeroizing<Vec<u8>>> {
    let header = header_of(bytes).ok_or_else(|| damaged("it isn't an age file, or is cut"))?;
    check_recipients(header)?;
    let mut reader = Decryptor::new_buffered(bytes).and_then(|decryptor| decryptor.decrypt(iter::once(me as _))).map_err(
        |error| match error {
            DecryptError::NoMatchingKeys => ErrorCode::BundleNotForMe.into(),
            _ => damaged("its header is damaged"),
        },
    )?;
    // Larger than the plain text: a growing buffer would leave copies of the tokens behind.
    let mut plain = Zeroizing::new(Vec::with_capacity(bytes.len()));
    reader.read_to_end(&mut plain).map_err(|_| damaged("its content is damaged or cut"))?;
    Ok(plain)
}

/// Before any work with keys, which for a passphrase could be minutes and gigabytes.
fn check_recipients(header: &[u8]) -> Result<()> {
    let (mut recipients, mut grease) = (0, 0);
    for line in header.split(|&byte| byte == b'\n') {
        // Bodies are base64, which has no minus: only a stanza's first line can begin like this.
        let Some(stanza) = line.strip_prefix(b"-> ") else { continue };
        match stanza.split(|&byte| byte == b' ').next() {
            Some(b"X25519") => recipients += 1,
            Some(b"scrypt") => return Err(ErrorCode::BundlePassphrase.into()),
            Some(kind) if kind.ends_with(b"-grease") => grease += 1,
            _ => return Err(damaged("it is for another kind of recipient")),
        }
    }
    if recipients == 1 && grease <= 1 { Ok(()) } else { Err(damaged("it is for more than one recipient, or for none")) }
}

/// The header of an age file. Ours are shorter than 600 bytes; the library's parser begins anew at every line, so
/// that a header of megabytes would keep it busy for hours.
fn header_of(bytes: &[u8]) -> Option<&[u8]> {
    const MAX_HEADER: usize = 2048;
    const FIRST: &[u8] = b"age-encryption.org/v1\n";
    const LAST: &[u8] = b"\n--- ";
    let start = &bytes[..bytes.len().min(MAX_HEADER)];
    let end = start.windows(LAST.len()).position(|window| window == LAST)?;
    start.starts_with(FIRST).then_some(&start[..end])
}

fn damaged(detail: &str) -> Error {
    Error::new(ErrorCode::BundleDamaged).detail(detail)
}
