//! What a token endpoint's refusal means, as data.

use bulla_core::{Error, ErrorCode, Judgement, RawAnswer, Rules};
use chrono::TimeDelta;

use crate::consent::{TokenFault, TokenRefusal, read_token_answer};

/// What a refusal says about the refresh token that was sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Meaning {
    /// It is dead.
    Dead(ErrorCode),
    /// It lives, and the app or the account is shut out until somebody mends that.
    Paused(ErrorCode),
    /// It lives, and this request was refused.
    Refused(ErrorCode),
    /// Nobody has judged it.
    Unclear(ErrorCode),
}

impl Meaning {
    /// The code that says it.
    pub(crate) const fn code(self) -> ErrorCode {
        match self {
            Self::Dead(code) | Self::Paused(code) | Self::Refused(code) | Self::Unclear(code) => code,
        }
    }
}

/// One refusal of a provider's table.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Row {
    /// `error`.
    pub(crate) error: &'static str,
    /// `error_subtype`, where only that tells.
    pub(crate) subtype: Option<&'static str>,
    /// What it means.
    pub(crate) meaning: Meaning,
}

impl Row {
    /// A row that any subtype fits.
    pub(crate) const fn new(error: &'static str, meaning: Meaning) -> Self {
        Self { error, subtype: None, meaning }
    }

    /// A row for one subtype; it must stand before the one for any.
    pub(crate) const fn with_subtype(error: &'static str, subtype: &'static str, meaning: Meaning) -> Self {
        Self { error, subtype: Some(subtype), meaning }
    }

    fn fits(&self, refusal: &TokenRefusal) -> bool {
        self.error == refusal.error && self.subtype.is_none_or(|subtype| refusal.subtype.as_deref() == Some(subtype))
    }
}

/// RFC 6749 §5.2, and the two of §4.1.2.1 that some servers send from their token endpoint too.
const STANDARD: &[Row] = &[
    Row::new("invalid_grant", Meaning::Dead(ErrorCode::RefreshNotFound)),
    Row::new("invalid_client", Meaning::Paused(ErrorCode::AppRefused)),
    Row::new("unauthorized_client", Meaning::Paused(ErrorCode::AppRefused)),
    Row::new("invalid_scope", Meaning::Refused(ErrorCode::ConsentScopeRefused)),
    Row::new("access_denied", Meaning::Paused(ErrorCode::AccessDenied)),
    Row::new("invalid_request", Meaning::Refused(ErrorCode::BadRequest)),
    Row::new("unsupported_grant_type", Meaning::Refused(ErrorCode::BadRequest)),
    Row::new("slow_down", Meaning::Refused(ErrorCode::RateLimited)),
    Row::new("temporarily_unavailable", Meaning::Unclear(ErrorCode::ProviderUnavailable)),
    Row::new("server_error", Meaning::Unclear(ErrorCode::ProviderUnavailable)),
];

/// What a refusal means by a provider's own table, then by the standard's. An error nobody knows has judged nothing.
pub(crate) fn meaning(table: &[Row], refusal: &TokenRefusal) -> Meaning {
    if refusal.status == 429 {
        return Meaning::Refused(ErrorCode::RateLimited);
    }
    let row = table.iter().chain(STANDARD).find(|row| row.fits(refusal));
    row.map_or(Meaning::Unclear(ErrorCode::BadRequest), |row| row.meaning)
}

/// Judges an answer to a renewal. Pure.
pub(crate) fn judge(table: &[Row], rules: &Rules, answer: &RawAnswer) -> Judgement {
    let retry_after = retry_after(answer);
    match read_token_answer(answer) {
        Ok(tokens) => Judgement::Renewed {
            access: tokens.access,
            refresh: tokens.refresh,
            access_life_s: tokens.access_life_s.or(rules.access_life.map(|life| life.num_seconds())).unwrap_or_default(),
            refresh_life_s: tokens.refresh_life_s,
            scopes: tokens.scopes,
        },
        Err(TokenFault::Refused(refusal)) => {
            let meaning = meaning(table, &refusal);
            judged(meaning, refusal.as_error(meaning.code()), retry_after)
        }
        Err(TokenFault::Unclear(_)) if answer.status == 429 => {
            Judgement::Refused { error: ErrorCode::RateLimited.into(), pauses: false, retry_after }
        }
        Err(TokenFault::Unclear(error)) => Judgement::Unclear { error, retry_after },
    }
}

/// The judgement that a meaning is; `error` bears its code.
pub(crate) fn judged(meaning: Meaning, error: Error, retry_after: Option<TimeDelta>) -> Judgement {
    match meaning {
        Meaning::Dead(_) => Judgement::Dead(error),
        Meaning::Paused(_) => Judgement::Refused { error, pauses: true, retry_after },
        Meaning::Refused(_) => Judgement::Refused { error, pauses: false, retry_after },
        Meaning::Unclear(_) => Judgement::Unclear { error, retry_after },
    }
}

/// How long the provider asks to wait; at most an hour is believed.
pub(crate) fn retry_after(answer: &RawAnswer) -> Option<TimeDelta> {
    answer.retry_after_s.map(|seconds| TimeDelta::seconds(i64::from(seconds).min(3600)))
}

#[cfg(test)]
mod tests {
    use bulla_core::{CredentialKind, ProviderKind, rules};
    use zeroize::Zeroizing;

    use super::*;

    fn answer(status: u16, body: &str) -> RawAnswer {
        RawAnswer { status, retry_after_s: None, body: Zeroizing::new(body.as_bytes().to_vec()) }
    }

    fn judged(status: u16, body: &str) -> Judgement {
        judge(&[], rules(ProviderKind::Oidc, CredentialKind::Rotating), &answer(status, body))
    }

    #[test]
    fn every_row_of_the_standard_has_its_meaning() {
        for row in STANDARD {
            let judged = judged(400, &format!(r#"{{"error":"{}"}}"#, row.error));
            let fits = match (row.meaning, &judged) {
                (Meaning::Dead(code), Judgement::Dead(error))
                | (Meaning::Paused(code), Judgement::Refused { error, pauses: true, .. })
                | (Meaning::Refused(code), Judgement::Refused { error, pauses: false, .. })
                | (Meaning::Unclear(code), Judgement::Unclear { error, .. }) => error.code() == code,
                _ => false,
            };
            assert!(fits, "{}: {judged:?}", row.error);
        }
    }

    #[test]
    fn an_unknown_error_and_a_servers_trouble_judge_nothing() {
        assert!(matches!(judged(400, r#"{"error":"something_new"}"#), Judgement::Unclear { .. }));
        assert!(matches!(judged(503, r#"{"error":"invalid_grant"}"#), Judgement::Unclear { .. }));
        assert!(matches!(judged(502, "<html>"), Judgement::Unclear { .. }));
    }

    #[test]
    fn a_limit_spends_nothing_whoever_says_it() {
        for body in ["<html>slow</html>", r#"{"error":"invalid_grant"}"#] {
            let Judgement::Refused { error, pauses, .. } = judged(429, body) else { panic!("{body}") };
            assert_eq!((error.code(), pauses), (ErrorCode::RateLimited, false));
        }
    }

    #[test]
    fn an_answer_without_a_life_lives_as_long_as_the_rules_say() {
        let Judgement::Renewed { access_life_s, refresh, refresh_life_s, .. } = judged(200, r#"{"access_token":"a"}"#) else {
            panic!("renewed")
        };
        assert_eq!((access_life_s, refresh.is_none(), refresh_life_s), (3_600, true, None));
    }

    #[test]
    fn a_subtype_counts_before_its_error() {
        const TABLE: &[Row] = &[
            Row::with_subtype("invalid_grant", "invalid_rapt", Meaning::Dead(ErrorCode::SignInAgain)),
            Row::new("invalid_grant", Meaning::Dead(ErrorCode::RefreshNotFound)),
        ];
        let refusal = |subtype: Option<&str>| TokenRefusal {
            status: 400,
            error: "invalid_grant".to_owned(),
            subtype: subtype.map(str::to_owned),
            description: None,
            uri: None,
        };
        assert_eq!(meaning(TABLE, &refusal(Some("invalid_rapt"))), Meaning::Dead(ErrorCode::SignInAgain));
        assert_eq!(meaning(TABLE, &refusal(None)), Meaning::Dead(ErrorCode::RefreshNotFound));
        assert_eq!(meaning(TABLE, &refusal(Some("other"))), Meaning::Dead(ErrorCode::RefreshNotFound));
    }
}
