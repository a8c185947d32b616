//! Tokens that an app gets for its id and secret alone (`app_access_token_internal`, `tenant_access_token_internal`).
//!
//! Asking spends nothing, and asking again brings the same token while it has half an hour left, so none is kept.

use bulla_core::{AccessToken, App, ClientSecret, Error, ErrorCode, RawAnswer};
use reqwest::header::{CONTENT_TYPE, HeaderValue};
use serde::Deserialize;

use super::brand::{Brand, Endpoints};
use super::{json, tokens};
use crate::consent::is_token;
use crate::http::{self, Http};
use crate::oauth::Meaning;

/// Whose the token is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// The app's own; v1's token endpoints want it.
    App,
    /// The app's in its tenant; the plain proof that id and secret are right.
    Tenant,
}

/// Why there is none.
#[derive(Debug)]
pub(super) enum NoAppToken {
    /// The platform refuses the app, in an answer that `judge` understands.
    Refused(RawAnswer, Error),
    /// Nobody has judged the app.
    Unknown(Error),
}

impl Kind {
    const fn path(self) -> &'static str {
        match self {
            Self::App => "/open-apis/auth/v3/app_access_token/internal",
            Self::Tenant => "/open-apis/auth/v3/tenant_access_token/internal",
        }
    }
}

/// `{"code":0,"msg":"ok","…_access_token":"…","expire":7200}`: no `data`, and seconds in `expire`.
#[derive(Deserialize)]
struct Wire {
    code: Option<i64>,
    app_access_token: Option<String>,
    tenant_access_token: Option<String>,
}

/// One POST.
pub(super) async fn fetch(
    brand: Brand,
    endpoints: &Endpoints,
    app: &App,
    secret: &ClientSecret,
    kind: Kind,
) -> Result<AccessToken, NoAppToken> {
    let unknown = |fault| NoAppToken::Unknown(http::fault_error(fault));
    let http = Http::shared().map_err(unknown)?;
    let body = json::object(&[("app_id", &app.client_id), ("app_secret", secret.expose())])
        .ok_or(NoAppToken::Unknown(ErrorCode::BadRequest.into()))?;
    let request = http
        .read
        .post(format!("{}{}", endpoints.api.as_str(), kind.path()))
        .header(CONTENT_TYPE, HeaderValue::from_static("application/json"))
        .body(body);
    let answer = http::send(request).await.map_err(unknown)?;
    match token(&answer, kind) {
        Some(token) => Ok(token),
        None => Err(none(brand, answer)),
    }
}

fn token(answer: &RawAnswer, kind: Kind) -> Option<AccessToken> {
    let wire: Wire = serde_json::from_slice(&answer.body).ok()?;
    let token = match kind {
        Kind::App => wire.app_access_token,
        Kind::Tenant => wire.tenant_access_token,
    };
    let good = answer.status == 200 && wire.code == Some(0);
    token.filter(|token| good && is_token(token)).map(AccessToken::new)
}

/// Only a refusal by the platform's own code counts as one; a page or a server's trouble says nothing of the app.
fn none(brand: Brand, answer: RawAnswer) -> NoAppToken {
    match tokens::read(brand, &answer) {
        Err(no) if matches!(no.meaning, Meaning::Paused(_) | Meaning::Refused(_)) => NoAppToken::Refused(answer, no.error),
        Err(no) => NoAppToken::Unknown(no.error),
        Ok(_) => NoAppToken::Unknown(Error::new(ErrorCode::AnswerUnreadable).detail("HTTP 200")),
    }
}
