//! A Huntflow API v2 that lives on 127.0.0.1 and follows production in everything a keeper of tokens can see.
//!
//! Sources, by the names used in the comments of this folder:
//! - "token.md", "errors.md", "general.md", "user.md": github huntflow/api, `en/`;
//! - "openapi.json": the v2 document at `/v2/docs`;
//! - "#660" and other numbers: github.com/huntflow/api/issues, answers of Huntflow's staff and users;
//! - "client": huntflow-api-client 2.13.8, the official Python client, and its tests;
//! - "assumed": nobody has said it; the most plausible answer was taken.
//!
//! Where the client's own fake and production differ, production wins: a refresh that comes too early is 403, not an
//! empty 400.
//!
//! ```text
//! use chrono::TimeDelta;
//! use support::huntflow::{FakeHuntflow, Knob, Route};
//!
//! let fake = FakeHuntflow::start();
//! let pair = fake.issue_pair("anna");
//! fake.advance(TimeDelta::days(7));
//! fake.next(Route::Refresh, Knob::DropAfterCommit);
//! // … the program under test refreshes `pair` at `fake.base_url()` …
//! assert_eq!(fake.exchanges_ok().len(), 1);
//! assert!(!fake.latest_pair_from(&pair).delivery.arrived());
//! ```

mod answer;
mod demo;
mod ledger;
mod pairs;
mod people;
mod provider;
mod rules;

pub use demo::{answer_line, parse_shift};
pub use ledger::{Exchange, Ledger, LedgerPair, Origin, Outcome, Pair, Why404};
pub use people::{Organisation, Person};
pub use provider::{Huntflow, Route};

pub use crate::fake::{Arrival, Canned, ClockFile, Delivery, Edit, Held, Knob, RateLimit};

/// A Huntflow on 127.0.0.1. It stops when it is dropped.
pub type FakeHuntflow = crate::fake::Fake<Huntflow>;
/// How a fake Huntflow is set up before it starts.
pub type Options = crate::fake::Options<Huntflow>;
