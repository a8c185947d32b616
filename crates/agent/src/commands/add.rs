//! `add` and `replace`: secrets come in by stdin, a hidden prompt or a file, and are proved by one read call.

use std::path::Path;

use bulla_core::{Error, ErrorCode};
use bulla_home::{ConnectionView, KeepRequest, Kept, PasteInput, environment, look, preset};

use crate::cli::{Add, New};
use crate::context::Context;
use crate::failure::Outcome;
use crate::input;
use crate::output::Output;
use crate::say;

use super::show;

const STATIC: &str = "static";

pub(crate) async fn add(context: &mut Context, what: Add) -> Outcome {
    let (new, paste) = match what {
        Add::Huntflow { new, api_key_file } => (new, pair(&context.out, api_key_file.as_deref())?),
        Add::Static { new } => (new, key(&context.out)?),
    };
    if let Some(problem) = look(&paste).problem {
        return Err(problem.into());
    }
    let base_url = base_url(context, &new, &paste)?;
    // Only now: what is refused leaves no home behind.
    let home = context.home().await?;
    let request = KeepRequest {
        paste,
        base_url,
        label: new.label,
        person: new.person,
        replaces: None,
        confirmed_other_person: false,
        same_label_replaces: true,
    };
    let kept = home.keep(request).await?;
    told(context, &kept)
}

pub(crate) async fn replace(context: &mut Context, name: &str, another_person: bool) -> Outcome {
    let (home, id) = context.kept(name).await?;
    let before = home.view(id).await?;
    let paste = if before.provider == STATIC { key(&context.out)? } else { pair(&context.out, None)? };
    let request = KeepRequest {
        paste,
        base_url: before.base_url,
        label: before.label,
        person: before.person,
        replaces: Some(id),
        confirmed_other_person: another_person,
        same_label_replaces: false,
    };
    let kept = home.keep(request).await?;
    told(context, &kept)
}

/// A pair from a pipe in any form, or typed. The whole pair at the first prompt is fine too: then nothing more is asked.
fn pair(out: &Output, api_key_file: Option<&Path>) -> Result<PasteInput, Error> {
    let mut paste = PasteInput::default();
    if let Some(path) = api_key_file {
        paste.api_key = input::secret_file(path, out)?;
        if paste.api_key.trim().is_empty() {
            return Err(Error::new(ErrorCode::PasteEmpty).with("file", path.display()));
        }
    }
    if !input::can_ask() {
        paste.text = input::piped_secret(out)?;
        return if paste.text.trim().is_empty() { Err(ErrorCode::PasteEmpty.into()) } else { Ok(paste) };
    }
    let first = input::hidden(&out.text(&say::PROMPT_ACCESS, &[]))?;
    // A token is one word without quotes; anything else is a text that holds both.
    let is_text = first.trim().contains(|c: char| c.is_whitespace() || matches!(c, '"' | '{' | '=' | ':' | '&'));
    if is_text {
        paste.text = first;
    } else {
        paste.access = first;
        paste.refresh = input::hidden(&out.text(&say::PROMPT_REFRESH, &[]))?;
    }
    Ok(paste)
}

fn key(out: &Output) -> Result<PasteInput, Error> {
    let api_key = if input::can_ask() { input::hidden(&out.text(&say::PROMPT_KEY, &[]))? } else { input::piped_secret(out)? };
    if api_key.trim().is_empty() {
        return Err(ErrorCode::PasteEmpty.into());
    }
    Ok(PasteInput { api_key, ..PasteInput::default() })
}

/// What was asked for, else what the pasted text names, else production, and then that is said.
fn base_url(context: &mut Context, new: &New, paste: &PasteInput) -> Result<String, Error> {
    if let Some(address) = &new.base_url {
        return Ok(environment(address)?.base_url);
    }
    if let Some(env) = new.env {
        return preset(env.as_str()).map(|found| found.base_url).ok_or_else(|| ErrorCode::BaseUrlInvalid.into());
    }
    let found = look(paste).environment;
    let (key, found) = match found {
        Some(found) => (&say::ADDRESS_FOUND, found),
        None => (&say::ADDRESS_ASSUMED, preset("prod").ok_or(ErrorCode::BaseUrlInvalid)?),
    };
    context.out.note(key, &[("address", &found.base_url)]);
    Ok(found.base_url)
}

fn told(context: &mut Context, kept: &Kept) -> Outcome {
    let view: &ConnectionView = &kept.view;
    let key = if kept.replaced { &say::REPLACED } else { &say::KEPT };
    context.out.note(key, &[("label", &view.label)]);
    match &view.identity {
        Some(identity) => {
            let account = std::iter::once(show::account(identity)).chain(identity.organisations.iter().cloned());
            let account: Vec<_> = account.filter(|part| !part.is_empty()).collect();
            context.out.note(&say::BELONGS_TO, &[("account", &account.join(", "))]);
        }
        None if kept.checked => context.out.note(&say::KEPT_EXPIRED, &[]),
        None => context.out.warn(&say::KEPT_UNCHECKED, &[]),
    }
    if view.rotating && view.estimated {
        context.out.note(&say::AGE_UNKNOWN, &[]);
    }
    if context.out.is_json() { context.out.value(view) } else { Ok(()) }
}
