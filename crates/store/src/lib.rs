//! Where things live: credentials in the keychain or a sealed file, facts in the catalog, irreversible steps in
//! the journal, locks in lease files.
//!
//! Invariants:
//! * the catalog holds no secret and has no type that could carry one;
//! * every write is durable before its call returns, and a crash anywhere leaves the old or the new state;
//! * a missing keychain entry is believed only while the sentinel entry can be seen;
//! * an error erases nothing.

mod aead;
mod catalog;
mod file_vault;
mod journal;
mod keychain;
mod lease;
#[cfg(feature = "test-hooks")]
mod memory;
mod private_file;
#[cfg(test)]
mod sample;
mod sqlite;
mod vault_key;

pub use catalog::{DueFn, Peer, SeenBundleRow, SentBundleRow, SqliteCatalog};
pub use file_vault::FileVault;
pub use journal::{FileJournal, JournalKey};
pub use keychain::{KeychainConfig, KeychainVault, Spill, StoreBuilder};
pub use lease::{FileLeases, HomeLock};
#[cfg(feature = "test-hooks")]
pub use memory::MemoryVault;
pub use private_file::{prepare_folder, write_private};
pub use vault_key::{KeySource, VaultKey};
