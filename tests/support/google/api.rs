//! The two API calls by which a token proves that it works: Gmail's profile and a spreadsheet (reference, section 7).

use chrono::{DateTime, Utc};
use serde_json::{Map, Value, json};

use super::ledger::{AccessToken, Holder};
use super::provider::Google;
use super::{answer, scopes};
use crate::fake::{Canned, Request};

/// The path before a spreadsheet's id.
pub(super) const SHEETS: &str = "/v4/spreadsheets/";

const GMAIL_HOST: &str = "gmail.googleapis.com";
const SHEETS_HOST: &str = "sheets.googleapis.com";

pub(super) fn gmail_profile(google: &mut Google, request: &Request, now: DateTime<Utc>) -> Canned {
    let token = match admitted(google, request, GMAIL_HOST, scopes::is_gmail, now) {
        Ok(token) => token,
        Err(refusal) => return refusal,
    };
    match email(google, &token.holder) {
        Some(email) if matches!(token.holder, Holder::Person(_)) => {
            answer::ok(&json!({ "emailAddress": email, "messagesTotal": 3, "threadsTotal": 2, "historyId": "1042" }))
        }
        // A service account has no mailbox of its own (the wording is assumed).
        _ => answer::api_error(400, "FAILED_PRECONDITION", "Precondition check failed.", None, GMAIL_HOST),
    }
}

/// With `fields`, only what it names; `a,b.c` is understood, as far as a whoami needs.
pub(super) fn spreadsheet(google: &mut Google, request: &Request, now: DateTime<Utc>) -> Canned {
    let token = match admitted(google, request, SHEETS_HOST, scopes::opens_sheets, now) {
        Ok(token) => token,
        Err(refusal) => return refusal,
    };
    let id = request.path().strip_prefix(SHEETS).unwrap_or_default();
    let Some(sheet) = google.sheets.iter().find(|s| s.id == id) else {
        return answer::api_error(404, "NOT_FOUND", "Requested entity was not found.", None, SHEETS_HOST);
    };
    let reader = email(google, &token.holder);
    if !reader.is_some_and(|reader| sheet.readers.contains(&reader)) {
        return answer::api_error(403, "PERMISSION_DENIED", "The caller does not have permission", None, SHEETS_HOST);
    }
    let whole = json!({
        "spreadsheetId": sheet.id,
        "properties": { "title": sheet.title, "locale": "en_US", "timeZone": "Etc/UTC" },
        "sheets": [{ "properties": { "sheetId": 0, "title": "Sheet1", "index": 0 } }],
        "spreadsheetUrl": format!("https://docs.google.com/spreadsheets/d/{id}/edit"),
    });
    match request.query().filled("fields") {
        None => answer::ok(&whole),
        Some(fields) => answer::ok(&masked(&whole, fields)),
    }
}

/// The order of the checks is assumed: token, API switched on, scope.
fn admitted(
    google: &mut Google,
    request: &Request,
    host: &str,
    opens: fn(&str) -> bool,
    now: DateTime<Utc>,
) -> Result<AccessToken, Canned> {
    let token = google.usable(request.bearer().unwrap_or_default(), now).ok_or_else(answer::unauthenticated)?;
    if !google.project(&token.project).apis.iter().any(|api| api == host) {
        return Err(answer::service_disabled(host, &token.project));
    }
    if !token.scopes.iter().any(|scope| opens(scope)) {
        return Err(answer::scope_insufficient(host));
    }
    Ok(token)
}

fn email(google: &Google, holder: &Holder) -> Option<String> {
    match holder {
        Holder::Person(sub) => google.person(sub).map(|p| p.email.clone()),
        Holder::ServiceAccount(email) => Some(email.clone()),
    }
}

fn masked(whole: &Value, fields: &str) -> Value {
    let mut kept = Map::new();
    for field in fields.split(',').map(str::trim) {
        let (outer, inner) = field.split_once('.').unwrap_or((field, ""));
        if whole[outer].is_null() {
            continue;
        }
        if inner.is_empty() {
            kept.insert(outer.to_owned(), whole[outer].clone());
        } else {
            let part = kept.entry(outer).or_insert_with(|| json!({}));
            part[inner] = whole[outer][inner].clone();
        }
    }
    Value::Object(kept)
}
