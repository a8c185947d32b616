//! What Huntflow decides about a request: the order of its checks and the one change it makes, the rotation.

use chrono::{DateTime, Utc};
use serde_json::{Value, json};

use super::answer;
use super::ledger::{Exchange, LedgerPair, Origin, Outcome, Why404};
use super::provider::{Huntflow, Route};
use crate::fake::{Canned, Delivery, Request};

/// `POST /v2/token/refresh` (token.md). No Authorization is needed, and none is looked at.
pub(super) fn exchange(state: &mut Huntflow, request: &Request, now: DateTime<Utc>) -> Canned {
    let refresh = refresh_token_in(request);
    let (outcome, answer) = decide(state, request, refresh.as_ref(), now);
    let refresh = refresh.ok();
    let double_spend = outcome == Outcome::NotFound(Why404::Used);
    state.ledger.exchanges.push(Exchange { at: now, refresh, outcome, double_spend, delivery: Delivery::Pending });
    answer
}

/// The order: User-Agent, body, unknown or used or expired, too early. So a used token never hears "too early".
fn decide(state: &mut Huntflow, request: &Request, refresh: Result<&String, &Canned>, now: DateTime<Utc>) -> (Outcome, Canned) {
    if !names_itself(request) {
        return (Outcome::BadUserAgent, answer::bad_user_agent());
    }
    let refresh = match refresh {
        Ok(refresh) => refresh,
        Err(refusal) => return (Outcome::InvalidBody, refusal.clone()),
    };
    let found = state.ledger.pairs.iter().find(|p| p.pair.refresh == *refresh && !p.revoked).cloned();
    let why404 = match &found {
        None => Some(Why404::Unknown),
        Some(pair) if pair.used => Some(Why404::Used),
        Some(pair) if pair.refresh_exp <= now => Some(Why404::Expired),
        Some(_) => None,
    };
    match (found, why404) {
        (Some(pair), None) if pair.access_exp > now => (Outcome::TooEarly, answer::too_early()),
        (Some(pair), None) => rotate(state, &pair, now),
        (_, why) => (Outcome::NotFound(why.unwrap_or(Why404::Unknown)), Canned::robot_token_not_found()),
    }
}

/// Both clocks restart with the new pair (token.md).
fn rotate(state: &mut Huntflow, old: &LedgerPair, now: DateTime<Utc>) -> (Outcome, Canned) {
    state.ledger.pairs[old.serial].used = true;
    let new = state.add_pair(&old.person, Origin::RotatedFrom(old.serial), Delivery::Pending, now);
    let body = json!({
        "access_token": new.pair.access,
        "token_type": "bearer",
        "expires_in": state.lives.access.num_seconds(),
        "refresh_token_expires_in": state.lives.refresh.num_seconds(),
        "refresh_token": new.pair.refresh,
    });
    (Outcome::Rotated { from: old.serial, to: new.serial }, Canned::json(200, &body))
}

/// `GET /v2/me` and `GET /v2/accounts` (user.md). The order: User-Agent, unknown, expired, too many.
pub(super) fn read(state: &mut Huntflow, route: Route, request: &Request, now: DateTime<Utc>) -> Canned {
    if !names_itself(request) {
        return answer::bad_user_agent();
    }
    let Some(pair) = request.bearer().and_then(|access| state.ledger.pairs.iter_mut().find(|p| p.pair.access == access)) else {
        return answer::invalid_access_token();
    };
    pair.reads += 1;
    if pair.revoked {
        return answer::invalid_access_token();
    }
    if pair.access_exp <= now {
        return answer::token_expired();
    }
    let (access, person) = (pair.pair.access.clone(), pair.person.clone());
    if !state.rates.admit(state.limit, &access, now) {
        return Canned::too_many(None);
    }
    let person = state.person(&person);
    let body = if route == Route::Accounts { person.accounts() } else { person.me() };
    Canned::json(200, &body)
}

/// The schema is `RefreshTokenRequest{refresh_token}` (`openapi.json`). The words are pydantic's, of which the client's tests
/// show `value_error.missing`; the others are assumed.
pub(super) fn refresh_token_in(request: &Request) -> Result<String, Canned> {
    let json = request.header("content-type").is_some_and(|t| t.trim().to_ascii_lowercase().starts_with("application/json"));
    if !json {
        return Err(answer::invalid_body("type_error.dict", "value is not a valid dict", ""));
    }
    let body: Value =
        serde_json::from_slice(&request.body).map_err(|e| answer::invalid_body("value_error.jsondecode", &e.to_string(), ""))?;
    if !body.is_object() {
        return Err(answer::invalid_body("type_error.dict", "value is not a valid dict", ""));
    }
    match &body["refresh_token"] {
        Value::String(token) => Ok(token.clone()),
        Value::Null => Err(answer::invalid_body("value_error.missing", "field required", "/refresh_token")),
        _ => Err(answer::invalid_body("type_error.str", "str type expected", "/refresh_token")),
    }
}

fn names_itself(request: &Request) -> bool {
    request.header("user-agent").is_some_and(|name| !name.trim().is_empty())
}
