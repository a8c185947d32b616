//! Sealed bundles, cards and receipts: how credentials travel between two homes that know each other.
//!
//! Bytes in, bytes out: no files, no network, no clock. What this crate guards:
//! * a bundle is signed by its sender and then encrypted, with the recipient's fingerprint inside the signature,
//!   so that nobody can plant tokens and nobody can forward a bundle as his own;
//! * only senders whose card was pinned are believed;
//! * a bundle opens for one identity: a single-use token must not exist a third time;
//! * tokens become bytes only in buffers that are wiped;
//! * whatever bytes come in, the answer is a value or a closed code, never a panic.
//!
//! The tests open and verify what is written here with age, OpenSSL and another JOSE library.

mod bundle;
mod card;
mod encoding;
mod envelope;
mod identity;
mod jws;
mod manifest;
mod receipt;
mod words;

pub use bundle::{MAX_BUNDLE_BYTES, OpenedBundle, SKEW, SealedBundle, open, seal};
pub use card::{Card, NONCE_BYTES, Role};
pub use identity::Identity;
pub use manifest::{DEFAULT_LIFE, MAX_LIFE, Manifest, Passing, Sealed, SealedApp};
pub use receipt::{Receipt, UnverifiedReceipt};
pub use words::words;
