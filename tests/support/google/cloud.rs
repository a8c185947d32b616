//! What an administrator sets up in the Cloud console: projects, OAuth clients, service accounts, enabled APIs.

use chrono::{DateTime, Utc};
use serde_json::{Value, json};
use url::Url;

use super::signing::RsaKey;
use crate::fake::opaque;

/// A Cloud project. A grant is for the whole project, whichever of its clients asked [NAT].
#[derive(Clone, Debug, PartialEq)]
pub struct Project {
    pub id: String,
    pub audience: Audience,
    /// False: the warning page stands before the consent page when more than a sign-in is asked for [NAT].
    pub verified: bool,
    /// APIs that are switched on, by host: `gmail.googleapis.com`, `sheets.googleapis.com`.
    pub apis: Vec<String>,
}

/// Who may use the project's app.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Audience {
    /// External, "In production".
    Published,
    /// External, "Testing": only these people, and refresh tokens of 7 days [OVW].
    Testing { test_users: Vec<String> },
    /// Only people of this Workspace; others get `org_internal` [NAT].
    Internal { domain: String },
}

impl Project {
    /// A published and verified project with Gmail and Sheets switched on.
    pub fn new(id: &str) -> Self {
        let apis = ["gmail.googleapis.com", "sheets.googleapis.com"].map(str::to_owned).to_vec();
        Self { id: id.to_owned(), audience: Audience::Published, verified: true, apis }
    }

    /// The same in Testing, for these people, without Google's verification.
    pub fn testing(id: &str, test_users: &[&str]) -> Self {
        let test_users = test_users.iter().map(|&user| user.to_owned()).collect();
        Self { audience: Audience::Testing { test_users }, verified: false, ..Self::new(id) }
    }

    pub fn internal(id: &str, domain: &str) -> Self {
        Self { audience: Audience::Internal { domain: domain.to_owned() }, ..Self::new(id) }
    }
}

/// An OAuth client of a project.
#[derive(Clone, Debug, PartialEq)]
pub struct Client {
    pub id: String,
    pub secret: String,
    pub project: String,
    pub kind: ClientKind,
    pub state: ClientState,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ClientKind {
    /// "Desktop app": any loopback address, nothing to register [NAT].
    Installed,
    /// "Web application": exactly these addresses.
    Web { redirect_uris: Vec<String> },
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ClientState {
    #[default]
    Good,
    Deleted,
    Disabled,
}

impl Client {
    pub fn installed(project: &str) -> Self {
        Self {
            id: format!("{}-{}.apps.googleusercontent.com", digits(12), opaque(32).to_lowercase().replace(['-', '_'], "0")),
            secret: format!("GOCSPX-{}", opaque(28)),
            project: project.to_owned(),
            kind: ClientKind::Installed,
            state: ClientState::Good,
        }
    }

    pub fn web(project: &str, redirect_uris: &[&str]) -> Self {
        let redirect_uris = redirect_uris.iter().map(|&uri| uri.to_owned()).collect();
        Self { kind: ClientKind::Web { redirect_uris }, ..Self::installed(project) }
    }

    /// Whether it may be answered at this address. A Desktop client takes any loopback port; that it takes any path too
    /// is assumed. `localhost` is taken although the literal addresses are recommended [NAT].
    pub(super) fn takes(&self, redirect_uri: &str) -> bool {
        match &self.kind {
            ClientKind::Web { redirect_uris } => redirect_uris.iter().any(|uri| uri == redirect_uri),
            ClientKind::Installed => Url::parse(redirect_uri)
                .is_ok_and(|uri| uri.scheme() == "http" && matches!(uri.host_str(), Some("127.0.0.1" | "[::1]" | "localhost"))),
        }
    }

    /// The file that the console offers for download, with endpoints at this origin.
    pub(super) fn file(&self, origin: &str) -> Value {
        let mut inner = json!({
            "client_id": self.id,
            "project_id": self.project,
            "auth_uri": format!("{origin}/o/oauth2/auth"),
            "token_uri": format!("{origin}/token"),
            "auth_provider_x509_cert_url": format!("{origin}/oauth2/v1/certs"),
            "client_secret": self.secret,
        });
        match &self.kind {
            ClientKind::Installed => {
                inner["redirect_uris"] = json!(["http://localhost"]);
                json!({ "installed": inner })
            }
            ClientKind::Web { redirect_uris } => {
                inner["redirect_uris"] = json!(redirect_uris);
                json!({ "web": inner })
            }
        }
    }
}

/// A service account with its one key.
#[derive(Clone, Debug)]
pub struct ServiceAccount {
    pub email: String,
    /// The number by which an administrator allows delegation.
    pub client_id: String,
    pub project: String,
    /// The key in the file. Replace it by another and signatures no longer fit.
    pub key: RsaKey,
    pub disabled: bool,
}

impl ServiceAccount {
    pub fn new(name: &str, project: &str) -> Self {
        let email = format!("{name}@{project}.iam.gserviceaccount.com");
        Self { email, client_id: digits(21), project: project.to_owned(), key: RsaKey::generate(), disabled: false }
    }

    /// The key file, with endpoints at this origin.
    pub(super) fn file(&self, origin: &str) -> Value {
        json!({
            "type": "service_account",
            "project_id": self.project,
            "private_key_id": self.key.id,
            "private_key": self.key.pem(),
            "client_email": self.email,
            "client_id": self.client_id,
            "auth_uri": format!("{origin}/o/oauth2/auth"),
            "token_uri": format!("{origin}/token"),
            "auth_provider_x509_cert_url": format!("{origin}/oauth2/v1/certs"),
            "client_x509_cert_url": format!("{origin}/robot/v1/metadata/x509/{}", self.email.replace('@', "%40")),
            "universe_domain": "googleapis.com",
        })
    }
}

/// Domain-wide delegation: the Admin console's line for one service account.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Delegation {
    pub domain: String,
    pub client_id: String,
    pub scopes: Vec<String>,
    /// It spreads over up to 24 h (reference, section 10).
    pub from: DateTime<Utc>,
}

fn digits(length: usize) -> String {
    let random = uuid::Uuid::new_v4().as_u128().to_string();
    format!("1{}", &random.repeat(2)[..length - 1])
}
