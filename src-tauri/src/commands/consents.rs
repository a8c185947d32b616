//! Consents in the person's browser, and the apps they are given to.

use std::collections::BTreeMap;
use std::sync::Arc;

use bulla_core::{AppId, ClientSecret, ConnectionId, Error, ErrorCode, ProviderKind};
use bulla_home::providers::Wish;
use bulla_home::providers::consent::Limits;
use bulla_home::providers::oidc::discover;
use bulla_home::{AppChange, AppRequest, AppView, ConsentEnd, ConsentView, LoginRequest, words};
use chrono::TimeDelta;
use serde::Deserialize;
use tauri::{AppHandle, State, command};
use tauri_plugin_opener::OpenerExt;
use uuid::Uuid;

use super::{Desk, language};
use crate::clipboard;
use crate::consents::Consents;
use crate::error::{Answer, fault, refused};

/// A new app. Its secret comes in here, and only here.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct AppForm {
    provider: ProviderKind,
    label: String,
    client_id: String,
    secret: String,
    /// Google: the client file's text, in the place of id and secret.
    file: String,
    /// OAuth server: where its description is.
    issuer: String,
    settings: BTreeMap<String, String>,
}

/// What to consent to.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ConsentForm {
    app: AppId,
    scopes: Vec<String>,
    label: String,
    person: Option<String>,
    renews: Option<ConnectionId>,
}

#[command]
pub(crate) async fn apps(desk: Desk<'_>) -> Answer<Vec<AppView>> {
    desk.work(|home| async move { home.apps().await }).await
}

#[command]
pub(crate) async fn app_add(desk: Desk<'_>, form: AppForm) -> Answer<AppView> {
    let label = Some(form.label.trim().to_owned()).filter(|label| !label.is_empty());
    let added = desk.work(|home| async move {
        if !form.file.is_empty() {
            return home.add_google_client(form.file.as_bytes(), label.as_deref()).await;
        }
        let mut settings =
            if form.issuer.trim().is_empty() { BTreeMap::new() } else { discover(&form.issuer).await?.settings.into_settings() };
        settings.extend(form.settings);
        let request = AppRequest {
            label: label.unwrap_or_else(|| form.client_id.trim().to_owned()),
            provider: form.provider,
            client_id: form.client_id,
            secret: secret(&form.secret),
            settings,
        };
        home.add_app(request).await
    });
    added.await
}

#[command]
pub(crate) async fn app_update(desk: Desk<'_>, id: AppId, label: String, secret: String) -> Answer<AppView> {
    let label = Some(label.trim().to_owned()).filter(|label| !label.is_empty());
    let change = AppChange { label, secret: self::secret(&secret), settings: BTreeMap::new() };
    desk.work(|home| async move { home.update_app(id, change).await }).await
}

#[command]
pub(crate) async fn app_remove(desk: Desk<'_>, id: AppId) -> Answer<()> {
    desk.work(|home| async move { home.remove_app(id).await }).await
}

#[command]
pub(crate) async fn consent_begin(
    desk: Desk<'_>,
    app: AppHandle,
    consents: State<'_, Consents>,
    form: ConsentForm,
) -> Answer<ConsentView> {
    let (limits, begun) = (Limits::default(), desk.now());
    let pages = words::pages(language(&desk).await);
    let login = desk.work(|home| async move {
        let scopes = match form.renews {
            Some(id) if form.scopes.is_empty() => home.asked_scopes(id).await?,
            _ => form.scopes,
        };
        let login_hint = match form.renews {
            Some(id) => home.view(id).await?.identity.and_then(|identity| identity.email),
            None => None,
        };
        let wish = Wish { scopes, login_hint, port: None };
        let (label, person, renews) = (form.label, form.person, form.renews);
        home.begin_login(LoginRequest { app: form.app, wish, label, person, renews, pages, limits }).await
    });
    let login = login.await?;
    let redirect = login.redirect().to_owned();
    let address = login.url().expose().to_owned();
    let id = consents.wait(Arc::clone(&desk), login);
    let opened = app.opener().open_url(address, None::<&str>).is_ok();
    let ends_at = begun + TimeDelta::from_std(limits.flow).unwrap_or_default();
    Ok(ConsentView { id, redirect, ends_at, opened })
}

/// Answers when the consent has ended.
#[command]
pub(crate) async fn consent_end(consents: State<'_, Consents>, id: Uuid) -> Answer<ConsentEnd> {
    consents.end(id).await.map_err(refused)
}

#[command]
pub(crate) async fn consent_decide(desk: Desk<'_>, consents: State<'_, Consents>, id: Uuid, keep: bool) -> Answer<ConsentEnd> {
    consents.decide(&desk, id, keep).await.map_err(refused)
}

#[command]
pub(crate) async fn consent_cancel(consents: State<'_, Consents>, id: Uuid) -> Answer<()> {
    consents.cancel(id).map_err(refused)
}

#[command]
pub(crate) async fn consent_paste(consents: State<'_, Consents>, id: Uuid, text: String) -> Answer<()> {
    consents.paste(id, &text).map_err(refused)
}

#[command]
pub(crate) async fn consent_open(app: AppHandle, consents: State<'_, Consents>, id: Uuid) -> Answer<()> {
    let address = consents.address(id).map_err(refused)?;
    app.opener().open_url(address.as_str(), None::<&str>).map_err(|error| refused(fault(error)))
}

#[command]
pub(crate) async fn consent_copy_link(app: AppHandle, consents: State<'_, Consents>, id: Uuid) -> Answer<()> {
    let address = consents.address(id).map_err(refused)?;
    clipboard::copy_link(&app, &address).await.map_err(refused)
}

/// Ends a grant at the provider. `confirmed`: the person knows which others end with it.
#[command]
pub(crate) async fn connection_revoke(desk: Desk<'_>, id: ConnectionId, confirmed: bool) -> Answer<()> {
    let revoked = desk.work(|home| async move {
        let others = home.ends_with(id).await?;
        if !others.is_empty() && !confirmed {
            let label = home.view(id).await?.label;
            return Err(Error::new(ErrorCode::RevokeEndsOthers).with("label", label).with("matches", others.join(", ")));
        }
        home.revoke(id).await
    });
    revoked.await
}

fn secret(text: &str) -> Option<ClientSecret> {
    let text = text.trim();
    (!text.is_empty()).then(|| ClientSecret::new(text.to_owned()))
}
