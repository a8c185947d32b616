//! `show`: everything known about one connection.

use bulla_core::Severity;
use bulla_home::{ConnectionView, GrantView, IdentityView};
use chrono::{DateTime, Utc};
use serde::Serialize;

use crate::context::Context;
use crate::failure::Outcome;
use crate::say::{self, Key};
use crate::table;
use crate::when::{self, Known};

use super::list;

pub(crate) async fn show(context: &mut Context, name: &str) -> Outcome {
    let (home, id) = context.kept(name).await?;
    let view = home.view(id).await?;
    let grant = home.grant(id).await?;
    if context.out.is_json() {
        return context.out.value(&Shown { view: &view, grant: grant.as_ref() });
    }
    let mut told = who(context, &view);
    told.extend(grant.iter().flat_map(granted));
    told.extend(state(context, &view));
    told.extend(history(context, &view));
    let pairs: Vec<_> = told.into_iter().map(|(key, value)| (context.out.text(key, &[]), value)).collect();
    table::facts(&pairs).iter().try_for_each(|line| context.out.line(line))
}

type Fact = (&'static Key, String);

fn who(context: &Context, view: &ConnectionView) -> Vec<Fact> {
    let organisations = view.identity.as_ref().map(|identity| identity.organisations.join(", ")).unwrap_or_default();
    vec![
        (&say::FACT_LABEL, view.label.clone()),
        (&say::FACT_ALIASES, view.aliases.join(", ")),
        (&say::FACT_PERSON, view.person.clone().unwrap_or_default()),
        (&say::FACT_ACCOUNT, view.identity.as_ref().map(account).unwrap_or_default()),
        (&say::FACT_ORGANISATIONS, organisations),
        (&say::FACT_PROVIDER, provider(context, view)),
        (&say::FACT_ADDRESS, view.base_url.clone()),
        (&say::FACT_ID, view.id.to_string()),
    ]
}

fn state(context: &Context, view: &ConnectionView) -> Vec<Fact> {
    let (out, now) = (&context.out, context.now());
    let moment = |at: Option<DateTime<Utc>>| at.map(when::moment).unwrap_or_default();
    let known = if view.estimated { Known::AtTheEarliest } else { Known::Exactly };
    let refresh = view.refresh_expires_at.map(|at| when::end(out, at, now, known)).unwrap_or_default();
    // A date nobody needs to act by would only worry.
    let deadline = view.deadline.filter(|_| view.severity > Severity::Ok);
    let issues: Vec<_> = view.issues.iter().map(|&code| out.cause(code)).collect();
    let key = match view.static_key.as_deref() {
        Some("fallback") => out.text(&say::KEY_FALLBACK, &[]),
        Some("in_use") => out.text(&say::KEY_IN_USE, &[]),
        _ => String::new(),
    };
    vec![
        (&say::FACT_STATE, list::state(out, view)),
        (&say::FACT_BECAUSE, issues.join(" ")),
        (&say::FACT_ACCESS, list::access(context, view)),
        (&say::FACT_REFRESH, refresh),
        (&say::FACT_NEXT, list::next(context, view)),
        (&say::FACT_OPENS, moment(view.renew_opens_at)),
        (&say::FACT_DEADLINE, moment(deadline)),
        (&say::FACT_HOLDER, list::holder(out, view)),
        (&say::FACT_KEY, key),
    ]
}

fn history(context: &Context, view: &ConnectionView) -> Vec<Fact> {
    let moment = |at: Option<DateTime<Utc>>| at.map(when::moment).unwrap_or_default();
    let last_error = view.last_error.as_ref().map(|failure| {
        let detail = failure.detail.as_deref().map(|detail| format!(" ({detail})")).unwrap_or_default();
        format!("{}  {}{detail}", when::moment(failure.at), context.out.cause(failure.code))
    });
    vec![
        (&say::FACT_VERSION, format!("{}.{}", view.epoch, view.generation)),
        (&say::FACT_RENEWED, moment(view.last_renewed_at)),
        (&say::FACT_USED, moment(view.last_used_at)),
        (&say::FACT_TESTED, moment(view.last_tested_at)),
        (&say::FACT_ERROR, last_error.unwrap_or_default()),
    ]
}

/// A name, an address, or both.
pub(crate) fn account(identity: &IdentityView) -> String {
    match (&identity.name, &identity.email) {
        (Some(name), Some(email)) => format!("{name} <{email}>"),
        (Some(one), None) | (None, Some(one)) => one.clone(),
        (None, None) => String::new(),
    }
}

fn provider(context: &Context, view: &ConnectionView) -> String {
    match view.provider.as_str() {
        "static" => context.out.text(&say::PROVIDER_STATIC, &[]),
        "huntflow" => context.out.text(&say::PROVIDER_HUNTFLOW, &[]),
        other => super::apps::provider_name(&context.out, other),
    }
}

/// What a person granted, for a connection that began so.
fn granted(grant: &GrantView) -> Vec<Fact> {
    let moment = |at: Option<DateTime<Utc>>| at.map(when::moment).unwrap_or_default();
    vec![
        (&say::FACT_APP, grant.app_label.clone()),
        (&say::FACT_SCOPES, grant.scopes.join(" ")),
        (&say::FACT_MISSING, grant.missing.join(" ")),
        (&say::FACT_CONSENTED, moment(grant.consented_at)),
        (&say::FACT_CONSENT_ENDS, moment(grant.consent_ends_at)),
    ]
}

/// What programs read: the view, and what was granted.
#[derive(Serialize)]
struct Shown<'a> {
    #[serde(flatten)]
    view: &'a ConnectionView,
    #[serde(skip_serializing_if = "Option::is_none")]
    grant: Option<&'a GrantView>,
}
