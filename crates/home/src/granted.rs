//! Keeping what a consent has brought: as a new connection, or in the place of an older consent.

use bulla_core::ports::{Catalog, Marks, Replaced};
use bulla_core::{
    App, BaseUrl, Connection, ConnectionId, Credential, CredentialKind, Error, ErrorCode, Event, EventKind, Facts, Granted,
    Identity, Issued, Label, Result, Stored, Version,
};
use bulla_providers::Brought;
use chrono::{DateTime, Utc};

use crate::keep::tidy;
use crate::login::LoggedIn;
use crate::{Changed, Home};

/// Where a consent goes.
#[derive(Debug, Clone)]
pub(crate) enum Place {
    /// A connection of its own.
    New {
        /// Free when the consent began.
        label: Label,
        /// Whom it works for.
        person: Option<String>,
    },
    /// This connection, which keeps its label, person, alias and exports.
    Renews(Box<Connection>),
}

/// What a consent has brought and nobody keeps yet.
pub struct Unkept {
    pub(crate) home: Home,
    pub(crate) app: App,
    pub(crate) place: Place,
    pub(crate) base_url: BaseUrl,
    pub(crate) brought: Brought,
    pub(crate) identity: Option<Identity>,
    pub(crate) asked: Vec<String>,
    pub(crate) missing: Vec<String>,
    pub(crate) asked_at: DateTime<Utc>,
    pub(crate) answered_at: DateTime<Utc>,
}

impl std::fmt::Debug for Unkept {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Unkept").field("app", &self.app.label).field("place", &self.place).finish_non_exhaustive()
    }
}

impl Home {
    /// A connection whose person may consent again.
    pub(crate) async fn renewable(&self, id: ConnectionId) -> Result<Box<Connection>> {
        let connection = self.catalog().get(id).await?.filter(|c| c.removed_at.is_none()).ok_or(ErrorCode::NotFound)?;
        // What was handed to a file has nobody there who could consent.
        if connection.custody.kind != bulla_core::CustodyKind::File {
            connection.refuse_foreign(&self.inner.me)?;
        }
        Ok(Box::new(connection))
    }
}

impl Unkept {
    /// Whose account was consented with.
    #[must_use]
    pub fn found(&self) -> Option<&Identity> {
        self.identity.as_ref()
    }

    /// Whose account the connection is.
    #[must_use]
    pub fn known(&self) -> Option<&Identity> {
        match &self.place {
            Place::Renews(connection) => connection.identity.as_ref(),
            Place::New { .. } => None,
        }
    }

    /// Refuses to keep it, with both names.
    #[must_use]
    pub fn refused(self) -> Error {
        let name = |identity: Option<&Identity>| {
            identity.and_then(|identity| identity.email.clone().or_else(|| identity.name.clone())).unwrap_or_default()
        };
        Error::new(ErrorCode::OtherPerson).with("known", name(self.known())).with("found", name(self.found()))
    }

    pub(crate) fn is_another_person(&self) -> bool {
        self.known().zip(self.found()).is_some_and(|(known, found)| known.is_another_than(found))
    }

    /// Keeps it. For another person's consent: a person wants that.
    ///
    /// # Errors
    /// `no_refresh_token`, `label_taken`, or a vault code.
    pub async fn keep(mut self) -> Result<LoggedIn> {
        let place = self.place.clone();
        let (id, added, renewed) = match place {
            Place::New { label, person } => (self.insert(label, person).await?, Vec::new(), false),
            Place::Renews(connection) => {
                let added = self.brought.scopes.iter().filter(|scope| !connection.scopes.contains(scope)).cloned().collect();
                self.replace(connection.id).await?;
                (connection.id, added, true)
            }
        };
        self.home.announce(Changed::Connection(id));
        Ok(LoggedIn { view: self.home.view(id).await?, renewed, missing: self.missing, added })
    }

    async fn insert(&mut self, label: Label, person: Option<String>) -> Result<ConnectionId> {
        let stored = Stored { version: Version::FIRST, credential: self.credential(None)? };
        let (id, now) = (ConnectionId::random(), self.home.now());
        let mut connection = Connection {
            id,
            label,
            person: tidy(person),
            provider: self.app.provider,
            base_url: self.base_url.clone(),
            app: Some(self.app.id),
            scopes: Vec::new(),
            asked_scopes: Vec::new(),
            data: std::collections::BTreeMap::new(),
            identity: None,
            kind: stored.credential.kind(),
            has_fallback: false,
            version: stored.version,
            custody: self.home.own_custody().await?,
            facts: Facts::new(self.issued()),
            created_at: now,
            removed_at: None,
        };
        self.grant().learn(&mut connection);
        // Somebody may have taken the label while the person was at the browser: that is no reason to lose a consent.
        connection.label = self.home.free_label(&connection).await?;
        let _alone = self.home.keeper().exclusive(id).await?;
        // The tokens first: a crash in between leaves an unused entry, never a connection without its tokens.
        if self.home.vault().replace(id, None, &stored).await? != Replaced::Stored {
            return Err(ErrorCode::VaultDamaged.into());
        }
        if let Err(error) = self.home.catalog().insert(&connection).await {
            self.home.vault().remove(id).await?;
            return Err(error);
        }
        self.home.inner.marks.remember(id, &stored.credential).await?;
        self.home.catalog().record(Event::new(now, id, EventKind::Consented)).await?;
        Ok(id)
    }

    async fn replace(&mut self, id: ConnectionId) -> Result<()> {
        let home = self.home.clone();
        let _alone = home.keeper().exclusive(id).await?;
        home.keeper().settle_connection(id).await?;
        let connection = home.catalog().get(id).await?.ok_or(ErrorCode::NotFound)?;
        let current = home.vault().get(id).await?;
        let same = connection.app == Some(self.app.id) && !self.is_another_person();
        let old = current.as_ref().filter(|_| same).map(|stored| &stored.credential);
        let newest = current.as_ref().map_or(connection.version, |stored| stored.version.max(connection.version));
        let stored = Stored { version: newest.next_epoch(), credential: self.credential(old)? };
        let parent = current.as_ref().map(Stored::as_parent);
        if home.vault().replace(id, parent, &stored).await? != Replaced::Stored {
            return Err(ErrorCode::VaultDamaged.into());
        }
        home.inner.marks.remember(id, &stored.credential).await?;
        let (version, kind, custody, issued) =
            (stored.version, stored.credential.kind(), home.own_custody().await?, self.issued());
        let (app, base_url, provider) = (self.app.id, self.base_url.clone(), self.app.provider);
        let grant = self.grant();
        let change = move |c: &mut Connection| {
            c.version = version;
            c.kind = kind;
            c.app = Some(app);
            c.provider = provider;
            c.base_url = base_url;
            c.has_fallback = false;
            c.custody = custody;
            c.facts = c.facts.succeeded_by(issued);
            grant.learn(c);
        };
        home.catalog().update(id, Box::new(change)).await?;
        home.catalog().record(Event::new(home.now(), id, EventKind::Consented)).await
    }

    /// A consent that brings no refresh token lets the old one go on, where that one lasts and is the same person's.
    fn credential(&self, old: Option<&Credential>) -> Result<Credential> {
        let access = self.brought.access.clone();
        let refresh = match (&self.brought.refresh, old) {
            (Some(refresh), _) | (None, Some(Credential::Reusable { refresh, .. })) => refresh.clone(),
            (None, _) => return Err(ErrorCode::NoRefreshToken.into()),
        };
        Ok(if self.brought.single_use {
            Credential::Rotating { access, refresh, fallback: None }
        } else {
            Credential::Reusable { access, refresh }
        })
    }

    fn issued(&self) -> Issued {
        Issued::Answered {
            asked_at: self.asked_at,
            answered_at: self.answered_at,
            access_life_s: self.brought.access_life_s,
            refresh_life_s: self.brought.refresh_life_s,
        }
    }

    fn grant(&self) -> Grant {
        let fresh = self.brought.refresh.is_some();
        Grant {
            granted: fresh.then_some(Granted { asked_at: self.asked_at, refresh_life_s: self.brought.refresh_life_s }),
            consented_at: self.asked_at,
            seen_alive_at: self.answered_at,
            scopes: self.brought.scopes.clone(),
            // Without what the provider calls by another name.
            asked: self
                .asked
                .iter()
                .filter(|scope| self.brought.scopes.contains(scope) || self.missing.contains(scope))
                .cloned()
                .collect(),
            data: self.brought.data.clone(),
            identity: self.identity.clone(),
        }
    }
}

/// What a consent teaches about a connection.
struct Grant {
    granted: Option<Granted>,
    consented_at: DateTime<Utc>,
    seen_alive_at: DateTime<Utc>,
    scopes: Vec<String>,
    asked: Vec<String>,
    data: std::collections::BTreeMap<String, String>,
    identity: Option<Identity>,
}

impl Grant {
    fn learn(self, connection: &mut Connection) {
        connection.facts.granted = self.granted.or(connection.facts.granted);
        connection.facts.consented_at = Some(self.consented_at);
        connection.facts.access_alive_at = Some(self.seen_alive_at);
        connection.facts.last_renewed_at = Some(self.seen_alive_at);
        connection.scopes = self.scopes;
        connection.asked_scopes = self.asked;
        connection.data = self.data;
        connection.identity = self.identity.or_else(|| connection.identity.take());
        debug_assert_ne!(connection.kind, CredentialKind::Static);
    }
}
