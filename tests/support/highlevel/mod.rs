//! HighLevel (GoHighLevel, LeadConnector) on 127.0.0.1, as far as a keeper of tokens can see it: the marketplace's page and
//! the services' API are two origins here, as they are there.
//!
//! Sources, by the tags of the project's reference on HighLevel:
//! - [SPEC2], [SPEC3]: apps/oauth.json and apps/v3/oauth-v3.json of github GoHighLevel/highlevel-api-docs; [AUTHDOC], [FAQ],
//!   [CHLOG], [RATE]: its other documents; [SDK]: npm @gohighlevel/api-client 3.0.0; [I…]: its issues;
//! - [SEEN]: notes of two users who measured the live endpoints in 2025 and 2026, published on GitHub: third-party, but of
//!   the real thing, and in conflict with the specification ([`Wording`]);
//! - "assumed": nobody has said it; the most plausible answer was taken.
//!
//! Not modelled: signing in, the several pages of an installation, bulk installations, client credentials, webhooks.
//!
//! ```text
//! use support::fake::Knob;
//! use support::highlevel::{App, FakeHighLevel, Route};
//!
//! let fake = FakeHighLevel::start();
//! let app = fake.set_app(App::new(&["http://localhost:3000/callback"], &["medias.readonly"]));
//! let location = fake.add_location(&fake.add_company("Agency"), "Main Street");
//! let pair = fake.issue_for_location(&app, &location);
//! fake.next(Route::Token, Knob::DropAfterCommit);
//! // … the program under test refreshes at `fake.services_url()`, and repeats the call at once …
//! assert_eq!(fake.ledger().rotations().len(), 1);
//! ```

mod agency;
mod answer;
mod apis;
mod choose;
mod desk;
mod ledger;
mod provider;
mod token;

pub use agency::{App, Company, Location, UserType};
pub use answer::{Refusal, Wording, api_error, specified, too_many, unprocessable};
pub use choose::Answer;
pub use ledger::{Ledger, LedgerPair};
pub use provider::{HighLevel, Route};
pub use token::GRACE;

/// A HighLevel on 127.0.0.1. It stops when it is dropped.
pub type FakeHighLevel = crate::fake::Fake<HighLevel>;
