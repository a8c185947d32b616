//! What an answer of `POST /v2/token/refresh` means.
//!
//! Codes: huntflow/api issues #547, #567, #574, #608, #620, #660, #662 and the official client's tests. A refusal
//! counts only in Huntflow's own envelope, because a refusal promises that nothing was spent and a proxy's page
//! cannot know that. 429 is the exception: limiters in front of the API answer for it.

use bulla_core::{AccessToken, CredentialKind, Error, ErrorCode, Judgement, ProviderKind, RawAnswer, RefreshToken, rules};
use chrono::TimeDelta;
use serde::Deserialize;
use serde_json::Value;

use super::{envelope::Envelope, retry_after};

/// Judges a whole answer. Pure.
pub(super) fn judge(answer: &RawAnswer) -> Judgement {
    let retry_after = retry_after(answer);
    if (200..300).contains(&answer.status) {
        return rotated(&answer.body).unwrap_or_else(|| Judgement::Unclear {
            error: Error::new(ErrorCode::AnswerUnreadable).detail(format!("HTTP {}", answer.status)),
            retry_after,
        });
    }
    let envelope = Envelope::parse(&answer.body);
    let refused = |error, pauses| Judgement::Refused { error, pauses, retry_after };
    match (answer.status, &envelope) {
        (403, Some(e)) if e.refresh_too_early() => Judgement::TooEarly,
        (404, Some(e)) if e.robot_token_not_found() => Judgement::Dead(e.error(ErrorCode::RefreshNotFound)),
        (402, Some(e)) => refused(e.error(ErrorCode::PaymentRequired), true),
        // The endpoint asks for no authorization, so a 401 is about the account, not the token spent.
        (401 | 403, Some(e)) => refused(e.error(ErrorCode::AccessDenied), false),
        (429, Some(e)) => refused(e.error(ErrorCode::RateLimited), false),
        (429, None) => refused(ErrorCode::RateLimited.into(), false),
        (400, Some(e)) if e.malformed_request() => refused(e.error(ErrorCode::BadRequest), false),
        (_, Some(e)) => Judgement::Unclear { error: e.error(ErrorCode::ProviderUnavailable), retry_after },
        (status, None) => {
            let error = Error::new(ErrorCode::ProviderUnavailable).detail(format!("HTTP {status}"));
            Judgement::Unclear { error, retry_after }
        }
    }
}

/// `RefreshTokenResponse` (`/v2/openapi.json`, huntflow/api `en/token.md`).
#[derive(Deserialize)]
struct Pair {
    access_token: Option<String>,
    refresh_token: Option<String>,
    #[serde(default)]
    expires_in: Value,
    #[serde(default)]
    refresh_token_expires_in: Value,
}

/// `None` unless both tokens are there: a null refresh token is an answer we cannot act on, not the old one kept.
fn rotated(body: &[u8]) -> Option<Judgement> {
    let pair: Pair = serde_json::from_slice(body).ok()?;
    let access = pair.access_token.map(AccessToken::new);
    let refresh = pair.refresh_token.map(RefreshToken::new);
    let (access, refresh) = (access?, refresh?);
    if access.expose().trim().is_empty() || refresh.expose().trim().is_empty() {
        return None;
    }
    let rules = rules(ProviderKind::Huntflow, CredentialKind::Rotating);
    Some(Judgement::Renewed {
        access,
        refresh: Some(refresh),
        access_life_s: life(&pair.expires_in, rules.access_life),
        refresh_life_s: Some(life(&pair.refresh_token_expires_in, rules.refresh_life)),
        scopes: None,
    })
}

/// The stated life when it is a sane number of seconds, else the rules'.
fn life(stated: &Value, usual: Option<TimeDelta>) -> i64 {
    let seconds = match stated {
        #[expect(clippy::cast_possible_truncation, reason = "as casts saturate, and the range is checked below")]
        Value::Number(number) => number.as_i64().or_else(|| number.as_f64().map(|seconds| seconds as i64)),
        Value::String(text) => text.trim().parse().ok(),
        _ => None,
    };
    let sane = 60..=TimeDelta::days(400).num_seconds();
    seconds.filter(|seconds| sane.contains(seconds)).unwrap_or_else(|| usual.map_or(0, |life| life.num_seconds()))
}
