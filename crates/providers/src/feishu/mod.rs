//! Feishu and Lark, for a person who has consented to an app of their own tenant.
//!
//! Two brands of one platform with the same paths and codes. Documents are named by their pages at open.feishu.cn; what
//! only code shows is named by its repository.
//!
//! An app's settings: `family` (v1, v2, v3), `redirect_ports`, `redirect_host`, `redirect_path`, and for a server of
//! one's own on this machine `api_base` and `accounts_base`. A connection's data: `family`, `brand`, `tenant_key`.

mod app_token;
mod brand;
mod codes;
mod consent;
mod endpoint;
mod envelope;
mod family;
mod json;
mod read;
#[cfg(test)]
mod tests;
mod tokens;

use async_trait::async_trait;
use bulla_core::{
    App, ClientSecret, Error, ErrorCode, Exchange, Judgement, RawAnswer, ReadOutcome, RefreshToken, Result, Site,
    ports::{CallAnswer, CallRequest, Provider},
};
use reqwest::header::AUTHORIZATION;

use crate::call;
use crate::http::{self, Http};
use crate::oauth::{judged, retry_after};

pub use brand::Brand;
pub use family::{FAMILY, Family};

use brand::Endpoints;
use endpoint::Client;

/// Where every path of the API begins.
const ROOT: &str = "/open-apis";

/// One brand's API for one person.
#[derive(Debug, Clone)]
pub struct Feishu {
    brand: Brand,
}

impl Feishu {
    /// Sends nothing yet.
    #[must_use]
    pub const fn new(brand: Brand) -> Self {
        Self { brand }
    }

    /// # Errors
    /// `app_not_found`, `app_details_invalid`: without an app and its secret nothing can be asked for.
    fn client<'a>(&self, app: Option<&'a App>, secret: Option<&'a ClientSecret>) -> Result<Client<'a>> {
        let app = app.ok_or(ErrorCode::AppNotFound)?;
        let endpoints = Endpoints::of(self.brand, Some(app))?;
        let secret = secret.ok_or_else(|| Error::new(ErrorCode::AppDetailsInvalid).with("field", "client_secret"))?;
        Ok(Client { brand: self.brand, endpoints, app, secret })
    }

    async fn refresh(&self, site: Site<'_>, secret: Option<&ClientSecret>, refresh: &RefreshToken) -> Result<Exchange> {
        let row = family::of_connection(site.data)?;
        let client = self.client(site.app, secret)?;
        let grant = [("grant_type", "refresh_token"), ("refresh_token", refresh.expose())];
        Ok(client.post(row, row.refresh, &grant).await)
    }
}

#[async_trait]
impl Provider for Feishu {
    /// The refresh grant of the family that issued the token (`refresh-user-access-token`). v1 fetches an app token first.
    async fn exchange(&self, site: Site<'_>, secret: Option<&ClientSecret>, refresh: &RefreshToken) -> Exchange {
        self.refresh(site, secret, refresh).await.unwrap_or_else(|error| Exchange::NotSent(error.to_string()))
    }

    fn judge(&self, answer: &RawAnswer) -> Judgement {
        let (retry_after, rules) = (retry_after(answer), self.brand.rules());
        match tokens::read(self.brand, answer) {
            Ok(tokens) => Judgement::Renewed {
                access: tokens.access,
                refresh: tokens.refresh,
                access_life_s: tokens.access_life_s.or(rules.access_life.map(|life| life.num_seconds())).unwrap_or_default(),
                refresh_life_s: tokens.refresh_life_s.or(rules.refresh_life.map(|life| life.num_seconds())),
                scopes: tokens.scopes,
            },
            Err(no) => judged(no.meaning, no.error, retry_after),
        }
    }

    /// `GET authen/v1/user_info`, which needs no scope.
    async fn read(&self, site: Site<'_>, token: &str) -> ReadOutcome {
        let Some(token) = http::bearer(token) else {
            let error = Error::new(ErrorCode::AccessNotAccepted).detail("no header can carry this token");
            return ReadOutcome::NotAccepted(error);
        };
        let http = match Http::shared() {
            Ok(http) => http,
            Err(fault) => return http::unanswered(fault),
        };
        let url = format!("{}{ROOT}/authen/v1/user_info", site.base.as_str());
        match http::send(http.read.get(url).header(AUTHORIZATION, token)).await {
            Ok(answer) => read::outcome(self.brand, &answer),
            Err(fault) => http::unanswered(fault),
        }
    }

    async fn call(&self, site: Site<'_>, token: &str, request: &CallRequest) -> Result<CallAnswer> {
        let (method, url) = (call::method(request)?, call::address(site.base, ROOT, &request.path)?);
        let answer = call::send(method, url, token, request).await?;
        let access_rejected = read::access_rejected(&answer.raw);
        Ok(CallAnswer { access_rejected, ..answer })
    }
}
