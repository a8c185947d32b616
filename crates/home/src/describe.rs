//! Turning connections into views.

use std::collections::HashMap;

use bulla_core::ports::Catalog;
use bulla_core::{
    Connection, ConnectionId, CredentialKind, CustodyKind, ErrorCode, Event, HealthReport, Identity, Issued, RenewWhen, Result,
    StepKind, Thresholds,
};
use chrono::{DateTime, Utc};

use crate::listing::urgency;
use crate::view::{
    ConnectionDetail, ConnectionView, CustodyView, EventView, GrantView, HomeView, IdentityView, LastErrorView, SettingsView,
    VaultView,
};
use crate::{Changed, Home, Listing};

const META_LANGUAGE: &str = "language";
const META_THEME: &str = "theme";

impl Home {
    /// Every connection that was not removed, what needs a person first.
    pub async fn views(&self) -> Result<Vec<ConnectionView>> {
        let mut connections = self.catalog().all().await?;
        connections.retain(|connection| connection.removed_at.is_none());
        self.in_order(connections).await
    }

    /// The order of the same; rows are read when somebody asks for them.
    pub async fn listing(&self) -> Result<Listing> {
        Listing::read(self.clone()).await
    }

    /// Hands on a view of every connection that was not removed, in no order that means anything. Few are in memory at a
    /// time.
    pub async fn each_view(&self, mut take: impl FnMut(ConnectionView) + Send) -> Result<()> {
        let mut aliases = self.aliases().await?;
        let describe = |connection: Connection| {
            if connection.removed_at.is_none() {
                take(self.describe(&connection, aliases.remove(&connection.id).unwrap_or_default()));
            }
        };
        self.catalog().each(describe).await
    }

    /// Removed connections that can still be restored.
    pub async fn removed(&self) -> Result<Vec<ConnectionView>> {
        self.in_order(self.catalog().removed().await?).await
    }

    async fn in_order(&self, mut connections: Vec<Connection>) -> Result<Vec<ConnectionView>> {
        connections.sort_by_cached_key(|connection| urgency(self, connection));
        self.described(&connections).await
    }

    pub(crate) async fn described(&self, connections: &[Connection]) -> Result<Vec<ConnectionView>> {
        let mut aliases = self.aliases().await?;
        let names = |connection: &Connection| aliases.remove(&connection.id).unwrap_or_default();
        Ok(connections.iter().map(names).zip(connections).map(|(names, connection)| self.describe(connection, names)).collect())
    }

    async fn aliases(&self) -> Result<HashMap<ConnectionId, Vec<String>>> {
        let mut aliases: HashMap<_, Vec<_>> = HashMap::new();
        for (name, id) in self.catalog().aliases().await? {
            aliases.entry(id).or_default().push(name);
        }
        Ok(aliases)
    }

    /// One connection, removed or not.
    pub async fn view(&self, id: ConnectionId) -> Result<ConnectionView> {
        let connection = self.catalog().get(id).await?.ok_or(ErrorCode::NotFound)?;
        self.viewed(&connection).await
    }

    /// One connection with its history, newest line first.
    pub async fn detail(&self, id: ConnectionId) -> Result<ConnectionDetail> {
        const LINES: u32 = 100;
        let history = self.catalog().events(id, LINES).await?;
        Ok(ConnectionDetail {
            connection: self.view(id).await?,
            grant: self.grant(id).await?,
            history: history.into_iter().map(event_view).collect(),
        })
    }

    pub(crate) async fn viewed(&self, connection: &Connection) -> Result<ConnectionView> {
        let names = self.aliases().await?.remove(&connection.id).unwrap_or_default();
        Ok(self.describe(connection, names))
    }

    /// What this home is.
    pub async fn info(&self) -> Result<HomeView> {
        Ok(HomeView {
            home_id: self.inner.id,
            role: self.role().await?.as_str().to_owned(),
            vault: self.inner.vault_kind.as_str().to_owned(),
            fingerprint: self.inner.me.to_string(),
            version: env!("CARGO_PKG_VERSION").to_owned(),
            folder: self.inner.folder.display().to_string(),
        })
    }

    /// Asks the vault whether it can be read and written, and tells whoever listens when that has changed.
    pub async fn vault_state(&self) -> VaultView {
        let news = match self.vault().ready().await {
            Ok(()) => self.rest().answered(),
            Err(error) => self.rest().failed(error.code()),
        };
        if news {
            self.announce(Changed::Vault);
        }
        self.vault_view()
    }

    /// What is known of the vault, without asking it.
    #[must_use]
    pub fn vault_view(&self) -> VaultView {
        let problem = self.rest().problem();
        let state = match problem {
            None => "ready",
            Some(ErrorCode::KeychainTimeout) => "waiting",
            Some(_) => "failed",
        };
        VaultView { state: state.to_owned(), problem }
    }

    /// Something was refused. If the whole vault does not answer, that is remembered and told.
    pub fn noticed(&self, code: ErrorCode) {
        if code.is_vault_shut() && self.rest().failed(code) {
            self.announce(Changed::Vault);
        }
    }

    /// What a person has granted to an app, for a connection that began so.
    pub async fn grant(&self, id: ConnectionId) -> Result<Option<GrantView>> {
        let connection = self.catalog().get(id).await?.ok_or(ErrorCode::NotFound)?;
        let Some(app) = connection.app else { return Ok(None) };
        let label = self.catalog().app(app).await?.map_or_else(String::new, |app| app.label.as_str().to_owned());
        let report = self.keeper().health(&connection, &Thresholds::default());
        Ok(Some(GrantView {
            app: app.0,
            app_label: label,
            missing: connection.missing_scopes().map(str::to_owned).collect(),
            consented_at: connection.facts.consented_at,
            consent_ends_at: report.lives.consent_ends,
            testing: connection.data.contains_key("testing"),
            scopes: connection.scopes,
        }))
    }

    /// The scopes that were asked for, to be asked for again.
    pub async fn asked_scopes(&self, id: ConnectionId) -> Result<Vec<String>> {
        Ok(self.catalog().get(id).await?.ok_or(ErrorCode::NotFound)?.asked_scopes)
    }

    /// What the person chose.
    pub async fn settings(&self) -> Result<SettingsView> {
        let chosen =
            async |key| Ok::<_, bulla_core::Error>(self.catalog().meta(key).await?.unwrap_or_else(|| "system".to_owned()));
        Ok(SettingsView { language: chosen(META_LANGUAGE).await?, theme: chosen(META_THEME).await? })
    }

    /// Keeps what the person chose; a value that is not on offer becomes `system`.
    pub async fn set_settings(&self, wanted: SettingsView) -> Result<SettingsView> {
        let known = |text: String, offered: &[&str]| if offered.contains(&text.as_str()) { text } else { "system".to_owned() };
        self.catalog().set_meta(META_LANGUAGE, &known(wanted.language, &["en", "ru", "zh"])).await?;
        self.catalog().set_meta(META_THEME, &known(wanted.theme, &["light", "dark"])).await?;
        self.settings().await
    }

    pub(crate) fn describe(&self, connection: &Connection, aliases: Vec<String>) -> ConnectionView {
        let report = self.keeper().health(connection, &Thresholds::default());
        let facts = &connection.facts;
        let rotating = connection.kind == CredentialKind::Rotating;
        ConnectionView {
            id: connection.id.0,
            label: connection.label.as_str().to_owned(),
            person: connection.person.clone(),
            provider: connection.provider.as_str().to_owned(),
            base_url: connection.base_url.as_str().to_owned(),
            identity: connection.identity.as_ref().map(identity_view),
            aliases,
            health: report.health,
            severity: report.severity,
            valid: report.valid,
            deadline: report.deadline,
            next_step: report.next.map(|step| step.kind.as_str().to_owned()),
            next_step_at: report.next.map(|step| step.at),
            access_expires_at: report.lives.access_ends,
            refresh_expires_at: report.lives.refresh_ends,
            estimated: report.lives.estimated,
            renew_opens_at: renew_opens_at(connection, &report, self.now()),
            custody: CustodyView {
                kind: custody_word(connection.custody.kind).to_owned(),
                name: connection.custody.name.clone(),
                fingerprint: connection.custody.fingerprint.to_string(),
                confirmed: connection.custody.confirmed,
            },
            static_key: static_key(connection, &report),
            issues: issues(connection, report.issues),
            rotating,
            renews: connection.kind.renews(),
            consented: connection.app.is_some(),
            epoch: connection.version.epoch,
            generation: connection.version.generation,
            last_renewed_at: facts.last_renewed_at,
            last_used_at: facts.last_used_at,
            last_tested_at: facts.last_tested_at,
            last_error: facts.last_error.as_ref().map(|failure| LastErrorView {
                code: failure.code,
                at: failure.at,
                detail: failure.detail.clone(),
            }),
            removed_until: connection.removed_until(),
        }
    }
}

/// "Renew now" is open when the window is, and for a pasted pair whenever nothing says that its access token lives.
fn renew_opens_at(connection: &Connection, report: &HealthReport, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
    if connection.rules().renew != RenewWhen::AfterExpiry {
        // Any time: what is due later by itself may be asked for now.
        return None;
    }
    let opens = report.lives.renewal_opens.filter(|at| now < *at)?;
    let asks_first = matches!(connection.facts.issued, Issued::Pasted { .. });
    let next_is_check = report.next.is_some_and(|step| step.kind == StepKind::Check && step.at <= now);
    if connection.facts.in_doubt_since.is_some() || (asks_first && next_is_check) { None } else { Some(opens) }
}

fn static_key(connection: &Connection, report: &HealthReport) -> Option<String> {
    let word = match (connection.kind, connection.has_fallback) {
        (CredentialKind::Static, _) => "alone",
        (CredentialKind::Rotating, false) | (CredentialKind::Reusable, _) => return None,
        (CredentialKind::Rotating, true) if report.valid && connection.facts.refresh_dead.is_some() => "in_use",
        (CredentialKind::Rotating, true) => "fallback",
    };
    Some(word.to_owned())
}

/// What health knows, and what a consent left to be done.
fn issues(connection: &Connection, mut issues: Vec<ErrorCode>) -> Vec<ErrorCode> {
    if connection.missing_scopes().next().is_some() {
        issues.push(ErrorCode::ScopesMissing);
    }
    if connection.data.contains_key("testing") {
        issues.push(ErrorCode::AppInTesting);
    }
    issues
}

pub(crate) fn identity_view(identity: &Identity) -> IdentityView {
    IdentityView { name: identity.name.clone(), email: identity.email.clone(), organisations: identity.organisations.clone() }
}

fn event_view(event: Event) -> EventView {
    EventView { at: event.at, kind: event.kind.as_str().to_owned(), code: event.code, detail: event.detail }
}

const fn custody_word(kind: CustodyKind) -> &'static str {
    match kind {
        CustodyKind::Desk => "desk",
        CustodyKind::Server => "server",
        CustodyKind::File => "file",
        CustodyKind::Nobody => "nobody",
    }
}
