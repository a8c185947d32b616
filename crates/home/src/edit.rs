//! Naming, pointing, removing and restoring: what people do to connections without touching tokens.

use bulla_core::ports::Catalog;
use bulla_core::{Connection, ConnectionId, Error, ErrorCode, Event, EventKind, Label, Result};

use crate::keep::tidy;
use crate::view::ConnectionView;
use crate::{Changed, Home};

impl Home {
    /// Gives a connection another label.
    pub async fn rename(&self, id: ConnectionId, label: &str) -> Result<ConnectionView> {
        let label = Label::parse(label)?;
        let event = Event::new(self.now(), id, EventKind::Renamed).detail(label.as_str());
        self.edit(id, event, move |c| c.label = label).await
    }

    /// Says which person a connection works for.
    pub async fn set_person(&self, id: ConnectionId, person: Option<String>) -> Result<ConnectionView> {
        let person = tidy(person);
        let mut event = Event::new(self.now(), id, EventKind::PersonSet);
        event.detail.clone_from(&person);
        self.edit(id, event, move |c| c.person = person).await
    }

    /// Removes a connection: nothing renews it any more. Undoable for seven days; tokens stay in the vault until then.
    pub async fn remove(&self, id: ConnectionId) -> Result<ConnectionView> {
        let now = self.now();
        // Waits for an exchange under way, so that its answer is kept before the connection goes quiet.
        let _alone = self.keeper().exclusive(id).await?;
        self.edit(id, Event::new(now, id, EventKind::Removed), move |c| c.removed_at = c.removed_at.or(Some(now))).await
    }

    /// Brings a removed connection back. If its label was taken meanwhile, a number is added.
    pub async fn restore(&self, id: ConnectionId) -> Result<ConnectionView> {
        let connection = self.catalog().get(id).await?.ok_or(ErrorCode::NotFound)?;
        if connection.removed_until().is_some_and(|until| self.now() > until) {
            return Err(Error::new(ErrorCode::UndoExpired).with("label", connection.label.as_str()));
        }
        let label = self.free_label(&connection).await?;
        let event = Event::new(self.now(), id, EventKind::Restored);
        self.edit(id, event, move |c| {
            c.removed_at = None;
            c.label = label;
        })
        .await
    }

    /// Points an alias at a connection; an alias that pointed elsewhere moves.
    pub async fn set_alias(&self, name: &str, id: ConnectionId) -> Result<ConnectionView> {
        const LONGEST: usize = 60;
        let name = name.trim();
        let plain = |c: char| c.is_alphanumeric() || matches!(c, '-' | '_' | '.');
        if name.is_empty() || name.chars().count() > LONGEST || !name.chars().all(plain) {
            return Err(Error::new(ErrorCode::AliasInvalid).with("name", name));
        }
        let key = Label::key_of(name);
        if self.catalog().labelled(&key).await?.is_some_and(|other| other != id) {
            return Err(Error::new(ErrorCode::AliasInvalid).with("name", name));
        }
        self.catalog().set_alias(name, id).await?;
        let event = Event::new(self.now(), id, EventKind::AliasSet).detail(name);
        self.edit(id, event, |_| {}).await
    }

    /// Forgets an alias.
    pub async fn remove_alias(&self, name: &str) -> Result<()> {
        if self.catalog().remove_alias(name).await? {
            self.announce(Changed::Many);
            return Ok(());
        }
        Err(Error::new(ErrorCode::NotFound).with("name", name))
    }

    /// Erases what was removed more than seven days ago.
    pub(crate) async fn purge_removed(&self) -> Result<()> {
        let now = self.now();
        for connection in self.catalog().removed().await? {
            if connection.removed_until().is_some_and(|until| now > until) {
                let _alone = self.keeper().exclusive(connection.id).await?;
                self.vault().remove(connection.id).await?;
                self.catalog().purge(connection.id).await?;
                self.catalog().record(Event::new(now, connection.id, EventKind::Erased)).await?;
            }
        }
        Ok(())
    }

    async fn edit(
        &self,
        id: ConnectionId,
        event: Event,
        change: impl FnOnce(&mut Connection) + Send + 'static,
    ) -> Result<ConnectionView> {
        let connection = self.catalog().update(id, Box::new(change)).await?;
        self.catalog().record(event).await?;
        self.announce(Changed::Connection(id));
        self.viewed(&connection).await
    }

    /// The connection's own label, or the first free one with a number.
    pub(crate) async fn free_label(&self, connection: &Connection) -> Result<Label> {
        let mut label = connection.label.clone();
        let mut number = 2;
        while self.catalog().labelled(&label.key()).await?.is_some_and(|other| other != connection.id) {
            let short: String = connection.label.as_str().chars().take(Label::MAX_CHARS - 6).collect();
            label = Label::parse(&format!("{short} ({number})"))?;
            number += 1;
        }
        Ok(label)
    }
}
