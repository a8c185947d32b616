//! One exchange, in an order that cannot lose its answer.
//!
//! lease → re-read → vault writable → journal INTENT → one POST → journal the raw answer → vault, read back →
//! catalog → DONE. A crash between any two of these is finished by [`Keeper::settle`].

use chrono::{DateTime, Utc};

use crate::lives::lives;
use crate::ports::{EntryId, Intent, Replaced};
use crate::{
    AccessToken, Connection, ConnectionId, Credential, CredentialKind, Error, ErrorCode, Exchange, Granted, Issued, Judgement,
    OutcomeUnknown, Parent, RefreshToken, RenewWhen, Result, Stored, TimedAnswer, Version, crash_point,
};

use super::lessons::New;
use super::{Keeper, is_static, lock, reauthorization_required};

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
        connection.refuse_foreign(self.me())?;
        if is_static(&connection) {
            return Err(Error::new(ErrorCode::NotRotating).with("label", connection.label.as_str()));
        }
        if let Some(reason) = connection.facts.refresh_dead {
            return Err(reauthorization_required(&connection, reason));
        }
        self.refuse_waiting(&connection, reason)?;
        self.refuse_probing(&connection)?;
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

    /// Where sending a spent token again may cost everything, nobody does so while the old access token lives.
    fn refuse_probing(&self, connection: &Connection) -> Result<()> {
        let waits = connection.facts.in_doubt_since.is_some()
            && connection.rules().outcome_unknown == OutcomeUnknown::ProbeAfterExpiry
            && lives(connection).access_ends.is_some_and(|ends| self.now() < ends);
        if waits { Err(Error::new(ErrorCode::InDoubt).with("label", connection.label.as_str())) } else { Ok(()) }
    }

    /// `Some(TooEarly)` while the provider would refuse: never, where it takes a renewal at any time. A pasted pair's
    /// age is unknown: a read call asks.
    async fn window_closed(&self, connection: &Connection, stored: &Stored) -> Result<Option<Renewal>> {
        if connection.rules().renew != RenewWhen::AfterExpiry {
            return Ok(None);
        }
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
        let refresh = stored.credential.refresh().ok_or(ErrorCode::NotRotating)?;
        let parent = stored.as_parent();
        let app = self.app(connection).await?;
        let secret = match &app {
            Some(app) => self.ports.apps.secret(app).await?,
            None => None,
        };
        crash_point("renew:1-before-intent");
        let entry = self.ports.journal.begin(&Intent::Renew { connection: connection.id, parent }).await?;
        crash_point("renew:2-intent");
        let asked_at = self.now();
        let provider = (self.ports.provider)(connection.provider);
        let send = || provider.exchange(connection.site(app.as_ref()), secret.as_ref(), refresh);
        let mut outcome = send().await;
        if let (Exchange::Lost(_), OutcomeUnknown::RepeatWithin(grace)) = (&outcome, connection.rules().outcome_unknown)
            && self.now() - asked_at < grace
        {
            // The same request within the grace gets the same answer; from the first sending on it counts.
            outcome = send().await;
        }
        match outcome {
            Exchange::Answered(answer) => {
                crash_point("renew:3-answered");
                let timed = TimedAnswer { asked_at, answered_at: self.now(), answer };
                if let Err(error) = self.ports.journal.attach(&entry, &timed.to_bytes()).await {
                    // The answer is still in memory: the vault may take it all the same.
                    tracing::error!(%error, "an answer could not be journalled");
                }
                crash_point("renew:4-journalled");
                self.apply(connection, parent, Some(&stored.credential), &timed, &entry).await
            }
            Exchange::NotSent(detail) => {
                let error = Error::new(ErrorCode::Offline).detail(detail);
                self.went_wrong(connection, &error, None, false).await?;
                self.ports.journal.finish(&entry).await?;
                Err(error)
            }
            Exchange::Lost(detail) => {
                let error = Error::new(ErrorCode::NoAnswer).detail(detail);
                self.unclear(connection, error, None, &entry).await
            }
        }
    }

    /// Judges a journalled answer and makes its consequence durable. Running it twice changes nothing more.
    pub(super) async fn apply(
        &self,
        connection: &Connection,
        parent: Parent,
        before: Option<&Credential>,
        timed: &TimedAnswer,
        entry: &EntryId,
    ) -> Result<Renewal> {
        let provider = (self.ports.provider)(connection.provider);
        match provider.judge(&timed.answer) {
            Judgement::Renewed { access, refresh, access_life_s, refresh_life_s, scopes } => {
                let anew = refresh.is_some();
                let credential = match successor(connection, before, access, refresh) {
                    Ok(credential) => credential,
                    Err(error) => return self.unclear(connection, error, None, entry).await,
                };
                let stored = Stored { version: parent.version.rotated(), credential };
                let (asked_at, answered_at) = (timed.asked_at, timed.answered_at);
                let issued = Issued::Answered { asked_at, answered_at, access_life_s, refresh_life_s };
                self.app_judged(connection, None).await;
                let granted = anew.then_some(Granted { asked_at, refresh_life_s });
                self.keep(connection, parent, New { stored, issued, granted, scopes }, entry).await
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
                    self.app_judged(connection, Some(code)).await;
                    self.observe(connection.id, connection.version, move |c| c.facts.paused = Some(code)).await?;
                }
                self.went_wrong(connection, &error, retry_after, false).await?;
                self.ports.journal.finish(entry).await?;
                Err(error.with("label", connection.label.as_str()))
            }
            Judgement::Unclear { error, retry_after } => self.unclear(connection, error, retry_after, entry).await,
        }
    }

    async fn keep(&self, connection: &Connection, parent: Parent, new: New, entry: &EntryId) -> Result<Renewal> {
        let id = connection.id;
        match self.ports.vault.replace(id, Some(parent), &new.stored).await {
            Ok(Replaced::Stored) => {}
            Ok(Replaced::Conflict(current)) => {
                // Something newer is kept (a person pasted over it): ours is superseded, nothing is overwritten.
                let newer = current.as_ref().as_ref().is_some_and(|current| current.version > parent.version);
                if current.is_none() {
                    // Somebody erased the entry by hand meanwhile: nothing is there to be overwritten.
                    self.ports.vault.replace(id, None, &new.stored).await?;
                    self.advance(connection, &new, None).await?;
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
                lock(&self.shared.unstored).insert(id, new.stored.clone());
                self.advance(connection, &new, Some(&error)).await?;
                return Ok(Renewal::Renewed);
            }
        }
        crash_point("renew:5-stored");
        lock(&self.shared.unstored).remove(&id);
        self.advance(connection, &new, None).await?;
        crash_point("renew:6-catalogued");
        self.ports.journal.finish(entry).await?;
        crash_point("renew:7-done");
        Ok(Renewal::Renewed)
    }
}

/// The credential that follows. `before` is missing when somebody has erased the entry by hand meanwhile: that costs
/// the key kept beside it, not what has just been issued.
fn successor(
    connection: &Connection,
    before: Option<&Credential>,
    access: AccessToken,
    refresh: Option<RefreshToken>,
) -> Result<Credential> {
    match (before, connection.kind, refresh) {
        (Some(before), _, refresh) => before.renewed(access, refresh),
        (None, CredentialKind::Reusable, Some(refresh)) => Ok(Credential::Reusable { access, refresh }),
        (None, _, Some(refresh)) => Ok(Credential::Rotating { access, refresh, fallback: None }),
        (None, _, None) => Err(ErrorCode::KeychainEntryMissing.into()),
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
