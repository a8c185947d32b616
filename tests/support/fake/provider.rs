//! What a provider must say so that it can be served.

use std::fmt::Debug;
use std::hash::Hash;

use chrono::{DateTime, Utc};
use serde::Serialize;
use serde_json::Value;

use super::answer::Canned;
use super::delivery::{Arrival, Delivery};
use super::knob::Knob;
use super::wire::Request;

/// A provider's routes, rules and books. Its state lives behind one lock, so each method sees it whole.
pub trait Provider: Send + 'static {
    /// The places where a knob can wait.
    type Route: Copy + Eq + Hash + Debug + Send + 'static;
    /// What happened, for a test to judge by.
    type Ledger: Clone + Debug + Serialize;

    /// Names the thread.
    const NAME: &'static str;
    /// How many origins it has: a provider whose consent page and API stand on different hosts has two.
    const SITES: usize = 1;

    /// Says once, before the first request, under which origins it is reached.
    fn moved_in(&mut self, _origins: &[String]) {}

    fn ledger(&self) -> &Self::Ledger;

    fn arrivals(&mut self) -> &mut Vec<Arrival>;

    /// The route of a request, or the answer to one that has none.
    fn route(request: &Request) -> Result<Self::Route, Canned>;

    /// Decides about a request and does what it asks for.
    fn commit(&mut self, route: Self::Route, request: &Request, now: DateTime<Utc>) -> Committed;

    /// Notes an attempt that a knob kept from the rules. Returns its place in the books, if it has one.
    fn untouched(&mut self, route: Self::Route, request: &Request, how: Untouched, now: DateTime<Utc>) -> Option<usize>;

    /// Notes how far the answer of an entry got.
    fn delivered(&mut self, entry: usize, delivery: &Delivery);

    /// The answer to bytes that are no HTTP request.
    fn unreadable(what: &str) -> Canned {
        Canned::of_type(400, "text/plain; charset=utf-8", what)
    }

    /// The route with this name on the control paths.
    fn route_named(_name: &str) -> Option<Self::Route> {
        None
    }

    /// A knob of this provider's own on the control paths, where only the general ones are known without it.
    fn knob_named(_order: &Value) -> Option<Knob> {
        None
    }

    /// A `POST` to a control path of this provider's own.
    fn order(&mut self, _path: &str, _order: &Value, _now: DateTime<Utc>) -> Option<Result<Value, String>> {
        None
    }
}

/// An answer, and the place in the books that waits to hear how far it got.
#[derive(Debug)]
pub struct Committed {
    pub answer: Canned,
    pub entry: Option<usize>,
}

impl From<Canned> for Committed {
    fn from(answer: Canned) -> Self {
        Self { answer, entry: None }
    }
}

/// What a knob did in place of the rules.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Untouched {
    Canned(u16),
    Dropped,
}
