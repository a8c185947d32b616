//! What can go wrong with the next requests of a route.

use std::sync::Arc;
use std::time::Duration;

use serde_json::{Value, json};

use super::answer::Canned;
use super::hold::Gate;
use super::provider::Provider;

/// "Commit" is the moment the provider has done its work: for a rotation the old token is spent and the new pair exists.
/// A knob is used up by the next request of its route, whatever that request leads to.
#[derive(Clone, Debug)]
pub enum Knob {
    /// Nothing wrong: leaves one request alone, to reach the one after it.
    Pass,
    /// Waits (in real time) before the request is looked at.
    Delay(Duration),
    /// Commits, then waits before the answer.
    DelayAfterCommit(Duration),
    /// Closes the connection; nothing happened.
    DropBeforeCommit,
    /// Commits, then closes the connection without a byte.
    DropAfterCommit,
    /// Commits, then sends the head and half of the body and closes the connection.
    CutAfterCommit,
    /// Gives this answer; nothing happened.
    Instead(Canned),
    /// Commits, then gives this answer in place of the true one.
    AfterCommit(Canned),
    /// Commits as ever, but a 200 body is changed on its way out.
    EditBody(Edit),
    #[doc(hidden)]
    HoldBefore(HoldGate),
    #[doc(hidden)]
    HoldAfter(HoldGate),
}

#[doc(hidden)]
#[derive(Clone, Debug)]
pub struct HoldGate(pub(crate) Arc<Gate>);

/// Changes of a 200 body. What it tells of itself took place.
#[derive(Clone, Debug, PartialEq)]
pub enum Edit {
    /// `"refresh_token": null` (Huntflow's client then keeps the old one: `proxy.py`).
    NullRefreshToken,
    /// `expires_in` is missing (Huntflow's client raises `KeyError`).
    WithoutExpiresIn,
    Without(String),
    Set(String, Value),
}

impl Edit {
    pub(crate) fn apply(&self, answer: &mut Canned) {
        let Ok(Value::Object(mut body)) = serde_json::from_str(&answer.body) else { return };
        match self {
            Self::NullRefreshToken => drop(body.insert("refresh_token".to_owned(), Value::Null)),
            Self::WithoutExpiresIn => drop(body.remove("expires_in")),
            Self::Without(key) => drop(body.remove(key)),
            Self::Set(key, value) => drop(body.insert(key.clone(), value.clone())),
        }
        answer.body = json!(body).to_string();
    }
}

/// One knob as the control paths spell it: `{"route", "times", "knob", "seconds", "location"}`. What isn't known here is
/// asked of [`Provider::knob_named`].
pub(crate) fn from_json<P: Provider>(order: &Value) -> Result<(P::Route, usize, Knob), String> {
    let text = |key: &str| order[key].as_str();
    let location = || text("location").ok_or("this knob needs \"location\"");
    let seconds = || {
        let seconds = order["seconds"].as_f64().ok_or("this knob needs \"seconds\"")?;
        Duration::try_from_secs_f64(seconds).map_err(|e| e.to_string())
    };
    let name = text("route").unwrap_or("refresh");
    let route = P::route_named(name).ok_or_else(|| format!("no route {name:?}"))?;
    let times = usize::try_from(order["times"].as_u64().unwrap_or(1)).map_err(|e| e.to_string())?;
    let knob = match text("knob").unwrap_or_default() {
        "pass" => Knob::Pass,
        "delay" => Knob::Delay(seconds()?),
        "delay_after_commit" => Knob::DelayAfterCommit(seconds()?),
        "drop_before_commit" => Knob::DropBeforeCommit,
        "drop_after_commit" => Knob::DropAfterCommit,
        "cut_after_commit" => Knob::CutAfterCommit,
        "html_500" => Knob::Instead(Canned::html_500()),
        "html_500_after_commit" => Knob::AfterCommit(Canned::html_500()),
        "html_ok" => Knob::Instead(Canned::html_ok()),
        "html_ok_after_commit" => Knob::AfterCommit(Canned::html_ok()),
        "captive_page" => Knob::Instead(Canned::captive_page()),
        "captive_redirect" => Knob::Instead(Canned::captive_redirect(location()?)),
        "redirect" => Knob::Instead(Canned::redirect(location()?)),
        "null_refresh_token" => Knob::EditBody(Edit::NullRefreshToken),
        "without_expires_in" => Knob::EditBody(Edit::WithoutExpiresIn),
        other => P::knob_named(order).ok_or_else(|| format!("no knob {other:?}"))?,
    };
    Ok((route, times, knob))
}
