//! The platform's three generations of token endpoints, as data. A refresh token works only with the generation that
//! issued it, except that v3 also takes those of v2; so a connection keeps which one its tokens are of.
//!
//! v1 is `create-oidc-*` (historic since 2025-06), v2 `get-user-access-token` and `refresh-user-access-token`, v3 the same
//! pages since 2026. v2 is the usual one: v3 was seen to refuse valid PKCE exchanges (larksuite/oapi-sdk-go#230).

use std::collections::BTreeMap;

use bulla_core::{App, Error, ErrorCode, Result};

use super::brand::Endpoints;

/// The name under which apps (in their settings) and connections (in their data) keep their family.
pub const FAMILY: &str = "family";

/// A generation of token endpoints.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Family {
    /// The app proves itself with a token of its own; everything comes in `data`.
    V1,
    /// The app proves itself with its id and secret.
    V2,
    /// As v2, at the host of the consent page.
    V3,
}

impl Family {
    /// As apps and connections keep it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::V1 => "v1",
            Self::V2 => "v2",
            Self::V3 => "v3",
        }
    }
}

/// Which host serves it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    Api,
    Accounts,
}

/// How the app proves itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Proof {
    /// `Authorization: Bearer` with an app token that is fetched first.
    AppToken,
    /// `client_id` and `client_secret` in the body.
    Body,
}

/// How the request is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Encoding {
    Json,
    Form,
}

/// Where the tokens stand in an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Wrapper {
    Top,
    Data,
}

/// The field with the seconds that the refresh token lives.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum RefreshLife {
    /// `refresh_expires_in`
    Short,
    /// `refresh_token_expires_in`
    Long,
}

/// One generation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Row {
    pub(super) family: Family,
    pub(super) place: Place,
    pub(super) redeem: &'static str,
    pub(super) refresh: &'static str,
    pub(super) proof: Proof,
    pub(super) encoding: Encoding,
    /// The exchange of a code repeats the redirect address and brings the PKCE verifier.
    pub(super) binds_code: bool,
    pub(super) wrapper: Wrapper,
    pub(super) refresh_life: RefreshLife,
}

/// The usual generation first.
pub(super) const TABLE: [Row; 3] = [
    Row {
        family: Family::V2,
        place: Place::Api,
        redeem: "/open-apis/authen/v2/oauth/token",
        refresh: "/open-apis/authen/v2/oauth/token",
        proof: Proof::Body,
        encoding: Encoding::Json,
        binds_code: true,
        wrapper: Wrapper::Top,
        refresh_life: RefreshLife::Long,
    },
    Row {
        family: Family::V3,
        place: Place::Accounts,
        redeem: "/oauth/v3/token",
        refresh: "/oauth/v3/token",
        proof: Proof::Body,
        encoding: Encoding::Form,
        binds_code: true,
        wrapper: Wrapper::Top,
        refresh_life: RefreshLife::Long,
    },
    Row {
        family: Family::V1,
        place: Place::Api,
        redeem: "/open-apis/authen/v1/oidc/access_token",
        refresh: "/open-apis/authen/v1/oidc/refresh_access_token",
        proof: Proof::AppToken,
        encoding: Encoding::Json,
        binds_code: false,
        wrapper: Wrapper::Data,
        refresh_life: RefreshLife::Short,
    },
];

impl Row {
    pub(super) fn address(&self, endpoints: &Endpoints, path: &str) -> String {
        let base = match self.place {
            Place::Api => &endpoints.api,
            Place::Accounts => &endpoints.accounts,
        };
        format!("{}{path}", base.as_str())
    }
}

/// The family of a connection's tokens.
///
/// # Errors
/// `app_details_invalid` for a family nobody knows: a token sent to a wrong one could be spent for nothing.
pub(super) fn of_connection(data: &BTreeMap<String, String>) -> Result<&'static Row> {
    named(data.get(FAMILY).map(String::as_str))
}

/// The family that an app's consents are redeemed with.
///
/// # Errors
/// `app_details_invalid`.
pub(super) fn of_app(app: &App) -> Result<&'static Row> {
    named(app.setting(FAMILY))
}

fn named(name: Option<&str>) -> Result<&'static Row> {
    let Some(name) = name else { return Ok(&TABLE[0]) };
    let unknown = || Error::new(ErrorCode::AppDetailsInvalid).with("field", FAMILY).detail(name);
    TABLE.iter().find(|row| row.family.as_str() == name).ok_or_else(unknown)
}
