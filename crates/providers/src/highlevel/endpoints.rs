//! Where HighLevel is, and which revision of its API each path wants.

use bulla_core::{App, BaseUrl, Result};
use reqwest::header::{HeaderMap, HeaderName, HeaderValue};

use crate::hosts::own_or_loopback;

/// Settings of an app: where its consent page is, and a server of one's own on this machine.
pub(super) const AUTHORIZE_URL: &str = "authorize_url";
pub(super) const API_BASE: &str = "api_base";

const API: &str = "services.leadconnectorhq.com";

/// The page where a person chooses a location (docs/oauth/Authorization.md since 2026-05; before, and in the official
/// SDK still, without `/v2`). The second host is the same page without HighLevel's name.
const AUTHORIZE: &str = "https://marketplace.gohighlevel.com/v2/oauth/chooselocation";
const AUTHORIZE_HOSTS: &[&str] = &["marketplace.gohighlevel.com", "marketplace.leadconnectorhq.com"];

/// The API's base.
///
/// # Errors
/// `app_details_invalid` when the app's settings lead elsewhere than to HighLevel or to this machine.
pub(super) fn api(app: Option<&App>) -> Result<BaseUrl> {
    match app.and_then(|app| app.setting(API_BASE)) {
        Some(base) => own_or_loopback(base, &[API]),
        None => BaseUrl::parse(API),
    }
}

/// The consent page. An install link copied from the app's page may bring its query along; that is made anew.
///
/// # Errors
/// `app_details_invalid`.
pub(super) fn authorize(app: &App) -> Result<BaseUrl> {
    own_or_loopback(app.setting(AUTHORIZE_URL).unwrap_or(AUTHORIZE), AUTHORIZE_HOSTS)
}

/// `Version`, which every call needs and the token endpoint does not. Calendars and conversations are of an older
/// revision than the rest (GoHighLevel/highlevel-api-docs apps/calendars.json, conversations.json, locations.json).
pub(super) fn version(path: &str) -> HeaderMap {
    let first = path.trim_start_matches('/').split(['/', '?']).next().unwrap_or_default();
    let version = match first {
        "calendars" | "conversations" => HeaderValue::from_static("2021-04-15"),
        _ => HeaderValue::from_static("2021-07-28"),
    };
    HeaderMap::from_iter([(HeaderName::from_static("version"), version)])
}
