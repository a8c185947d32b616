//! One opened home: every use case that the window and the command line share.
//!
//! This crate ties the domain (`bulla-core`) to its real surroundings (`bulla-store`, `bulla-providers`,
//! `bulla-seal`). Front ends call [`Home`] and show its views; they decide nothing about tokens.

mod apps;
mod check;
mod describe;
mod doctor;
mod edit;
mod enrol;
mod export;
mod granted;
mod hand_over;
mod keep;
mod keys;
mod listing;
mod login;
mod look;
mod lookup;
mod make;
mod open;
mod receipts;
mod receive;
mod registrations;
mod rest;
mod revoke;
mod run;
mod tokens;
mod view;
pub mod words;

pub use bulla_core as core;
pub use bulla_providers as providers;
pub use bulla_providers::FileFormat as ExportFormat;
pub use bulla_providers::explain;
pub use check::Finding;
pub use doctor::Diagnosis;
pub use enrol::Enrolled;
pub use granted::Unkept;
pub use keep::{KeepRequest, Kept};
pub use listing::Listing;
pub use login::{Answered, Finished, LoggedIn, Login, LoginRequest, PendingLogin, Redeemable};
pub use look::{PasteInput, environment, look, preset};
pub use open::{Changed, Home, OpenConfig, Role, VaultKind, default_folder};
pub use receive::Opened;
pub use registrations::{AppChange, AppRequest};
pub use rest::Rest;
pub use run::Pass;
pub use tokens::Refreshed;
pub use view::*;
