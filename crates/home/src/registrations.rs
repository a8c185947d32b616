//! Apps as people keep them: a client registration and its secret, entered once for all its connections.

use std::collections::{BTreeMap, BTreeSet};

use bulla_core::ports::Catalog;
use bulla_core::{App, AppId, ClientSecret, Connection, ConnectionId, Error, ErrorCode, Label, ProviderKind, Result};
use bulla_providers::google::read_client_file;
use bulla_providers::{Wish, consents};
use bulla_seal::SealedApp;

use crate::view::AppView;
use crate::{Changed, Home};

/// A new app.
#[derive(Debug)]
pub struct AppRequest {
    /// What the team calls it.
    pub label: String,
    /// Where it is registered.
    pub provider: ProviderKind,
    /// The provider's public name for it.
    pub client_id: String,
    /// What it proves itself with; public clients have nothing.
    pub secret: Option<ClientSecret>,
    /// What the provider's own code wants to know of it.
    pub settings: BTreeMap<String, String>,
}

/// A change of an app; what is `None` stays.
#[derive(Debug, Default)]
pub struct AppChange {
    /// Another label.
    pub label: Option<String>,
    /// Another secret.
    pub secret: Option<ClientSecret>,
    /// These settings, in the place of those of the same names.
    pub settings: BTreeMap<String, String>,
}

impl Home {
    /// All apps, in the order of their labels.
    pub async fn apps(&self) -> Result<Vec<AppView>> {
        let connections = self.catalog().all().await?;
        let apps = self.catalog().apps().await?;
        Ok(apps.iter().map(|app| app_view(app, &connections)).collect())
    }

    /// One app.
    ///
    /// # Errors
    /// `app_not_found`.
    pub async fn app(&self, id: AppId) -> Result<AppView> {
        let app = self.catalog().app(id).await?.ok_or(ErrorCode::AppNotFound)?;
        Ok(app_view(&app, &self.catalog().all().await?))
    }

    /// The app that a label, client id or unique beginning of one names; `provider` narrows the search.
    ///
    /// # Errors
    /// `app_not_found`, or `ambiguous` with the labels it could be.
    pub async fn find_app(&self, text: &str, provider: Option<ProviderKind>) -> Result<AppId> {
        let key = Label::key_of(text);
        let apps = self.catalog().apps().await?;
        let apps: Vec<_> = apps.iter().filter(|app| provider.is_none_or(|wanted| wanted == app.provider)).collect();
        let exact = apps.iter().find(|app| app.label.key() == key || app.client_id == text.trim() || app.id.to_string() == key);
        if let Some(app) = exact {
            return Ok(app.id);
        }
        let begins = |app: &&&App| app.label.key().starts_with(&key) || app.client_id.starts_with(text.trim());
        let matches: Vec<_> = apps.iter().filter(begins).collect();
        match matches.as_slice() {
            [one] if !key.is_empty() => Ok(one.id),
            [_, _, ..] if !key.is_empty() => {
                let names: Vec<_> = matches.iter().take(5).map(|app| app.label.as_str()).collect();
                Err(Error::new(ErrorCode::Ambiguous).with("name", text).with("matches", names.join(", ")))
            }
            _ => Err(Error::new(ErrorCode::AppNotFound).with("name", text)),
        }
    }

    /// Keeps a new app. One with the same client id at the same provider is the same app: its secret is replaced.
    ///
    /// # Errors
    /// `label_*`, `app_details_invalid`, or a vault code.
    pub async fn add_app(&self, request: AppRequest) -> Result<AppView> {
        let same = |app: &App| app.provider == request.provider && app.client_id == request.client_id.trim();
        if let Some(known) = self.catalog().apps().await?.into_iter().find(same) {
            let change = AppChange { label: None, secret: request.secret, settings: request.settings };
            return self.update_app(known.id, change).await;
        }
        let app = App {
            id: AppId::random(),
            label: Label::parse(&request.label)?,
            provider: request.provider,
            client_id: request.client_id.trim().to_owned(),
            settings: request.settings,
            has_secret: request.secret.is_some(),
            refused: None,
            created_at: self.now(),
        };
        usable(&app)?;
        if let Some(secret) = &request.secret {
            self.vault().put_named(&app.id.secret_name(), secret.expose().as_bytes()).await?;
        }
        if let Err(error) = self.catalog().put_app(&app).await {
            self.vault().remove_named(&app.id.secret_name()).await?;
            return Err(error);
        }
        self.announce(Changed::Apps);
        self.app(app.id).await
    }

    /// Keeps the app of a Google client file.
    ///
    /// # Errors
    /// `client_file_*` for a file that is none, and whatever [`Self::add_app`] says.
    pub async fn add_google_client(&self, file: &[u8], label: Option<&str>) -> Result<AppView> {
        let client = read_client_file(file)?;
        let named = client.project_id.as_deref().map_or_else(|| "Google".to_owned(), |project| format!("Google {project}"));
        let request = AppRequest {
            label: self.free_app_label(label.unwrap_or(&named)).await?,
            provider: ProviderKind::Google,
            client_id: client.client_id,
            secret: Some(client.secret),
            settings: client.settings.into_iter().map(|(name, value)| (name.to_owned(), value)).collect(),
        };
        self.add_app(request).await
    }

    /// Changes an app. A new secret is tried by everything that waited for it.
    ///
    /// # Errors
    /// `app_not_found`, `label_*`, `app_details_invalid`, or a vault code.
    pub async fn update_app(&self, id: AppId, change: AppChange) -> Result<AppView> {
        let mut app = self.catalog().app(id).await?.ok_or(ErrorCode::AppNotFound)?;
        if let Some(label) = &change.label {
            app.label = Label::parse(label)?;
        }
        app.settings.extend(change.settings);
        app.settings.retain(|_, value| !value.is_empty());
        usable(&app)?;
        if let Some(secret) = &change.secret {
            self.vault().put_named(&id.secret_name(), secret.expose().as_bytes()).await?;
            app.has_secret = true;
            app.refused = None;
        }
        self.catalog().put_app(&app).await?;
        if change.secret.is_some() {
            self.heal(id).await?;
        }
        self.announce(Changed::Apps);
        self.app(id).await
    }

    /// Forgets an app and its secret.
    ///
    /// # Errors
    /// `app_not_found`; `app_in_use` with the labels of connections that could not be renewed without it.
    pub async fn remove_app(&self, id: AppId) -> Result<()> {
        let app = self.catalog().app(id).await?.ok_or(ErrorCode::AppNotFound)?;
        let users: Vec<_> = self.users(id).await?.into_iter().map(|connection| connection.label).collect();
        if !users.is_empty() {
            let labels: Vec<_> = users.iter().take(5).map(Label::as_str).collect();
            return Err(Error::new(ErrorCode::AppInUse).with("label", app.label.as_str()).with("matches", labels.join(", ")));
        }
        self.catalog().remove_app(id).await?;
        self.vault().remove_named(&id.secret_name()).await?;
        self.announce(Changed::Apps);
        Ok(())
    }

    /// The apps of these connections with their secrets, for whoever shall renew them.
    pub(crate) async fn sealed_apps(&self, connections: &[Connection]) -> Result<Vec<SealedApp>> {
        let ids: BTreeSet<_> = connections.iter().filter_map(|connection| connection.app).collect();
        let mut sealed = Vec::with_capacity(ids.len());
        for id in ids {
            let app = self.catalog().app(id).await?.ok_or(ErrorCode::AppNotFound)?;
            let secret = self.inner.apps.secret_of(&app).await?;
            sealed.push(SealedApp { app, secret });
        }
        Ok(sealed)
    }

    /// Keeps apps that came with connections. One that is known here keeps its label and gets the newer secret.
    pub(crate) async fn take_in_apps(&self, apps: &[SealedApp]) -> Result<()> {
        for SealedApp { app, secret } in apps {
            if let Some(secret) = secret {
                self.vault().put_named(&app.id.secret_name(), secret.expose().as_bytes()).await?;
            }
            let mut arriving = app.clone();
            arriving.label = match self.catalog().app(app.id).await? {
                Some(mine) => mine.label,
                None => Label::parse(&self.free_app_label(app.label.as_str()).await?)?,
            };
            self.catalog().put_app(&arriving).await?;
        }
        self.announce(Changed::Apps);
        Ok(())
    }

    /// Everything that waited because the provider refused the app is tried again.
    async fn heal(&self, id: AppId) -> Result<()> {
        let users: Vec<ConnectionId> = self.users(id).await?.into_iter().map(|connection| connection.id).collect();
        for user in users {
            let change = |c: &mut Connection| {
                c.facts.paused = None;
                c.facts.went_right();
            };
            self.catalog().update(user, Box::new(change)).await?;
            self.announce(Changed::Connection(user));
        }
        Ok(())
    }

    /// Connections of an app, those too whose removal can still be undone.
    async fn users(&self, id: AppId) -> Result<Vec<Connection>> {
        Ok(self.catalog().all().await?.into_iter().filter(|connection| connection.app == Some(id)).collect())
    }

    async fn free_app_label(&self, wanted: &str) -> Result<String> {
        let taken: Vec<_> = self.catalog().apps().await?.into_iter().map(|app| app.label.key()).collect();
        let mut label = wanted.to_owned();
        let mut number = 2;
        while taken.contains(&Label::key_of(&label)) {
            label = format!("{wanted} ({number})");
            number += 1;
        }
        Ok(label)
    }
}

/// Whether consent could be asked for with it at all.
fn usable(app: &App) -> Result<()> {
    match consents(app.provider) {
        Some(consents) => consents.request(app, &Wish::default())?.check(),
        None => Err(Error::new(ErrorCode::AppDetailsInvalid).with("field", "provider")),
    }
}

fn app_view(app: &App, connections: &[Connection]) -> AppView {
    let uses = |connection: &&Connection| connection.app == Some(app.id) && connection.removed_at.is_none();
    let asked = consents(app.provider).and_then(|consents| consents.request(app, &Wish::default()).ok());
    AppView {
        id: app.id.0,
        label: app.label.as_str().to_owned(),
        provider: app.provider.as_str().to_owned(),
        client_id: app.client_id.clone(),
        has_secret: app.has_secret,
        refused: app.refused,
        connections: connections.iter().filter(uses).map(|connection| connection.label.as_str().to_owned()).collect(),
        redirects: asked.map(|request| request.redirect.to_register()).unwrap_or_default(),
        settings: app.settings.clone(),
        created_at: app.created_at,
    }
}
