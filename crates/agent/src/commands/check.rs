//! `check`: a monitoring plugin. Its first line is a summary that begins with the status in capitals, as the convention
//! has it in every language; then one line per finding. Exit 0 ok, 1 warning, 2 critical, 3 unknown.

use bulla_core::{Error, ErrorCode, Health, Severity};
use bulla_home::Finding;
use chrono::{DateTime, TimeDelta, Utc};
use serde::Serialize;

use crate::context::Context;
use crate::failure::{Failure, Outcome};
use crate::process::UNKNOWN;
use crate::say;
use crate::when;

#[derive(Serialize)]
struct CheckAnswer<'a> {
    status: &'static str,
    findings: Vec<FindingAnswer<'a>>,
}

#[derive(Serialize)]
struct FindingAnswer<'a> {
    label: &'a str,
    severity: Severity,
    health: Health,
    issues: &'a [ErrorCode],
    deadline: Option<DateTime<Utc>>,
}

pub(crate) async fn check(context: &mut Context, warning: Option<TimeDelta>, critical: Option<TimeDelta>) -> Outcome {
    let findings = match looked(context, warning, critical).await {
        Ok(findings) => findings,
        Err(Failure::Refused(error)) => return unknown(context, &error),
        Err(other) => return Err(other),
    };
    let worst = findings.iter().map(|finding| finding.severity).max().unwrap_or(Severity::Ok);
    let (word, code) = match worst {
        Severity::Ok => ("ok", 0),
        Severity::Warning => ("warning", 1),
        Severity::Critical => ("critical", 2),
    };
    if context.out.is_json() {
        let findings = findings.iter().map(answer).collect();
        context.out.value(&CheckAnswer { status: word, findings })?;
    } else {
        lines(context, word, &findings)?;
    }
    if code == 0 { Ok(()) } else { Err(Failure::Told(code)) }
}

/// A home that is not there is no good news: most likely the monitor looks in the wrong place.
async fn looked(context: &mut Context, warning: Option<TimeDelta>, critical: Option<TimeDelta>) -> Outcome<Vec<Finding>> {
    let Some(home) = context.existing().await? else {
        let detail = context.out.text(&say::NO_HOME, &[("folder", &context.folder().display().to_string())]);
        return Err(Error::new(ErrorCode::NotFound).detail(detail).into());
    };
    Ok(home.check(warning, critical).await?)
}

fn lines(context: &mut Context, word: &str, findings: &[Finding]) -> Outcome {
    let loud: Vec<_> = findings.iter().filter(|finding| finding.severity > Severity::Ok).collect();
    let (all, some) = (findings.len().to_string(), loud.len().to_string());
    let summary = context.out.text(&say::CHECK_SUMMARY, &[("all", &all), ("loud", &some)]);
    context.out.line(&format!("BULLA {} - {summary}", word.to_uppercase()))?;
    loud.into_iter().try_for_each(|finding| {
        let line = line(context, finding);
        context.out.line(&line)
    })
}

fn line(context: &Context, finding: &Finding) -> String {
    let out = &context.out;
    let word = if finding.severity == Severity::Critical { "CRITICAL" } else { "WARNING" };
    let head = format!("{word}: {}: {}", finding.label, out.health(finding.health));
    let key = match finding.deadline {
        Some(at) if at > context.now() => Some((&say::NEXT_DEADLINE, at)),
        Some(at) if finding.health == Health::EndsSoon => Some((&say::NEXT_OVERDUE, at)),
        _ => None,
    };
    let date = key.map(|(key, at)| format!(", {}", out.text(key, &[("date", &when::moment(at))])));
    let causes = finding.issues.iter().map(|&code| format!(" - {}", out.cause(code)));
    std::iter::once(head).chain(date).chain(causes).collect()
}

fn answer(finding: &Finding) -> FindingAnswer<'_> {
    let Finding { label, severity, health, issues, deadline } = finding;
    FindingAnswer { label, severity: *severity, health: *health, issues, deadline: *deadline }
}

/// Monitors read stdout, so the reason stands there too.
fn unknown(context: &mut Context, error: &Error) -> Outcome {
    if context.out.is_json() {
        context.out.refuse(error)?;
    } else {
        let said = match (error.code(), error.detail_text()) {
            (ErrorCode::NotFound, Some(text)) => text.to_owned(),
            (code, Some(text)) => format!("{} ({text})", context.out.cause(code)),
            (code, None) => context.out.cause(code),
        };
        let line = format!("BULLA UNKNOWN - {said}");
        context.out.line(&line)?;
    }
    Err(Failure::Told(UNKNOWN))
}
