//! The key that opens a sealed-file vault: where it is looked for, what is refused, and what is derived from it.
//!
//! A key is made only for a vault that does not exist yet. Existing data and no key is an error, never a new key.

#[cfg(test)]
mod tests;

use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};

use base64::Engine as _;
use base64::alphabet;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig, general_purpose::STANDARD};
use bulla_core::{Error, ErrorCode, Result};
use hkdf::Hkdf;
use sha2::Sha256;
use zeroize::Zeroizing;

use crate::aead::{Key, hex, random_key};
use crate::private_file::{unwritable, write_private_once};

const HOME_FILE: &str = "vault.key";

/// Where a vault key came from, so that a person can be told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum KeySource {
    /// The systemd credential `bulla-key`.
    Credential(PathBuf),
    /// The file that `BULLA_KEY_FILE` names.
    File(PathBuf),
    /// The variable `ENCRYPTION_KEY`, which other programs of the same user can read.
    Environment,
    /// `vault.key` in the home.
    HomeFile(PathBuf),
    /// `vault.key` in the home, made just now. Losing it loses the vault.
    Created(PathBuf),
}

/// A 256-bit key with its origin. Not printable; every purpose gets its own key from it.
pub struct VaultKey {
    key: Key,
    source: KeySource,
}

impl std::fmt::Debug for VaultKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "VaultKey(****, {:?})", self.source)
    }
}

impl VaultKey {
    /// Looks for the key: `$CREDENTIALS_DIRECTORY/bulla-key`, the file `BULLA_KEY_FILE`, `ENCRYPTION_KEY`, then
    /// `vault.key` in `home`. The first one that is set decides, even when it is wrong. With none of them, and no
    /// `existing` vault, makes `vault.key`; call this under the home's lock.
    ///
    /// Variables and files hold base64 of exactly 32 bytes, either alphabet, padded or not; files may also hold the
    /// 32 bytes themselves.
    ///
    /// # Errors
    /// `vault_key_missing` when there is none and data exists, or a named file is not there; `vault_key_wrong` for what
    /// is not a key, or a file that others can read.
    pub fn from_environment(home: &Path, existing: bool) -> Result<Self> {
        Self::find(|name| std::env::var_os(name), home, existing)
    }

    /// The key given, to open a vault whose key was kept elsewhere.
    ///
    /// # Errors
    /// `vault_key_wrong` for what cannot be a random key.
    pub fn from_bytes(key: Zeroizing<[u8; 32]>, source: KeySource) -> Result<Self> {
        match weakness(&key) {
            Some(why) => Err(wrong(&source, why)),
            None => Ok(Self { key, source }),
        }
    }

    /// Where it came from.
    #[must_use]
    pub fn source(&self) -> &KeySource {
        &self.source
    }

    /// The key of one purpose (HKDF-SHA-256): the same purpose gives the same key, and none gives away another.
    #[must_use]
    pub fn sub_key(&self, purpose: &str) -> Zeroizing<[u8; 32]> {
        let mut key = Zeroizing::new([0; 32]);
        let derived = Hkdf::<Sha256>::new(Some(b"bulla"), &*self.key).expand(purpose.as_bytes(), &mut *key);
        match derived {
            Ok(()) => key,
            Err(_) => unreachable!("32 bytes are within HKDF's limit"),
        }
    }

    /// Names the key without telling it.
    pub(crate) fn id(&self) -> String {
        hex(&self.sub_key("bulla vault key id")[..8])
    }

    fn find(variable: impl Fn(&str) -> Option<OsString>, home: &Path, existing: bool) -> Result<Self> {
        if let Some(folder) = variable("CREDENTIALS_DIRECTORY") {
            let path = PathBuf::from(folder).join("bulla-key");
            // The folder is there for any credential of the unit, so ours may not be.
            if path.exists() {
                return from_file(KeySource::Credential(path));
            }
        }
        if let Some(path) = variable("BULLA_KEY_FILE") {
            let path = PathBuf::from(path);
            refuse_shared(&path, home)?;
            return from_file(KeySource::File(path));
        }
        if let Some(text) = variable("ENCRYPTION_KEY") {
            let text = Zeroizing::new(text.into_encoded_bytes());
            return read_key(&text, false, KeySource::Environment);
        }
        let path = home.join(HOME_FILE);
        match fs::symlink_metadata(&path) {
            Ok(_) => {
                refuse_shared(&path, home)?;
                from_file(KeySource::HomeFile(path))
            }
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(missing(&path, &error)),
            Err(_) if existing => Err(Error::new(ErrorCode::VaultKeyMissing).with("path", path.display())),
            Err(_) => create(path),
        }
    }
}

fn create(path: PathBuf) -> Result<VaultKey> {
    let key = random_key()?;
    let mut line = Zeroizing::new(STANDARD.encode(*key));
    line.push('\n');
    let created = write_private_once(&path, line.as_bytes()).map_err(|e| unwritable(ErrorCode::HomeUnwritable, &path, &e))?;
    // Somebody else's key was there first: theirs is the one.
    if created { VaultKey::from_bytes(key, KeySource::Created(path)) } else { from_file(KeySource::HomeFile(path)) }
}

fn from_file(source: KeySource) -> Result<VaultKey> {
    let (KeySource::Credential(path) | KeySource::File(path) | KeySource::HomeFile(path) | KeySource::Created(path)) = &source
    else {
        return Err(ErrorCode::Internal.into());
    };
    let bytes = Zeroizing::new(fs::read(path).map_err(|e| missing(path, &e))?);
    read_key(&bytes, true, source)
}

fn read_key(bytes: &[u8], raw_allowed: bool, source: KeySource) -> Result<VaultKey> {
    if raw_allowed && let Ok(key) = <[u8; 32]>::try_from(bytes) {
        return VaultKey::from_bytes(Zeroizing::new(key), source);
    }
    match decode(bytes.trim_ascii()) {
        Some(key) => VaultKey::from_bytes(key, source),
        None => Err(wrong(&source, "it is not base64 of exactly 32 bytes")),
    }
}

fn decode(text: &[u8]) -> Option<Key> {
    let lenient = GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent);
    [alphabet::STANDARD, alphabet::URL_SAFE].iter().find_map(|letters| {
        let bytes = Zeroizing::new(GeneralPurpose::new(letters, lenient).decode(text).ok()?);
        Some(Zeroizing::new(<[u8; 32]>::try_from(bytes.as_slice()).ok()?))
    })
}

/// Why 32 bytes cannot have come from a random source, as far as one can tell: each of these happens by chance less
/// than once in 10^13 keys.
fn weakness(key: &[u8; 32]) -> Option<&'static str> {
    const FEWEST_DIFFERENT: usize = 12;
    let different = key.iter().collect::<std::collections::BTreeSet<_>>().len();
    if key.iter().all(|byte| *byte == 0) {
        Some("it is all zeros")
    } else if key.iter().all(|byte| matches!(byte, b' '..=b'~')) {
        Some("it is text, not 32 random bytes")
    } else if different < FEWEST_DIFFERENT {
        Some("it is not random")
    } else {
        None
    }
}

/// Refuses a key file that others can read, or that somebody else than the home's owner or root has put there.
fn refuse_shared(path: &Path, home: &Path) -> Result<()> {
    #[cfg(unix)]
    {
        use std::os::unix::fs::MetadataExt;
        let file = fs::metadata(path).map_err(|e| missing(path, &e))?;
        let refuse = |why: &str| {
            Err(Error::new(ErrorCode::VaultKeyWrong)
                .with("path", path.display())
                .detail(format_args!("{}: {why}", path.display())))
        };
        if file.mode() & 0o077 != 0 {
            return refuse("other users can read it; chmod 600 it");
        }
        let owner = fs::metadata(home).map_or(file.uid(), |home| home.uid());
        if file.uid() != owner && file.uid() != 0 {
            return refuse("it belongs to another user");
        }
    }
    #[cfg(not(unix))]
    let _ = (path, home);
    Ok(())
}

fn missing(path: &Path, error: &std::io::Error) -> Error {
    unwritable(ErrorCode::VaultKeyMissing, path, error)
}

fn wrong(source: &KeySource, why: &str) -> Error {
    let place = match source {
        KeySource::Environment => "ENCRYPTION_KEY".to_owned(),
        KeySource::Credential(path) | KeySource::File(path) | KeySource::HomeFile(path) | KeySource::Created(path) => {
            path.display().to_string()
        }
    };
    Error::new(ErrorCode::VaultKeyWrong).with("path", &place).detail(format_args!("{place}: {why}"))
}
