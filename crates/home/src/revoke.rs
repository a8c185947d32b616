//! Ending what was granted, at the provider itself. Unlike a removal it cannot be undone.

use bulla_core::ports::Catalog;
use bulla_core::{Connection, ConnectionId, Error, ErrorCode, Event, EventKind, Result};
use bulla_providers::consents;

use crate::{Changed, Home};

impl Home {
    /// Labels of connections that end with this one: where a provider ends every grant of a person to an app's project.
    pub async fn ends_with(&self, id: ConnectionId) -> Result<Vec<String>> {
        let connection = self.catalog().get(id).await?.ok_or(ErrorCode::NotFound)?;
        Ok(self.same_grant(&connection).await?.iter().map(|other| other.label.as_str().to_owned()).collect())
    }

    /// Revokes a connection's grant and removes the connection for good. Others that ended with it are marked dead.
    ///
    /// # Errors
    /// `held_elsewhere`, `revoke_not_possible`, or what the provider or network said: then nothing is changed.
    pub async fn revoke(&self, id: ConnectionId) -> Result<()> {
        let _alone = self.keeper().exclusive(id).await?;
        self.keeper().settle_connection(id).await?;
        let connection = self.catalog().get(id).await?.filter(|c| c.removed_at.is_none()).ok_or(ErrorCode::NotFound)?;
        connection.refuse_foreign(&self.inner.me)?;
        let not_possible = || Error::new(ErrorCode::RevokeNotPossible).with("label", connection.label.as_str());
        let stored = self.vault().get(id).await?.ok_or(ErrorCode::KeychainEntryMissing)?;
        let (Some(refresh), Some(app)) = (stored.credential.refresh(), connection.app) else { return Err(not_possible()) };
        let app = self.catalog().app(app).await?.ok_or(ErrorCode::AppNotFound)?;
        let secret = self.inner.apps.secret_of(&app).await?;
        let consents = consents(connection.provider).ok_or_else(not_possible)?;
        if !consents.revoke(&app, secret.as_ref(), refresh).await? {
            return Err(not_possible());
        }
        for other in self.same_grant(&connection).await? {
            self.bury(other.id).await?;
        }
        self.vault().remove(id).await?;
        self.catalog().purge(id).await?;
        self.catalog().record(Event::new(self.now(), id, EventKind::Revoked).detail(connection.label.as_str())).await?;
        self.announce(Changed::Many);
        Ok(())
    }

    async fn bury(&self, id: ConnectionId) -> Result<()> {
        let change = |c: &mut Connection| c.facts.refresh_dead = Some(ErrorCode::Revoked);
        self.catalog().update(id, Box::new(change)).await?;
        self.catalog().record(Event::new(self.now(), id, EventKind::Revoked)).await
    }

    /// Others that the same person granted to the same app, where a revocation ends them all.
    async fn same_grant(&self, connection: &Connection) -> Result<Vec<Connection>> {
        let together = consents(connection.provider).is_some_and(|consents| consents.revokes_together());
        let (Some(app), Some(identity), true) = (connection.app, &connection.identity, together) else { return Ok(Vec::new()) };
        let same = |other: &Connection| {
            // Only who is known to be the same person: what nobody knows must not end anything here.
            let theirs = other.identity.as_ref().and_then(|theirs| theirs.subject.as_ref());
            let person = theirs.is_some() && theirs == identity.subject.as_ref();
            other.id != connection.id && other.removed_at.is_none() && other.app == Some(app) && person
        };
        Ok(self.catalog().all().await?.into_iter().filter(same).collect())
    }
}
