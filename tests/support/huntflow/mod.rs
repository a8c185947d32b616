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
mod clock;
mod connection;
mod control;
mod demo;
mod hold;
mod knob;
mod ledger;
mod options;
mod people;
mod rate;
mod rules;
mod server;
mod shared;
mod wire;

pub use answer::Canned;
pub use clock::ClockFile;
pub use demo::{answer_line, parse_shift};
pub use hold::Held;
pub use knob::{Edit, Knob, Route};
pub use ledger::{Arrival, Delivery, Exchange, Ledger, LedgerPair, Origin, Outcome, Pair, Why404};
pub use options::Options;
pub use people::{Organisation, Person};
pub use rate::RateLimit;
pub use server::FakeHuntflow;
