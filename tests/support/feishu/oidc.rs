//! The historic v1 family: an app token in the header, a `data` wrapper, refusals with HTTP 200 (reference, 3.5).

use chrono::{DateTime, Utc};
use serde_json::{Value, json};

use super::codes::{logged, plain_error};
use super::console::{App, PersonState};
use super::ledger::Family;
use super::provider::Feishu;
use super::token::{CODE_LIFE, Made, NewPair};
use crate::fake::{Canned, Parameters, Request};

/// PKCE isn't looked at (assumed: these endpoints are older than it).
pub(super) fn exchange(feishu: &mut Feishu, request: &Request, now: DateTime<Utc>) -> Result<Made, Canned> {
    let body = request.parameters();
    let app = app(feishu, request, &body, "authorization_code", now)?;
    let text = body.filled("code").ok_or_else(|| plain_error(20001, "invalid request: code is missing"))?;
    let known = feishu.codes.iter().position(|c| c.text == text && !c.spent && c.ask.app == app.id);
    let at = known.ok_or_else(|| plain_error(20003, "invalid code"))?;
    let code = feishu.codes[at].clone();
    if now - code.made_at > CODE_LIFE {
        return Err(plain_error(20004, "code has expired"));
    }
    usable(feishu, &code.person)?;
    feishu.codes[at].spent = true;
    let (person, scopes) = (code.person.as_str(), code.granted);
    let granted = scopes.clone();
    let new = NewPair { app: &app, person, family: Family::V1, granted, scopes, offline: true, consented_at: now, parent: None };
    let serial = feishu.add_pair(new, now);
    Ok((answer(feishu, serial), serial))
}

/// Its hard end is not known (reference, 3.6): there is none here.
pub(super) fn refresh(feishu: &mut Feishu, request: &Request, now: DateTime<Utc>) -> Result<Made, Canned> {
    let body = request.parameters();
    let app = app(feishu, request, &body, "refresh_token", now)?;
    let text = body.filled("refresh_token").ok_or_else(|| plain_error(20001, "invalid request: refresh_token is missing"))?;
    let mine = |p: &&super::ledger::LedgerPair| p.refresh.as_deref() == Some(text) && p.family == Family::V1 && p.app == app.id;
    let old = feishu.ledger.pairs.iter().find(mine).filter(|p| p.used_at.is_none() && !p.revoked).cloned();
    let old = old.ok_or_else(|| plain_error(20038, "refresh token not found"))?;
    if now >= old.refresh_exp {
        return Err(plain_error(20037, "refresh token expired"));
    }
    usable(feishu, &old.person)?;
    feishu.ledger.pairs[old.serial].used_at = Some(now);
    let (person, scopes, consented_at) = (old.person.as_str(), old.scopes, old.consented_at);
    let (granted, parent) = (old.granted, Some(old.serial));
    let new = NewPair { app: &app, person, family: Family::V1, granted, scopes, offline: true, consented_at, parent };
    let serial = feishu.add_pair(new, now);
    Ok((answer(feishu, serial), serial))
}

/// The app whose token stands in the header.
fn app(feishu: &mut Feishu, request: &Request, body: &Parameters, grant: &str, now: DateTime<Utc>) -> Result<App, Canned> {
    let token = request.bearer().unwrap_or_default();
    let fetched = feishu.ledger.app_tokens.iter().find(|t| t.token == token && now < t.expires_at);
    let id = fetched.map(|t| t.app.clone()).ok_or_else(|| plain_error(20014, "app access token is invalid"))?;
    let known = feishu.apps.iter().find(|app| app.id == id).cloned();
    let app = known.ok_or_else(|| plain_error(20014, "app access token is invalid"))?;
    if app.brand != feishu.brand {
        return Err(plain_error(20046, "the app belongs to another brand"));
    }
    if !app.enabled {
        return Err(plain_error(20042, "the app is disabled"));
    }
    if body.get("grant_type") != Some(grant) {
        return Err(plain_error(20036, "grant_type is not supported"));
    }
    feishu.admit(&app.id, now)?;
    Ok(app)
}

fn usable(feishu: &Feishu, name: &str) -> Result<(), Canned> {
    match feishu.person(name).map_or(PersonState::Missing, |p| p.state) {
        PersonState::Active => Ok(()),
        PersonState::Resigned => Err(plain_error(20021, "user resigned")),
        PersonState::Frozen => Err(plain_error(20022, "user frozen")),
        PersonState::Unregistered => Err(plain_error(20023, "user not registered")),
        PersonState::Missing => Err(plain_error(20008, "user not exist")),
    }
}

fn answer(feishu: &Feishu, serial: usize) -> Canned {
    let pair = &feishu.ledger.pairs[serial];
    let data: Value = json!({
        "access_token": pair.access,
        "refresh_token": pair.refresh,
        "token_type": "Bearer",
        "expires_in": (pair.access_exp - pair.made_at).num_seconds(),
        "refresh_expires_in": (pair.refresh_exp - pair.made_at).num_seconds(),
        "scope": pair.scopes.join(" "),
    });
    logged(200, &json!({ "code": 0, "msg": "success", "data": data }))
}
