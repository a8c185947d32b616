//! `POST /oauth/token`, classic and v3 (reference, A2 to A4).

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Map, Value, json};

use super::agency::{App, UserType};
use super::answer::{self, Refusal};
use super::ledger::LedgerPair;
use super::provider::HighLevel;
use crate::fake::{Attempt, Committed, Delivery, Outcome, Parameters, Request, look_alike};

/// `expires_in` of every sample [SPEC2].
pub(super) const ACCESS_LIFE: TimeDelta = TimeDelta::seconds(86_399);
/// "A year unless used" [AUTHDOC, FAQ]; no answer tells it.
const REFRESH_LIFE: TimeDelta = TimeDelta::days(365);
/// So long the same call gives the same new pair again [CHLOG].
pub const GRACE: TimeDelta = TimeDelta::seconds(30);
/// How long a code waits is not documented (assumed).
const CODE_LIFE: TimeDelta = TimeDelta::minutes(10);

/// The body under the classic names, or v3's in camel case, which its `Version: v3` header announces.
struct Asked {
    v3: bool,
    body: Parameters,
}

impl Asked {
    fn of(request: &Request) -> Self {
        Self { v3: request.header("version") == Some("v3"), body: request.parameters() }
    }

    fn get(&self, classic: &str, v3: &'static str) -> Option<&str> {
        self.body.filled(if self.v3 { v3 } else { classic })
    }

    fn needed(&self, classic: &str, v3: &'static str) -> Result<&str, Refusal> {
        self.get(classic, v3).ok_or(Refusal::Missing(v3))
    }
}

pub(super) fn endpoint(highlevel: &mut HighLevel, request: &Request, now: DateTime<Utc>) -> Committed {
    let attempt = attempt(highlevel, request, now);
    let asked = Asked::of(request);
    let made = match attempt.grant.as_str() {
        "authorization_code" => exchange(highlevel, &asked, now),
        "refresh_token" => refresh(highlevel, &asked, now),
        "" => Err(Refusal::Missing("grantType")),
        _ => Err(Refusal::Invalid("grantType")),
    };
    let (answer, outcome) = match made {
        Ok(serial) => (answer::ok(200, &highlevel.body(serial, asked.v3)), Outcome::Made(serial)),
        Err(refusal) => {
            let answer = refusal.answer(highlevel.wording);
            let outcome = Outcome::Refused { status: answer.status, error: refusal.name().to_owned() };
            (answer, outcome)
        }
    };
    let entry = highlevel.ledger.attempts.add(Attempt { outcome, ..attempt });
    Committed { answer, entry: Some(entry) }
}

/// What came, before anything is decided about it. A repetition inside the grace is no double spend.
pub(super) fn attempt(highlevel: &HighLevel, request: &Request, at: DateTime<Utc>) -> Attempt {
    let asked = Asked::of(request);
    let presented = asked.get("code", "code").or(asked.get("refresh_token", "refreshToken")).map(str::to_owned);
    let late = |p: &LedgerPair| p.used_at.is_some_and(|used| at - used > GRACE);
    let spent = |shown: &String| {
        highlevel.codes.iter().any(|c| c.text == *shown && c.spent)
            || highlevel.ledger.pairs.iter().any(|p| p.refresh.as_ref() == Some(shown) && late(p))
    };
    Attempt {
        at,
        grant: asked.get("grant_type", "grantType").unwrap_or_default().to_owned(),
        client: asked.get("client_id", "clientId").map(str::to_owned),
        double_spend: presented.as_ref().is_some_and(spent),
        presented,
        outcome: Outcome::DroppedBeforeCommit,
        delivery: Delivery::Pending,
    }
}

/// The code is judged before the client [SEEN]. A refused attempt doesn't spend it (assumed); that `redirect_uri` is
/// compared when it is sent is assumed too, the origin document's program sends none.
fn exchange(highlevel: &mut HighLevel, asked: &Asked, now: DateTime<Utc>) -> Result<usize, Refusal> {
    let (id, secret) = credentials(asked)?;
    let text = asked.needed("code", "code")?;
    let at = highlevel.codes.iter().position(|c| c.text == text && !c.spent).ok_or(Refusal::Code)?;
    let code = highlevel.codes[at].clone();
    let other_address = asked.get("redirect_uri", "redirectUri").is_some_and(|uri| uri != code.redirect_uri);
    if now - code.made_at > CODE_LIFE || other_address {
        return Err(Refusal::Code);
    }
    let app = client(highlevel, id, secret)?;
    let user_type = user_type(asked)?;
    if code.app != app.client_id || user_type.is_some_and(|wanted| wanted != code.user_type) {
        return Err(Refusal::Code);
    }
    if code.user_type == UserType::Location && !highlevel.location(&code.target).is_some_and(|l| l.active) {
        return Err(Refusal::LocationInactive);
    }
    highlevel.codes[at].spent = true;
    let made = NewPair { app: &app.client_id, user_type: code.user_type, target: &code.target, scopes: code.scopes };
    let serial = highlevel.add_pair(made, None, now);
    Ok(serial)
}

/// A new pair for the first call, the same one for every identical call in the next 30 s.
fn refresh(highlevel: &mut HighLevel, asked: &Asked, now: DateTime<Utc>) -> Result<usize, Refusal> {
    let (id, secret) = credentials(asked)?;
    let token = asked.needed("refresh_token", "refreshToken")?;
    let app = client(highlevel, id, secret)?;
    let known = highlevel.ledger.pairs.iter().find(|p| p.refresh.as_deref() == Some(token)).cloned();
    let old = known.ok_or(Refusal::RefreshToken)?;
    let user_type = user_type(asked)?;
    if old.app != app.client_id || old.revoked || user_type.is_some_and(|wanted| wanted != old.user_type) {
        return Err(Refusal::Binding);
    }
    if let Some(id) = &old.location
        && !highlevel.location(id).is_some_and(|l| l.active)
    {
        return Err(Refusal::LocationInactive);
    }
    if let Some(used) = old.used_at {
        let next = highlevel.ledger.pairs.iter_mut().find(|p| p.parent == Some(old.serial) && now - used <= GRACE);
        let next = next.ok_or(Refusal::RefreshToken)?;
        next.repeats += 1;
        return Ok(next.serial);
    }
    if now >= old.refresh_exp {
        return Err(Refusal::RefreshToken);
    }
    highlevel.ledger.pairs[old.serial].used_at = Some(now);
    let target = old.location.as_deref().unwrap_or(&old.company);
    let made = NewPair { app: &old.app, user_type: old.user_type, target, scopes: old.scopes };
    Ok(highlevel.add_pair(made, Some(old.serial), now))
}

fn credentials(asked: &Asked) -> Result<(&str, &str), Refusal> {
    Ok((asked.needed("client_id", "clientId")?, asked.needed("client_secret", "clientSecret")?))
}

fn client(highlevel: &HighLevel, id: &str, secret: &str) -> Result<App, Refusal> {
    highlevel.app(id).filter(|app| app.client_secret == secret).cloned().ok_or(Refusal::Client)
}

/// Optional: the origin document's program omits it, the SDK always sends it on refresh.
fn user_type(asked: &Asked) -> Result<Option<UserType>, Refusal> {
    match asked.get("user_type", "userType") {
        None => Ok(None),
        Some("Location") => Ok(Some(UserType::Location)),
        Some("Company") => Ok(Some(UserType::Company)),
        Some(_) => Err(Refusal::Invalid("userType")),
    }
}

/// A pair that is about to be made, for a location or company.
pub(super) struct NewPair<'a> {
    pub(super) app: &'a str,
    pub(super) user_type: UserType,
    pub(super) target: &'a str,
    pub(super) scopes: Vec<String>,
}

impl HighLevel {
    /// Writes a pair into the books. Tokens look like JWTs and are long [SPEC2].
    pub(super) fn add_pair(&mut self, new: NewPair<'_>, parent: Option<usize>, now: DateTime<Utc>) -> usize {
        let serial = self.ledger.pairs.len();
        let location = (new.user_type == UserType::Location).then(|| new.target.to_owned());
        let company = location.as_ref().and_then(|id| self.location(id)).map_or(new.target, |l| l.company.as_str()).to_owned();
        self.ledger.pairs.push(LedgerPair {
            serial,
            app: new.app.to_owned(),
            user_type: new.user_type,
            company,
            location,
            access: look_alike(900),
            refresh: Some(look_alike(1000)),
            scopes: new.scopes,
            made_at: now,
            access_exp: now + ACCESS_LIFE,
            refresh_exp: now + REFRESH_LIFE,
            parent,
            used_at: None,
            revoked: false,
            delivery: Delivery::Pending,
            repeats: 0,
            reads: 0,
        });
        serial
    }

    /// The answer that hands out a pair: `locationId` for a location alone, no end of the refresh token.
    pub(super) fn body(&self, serial: usize, v3: bool) -> Value {
        let pair = &self.ledger.pairs[serial];
        let mut body = json!({
            "access_token": pair.access,
            "token_type": "Bearer",
            "expires_in": ACCESS_LIFE.num_seconds(),
            "scope": pair.scopes.join(" "),
            "userType": pair.user_type.name(),
            "companyId": pair.company,
            "userId": USER,
            "isBulkInstallation": false,
        });
        if let Some(refresh) = &pair.refresh {
            body["refresh_token"] = json!(refresh);
        }
        match &pair.location {
            Some(location) => body["locationId"] = json!(location),
            None => body["approvedLocations"] = json!([]),
        }
        if v3 { camel_case(&body) } else { body }
    }
}

/// Who installs everything at the fake.
const USER: &str = "fakeUser0000000000ab";

fn camel_case(body: &Value) -> Value {
    let mut renamed = Map::new();
    for (name, value) in body.as_object().into_iter().flatten() {
        let mut words = name.split('_');
        let first = words.next().unwrap_or_default().to_owned();
        let rest = words.map(|word| format!("{}{}", word[..1].to_uppercase(), &word[1..]));
        renamed.insert(rest.fold(first, |whole, word| whole + &word), value.clone());
    }
    Value::Object(renamed)
}
