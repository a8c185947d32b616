//! The v2 and v3 token endpoints (reference, 3.3 to 3.8), and revocation.

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Value, json};

use super::codes;
use super::console::{App, PersonState};
use super::ledger::{Family, LedgerPair};
use super::provider::{Feishu, OldAccess};
use crate::fake::{Canned, Delivery, Parameters, Request, look_alike, opaque};

/// [V MIR AT/obtain-oauth-code].
pub(super) const CODE_LIFE: TimeDelta = TimeDelta::minutes(5);
/// After so long only a new consent helps [V].
pub(super) const HARD_END: TimeDelta = TimeDelta::days(365);
const OFFLINE: &str = "offline_access";
/// Lives of the v1 family (reference, 3.5).
const V1_ACCESS: TimeDelta = TimeDelta::seconds(7199);
const V1_REFRESH: TimeDelta = TimeDelta::seconds(2_591_999);

/// The answer, and the serial of the pair that was made.
pub(super) type Made = (Canned, usize);

/// JSON, a form, and JSON without a Content-Type are read (reference, section 7).
pub(super) fn endpoint(feishu: &mut Feishu, request: &Request, family: Family, now: DateTime<Utc>) -> Result<Made, Canned> {
    let body = request.parameters();
    let grant = body.filled("grant_type").ok_or_else(|| codes::token_error(20001))?.to_owned();
    let app = authenticated(feishu, request, &body)?;
    feishu.admit(&app.id, now)?;
    let serial = match grant.as_str() {
        "authorization_code" => exchange(feishu, &app, &body, family, now)?,
        "refresh_token" => refresh(feishu, &app, &body, family, now)?,
        _ => return Err(codes::token_error(20036)),
    };
    Ok((codes::logged(200, &answer(feishu, serial)), serial))
}

/// Every self-registered app is confidential. v3 also takes HTTP Basic [V3DOC]; that v2 does is assumed. Both ways at once
/// are refused by either.
fn authenticated(feishu: &Feishu, request: &Request, body: &Parameters) -> Result<App, Canned> {
    let basic = request.basic();
    if basic.is_some() && body.filled("client_secret").is_some() {
        return Err(codes::token_error(20070));
    }
    let in_body = || Some((body.filled("client_id")?.to_owned(), body.filled("client_secret")?.to_owned()));
    let (id, secret) = basic.or_else(in_body).ok_or_else(|| codes::token_error(20001))?;
    let app = feishu.app(&id).ok_or_else(|| codes::token_error(20048))?;
    match app {
        app if app.secret != secret => Err(codes::token_error(20002)),
        app if !app.enabled => Err(codes::token_error(20069)),
        app if !app.installed => Err(codes::token_error(20009)),
        app => Ok(app.clone()),
    }
}

/// A refused attempt doesn't spend the code (assumed).
fn exchange(feishu: &mut Feishu, app: &App, body: &Parameters, family: Family, now: DateTime<Utc>) -> Result<usize, Canned> {
    let text = body.filled("code").ok_or_else(|| codes::token_error(20001))?;
    let at = feishu.codes.iter().position(|c| c.text == text).ok_or_else(|| codes::token_error(20003))?;
    let code = feishu.codes[at].clone();
    let verifier = body.filled("code_verifier");
    let unfit = match (&code.ask.challenge, verifier) {
        (Some(_), _) if family == Family::V3 && feishu.v3_refuses_pkce => true,
        (Some(challenge), verifier) => !verifier.is_some_and(|verifier| challenge.fits(verifier)),
        // v3 refuses a verifier without an earlier challenge [V3DOC]; v2 doesn't look (assumed).
        (None, verifier) => family == Family::V3 && verifier.is_some(),
    };
    let refusal = match () {
        () if code.ask.app != app.id => Some(20024),
        () if code.spent => Some(20065),
        () if now - code.made_at > CODE_LIFE => Some(20004),
        () if body.get("redirect_uri") != Some(code.ask.redirect_uri.as_str()) => Some(20071),
        () if unfit => Some(20049),
        () => None,
    };
    refusal.map_or(Ok(()), |code| Err(codes::token_error(code)))?;
    usable(feishu, &code.person)?;
    let scopes = narrowed(body, &code.granted)?;
    feishu.codes[at].spent = true;
    let granted = code.granted.clone();
    let offline = code.ask.scopes.iter().any(|s| s == OFFLINE) && scopes.iter().any(|s| s == OFFLINE);
    Ok(feishu
        .add_pair(NewPair { app, person: &code.person, family, granted, scopes, offline, consented_at: now, parent: None }, now))
}

/// One use; a new pair with a new seven days; nothing beyond 365 days after the consent.
fn refresh(feishu: &mut Feishu, app: &App, body: &Parameters, family: Family, now: DateTime<Utc>) -> Result<usize, Canned> {
    let token = body.filled("refresh_token").ok_or_else(|| codes::token_error(20001))?;
    let known = feishu.ledger.pairs.iter().find(|p| p.refresh.as_deref() == Some(token)).cloned();
    let old = known.ok_or_else(|| codes::token_error(20026))?;
    let refusal = match () {
        () if old.app != app.id => Some(20024),
        // v3 takes v2's tokens too; v2 takes its own alone, and v1's go nowhere else (reference, 3.4 and 3.5).
        () if old.family != family && (old.family, family) != (Family::V2, Family::V3) => Some(20026),
        () if old.used_at.is_some() => Some(feishu.used_code),
        () if old.revoked => Some(20064),
        () if now >= old.refresh_exp || now >= old.consented_at + HARD_END => Some(20037),
        () if !app.may_refresh => Some(20074),
        () => None,
    };
    refusal.map_or(Ok(()), |code| Err(codes::token_error(code)))?;
    usable(feishu, &old.person)?;
    let scopes = narrowed(body, &old.granted)?;
    let offline = scopes.iter().any(|s| s == OFFLINE);
    feishu.ledger.pairs[old.serial].used_at = Some(now);
    let (granted, consented_at, parent) = (old.granted, old.consented_at, Some(old.serial));
    Ok(feishu.add_pair(NewPair { app, person: &old.person, family, granted, scopes, offline, consented_at, parent }, now))
}

fn usable(feishu: &Feishu, name: &str) -> Result<(), Canned> {
    match feishu.person(name) {
        None => Err(codes::token_error(20008)),
        Some(person) if person.state == PersonState::Missing => Err(codes::token_error(20008)),
        Some(person) if person.state != PersonState::Active => Err(codes::token_error(20066)),
        Some(person) if !person.available => Err(codes::token_error(20010)),
        Some(_) => Ok(()),
    }
}

/// `scope` narrows, and must name `offline_access` again to get a refresh token [V].
fn narrowed(body: &Parameters, granted: &[String]) -> Result<Vec<String>, Canned> {
    let Some(asked) = body.filled("scope") else { return Ok(granted.to_vec()) };
    let asked: Vec<_> = asked.split_whitespace().map(str::to_owned).collect();
    if (1..asked.len()).any(|at| asked[..at].contains(&asked[at])) {
        return Err(codes::token_error(20067));
    }
    if asked.iter().any(|scope| !granted.contains(scope)) {
        return Err(codes::token_error(20068));
    }
    Ok(asked)
}

fn answer(feishu: &Feishu, serial: usize) -> Value {
    let pair = &feishu.ledger.pairs[serial];
    let mut body = json!({
        "code": if feishu.code_as_text { json!("0") } else { json!(0) },
        "access_token": pair.access,
        "expires_in": (pair.access_exp - pair.made_at).num_seconds(),
        "scope": pair.scopes.join(" "),
        "token_type": "Bearer",
    });
    if let Some(refresh) = &pair.refresh {
        body["refresh_token"] = json!(refresh);
        body["refresh_token_expires_in"] = json!((pair.refresh_exp - pair.made_at).num_seconds());
    }
    body
}

/// `POST /oauth/v1/revoke` with client and token [V CLI]; not in the documents, so its refusals and its reach (the pair and
/// all that it was rotated from) are assumed.
pub(super) fn revoke(feishu: &mut Feishu, request: &Request) -> Canned {
    let form = request.parameters();
    let app = match authenticated(feishu, request, &form) {
        Ok(app) => app,
        Err(refusal) => return refusal,
    };
    let shown = form.get("token").unwrap_or_default();
    match feishu.ledger.pair(shown).filter(|p| p.app == app.id).map(|p| p.serial) {
        Some(serial) => feishu.revoke_from(serial),
        None => return codes::token_error(20026),
    }
    codes::logged(200, &json!({ "code": 0 }))
}

/// A pair that is about to be made.
pub(super) struct NewPair<'a> {
    pub(super) app: &'a App,
    pub(super) person: &'a str,
    pub(super) family: Family,
    pub(super) granted: Vec<String>,
    pub(super) scopes: Vec<String>,
    pub(super) offline: bool,
    pub(super) consented_at: DateTime<Utc>,
    pub(super) parent: Option<usize>,
}

impl Feishu {
    /// Writes a pair into the books. Tokens of v1 are short, those of v2 and v3 between one and two KB (reference, 2.5).
    pub(super) fn add_pair(&mut self, new: NewPair<'_>, now: DateTime<Utc>) -> usize {
        let serial = self.ledger.pairs.len();
        let v1 = new.family == Family::V1;
        let token = |prefix: &str| if v1 { format!("{prefix}{}", opaque(40)) } else { look_alike(1300) };
        let (access, refresh) = if v1 { (V1_ACCESS, V1_REFRESH) } else { (self.lives.access, self.lives.refresh) };
        self.ledger.pairs.push(LedgerPair {
            serial,
            app: new.app.id.clone(),
            person: new.person.to_owned(),
            family: new.family,
            access: token("u-"),
            refresh: new.offline.then(|| token("ur-")),
            granted: new.granted,
            scopes: new.scopes,
            made_at: now,
            access_exp: now + access,
            refresh_exp: now + refresh,
            consented_at: new.consented_at,
            parent: new.parent,
            used_at: None,
            revoked: false,
            delivery: Delivery::Pending,
            reads: 0,
        });
        serial
    }

    /// Whether a pair's access token works now.
    pub(super) fn is_live(&self, pair: &LedgerPair, now: DateTime<Utc>) -> bool {
        let grace = match self.old_access {
            OldAccess::LivesOn => TimeDelta::MAX,
            OldAccess::OneMoreMinute => TimeDelta::minutes(1),
            OldAccess::DiesAtOnce => TimeDelta::zero(),
        };
        let superseded = pair.used_at.is_some_and(|used| now - used >= grace);
        !pair.revoked && !superseded && now < pair.access_exp
    }

    /// Ends a pair and everything that was rotated from it.
    pub(super) fn revoke_from(&mut self, serial: usize) {
        self.ledger.pairs[serial].revoked = true;
        let next = self.ledger.pairs.iter().find(|p| p.parent == Some(serial)).map(|p| p.serial);
        if let Some(next) = next {
            self.revoke_from(next);
        }
    }
}
