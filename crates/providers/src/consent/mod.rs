//! The authorization-code flow (RFC 6749 §4.1, RFC 7636, RFC 8252) for every provider that has one. Providers bring
//! data: addresses, scopes, how strictly `iss` and `state` are taken, how the app proves itself.
//!
//! The invariants this module guards:
//! * only a callback with this flow's own `state` ends it; everything else is answered and forgotten;
//! * a callback is believed by one pure function, whether a browser brought it or a person pasted its address;
//! * one flow has one outcome, and its port is closed before the outcome is known to anybody;
//! * the browser has its answer before the code is redeemed, and no answer repeats anything that was asked;
//! * codes, states, verifiers and tokens are types that do not print; no error holds one.

mod authorize_error;
mod connection;
mod expected;
mod flow;
mod head;
mod listener;
mod page;
mod pasted;
mod redirect;
mod request;
mod sockets;
#[cfg(test)]
mod tests;
mod token_answer;
mod token_endpoint;

use std::time::Duration;

pub use expected::{Answer, Expected, Issuer, StateReturn};
pub use flow::{Consent, Flow, FlowHandle, Outcome, Unconfirmed};
pub use listener::Listener;
pub use page::{PageWords, Pages};
pub use redirect::{LoopbackHost, Ports, Redirect, RedirectUri};
pub use request::{AuthorizationRequest, AuthorizationUrl};
pub use token_answer::{TokenAnswer, TokenFault, TokenRefusal, read_token_answer};
pub(crate) use token_answer::{is_token, life, scopes};
pub use token_endpoint::{ClientAuth, TokenEndpoint};

/// How much time and room strangers get. The default is for people; tests bring shorter ones.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// From opening the flow until it gives up.
    pub flow: Duration,
    /// For one connection, from its acceptance until its answer is written.
    pub connection: Duration,
    /// For the browser to hang up first after its answer.
    pub farewell: Duration,
    /// Connections at once; one more ends the oldest.
    pub connections: usize,
    /// Bytes of a request's head.
    pub head: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            flow: Duration::from_mins(5),
            connection: Duration::from_secs(5),
            farewell: Duration::from_secs(1),
            connections: 32,
            head: 16 * 1024,
        }
    }
}
