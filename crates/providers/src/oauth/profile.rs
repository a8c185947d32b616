//! Whose token it is, by the UserInfo endpoint (OpenID Connect Core §5.3): the cheap read call of most providers.

use bulla_core::{Error, ErrorCode, Identity, RawAnswer, ReadOutcome};
use reqwest::header::AUTHORIZATION;
use serde::Deserialize;
use serde_json::Value;

use super::table::retry_after;
use crate::http::{self, Http};
use crate::scrub::filled;

/// What a UserInfo endpoint says of a person.
#[derive(Debug, Deserialize)]
pub(crate) struct Profile {
    #[serde(default)]
    sub: Value,
    name: Option<String>,
    email: Option<String>,
    hd: Option<String>,
}

impl Profile {
    fn identity(self) -> Option<Identity> {
        let subject = match self.sub {
            Value::String(text) => filled(Some(text)),
            Value::Number(number) => Some(number.to_string()),
            _ => None,
        };
        Some(Identity {
            subject: Some(subject?),
            name: filled(self.name),
            email: filled(self.email),
            organisations: filled(self.hd).into_iter().collect(),
        })
    }
}

/// Asks who the bearer is.
pub(crate) async fn userinfo(http: &Http, url: &str, token: &str) -> ReadOutcome {
    let Some(token) = http::bearer(token) else {
        return ReadOutcome::NotAccepted(Error::new(ErrorCode::AccessNotAccepted).detail("no header can carry this token"));
    };
    match http::send(http.read.get(url).header(AUTHORIZATION, token)).await {
        Ok(answer) => outcome(&answer),
        Err(fault) => http::unanswered(fault),
    }
}

/// A 401 is said of tokens that have ended and of unknown ones alike (RFC 6750 §3.1); a renewal finds out which.
fn outcome(answer: &RawAnswer) -> ReadOutcome {
    let failed = |code: ErrorCode| ReadOutcome::Failed {
        error: Error::new(code).detail(format!("HTTP {}", answer.status)),
        pauses: false,
        retry_after: retry_after(answer),
    };
    match answer.status {
        200 => match serde_json::from_slice::<Profile>(&answer.body).ok().and_then(Profile::identity) {
            Some(identity) => ReadOutcome::Alive(identity),
            None => failed(ErrorCode::AnswerUnreadable),
        },
        401 => ReadOutcome::Expired,
        403 => failed(ErrorCode::AccessDenied),
        429 => failed(ErrorCode::RateLimited),
        _ => failed(ErrorCode::ProviderUnavailable),
    }
}

#[cfg(test)]
mod tests {
    use zeroize::Zeroizing;

    use super::*;

    fn read(status: u16, body: &str) -> ReadOutcome {
        outcome(&RawAnswer { status, retry_after_s: Some(9_999), body: Zeroizing::new(body.as_bytes().to_vec()) })
    }

    #[test]
    fn a_person_is_known_by_sub() {
        let ReadOutcome::Alive(identity) = read(200, r#"{"sub":"7","email":"a@b.c","name":" Anna\n"}"#) else { panic!("alive") };
        assert_eq!((identity.subject.as_deref(), identity.name.as_deref()), (Some("7"), Some("Anna")));
        assert!(matches!(read(200, r#"{"email":"a@b.c"}"#), ReadOutcome::Failed { .. }), "nobody");
    }

    #[test]
    fn every_status_says_one_thing() {
        assert!(matches!(read(401, ""), ReadOutcome::Expired));
        for (status, code) in [
            (403, ErrorCode::AccessDenied),
            (429, ErrorCode::RateLimited),
            (404, ErrorCode::ProviderUnavailable),
            (500, ErrorCode::ProviderUnavailable),
        ] {
            let ReadOutcome::Failed { error, pauses, retry_after } = read(status, "{}") else { panic!("{status}") };
            assert_eq!((error.code(), pauses), (code, false));
            assert_eq!(retry_after.map(|wait| wait.num_seconds()), Some(3_600));
        }
    }
}
