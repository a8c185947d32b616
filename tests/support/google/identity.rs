//! Who a token belongs to, and its end: id_token, userinfo, tokeninfo, revocation, discovery (reference, section 7).

use chrono::{DateTime, Utc};
use serde_json::{Value, json};

use super::ledger::{AccessToken, Holder, Revocation, WhyDead};
use super::provider::Google;
use super::signing::RsaKey;
use super::{answer, scopes};
use crate::fake::{Canned, Request};

/// Signed with RS256, although a client that has it straight from the token endpoint need not check (OIDC core 3.1.3.7).
pub(super) fn id_token(google: &Google, token: &AccessToken, nonce: Option<&str>, now: DateTime<Utc>) -> String {
    let Holder::Person(sub) = &token.holder else { return String::new() };
    let mut claims = google.person(sub).map(|p| p.claims(&token.scopes)).unwrap_or_default();
    claims["iss"] = json!(google.issuer);
    claims["azp"] = json!(token.client);
    claims["aud"] = json!(token.client);
    claims["iat"] = json!(now.timestamp());
    claims["exp"] = json!(now.timestamp() + 3600);
    if let Some(nonce) = nonce {
        claims["nonce"] = json!(nonce);
    }
    RsaKey::of_google().sign(&claims)
}

pub(super) fn user_info(google: &mut Google, request: &Request, now: DateTime<Utc>) -> Canned {
    let Some(token) = google.usable(request.bearer().unwrap_or_default(), now) else { return answer::invalid_credentials() };
    // What a token without a sign-in scope hears is assumed.
    if !token.scopes.iter().any(|s| scopes::is_sign_in(s)) {
        return answer::invalid_credentials();
    }
    match &token.holder {
        Holder::Person(sub) => answer::ok(&google.person(sub).map(|p| p.claims(&token.scopes)).unwrap_or_default()),
        Holder::ServiceAccount(email) => answer::ok(&json!({ "sub": token.client, "email": email, "email_verified": true })),
    }
}

/// Numbers and booleans are strings here. Refresh tokens are not known to it.
pub(super) fn token_info(google: &mut Google, request: &Request, now: DateTime<Utc>) -> Canned {
    let (query, form) = (request.query(), request.form());
    let shown = query.filled("access_token").or(form.filled("access_token")).unwrap_or_default();
    let Some(token) = google.usable(shown, now) else { return answer::invalid_token("Invalid Value") };
    let mut body = json!({
        "azp": token.client,
        "aud": token.client,
        "scope": token.scopes.join(" "),
        "exp": token.expires_at.timestamp().to_string(),
        "expires_in": (token.expires_at - now).num_seconds().to_string(),
        "access_type": if token.offline { "offline" } else { "online" },
    });
    if let Holder::Person(sub) = &token.holder
        && let Some(person) = google.person(sub)
    {
        body["sub"] = json!(person.sub);
        if token.scopes.iter().any(|s| s == scopes::EMAIL) {
            body["email"] = json!(person.email);
            body["email_verified"] = json!("true");
        }
    }
    answer::ok(&body)
}

/// Access or refresh token, in the form or the query. It withdraws all that the person gave to the whole project, whichever
/// client asked for it [NAT].
pub(super) fn revoke(google: &mut Google, request: &Request, now: DateTime<Utc>) -> Canned {
    let (query, form) = (request.query(), request.form());
    let shown = form.filled("token").or(query.filled("token")).unwrap_or_default();
    let refresh = google.ledger.refresh_tokens.iter().find(|t| t.token == shown && t.dead.is_none());
    let owner = refresh.map(|t| (t.project.clone(), t.person.clone())).or_else(|| {
        let token = google.usable(shown, now)?;
        let Holder::Person(sub) = token.holder else { return None };
        Some((token.project, sub))
    });
    match owner {
        Some((project, person)) => {
            google.withdraw(&project, &person, now);
            answer::ok(&json!({}))
        }
        // The text is unverified (reference, section 7).
        None => answer::invalid_token("Token expired or revoked"),
    }
}

pub(super) fn discovery(google: &Google) -> Canned {
    let origin = &google.origin;
    answer::ok(&json!({
        "issuer": google.issuer,
        "authorization_endpoint": format!("{origin}/o/oauth2/v2/auth"),
        "token_endpoint": format!("{origin}/token"),
        "userinfo_endpoint": format!("{origin}/v1/userinfo"),
        "revocation_endpoint": format!("{origin}/revoke"),
        "jwks_uri": format!("{origin}/oauth2/v3/certs"),
        "response_types_supported": ["code"],
        "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": ["RS256"],
        "scopes_supported": ["openid", "email", "profile"],
        "code_challenge_methods_supported": ["plain", "S256"],
    }))
}

pub(super) fn certificates() -> Canned {
    let keys: Value = json!({ "keys": [RsaKey::of_google().jwk()] });
    Canned::json(200, &keys)
}

impl Google {
    /// An access token that works now; a call of it is counted whether or not it does.
    pub(super) fn usable(&mut self, token: &str, now: DateTime<Utc>) -> Option<AccessToken> {
        let token = self.ledger.access_tokens.iter_mut().find(|t| t.token == token)?;
        token.reads += 1;
        (!token.revoked && now < token.expires_at).then(|| token.clone())
    }

    /// Takes back everything a person gave to a project. Access tokens end too; here at once, at Google "it may take a
    /// while" [NAT].
    pub(super) fn withdraw(&mut self, project: &str, sub: &str, at: DateTime<Utc>) {
        self.granted.remove(&(project.to_owned(), sub.to_owned()));
        let refresh = self.ledger.refresh_tokens.iter_mut().filter(|t| t.project == project && t.person == sub);
        refresh.for_each(|t| t.dead = t.dead.or(Some(WhyDead::Revoked)));
        let holder = Holder::Person(sub.to_owned());
        let access = self.ledger.access_tokens.iter_mut().filter(|t| t.project == project && t.holder == holder);
        access.for_each(|t| t.revoked = true);
        self.ledger.revocations.push(Revocation { at, project: project.to_owned(), person: sub.to_owned() });
    }
}
