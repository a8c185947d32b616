//! The gateway before business APIs, one call for user tokens and one for tenant tokens (reference, 3.9 and section 4).

use chrono::{DateTime, Utc};
use serde_json::json;

use super::codes::{gateway_error, logged, plain_error};
use super::console::PersonState;
use super::provider::Feishu;
use crate::fake::{Canned, Request};

/// Whose token came.
enum Caller {
    /// The serial of a pair.
    User(usize),
    /// The id of an app.
    Tenant(String),
}

pub(super) fn user_info(feishu: &mut Feishu, request: &Request, now: DateTime<Utc>) -> Canned {
    let serial = match caller(feishu, request, now) {
        Ok(Caller::User(serial)) => serial,
        // May also mean "a wrong kind of token": the documented double sense of this code.
        Ok(Caller::Tenant(_)) => return gateway_error(99_991_663, "the API does not support tenant access tokens"),
        Err(refusal) => return refusal,
    };
    let pair = feishu.ledger.pairs[serial].clone();
    let (Some(app), Some(person)) = (feishu.app(&pair.app), feishu.person(&pair.person)) else {
        return plain_error(20008, "user not exist");
    };
    match person.state {
        PersonState::Active => {
            let data = person.user_info(app, &pair.scopes);
            logged(200, &json!({ "code": 0, "msg": "success", "data": data }))
        }
        PersonState::Resigned => plain_error(20021, "user resigned"),
        PersonState::Frozen => plain_error(20022, "user frozen"),
        PersonState::Unregistered => plain_error(20023, "user not registered"),
        PersonState::Missing => plain_error(20008, "user not exist"),
    }
}

/// Its body has `bot`, not `data`.
pub(super) fn bot_info(feishu: &mut Feishu, request: &Request, now: DateTime<Utc>) -> Canned {
    match caller(feishu, request, now) {
        Ok(Caller::Tenant(id)) => {
            let name = feishu.app(&id).map_or("", |app| app.name.as_str());
            let bot = json!({
                "activate_status": 2, "app_name": name, "avatar_url": "https://example.com/bot.png",
                "ip_white_list": [], "open_id": format!("ou_bot_{id}"),
            });
            logged(200, &json!({ "code": 0, "msg": "ok", "bot": bot }))
        }
        Ok(Caller::User(_)) => gateway_error(99_991_668, "the API does not support user access tokens"),
        Err(refusal) => refusal,
    }
}

/// Reads the header as the gateway does: no token, whose kind it looks like, whether it lives, whether its app may.
fn caller(feishu: &mut Feishu, request: &Request, now: DateTime<Utc>) -> Result<Caller, Canned> {
    let token = request.bearer().filter(|token| !token.is_empty());
    let token = token.ok_or_else(|| gateway_error(99_991_661, "Missing access token for authorization."))?.to_owned();
    let caller = known(feishu, &token, now)?;
    let app = match &caller {
        Caller::User(serial) => feishu.ledger.pairs[*serial].app.clone(),
        Caller::Tenant(app) => app.clone(),
    };
    if !feishu.app(&app).is_some_and(|app| app.enabled) {
        return Err(gateway_error(99_991_662, "the app is disabled"));
    }
    feishu.admit(&app, now)?;
    Ok(caller)
}

fn known(feishu: &mut Feishu, token: &str, now: DateTime<Utc>) -> Result<Caller, Canned> {
    if let Some(serial) = feishu.ledger.pairs.iter().position(|p| p.access == token) {
        feishu.ledger.pairs[serial].reads += 1;
        let pair = feishu.ledger.pairs[serial].clone();
        return match feishu.is_live(&pair, now) {
            true => Ok(Caller::User(serial)),
            false if now >= pair.access_exp => Err(gateway_error(99_991_677, "user access token expired")),
            false => Err(gateway_error(99_991_668, "Invalid access token for authorization.")),
        };
    }
    if let Some(fetched) = feishu.ledger.app_tokens.iter().find(|t| t.token == token && now < t.expires_at) {
        return Ok(Caller::Tenant(fetched.app.clone()));
    }
    let code = match token {
        _ if token.starts_with("t-") => 99_991_663,
        _ if token.starts_with("a-") => 99_991_664,
        // An `eyJ` junk token gives 99991668, although the text of 99991671 speaks of prefixes [P].
        _ if token.starts_with("u-") || token.starts_with("eyJ") => 99_991_668,
        _ => 99_991_671,
    };
    Err(gateway_error(code, "Invalid access token for authorization."))
}
