//! Finishing what a crash, a locked keychain or a killed process left begun.

use crate::ports::{Intent, OpenEntry};
use crate::{ConnectionId, Event, EventKind, Parent, Result, TimedAnswer};

use super::{Keeper, lock};

impl Keeper {
    /// Finishes every renewal that was begun and not finished, in this process or another that died.
    /// Returns how many could not be finished yet (a keychain that is still closed).
    pub async fn settle(&self) -> Result<usize> {
        let mut left = 0;
        for entry in self.ports.journal.open_entries(None).await? {
            let Intent::Renew { connection, .. } = entry.intent else { continue };
            let _alone = self.exclusive(connection).await?;
            if let Err(error) = self.settle_connection(connection).await {
                tracing::warn!(code = %error.code(), "a journal entry waits");
                left += 1;
            }
        }
        Ok(left)
    }

    /// Finishes this connection's open renewals. The caller holds its [`super::Exclusive`], so whoever began them is gone.
    pub async fn settle_connection(&self, id: ConnectionId) -> Result<()> {
        for entry in self.ports.journal.open_entries(Some(id)).await? {
            if let Intent::Renew { parent, .. } = entry.intent {
                self.settle_renewal(id, parent, entry).await?;
            }
        }
        Ok(())
    }

    async fn settle_renewal(&self, id: ConnectionId, parent: Parent, entry: OpenEntry) -> Result<()> {
        let Some(connection) = self.ports.catalog.get(id).await? else {
            // A connection that a person removed for good: nothing is left to protect.
            return self.ports.journal.finish(&entry.id).await;
        };
        let Some(attachment) = entry.attachment else {
            // Begun, and no answer: the request may or may not have arrived. Said, and probed when its turn comes.
            // A token that can be used again has lost nothing: its next turn simply comes.
            let may_be_lost = connection.rules().may_be_lost() && connection.facts.refresh_dead.is_none();
            if may_be_lost && connection.version == parent.version {
                let now = self.now();
                self.observe(id, parent.version, move |c| {
                    c.facts.in_doubt_since.get_or_insert(now);
                })
                .await?;
                self.record(Event::new(now, id, EventKind::InDoubt)).await;
            }
            return self.ports.journal.finish(&entry.id).await;
        };
        let timed = TimedAnswer::from_bytes(&attachment)?;
        // An entry erased by hand costs only the fallback key: the journalled pair is still kept.
        let current = self.ports.vault.get(id).await?;
        // The judgement itself may be an error to a caller (dead, refused); settling it is still a success.
        let applied = self.apply(&connection, parent, current.as_ref().map(|stored| &stored.credential), &timed, &entry.id).await;
        if lock(&self.shared.unstored).contains_key(&id) {
            return Err(crate::ErrorCode::KeychainUnavailable.into());
        }
        match applied {
            Err(error) if is_infrastructure(&error) => Err(error),
            _ => Ok(()),
        }
    }
}

/// Errors of our own storage: the entry stays open and is tried again.
fn is_infrastructure(error: &crate::Error) -> bool {
    use crate::ErrorCode as E;
    matches!(
        error.code(),
        E::KeychainLocked
            | E::KeychainMissing
            | E::KeychainUnavailable
            | E::KeychainTimeout
            | E::VaultDamaged
            | E::VaultKeyMissing
            | E::VaultKeyWrong
            | E::CatalogDamaged
            | E::JournalUnwritable
            | E::HomeUnwritable
            | E::Internal
    )
}
