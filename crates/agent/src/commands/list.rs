//! `connections` and `server list`.

use bulla_core::{Health, Severity};
use bulla_home::{ConnectionView, ServerView};

use crate::context::Context;
use crate::failure::Outcome;
use crate::output::Output;
use crate::say;
use crate::table::Table;
use crate::when::{self, Known};

pub(crate) async fn connections(context: &mut Context, removed: bool) -> Outcome {
    let home = context.existing().await?;
    let views = match home {
        Some(home) if removed => home.removed().await?,
        Some(home) => home.views().await?,
        None => Vec::new(),
    };
    if context.out.is_json() {
        return context.out.value(&views);
    }
    if views.is_empty() {
        context.out.note(if removed { &say::NONE_REMOVED } else { &say::NO_CONNECTIONS }, &[]);
        return Ok(());
    }
    let heads = [
        &say::COLUMN_LABEL,
        &say::COLUMN_PERSON,
        &say::COLUMN_STATE,
        &say::COLUMN_ACCESS,
        &say::COLUMN_NEXT,
        &say::COLUMN_HOLDER,
    ];
    let mut table = Table::new(heads.map(|key| context.out.text(key, &[])).to_vec());
    for view in &views {
        table.row(&[
            view.label.clone(),
            view.person.clone().unwrap_or_default(),
            state(&context.out, view),
            access(context, view),
            next(context, view),
            holder(&context.out, view),
        ]);
    }
    print(context, &table)
}

pub(crate) async fn servers(context: &mut Context) -> Outcome {
    let home = context.existing().await?;
    let views = match home {
        Some(home) => home.servers().await?,
        None => Vec::new(),
    };
    if context.out.is_json() {
        return context.out.value(&views);
    }
    if views.is_empty() {
        context.out.note(&say::NO_SERVERS, &[]);
        return Ok(());
    }
    let heads = [&say::COLUMN_NAME, &say::COLUMN_FINGERPRINT, &say::COLUMN_HEARD, &say::COLUMN_HOLDS];
    let mut table = Table::new(heads.map(|key| context.out.text(key, &[])).to_vec());
    for ServerView { name, fingerprint, holds, last_heard_at, .. } in &views {
        let heard = last_heard_at.map(when::moment).unwrap_or_default();
        table.row(&[name.clone(), fingerprint.clone(), heard, holds.join(", ")]);
    }
    print(context, &table)
}

fn print(context: &mut Context, table: &Table) -> Outcome {
    table.lines().iter().try_for_each(|line| context.out.line(line))
}

/// The word for its state. "With a server" is only true of what a server holds.
pub(crate) fn state(out: &Output, view: &ConnectionView) -> String {
    match (view.health, view.custody.kind.as_str()) {
        (Health::Held, "desk") => out.text(&say::HELD_DESK, &[]),
        (Health::Held, "file") => out.text(&say::HELD_FILE, &[]),
        (Health::Held, "nobody") => out.text(&say::HELD_NOBODY, &[]),
        (health, _) => out.health(health),
    }
}

/// When the access token ends. What ended and renews itself is nobody's worry and said by the state.
pub(crate) fn access(context: &Context, view: &ConnectionView) -> String {
    let known = if view.estimated { Known::AtTheLatest } else { Known::Exactly };
    view.access_expires_at.map(|at| when::end(&context.out, at, context.now(), known)).unwrap_or_default()
}

/// What happens next: what a person must do, else what Bulla does by itself.
pub(crate) fn next(context: &Context, view: &ConnectionView) -> String {
    let (out, now) = (&context.out, context.now());
    if let Some(until) = view.removed_until {
        return out.text(&say::NEXT_ERASED, &[("date", &when::moment(until))]);
    }
    if view.health == Health::NeedsPerson {
        return out.text(&say::NEXT_PASTE, &[]);
    }
    if let Some(deadline) = view.deadline.filter(|at| view.severity > Severity::Ok && *at > now) {
        return out.text(&say::NEXT_DEADLINE, &[("date", &when::moment(deadline))]);
    }
    let keys = match view.next_step.as_deref() {
        Some("check") => (&say::NEXT_CHECK, &say::NEXT_CHECK_NOW),
        Some("renew") => (&say::NEXT_RENEW, &say::NEXT_RENEW_NOW),
        Some("probe") => (&say::NEXT_PROBE, &say::NEXT_PROBE_NOW),
        _ => return String::new(),
    };
    match view.next_step_at.filter(|at| *at > now) {
        Some(at) => out.text(keys.0, &[("date", &when::moment(at))]),
        None => out.text(keys.1, &[]),
    }
}

/// Who renews it, if not this home.
pub(crate) fn holder(out: &Output, view: &ConnectionView) -> String {
    let custody = &view.custody;
    match (view.health == Health::Held, custody.confirmed) {
        (false, _) => String::new(),
        (true, true) => custody.name.clone(),
        (true, false) => out.text(&say::HOLDER_UNCONFIRMED, &[("name", &custody.name)]),
    }
}
