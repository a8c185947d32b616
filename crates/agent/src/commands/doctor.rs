//! `doctor`: what keeps Bulla from working here, with the next step for each finding.

use bulla_core::{Error, ErrorCode};
use bulla_home::{Diagnosis, words};
use serde::Serialize;

use crate::context::Context;
use crate::failure::{Failure, Outcome};
use crate::say;

use super::FAILED;

#[derive(Serialize)]
struct DiagnosisAnswer {
    subject: &'static str,
    ok: bool,
    code: Option<ErrorCode>,
    message: Option<String>,
    hint: Option<String>,
    detail: String,
}

pub(crate) async fn doctor(context: &mut Context) -> Outcome {
    let found = match context.existing().await {
        Ok(Some(home)) => home.doctor().await,
        Ok(None) => {
            let folder = context.folder().display().to_string();
            vec![Diagnosis {
                subject: "folder",
                ok: true,
                code: None,
                detail: context.out.text(&say::NO_HOME, &[("folder", &folder)]),
            }]
        }
        // What keeps the home from opening is the finding.
        Err(Failure::Refused(error)) => vec![closed(&error)],
        Err(other) => return Err(other),
    };
    let well = found.iter().all(|diagnosis| diagnosis.ok);
    let answers: Vec<_> = found.into_iter().map(|diagnosis| answer(context, diagnosis)).collect();
    if context.out.is_json() {
        context.out.value(&answers)?;
    } else {
        answers.iter().try_for_each(|answer| print(context, answer))?;
    }
    if well { Ok(()) } else { Err(Failure::Told(FAILED)) }
}

fn closed(error: &Error) -> Diagnosis {
    let detail = error.detail_text().unwrap_or_default().to_owned();
    Diagnosis { subject: "home", ok: false, code: Some(error.code()), detail }
}

fn answer(context: &Context, diagnosis: Diagnosis) -> DiagnosisAnswer {
    let Diagnosis { subject, ok, code, detail } = diagnosis;
    let words = match (ok, code) {
        (true, _) => None,
        (false, Some(code)) => {
            let (cause, act) = words::error(context.out.language(), &code.into());
            Some((cause, say::hint(code).map_or(act, |key| context.out.text(key, &[]))))
        }
        // A fault without a code is the clock's: no request fails by it, and every date is wrong.
        (false, None) => Some((context.out.text(&say::CLOCK_WRONG, &[]), context.out.text(&say::CLOCK_HINT, &[]))),
    };
    let (message, hint) = words.unzip();
    DiagnosisAnswer { subject, ok, code, message, hint, detail }
}

fn print(context: &mut Context, answer: &DiagnosisAnswer) -> Outcome {
    let subject = say::subject(answer.subject).map_or_else(|| answer.subject.to_owned(), |key| context.out.text(key, &[]));
    let head = if answer.ok { &say::DOCTOR_OK } else { &say::DOCTOR_BAD };
    let said = if answer.detail.is_empty() { subject } else { format!("{subject} ({})", answer.detail) };
    let line = context.out.text(head, &[("text", &said)]);
    context.out.line(&line)?;
    for text in [&answer.message, &answer.hint].into_iter().flatten() {
        // Indented below its finding.
        context.out.line(&format!("    {text}"))?;
    }
    Ok(())
}
