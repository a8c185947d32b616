//! The control paths under `/_fake/`, for programs and people who have the fake in another process.
//!
//! - `POST /_fake/issue` `{"person", "age_seconds"?, "access_token"?, "refresh_token"?}`: a new pair
//! - `POST /_fake/advance` `{"seconds"}`: turns the clock
//! - `POST /_fake/knob` `{"route", "times"?, "knob", …}`: see [`super::knob::from_json`]
//! - `GET /_fake/ledger`: the books

use chrono::TimeDelta;
use serde_json::{Value, json};

use super::answer::{self, Canned};
use super::knob;
use super::ledger::{Delivery, Origin, Pair};
use super::shared::Shared;
use super::wire::Request;

pub(super) fn answer(shared: &Shared, request: &Request) -> Canned {
    let done = match (request.method.as_str(), request.path()) {
        ("GET", "/_fake/ledger") => Ok(ledger(shared)),
        ("POST", "/_fake/issue") => body(request).and_then(|order| issue(shared, &order)),
        ("POST", "/_fake/advance") => body(request).and_then(|order| advance(shared, &order)),
        ("POST", "/_fake/knob") => body(request).and_then(|order| set_knob(shared, &order)),
        _ => return answer::no_such_path(),
    };
    match done {
        Ok(body) => Canned::json(200, &body),
        Err(what) => answer::envelope(400, "value_error", &what, None),
    }
}

fn body(request: &Request) -> Result<Value, String> {
    serde_json::from_slice(&request.body).map_err(|e| e.to_string())
}

fn issue(shared: &Shared, order: &Value) -> Result<Value, String> {
    let person = order["person"].as_str().ok_or("\"person\" is missing")?;
    let age = seconds(&order["age_seconds"]).unwrap_or_default();
    let began = shared.clock.now() - age;
    let pair = shared.change(|state| {
        if let (Some(access), Some(refresh)) = (order["access_token"].as_str(), order["refresh_token"].as_str()) {
            state.planted.push_front(Pair { access: access.to_owned(), refresh: refresh.to_owned() });
        }
        state.person(person);
        state.add_pair(person, Origin::Issued, Delivery::ByHand, began).pair
    });
    Ok(json!({ "base_url": shared.base_url, "access_token": pair.access, "refresh_token": pair.refresh }))
}

fn advance(shared: &Shared, order: &Value) -> Result<Value, String> {
    shared.clock.advance(seconds(&order["seconds"]).ok_or("\"seconds\" must be a whole number")?);
    Ok(json!({ "now": shared.clock.now() }))
}

fn set_knob(shared: &Shared, order: &Value) -> Result<Value, String> {
    let (route, times, knob) = knob::from_json(order)?;
    shared.change(|state| state.knobs.entry(route).or_default().extend(std::iter::repeat_n(knob, times)));
    Ok(json!({}))
}

fn ledger(shared: &Shared) -> Value {
    let mut ledger = shared.read(|state| json!(state.ledger));
    ledger["now"] = json!(shared.clock.now());
    ledger
}

fn seconds(value: &Value) -> Option<TimeDelta> {
    TimeDelta::try_seconds(value.as_i64()?)
}
