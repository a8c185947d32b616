//! The page on which somebody chooses what the app is installed in (reference, A1).

use chrono::{DateTime, Utc};
use url::Url;

use super::agency::UserType;
use super::answer::error_page;
use super::provider::HighLevel;
use crate::fake::{Canned, Element, Part, Request, opaque, page as written};

/// Current since 2026-05-27 [AUTHDOC].
pub(super) const PATH: &str = "/v2/oauth/chooselocation";
/// Before, and in the official SDK; still alive [SEEN].
pub(super) const OLD_PATH: &str = "/oauth/chooselocation";
pub(super) const CHOSEN: &str = "/v2/oauth/chooselocation/chosen";

#[derive(Clone, Debug)]
pub(super) struct Visit {
    app: String,
    redirect_uri: String,
    scopes: Vec<String>,
    state: Option<String>,
}

#[derive(Clone, Debug)]
pub(super) struct Code {
    pub(super) text: String,
    pub(super) app: String,
    pub(super) redirect_uri: String,
    pub(super) scopes: Vec<String>,
    pub(super) user_type: UserType,
    /// Of the location or company.
    pub(super) target: String,
    pub(super) made_at: DateTime<Utc>,
    pub(super) spent: bool,
}

/// What is chosen when nobody is there to press buttons.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    /// The location with this id.
    Location(String),
    /// The company with this id, from the agency's view.
    Company(String),
}

/// There is no button to refuse: nothing is documented that would come back (a person closes the tab).
pub(super) fn page(highlevel: &mut HighLevel, request: &Request, now: DateTime<Utc>) -> Canned {
    let visit = match read(highlevel, request) {
        Ok(visit) => visit,
        Err(refusal) => return refusal,
    };
    match highlevel.answering.clone() {
        Some(Answer::Location(id)) => finish(highlevel, visit, UserType::Location, &id, now),
        Some(Answer::Company(id)) => finish(highlevel, visit, UserType::Company, &id, now),
        None => {
            let id = opaque(24);
            highlevel.visits.insert(id.clone(), visit);
            list(highlevel, &id)
        }
    }
}

fn read(highlevel: &HighLevel, request: &Request) -> Result<Visit, Canned> {
    let query = request.query();
    let app = query.filled("client_id").and_then(|id| highlevel.app(id)).ok_or_else(|| error_page("The app is not known."))?;
    if app.needs_version && query.get("version_id") != Some(app.version_id.as_str()) {
        return Err(error_page("error.noversionid"));
    }
    if query.get("response_type") != Some("code") {
        return Err(error_page("The response_type is not code."));
    }
    let redirect_uri = query.filled("redirect_uri").unwrap_or_default();
    if !app.redirect_uris.iter().any(|uri| uri == redirect_uri) {
        return Err(error_page("The redirect_uri is not one of the app's."));
    }
    let scopes: Vec<_> = query.get("scope").unwrap_or_default().split_whitespace().map(str::to_owned).collect();
    if scopes.is_empty() || scopes.iter().any(|scope| !app.scopes.contains(scope)) {
        return Err(error_page("The scope is not one of the app's."));
    }
    let state = query.get("state").map(str::to_owned);
    Ok(Visit { app: app.client_id.clone(), redirect_uri: redirect_uri.to_owned(), scopes, state })
}

/// A button for each location that is active, and for each company.
fn list(highlevel: &HighLevel, id: &str) -> Canned {
    let mut parts = vec![Part::Hidden { name: "visit", value: id }];
    let locations = highlevel.locations.iter().filter(|l| l.active);
    parts.extend(locations.map(|l| Part::Button { name: "location", value: &l.id, label: &l.name }));
    parts.extend(highlevel.companies.iter().map(|c| Part::Button { name: "company", value: &c.id, label: &c.name }));
    written(200, "Select a location", &[Element::Form { action: CHOSEN, parts }])
}

pub(super) fn chosen(highlevel: &mut HighLevel, request: &Request, now: DateTime<Utc>) -> Canned {
    let form = request.form();
    let Some(visit) = form.get("visit").and_then(|id| highlevel.visits.remove(id)) else {
        return error_page("This page is no longer open.");
    };
    match (form.get("location"), form.get("company")) {
        (Some(id), _) => finish(highlevel, visit, UserType::Location, id, now),
        (None, Some(id)) => finish(highlevel, visit, UserType::Company, id, now),
        (None, None) => error_page("Nothing was chosen."),
    }
}

/// `?code=` is all that is documented [AUTHDOC]. That `state` comes back too is assumed, and a switch.
fn finish(highlevel: &mut HighLevel, visit: Visit, user_type: UserType, target: &str, now: DateTime<Utc>) -> Canned {
    let known = match user_type {
        UserType::Location => highlevel.location(target).is_some(),
        UserType::Company => highlevel.companies.iter().any(|c| c.id == target),
    };
    let (true, Ok(mut back)) = (known, Url::parse(&visit.redirect_uri)) else { return error_page("There is no such place.") };
    let text = opaque(40).to_lowercase().replace(['-', '_'], "0");
    back.query_pairs_mut().append_pair("code", &text);
    if let Some(state) = visit.state.as_ref().filter(|_| highlevel.returns_state) {
        back.query_pairs_mut().append_pair("state", state);
    }
    let Visit { app, redirect_uri, scopes, .. } = visit;
    let target = target.to_owned();
    highlevel.codes.push(Code { text, app, redirect_uri, scopes, user_type, target, made_at: now, spent: false });
    Canned::found(back.as_str())
}
