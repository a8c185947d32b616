//! The domain of Bulla: what a connection is, when its tokens may be renewed, what a person must know
//! about it, and the [`Keeper`] that renews. No network, no SQL, no window, no command line: the outside
//! is reached only through the traits in [`ports`].
//!
//! The invariants this crate guards:
//! * one custodian: only the identity named in [`Custody`] may spend a refresh token;
//! * one exchange per expiry, whatever threads and processes run;
//! * an answer is durable in the journal before it is parsed, and in the vault before it is served;
//! * an unknown outcome is a state (`in_doubt`), never a guess;
//! * an error changes health, never a credential.

mod answer;
mod app;
mod base_url;
mod clock;
mod connection;
mod crash;
mod credential;
mod custody;
mod error;
mod event;
mod facts;
mod health;
mod keeper;
mod label;
mod lives;
pub mod ports;
mod rules;
mod schedule;
mod secret;

pub use answer::{Exchange, Judgement, RawAnswer, ReadOutcome, TimedAnswer};
pub use app::{App, AppId, Site};
pub use base_url::BaseUrl;
#[cfg(feature = "test-hooks")]
pub use clock::ManualClock;
pub use clock::{Clock, SystemClock};
pub use connection::{Connection, ConnectionId, Identity, ProviderKind};
pub use crash::crash_point;
pub use credential::{Credential, CredentialKind, Parent, Stored, Version};
pub use custody::{Custody, CustodyKind, Fingerprint, SentBundle};
pub use error::{Error, ErrorCode, Result};
pub use event::{Event, EventKind};
pub use facts::{Facts, Failure, Granted, Issued};
pub use health::{Health, HealthReport, Severity, Thresholds, health};
pub use keeper::{Ask, Exclusive, Handout, Keeper, KeeperPorts, Renewal, RenewalReason};
pub use label::Label;
pub use lives::{Lives, lives};
pub use rules::{OutcomeUnknown, RULES_VERSION, RefreshUse, RenewWhen, Rules, rules};
pub use schedule::{Step, StepKind, next_step};
pub use secret::{AccessToken, AuthorizationCode, ClientSecret, CodeVerifier, ConsentState, IdToken, RefreshToken, StaticKey};
