//! What the answers of `user_info` and of programs' calls say about a user's access token. Told by code, whatever the
//! HTTP status: the gateway answers 400 where others answer 401, and older APIs answer 200.

use bulla_core::{Error, ErrorCode, Identity, RawAnswer, ReadOutcome};
use serde::Deserialize;

use super::brand::Brand;
use super::codes::{self, Seen};
use super::envelope::Envelope;
use crate::oauth::retry_after;
use crate::scrub::filled;

/// What `GET /open-apis/authen/v1/user_info` says about the token it was asked with.
pub(super) fn outcome(brand: Brand, answer: &RawAnswer) -> ReadOutcome {
    let page = |code: ErrorCode| failed(answer, Error::new(code).detail(format!("HTTP {}", answer.status)), false);
    let Some(envelope) = Envelope::parse(&answer.body) else {
        return page(if answer.status == 429 { ErrorCode::RateLimited } else { ErrorCode::ProviderUnavailable });
    };
    let error = |code: ErrorCode| envelope.error(code, brand);
    match (answer.status, envelope.code()) {
        (429, _) => failed(answer, error(ErrorCode::RateLimited), false),
        (200..=299, Some(0)) => identity(&answer.body).map_or_else(|| page(ErrorCode::AnswerUnreadable), ReadOutcome::Alive),
        (500.., _) | (_, None | Some(0)) => page(ErrorCode::ProviderUnavailable),
        (_, Some(code)) => match codes::call(code) {
            Seen::Ended => ReadOutcome::Expired,
            Seen::NotAccepted => ReadOutcome::NotAccepted(error(ErrorCode::AccessNotAccepted)),
            Seen::Failed(code) => failed(answer, error(code), false),
            Seen::Paused(code) => failed(answer, error(code), true),
        },
    }
}

/// The platform does not take this access token any more and a renewal may help. It says the same code of an API that
/// takes no user's token at all, where a renewal would be spent for nothing. Only the gateway's codes count: an API's
/// own may be any number.
pub(super) fn access_rejected(answer: &RawAnswer) -> bool {
    let Some(envelope) = Envelope::parse(&answer.body) else { return false };
    let gateway = envelope.code().filter(|code| *code >= codes::GATEWAY);
    let ended = gateway.is_some_and(|code| codes::call(code) == Seen::Ended);
    answer.status < 500 && ended && !envelope.takes_no_user_token()
}

#[derive(Deserialize)]
struct UserInfo {
    data: Person,
}

/// `user_info`: open_id, name and tenant_key come without any scope, the e-mails with one.
#[derive(Deserialize)]
struct Person {
    open_id: Option<String>,
    union_id: Option<String>,
    name: Option<String>,
    en_name: Option<String>,
    email: Option<String>,
    enterprise_email: Option<String>,
}

/// The subject is `open_id`: it always comes, and is the person's lasting id with this app, to which the connection
/// belongs anyway. `union_id` spans the apps of one developer, but one that came with some answers only would make the
/// same person another one.
fn identity(body: &[u8]) -> Option<Identity> {
    let person = serde_json::from_slice::<UserInfo>(body).ok()?.data;
    let subject = filled(person.open_id).or(filled(person.union_id))?;
    Some(Identity {
        subject: Some(subject),
        name: filled(person.name).or(filled(person.en_name)),
        email: filled(person.email).or(filled(person.enterprise_email)),
        organisations: Vec::new(),
    })
}

fn failed(answer: &RawAnswer, error: Error, pauses: bool) -> ReadOutcome {
    ReadOutcome::Failed { error, pauses, retry_after: retry_after(answer) }
}
