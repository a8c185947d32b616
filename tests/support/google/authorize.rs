//! `GET /o/oauth2/v2/auth`: what a program may ask for, and in which order a person is asked (reference, section 3).

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::{DateTime, Utc};
use sha2::{Digest as _, Sha256};

use super::cloud::{Client, ClientState};
use super::consent;
use super::provider::Google;
use super::{answer, scopes};
use crate::fake::{Canned, Parameters, Request, opaque};

/// What a program asked for, checked.
#[derive(Clone, Debug)]
pub(super) struct Ask {
    pub(super) client: String,
    pub(super) project: String,
    pub(super) redirect_uri: String,
    pub(super) scopes: Vec<String>,
    pub(super) state: Option<String>,
    pub(super) challenge: Option<Challenge>,
    pub(super) offline: bool,
    pub(super) prompt: Vec<String>,
    pub(super) login_hint: Option<String>,
    pub(super) nonce: Option<String>,
}

/// The method is `plain` when none is named [NAT].
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
    pub(super) ask: Ask,
    /// The account that was chosen, by `sub`.
    pub(super) person: Option<String>,
}

/// A code on its way to the program.
#[derive(Clone, Debug)]
pub(super) struct Code {
    pub(super) text: String,
    pub(super) ask: Ask,
    pub(super) person: String,
    pub(super) granted: Vec<String>,
    /// The consent page was shown: only then is there a refresh token.
    pub(super) fresh: bool,
    pub(super) made_at: DateTime<Utc>,
    pub(super) spent: bool,
}

/// What becomes of authorization requests when nobody is there to press buttons.
#[derive(Clone, Debug, PartialEq)]
pub enum Answer {
    /// This person, by address, allows everything.
    Allow(String),
    /// This person leaves only these scopes ticked, beside signing in.
    AllowOnly(String, Vec<String>),
    /// This person presses Cancel.
    Deny(String),
}

/// The first page of a request, or its end when [`Answer`] stands in for a person.
pub(super) fn page(google: &mut Google, request: &Request, now: DateTime<Utc>) -> Canned {
    let ask = match read(google, &request.query()) {
        Ok(ask) => ask,
        Err(refusal) => return refusal,
    };
    let id = opaque(24);
    google.visits.insert(id.clone(), Visit { ask: ask.clone(), person: None });
    if let Some(answer) = google.answering.clone() {
        return consent::stand_in(google, &id, &answer, now);
    }
    let hinted = ask.login_hint.as_deref().and_then(|hint| google.person(hint)).map(|p| p.sub.clone());
    match hinted {
        Some(person) if !ask.prompt.iter().any(|p| p == "select_account") => consent::with_account(google, &id, &person, now),
        _ => consent::account_page(google, &id),
    }
}

/// Checks a request in the order of Google's error pages (the order is assumed).
fn read(google: &Google, query: &Parameters) -> Result<Ask, Canned> {
    let client = client(google, query)?;
    let redirect_uri = needed(query, "redirect_uri")?;
    if redirect_uri.starts_with("urn:") {
        // Copying the code by hand ended on 2023-01-31 [NAT].
        return Err(invalid("The out-of-band (OOB) flow has been blocked."));
    }
    if !client.takes(redirect_uri) {
        let words = format!("The redirect_uri in the request, {redirect_uri}, does not match the ones of the OAuth client.");
        return Err(answer::error_page(400, "redirect_uri_mismatch", &words));
    }
    if needed(query, "response_type")? != "code" {
        return Err(answer::error_page(400, "unsupported_response_type", "Only response_type=code is served."));
    }
    let asked = scopes::read(needed(query, "scope")?).map_err(|unknown| {
        let words = format!("Some requested scopes were invalid. {{invalid=[{}]}}", unknown.join(", "));
        answer::error_page(400, "invalid_scope", &words)
    })?;
    let offline = match query.filled("access_type") {
        None | Some("online") => false,
        Some("offline") => true,
        Some(other) => return Err(invalid(&format!("Invalid parameter value for access_type: {other}"))),
    };
    Ok(Ask {
        client: client.id.clone(),
        project: client.project.clone(),
        redirect_uri: redirect_uri.to_owned(),
        scopes: asked,
        state: query.get("state").map(str::to_owned),
        challenge: challenge(query)?,
        offline,
        prompt: prompt(query)?,
        login_hint: query.filled("login_hint").map(str::to_owned),
        nonce: query.filled("nonce").map(str::to_owned),
    })
}

fn client<'a>(google: &'a Google, query: &Parameters) -> Result<&'a Client, Canned> {
    let unknown = || answer::error_page(401, "invalid_client", "The OAuth client was not found.");
    let client = google.client(needed(query, "client_id")?).ok_or_else(unknown)?;
    match client.state {
        ClientState::Good => Ok(client),
        ClientState::Deleted => Err(answer::error_page(401, "deleted_client", "The OAuth client was deleted.")),
        ClientState::Disabled => Err(answer::error_page(401, "disabled_client", "The OAuth client was disabled.")),
    }
}

fn challenge(query: &Parameters) -> Result<Option<Challenge>, Canned> {
    let Some(challenge) = query.filled("code_challenge") else { return Ok(None) };
    let known = |c: char| c.is_ascii_alphanumeric() || "-._~".contains(c);
    if !(43..=128).contains(&challenge.len()) || !challenge.chars().all(known) {
        return Err(invalid("Invalid parameter value for code_challenge."));
    }
    match query.filled("code_challenge_method") {
        None | Some("plain") => Ok(Some(Challenge::Plain(challenge.to_owned()))),
        Some("S256") => Ok(Some(Challenge::S256(challenge.to_owned()))),
        Some(other) => Err(invalid(&format!("Invalid parameter value for code_challenge_method: {other}"))),
    }
}

fn prompt(query: &Parameters) -> Result<Vec<String>, Canned> {
    let words: Vec<_> = query.get("prompt").unwrap_or_default().split_whitespace().map(str::to_owned).collect();
    match words.iter().find(|word| !["consent", "select_account"].contains(&word.as_str())) {
        None => Ok(words),
        Some(other) => Err(invalid(&format!("Invalid parameter value for prompt: {other}"))),
    }
}

fn needed<'a>(query: &'a Parameters, name: &str) -> Result<&'a str, Canned> {
    query.filled(name).ok_or_else(|| invalid(&format!("Missing required parameter: {name}")))
}

fn invalid(words: &str) -> Canned {
    answer::error_page(400, "invalid_request", words)
}
