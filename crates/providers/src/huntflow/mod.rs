//! Huntflow API v2: exchanging, reading and calling. What the answers mean is in `judge` and `read`.

mod envelope;
pub mod environment;
mod judge;
mod read;
#[cfg(test)]
mod tests;

use async_trait::async_trait;
use bulla_core::{
    BaseUrl, ClientSecret, Error, ErrorCode, Exchange, Judgement, RawAnswer, ReadOutcome, RefreshToken, Result, Site,
    ports::{CallAnswer, CallRequest, Provider},
};
use bytes::Bytes;
use chrono::TimeDelta;
use reqwest::{
    RequestBuilder,
    header::{AUTHORIZATION, CONTENT_TYPE, HeaderValue},
};
use serde::Serialize;
use zeroize::Zeroizing;

use crate::call;
use crate::http::{self, Fault, Http};

/// Huntflow, at any of its addresses.
#[derive(Debug, Clone, Default)]
pub struct Huntflow {
    /// Instead of the process's shared clients.
    own: Option<Http>,
}

impl Huntflow {
    /// Builds and sends nothing yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    fn http(&self) -> Result<&Http, Fault> {
        match &self.own {
            Some(http) => Ok(http),
            None => Http::shared(),
        }
    }

    async fn get(&self, base: &BaseUrl, path: &str, token: &HeaderValue) -> Result<RawAnswer, Fault> {
        let url = format!("{}{path}", base.as_str());
        http::send(self.http()?.read.get(url).header(AUTHORIZATION, token)).await
    }
}

/// `RefreshTokenRequest` (`/v2/openapi.json`). No `grant_type`: that was an older revision.
#[derive(Serialize)]
struct Refresh<'a> {
    refresh_token: &'a str,
}

#[async_trait]
impl Provider for Huntflow {
    /// `POST {base}/v2/token/refresh` without `Authorization`, as the official client sends it.
    async fn exchange(&self, site: Site<'_>, _: Option<&ClientSecret>, refresh: &RefreshToken) -> Exchange {
        let request = match self.http() {
            Ok(http) => http.exchange.post(format!("{}/v2/token/refresh", site.base.as_str())),
            Err(fault) => return Exchange::NotSent(fault.into_text()),
        };
        let wire = Refresh { refresh_token: refresh.expose() };
        // Escapes can make a character six bytes; with room for that the text never moves.
        let mut body = Zeroizing::new(Vec::with_capacity(32 + 6 * wire.refresh_token.len()));
        if serde_json::to_writer(&mut *body, &wire).is_err() {
            return Exchange::NotSent("the request could not be written".to_owned());
        }
        match http::send(json(request, Bytes::from_owner(body))).await {
            Ok(answer) => Exchange::Answered(answer),
            Err(fault) => http::unexchanged(fault),
        }
    }

    fn judge(&self, answer: &RawAnswer) -> Judgement {
        judge::judge(answer)
    }

    /// `GET /v2/me` and, when that is good, `GET /v2/accounts` for the organisations' names: two calls of the ten a
    /// second that Huntflow allows a token (`en/general.md`).
    async fn read(&self, site: Site<'_>, token: &str) -> ReadOutcome {
        let Some(token) = http::bearer(token) else {
            let error = Error::new(ErrorCode::AccessNotAccepted).detail("no header can carry this token");
            return ReadOutcome::NotAccepted(error);
        };
        let outcome = match self.get(site.base, "/v2/me", &token).await {
            Ok(answer) => read::outcome(&answer),
            Err(fault) => http::unanswered(fault),
        };
        let ReadOutcome::Alive(mut identity) = outcome else { return outcome };
        if let Ok(answer) = self.get(site.base, "/v2/accounts", &token).await {
            identity.organisations = read::organisations(&answer);
        }
        ReadOutcome::Alive(identity)
    }

    async fn call(&self, site: Site<'_>, token: &str, request: &CallRequest) -> Result<CallAnswer> {
        let (method, url) = (call::method(request)?, call::address(site.base, "/v2", &request.path)?);
        let token = http::bearer(token).ok_or(ErrorCode::BadRequest)?;
        let http = self.http().map_err(http::fault_error)?;
        let mut sent = http.read.request(method, url).header(AUTHORIZATION, token);
        if let Some(body) = &request.body {
            sent = json(sent, Bytes::copy_from_slice(body));
        }
        let raw = http::send(sent).await.map_err(http::fault_error)?;
        let access_rejected = read::access_rejected(&raw);
        Ok(CallAnswer { raw, access_rejected })
    }
}

fn json(request: RequestBuilder, body: Bytes) -> RequestBuilder {
    request.header(CONTENT_TYPE, HeaderValue::from_static("application/json")).body(body)
}

/// How long the provider asks to wait, within reason. The limit counts seconds, so 30 s are enough for a 429;
/// a server in trouble may ask for up to an hour.
fn retry_after(answer: &RawAnswer) -> Option<TimeDelta> {
    let cap = if answer.status == 429 { 30 } else { 3600 };
    answer.retry_after_s.map(|seconds| TimeDelta::seconds(i64::from(seconds).min(cap)))
}
