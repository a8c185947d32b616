//! What every fake provider is made of: HTTP on 127.0.0.1, a clock of its own, knobs that get in a request's way, and
//! books that tell what really happened.
//!
//! A fake implements [`Provider`]: its routes, its one decision for each request, and its ledger. Everything a test does
//! with any fake is in [`Fake`]; what only one provider has (its pairs, its people) stands in that provider's folder as
//! methods of `Fake<ThatProvider>`.
//!
//! Invariants: a request is decided under one lock, so two requests never see half of each other's work; whatever a
//! knob does to the answer, the ledger says what was committed.

mod answer;
mod attempt;
mod clock;
mod connection;
mod control;
mod delivery;
mod hold;
mod knob;
mod options;
mod page;
mod provider;
mod rate;
mod server;
mod shared;
mod token;
mod visitor;
mod wire;

pub use answer::Canned;
pub use attempt::{Attempt, Attempts, Outcome};
pub use clock::ClockFile;
pub(crate) use control::text;
pub use delivery::{Arrival, Delivery, arrivals_at};
pub use hold::Held;
#[doc(hidden)]
pub use knob::HoldGate;
pub use knob::{Edit, Knob};
pub use options::Options;
pub(crate) use page::{Element, Part, escape, page};
pub use provider::{Committed, Provider, Untouched};
pub use rate::{RateLimit, Rates};
pub use server::Fake;
pub(crate) use token::{look_alike, opaque};
pub use visitor::{Landing, Visitor};
pub(crate) use wire::Parameters;
pub use wire::Request;
