//! A server's own description: OpenID Connect Discovery 1.0 §4, and RFC 8414 §3 where there is none.

use bulla_core::{BaseUrl, Error, ErrorCode, RawAnswer, Result};
use serde::Deserialize;
use url::Url;

use super::settings::ServerSettings;
use crate::consent::ClientAuth;
use crate::http::{self, Http};

/// What a server says of itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Discovered {
    /// Its addresses and ways.
    pub settings: ServerSettings,
    /// The scopes it names, if it names them.
    pub scopes: Vec<String>,
    /// It does PKCE with S256. Most servers that do not say so do it all the same.
    pub says_s256: bool,
}

#[derive(Deserialize)]
struct Wire {
    issuer: String,
    authorization_endpoint: Option<String>,
    token_endpoint: Option<String>,
    revocation_endpoint: Option<String>,
    userinfo_endpoint: Option<String>,
    device_authorization_endpoint: Option<String>,
    #[serde(default)]
    scopes_supported: Vec<String>,
    #[serde(default)]
    code_challenge_methods_supported: Vec<String>,
    #[serde(default)]
    token_endpoint_auth_methods_supported: Vec<String>,
    #[serde(default)]
    authorization_response_iss_parameter_supported: bool,
}

/// Asks a server to describe itself.
///
/// # Errors
/// `base_url_invalid`, `base_url_not_https`; `offline`; `discovery_failed` when it has no description or that of
/// another server.
pub async fn discover(issuer: &str) -> Result<Discovered> {
    // As written: the issuer in the answer must be the same text (RFC 8414 §3.3).
    let issuer = issuer.trim();
    let base = BaseUrl::parse(issuer)?;
    let issuer = if issuer.contains("://") { issuer } else { base.as_str() };
    let mut last = Error::new(ErrorCode::DiscoveryFailed);
    for address in addresses(&base)? {
        match ask(&address).await {
            Ok(answer) => match read(issuer, &answer) {
                Ok(discovered) => return Ok(discovered),
                Err(error) => last = error,
            },
            Err(error) => return Err(error),
        }
    }
    Err(last.with("issuer", issuer))
}

/// Where the description may be: after the path (OpenID Connect), or before it (RFC 8414 §3.1).
fn addresses(base: &BaseUrl) -> Result<Vec<String>> {
    let url = Url::parse(base.as_str()).map_err(|_| ErrorCode::BaseUrlInvalid)?;
    let (origin, path) = (url.origin().ascii_serialization(), url.path().trim_end_matches('/').to_owned());
    Ok(vec![
        format!("{origin}{path}/.well-known/openid-configuration"),
        format!("{origin}/.well-known/oauth-authorization-server{path}"),
    ])
}

async fn ask(address: &str) -> Result<RawAnswer> {
    let http = Http::shared().map_err(http::fault_error)?;
    http::send(http.read.get(address)).await.map_err(http::fault_error)
}

fn read(issuer: &str, answer: &RawAnswer) -> Result<Discovered> {
    let failed = |why: &str| Error::new(ErrorCode::DiscoveryFailed).detail(why);
    if answer.status != 200 {
        return Err(failed(&format!("HTTP {}", answer.status)));
    }
    let wire: Wire = serde_json::from_slice(&answer.body).map_err(|_| failed("not a description of a server"))?;
    if wire.issuer.trim_end_matches('/') != issuer.trim_end_matches('/') {
        return Err(Error::new(ErrorCode::IssuerMismatch).detail(wire.issuer));
    }
    let (Some(authorization_endpoint), Some(token_endpoint)) = (wire.authorization_endpoint, wire.token_endpoint) else {
        return Err(failed("the description names no endpoints"));
    };
    let methods = &wire.token_endpoint_auth_methods_supported;
    let names = |method: &str| methods.iter().any(|named| named == method);
    // Basic is what RFC 8414 §2 lets one assume.
    let client_auth = if !methods.is_empty() && !names("client_secret_basic") { ClientAuth::Body } else { ClientAuth::Basic };
    Ok(Discovered {
        settings: ServerSettings {
            issuer: Some(wire.issuer),
            authorization_endpoint,
            token_endpoint,
            revocation_endpoint: wire.revocation_endpoint,
            userinfo_endpoint: wire.userinfo_endpoint,
            device_authorization_endpoint: wire.device_authorization_endpoint,
            names_issuer: wire.authorization_response_iss_parameter_supported,
            client_auth,
            ..ServerSettings::default()
        },
        scopes: wire.scopes_supported,
        says_s256: wire.code_challenge_methods_supported.iter().any(|method| method == "S256"),
    })
}

#[cfg(test)]
mod tests {
    use zeroize::Zeroizing;

    use super::*;

    fn describe(body: &str) -> Result<Discovered, ErrorCode> {
        let answer = RawAnswer { status: 200, retry_after_s: None, body: Zeroizing::new(body.as_bytes().to_vec()) };
        read("https://a.example/t", &answer).map_err(|error| error.code())
    }

    #[test]
    fn a_description_is_looked_for_where_both_standards_put_it() {
        let base = BaseUrl::parse("https://a.example/t/").expect("an address");
        assert_eq!(
            addresses(&base).expect("addresses"),
            [
                "https://a.example/t/.well-known/openid-configuration",
                "https://a.example/.well-known/oauth-authorization-server/t"
            ]
        );
    }

    #[test]
    fn a_description_is_taken_from_the_server_itself_only() {
        let body = r#"{"issuer":"https://a.example/t/","authorization_endpoint":"https://a.example/a",
            "token_endpoint":"https://a.example/t","token_endpoint_auth_methods_supported":["client_secret_post"],
            "code_challenge_methods_supported":["plain","S256"],"authorization_response_iss_parameter_supported":true}"#;
        let found = describe(body).expect("described");
        assert_eq!((found.says_s256, found.settings.names_issuer, found.settings.client_auth), (true, true, ClientAuth::Body));
        assert_eq!(describe(&body.replace("a.example/t/", "b.example/t")), Err(ErrorCode::IssuerMismatch));
        assert_eq!(describe(&body.replace("token_endpoint\"", "x\"")), Err(ErrorCode::DiscoveryFailed));
        assert_eq!(describe("<html>"), Err(ErrorCode::DiscoveryFailed));
    }
}
