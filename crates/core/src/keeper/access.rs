//! Handing an access token to a program.

use chrono::{DateTime, TimeDelta, Utc};

use crate::lives::lives;
use crate::{
    AccessToken, Connection, ConnectionId, Credential, Error, ErrorCode, Event, EventKind, Issued, Result, Stored, Version,
};

use super::{Keeper, Renewal, RenewalReason, is_static, reauthorization_required};

/// What a program asks for.
#[derive(Debug, Clone, Copy, Default)]
pub struct Ask {
    /// The token should live at least this long.
    pub min_valid: TimeDelta,
    /// Do not renew, whatever the token's age.
    pub no_refresh: bool,
    /// The program got a 401 with the present token.
    pub rejected: bool,
}

/// An access token for a program.
#[derive(Debug)]
pub struct Handout {
    /// The token itself.
    pub token: AccessToken,
    /// When it ends; an estimate for a pasted pair; none for a static key.
    pub expires_at: Option<DateTime<Utc>>,
    /// The date is an estimate.
    pub estimated: bool,
    /// Something the program's owner should know: the window is closed (`refresh_too_early`), a static key was used in
    /// the place of a dead pair (the pair's code), or the last renewal failed and the token still lives.
    pub warning: Option<ErrorCode>,
}

impl Keeper {
    /// An access token that works, renewed first if that is needed and possible.
    ///
    /// # Errors
    /// `not_found`, `expired`, `reauthorization_required`, `held_elsewhere`, or the code of what stood in the way.
    pub async fn access_token(&self, id: ConnectionId, ask: Ask) -> Result<Handout> {
        let connection = self.connection(id).await?;
        connection.refuse_foreign(self.me())?;
        let handout = if is_static(&connection) {
            self.static_handout(&connection).await?
        } else {
            self.renewing_handout(connection, ask).await?
        };
        self.mark_used(id).await;
        Ok(handout)
    }

    async fn static_handout(&self, connection: &Connection) -> Result<Handout> {
        let stored = self.stored(connection.id).await?;
        match stored.credential {
            Credential::Static { key } => {
                let token = AccessToken::new(key.expose().to_owned());
                let warning = connection.facts.access_refused_at.map(|_| ErrorCode::AccessNotAccepted);
                Ok(Handout { token, expires_at: None, estimated: false, warning })
            }
            Credential::Rotating { .. } | Credential::Reusable { .. } => Err(Error::new(ErrorCode::VaultDamaged)),
        }
    }

    async fn renewing_handout(&self, connection: Connection, ask: Ask) -> Result<Handout> {
        let seen = connection.version;
        let mut connection = connection;
        let mut stored = self.stored(connection.id).await?;
        if ask.rejected && !ask.no_refresh {
            let read = self.read_and_learn(&connection, &stored).await?;
            if read.version > seen {
                return self.newest(read.id, seen).await;
            }
            connection = read;
        }
        let closed = match self.usable(&connection, ask.min_valid) {
            Usable::Long => return Ok(handout(&connection, &stored, None)),
            Usable::Short => true,
            Usable::Ended => false,
        };
        if ask.no_refresh {
            return if closed { Ok(handout(&connection, &stored, None)) } else { Err(expired(&connection)) };
        }
        match self.renew(connection.id, RenewalReason::Scheduled).await {
            Ok(Renewal::Renewed | Renewal::AlreadyNewer) => self.newest(connection.id, seen).await,
            Ok(Renewal::TooEarly { .. }) => {
                connection = self.connection(connection.id).await?;
                stored = self.stored(connection.id).await?;
                if connection.facts.access_refused_at.is_some() {
                    let error = reauthorization_required(&connection, ErrorCode::AccessNotAccepted);
                    return self.despite(&connection, &stored, ask, error).await;
                }
                Ok(handout(&connection, &stored, Some(ErrorCode::RefreshTooEarly)))
            }
            Err(error) => self.despite(&connection, &stored, ask, error).await,
        }
    }

    /// A renewal failed: the old token if it still lives, the fallback key if the pair is dead, else the error.
    async fn despite(&self, before: &Connection, stored: &Stored, ask: Ask, error: Error) -> Result<Handout> {
        let connection = self.connection(before.id).await?;
        connection.refuse_foreign(self.me())?;
        let lives_still =
            connection.version == stored.version && !matches!(self.usable(&connection, TimeDelta::zero()), Usable::Ended);
        if lives_still && !ask.rejected {
            return Ok(handout(&connection, stored, Some(error.code())));
        }
        let dead = connection.facts.refresh_dead.or(connection.facts.access_refused_at.map(|_| ErrorCode::AccessNotAccepted));
        match (dead, stored.credential.fallback()) {
            (Some(code), Some(key)) => {
                let at = self.now();
                self.record(Event::new(at, connection.id, EventKind::UsedStatic).code(code)).await;
                let token = AccessToken::new(key.expose().to_owned());
                Ok(Handout { token, expires_at: None, estimated: false, warning: Some(code) })
            }
            (Some(code), None) => Err(reauthorization_required(&connection, code)),
            (None, _) => Err(error),
        }
    }

    /// A generation obtained since the call began satisfies the caller, even one shorter than asked.
    async fn newest(&self, id: ConnectionId, seen: Version) -> Result<Handout> {
        let connection = self.connection(id).await?;
        connection.refuse_foreign(self.me())?;
        let stored = self.stored(id).await?;
        if stored.version <= seen {
            return Err(ErrorCode::Internal.into());
        }
        Ok(handout(&connection, &stored, None))
    }

    fn usable(&self, connection: &Connection, min_valid: TimeDelta) -> Usable {
        let facts = &connection.facts;
        if facts.access_expired_at.is_some() || facts.access_refused_at.is_some() {
            return Usable::Ended;
        }
        let now = self.now();
        match lives(connection).access_usable_until {
            Some(until) if now + min_valid < until => Usable::Long,
            Some(until) if now < until => Usable::Short,
            _ => Usable::Ended,
        }
    }

    /// Last used, to the minute: a program that asks every second must not cost a write every second.
    async fn mark_used(&self, id: ConnectionId) {
        const GRAIN: TimeDelta = TimeDelta::seconds(60);
        let now = self.now();
        let stale = match self.ports.catalog.get(id).await {
            Ok(Some(connection)) => connection.facts.last_used_at.is_none_or(|at| now - at >= GRAIN || now < at),
            _ => false,
        };
        if stale {
            let marked = self.ports.catalog.update(id, Box::new(move |c| c.facts.last_used_at = Some(now))).await;
            if let Err(error) = marked {
                tracing::warn!(code = %error.code(), "the time of use could not be written");
            }
            self.announce(id);
        }
    }
}

enum Usable {
    Long,
    Short,
    Ended,
}

fn handout(connection: &Connection, stored: &Stored, warning: Option<ErrorCode>) -> Handout {
    let token = AccessToken::new(stored.credential.in_calls().to_owned());
    let estimated = matches!(connection.facts.issued, Issued::Pasted { .. });
    Handout { token, expires_at: lives(connection).access_ends, estimated, warning }
}

fn expired(connection: &Connection) -> Error {
    Error::new(ErrorCode::Expired).with("label", connection.label.as_str())
}
