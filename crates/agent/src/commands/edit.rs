//! `alias`, `rename`, `remove` and `restore`.

use bulla_core::{Error, ErrorCode};

use crate::context::Context;
use crate::failure::Outcome;
use crate::say;
use crate::when;

use super::done;

pub(crate) async fn alias(context: &mut Context, name: &str, connection: Option<&str>) -> Outcome {
    let Some(connection) = connection else { return forget_alias(context, name).await };
    let (home, id) = context.kept(connection).await?;
    let view = home.set_alias(name, id).await?;
    done(context, &view, &say::ALIAS_SET, &[("alias", name), ("label", &view.label)])
}

async fn forget_alias(context: &mut Context, name: &str) -> Outcome {
    let home = context.existing().await?.ok_or_else(|| not_found(name))?;
    home.remove_alias(name).await?;
    context.out.note(&say::ALIAS_REMOVED, &[("alias", name)]);
    if context.out.is_json() { context.out.value(&serde_json::json!({ "alias": name })) } else { Ok(()) }
}

pub(crate) async fn rename(context: &mut Context, name: &str, label: &str) -> Outcome {
    let (home, id) = context.kept(name).await?;
    let view = home.rename(id, label).await?;
    done(context, &view, &say::RENAMED, &[("label", &view.label)])
}

pub(crate) async fn remove(context: &mut Context, name: &str) -> Outcome {
    let (home, id) = context.kept(name).await?;
    let view = home.remove(id).await?;
    let until = view.removed_until.map(when::moment).unwrap_or_default();
    done(context, &view, &say::REMOVED, &[("label", &view.label), ("date", &until)])
}

pub(crate) async fn restore(context: &mut Context, name: &str) -> Outcome {
    let home = context.existing().await?.ok_or_else(|| not_found(name))?;
    let id = home.find_removed(name).await?;
    let view = home.restore(id).await?;
    done(context, &view, &say::RESTORED, &[("label", &view.label)])
}

fn not_found(name: &str) -> Error {
    Error::new(ErrorCode::NotFound).with("name", name)
}
