//! The bytes of one journal entry:
//!
//! ```text
//! "BULLAJ01" | length u32 | header record | reserved zeros, 64 KiB
//!                                           filled from the front by: length u32 | attachment record | …
//! ```
//!
//! Lengths are little endian. A record is nonce | ciphertext | tag, bound to the entry's name and the record's number
//! (0 is the header). A length of zero ends the list.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::Path;

use bulla_core::ports::Intent;
use bulla_core::{Error, ErrorCode, Result, crash_point};
use zeroize::Zeroizing;

use super::failed;
use crate::aead::{self, Key};
use crate::private_file::create_private;

const MAGIC: &[u8; 8] = b"BULLAJ01";
/// Room for an attachment: a token endpoint's answer is a few kilobytes.
const RESERVED: usize = 64 * 1024;

/// An intent as bytes.
pub(super) struct Header(Zeroizing<Vec<u8>>);

impl Header {
    pub(super) fn of(intent: &Intent) -> Result<Self> {
        let json = serde_json::to_vec(intent).map_err(|e| Error::new(ErrorCode::Internal).detail(e))?;
        Ok(Self(Zeroizing::new(json)))
    }
}

/// Writes the draft, syncs it and gives it its name. The folder is the caller's to sync.
pub(super) fn begin(draft: &Path, path: &Path, name: &str, key: &Key, header: &Header) -> io::Result<()> {
    let record = seal(key, name, 0, &header.0)?;
    let mut file = create_private(draft)?;
    // Whoever can lock a draft knows that nobody is writing it.
    file.lock()?;
    file.write_all(MAGIC)?;
    file.write_all(&length(&record)?)?;
    crash_point("journal:1-draft");
    file.write_all(&record)?;
    file.write_all(&vec![0; RESERVED])?;
    file.sync_all()?;
    crash_point("journal:2-synced");
    fs::rename(draft, path)?;
    crash_point("journal:3-named");
    Ok(())
}

/// Writes a record after the last whole one, and syncs it.
pub(super) fn attach(path: &Path, name: &str, key: &Key, plain: &[u8]) -> io::Result<()> {
    let mut file = OpenOptions::new().read(true).write(true).open(path)?;
    let mut bytes = Zeroizing::new(Vec::new());
    file.read_to_end(&mut bytes)?;
    let Opened { end, .. } = header(&bytes, name, key).ok_or(io::ErrorKind::InvalidData)?;
    let (end, number, _) = last_attachment(&bytes, end, name, key);
    let record = seal(key, name, number + 1, plain)?;
    let (first, second) = record.split_at(record.len() / 2);
    file.seek(SeekFrom::Start(end as u64))?;
    file.write_all(&length(&record)?)?;
    file.write_all(first)?;
    crash_point("journal:4-half-attached");
    file.write_all(second)?;
    // Data only: the room was there, and a longer file's size is synced with its data.
    file.sync_data()?;
    crash_point("journal:5-attached");
    Ok(())
}

type Content = (Intent, Option<Zeroizing<Vec<u8>>>);

/// What an entry says. `None` when it is not there, or was torn before it was an entry.
pub(super) fn read(path: &Path, name: &str, key: &Key) -> Result<Option<Content>> {
    let bytes = match fs::read(path) {
        Ok(bytes) => bytes,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(failed(path, &error)),
    };
    let unreadable = || failed(path, &io::Error::new(io::ErrorKind::InvalidData, "does not decrypt"));
    let Some(Opened { plain, end }) = header(&bytes, name, key) else {
        return if is_torn(&bytes) { Ok(None) } else { Err(unreadable()) };
    };
    let intent = serde_json::from_slice(&plain).map_err(|_| unreadable())?;
    let (_, _, attachment) = last_attachment(&bytes, end, name, key);
    Ok(Some((intent, attachment)))
}

/// Removes drafts that nobody is writing. Best effort: they are in nobody's way.
pub(super) fn clear_drafts(folder: &Path, suffix: &str) {
    let Ok(files) = fs::read_dir(folder) else { return };
    for path in files.flatten().map(|file| file.path()) {
        let is_draft = path.to_str().is_some_and(|path| path.ends_with(suffix));
        if is_draft && File::open(&path).is_ok_and(|file| file.try_lock().is_ok()) {
            let _ = fs::remove_file(&path);
        }
    }
}

struct Opened {
    plain: Zeroizing<Vec<u8>>,
    end: usize,
}

fn header(bytes: &[u8], name: &str, key: &Key) -> Option<Opened> {
    let record = bytes.strip_prefix(MAGIC)?;
    let (plain, size) = next_record(record, name, 0, key)?;
    Some(Opened { plain, end: MAGIC.len() + size })
}

/// The end of the last whole attachment, its number (0: none) and its text.
fn last_attachment(bytes: &[u8], start: usize, name: &str, key: &Key) -> (usize, u64, Option<Zeroizing<Vec<u8>>>) {
    let (mut end, mut number, mut last) = (start, 0, None);
    while let Some((plain, size)) = bytes.get(end..).and_then(|rest| next_record(rest, name, number + 1, key)) {
        end += size;
        number += 1;
        last = Some(plain);
    }
    (end, number, last)
}

/// The record at the front, and the bytes it takes with its length.
fn next_record(bytes: &[u8], name: &str, number: u64, key: &Key) -> Option<(Zeroizing<Vec<u8>>, usize)> {
    let (length, rest) = bytes.split_first_chunk::<4>()?;
    let length = usize::try_from(u32::from_le_bytes(*length)).ok()?;
    let plain = aead::open(key, &identity(name, number), rest.get(..length)?)?;
    Some((plain, 4 + length))
}

/// Whether a header that does not open was cut off by a crash rather than damaged later. An entry is synced with its
/// reserved room before it gets its name, so a shorter file, or one of zeros, never was one. What the file says of its
/// own length is not asked: that may be what is damaged.
fn is_torn(bytes: &[u8]) -> bool {
    bytes.len() < MAGIC.len() + 4 + aead::OVERHEAD + RESERVED || bytes.iter().all(|byte| *byte == 0)
}

fn seal(key: &Key, name: &str, number: u64, plain: &[u8]) -> io::Result<Vec<u8>> {
    aead::seal(key, &identity(name, number), plain).map_err(|_| io::Error::other("cannot encrypt"))
}

fn identity(name: &str, number: u64) -> Vec<u8> {
    aead::identity(&["bulla journal 1", name, &number.to_string()])
}

fn length(record: &[u8]) -> io::Result<[u8; 4]> {
    u32::try_from(record.len()).map(u32::to_le_bytes).map_err(|_| io::ErrorKind::FileTooLarge.into())
}
