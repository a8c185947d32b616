//! The keychain of each platform.

use std::sync::Arc;
use std::time::Duration;

use super::KeychainConfig;
use super::worker::StoreBuilder;

/// Windows takes 2,560 bytes; the rest is room for what Windows counts and we do not.
const WINDOWS_LIMIT: usize = 2_400;

pub(super) fn config() -> KeychainConfig {
    KeychainConfig {
        limit: cfg!(windows).then_some(WINDOWS_LIMIT),
        // KWallet keeps text only; Windows has no byte to give away.
        base64: !cfg!(windows),
        // The default of Windows roams with a domain profile, and two computers would spend one token.
        modifiers: if cfg!(windows) { &[("persistence", "Local")] } else { &[] },
        quick: Duration::from_secs(10),
        patient: Duration::from_mins(1),
        write_proof: Duration::from_mins(1),
    }
}

pub(super) fn builder() -> StoreBuilder {
    #[cfg(target_os = "linux")]
    return Arc::new(|| Ok(zbus_secret_service_keyring_store::Store::new()?));
    #[cfg(windows)]
    return Arc::new(|| Ok(windows_native_keyring_store::Store::new()?));
    #[cfg(target_os = "macos")]
    return Arc::new(|| Ok(apple_native_keyring_store::keychain::Store::new()?));
    #[cfg(not(any(target_os = "linux", windows, target_os = "macos")))]
    return Arc::new(|| Err(keyring_core::Error::NoDefaultStore));
}
