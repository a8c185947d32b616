//! The control paths under `/_fake/`, for programs and people who have the fake in another process.
//!
//! - `POST /_fake/advance` `{"seconds"}`: turns the clock
//! - `POST /_fake/knob` `{"route", "times"?, "knob", …}`: see [`super::knob::from_json`]
//! - `GET /_fake/ledger`: the books
//! - any other `POST`: [`Provider::order`]

use chrono::TimeDelta;
use serde_json::{Value, json};

use super::answer::Canned;
use super::knob;
use super::provider::Provider;
use super::shared::Shared;
use super::wire::Request;

pub(crate) fn answer<P: Provider>(shared: &Shared<P>, request: &Request) -> Canned {
    let done = match (request.method.as_str(), request.path()) {
        ("GET", "/_fake/ledger") => Ok(ledger(shared)),
        ("POST", "/_fake/advance") => body(request).and_then(|order| advance(shared, &order)),
        ("POST", "/_fake/knob") => body(request).and_then(|order| set_knob(shared, &order)),
        ("POST", path) => match body(request) {
            Ok(order) => own(shared, path, &order),
            Err(what) => Err(what),
        },
        _ => Err("no such control path".to_owned()),
    };
    match done {
        Ok(body) => Canned::json(200, &body),
        Err(what) => Canned::json(400, &json!({ "error": what })),
    }
}

/// A text that must be there.
pub(crate) fn text<'a>(order: &'a Value, key: &str) -> Result<&'a str, String> {
    order[key].as_str().ok_or_else(|| format!("\"{key}\" is missing"))
}

fn body(request: &Request) -> Result<Value, String> {
    serde_json::from_slice(&request.body).map_err(|e| e.to_string())
}

fn advance<P: Provider>(shared: &Shared<P>, order: &Value) -> Result<Value, String> {
    shared.clock.advance(seconds(&order["seconds"]).ok_or("\"seconds\" must be a whole number")?);
    Ok(json!({ "now": shared.clock.now() }))
}

fn set_knob<P: Provider>(shared: &Shared<P>, order: &Value) -> Result<Value, String> {
    let (route, times, knob) = knob::from_json::<P>(order)?;
    shared.change(|state| state.knobs.entry(route).or_default().extend(std::iter::repeat_n(knob, times)));
    Ok(json!({}))
}

fn own<P: Provider>(shared: &Shared<P>, path: &str, order: &Value) -> Result<Value, String> {
    let now = shared.clock.now();
    let mut done = shared
        .change(|state| state.provider.order(path, order, now))
        .unwrap_or_else(|| Err("no such control path".to_owned()))?;
    done["base_url"] = json!(shared.origins[0]);
    Ok(done)
}

fn ledger<P: Provider>(shared: &Shared<P>) -> Value {
    let mut ledger = shared.read(|state| json!(state.provider.ledger()));
    ledger["now"] = json!(shared.clock.now());
    ledger
}

fn seconds(value: &Value) -> Option<TimeDelta> {
    TimeDelta::try_seconds(value.as_i64()?)
}
