//! Where Google is. A client file may name its endpoints, and then only Google's own or this machine's.

use bulla_core::{App, BaseUrl, Result, Site};
use url::Url;

use crate::hosts::{is_loopback, own_or_loopback};

/// Settings of an app that come from its client file.
pub(super) const AUTH_URI: &str = "auth_uri";
pub(super) const TOKEN_URI: &str = "token_uri";

const AUTH: &str = "https://accounts.google.com/o/oauth2/v2/auth";
const TOKEN: &str = "https://oauth2.googleapis.com/token";

/// The hosts a client file may name (client files of several years; native-app).
const HOSTS: &[&str] = &["accounts.google.com", "oauth2.googleapis.com", "www.googleapis.com"];

/// Which host serves which paths; everything else is at `www.googleapis.com`.
const API_HOSTS: &[(&str, &str)] = &[
    ("/gmail/", "https://gmail.googleapis.com"),
    ("/v4/spreadsheets", "https://sheets.googleapis.com"),
    ("/calendar/", "https://www.googleapis.com"),
    ("/v1/documents", "https://docs.googleapis.com"),
    ("/v1/people", "https://people.googleapis.com"),
];
const API: &str = "https://www.googleapis.com";

/// All addresses that one app's connections use.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Endpoints {
    pub(super) auth: String,
    pub(super) token: String,
    pub(super) revoke: String,
    pub(super) userinfo: String,
    pub(super) tokeninfo: String,
    /// What an ID token and a callback may name as their issuer.
    pub(super) issuers: Vec<String>,
}

impl Endpoints {
    pub(super) fn of(site: Site<'_>) -> Self {
        site.app.map_or_else(Self::google, Self::of_app)
    }

    pub(super) fn of_app(app: &App) -> Self {
        let (Some(auth), Some(token)) = (app.setting(AUTH_URI), app.setting(TOKEN_URI)) else { return Self::google() };
        match loopback_origin(token) {
            None => Self::google(),
            // A server of one's own on this machine: everything is at its origin.
            Some(origin) => Self {
                auth: auth.to_owned(),
                token: token.to_owned(),
                revoke: format!("{origin}/revoke"),
                userinfo: format!("{origin}/v1/userinfo"),
                tokeninfo: format!("{origin}/tokeninfo"),
                issuers: vec![origin],
            },
        }
    }

    /// Older client files name older addresses of the same endpoints; the present ones serve all.
    fn google() -> Self {
        Self {
            auth: AUTH.to_owned(),
            token: TOKEN.to_owned(),
            revoke: "https://oauth2.googleapis.com/revoke".to_owned(),
            userinfo: "https://openidconnect.googleapis.com/v1/userinfo".to_owned(),
            tokeninfo: "https://oauth2.googleapis.com/tokeninfo".to_owned(),
            issuers: vec!["https://accounts.google.com".to_owned(), "accounts.google.com".to_owned()],
        }
    }

    /// Where programs' calls go.
    pub(super) fn api(app: &App) -> String {
        app.setting(TOKEN_URI).and_then(loopback_origin).unwrap_or_else(|| API.to_owned())
    }
}

/// Whether a client file may name this address.
pub(super) fn is_allowed(address: &str) -> bool {
    own_or_loopback(address, HOSTS).is_ok()
}

/// The host that serves a path, when the connection's base is Google's own.
pub(super) fn api_host(base: &BaseUrl, path: &str) -> Result<BaseUrl> {
    if base.as_str() != API {
        return Ok(base.clone());
    }
    let path = format!("/{}", path.strip_prefix('/').unwrap_or(path));
    let host = API_HOSTS.iter().find(|(prefix, _)| path.starts_with(prefix)).map_or(API, |(_, host)| host);
    BaseUrl::parse(host)
}

fn loopback_origin(address: &str) -> Option<String> {
    let url = Url::parse(address).ok()?;
    (is_loopback(&url) && matches!(url.scheme(), "http" | "https")).then(|| url.origin().ascii_serialization())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_client_file_names_google_or_this_machine() {
        for good in [AUTH, TOKEN, "https://www.googleapis.com/oauth2/v4/token", "http://127.0.0.1:8080/token", "http://[::1]:1/t"]
        {
            assert!(is_allowed(good), "{good}");
        }
        for bad in
            ["https://oauth2.googleapis.com.evil.com/token", "http://oauth2.googleapis.com/token", "https://10.0.0.1/t", "x"]
        {
            assert!(!is_allowed(bad), "{bad}");
        }
    }

    #[test]
    fn each_api_has_its_host() {
        let google = BaseUrl::parse(API).expect("an address");
        let at = |path: &str| api_host(&google, path).expect("a host").as_str().to_owned();
        assert_eq!(at("gmail/v1/users/me/profile"), "https://gmail.googleapis.com");
        assert_eq!(at("/v4/spreadsheets/x"), "https://sheets.googleapis.com");
        assert_eq!(at("/drive/v3/files"), API);
        let here = BaseUrl::parse("http://127.0.0.1:9").expect("an address");
        assert_eq!(api_host(&here, "/gmail/v1").expect("a host"), here);
    }
}
