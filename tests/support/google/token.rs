//! `POST /token`: codes and refresh tokens (reference, sections 4, 6 and 8); assertions are next door.

use chrono::{DateTime, Months, TimeDelta, Utc};
use serde_json::{Value, json};

use super::cloud::{Audience, Client, ClientState};
use super::ledger::{AccessToken, Holder, RefreshToken, WhyDead};
use super::people::AccountState;
use super::provider::Google;
use super::{answer, assertion, identity, scopes};
use crate::fake::{Attempt, Canned, Committed, Delivery, Outcome, Parameters, Request, opaque};

/// [NAT]'s samples say 3920, everything seen says 3599.
pub(super) const ACCESS_LIFE: TimeDelta = TimeDelta::seconds(3599);
/// How long a code waits is not documented (assumed).
const CODE_LIFE: TimeDelta = TimeDelta::minutes(10);
/// Live refresh tokens of one person for one client [OVW].
pub const REFRESH_LIMIT: usize = 100;
/// Refresh tokens of Testing apps [OVW]; public samples show 604799 in the answer.
const TESTING_LIFE: TimeDelta = TimeDelta::seconds(604_799);
/// A refresh token dies unused after six months [OVW].
const UNUSED: Months = Months::new(6);

/// What a grant made: the answer and the serial of the access token.
pub(super) type Made = (Value, usize);

pub(super) fn endpoint(google: &mut Google, request: &Request, now: DateTime<Utc>) -> Committed {
    let attempt = attempt(google, request, now);
    let form = request.parameters();
    let made = match attempt.grant.as_str() {
        "authorization_code" => code(google, request, &form, now),
        "refresh_token" => refresh(google, request, &form, now),
        super::JWT_BEARER => assertion::grant(google, &form, now),
        "" => Err(missing("grant_type")),
        other => Err(answer::token_error(400, "unsupported_grant_type", &format!("Invalid grant_type: {other}"))),
    };
    let (answer, outcome) = match made {
        Ok((body, serial)) => (answer::ok(&body), Outcome::Made(serial)),
        Err(refusal) => {
            let body: Value = serde_json::from_str(&refusal.body).unwrap_or_default();
            let error = body["error"].as_str().unwrap_or_default().to_owned();
            let outcome = Outcome::Refused { status: refusal.status, error };
            (refusal, outcome)
        }
    };
    let entry = google.ledger.attempts.add(Attempt { outcome, ..attempt });
    Committed { answer, entry: Some(entry) }
}

/// What came, before anything is decided about it.
pub(super) fn attempt(google: &Google, request: &Request, at: DateTime<Utc>) -> Attempt {
    let form = request.parameters();
    let grant = form.get("grant_type").unwrap_or_default().to_owned();
    let presented = ["code", "refresh_token", "assertion"].iter().find_map(|name| form.filled(name)).map(str::to_owned);
    let spent = |shown: &String| google.codes.iter().any(|c| c.text == *shown && c.spent);
    Attempt {
        at,
        grant,
        client: credentials(request, &form).0,
        double_spend: presented.as_ref().is_some_and(spent),
        presented,
        outcome: Outcome::DroppedBeforeCommit,
        delivery: Delivery::Pending,
    }
}

/// In the body or by HTTP Basic: google-auth-oauthlib does the latter [EXP 7].
fn credentials(request: &Request, form: &Parameters) -> (Option<String>, Option<String>) {
    match request.basic() {
        Some((id, secret)) => (Some(id), Some(secret)),
        None => (form.filled("client_id").map(str::to_owned), form.filled("client_secret").map(str::to_owned)),
    }
}

/// Which client asks, and whether it is who it says (reference, section 8).
fn authenticated(google: &Google, request: &Request, form: &Parameters) -> Result<Client, Canned> {
    let (id, secret) = credentials(request, form);
    let nobody = || answer::token_error(400, "invalid_request", "Could not determine client ID from request.");
    let unknown = || answer::token_error(401, "invalid_client", "The OAuth client was not found.");
    let client = google.client(&id.ok_or_else(nobody)?).ok_or_else(unknown)?;
    match client.state {
        ClientState::Good => {}
        ClientState::Deleted => return Err(answer::token_error(401, "deleted_client", "The OAuth client was deleted.")),
        // Its HTTP status is unverified (reference, section 8).
        ClientState::Disabled => return Err(answer::token_error(401, "disabled_client", "The OAuth client was disabled.")),
    }
    match secret {
        None => Err(answer::token_error(400, "invalid_request", "client_secret is missing.")),
        Some(secret) if secret != client.secret => Err(answer::invalid_client()),
        Some(_) => Ok(client.clone()),
    }
}

/// A refused attempt doesn't spend the code (assumed).
fn code(google: &mut Google, request: &Request, form: &Parameters, now: DateTime<Utc>) -> Result<Made, Canned> {
    let client = authenticated(google, request, form)?;
    let text = form.filled("code").ok_or_else(|| missing("code"))?;
    if !text.starts_with("4/") {
        return Err(answer::token_error(400, "invalid_grant", "Malformed auth code."));
    }
    let at = google.codes.iter().position(|c| c.text == text).ok_or_else(answer::bad_grant)?;
    let code = google.codes[at].clone();
    if code.spent || code.ask.client != client.id || now - code.made_at > CODE_LIFE {
        return Err(answer::bad_grant());
    }
    if form.get("redirect_uri") != Some(code.ask.redirect_uri.as_str()) {
        return Err(answer::token_error(400, "redirect_uri_mismatch", "Bad Request"));
    }
    match (&code.ask.challenge, form.filled("code_verifier")) {
        (Some(_), None) => return Err(answer::token_error(400, "invalid_grant", "Missing code verifier.")),
        (Some(challenge), Some(verifier)) if !challenge.fits(verifier) => {
            return Err(answer::token_error(400, "invalid_grant", "Invalid code verifier."));
        }
        // RFC 9700 section 4.8.2 wants a verifier without a challenge refused; that Google does is assumed.
        (None, Some(_)) => return Err(answer::token_error(400, "invalid_grant", "code_verifier or verifier is not needed.")),
        _ => {}
    }
    google.codes[at].spent = true;
    let serial = google.add_access(&client, Holder::Person(code.person.clone()), &code.granted, code.ask.offline, now);
    let mut body = google.body(serial, code.ask.nonce.as_deref(), now);
    if code.ask.offline && code.fresh {
        let refresh = google.add_refresh(&client, &code.person, &code.granted, now);
        body["refresh_token"] = json!(refresh.token);
        if let Some(end) = refresh.ends_at {
            body["refresh_token_expires_in"] = json!((end - now).num_seconds());
        }
    }
    Ok((body, serial))
}

/// The same token may be shown any number of times; the answer has no new one (reference, section 4).
fn refresh(google: &mut Google, request: &Request, form: &Parameters, now: DateTime<Utc>) -> Result<Made, Canned> {
    let client = authenticated(google, request, form)?;
    let text = form.filled("refresh_token").ok_or_else(|| missing("refresh_token"))?;
    let at = google.ledger.refresh_tokens.iter().position(|t| t.token == text).ok_or_else(answer::bad_grant)?;
    let known = google.ledger.refresh_tokens[at].clone();
    if known.client != client.id {
        return Err(answer::unauthorized_client());
    }
    alive(google, &known, now)?;
    let scopes = match form.filled("scope").map(scopes::read) {
        None => known.scopes.clone(),
        Some(Ok(fewer)) if fewer.iter().all(|s| known.scopes.contains(s)) => fewer,
        Some(_) => return Err(answer::token_error(400, "invalid_scope", "Bad Request")),
    };
    google.ledger.refresh_tokens[at].used_at = now;
    let serial = google.add_access(&client, Holder::Person(known.person.clone()), &scopes, true, now);
    let mut body = google.body(serial, None, now);
    if let Some(end) = known.ends_at.filter(|_| google.repeats_refresh_life) {
        body["refresh_token_expires_in"] = json!((end - now).num_seconds());
    }
    Ok((body, serial))
}

/// The reasons of the reference's section 6.
fn alive(google: &Google, token: &RefreshToken, now: DateTime<Utc>) -> Result<(), Canned> {
    match google.person(&token.person).map(|p| p.state) {
        None | Some(AccountState::Deleted) => {
            return Err(answer::token_error(400, "invalid_grant", "Account has been deleted"));
        }
        Some(AccountState::BlockedByAdmin) => return Err(answer::token_error(400, "admin_policy_enforced", "")),
        Some(AccountState::SessionEnded) => return Err(answer::invalid_rapt()),
        Some(AccountState::Good) => {}
    }
    let unused = token.used_at.checked_add_months(UNUSED).is_some_and(|end| end <= now);
    if token.dead.is_some() || unused || token.ends_at.is_some_and(|end| end <= now) {
        return Err(answer::expired_or_revoked());
    }
    Ok(())
}

fn missing(name: &str) -> Canned {
    answer::token_error(400, "invalid_request", &format!("Missing required parameter: {name}"))
}

impl Google {
    /// Writes an access token into the books and returns its serial.
    pub(super) fn add_access(
        &mut self,
        client: &Client,
        holder: Holder,
        scopes: &[String],
        offline: bool,
        now: DateTime<Utc>,
    ) -> usize {
        let serial = self.ledger.access_tokens.len();
        self.ledger.access_tokens.push(AccessToken {
            serial,
            token: format!("ya29.a0{}", opaque(210)),
            client: client.id.clone(),
            project: client.project.clone(),
            holder,
            scopes: scopes.to_vec(),
            offline,
            expires_at: now + ACCESS_LIFE,
            revoked: false,
            reads: 0,
        });
        serial
    }

    /// Writes a refresh token into the books. Beyond [`REFRESH_LIMIT`] the oldest falls out without a word [OVW].
    pub(super) fn add_refresh(&mut self, client: &Client, sub: &str, granted: &[String], now: DateTime<Utc>) -> RefreshToken {
        let data = granted.iter().any(|s| !scopes::is_sign_in(s));
        let testing = data && matches!(self.project(&client.project).audience, Audience::Testing { .. });
        let limit = self.person(sub).and_then(|p| p.time_limit);
        let life = [testing.then_some(TESTING_LIFE), limit].into_iter().flatten().min();
        let token = RefreshToken {
            serial: self.ledger.refresh_tokens.len(),
            token: format!("1//0{}", opaque(99)),
            client: client.id.clone(),
            project: client.project.clone(),
            person: sub.to_owned(),
            scopes: granted.to_vec(),
            made_at: now,
            used_at: now,
            ends_at: life.map(|life| now + life),
            dead: None,
        };
        self.ledger.refresh_tokens.push(token.clone());
        let mine = |t: &&mut RefreshToken| t.client == client.id && t.person == sub && t.dead.is_none();
        let mut live: Vec<_> = self.ledger.refresh_tokens.iter_mut().filter(mine).collect();
        let over = live.len().saturating_sub(REFRESH_LIMIT);
        live.iter_mut().take(over).for_each(|t| t.dead = Some(WhyDead::OverLimit));
        token
    }

    /// The answer that hands out an access token. With `openid` there is an id_token.
    pub(super) fn body(&self, serial: usize, nonce: Option<&str>, now: DateTime<Utc>) -> Value {
        let token = &self.ledger.access_tokens[serial];
        let mut body = json!({
            "access_token": token.token,
            "expires_in": ACCESS_LIFE.num_seconds(),
            "scope": token.scopes.join(" "),
            "token_type": "Bearer",
        });
        if token.scopes.iter().any(|s| s == scopes::OPENID) {
            body["id_token"] = json!(identity::id_token(self, token, nonce, now));
        }
        body
    }
}
