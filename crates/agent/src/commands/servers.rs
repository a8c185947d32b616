//! The desk's side of a hand-over: `sender`, `server add`, `seal`, `receipt` and `recall`.

use std::io::IsTerminal;
use std::path::Path;

use bulla_core::{Error, ErrorCode};
use bulla_home::SealedView;
use serde_json::json;

use crate::cli::{NewBundle, Seal};
use crate::context::Context;
use crate::failure::{Failure, Outcome};
use crate::input;
use crate::say;
use crate::when;

use super::{done, find_all};

pub(crate) async fn sender(context: &mut Context, name: Option<&str>) -> Outcome {
    let home = context.home().await?;
    let card = home.card(name).await?;
    if context.out.is_json() {
        let fingerprint = home.info().await?.fingerprint;
        return context.out.value(&json!({ "card": card, "fingerprint": fingerprint }));
    }
    context.out.alone(&card)?;
    context.out.note(&say::SENDER_NEXT, &[]);
    Ok(())
}

pub(crate) async fn add(context: &mut Context, card: &str) -> Outcome {
    let card = input::public_text(card)?;
    let home = context.home().await?;
    let server = home.add_server(card.trim()).await?;
    context.out.note(&say::SERVER_ADDED, &[("name", &server.name), ("fingerprint", &server.fingerprint)]);
    words(context, &server.words);
    context.out.note(&say::COMPARE_WITH_SERVER, &[("name", &server.name)]);
    if context.out.is_json() { context.out.value(&server) } else { Ok(()) }
}

/// The eight words, each numbered: two people read them to each other.
pub(crate) fn words(context: &mut Context, words: &[String]) {
    for (at, four) in words.chunks(4).enumerate() {
        let line: Vec<_> = four.iter().enumerate().map(|(n, word)| format!("{}. {word:<10}", at * 4 + n + 1)).collect();
        context.out.remark(&format!("  {}", line.join(" ").trim_end()));
    }
}

pub(crate) async fn seal(context: &mut Context, asked: &Seal) -> Outcome {
    let to_stdout = bundle_on_stdout(context, &asked.bundle)?;
    let first = asked.bundle.connections.first().map(String::as_str).unwrap_or_default();
    let home = context.existing().await?.ok_or_else(|| Error::new(ErrorCode::NotFound).with("name", first))?;
    let server = home.find_server(&asked.server).await?;
    let ids = find_all(&home, &asked.bundle.connections).await?;
    if !to_stdout {
        let sealed = home.seal(&server, &ids, asked.bundle.expires, &asked.bundle.output).await?;
        told_sealed(context, &sealed);
        context.out.note(&say::SEALED_NEXT, &[("copy", &sealed.copy_command), ("open", &sealed.open_command)]);
        return if context.out.is_json() { context.out.value(&sealed) } else { Ok(()) };
    }
    let (sealed, bytes) = home.seal_to_bytes(&server, &ids, asked.bundle.expires).await?;
    told_sealed(context, &sealed);
    let written = context.out.bytes(&bytes);
    if written.is_err() {
        // The connections count as sent: nobody can tell how much of the file arrived.
        context.out.warn(&say::BUNDLE_UNWRITTEN, &[("date", &when::moment(sealed.expires))]);
    }
    written
}

/// Whether the bundle goes to stdout. Checked before anything is handed over.
pub(crate) fn bundle_on_stdout(context: &Context, bundle: &NewBundle) -> Result<bool, Failure> {
    if bundle.output.as_os_str() != "-" {
        return Ok(false);
    }
    if context.out.is_json() {
        return Err(Failure::Usage("`--output -` puts the bundle on stdout, where `--json` puts the answer"));
    }
    if std::io::stdout().is_terminal() {
        return Err(Failure::Usage("a bundle is not text: give `--output` a file, or send stdout to one"));
    }
    Ok(true)
}

pub(crate) fn told_sealed(context: &mut Context, sealed: &SealedView) {
    let (labels, until) = (sealed.labels.join(", "), when::moment(sealed.expires));
    context.out.note(&say::SEALED, &[("labels", &labels), ("name", &sealed.server), ("date", &until)]);
    context.out.note(&say::ONLY_HOLDER_RENEWS, &[("name", &sealed.server)]);
}

pub(crate) async fn receipt(context: &mut Context, file: &Path) -> Outcome {
    let bytes = input::document(file)?;
    let home = context.existing().await?.ok_or(ErrorCode::ReceiptUnknown)?;
    let applied = home.apply_receipt(String::from_utf8_lossy(&bytes).trim()).await?;
    context.out.note(&say::RECEIPT_APPLIED, &[("name", &applied.from), ("labels", &applied.labels.join(", "))]);
    if context.out.is_json() { context.out.value(&applied) } else { Ok(()) }
}

pub(crate) async fn recall(context: &mut Context, name: &str, force: bool) -> Outcome {
    let (home, id) = context.kept(name).await?;
    let view = home.recall(id, force).await?;
    if force {
        context.out.warn(&say::RECALL_DANGER, &[]);
    }
    let state = context.out.health(view.health);
    done(context, &view, &say::RECALLED, &[("label", &view.label), ("state", &state)])
}
