//! What an exchange has taught, made durable in the catalog: a new pair's facts, a refusal, an end, a doubt.

use chrono::{DateTime, TimeDelta, Utc};

use crate::lives::lives;
use crate::ports::EntryId;
use crate::{Connection, Error, ErrorCode, Event, EventKind, Failure, Granted, Issued, Result, Stored, schedule::backoff_jitter};

use super::{Keeper, Renewal};

/// What an exchange has brought, to be made durable.
pub(super) struct New {
    pub(super) stored: Stored,
    pub(super) issued: Issued,
    pub(super) granted: Option<Granted>,
    pub(super) scopes: Option<Vec<String>>,
}

impl Keeper {
    /// Nobody has judged. A single-use token is in doubt from now on; any other is simply asked for again later.
    pub(super) async fn unclear(
        &self,
        connection: &Connection,
        error: Error,
        retry_after: Option<TimeDelta>,
        entry: &EntryId,
    ) -> Result<Renewal> {
        let doubt = connection.rules().may_be_lost();
        self.went_wrong(connection, &error, retry_after, doubt).await?;
        self.ports.journal.finish(entry).await?;
        Err(if doubt { in_doubt(connection, &error) } else { error.with("label", connection.label.as_str()) })
    }

    /// Writes the facts of a new pair. Idempotent: a catalog that has them already is left alone.
    pub(super) async fn advance(&self, connection: &Connection, new: &New, vault_error: Option<&Error>) -> Result<()> {
        let (version, at) = (new.stored.version, self.now());
        let (issued, granted, scopes) = (new.issued.clone(), new.granted, new.scopes.clone());
        let failure = vault_error.map(|error| self.failure(error));
        let recovered = connection.facts.in_doubt_since.is_some();
        if let Err(error) = self.ports.marks.remember(connection.id, &new.stored.credential).await {
            // Costs a warning when somebody pastes this pair again, no token.
            tracing::warn!(code = %error.code(), "the new pair could not be remembered");
        }
        let known_already = connection.version >= version;
        self.ports
            .catalog
            .update(
                connection.id,
                Box::new(move |c| {
                    if c.version < version {
                        c.version = version;
                        c.facts = c.facts.succeeded_by(issued);
                        c.facts.granted = granted.or(c.facts.granted);
                        c.scopes = scopes.unwrap_or_else(|| std::mem::take(&mut c.scopes));
                        c.facts.last_renewed_at = Some(at);
                        c.facts.access_alive_at = Some(at);
                    }
                    c.facts.last_error = failure;
                }),
            )
            .await?;
        if !known_already {
            let kind = if recovered { EventKind::Recovered } else { EventKind::Renewed };
            self.record(Event::new(at, connection.id, kind)).await;
        }
        self.announce(connection.id);
        Ok(())
    }

    /// What an exchange says about the app concerns all its connections.
    pub(super) async fn app_judged(&self, connection: &Connection, code: Option<ErrorCode>) {
        let Some(app) = connection.app else { return };
        let refused = code.filter(|code| matches!(code, ErrorCode::AppRefused | ErrorCode::AppDisabled));
        if let Err(error) = self.ports.apps.judged(app, refused).await {
            tracing::warn!(code = %error.code(), "what was learnt of an app could not be written");
        }
    }

    /// Too early proves two things: the access token lived when we asked, and nothing was spent.
    pub(super) async fn learn_too_early(
        &self,
        connection: &Connection,
        asked_at: DateTime<Utc>,
    ) -> Result<Option<DateTime<Utc>>> {
        // By our own reckoning the window was open, so the two clocks differ: ask again soon, not at once.
        const CLOCKS_DIFFER: TimeDelta = TimeDelta::seconds(60);
        let jitter = backoff_jitter(connection.id, connection.facts.failures);
        let changed = self
            .observe(connection.id, connection.version, move |c| {
                c.facts.in_doubt_since = None;
                c.facts.opens_at = Some(asked_at + CLOCKS_DIFFER);
                if c.facts.access_expired_at.is_some() {
                    // Expired to the read call and alive to the token endpoint: the last second, where both are seen.
                    c.facts.went_wrong(Failure { code: ErrorCode::RefreshTooEarly, at: asked_at, detail: None }, None, jitter);
                } else {
                    c.facts.saw_alive(asked_at);
                }
            })
            .await?;
        self.record(Event::new(self.now(), connection.id, EventKind::TooEarly)).await;
        Ok(lives(&changed).renewal_opens)
    }

    /// The endpoint has judged: this refresh token is never sent again. After an unknown outcome it was spent by our
    /// own lost exchange, otherwise by somebody else or revoked.
    pub(super) async fn bury(&self, connection: &Connection, error: &Error) -> Result<ErrorCode> {
        let lost = connection.facts.in_doubt_since.is_some();
        let code = if lost { ErrorCode::RefreshLost } else { error.code() };
        let failure = Failure { code, ..self.failure(error) };
        self.observe(connection.id, connection.version, move |c| {
            c.facts.refresh_dead = Some(code);
            c.facts.in_doubt_since = None;
            c.facts.not_before = None;
            c.facts.last_error = Some(failure);
        })
        .await?;
        let kind = if lost { EventKind::Lost } else { EventKind::RenewFailed };
        self.record(Event::new(self.now(), connection.id, kind).code(code)).await;
        Ok(code)
    }

    pub(super) async fn went_wrong(
        &self,
        connection: &Connection,
        error: &Error,
        retry_after: Option<TimeDelta>,
        doubt: bool,
    ) -> Result<()> {
        let failure = self.failure(error);
        let at = failure.at;
        let jitter = backoff_jitter(connection.id, connection.facts.failures);
        let begins_doubt = doubt && connection.facts.in_doubt_since.is_none();
        self.observe(connection.id, connection.version, move |c| {
            if doubt && c.facts.in_doubt_since.is_none() {
                c.facts.in_doubt_since = Some(at);
            }
            c.facts.went_wrong(failure, retry_after, jitter);
        })
        .await?;
        let kind = if begins_doubt { EventKind::InDoubt } else { EventKind::RenewFailed };
        let mut event = Event::new(at, connection.id, kind).code(error.code());
        event.detail = error.detail_text().map(str::to_owned);
        self.record(event).await;
        Ok(())
    }
}

fn in_doubt(connection: &Connection, cause: &Error) -> Error {
    let error = Error::new(ErrorCode::InDoubt).with("label", connection.label.as_str()).with("reason", cause.code());
    match cause.detail_text() {
        Some(detail) => error.detail(detail),
        None => error,
    }
}
