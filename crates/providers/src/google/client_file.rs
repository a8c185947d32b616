//! `client_secret.json` as the Cloud console gives it, and what people drop here instead.

use bulla_core::{ClientSecret, Error, ErrorCode, Result};
use serde::Deserialize;
use zeroize::Zeroizing;

use super::endpoints::{AUTH_URI, TOKEN_URI, is_allowed};

/// A "Desktop app" client.
#[derive(Debug)]
pub struct ClientFile {
    /// Ends in `.apps.googleusercontent.com`.
    pub client_id: String,
    /// Not confidential for a desktop app (native-app), and still asked for by the token endpoint.
    pub secret: ClientSecret,
    /// The Cloud project's id.
    pub project_id: Option<String>,
    /// For [`bulla_core::App::settings`].
    pub settings: Vec<(&'static str, String)>,
}

/// Every file that is mistaken for a client file, told apart by its keys.
#[derive(Deserialize)]
struct AnyFile<'a> {
    #[serde(borrow)]
    installed: Option<Installed<'a>>,
    web: Option<serde::de::IgnoredAny>,
    r#type: Option<&'a str>,
    refresh_token: Option<serde::de::IgnoredAny>,
    private_key: Option<serde::de::IgnoredAny>,
}

#[derive(Deserialize)]
struct Installed<'a> {
    client_id: &'a str,
    client_secret: &'a str,
    project_id: Option<&'a str>,
    auth_uri: Option<&'a str>,
    token_uri: Option<&'a str>,
}

/// Reads a client file.
///
/// # Errors
/// `client_file_unreadable`; `client_file_web`, `client_file_service_account` and `client_file_tokens` for the files
/// that are often brought instead; `app_details_invalid` for endpoints that are not Google's.
pub fn read_client_file(text: &[u8]) -> Result<ClientFile> {
    let text = text.strip_prefix(b"\xef\xbb\xbf").unwrap_or(text);
    let file: AnyFile<'_> = serde_json::from_slice(text).map_err(|_| ErrorCode::ClientFileUnreadable)?;
    if file.private_key.is_some() || file.r#type == Some("service_account") {
        return Err(ErrorCode::ClientFileServiceAccount.into());
    }
    if file.web.is_some() {
        return Err(ErrorCode::ClientFileWeb.into());
    }
    let Some(client) = file.installed else {
        let tokens = file.refresh_token.is_some() || file.r#type == Some("authorized_user");
        return Err(if tokens { ErrorCode::ClientFileTokens } else { ErrorCode::ClientFileUnreadable }.into());
    };
    if client.client_id.trim().is_empty() || client.client_secret.trim().is_empty() {
        return Err(ErrorCode::ClientFileUnreadable.into());
    }
    let mut settings = Vec::new();
    for (name, address) in [(AUTH_URI, client.auth_uri), (TOKEN_URI, client.token_uri)] {
        let Some(address) = address else { continue };
        if !is_allowed(address) {
            return Err(Error::new(ErrorCode::AppDetailsInvalid).with("field", "endpoint").detail(address));
        }
        settings.push((name, address.to_owned()));
    }
    let secret = Zeroizing::new(client.client_secret.trim().to_owned());
    Ok(ClientFile {
        client_id: client.client_id.trim().to_owned(),
        secret: ClientSecret::new(secret.to_string()),
        project_id: client.project_id.map(str::to_owned),
        settings,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<ClientFile, ErrorCode> {
        read_client_file(text.as_bytes()).map_err(|error| error.code())
    }

    #[test]
    fn a_desktop_client_is_read() {
        let file = r#"{"installed":{"client_id":"1.apps.googleusercontent.com","project_id":"p","auth_uri":"https://accounts.google.com/o/oauth2/auth","token_uri":"https://oauth2.googleapis.com/token","auth_provider_x509_cert_url":"https://www.googleapis.com/oauth2/v1/certs","client_secret":"GOCSPX-planted","redirect_uris":["http://localhost"]}}"#;
        let read = read(&format!("\u{feff}{file}")).expect("a client");
        assert_eq!((read.client_id.as_str(), read.secret.expose()), ("1.apps.googleusercontent.com", "GOCSPX-planted"));
        assert_eq!(read.project_id.as_deref(), Some("p"));
        assert_eq!(read.settings.len(), 2);
        assert!(!format!("{read:?}").contains("planted"));
    }

    #[test]
    fn other_files_are_named() {
        for (text, code) in [
            ("", ErrorCode::ClientFileUnreadable),
            ("{}", ErrorCode::ClientFileUnreadable),
            (r#"{"web":{"client_id":"1","client_secret":"s"}}"#, ErrorCode::ClientFileWeb),
            (r#"{"type":"service_account","private_key":"-----BEGIN"}"#, ErrorCode::ClientFileServiceAccount),
            (r#"{"type":"authorized_user","refresh_token":"r"}"#, ErrorCode::ClientFileTokens),
            (r#"{"token":"t","refresh_token":"r","client_id":"1"}"#, ErrorCode::ClientFileTokens),
            (r#"{"installed":{"client_id":"","client_secret":"s"}}"#, ErrorCode::ClientFileUnreadable),
        ] {
            assert_eq!(read(text).err(), Some(code), "{text}");
        }
        let elsewhere = r#"{"installed":{"client_id":"1","client_secret":"s","token_uri":"https://evil.example/token"}}"#;
        assert_eq!(read(elsewhere).err(), Some(ErrorCode::AppDetailsInvalid));
    }
}
