//! `test`, `refresh`, `token` and `request`: what programs and their owners ask the keeper for.

use std::path::Path;

use bulla_core::ports::CallRequest;
use bulla_core::{Ask, ErrorCode, Handout, Health, Renewal};
use bulla_home::ConnectionView;
use chrono::{DateTime, TimeDelta, Utc};
use serde::Serialize;

use crate::cli::{Request, Token};
use crate::context::Context;
use crate::failure::{Failure, Outcome};
use crate::input;
use crate::say;
use crate::when;

use super::{FAILED, done, show};

pub(crate) async fn test(context: &mut Context, name: &str) -> Outcome {
    let (home, id) = context.kept(name).await?;
    let before = home.view(id).await?;
    let after = home.test(id).await?;
    let learnt = after.last_tested_at != before.last_tested_at;
    match &after.last_error {
        // Nothing was learnt: the provider could not be asked, or said nothing about the token.
        Some(failure) if !learnt => Err(told_of(failure.code, failure.detail.as_deref(), &after)),
        _ => match after.issues.first() {
            Some(&code) if after.health == Health::NeedsPerson && !after.valid => Err(told_of(code, None, &after)),
            _ => tested(context, &after),
        },
    }
}

fn told_of(code: ErrorCode, detail: Option<&str>, view: &ConnectionView) -> Failure {
    let error = bulla_core::Error::new(code).with("label", &view.label);
    Failure::Refused(match detail {
        Some(detail) => error.detail(detail),
        None => error,
    })
}

fn tested(context: &mut Context, view: &ConnectionView) -> Outcome {
    let account = view.identity.as_ref().map(show::account).unwrap_or_default();
    if view.valid {
        done(context, view, &say::TEST_WORKS, &[("label", &view.label), ("account", &account)])
    } else {
        done(context, view, &say::TEST_ENDED, &[("label", &view.label)])
    }
}

#[derive(Serialize)]
struct RefreshAnswer {
    outcome: &'static str,
    opens_at: Option<DateTime<Utc>>,
}

pub(crate) async fn refresh(context: &mut Context, name: &str) -> Outcome {
    let (home, id) = context.kept(name).await?;
    let refreshed = home.refresh(id).await?;
    let label = refreshed.view.label.as_str();
    let answer = match refreshed.outcome {
        Renewal::Renewed => {
            let until = refreshed.view.access_expires_at.map(when::moment).unwrap_or_default();
            context.out.note(&say::RENEWED, &[("label", label), ("date", &until)]);
            RefreshAnswer { outcome: "renewed", opens_at: None }
        }
        Renewal::AlreadyNewer => {
            context.out.note(&say::ALREADY_NEWER, &[("label", label)]);
            RefreshAnswer { outcome: "already_newer", opens_at: None }
        }
        Renewal::TooEarly { opens_at } => {
            match opens_at.map(when::moment) {
                Some(date) if refreshed.view.estimated => {
                    context.out.note(&say::TOO_EARLY_ABOUT, &[("label", label), ("date", &date)]);
                }
                Some(date) => context.out.note(&say::TOO_EARLY, &[("label", label), ("date", &date)]),
                None => context.out.note(&say::TOO_EARLY_UNKNOWN, &[("label", label)]),
            }
            RefreshAnswer { outcome: "too_early", opens_at }
        }
    };
    if context.out.is_json() { context.out.value(&answer) } else { Ok(()) }
}

/// The one answer that holds a secret: it goes to stdout and nowhere else.
#[derive(Serialize)]
struct TokenAnswer<'a> {
    access_token: &'a str,
    token_type: &'static str,
    expires_at: Option<DateTime<Utc>>,
    expires_in: Option<i64>,
    estimated: bool,
    warning: Option<ErrorCode>,
}

pub(crate) async fn token(context: &mut Context, asked: &Token) -> Outcome {
    let name = &asked.connection.connection;
    let (home, id) = context.kept_at_once(name).await?;
    let min_valid = TimeDelta::seconds(i64::from(asked.min_valid));
    let handout = home.token(id, Ask { min_valid, no_refresh: asked.no_refresh, rejected: asked.rejected }).await?;
    if let Some(code) = handout.warning {
        let view = home.view(id).await?;
        warn(context, code, &handout, &view);
    }
    if !context.out.is_json() {
        return context.out.alone(handout.token.expose());
    }
    let left = |at: DateTime<Utc>| (at - context.now()).num_seconds().max(0);
    let answer = TokenAnswer {
        access_token: handout.token.expose(),
        token_type: "bearer",
        expires_at: handout.expires_at,
        expires_in: handout.expires_at.map(left),
        estimated: handout.estimated,
        warning: handout.warning,
    };
    context.out.value(&answer)
}

/// The program gets its token; its owner should know this all the same.
fn warn(context: &mut Context, code: ErrorCode, handout: &Handout, view: &ConnectionView) {
    let cause = context.out.cause(code);
    let label = view.label.as_str();
    let from_key = view.rotating && view.static_key.is_some() && handout.expires_at.is_none();
    match code {
        _ if from_key => context.out.warn(&say::USED_KEY, &[("label", label), ("cause", &cause)]),
        ErrorCode::RefreshTooEarly => {
            let date = handout.expires_at.map(when::moment).unwrap_or_default();
            context.out.warn(&say::WINDOW_CLOSED, &[("label", label), ("date", &date)]);
        }
        _ => context.out.warn(&say::TOKEN_DESPITE, &[("label", label), ("cause", &cause)]),
    }
}

pub(crate) async fn request(context: &mut Context, asked: Request) -> Outcome {
    let body = asked.data.as_deref().map(body).transpose()?;
    let (home, id) = context.kept(&asked.connection.connection).await?;
    let call = CallRequest { method: asked.method, path: asked.path, body };
    let answer = home.request(id, &call).await?.raw;
    context.out.bytes(&answer.body)?;
    if (200..300).contains(&answer.status) {
        return Ok(());
    }
    context.out.note(&say::STATUS, &[("status", &answer.status.to_string())]);
    Err(Failure::Told(FAILED))
}

fn body(path: &Path) -> Result<Vec<u8>, bulla_core::Error> {
    input::document(path).map(|bytes| bytes.to_vec())
}
