//! Asking the keeper: test, renew, take a token, make a call.

use bulla_core::ports::{CallAnswer, CallRequest, Catalog};
use bulla_core::{Ask, ConnectionId, ErrorCode, Event, EventKind, Handout, Renewal, RenewalReason, Result};

use crate::view::ConnectionView;
use crate::{Changed, Home};

/// What became of "Renew now".
#[derive(Debug)]
pub struct Refreshed {
    /// The connection afterwards.
    pub view: ConnectionView,
    /// What happened.
    pub outcome: Renewal,
}

impl Home {
    /// Reads whether the token works and whose it is. Never renews; what it learns counts.
    pub async fn test(&self, id: ConnectionId) -> Result<ConnectionView> {
        let connection = self.keeper().test(id).await?;
        self.announce(Changed::Connection(id));
        self.viewed(&connection).await
    }

    /// Renews now if the provider would let us; skips our own back-off.
    pub async fn refresh(&self, id: ConnectionId) -> Result<Refreshed> {
        let outcome = self.keeper().renew(id, RenewalReason::Person).await;
        self.announce(Changed::Connection(id));
        let outcome = outcome?;
        Ok(Refreshed { view: self.view(id).await?, outcome })
    }

    /// An access token for a program.
    pub async fn token(&self, id: ConnectionId, ask: Ask) -> Result<Handout> {
        self.keeper().access_token(id, ask).await
    }

    /// One API call: a rejected token is renewed once and the call repeated once.
    pub async fn request(&self, id: ConnectionId, request: &CallRequest) -> Result<CallAnswer> {
        let connection = self.catalog().get(id).await?.ok_or(ErrorCode::NotFound)?;
        let provider = bulla_providers::provider(connection.provider);
        let app = match connection.app {
            Some(id) => self.catalog().app(id).await?,
            None => None,
        };
        let site = connection.site(app.as_ref());
        let handout = self.token(id, Ask::default()).await?;
        let answer = provider.call(site, handout.token.expose(), request).await?;
        if !answer.access_rejected {
            return Ok(answer);
        }
        let renewed = self.token(id, Ask { rejected: true, ..Ask::default() }).await?;
        if renewed.token == handout.token {
            return Ok(answer);
        }
        provider.call(site, renewed.token.expose(), request).await
    }

    /// Writes to the history that a person copied or looked at the access token.
    pub async fn noted_copy(&self, id: ConnectionId, revealed: bool) -> Result<()> {
        let kind = if revealed { EventKind::Revealed } else { EventKind::Copied };
        self.catalog().record(Event::new(self.now(), id, kind)).await?;
        self.announce(Changed::Connection(id));
        Ok(())
    }
}
