//! What the answers of test calls and of programs' calls say about an access token.

use bulla_core::{Error, ErrorCode, Identity, RawAnswer, ReadOutcome};
use serde::Deserialize;

use super::account::Tested;
use super::errors::{CALL, Said, Seen, meaning};
use crate::oauth::retry_after;
use crate::scrub::filled;

/// What a test call says. A 401 that is about scopes and a 403 say that the token is taken and does not reach this
/// account's record. That is no proof that the connection does what it is for, and no name to show: the test has failed
/// and the tokens are neither expired nor refused. `renews`: a renewal could help.
pub(super) fn outcome(answer: &RawAnswer, tested: &Tested<'_>, renews: bool) -> ReadOutcome {
    let page = |code: ErrorCode| failed(answer, Error::new(code).detail(format!("HTTP {}", answer.status)), false);
    if (200..300).contains(&answer.status) {
        return identity(&answer.body, tested).map_or_else(page, ReadOutcome::Alive);
    }
    if answer.status == 429 {
        return page(ErrorCode::RateLimited);
    }
    let Some(said) = Said::parse(&answer.body) else {
        return page(ErrorCode::ProviderUnavailable);
    };
    match meaning(CALL, answer.status, &said) {
        Some(Seen::Ended) if renews => ReadOutcome::Expired,
        Some(Seen::Ended) => ReadOutcome::NotAccepted(said.error(ErrorCode::AccessNotAccepted)),
        Some(Seen::NotInScope) => failed(answer, said.error(ErrorCode::TestNotPossible).with("scope", tested.test.scope), false),
        Some(Seen::Failed(code)) => failed(answer, said.error(code), false),
        Some(Seen::Paused(code)) => failed(answer, said.error(code), true),
        None => failed(answer, said.error(ErrorCode::ProviderUnavailable), false),
    }
}

/// HighLevel does not take this access token any more and a renewal may help.
pub(super) fn access_rejected(answer: &RawAnswer) -> bool {
    answer.status == 401 && Said::parse(&answer.body).is_some_and(|said| meaning(CALL, answer.status, &said) == Some(Seen::Ended))
}

/// `{"location":{…}}`, `{"company":{…}}`, or a list of files that says nothing of the account.
#[derive(Deserialize)]
struct Wire {
    location: Option<Account>,
    company: Option<Account>,
    files: Option<serde::de::IgnoredAny>,
}

#[derive(Deserialize)]
struct Account {
    name: Option<String>,
    email: Option<String>,
}

/// The account that was asked for: the answer to another one would have been a refusal.
fn identity(body: &[u8], tested: &Tested<'_>) -> Result<Identity, ErrorCode> {
    let json = || serde_json::from_slice::<serde::de::IgnoredAny>(body).is_ok();
    let unreadable = || if json() { ErrorCode::AnswerUnreadable } else { ErrorCode::ProviderUnavailable };
    let wire: Wire = serde_json::from_slice(body).map_err(|_| unreadable())?;
    let account = match (wire.location.or(wire.company), wire.files) {
        (Some(account), _) => account,
        (None, Some(_)) => Account { name: None, email: None },
        (None, None) => return Err(unreadable()),
    };
    Ok(Identity {
        subject: Some(tested.id.to_owned()),
        name: filled(account.name),
        email: filled(account.email),
        organisations: Vec::new(),
    })
}

fn failed(answer: &RawAnswer, error: Error, pauses: bool) -> ReadOutcome {
    ReadOutcome::Failed { error, pauses, retry_after: retry_after(answer) }
}
