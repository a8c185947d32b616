//! What a keychain store's errors mean to us. Their `Debug`, and some of their `Display`, show the secret, so only the
//! text of the platform's own error inside is ever looked at.

use bulla_core::{Error, ErrorCode};

/// Why a call failed.
#[derive(Debug)]
pub(super) enum Fault {
    /// The keychain has spoken: trying again changes nothing.
    Final(Error),
    /// The connection to it may be dead: a new store may work.
    Broken(Error),
}

impl Fault {
    pub(super) fn broken(why: &str) -> Self {
        Self::Broken(Error::new(ErrorCode::KeychainUnavailable).detail(why))
    }

    pub(super) fn not_kept() -> Self {
        Self::Final(Error::new(ErrorCode::KeychainUnavailable).detail("the keychain did not keep what was written"))
    }

    pub(super) fn into_error(self) -> Error {
        match self {
            Self::Final(error) | Self::Broken(error) => error,
        }
    }
}

/// Our name for an error of a keychain store. `NoEntry` and `Ambiguous` are answers and dealt with before.
pub(super) fn fault_of(error: &keyring_core::Error) -> Fault {
    use keyring_core::Error as Theirs;
    match error {
        Theirs::PlatformFailure(inner) | Theirs::NoStorageAccess(inner) => {
            let access = matches!(error, Theirs::NoStorageAccess(_));
            by_text(&inner.to_string(), access)
        }
        Theirs::NoEntry => Fault::Final(ErrorCode::KeychainEntryMissing.into()),
        Theirs::BadEncoding(_) | Theirs::BadDataFormat(..) => Fault::Final(ErrorCode::VaultDamaged.into()),
        Theirs::TooLong(..) => Fault::Final(Error::new(ErrorCode::Internal).detail("too long for a keychain entry")),
        Theirs::Ambiguous(_) => Fault::Final(Error::new(ErrorCode::VaultDamaged).detail("two entries of one name")),
        _ => Fault::Final(ErrorCode::KeychainUnavailable.into()),
    }
}

/// The stores wrap their platform's error in a box of a type we do not link, so its text has to do: names of D-Bus
/// errors, the fixed words of the Secret Service client, numbers of macOS. `tests/secret_service.rs` holds them
/// against the real thing.
fn by_text(text: &str, access: bool) -> Fault {
    let has = |parts: &[&str]| parts.iter().any(|part| text.contains(part));
    let named = |code: ErrorCode| Error::new(code).detail(text);
    if has(&["result not returned"]) {
        return Fault::Final(named(ErrorCode::KeychainMissing));
    }
    if has(&["prompt dismissed", "object locked", "Error.IsLocked"]) {
        return Fault::Final(named(ErrorCode::KeychainLocked));
    }
    if cfg!(target_os = "linux") && !access {
        // No session, no daemon, a closed socket: all that a new connection could cure.
        return Fault::Broken(named(ErrorCode::KeychainUnavailable));
    }
    if access || cfg!(target_os = "macos") {
        // macOS has a number for a cancelled prompt, a wrong password and a forbidden prompt; all mean "not now".
        return Fault::Final(named(ErrorCode::KeychainLocked));
    }
    Fault::Final(named(ErrorCode::KeychainUnavailable))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn platform(text: &str) -> keyring_core::Error {
        keyring_core::Error::PlatformFailure(Box::new(std::io::Error::other(text.to_owned())))
    }

    fn access(text: &str) -> keyring_core::Error {
        keyring_core::Error::NoStorageAccess(Box::new(std::io::Error::other(text.to_owned())))
    }

    #[test]
    fn no_secret_of_an_error_is_shown() {
        let errors = [
            keyring_core::Error::BadEncoding(b"planted".to_vec()),
            keyring_core::Error::BadDataFormat(b"planted".to_vec(), Box::new(std::io::Error::other("planted"))),
            keyring_core::Error::BadStoreFormat("planted".to_owned()),
            keyring_core::Error::Invalid("planted".to_owned(), "planted".to_owned()),
        ];
        for error in errors {
            let ours = fault_of(&error).into_error();
            assert!(!format!("{ours} {ours:?}").contains("planted"), "{ours:?}");
            assert!(!format!("{ours:?}").contains("112, 108"), "{ours:?}");
        }
    }

    #[test]
    fn texts_have_codes() {
        let code = |error: &keyring_core::Error| fault_of(error).into_error().code();
        assert_eq!(code(&access("SS error: result not returned from SS API")), ErrorCode::KeychainMissing);
        assert_eq!(code(&platform("SS error: prompt dismissed")), ErrorCode::KeychainLocked);
        assert_eq!(code(&access("SS Error: object locked")), ErrorCode::KeychainLocked);
        assert_eq!(code(&access("anything")), ErrorCode::KeychainLocked);
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn only_a_dead_connection_is_tried_again() {
        let dead = platform("zbus error: org.freedesktop.Secret.Error.NoSession: The session does not exist");
        assert!(matches!(fault_of(&dead), Fault::Broken(_)));
        assert!(matches!(fault_of(&platform("SS error: prompt dismissed")), Fault::Final(_)));
    }
}
