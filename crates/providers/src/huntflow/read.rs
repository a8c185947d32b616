//! What the answers of `/v2/me`, `/v2/accounts` and of programs' calls say about an access token.

use bulla_core::{Error, ErrorCode, Identity, RawAnswer, ReadOutcome};
use serde::Deserialize;
use serde_json::Value;

use super::{envelope::Envelope, retry_after};
use crate::scrub::filled;

/// What `GET /v2/me` says about the token it was asked with.
///
/// A 404 `error.robot_token.not_found` on a read is reported for expired and for unknown tokens alike (huntflow CLI
/// changelog 2026-10): it counts as expired, because one renewal then finds out which, and a refusal of it is final.
pub(super) fn outcome(answer: &RawAnswer) -> ReadOutcome {
    if answer.status == 200 {
        return identity(&answer.body).map_or_else(|code| failed(answer, page(answer, code), false), ReadOutcome::Alive);
    }
    let Some(envelope) = Envelope::parse(&answer.body) else {
        return match answer.status {
            429 => failed(answer, ErrorCode::RateLimited.into(), false),
            status if (300..600).contains(&status) => failed(answer, page(answer, ErrorCode::ProviderUnavailable), false),
            _ => failed(answer, page(answer, ErrorCode::NoAnswer), false),
        };
    };
    match answer.status {
        _ if access_rejected_by(answer.status, &envelope) => ReadOutcome::Expired,
        401 => ReadOutcome::NotAccepted(envelope.error(ErrorCode::AccessNotAccepted)),
        402 => failed(answer, envelope.error(ErrorCode::PaymentRequired), true),
        403 => failed(answer, envelope.error(ErrorCode::AccessDenied), false),
        429 => failed(answer, envelope.error(ErrorCode::RateLimited), false),
        400 => failed(answer, envelope.error(ErrorCode::BadRequest), false),
        404 | 500..=599 => failed(answer, envelope.error(ErrorCode::ProviderUnavailable), false),
        _ => failed(answer, envelope.error(ErrorCode::NoAnswer), false),
    }
}

/// The provider does not take this access token any more and a renewal may help.
pub(super) fn access_rejected(answer: &RawAnswer) -> bool {
    Envelope::parse(&answer.body).is_some_and(|envelope| access_rejected_by(answer.status, &envelope))
}

/// The names in an answer of `GET /v2/accounts`; none when it is anything else.
pub(super) fn organisations(answer: &RawAnswer) -> Vec<String> {
    if answer.status != 200 {
        return Vec::new();
    }
    let accounts = serde_json::from_slice::<Accounts>(&answer.body).map(|accounts| accounts.items).unwrap_or_default();
    accounts.into_iter().filter_map(|account| filled(account.name).or(filled(account.nick))).collect()
}

/// `{"items":[{"id":int,"name":str,"nick":str,"member_type":…}]}` (client's `models/response/accounts.py`).
#[derive(Deserialize)]
struct Accounts {
    items: Vec<Account>,
}

#[derive(Deserialize)]
struct Account {
    name: Option<String>,
    nick: Option<String>,
}

/// `{"id":int,"name":str|null,"email":str|null,…}` (client's `models/response/accounts.py`, `en/user.md`).
#[derive(Deserialize)]
struct Me {
    #[serde(default)]
    id: Value,
    name: Option<String>,
    email: Option<String>,
}

fn identity(body: &[u8]) -> Result<Identity, ErrorCode> {
    let Ok(me) = serde_json::from_slice::<Me>(body) else {
        let json = serde_json::from_slice::<serde::de::IgnoredAny>(body).is_ok();
        return Err(if json { ErrorCode::AnswerUnreadable } else { ErrorCode::ProviderUnavailable });
    };
    let subject = match me.id {
        Value::Number(id) => Some(id.to_string()),
        Value::String(id) => filled(Some(id)),
        _ => None,
    };
    let subject = Some(subject.ok_or(ErrorCode::AnswerUnreadable)?);
    Ok(Identity { subject, name: filled(me.name), email: filled(me.email), organisations: Vec::new() })
}

fn access_rejected_by(status: u16, envelope: &Envelope) -> bool {
    (status == 401 && envelope.token_expired()) || (status == 404 && envelope.robot_token_not_found())
}

fn page(answer: &RawAnswer, code: ErrorCode) -> Error {
    Error::new(code).detail(format!("HTTP {}", answer.status))
}

fn failed(answer: &RawAnswer, error: Error, pauses: bool) -> ReadOutcome {
    ReadOutcome::Failed { error, pauses, retry_after: retry_after(answer) }
}
