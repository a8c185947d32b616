//! Tokens that an app fetches for itself with its id and secret (reference, 2.1 and 2.4).

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::json;

use super::codes::{logged, plain_error};
use super::ledger::AppToken;
use super::provider::Feishu;
use super::token::Made;
use crate::fake::{Canned, Request, opaque};

/// What the ledger's attempts call this.
pub(super) const GRANT: &str = "app_token";
const TENANT: &str = "/open-apis/auth/v3/tenant_access_token/internal";
const APP: &str = "/open-apis/auth/v3/app_access_token/internal";
const LIFE: TimeDelta = TimeDelta::hours(2);
/// With so long left the same token is given again.
const SAME: TimeDelta = TimeDelta::minutes(30);

/// A trailing slash is accepted.
pub(super) fn is_path(path: &str) -> bool {
    [TENANT, APP].contains(&path.strip_suffix('/').unwrap_or(path))
}

/// The place of the token among the ledger's `app_tokens` is what an attempt made.
pub(super) fn fetch(feishu: &mut Feishu, request: &Request, now: DateTime<Utc>) -> Result<Made, Canned> {
    let body = request.parameters();
    let id = body.filled("app_id").filter(|id| id.starts_with("cli_"));
    let invalid = || logged(200, &json!({ "code": 10003, "data": {}, "msg": "invalid param" }));
    let (id, secret) = (id.ok_or_else(invalid)?, body.filled("app_secret").ok_or_else(invalid)?);
    let app = feishu.apps.iter().find(|app| app.id == id && app.brand == feishu.brand);
    let app = app.ok_or_else(|| plain_error(10014, "app id not exists"))?;
    if app.secret != secret {
        // Whether with HTTP 200 or 400 is not known (reference, 2.4).
        return Err(plain_error(10014, "app secret invalid"));
    }
    if !app.enabled {
        return Err(plain_error(10014, "app is unavailable"));
    }
    let id = app.id.clone();
    feishu.admit(&id, now)?;
    let reusable = |t: &AppToken| t.app == id && t.expires_at - now >= SAME;
    let place = feishu.ledger.app_tokens.iter().position(reusable).unwrap_or_else(|| {
        // The older one stays valid till its own end.
        let token = format!("t-g10{}", opaque(38));
        feishu.ledger.app_tokens.push(AppToken { token, app: id.clone(), expires_at: now + LIFE });
        feishu.ledger.app_tokens.len() - 1
    });
    let token = &feishu.ledger.app_tokens[place];
    let mut answer = json!({
        "code": 0,
        "msg": "ok",
        "tenant_access_token": token.token,
        "expire": (token.expires_at - now).num_seconds(),
    });
    if request.path().starts_with(APP) {
        answer["app_access_token"] = json!(token.token);
    }
    Ok((logged(200, &answer), place))
}
