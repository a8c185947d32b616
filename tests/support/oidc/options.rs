//! What an authorization server of a test is like.

use serde::Serialize;

/// Scopes of Google's that the program offers, in its manner.
const GOOGLE_SCOPES: [&str; 7] = [
    "openid",
    "email",
    "https://www.googleapis.com/auth/gmail.readonly",
    "https://www.googleapis.com/auth/gmail.send",
    "https://www.googleapis.com/auth/gmail.modify",
    "https://www.googleapis.com/auth/spreadsheets",
    "https://www.googleapis.com/auth/drive",
];

/// The whole of it. [`Default`] is a plain server with one public client, [`CLIENT`].
#[derive(Debug, Clone, Serialize)]
pub struct OidcOptions {
    /// In Google's manner: see `oidc-provider/google.mjs`.
    pub google: bool,
    /// Seconds an access token lives.
    pub access_life_s: u32,
    /// Seconds a refresh token lives, counted anew for each.
    pub refresh_life_s: u32,
    /// What can be asked for; anything else is passed over.
    pub scopes: Vec<String>,
    pub people: Vec<Person>,
    pub clients: Vec<Client>,
}

/// Somebody who can sign in with `id` or `email`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Person {
    /// The `sub`.
    pub id: String,
    pub name: String,
    pub email: String,
}

/// An app.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Client {
    pub id: String,
    /// None: a public client.
    pub secret: Option<String>,
    /// On loopback any port will do.
    pub redirect_uris: Vec<String>,
}

/// The first client's id when a test brings none of its own.
pub const CLIENT: &str = "bulla";

/// The secret of [`OidcOptions::google`]'s client.
pub const GOOGLE_SECRET: &str = "GOCSPX-planted-client-secret";

impl Default for OidcOptions {
    fn default() -> Self {
        Self {
            google: false,
            access_life_s: 3600,
            refresh_life_s: 14 * 24 * 3600,
            scopes: ["openid", "email", "profile", "offline_access"].map(str::to_owned).to_vec(),
            people: vec![Person::named("anna"), Person::named("boris")],
            clients: vec![Client::public(CLIENT)],
        }
    }
}

impl OidcOptions {
    /// A server in Google's manner with one desktop app.
    pub fn google() -> Self {
        let mut client = Client::confidential("1234-planted.apps.googleusercontent.com", GOOGLE_SECRET);
        // Google's own libraries come back to the root.
        client.redirect_uris.push("http://127.0.0.1/".to_owned());
        Self { google: true, scopes: GOOGLE_SCOPES.map(str::to_owned).to_vec(), clients: vec![client], ..Self::default() }
    }
}

impl Person {
    pub fn named(id: &str) -> Self {
        let mut name = id.to_owned();
        name[..1].make_ascii_uppercase();
        Self { id: id.to_owned(), name, email: format!("{id}@example.com") }
    }
}

impl Client {
    pub fn public(id: &str) -> Self {
        let redirect_uris = ["127.0.0.1", "localhost", "[::1]"].map(|host| format!("http://{host}/callback")).to_vec();
        Self { id: id.to_owned(), secret: None, redirect_uris }
    }

    pub fn confidential(id: &str, secret: &str) -> Self {
        Self { secret: Some(secret.to_owned()), ..Self::public(id) }
    }
}
