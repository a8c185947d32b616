//! Service accounts: a signed assertion for an access token (reference, section 10).

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Value, json};

use super::cloud::{Client, ClientKind, ClientState, ServiceAccount};
use super::ledger::Holder;
use super::people::AccountState;
use super::provider::Google;
use super::signing::UnverifiedToken;
use super::token::{ACCESS_LIFE, Made};
use super::{answer, scopes};
use crate::fake::{Canned, Parameters};

/// Google's own token URL. google-auth signs it whatever the file's `token_uri` says [EXP 6].
pub const AUDIENCE: &str = "https://oauth2.googleapis.com/token";

/// How far `iat` may lie in the future, and `exp` in the past (assumed; Google says "a reasonable timeframe").
const SKEW: TimeDelta = TimeDelta::minutes(5);

pub(super) fn grant(google: &mut Google, form: &Parameters, now: DateTime<Utc>) -> Result<Made, Canned> {
    let missing = || answer::token_error(400, "invalid_request", "Missing required parameter: assertion");
    let text = form.filled("assertion").ok_or_else(missing)?;
    // What Google says of bytes that are no token at all is assumed.
    let token = UnverifiedToken::parse(text).ok_or_else(|| invalid("Invalid JWT: Failed to parse token."))?;
    let account = account(google, &token)?;
    let claims = &token.claims;
    if ![AUDIENCE, &format!("{}/token", google.origin)].contains(&claims["aud"].as_str().unwrap_or_default()) {
        return Err(invalid("Invalid JWT: Failed audience check."));
    }
    if !is_short_lived(claims, now) {
        return Err(answer::not_short_lived());
    }
    let asked = scopes::read(claims["scope"].as_str().unwrap_or_default());
    let asked = asked.ok().filter(|asked| !asked.is_empty());
    let asked =
        asked.ok_or_else(|| answer::token_error(400, "invalid_scope", "Invalid OAuth scope or ID token audience provided."))?;
    let holder = match claims["sub"].as_str().filter(|sub| *sub != account.email) {
        None => Holder::ServiceAccount(account.email.clone()),
        Some(subject) => Holder::Person(delegated(google, &account, subject, &asked, now)?),
    };
    let client = as_client(&account);
    let serial = google.add_access(&client, holder, &asked, false, now);
    let token = &google.ledger.access_tokens[serial].token;
    let body = json!({ "access_token": token, "expires_in": ACCESS_LIFE.num_seconds(), "token_type": "Bearer" });
    Ok((body, serial))
}

/// Who signed, with the key that the console knows.
fn account(google: &Google, token: &UnverifiedToken) -> Result<ServiceAccount, Canned> {
    let issuer = token.claims["iss"].as_str().unwrap_or_default();
    let account = google.service_accounts.iter().find(|a| a.email == issuer);
    let account = account.ok_or_else(|| invalid("Invalid grant: account not found"))?;
    if account.disabled {
        // Its HTTP status is unverified (reference, section 10).
        return Err(answer::token_error(401, "disabled_client", "The OAuth client was disabled."));
    }
    if !account.key.verifies(token) {
        return Err(invalid("Invalid JWT Signature."));
    }
    Ok(account.clone())
}

/// At most an hour, begun, and not over.
fn is_short_lived(claims: &Value, now: DateTime<Utc>) -> bool {
    let at = |name: &str| claims[name].as_i64().and_then(|seconds| DateTime::from_timestamp(seconds, 0));
    let (Some(from), Some(until)) = (at("iat"), at("exp")) else { return false };
    until - from <= TimeDelta::hours(1) && from <= now + SKEW && now - SKEW < until
}

/// The person in whose name a service account may act: one of a Workspace whose administrator allows every scope.
fn delegated(
    google: &Google,
    account: &ServiceAccount,
    subject: &str,
    asked: &[String],
    now: DateTime<Utc>,
) -> Result<String, Canned> {
    if !subject.contains('@') {
        return Err(answer::token_error(400, "invalid_request", "Invalid impersonation &quot;sub&quot; field."));
    }
    let person = google.person(subject).ok_or_else(|| invalid("Invalid email or User ID"))?;
    if person.state == AccountState::Deleted {
        return Err(invalid("The account has been deleted"));
    }
    let allows = |d: &&super::cloud::Delegation| d.client_id == account.client_id && Some(&d.domain) == person.hd.as_ref();
    let allowed = google.delegations.iter().filter(allows).find(|d| d.from <= now && asked.iter().all(|s| d.scopes.contains(s)));
    allowed.map(|_| person.sub.clone()).ok_or_else(answer::not_delegated)
}

/// In the books a service account stands like a client of its project.
fn as_client(account: &ServiceAccount) -> Client {
    Client {
        id: account.client_id.clone(),
        secret: String::new(),
        project: account.project.clone(),
        kind: ClientKind::Installed,
        state: ClientState::Good,
    }
}

fn invalid(description: &str) -> Canned {
    answer::token_error(400, "invalid_grant", description)
}
