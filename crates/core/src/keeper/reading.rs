//! Finding out by reading: cheap calls that spend nothing, and what they teach.

use crate::{Connection, ConnectionId, ErrorCode, Event, EventKind, ReadOutcome, Result, Stored, schedule::backoff_jitter};

use super::Keeper;

impl Keeper {
    /// Reads whose account the token is and whether it works. Never renews; what it learns counts.
    pub async fn test(&self, id: ConnectionId) -> Result<Connection> {
        let connection = self.connection(id).await?;
        connection.refuse_foreign(self.me())?;
        let stored = self.stored(id).await?;
        self.read_and_learn(&connection, &stored).await
    }

    /// One read call with the present token, and its lesson written to the catalog.
    pub(super) async fn read_and_learn(&self, connection: &Connection, stored: &Stored) -> Result<Connection> {
        let provider = (self.ports.provider)(connection.provider);
        let app = self.app(connection).await?;
        let outcome = provider.read(connection.site(app.as_ref()), stored.credential.in_calls()).await;
        self.learn(connection, stored, outcome).await
    }

    async fn learn(&self, connection: &Connection, stored: &Stored, outcome: ReadOutcome) -> Result<Connection> {
        let (id, now) = (connection.id, self.now());
        let event = Event::new(now, id, EventKind::Tested);
        match outcome {
            ReadOutcome::Alive(identity) => {
                let first = connection.facts.access_alive_at.is_none() || connection.facts.last_error.is_some();
                if first {
                    self.record(event).await;
                }
                self.observe(id, stored.version, move |c| {
                    c.facts.saw_alive(now);
                    c.facts.last_tested_at = Some(now);
                    c.identity = Some(identity);
                })
                .await
            }
            ReadOutcome::Expired => {
                self.record(Event::new(now, id, EventKind::FoundExpired)).await;
                self.observe(id, stored.version, move |c| {
                    c.facts.last_tested_at = Some(now);
                    if c.facts.access_expired_at.is_none() {
                        c.facts.access_expired_at = Some(now);
                    }
                    c.facts.access_refused_at = None;
                    // Found out just now: the renewal is due at once, not after an older failure's back-off.
                    c.facts.not_before = c.facts.asked_to_wait_until;
                })
                .await
            }
            ReadOutcome::NotAccepted(error) => {
                let failure = self.failure(&error);
                self.record(event.code(error.code())).await;
                self.observe(id, stored.version, move |c| {
                    c.facts.last_tested_at = Some(now);
                    c.facts.access_refused_at = Some(now);
                    c.facts.last_error = Some(failure);
                })
                .await
            }
            ReadOutcome::Failed { error, pauses, retry_after } => {
                let failure = self.failure(&error);
                let jitter = backoff_jitter(id, connection.facts.failures);
                self.record(event.code(error.code())).await;
                self.observe(id, stored.version, move |c| {
                    if pauses {
                        c.facts.paused = Some(failure.code);
                    }
                    c.facts.went_wrong(failure, retry_after, jitter);
                })
                .await
            }
        }
    }

    /// What the last read call made of the token, as an error for a caller who needs it to work.
    pub(super) fn reading_error(connection: &Connection) -> Option<ErrorCode> {
        connection.facts.last_error.as_ref().map(|failure| failure.code)
    }
}
