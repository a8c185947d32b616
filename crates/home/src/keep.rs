//! Taking in what a person pastes: whose is it, is it kept already, and then keeping it.

use std::collections::BTreeMap;

use bulla_core::ports::{Catalog, Marks, Replaced};
use bulla_core::{
    BaseUrl, Connection, ConnectionId, Credential, CredentialKind, Error, ErrorCode, Event, EventKind, Facts, Identity, Issued,
    Label, ProviderKind, ReadOutcome, Result, Site, Stored, Version,
};

use crate::describe::identity_view;
use crate::look::{PasteInput, base, credential_of};
use crate::view::{ConnectionView, PasteCheck};
use crate::{Changed, Home, Role};

/// A request to keep what was pasted.
#[derive(Debug)]
pub struct KeepRequest {
    /// What was pasted.
    pub paste: PasteInput,
    /// The environment.
    pub base_url: String,
    /// Label of a new connection; ignored when replacing.
    pub label: String,
    /// The person it works for; ignored when replacing.
    pub person: Option<String>,
    /// Put it in the place of this connection's pair.
    pub replaces: Option<ConnectionId>,
    /// The person has confirmed that the pair may belong to somebody else than before.
    pub confirmed_other_person: bool,
    /// A connection that has this label already is replaced if the pair belongs to the same person.
    pub same_label_replaces: bool,
}

/// What was kept.
#[derive(Debug)]
pub struct Kept {
    /// The connection.
    pub view: ConnectionView,
    /// It existed before.
    pub replaced: bool,
    /// A read call has proved that the provider knows it.
    pub checked: bool,
}

impl Home {
    /// Whose pair it is and whether it is kept already, by one read call. The refresh token is never spent for this.
    pub async fn check_paste(&self, input: &PasteInput, base_url: &str, replaces: Option<ConnectionId>) -> Result<PasteCheck> {
        let (provider, credential) = credential_of(input)?;
        let base = base(base_url)?;
        let kept_by = self.keeper_of(&credential, replaces).await?.map(|connection| connection.label.as_str().to_owned());
        let read = read(provider, &base, &credential).await;
        let mut check =
            PasteCheck { access: String::new(), identity: None, kept_by, other_person: None, problem: None, detail: None };
        let (access, error) = match read {
            ReadOutcome::Alive(identity) => {
                if let Some(id) = replaces {
                    check.other_person = self.another_person(id, &identity).await?.as_ref().map(identity_view);
                }
                check.identity = Some(identity_view(&identity));
                ("alive", None)
            }
            ReadOutcome::Expired => ("expired", None),
            ReadOutcome::NotAccepted(error) => ("not_accepted", Some(error)),
            ReadOutcome::Failed { error, .. } => ("unreachable", Some(error)),
        };
        access.clone_into(&mut check.access);
        check.problem = error.as_ref().map(Error::code);
        check.detail = error.and_then(|error| error.detail_text().map(str::to_owned));
        Ok(check)
    }

    /// Keeps what was pasted, as a new connection or in the place of an old pair.
    ///
    /// # Errors
    /// Paste and label codes, `already_kept`, `other_person`, `access_not_accepted` for a token the provider does not
    /// know at all (wrong environment), or vault codes. Nothing is changed then.
    pub async fn keep(&self, request: KeepRequest) -> Result<Kept> {
        let (provider, credential) = credential_of(&request.paste)?;
        let base = base(&request.base_url)?;
        let replaces = match request.replaces {
            Some(id) => Some(id),
            None if request.same_label_replaces => self.labelled(&request.label).await?,
            None => None,
        };
        if let Some(owner) = self.keeper_of(&credential, replaces).await? {
            return Err(Error::new(ErrorCode::AlreadyKept).with("label", owner.label.as_str()));
        }
        let outcome = read(provider, &base, &credential).await;
        if let ReadOutcome::NotAccepted(error) = outcome {
            return Err(error.with("base_url", base.as_str()));
        }
        let checked = !matches!(outcome, ReadOutcome::Failed { .. });
        let (id, replaced) = match replaces {
            Some(id) => {
                self.refuse_other_person(id, &outcome, request.confirmed_other_person).await?;
                self.replace_pair(id, base, provider, credential, outcome).await?;
                (id, true)
            }
            None => {
                let label = Label::parse(&request.label)?;
                (self.insert_pair(label, request.person, base, provider, credential, outcome).await?, false)
            }
        };
        self.announce(Changed::Connection(id));
        // An access token that has expired already is renewed at once: that is what tells whether the pair lives.
        let due = self.keeper().step(id).await;
        if let Err(error) = due {
            tracing::info!(code = %error.code(), "the first step after keeping did not succeed");
        }
        Ok(Kept { view: self.view(id).await?, replaced, checked })
    }

    async fn insert_pair(
        &self,
        label: Label,
        person: Option<String>,
        base_url: BaseUrl,
        provider: ProviderKind,
        credential: Credential,
        outcome: ReadOutcome,
    ) -> Result<ConnectionId> {
        if self.labelled(label.as_str()).await?.is_some() {
            return Err(Error::new(ErrorCode::LabelTaken).with("label", label.as_str()));
        }
        let (id, now) = (ConnectionId::random(), self.now());
        let stored = Stored { version: Version::FIRST, credential };
        let mut connection = Connection {
            id,
            label,
            person: tidy(person),
            provider,
            base_url,
            app: None,
            scopes: Vec::new(),
            asked_scopes: Vec::new(),
            data: BTreeMap::new(),
            identity: None,
            kind: stored.credential.kind(),
            has_fallback: has_fallback(&stored.credential),
            version: stored.version,
            custody: self.own_custody().await?,
            facts: Facts::new(Issued::Pasted { at: now }),
            created_at: now,
            removed_at: None,
        };
        learn(&mut connection, outcome, now);
        self.vault().ready().await?;
        let _alone = self.keeper().exclusive(id).await?;
        // The token first: a crash in between leaves an unused entry, never a connection without its token.
        if self.vault().replace(id, None, &stored).await? != Replaced::Stored {
            return Err(ErrorCode::VaultDamaged.into());
        }
        if let Err(error) = self.catalog().insert(&connection).await {
            self.vault().remove(id).await?;
            return Err(error);
        }
        self.inner.marks.remember(id, &stored.credential).await?;
        self.catalog().record(Event::new(now, id, EventKind::Added)).await?;
        Ok(id)
    }

    async fn replace_pair(
        &self,
        id: ConnectionId,
        base_url: BaseUrl,
        provider: ProviderKind,
        credential: Credential,
        outcome: ReadOutcome,
    ) -> Result<()> {
        let _alone = self.keeper().exclusive(id).await?;
        self.keeper().settle_connection(id).await?;
        let connection = self.catalog().get(id).await?.ok_or(ErrorCode::NotFound)?;
        let current = self.vault().get(id).await?;
        // A fallback key that was kept beside the old pair stays with the new one.
        let credential = match (credential, current.as_ref().map(|stored| &stored.credential)) {
            (Credential::Rotating { access, refresh, fallback: None }, Some(Credential::Rotating { fallback, .. })) => {
                Credential::Rotating { access, refresh, fallback: fallback.clone() }
            }
            (Credential::Rotating { access, refresh, fallback: None }, Some(Credential::Static { key })) => {
                Credential::Rotating { access, refresh, fallback: Some(key.clone()) }
            }
            (credential, _) => credential,
        };
        let newest = current.as_ref().map_or(connection.version, |stored| stored.version.max(connection.version));
        let stored = Stored { version: newest.next_epoch(), credential };
        let custody = self.own_custody().await?;
        let now = self.now();
        let parent = current.as_ref().map(Stored::as_parent);
        if self.vault().replace(id, parent, &stored).await? != Replaced::Stored {
            return Err(ErrorCode::VaultDamaged.into());
        }
        self.inner.marks.remember(id, &stored.credential).await?;
        let (version, kind, fallback) = (stored.version, stored.credential.kind(), has_fallback(&stored.credential));
        self.catalog()
            .update(
                id,
                Box::new(move |c| {
                    c.version = version;
                    c.kind = kind;
                    c.provider = provider;
                    c.base_url = base_url;
                    c.has_fallback = fallback;
                    c.custody = custody;
                    c.facts = c.facts.succeeded_by(Issued::Pasted { at: now });
                    learn(c, outcome, now);
                }),
            )
            .await?;
        self.catalog().record(Event::new(now, id, EventKind::Replaced)).await
    }

    async fn labelled(&self, label: &str) -> Result<Option<ConnectionId>> {
        self.catalog().labelled(&Label::key_of(label)).await
    }

    /// The connection that keeps this pair already. A pair handed to a file comes back by pasting it over its connection.
    async fn keeper_of(&self, credential: &Credential, replaces: Option<ConnectionId>) -> Result<Option<Connection>> {
        let marks = self.inner.marks.of(credential).await?;
        let Some(owner) = self.catalog().mark_owner(&marks).await? else { return Ok(None) };
        let Some(connection) = self.catalog().get(owner).await? else { return Ok(None) };
        let returns = replaces == Some(owner) && !connection.custody.is(&self.inner.me);
        Ok((!returns).then_some(connection))
    }

    async fn another_person(&self, id: ConnectionId, identity: &Identity) -> Result<Option<Identity>> {
        let connection = self.catalog().get(id).await?.ok_or(ErrorCode::NotFound)?;
        Ok(connection.identity.filter(|known| known.is_another_than(identity)))
    }

    async fn refuse_other_person(&self, id: ConnectionId, outcome: &ReadOutcome, confirmed: bool) -> Result<()> {
        let ReadOutcome::Alive(identity) = outcome else { return Ok(()) };
        match self.another_person(id, identity).await? {
            Some(known) if !confirmed => {
                let name = |identity: &Identity| identity.email.clone().or_else(|| identity.name.clone()).unwrap_or_default();
                Err(Error::new(ErrorCode::OtherPerson).with("known", name(&known)).with("found", name(identity)))
            }
            _ => Ok(()),
        }
    }

    pub(crate) async fn refuse_agent(&self) -> Result<()> {
        match self.role().await? {
            Role::Desk => Ok(()),
            role @ Role::Agent => Err(Error::new(ErrorCode::HomeRole).with("role", role.as_str())),
        }
    }
}

async fn read(provider: ProviderKind, base: &BaseUrl, credential: &Credential) -> ReadOutcome {
    bulla_providers::provider(provider).read(Site::bare(base), credential.in_calls()).await
}

/// What the read call at paste taught.
fn learn(connection: &mut Connection, outcome: ReadOutcome, now: chrono::DateTime<chrono::Utc>) {
    match outcome {
        ReadOutcome::Alive(identity) => {
            connection.facts.saw_alive(now);
            connection.facts.last_tested_at = Some(now);
            connection.identity = Some(identity);
        }
        ReadOutcome::Expired => {
            connection.facts.access_expired_at = Some(now);
            connection.facts.last_tested_at = Some(now);
        }
        ReadOutcome::NotAccepted(_) => connection.facts.access_refused_at = Some(now),
        ReadOutcome::Failed { error, .. } => {
            let detail = error.detail_text().map(str::to_owned);
            let failure = bulla_core::Failure { code: error.code(), at: now, detail };
            connection.facts.went_wrong(failure, None, 0.5);
        }
    }
}

fn has_fallback(credential: &Credential) -> bool {
    credential.kind() == CredentialKind::Rotating && matches!(credential, Credential::Rotating { fallback: Some(_), .. })
}

/// What a person typed into a short field: no control characters, no empty text.
pub(crate) fn tidy(text: Option<String>) -> Option<String> {
    let text: String = text?.chars().filter(|c| !c.is_control()).take(Label::MAX_CHARS).collect();
    let text = text.trim();
    (!text.is_empty()).then(|| text.to_owned())
}
