//! What an administrator sets up in the developer console, and the people of the company.

use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use std::fmt::Write as _;

use crate::fake::opaque;

/// The two brands differ by their hosts; an app of one is not known to the other (reference, section 1).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Brand {
    #[default]
    Feishu,
    Lark,
}

/// A self-built app and its switches.
#[derive(Clone, Debug, PartialEq)]
pub struct App {
    pub id: String,
    pub secret: String,
    pub brand: Brand,
    pub name: String,
    /// Security Settings: the addresses it may be answered at, each as a whole.
    pub redirect_uris: Vec<String>,
    /// Permissions that are opened (and, as the fake has no versions, published).
    pub scopes: Vec<String>,
    /// Security Settings: "refresh user_access_token"; off, a refresh is 20074.
    pub may_refresh: bool,
    pub enabled: bool,
    pub installed: bool,
}

impl App {
    /// An app that is ready: the address registered, `offline_access` and two ordinary permissions opened.
    pub fn new(name: &str, redirect_uris: &[&str]) -> Self {
        let scopes = ["offline_access", "auth:user.id:read", "contact:user.email:readonly"];
        Self {
            id: format!("cli_{}", opaque(16).to_lowercase().replace(['-', '_'], "0")),
            secret: opaque(32).replace(['-', '_'], "0"),
            brand: Brand::Feishu,
            name: name.to_owned(),
            redirect_uris: redirect_uris.iter().map(|&uri| uri.to_owned()).collect(),
            scopes: scopes.map(str::to_owned).to_vec(),
            may_refresh: true,
            enabled: true,
            installed: true,
        }
    }

    /// What follows `?` or `#` is not compared [V LARKREDIR]; everything else is.
    pub(super) fn takes(&self, redirect_uri: &str) -> bool {
        let bare = |uri: &str| uri.split(['?', '#']).next().unwrap_or_default().to_owned();
        self.redirect_uris.iter().any(|uri| bare(uri) == bare(redirect_uri))
    }
}

/// Somebody in the company.
#[derive(Clone, Debug, PartialEq)]
pub struct Person {
    pub name: String,
    pub email: String,
    pub state: PersonState,
    /// Within the app's availability; else 20010.
    pub available: bool,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum PersonState {
    #[default]
    Active,
    /// v1: 20021; v2: 20066.
    Resigned,
    /// v1: 20022; v2: 20066.
    Frozen,
    /// v1: 20023; v2: 20066.
    Unregistered,
    /// 20008.
    Missing,
}

impl Person {
    pub fn new(name: &str) -> Self {
        Self { name: name.to_owned(), email: format!("{name}@example.com"), state: PersonState::Active, available: true }
    }

    /// Another for every app (reference, 5.1).
    pub fn open_id(&self, app: &App) -> String {
        format!("ou_{}", digest(&format!("{}/{}", app.id, self.name)))
    }

    /// The same for all apps of one developer.
    pub fn union_id(&self) -> String {
        format!("on_{}", digest(&self.name))
    }

    /// What `user_info` shows; the address only with its permission (reference, 3.9).
    pub(super) fn user_info(&self, app: &App, scopes: &[String]) -> Value {
        let mut data = json!({
            "name": self.name,
            "en_name": self.name,
            "avatar_url": "https://example.com/avatar.png",
            "avatar_thumb": "https://example.com/avatar_72.png",
            "avatar_middle": "https://example.com/avatar_240.png",
            "avatar_big": "https://example.com/avatar_640.png",
            "open_id": self.open_id(app),
            "union_id": self.union_id(),
            "tenant_key": TENANT,
        });
        if scopes.iter().any(|s| s == "contact:user.email:readonly") {
            data["email"] = json!(self.email);
        }
        data
    }
}

/// The one company that lives at the fake.
pub(super) const TENANT: &str = "13586be5aacf1748";

fn digest(text: &str) -> String {
    let mut hex = String::new();
    for byte in &Sha256::digest(text)[..16] {
        write!(hex, "{byte:02x}").expect("a String takes everything");
    }
    hex
}
