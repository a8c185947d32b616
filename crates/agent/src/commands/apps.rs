//! `app`: client registrations, each with its secret, entered once for all its connections.

use std::collections::BTreeMap;
use std::path::Path;

use bulla_core::{ClientSecret, Error, ErrorCode, ProviderKind};
use bulla_home::providers::oidc::discover;
use bulla_home::{AppChange, AppRequest, AppView};

use crate::cli_login::{AppCommand, AppProvider, SecretSource};
use crate::context::Context;
use crate::failure::Outcome;
use crate::output::Output;
use crate::table::Table;
use crate::{input, say};

pub(crate) async fn run(context: &mut Context, what: AppCommand) -> Outcome {
    match what {
        AppCommand::Add { provider, label, client_id, client_secrets, secret, issuer, settings } => {
            let kept = match client_secrets {
                Some(file) => add_file(context, provider, &file, label.as_deref()).await?,
                None => {
                    let client_id = client_id.unwrap_or_default();
                    let settings = described(settings, issuer.as_deref()).await?;
                    let secret = secret_of(&context.out, &secret)?;
                    let request = AppRequest {
                        label: label.unwrap_or_else(|| client_id.clone()),
                        provider: provider.kind(),
                        client_id,
                        secret,
                        settings,
                    };
                    context.home().await?.add_app(request).await?
                }
            };
            told(context, &kept)
        }
        AppCommand::List => list(context).await,
        AppCommand::Update { app, label, secret, settings } => {
            let home = context.home().await?;
            let id = home.find_app(&app, None).await?;
            let wanted = secret.secret_file.is_some() || (label.is_none() && settings.is_empty());
            let secret = if wanted { secret_of(&context.out, &secret)? } else { None };
            let kept = home.update_app(id, AppChange { label, secret, settings: settings.into_iter().collect() }).await?;
            told(context, &kept)
        }
        AppCommand::Remove { app } => {
            let home = context.home().await?;
            let id = home.find_app(&app, None).await?;
            let label = home.app(id).await?.label;
            home.remove_app(id).await?;
            context.out.note(&say::APP_REMOVED, &[("label", &label)]);
            Ok(())
        }
    }
}

/// The app of a Google client file.
pub(crate) async fn add_file(context: &mut Context, provider: AppProvider, file: &Path, label: Option<&str>) -> Outcome<AppView> {
    if provider != AppProvider::Google {
        return Err(ErrorCode::ClientFileUnreadable.into());
    }
    let bytes = input::document(file)?;
    // Read before a home is made: what is refused leaves none behind.
    bulla_home::providers::google::read_client_file(&bytes)?;
    Ok(context.home().await?.add_google_client(&bytes, label).await?)
}

/// The settings given, over what the server says of itself.
pub(crate) async fn described(given: Vec<(String, String)>, issuer: Option<&str>) -> Outcome<BTreeMap<String, String>> {
    let mut settings = match issuer {
        Some(issuer) => discover(issuer).await?.settings.into_settings(),
        None => BTreeMap::new(),
    };
    settings.extend(given);
    Ok(settings)
}

impl AppProvider {
    pub(crate) const fn kind(self) -> ProviderKind {
        match self {
            Self::Google => ProviderKind::Google,
            Self::Feishu => ProviderKind::Feishu,
            Self::Lark => ProviderKind::Lark,
            Self::Highlevel => ProviderKind::HighLevel,
            Self::Oidc => ProviderKind::Oidc,
        }
    }
}

async fn list(context: &mut Context) -> Outcome {
    let apps = match context.existing().await? {
        Some(home) => home.apps().await?,
        None => Vec::new(),
    };
    if context.out.is_json() {
        return context.out.value(&apps);
    }
    if apps.is_empty() {
        let text = context.out.text(&say::NO_APPS, &[]);
        return context.out.line(&text);
    }
    let heads = [&say::COLUMN_APP, &say::COLUMN_PROVIDER, &say::COLUMN_CLIENT, &say::COLUMN_SECRET, &say::COLUMN_CONNECTIONS];
    let heads: Vec<_> = heads.iter().map(|key| context.out.text(key, &[])).collect();
    let mut table = Table::new(heads);
    for app in &apps {
        let provider = provider_name(&context.out, &app.provider);
        let secret = secret_state(&context.out, app);
        table.row(&[app.label.clone(), provider, app.client_id.clone(), secret, app.connections.join(", ")]);
    }
    table.lines().iter().try_for_each(|line| context.out.line(line))
}

/// A provider as people call it.
pub(crate) fn provider_name(out: &Output, provider: &str) -> String {
    bulla_home::words::provider(out.language(), provider)
}

fn secret_state(out: &Output, app: &AppView) -> String {
    match (app.refused, app.has_secret) {
        (Some(code), _) => out.cause(code),
        (None, true) => out.text(&say::SECRET_KEPT, &[]),
        (None, false) => out.text(&say::SECRET_NONE, &[]),
    }
}

fn told(context: &mut Context, app: &AppView) -> Outcome {
    context.out.note(&say::APP_KEPT, &[("label", &app.label)]);
    for redirect in app.redirects.iter().filter(|redirect| !redirect.contains(":0/")) {
        context.out.note(&say::APP_REGISTER, &[("address", redirect)]);
    }
    if context.out.is_json() { context.out.value(app) } else { Ok(()) }
}

/// A secret from a file or stdin, typed at a hidden prompt, or none.
fn secret_of(out: &Output, source: &SecretSource) -> Result<Option<ClientSecret>, Error> {
    if source.no_secret {
        return Ok(None);
    }
    let text = match &source.secret_file {
        Some(file) if file.to_str() != Some("-") => input::secret_file(file, out)?,
        None if input::can_ask() => input::hidden(&out.text(&say::PROMPT_SECRET, &[]))?,
        _ => input::piped_secret(out)?,
    };
    match text.trim() {
        "" => Err(ErrorCode::PasteEmpty.into()),
        secret => Ok(Some(ClientSecret::new(secret.to_owned()))),
    }
}
