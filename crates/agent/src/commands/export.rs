//! `export`: a plain-text file for a program that has its own idea of where tokens live.

use bulla_home::ExportFormat;
use serde_json::json;

use crate::cli::{Export, Format};
use crate::context::Context;
use crate::failure::{Failure, Outcome};
use crate::say;

pub(crate) async fn export(context: &mut Context, asked: &Export) -> Outcome {
    if asked.output.as_os_str() == "-" {
        return Err(Failure::Usage("`export` writes a file: give `--output` its name; `bulla token` prints a token"));
    }
    let (home, id) = context.kept(&asked.connection.connection).await?;
    let (format, word) = match asked.format {
        Format::HuntflowClient => (ExportFormat::HuntflowClient, "huntflow-client"),
        Format::Json => (ExportFormat::Json, "json"),
        Format::Env => (ExportFormat::Env, "env"),
        Format::GoogleAuth => (ExportFormat::GoogleAuth, "google-auth"),
        Format::Adc => (ExportFormat::Adc, "adc"),
    };
    home.export(id, format, &asked.output, asked.hand_over).await?;
    let rotating = home.view(id).await?.rotating;
    let file = asked.output.display().to_string();
    context.out.note(&say::EXPORTED, &[("file", &file)]);
    match (rotating, asked.hand_over) {
        (true, true) => context.out.note(&say::EXPORT_HANDED_OVER, &[]),
        (true, false) => context.out.note(&say::EXPORT_ACCESS_ONLY, &[]),
        (false, _) => {}
    }
    if context.out.is_json() {
        return context.out.value(&json!({ "file": file, "format": word, "hand_over": asked.hand_over }));
    }
    Ok(())
}
