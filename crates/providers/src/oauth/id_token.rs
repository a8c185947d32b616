//! What an ID token says about a person. Its signature is not checked: it came straight from the token endpoint over
//! TLS, which OpenID Connect Core §3.1.3.7 (6) allows.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use bulla_core::{Error, ErrorCode, IdToken, Identity, Result};
use chrono::{DateTime, TimeDelta, Utc};
use serde::Deserialize;
use zeroize::Zeroizing;

use crate::scrub::filled;

/// Two machines' clocks may differ by as much.
const CLOCK_SKEW: TimeDelta = TimeDelta::minutes(5);

/// What is read of an ID token.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub(crate) struct Claims {
    iss: String,
    sub: String,
    aud: Audience,
    exp: i64,
    name: Option<String>,
    email: Option<String>,
    /// Google: the Workspace domain of the account.
    hd: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(untagged)]
enum Audience {
    One(String),
    Several(Vec<String>),
}

impl Claims {
    /// Whose account it is.
    pub(crate) fn identity(self) -> Identity {
        Identity {
            subject: Some(self.sub),
            name: filled(self.name),
            email: filled(self.email),
            organisations: filled(self.hd).into_iter().collect(),
        }
    }
}

/// Reads an ID token that was issued by one of `issuers` for `client_id` and has not ended.
///
/// # Errors
/// `answer_unreadable` when it is none, `issuer_mismatch` when it is somebody else's.
pub(crate) fn read_id_token(token: &IdToken, issuers: &[&str], client_id: &str, now: DateTime<Utc>) -> Result<Claims> {
    let unreadable = || Error::new(ErrorCode::AnswerUnreadable).detail("the ID token cannot be read");
    let mut parts = token.expose().split('.');
    let (Some(_), Some(claims), Some(_), None) = (parts.next(), parts.next(), parts.next(), parts.next()) else {
        return Err(unreadable());
    };
    let json = Zeroizing::new(URL_SAFE_NO_PAD.decode(claims.trim_end_matches('=')).map_err(|_| unreadable())?);
    let claims: Claims = serde_json::from_slice(&json).map_err(|_| unreadable())?;
    let ours = match &claims.aud {
        Audience::One(aud) => aud == client_id,
        Audience::Several(list) => list.iter().any(|aud| aud == client_id),
    };
    let lives = DateTime::from_timestamp(claims.exp, 0).is_some_and(|ends| now < ends + CLOCK_SKEW);
    if claims.sub.is_empty() || !lives {
        return Err(unreadable());
    }
    if !ours || !issuers.contains(&claims.iss.as_str()) {
        return Err(Error::new(ErrorCode::IssuerMismatch).detail("the ID token is another server's or another app's"));
    }
    Ok(claims)
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn token(claims: &Value) -> IdToken {
        IdToken::new(format!("e30.{}.c2ln", URL_SAFE_NO_PAD.encode(claims.to_string())))
    }

    fn claims() -> Value {
        json!({ "iss": "https://a.example", "sub": "7", "aud": "me", "exp": 1_800_000_000, "email": "anna@a.example" })
    }

    fn read(claims: &Value) -> Result<Identity, ErrorCode> {
        let now = DateTime::from_timestamp(1_799_999_000, 0).expect("a date");
        read_id_token(&token(claims), &["https://a.example"], "me", now).map(Claims::identity).map_err(|e| e.code())
    }

    #[test]
    fn it_says_whose_account_it_is() {
        let identity = read(&claims()).expect("ours");
        assert_eq!((identity.subject.as_deref(), identity.email.as_deref()), (Some("7"), Some("anna@a.example")));
        let mut several = claims();
        several["aud"] = json!(["you", "me"]);
        assert!(read(&several).is_ok());
    }

    #[test]
    fn another_servers_apps_or_times_token_is_refused() {
        for (name, value, code) in [
            ("iss", json!("https://b.example"), ErrorCode::IssuerMismatch),
            ("aud", json!("you"), ErrorCode::IssuerMismatch),
            ("aud", json!([]), ErrorCode::IssuerMismatch),
            ("exp", json!(1_700_000_000), ErrorCode::AnswerUnreadable),
            ("exp", json!(i64::MAX), ErrorCode::AnswerUnreadable),
            ("sub", json!(""), ErrorCode::AnswerUnreadable),
        ] {
            let mut other = claims();
            other[name] = value;
            assert_eq!(read(&other), Err(code), "{name}");
        }
        for text in ["", "a.b", "a.!.c", "a.e30.c", "a.b.c.d"] {
            let now = DateTime::UNIX_EPOCH;
            assert!(read_id_token(&IdToken::new(text.to_owned()), &["https://a.example"], "me", now).is_err(), "{text}");
        }
    }
}
