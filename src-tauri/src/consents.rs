//! The consents this window waits for. The page knows them by id; addresses, codes and tokens stay here.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use bulla_core::{Error, ErrorCode, Identity, Result};
use bulla_home::providers::consent::FlowHandle;
use bulla_home::{Answered, ConsentEnd, Finished, IdentityView, LoggedIn, Login, PendingLogin, Unkept};
use tokio::sync::watch;
use uuid::Uuid;
use zeroize::Zeroizing;

use crate::desk::Desk;
use crate::error::refused;

/// Managed by Tauri.
#[derive(Default)]
pub(crate) struct Consents {
    waiting: Mutex<HashMap<Uuid, Arc<Waiting>>>,
}

struct Waiting {
    handle: FlowHandle,
    address: Zeroizing<String>,
    end: watch::Sender<Option<ConsentEnd>>,
    /// What waits for a person's decision.
    undecided: Mutex<Option<Undecided>>,
}

enum Undecided {
    Unconfirmed(Box<PendingLogin>),
    OtherPerson(Box<Unkept>),
}

impl Consents {
    /// Waits for a consent from now on, also when the page that began it is gone. The window closes without waiting for
    /// the person, and only after a code under way is redeemed.
    pub(crate) fn wait(&self, desk: Arc<Desk>, login: Login) -> Uuid {
        let id = Uuid::new_v4();
        let address = Zeroizing::new(login.url().expose().to_owned());
        let end = watch::Sender::new(None);
        let waiting = Arc::new(Waiting { handle: login.handle(), address, end, undecided: Mutex::default() });
        locked(&self.waiting).insert(id, waiting.clone());
        tauri::async_runtime::spawn(async move {
            let finished = match login.answered().await {
                Ok(Answered::Consented(redeemable)) => desk.finish_consent(redeemable.redeem()).await,
                Ok(Answered::NeedsConfirmation(pending)) => Ok(Finished::NeedsConfirmation(pending)),
                Err(error) => Err(error),
            };
            waiting.ended(finished);
        });
        id
    }

    /// How it ended; waits until it has.
    pub(crate) async fn end(&self, id: Uuid) -> Result<ConsentEnd> {
        let waiting = self.of(id)?;
        let mut end = waiting.end.subscribe();
        let ended = end.wait_for(Option::is_some).await.map_err(|_| ErrorCode::ConsentOver)?.clone();
        let ended = ended.ok_or(ErrorCode::ConsentOver)?;
        if locked(&waiting.undecided).is_none() {
            locked(&self.waiting).remove(&id);
        }
        Ok(ended)
    }

    /// A person decides about a consent of another person, or one that nobody has vouched for.
    pub(crate) async fn decide(&self, desk: &Desk, id: Uuid, keep: bool) -> Result<ConsentEnd> {
        let waiting = self.of(id)?;
        let undecided = locked(&waiting.undecided).take().ok_or(ErrorCode::ConsentOver)?;
        let finished = match undecided {
            _ if !keep => Err(ErrorCode::ConsentCancelled.into()),
            Undecided::Unconfirmed(pending) => desk.finish_consent(pending.confirmed_by_person()).await,
            Undecided::OtherPerson(unkept) => desk.finish_consent(async { Ok(kept(unkept.keep().await?)) }).await,
        };
        waiting.ended(finished);
        self.end(id).await
    }

    pub(crate) fn cancel(&self, id: Uuid) -> Result<()> {
        self.of(id)?.handle.cancel();
        Ok(())
    }

    pub(crate) fn paste(&self, id: Uuid, text: &str) -> Result<()> {
        self.of(id)?.handle.paste(text)
    }

    pub(crate) fn address(&self, id: Uuid) -> Result<Zeroizing<String>> {
        Ok(self.of(id)?.address.clone())
    }

    fn of(&self, id: Uuid) -> Result<Arc<Waiting>> {
        locked(&self.waiting).get(&id).cloned().ok_or_else(|| ErrorCode::ConsentOver.into())
    }
}

impl Waiting {
    fn ended(&self, finished: Result<Finished>) {
        let end = match finished {
            Ok(Finished::Kept(kept)) => {
                ConsentEnd { connection: Some(kept.view), missing: kept.missing, added: kept.added, ..end("kept", None) }
            }
            Ok(Finished::NeedsConfirmation(pending)) => {
                *locked(&self.undecided) = Some(Undecided::Unconfirmed(pending));
                end("confirm", None)
            }
            Ok(Finished::OtherPerson(unkept)) => {
                let (known, found) = (unkept.known().map(identity), unkept.found().map(identity));
                *locked(&self.undecided) = Some(Undecided::OtherPerson(unkept));
                ConsentEnd { known, found, ..end("other_person", None) }
            }
            Err(error) => end("failed", Some(error)),
        };
        self.end.send_replace(Some(end));
    }
}

fn end(state: &str, error: Option<Error>) -> ConsentEnd {
    ConsentEnd {
        state: state.to_owned(),
        connection: None,
        missing: Vec::new(),
        added: Vec::new(),
        known: None,
        found: None,
        error: error.map(refused),
    }
}

fn identity(identity: &Identity) -> IdentityView {
    IdentityView { name: identity.name.clone(), email: identity.email.clone(), organisations: identity.organisations.clone() }
}

fn kept(logged_in: LoggedIn) -> Finished {
    Finished::Kept(Box::new(logged_in))
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
