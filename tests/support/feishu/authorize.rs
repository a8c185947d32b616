//! The authorization page (reference, 3.1 and 3.2), in its present form and the old one that took `app_id`.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::{DateTime, Utc};
use serde_json::json;
use sha2::{Digest as _, Sha256};
use url::Url;

use super::codes;
use super::console::PersonState;
use super::ledger::Consent;
use super::provider::Feishu;
use crate::fake::{Canned, Element, Parameters, Part, Request, opaque, page as written};

pub(super) const PATH: &str = "/open-apis/authen/v1/authorize";
pub(super) const OLD_PATH: &str = "/open-apis/authen/v1/index";
pub(super) const ACCOUNT: &str = "/open-apis/authen/v1/authorize/account";
pub(super) const CONSENT: &str = "/open-apis/authen/v1/authorize/consent";
/// "At most 50 at a time" in the texts of 2025 and May 2026; 200 in September 2026 (reference, 3.1).
const SCOPES_AT_ONCE: usize = 200;

/// What a program asked for, checked.
#[derive(Clone, Debug)]
pub(super) struct Ask {
    pub(super) app: String,
    pub(super) redirect_uri: String,
    pub(super) scopes: Vec<String>,
    state: Option<String>,
    pub(super) challenge: Option<Challenge>,
    prompted: bool,
}

/// The method is `plain` when none is named [V].
#[derive(Clone, Debug)]
pub(super) enum Challenge {
    Plain(String),
    S256(String),
}

impl Challenge {
    pub(super) fn fits(&self, verifier: &str) -> bool {
        match self {
            Self::Plain(challenge) => challenge == verifier,
            Self::S256(challenge) => *challenge == URL_SAFE_NO_PAD.encode(Sha256::digest(verifier)),
        }
    }
}

/// One person before the pages of one request.
#[derive(Clone, Debug)]
pub(super) struct Visit {
    ask: Ask,
    person: Option<String>,
}

#[derive(Clone, Debug)]
pub(super) struct Code {
    pub(super) text: String,
    pub(super) ask: Ask,
    pub(super) person: String,
    /// Everything the person has ever granted to the app.
    pub(super) granted: Vec<String>,
    pub(super) made_at: DateTime<Utc>,
    pub(super) spent: bool,
}

/// What becomes of authorization requests when nobody is there to press buttons.
#[derive(Clone, Debug, PartialEq)]
pub enum Answer {
    /// The person with this name agrees.
    Allow(String),
    Deny(String),
}

pub(super) fn page(feishu: &mut Feishu, request: &Request, now: DateTime<Utc>) -> Canned {
    let ask = match read(feishu, request) {
        Ok(ask) => ask,
        Err(refusal) => return refusal,
    };
    if let Err(refusal) = feishu.admit(&ask.app, now) {
        return refusal;
    }
    let id = opaque(24);
    feishu.visits.insert(id.clone(), Visit { ask, person: None });
    match feishu.answering.clone() {
        Some(answer) => stand_in(feishu, &id, &answer, now),
        None => account_page(feishu, &id),
    }
}

fn stand_in(feishu: &mut Feishu, id: &str, answer: &Answer, now: DateTime<Utc>) -> Canned {
    let (Answer::Allow(name) | Answer::Deny(name)) = answer;
    let page = with_account(feishu, id, name, now);
    if page.status == 200 { finish(feishu, id, name, matches!(answer, Answer::Allow(_)), false, now) } else { page }
}

/// Codes of refusals that nobody has named for the page (an app or a parameter that isn't there) are those of the token
/// endpoint (assumed).
fn read(feishu: &Feishu, request: &Request) -> Result<Ask, Canned> {
    let query = request.query();
    let old = request.path() == OLD_PATH;
    let missing = || codes::error_page(20001, "A required parameter is missing.");
    let id = query.filled(if old { "app_id" } else { "client_id" }).ok_or_else(missing)?;
    let app = feishu.app(id).ok_or_else(|| codes::error_page(20048, "The app does not exist."))?;
    let redirect_uri = query.filled("redirect_uri").ok_or_else(missing)?;
    if !app.takes(redirect_uri) || Url::parse(redirect_uri).is_err() {
        let unmatched = json!({ "code": 2000, "message": "redirect_uri unmatch" });
        let page = || codes::error_page(20029, "The redirect_uri of the request is not valid.");
        return Err(if old { codes::logged(400, &unmatched) } else { page() });
    }
    if !old && query.get("response_type") != Some("code") {
        return Err(missing());
    }
    if !app.enabled {
        return Err(codes::error_page(20069, "The app is not enabled."));
    }
    let scopes: Vec<_> = query.get("scope").unwrap_or_default().split_whitespace().map(str::to_owned).collect();
    if scopes.len() > SCOPES_AT_ONCE || scopes.iter().any(|scope| !app.scopes.contains(scope)) {
        return Err(codes::error_page(20027, "The app has not been granted some of the permissions asked for."));
    }
    Ok(Ask {
        app: app.id.clone(),
        redirect_uri: redirect_uri.to_owned(),
        scopes,
        state: query.get("state").map(str::to_owned),
        challenge: challenge(&query),
        prompted: query.get("prompt") == Some("consent"),
    })
}

fn challenge(query: &Parameters) -> Option<Challenge> {
    let challenge = query.filled("code_challenge")?.to_owned();
    Some(if query.get("code_challenge_method") == Some("S256") {
        Challenge::S256(challenge)
    } else {
        Challenge::Plain(challenge)
    })
}

fn account_page(feishu: &Feishu, id: &str) -> Canned {
    let mut parts = vec![Part::Hidden { name: "visit", value: id }];
    parts.extend(feishu.people.iter().map(|p| Part::Button { name: "person", value: &p.name, label: &p.name }));
    written(200, "Who are you?", &[Element::Form { action: ACCOUNT, parts }])
}

/// A button of one of the pages.
pub(super) fn pressed(feishu: &mut Feishu, request: &Request, now: DateTime<Utc>) -> Canned {
    let form = request.form();
    let id = form.get("visit").unwrap_or_default().to_owned();
    let Some(visit) = feishu.visits.get(&id).cloned() else {
        return codes::error_page(20001, "This page is no longer open.");
    };
    match (request.path(), form.get("person"), visit.person) {
        (ACCOUNT, Some(name), _) => with_account(feishu, &id, name, now),
        (CONSENT, _, Some(name)) => finish(feishu, &id, &name, form.get("decision") == Some("allow"), false, now),
        _ => account_page(feishu, &id),
    }
}

/// 20010 for people outside the app's availability, else the consent page, unless everything was granted before.
fn with_account(feishu: &mut Feishu, id: &str, name: &str, now: DateTime<Utc>) -> Canned {
    let Some(person) = feishu.person(name).cloned() else { return account_page(feishu, id) };
    let Some(visit) = feishu.visits.get_mut(id) else { return codes::not_found() };
    if !person.available || person.state != PersonState::Active {
        return codes::error_page(20010, "You do not have permission to use this app.");
    }
    visit.person = Some(name.to_owned());
    let ask = visit.ask.clone();
    let before = feishu.granted.get(&(ask.app.clone(), name.to_owned()));
    if !ask.prompted && before.is_some_and(|before| ask.scopes.iter().all(|s| before.contains(s))) {
        return finish(feishu, id, name, true, true, now);
    }
    let app = feishu.app(&ask.app).map_or("an app", |app| app.name.as_str());
    let title = format!("{app} asks for your authorization");
    let words = format!("{name}, it asks for: {}", ask.scopes.join(" "));
    let parts = vec![
        Part::Hidden { name: "visit", value: id },
        Part::Button { name: "decision", value: "deny", label: "Reject" },
        Part::Button { name: "decision", value: "allow", label: "Authorize" },
    ];
    written(200, &title, &[Element::Text(&words), Element::Form { action: CONSENT, parts }])
}

/// A fragment of the address is put after the query; so does [`Url`].
fn finish(feishu: &mut Feishu, id: &str, name: &str, allowed: bool, silent: bool, now: DateTime<Utc>) -> Canned {
    let Some(Visit { ask, .. }) = feishu.visits.remove(id) else { return codes::not_found() };
    let (app, person) = (ask.app.clone(), name.to_owned());
    feishu.ledger.consents.push(Consent { at: now, app, person, asked: ask.scopes.clone(), allowed, silent });
    let mut back = Url::parse(&ask.redirect_uri).expect("it was checked");
    if allowed {
        let granted = feishu.granted.entry((ask.app.clone(), name.to_owned())).or_default();
        granted.extend(ask.scopes.iter().filter(|s| !granted.contains(s)).cloned().collect::<Vec<_>>());
        let (granted, text, person) = (granted.clone(), opaque(64), name.to_owned());
        back.query_pairs_mut().append_pair("code", &text);
        feishu.codes.push(Code { text, ask: ask.clone(), person, granted, made_at: now, spent: false });
    } else {
        back.query_pairs_mut().append_pair("error", "access_denied");
    }
    if let Some(state) = &ask.state {
        back.query_pairs_mut().append_pair("state", state);
    }
    Canned::found(back.as_str())
}
