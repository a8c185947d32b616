//! `explain`: what a pasted error means. It makes and opens no home.

use bulla_core::{ErrorCode, ProviderKind};
use bulla_home::explain::{self, Explained, MAX_BYTES, Who};
use serde::Serialize;
use zeroize::Zeroizing;

use crate::context::Context;
use crate::failure::{Failure, Outcome};
use crate::input;
use crate::output::Output;
use crate::say;

use super::FAILED;

#[derive(Debug, Serialize)]
struct ExplainedAnswer {
    code: ErrorCode,
    provider: Option<ProviderKind>,
    found: String,
    who: Who,
    cause: String,
    act: String,
}

pub(crate) fn explain(context: &mut Context, text: Option<&str>) -> Outcome {
    let text = match text {
        Some(text) if text != "-" => Zeroizing::new(text.to_owned()),
        _ => pasted(&mut context.out)?,
    };
    if text.len() > MAX_BYTES {
        context.out.warn(&say::EXPLAIN_LONG, &[]);
    }
    let answers: Vec<_> = explain::explain(&text).into_iter().map(|found| answer(&context.out, found)).collect();
    if context.out.is_json() {
        context.out.value(&answers)?;
    } else {
        print(&mut context.out, &answers)?;
    }
    if answers.is_empty() { Err(Failure::Told(FAILED)) } else { Ok(()) }
}

fn pasted(out: &mut Output) -> Outcome<Zeroizing<String>> {
    if input::can_ask() {
        out.note(&say::EXPLAIN_PASTE, &[]);
    }
    let bytes = input::pasted(MAX_BYTES)?;
    Ok(Zeroizing::new(String::from_utf8_lossy(&bytes).into_owned()))
}

fn answer(out: &Output, explained: Explained) -> ExplainedAnswer {
    let who = explained.who();
    let Explained { code, provider, found } = explained;
    ExplainedAnswer { code, provider, found, who, cause: out.cause(code), act: out.act(code) }
}

fn print(out: &mut Output, answers: &[ExplainedAnswer]) -> Outcome {
    if answers.is_empty() {
        out.note(&say::EXPLAIN_NOTHING, &[]);
    }
    for (at, answer) in answers.iter().enumerate() {
        if at > 0 {
            out.line("")?;
        }
        let name = answer.provider.and_then(say::provider).map(|key| out.text(key, &[]));
        let head = name.map_or_else(
            || answer.found.clone(),
            |name| out.text(&say::EXPLAIN_FOUND, &[("found", &answer.found), ("provider", &name)]),
        );
        let who = out.text(say::who(answer.who), &[]);
        let who = out.text(&say::EXPLAIN_WHO, &[("who", &who)]);
        let act = out.text(&say::EXPLAIN_ACT, &[("text", &answer.act)]);
        out.line(&head)?;
        for text in [&answer.cause, &who, &act] {
            // Indented below its finding.
            out.line(&format!("    {text}"))?;
        }
    }
    Ok(())
}
