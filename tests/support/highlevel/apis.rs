//! Calls that a token opens: an agency's location tokens, and the reads that test a connection (reference, A4 to A7).

use chrono::{DateTime, Utc};
use serde_json::json;

use super::agency::UserType;
use super::answer::{self, api_error, specified};
use super::ledger::LedgerPair;
use super::provider::HighLevel;
use super::token::NewPair;
use crate::fake::{Canned, Request};

/// A location token without a refresh token; v3's other path gives one. HTTP 201 [SEEN], 200 by the specification.
pub(super) fn location_token(highlevel: &mut HighLevel, request: &Request, now: DateTime<Utc>) -> Canned {
    let pair = match admitted(highlevel, request, "oauth.write", now) {
        Ok(pair) => pair,
        Err(refusal) => return refusal,
    };
    let v3 = request.path() == "/oauth/location-token";
    let body = request.parameters();
    let (company, id) = (body.get("companyId").unwrap_or_default(), body.get("locationId").unwrap_or_default());
    if company.is_empty() || id.is_empty() {
        return answer::unprocessable(&["companyId should not be empty", "locationId should not be empty"]);
    }
    let location = highlevel.location(id).filter(|l| l.company == company && l.company == pair.company).cloned();
    match location {
        _ if pair.user_type != UserType::Company => {
            api_error(401, "This authClass type is not allowed to access this scope.", "Unauthorized")
        }
        None => specified(403, "The token does not have access to this location."),
        Some(location) if !location.active => specified(400, "Location is not active"),
        Some(location) => {
            let new = NewPair { app: &pair.app, user_type: UserType::Location, target: &location.id, scopes: pair.scopes };
            let serial = highlevel.add_pair(new, None, now);
            if !v3 {
                highlevel.ledger.pairs[serial].refresh = None;
            }
            answer::ok(201, &highlevel.body(serial, v3))
        }
    }
}

pub(super) fn installed_locations(highlevel: &mut HighLevel, request: &Request, now: DateTime<Utc>) -> Canned {
    let pair = match admitted(highlevel, request, "oauth.readonly", now) {
        Ok(pair) => pair,
        Err(refusal) => return refusal,
    };
    let mine = highlevel.locations.iter().filter(|l| l.company == pair.company);
    let locations: Vec<_> = mine.map(|l| json!({ "_id": l.id, "name": l.name, "isInstalled": l.active })).collect();
    answer::ok(200, &json!({ "locations": locations, "count": locations.len(), "installToFutureLocations": false }))
}

pub(super) fn location(highlevel: &mut HighLevel, request: &Request, now: DateTime<Utc>) -> Canned {
    let id = request.path().trim_start_matches("/locations/").to_owned();
    match admitted(highlevel, request, "locations.readonly", now).and_then(|pair| reaches(highlevel, &pair, &id)) {
        Ok(()) => {
            let location = highlevel.location(&id).map(|l| json!({ "id": l.id, "name": l.name, "companyId": l.company }));
            answer::ok(200, &json!({ "location": location }))
        }
        Err(refusal) => refusal,
    }
}

pub(super) fn company(highlevel: &mut HighLevel, request: &Request, now: DateTime<Utc>) -> Canned {
    let id = request.path().trim_start_matches("/companies/").to_owned();
    match admitted(highlevel, request, "companies.readonly", now) {
        Err(refusal) => refusal,
        Ok(pair) if pair.user_type != UserType::Company || pair.company != id => {
            api_error(401, "This authClass type is not allowed to access this scope.", "Unauthorized")
        }
        Ok(_) => {
            let name = highlevel.companies.iter().find(|c| c.id == id).map(|c| c.name.clone());
            answer::ok(200, &json!({ "company": { "id": id, "name": name } }))
        }
    }
}

/// The origin document's scopes open this alone; all four parameters are required [apps/medias.json].
pub(super) fn medias(highlevel: &mut HighLevel, request: &Request, now: DateTime<Utc>) -> Canned {
    let query = request.query();
    let missing: Vec<_> =
        ["sortBy", "sortOrder", "type", "altType"].into_iter().filter(|name| query.filled(name).is_none()).collect();
    let id = query.get("altId").unwrap_or_default().to_owned();
    match admitted(highlevel, request, "medias.readonly", now).and_then(|pair| reaches(highlevel, &pair, &id)) {
        Err(refusal) => refusal,
        Ok(()) if !missing.is_empty() => {
            let messages: Vec<_> = missing.iter().map(|name| format!("{name} should not be empty")).collect();
            answer::unprocessable(&messages.iter().map(String::as_str).collect::<Vec<_>>())
        }
        Ok(()) => answer::ok(200, &json!({ "files": [] })),
    }
}

/// The order of the checks is assumed: version, token, scope, limit. The `Version` header is required (reference, A6); what
/// its absence hears is assumed.
fn admitted(highlevel: &mut HighLevel, request: &Request, scope: &str, now: DateTime<Utc>) -> Result<LedgerPair, Canned> {
    if request.header("version").is_none_or(str::is_empty) {
        return Err(api_error(401, "version header was not found.", "Unauthorized"));
    }
    let token = request.bearer().unwrap_or_default();
    let Some(known) = highlevel.ledger.pairs.iter_mut().find(|p| p.access == token) else {
        // "Invalid JWT" was seen in the wild for what is no token at all [I213].
        return Err(if token.starts_with("eyJ") { invalid_token() } else { specified(401, "Invalid JWT") });
    };
    known.reads += 1;
    let pair = known.clone();
    if pair.revoked || now >= pair.access_exp {
        return Err(invalid_token());
    }
    if !pair.scopes.iter().any(|s| s == scope) {
        return Err(api_error(401, "The token is not authorized for this scope.", "Unauthorized"));
    }
    let key = format!("{}/{}", pair.app, pair.location.as_ref().unwrap_or(&pair.company));
    if !highlevel.rates.admit(highlevel.limit, &key, now) {
        return Err(answer::too_many());
    }
    Ok(pair)
}

fn reaches(highlevel: &HighLevel, pair: &LedgerPair, id: &str) -> Result<(), Canned> {
    let reached = match &pair.location {
        Some(location) => location == id,
        None => highlevel.location(id).is_some_and(|l| l.company == pair.company),
    };
    if reached { Ok(()) } else { Err(specified(403, "The token does not have access to this location.")) }
}

fn invalid_token() -> Canned {
    api_error(401, "Invalid token: access token is invalid", "Unauthorized")
}
