//! HighLevel (GoHighLevel, LeadConnector), for a location or an agency that has installed a private app, and for private
//! integration tokens, which never renew.
//!
//! An app's settings: `user_type` (Location, Company), `authorize_url`, `redirect_port`, `redirect_host`,
//! `redirect_path`, and for a server of one's own on this machine `api_base`. A connection's data: `user_type`,
//! `location_id`, `company_id`, `test`.
//!
//! Sources: GoHighLevel/highlevel-api-docs (its files are named), marketplace.gohighlevel.com/docs, and the official SDK.

mod account;
mod consent;
mod endpoints;
mod errors;
mod read;
#[cfg(test)]
mod tests;

use async_trait::async_trait;
use bulla_core::{
    App, ClientSecret, CredentialKind, Error, ErrorCode, Exchange, Judgement, ProviderKind, RawAnswer, ReadOutcome, RefreshToken,
    Result, Rules, Site,
    ports::{CallAnswer, CallRequest, Provider},
    rules,
};
use reqwest::header::AUTHORIZATION;

use crate::call;
use crate::consent::{ClientAuth, TokenAnswer, TokenEndpoint, read_token_answer};
use crate::http::{self, Http};
use crate::oauth::{Meaning, judged, retry_after};

pub use account::{COMPANY_ID, LOCATION_ID, USER_TYPE};

use account::UserType;
use errors::Said;

/// HighLevel's API for one location or agency.
#[derive(Debug, Clone, Default)]
pub struct HighLevel;

const RULES: &Rules = rules(ProviderKind::HighLevel, CredentialKind::Rotating);

/// How private integration tokens begin (docs/Authorization/PrivateIntegrationsToken).
const PRIVATE: &str = "pit-";

#[async_trait]
impl Provider for HighLevel {
    /// The refresh grant in its classic form (apps/oauth.json): a form with id, secret and `user_type`, no `Version`.
    async fn exchange(&self, site: Site<'_>, secret: Option<&ClientSecret>, refresh: &RefreshToken) -> Exchange {
        match refresh_endpoint(site, secret) {
            Ok(endpoint) => endpoint.post(&[("grant_type", "refresh_token"), ("refresh_token", refresh.expose())]).await,
            Err(error) => Exchange::NotSent(error.to_string()),
        }
    }

    fn judge(&self, answer: &RawAnswer) -> Judgement {
        match tokens(answer) {
            Ok(tokens) => Judgement::Renewed {
                access: tokens.access,
                refresh: tokens.refresh,
                access_life_s: tokens.access_life_s.or(RULES.access_life.map(|life| life.num_seconds())).unwrap_or_default(),
                // Never stated: a year from each use (docs/oauth/Faqs).
                refresh_life_s: tokens.refresh_life_s.or(RULES.refresh_life.map(|life| life.num_seconds())),
                scopes: tokens.scopes,
            },
            Err(no) => judged(no.meaning, no.error, retry_after(answer)),
        }
    }

    /// The account's own record, or what else the granted scopes allow.
    async fn read(&self, site: Site<'_>, token: &str) -> ReadOutcome {
        let Some(tested) = account::tested(site.data) else {
            let error = Error::new(ErrorCode::TestNotPossible);
            return ReadOutcome::Failed { error, pauses: false, retry_after: None };
        };
        let Some(bearer) = http::bearer(token) else {
            let error = Error::new(ErrorCode::AccessNotAccepted).detail("no header can carry this token");
            return ReadOutcome::NotAccepted(error);
        };
        let http = match Http::shared() {
            Ok(http) => http,
            Err(fault) => return http::unanswered(fault),
        };
        let path = tested.path();
        let request = http.read.get(format!("{}{path}", site.base.as_str())).headers(endpoints::version(&path));
        match http::send(request.header(AUTHORIZATION, bearer)).await {
            Ok(answer) => read::outcome(&answer, &tested, site.app.is_some() && !token.starts_with(PRIVATE)),
            Err(fault) => http::unanswered(fault),
        }
    }

    async fn call(&self, site: Site<'_>, token: &str, request: &CallRequest) -> Result<CallAnswer> {
        let (method, url) = (call::method(request)?, call::address(site.base, "", &request.path)?);
        let answer = call::send_with(endpoints::version(&request.path), method, url, token, request).await?;
        let access_rejected = read::access_rejected(&answer.raw);
        Ok(CallAnswer { access_rejected, ..answer })
    }
}

/// Why there are no tokens; the error bears the meaning's code.
struct NoTokens {
    meaning: Meaning,
    error: Error,
}

/// Reads an answer of the token endpoint. A limit costs nothing whoever says it; a server's own trouble is no judgement,
/// because no row of the table is of its statuses.
fn tokens(answer: &RawAnswer) -> Result<TokenAnswer, NoTokens> {
    let page =
        |meaning: Meaning| NoTokens { meaning, error: Error::new(meaning.code()).detail(format!("HTTP {}", answer.status)) };
    if (200..300).contains(&answer.status) {
        return read_token_answer(answer).map_err(|_| page(Meaning::Unclear(ErrorCode::AnswerUnreadable)));
    }
    if answer.status == 429 {
        return Err(page(Meaning::Refused(ErrorCode::RateLimited)));
    }
    let unclear = Meaning::Unclear(ErrorCode::ProviderUnavailable);
    let said = Said::parse(&answer.body).ok_or_else(|| page(unclear))?;
    let meaning = errors::meaning(errors::TOKEN, answer.status, &said).unwrap_or(unclear);
    Err(NoTokens { meaning, error: said.error(meaning.code()) })
}

fn refresh_endpoint(site: Site<'_>, secret: Option<&ClientSecret>) -> Result<TokenEndpoint> {
    let app = site.app.ok_or(ErrorCode::AppNotFound)?;
    token_endpoint(app, secret, UserType::of(site.data, Some(app))?)
}

/// # Errors
/// `app_details_invalid`: id and secret are needed for every grant.
fn token_endpoint(app: &App, secret: Option<&ClientSecret>, user_type: UserType) -> Result<TokenEndpoint> {
    let secret = secret.ok_or_else(|| Error::new(ErrorCode::AppDetailsInvalid).with("field", "client_secret"))?;
    let url = format!("{}/oauth/token", endpoints::api(Some(app))?.as_str());
    let extra = vec![(account::USER_TYPE.to_owned(), user_type.as_str().to_owned())];
    Ok(TokenEndpoint::new(&url, &app.client_id, Some(secret.clone()), ClientAuth::Body)?.with_extra(extra))
}
