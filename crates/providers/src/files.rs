//! Files that existing programs read, as plain text. Each program's own traps are noted beside its format.

use bulla_core::{App, ClientSecret, Connection, ErrorCode, ProviderKind, Result, lives};
use chrono::{DateTime, Utc};
use zeroize::Zeroizing;

/// The programs' formats.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FileFormat {
    /// `huntflow_token.json` of the official Python client (`HuntflowTokenFileStorage`).
    HuntflowClient,
    /// One JSON object with the dates and the base address.
    Json,
    /// Lines for a `.env` file, under the names that programs of the provider read.
    Env,
    /// `authorized_user` of Google's Python library (`token_gmail.json`, `token_sheets.json`).
    GoogleAuth,
    /// gcloud's application default credentials.
    Adc,
}

/// What goes into a file.
#[derive(Debug, Clone, Copy)]
pub struct Contents<'a> {
    /// The facts.
    pub connection: &'a Connection,
    /// The app it was consented to.
    pub app: Option<&'a App>,
    /// The app's secret.
    pub secret: Option<&'a ClientSecret>,
    /// The access token, or the key.
    pub access: &'a str,
    /// The refresh token, where the file may have it.
    pub refresh: Option<&'a str>,
}

/// The text of a file.
///
/// # Errors
/// `export_format_wrong` when the program cannot use such a connection.
pub fn file_text(format: FileFormat, contents: Contents<'_>) -> Result<Zeroizing<String>> {
    let text = match format {
        FileFormat::HuntflowClient => huntflow_client(contents),
        FileFormat::Json => json(contents),
        FileFormat::Env => env(contents),
        FileFormat::GoogleAuth => google(contents, true)?,
        FileFormat::Adc => google(contents, false)?,
    };
    Ok(Zeroizing::new(text))
}

/// Four keys and no more: the client drops others at its first refresh. A `last_refresh_timestamp` in the future would
/// stop it refreshing for ever, so it is zero (huntflow-api-client 2.13, tokens/storage.py).
fn huntflow_client(contents: Contents<'_>) -> String {
    let mut object = serde_json::json!({
        "access_token": contents.access,
        "expiration_timestamp": lives(contents.connection).access_ends.map_or(0.0, unix_seconds),
        "last_refresh_timestamp": 0.0,
    });
    if let Some(refresh) = contents.refresh {
        object["refresh_token"] = refresh.into();
    }
    format!("{object:#}\n")
}

fn json(contents: Contents<'_>) -> String {
    let (connection, lives) = (contents.connection, lives(contents.connection));
    let mut object = serde_json::json!({
        "base_url": connection.base_url.as_str(),
        "access_token": contents.access,
        "access_expires_at": lives.access_ends,
        "estimated": lives.estimated,
        "label": connection.label.as_str(),
    });
    if let Some(refresh) = contents.refresh {
        object["refresh_token"] = refresh.into();
        object["refresh_expires_at"] = serde_json::json!(lives.refresh_ends);
    }
    format!("{object:#}\n")
}

/// `authorized_user` (google-auth 2.62, `oauth2/credentials.py`): `expiry` is naive UTC with a `Z` and nothing else, an
/// offset would be dropped or refused; `scopes` are sent with every refresh, so only granted ones may stand there;
/// `type` is what application default credentials insist on.
fn google(contents: Contents<'_>, with_token: bool) -> Result<String> {
    let (connection, wrong) = (contents.connection, || bulla_core::Error::new(ErrorCode::ExportFormatWrong));
    let (ProviderKind::Google, Some(app), Some(refresh)) = (connection.provider, contents.app, contents.refresh) else {
        return Err(wrong().with("label", connection.label.as_str()));
    };
    let account = connection.identity.as_ref().and_then(|identity| identity.email.clone()).unwrap_or_default();
    let mut object = serde_json::json!({
        "type": "authorized_user",
        "client_id": app.client_id,
        "client_secret": contents.secret.map_or("", ClientSecret::expose),
        "refresh_token": refresh,
        "universe_domain": "googleapis.com",
        "account": account,
    });
    if with_token {
        object["token"] = contents.access.into();
        object["token_uri"] = "https://oauth2.googleapis.com/token".into();
        object["scopes"] = connection.scopes.clone().into();
        object["expiry"] = lives(connection).access_ends.map(naive_utc).into();
    }
    Ok(format!("{object:#}\n"))
}

/// The names that programs of a provider read.
struct Names {
    base: &'static str,
    access: &'static str,
    refresh: &'static str,
    client_id: &'static str,
    client_secret: &'static str,
}

const fn names(provider: ProviderKind) -> Names {
    match provider {
        ProviderKind::Huntflow | ProviderKind::StaticKey => Names {
            base: "HUNTFLOW_BASE_URL",
            access: "HUNTFLOW_ACCESS_TOKEN",
            refresh: "HUNTFLOW_REFRESH_TOKEN",
            client_id: "HUNTFLOW_CLIENT_ID",
            client_secret: "HUNTFLOW_CLIENT_SECRET",
        },
        ProviderKind::Google => Names {
            base: "GOOGLE_API_BASE_URL",
            access: "GOOGLE_ACCESS_TOKEN",
            refresh: "GOOGLE_REFRESH_TOKEN",
            client_id: "GOOGLE_OAUTH2_CLIENT_ID",
            client_secret: "GOOGLE_OAUTH2_CLIENT_SECRET",
        },
        ProviderKind::Feishu | ProviderKind::Lark => Names {
            base: "FEISHU_API_BASE_URL",
            access: "FEISHU_USER_ACCESS_TOKEN",
            refresh: "FEISHU_REFRESH_TOKEN",
            client_id: "FEISHU_APP_ID",
            client_secret: "FEISHU_APP_SECRET",
        },
        ProviderKind::HighLevel => Names {
            base: "HIGHLEVEL_BASE_URL",
            access: "HIGHLEVEL_ACCESS_TOKEN",
            refresh: "HIGHLEVEL_REFRESH_TOKEN",
            client_id: "HIGHLEVEL_CLIENT_ID",
            client_secret: "HIGHLEVEL_CLIENT_SECRET",
        },
        ProviderKind::Oidc => Names {
            base: "OAUTH_BASE_URL",
            access: "OAUTH_ACCESS_TOKEN",
            refresh: "OAUTH_REFRESH_TOKEN",
            client_id: "OAUTH_CLIENT_ID",
            client_secret: "OAUTH_CLIENT_SECRET",
        },
    }
}

/// The app goes along with a refresh token, which is worth nothing without it.
fn env(contents: Contents<'_>) -> String {
    let names = names(contents.connection.provider);
    let with_refresh = contents.app.filter(|_| contents.refresh.is_some());
    let lines = [
        (names.base, Some(contents.connection.base_url.as_str())),
        (names.access, Some(contents.access)),
        (names.refresh, contents.refresh),
        (names.client_id, with_refresh.map(|app| app.client_id.as_str())),
        (names.client_secret, with_refresh.and(contents.secret).map(ClientSecret::expose)),
    ];
    lines.into_iter().filter_map(|(name, value)| Some(format!("{name}={}\n", quoted(value?)))).collect()
}

/// Quoted so that shells and dotenv readers agree on it.
fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', r"'\''"))
}

fn naive_utc(at: DateTime<Utc>) -> String {
    at.format("%Y-%m-%dT%H:%M:%S%.6fZ").to_string()
}

#[expect(clippy::cast_precision_loss, reason = "unix seconds are far below 2^52")]
fn unix_seconds(at: DateTime<Utc>) -> f64 {
    at.timestamp() as f64
}
