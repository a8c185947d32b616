//! The server's side of a hand-over, `agent enrol`, `agent open` and `agent return`; and `take-back`, which opens a
//! bundle the same way at the desk.

use std::path::Path;

use bulla_core::{Error, ErrorCode};
use bulla_home::{AppliedView, Home};
use serde_json::json;

use crate::cli::{NewBundle, OpenBundle};
use crate::context::Context;
use crate::failure::{Failure, Outcome};
use crate::input;
use crate::say;

use super::{find_all, servers};

/// Where a bundle is opened: the words differ, the rules do not.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Side {
    Desk,
    Server,
}

pub(crate) async fn enrol(context: &mut Context, sender: &str, name: Option<&str>) -> Outcome {
    let card = input::public_text(sender)?;
    let home = context.home().await?;
    let enrolled = home.enrol_agent(card.trim(), name).await?;
    context.out.note(&say::ENROLLED, &[("name", &enrolled.desk)]);
    servers::words(context, &enrolled.words);
    context.out.note(&say::COMPARE_WITH_DESK, &[]);
    if context.out.is_json() {
        return context.out.value(&json!({ "card": enrolled.card, "words": enrolled.words, "desk": enrolled.desk }));
    }
    context.out.alone(&enrolled.card)
}

pub(crate) async fn open(context: &mut Context, asked: &OpenBundle, side: Side) -> Outcome {
    let bytes = input::document(&asked.bundle)?;
    let home = context.existing().await?.ok_or(ErrorCode::BundleUnknownSender)?;
    let to_file = asked.receipt.as_deref().filter(|path| path.as_os_str() != "-");
    match home.open_bundle(&bytes).await {
        Ok(opened) => {
            let AppliedView { labels, from } = &opened.view;
            let key = if side == Side::Desk { &say::TAKEN_BACK } else { &say::OPENED };
            context.out.note(key, &[("labels", &labels.join(", ")), ("name", from)]);
            answer(context, &opened.receipt, Some(&opened.view), to_file)
        }
        // Lost receipts happen: asked for one by name, the same receipt is written again.
        Err(error) if error.code() == ErrorCode::BundleSeen && asked.receipt.is_some() => {
            again(context, &home, &bytes, to_file).await
        }
        Err(error) => Err(error.into()),
    }
}

async fn again(context: &mut Context, home: &Home, bytes: &[u8], to_file: Option<&Path>) -> Outcome {
    let receipt = home.receipt_again(bytes).await?;
    context.out.note(&say::SEEN_AGAIN, &[]);
    answer(context, &receipt, None, to_file)
}

fn answer(context: &mut Context, receipt: &str, applied: Option<&AppliedView>, to_file: Option<&Path>) -> Outcome {
    if let Some(path) = to_file {
        write_receipt(path, receipt)?;
        context.out.note(&say::RECEIPT_WRITTEN, &[("file", &path.display().to_string())]);
    } else {
        context.out.note(&say::RECEIPT_NEXT, &[]);
    }
    if context.out.is_json() {
        let labels = applied.map(|view| view.labels.as_slice()).unwrap_or_default();
        let from = applied.map(|view| view.from.as_str());
        return context.out.value(&json!({ "labels": labels, "from": from, "receipt": receipt, "again": applied.is_none() }));
    }
    if to_file.is_none() { context.out.alone(receipt) } else { Ok(()) }
}

/// A receipt is no secret; it can be written again at any time, so a plain write will do.
fn write_receipt(path: &Path, receipt: &str) -> Result<(), Error> {
    std::fs::write(path, format!("{receipt}\n"))
        .map_err(|error| Error::new(ErrorCode::FileUnwritable).with("file", path.display()).detail(error))
}

pub(crate) async fn give_back(context: &mut Context, asked: &NewBundle) -> Outcome {
    if asked.output.as_os_str() == "-" {
        return Err(Failure::Usage("`agent return` writes a file: give `--output` its name"));
    }
    let first = asked.connections.first().map(String::as_str).unwrap_or_default();
    let home = context.existing().await?.ok_or_else(|| Error::new(ErrorCode::NotFound).with("name", first))?;
    let ids = find_all(&home, &asked.connections).await?;
    let sealed = home.return_to_desk(&ids, asked.expires, &asked.output).await?;
    servers::told_sealed(context, &sealed);
    context.out.note(&say::RETURNED_NEXT, &[("file", &sealed.path)]);
    if context.out.is_json() { context.out.value(&sealed) } else { Ok(()) }
}
