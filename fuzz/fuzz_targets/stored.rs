//! What the vault and the journal give back after decryption: a credential, an identity, a kept answer.
#![no_main]

use bulla_core::{ErrorCode, Stored, TimedAnswer};
use bulla_seal::Identity;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    match Stored::from_bytes(data) {
        Ok(stored) => {
            let again = Stored::from_bytes(&stored.to_bytes()).expect("what was written");
            assert_eq!((again.as_parent(), &again), (stored.as_parent(), &stored));
        }
        Err(error) => assert!(matches!(error.code(), ErrorCode::VaultDamaged | ErrorCode::HomeNewer) && untold(&error)),
    }
    match Identity::from_bytes(data) {
        Ok(identity) => {
            let again = Identity::from_bytes(&identity.to_bytes()).expect("what was written");
            assert_eq!(again.fingerprint(), identity.fingerprint());
        }
        Err(error) => assert!(error.code() == ErrorCode::VaultDamaged && untold(&error)),
    }
    match TimedAnswer::from_bytes(data) {
        Ok(kept) => {
            let again = TimedAnswer::from_bytes(&kept.to_bytes()).expect("what was written");
            assert_eq!(again.answer.body, kept.answer.body);
        }
        Err(error) => assert!(error.code() == ErrorCode::JournalUnwritable && untold(&error)),
    }
});

/// A refusal repeats nothing of what it could not read.
fn untold(error: &bulla_core::Error) -> bool {
    matches!(error.detail_text(), None | Some("the identity's entry" | "a journal entry is damaged"))
}
