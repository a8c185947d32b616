//! One exchange, in an order that cannot lose its answer.
//!
//! lease → re-read → vault writable → journal INTENT → one POST → journal the raw answer → vault, read back →
//! catalog → DONE. A crash between any two of these is finished by [`Keeper::settle`].

use chrono::{DateTime, TimeDelta, Utc};

use crate::lives::lives;
use crate::ports::{EntryId, Intent, Replaced};
use crate::{
    Connection, ConnectionId, Credential, Error, ErrorCode, Event, EventKind, Exchange, Failure, Issued, Judgement, Parent,
    Result, StaticKey, Stored, TimedAnswer, Version, crash_point, schedule::backoff_jitter,
};

use super::reading::fallback_of;
use super::{Keeper, is_static, lock, reauthorization_required, refuse_foreign};

/// Why a renewal is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RenewalReason {
    /// The schedule, or a program that needs a token: waits out a back-off.
    Scheduled,
    /// A person pressed "Renew now": skips our own back-off, never the provider's window or `Retry-After`.
    Person,
}

/// What became of a request to renew.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Renewal {
    /// A new pair is kept.
    Renewed,
    /// Somebody renewed it since the request began; nothing was sent.
    AlreadyNewer,
    /// The provider would refuse, or has refused, because the access token still lives. Costs nothing.
    TooEarly {
        /// When it opens; for an estimate, at the latest.
        opens_at: Option<DateTime<Utc>>,
    },
}

impl Keeper {
    /// Renews a connection if its window is open.
    ///
    /// # Errors
    /// `held_elsewhere`, `not_rotating`, `reauthorization_required`, `in_doubt`, a vault or journal code (nothing was
    /// sent), or the code of what the provider or network did.
    pub async fn renew(&self, id: ConnectionId, reason: RenewalReason) -> Result<Renewal> {
        let seen = self.connection(id).await?.version;
        let keeper = self.clone();
        // A task of its own: a caller who is cancelled must not drop the answer.
        let exchange = tokio::spawn(async move {
            let _busy = Renewing::mark(&keeper, id);
            keeper.renew_alone(id, seen, reason).await
        });
        let renewal = exchange.await.unwrap_or_else(|_| Err(ErrorCode::Internal.into()));
        self.announce(id);
        renewal
    }

    async fn renew_alone(&self, id: ConnectionId, seen: Version, reason: RenewalReason) -> Result<Renewal> {
        let _alone = self.exclusive(id).await?;
        self.settle_connection(id).await?;
        let connection = self.connection(id).await?;
        if connection.version > seen {
            return Ok(Renewal::AlreadyNewer);
        }
        refuse_foreign(&connection, self.me())?;
        if is_static(&connection) {
            return Err(Error::new(ErrorCode::NotRotating).with("label", connection.label.as_str()));
        }
        if let Some(reason) = connection.facts.refresh_dead {
            return Err(reauthorization_required(&connection, reason));
        }
        self.refuse_waiting(&connection, reason)?;
        let stored = self.stored(id).await?;
        if stored.version != connection.version {
            return self.adopt(&connection, &stored).await;
        }
        if let Some(too_early) = self.window_closed(&connection, &stored).await? {
            return Ok(too_early);
        }
        self.ports.vault.ready().await?;
        self.exchange(&connection, &stored).await
    }

    /// A back-off of ours, or the provider's `Retry-After`.
    fn refuse_waiting(&self, connection: &Connection, reason: RenewalReason) -> Result<()> {
        let facts = &connection.facts;
        let wait = match reason {
            RenewalReason::Scheduled => facts.not_before.max(facts.asked_to_wait_until),
            RenewalReason::Person => facts.asked_to_wait_until,
        };
        match wait.filter(|until| self.now() < *until) {
            None => Ok(()),
            Some(until) => {
                let code = facts.last_error.as_ref().map_or(ErrorCode::RateLimited, |failure| failure.code);
                Err(Error::new(code).with("until", until.to_rfc3339()))
            }
        }
    }

    /// `Some(TooEarly)` while the provider would refuse. A pasted pair's age is unknown: a read call asks.
    async fn window_closed(&self, connection: &Connection, stored: &Stored) -> Result<Option<Renewal>> {
        let facts = &connection.facts;
        let opens_at = lives(connection).renewal_opens;
        let closed = opens_at.is_some_and(|at| self.now() < at);
        if !closed || facts.in_doubt_since.is_some() {
            return Ok(None);
        }
        if matches!(facts.issued, Issued::Answered { .. }) || facts.opens_at.is_some_and(|at| self.now() < at) {
            return Ok(Some(Renewal::TooEarly { opens_at }));
        }
        let read = self.read_and_learn(connection, stored).await?;
        if read.facts.access_expired_at.is_some() {
            return Ok(None);
        }
        match Self::reading_error(&read) {
            None => Ok(Some(Renewal::TooEarly { opens_at: lives(&read).renewal_opens })),
            Some(code) => Err(Error::new(code).with("label", connection.label.as_str())),
        }
    }

    /// The vault is ahead of the catalog: a write to the catalog was lost. What the vault holds is the truth.
    async fn adopt(&self, connection: &Connection, stored: &Stored) -> Result<Renewal> {
        if stored.version < connection.version {
            return Err(Error::new(ErrorCode::VaultDamaged).detail("the vault holds an older pair than the catalog knows"));
        }
        let (version, now) = (stored.version, self.now());
        self.observe(connection.id, connection.version, move |c| {
            c.version = version;
            c.facts = c.facts.succeeded_by(Issued::Pasted { at: now });
        })
        .await?;
        Ok(Renewal::AlreadyNewer)
    }

    async fn exchange(&self, connection: &Connection, stored: &Stored) -> Result<Renewal> {
        let Credential::Rotating { refresh, .. } = &stored.credential else { return Err(ErrorCode::NotRotating.into()) };
        let parent = stored.as_parent();
        crash_point("renew:1-before-intent");
        let entry = self.ports.journal.begin(&Intent::Renew { connection: connection.id, parent }).await?;
        crash_point("renew:2-intent");
        let asked_at = self.now();
        let provider = (self.ports.provider)(connection.provider);
        match provider.exchange(&connection.base_url, refresh).await {
            Exchange::Answered(answer) => {
                crash_point("renew:3-answered");
                let timed = TimedAnswer { asked_at, answered_at: self.now(), answer };
                if let Err(error) = self.ports.journal.attach(&entry, &timed.to_bytes()).await {
                    // The answer is still in memory: the vault may take it all the same.
                    tracing::error!(%error, "an answer could not be journalled");
                }
                crash_point("renew:4-journalled");
                let fallback = fallback_of(&stored.credential).cloned();
                self.apply(connection, parent, fallback, &timed, &entry).await
            }
            Exchange::NotSent(detail) => {
                let error = Error::new(ErrorCode::Offline).detail(detail);
                self.went_wrong(connection, &error, None, false).await?;
                self.ports.journal.finish(&entry).await?;
                Err(error)
            }
            Exchange::Lost(detail) => {
                let error = Error::new(ErrorCode::NoAnswer).detail(detail);
                self.went_wrong(connection, &error, None, true).await?;
                self.ports.journal.finish(&entry).await?;
                Err(in_doubt(connection, &error))
            }
        }
    }

    /// Judges a journalled answer and makes its consequence durable. Running it twice changes nothing more.
    pub(super) async fn apply(
        &self,
        connection: &Connection,
        parent: Parent,
        fallback: Option<StaticKey>,
        timed: &TimedAnswer,
        entry: &EntryId,
    ) -> Result<Renewal> {
        let provider = (self.ports.provider)(connection.provider);
        match provider.judge(&timed.answer) {
            Judgement::Rotated { access, refresh, access_life_s, refresh_life_s } => {
                let credential = Credential::Rotating { access, refresh, fallback };
                let new = Stored { version: parent.version.rotated(), credential };
                let issued =
                    Issued::Answered { asked_at: timed.asked_at, answered_at: timed.answered_at, access_life_s, refresh_life_s };
                self.keep(connection, parent, new, issued, entry).await
            }
            Judgement::TooEarly => {
                let opens_at = self.learn_too_early(connection, timed.asked_at).await?;
                self.ports.journal.finish(entry).await?;
                Ok(Renewal::TooEarly { opens_at })
            }
            Judgement::Dead(error) => {
                let code = self.bury(connection, &error).await?;
                self.ports.journal.finish(entry).await?;
                Err(reauthorization_required(connection, code))
            }
            Judgement::Refused { error, pauses, retry_after } => {
                if pauses {
                    let code = error.code();
                    self.observe(connection.id, connection.version, move |c| c.facts.paused = Some(code)).await?;
                }
                self.went_wrong(connection, &error, retry_after, false).await?;
                self.ports.journal.finish(entry).await?;
                Err(error.with("label", connection.label.as_str()))
            }
            Judgement::Unclear { error, retry_after } => {
                self.went_wrong(connection, &error, retry_after, true).await?;
                self.ports.journal.finish(entry).await?;
                Err(in_doubt(connection, &error))
            }
        }
    }

    async fn keep(
        &self,
        connection: &Connection,
        parent: Parent,
        new: Stored,
        issued: Issued,
        entry: &EntryId,
    ) -> Result<Renewal> {
        let id = connection.id;
        match self.ports.vault.replace(id, Some(parent), &new).await {
            Ok(Replaced::Stored) => {}
            Ok(Replaced::Conflict(current)) => {
                // Something newer is kept (a person pasted over it): ours is superseded, nothing is overwritten.
                let newer = current.as_ref().as_ref().is_some_and(|current| current.version > parent.version);
                if current.is_none() {
                    // Somebody erased the entry by hand meanwhile: nothing is there to be overwritten.
                    self.ports.vault.replace(id, None, &new).await?;
                    self.advance(connection, &new, issued, None).await?;
                    self.ports.journal.finish(entry).await?;
                    return Ok(Renewal::Renewed);
                }
                if !newer {
                    return Err(Error::new(ErrorCode::VaultDamaged).detail("the vault does not hold the token that was spent"));
                }
                self.ports.journal.finish(entry).await?;
                return Ok(Renewal::AlreadyNewer);
            }
            Err(error) => {
                // The journal holds the answer; until the vault takes it, it is served from memory.
                tracing::error!(code = %error.code(), "a new pair waits in the journal for the vault");
                lock(&self.shared.unstored).insert(id, new.clone());
                self.advance(connection, &new, issued, Some(&error)).await?;
                return Ok(Renewal::Renewed);
            }
        }
        crash_point("renew:5-stored");
        lock(&self.shared.unstored).remove(&id);
        self.advance(connection, &new, issued, None).await?;
        crash_point("renew:6-catalogued");
        self.ports.journal.finish(entry).await?;
        crash_point("renew:7-done");
        Ok(Renewal::Renewed)
    }

    /// Writes the facts of a new pair. Idempotent: a catalog that has them already is left alone.
    async fn advance(&self, connection: &Connection, new: &Stored, issued: Issued, vault_error: Option<&Error>) -> Result<()> {
        let (version, at) = (new.version, self.now());
        let failure = vault_error.map(|error| self.failure(error));
        let recovered = connection.facts.in_doubt_since.is_some();
        if let Err(error) = self.ports.marks.remember(connection.id, &new.credential).await {
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

    /// Too early proves two things: the access token lived when we asked, and nothing was spent.
    async fn learn_too_early(&self, connection: &Connection, asked_at: DateTime<Utc>) -> Result<Option<DateTime<Utc>>> {
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
    async fn bury(&self, connection: &Connection, error: &Error) -> Result<ErrorCode> {
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

    async fn went_wrong(
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

/// Shows `renewing` while an exchange is under way in this process.
struct Renewing<'a> {
    keeper: &'a Keeper,
    id: ConnectionId,
}

impl<'a> Renewing<'a> {
    fn mark(keeper: &'a Keeper, id: ConnectionId) -> Self {
        *lock(&keeper.shared.renewing).entry(id).or_insert(0) += 1;
        keeper.announce(id);
        Self { keeper, id }
    }
}

impl Drop for Renewing<'_> {
    fn drop(&mut self) {
        let mut renewing = lock(&self.keeper.shared.renewing);
        if let Some(count) = renewing.get_mut(&self.id) {
            *count -= 1;
            if *count == 0 {
                renewing.remove(&self.id);
            }
        }
    }
}
