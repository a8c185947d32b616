//! The pages between the request and the callback: choose an account, the warning, the consent, and what its buttons do.

use chrono::{DateTime, Utc};
use url::Url;

use super::authorize::{Answer, Ask, Code};
use super::cloud::Audience;
use super::ledger::Consent;
use super::people::{AccountState, Person};
use super::provider::Google;
use super::{answer, scopes};
use crate::fake::{Canned, Element, Part, Request, opaque, page as written};

const ACCOUNT: &str = "/signin/oauth/account";
const WARNING: &str = "/signin/oauth/warning";
const CONSENT: &str = "/signin/oauth/consent";

/// "Choose an account": one button for each.
pub(super) fn account_page(google: &Google, id: &str) -> Canned {
    let people: Vec<_> = google.people.iter().map(|p| (p.sub.clone(), p.email.clone())).collect();
    let mut parts = vec![Part::Hidden { name: "visit", value: id }];
    parts.extend(people.iter().map(|(sub, email)| Part::Button { name: "person", value: sub, label: email }));
    written(200, "Choose an account", &[Element::Form { action: ACCOUNT, parts }])
}

/// A button of one of the pages.
pub(super) fn pressed(google: &mut Google, request: &Request, now: DateTime<Utc>) -> Canned {
    let form = request.form();
    let id = form.get("visit").unwrap_or_default().to_owned();
    let Some(visit) = google.visits.get(&id).cloned() else {
        return answer::error_page(400, "invalid_request", "This page is no longer open.");
    };
    match (request.path(), form.get("decision"), visit.person) {
        (ACCOUNT, ..) => match form.get("person").and_then(|name| google.person(name)).map(|p| p.sub.clone()) {
            Some(person) => with_account(google, &id, &person, now),
            None => account_page(google, &id),
        },
        (WARNING, Some("continue"), Some(person)) => consent_page(google, &id, &person, now),
        (CONSENT, Some("allow"), Some(person)) => {
            let ticked: Vec<_> = form.all("scope").map(str::to_owned).collect();
            let granted =
                visit.ask.scopes.iter().filter(|s| scopes::is_sign_in(s) || !has_boxes(&visit.ask) || ticked.contains(s));
            let granted = granted.cloned().collect();
            finish(google, &id, &person, granted, false, now)
        }
        (_, _, Some(person)) => finish(google, &id, &person, Vec::new(), false, now),
        (_, _, None) => answer::error_page(400, "invalid_request", "No account was chosen."),
    }
}

/// Goes on for a chosen account: refusals of this person, the warning, then the consent.
pub(super) fn with_account(google: &mut Google, id: &str, sub: &str, now: DateTime<Utc>) -> Canned {
    let Some(person) = google.person(sub).cloned() else { return account_page(google, id) };
    let Some(visit) = google.visits.get_mut(id) else { return answer::no_such_path() };
    visit.person = Some(person.sub.clone());
    let ask = visit.ask.clone();
    if let Err(refusal) = admitted(google, &ask, &person) {
        return refusal;
    }
    let data = ask.scopes.iter().any(|s| !scopes::is_sign_in(s));
    if data && !google.project(&ask.project).verified && google.answering.is_none() {
        return warning_page(&google.project(&ask.project).audience, id);
    }
    consent_page(google, id, sub, now)
}

/// Refusals that only a person's choice can bring: a page, no redirect [NAT].
fn admitted(google: &Google, ask: &Ask, person: &Person) -> Result<(), Canned> {
    if person.state == AccountState::BlockedByAdmin {
        let words = "Your organisation's administrator restricts one or more of the services asked for.";
        return Err(answer::error_page(400, "admin_policy_enforced", words));
    }
    match &google.project(&ask.project).audience {
        Audience::Internal { domain } if person.hd.as_ref() != Some(domain) => {
            let words = "This app is restricted to users within its organisation.";
            Err(answer::error_page(403, "org_internal", words))
        }
        Audience::Testing { test_users } if !test_users.iter().any(|user| user.eq_ignore_ascii_case(&person.email)) => {
            let words = "The app is being tested, and only testers approved by its developer can use it.";
            Err(answer::error_page(403, "access_denied", words))
        }
        _ => Ok(()),
    }
}

/// "Google hasn't verified this app", in its two forms: for testers, and for everybody (words assumed).
fn warning_page(audience: &Audience, id: &str) -> Canned {
    let words = match audience {
        Audience::Testing { .. } => "You were given access to an app that is being tested.",
        _ => "The app asks for sensitive data, and its developer is not verified.",
    };
    let parts = vec![
        Part::Hidden { name: "visit", value: id },
        Part::Button { name: "decision", value: "back", label: "Back to safety" },
        Part::Button { name: "decision", value: "continue", label: "Continue" },
    ];
    written(200, "Google hasn't verified this app", &[Element::Text(words), Element::Form { action: WARNING, parts }])
}

/// The consent page, or the callback at once when everything was granted before and `prompt=consent` isn't set.
fn consent_page(google: &mut Google, id: &str, sub: &str, now: DateTime<Utc>) -> Canned {
    let Some(ask) = google.visits.get(id).map(|visit| visit.ask.clone()) else { return answer::no_such_path() };
    let before = google.granted.get(&(ask.project.clone(), sub.to_owned()));
    let known = before.is_some_and(|before| ask.scopes.iter().all(|s| before.contains(s)));
    if known && !ask.prompt.iter().any(|p| p == "consent") {
        return finish(google, id, sub, ask.scopes, true, now);
    }
    let mut parts = vec![Part::Hidden { name: "visit", value: id }];
    let data = ask.scopes.iter().filter(|s| !scopes::is_sign_in(s) && has_boxes(&ask));
    parts.extend(data.map(|scope| Part::Ticked { name: "scope", value: scope, label: scope }));
    parts.push(Part::Button { name: "decision", value: "cancel", label: "Cancel" });
    parts.push(Part::Button { name: "decision", value: "allow", label: "Continue" });
    let title = format!("{} wants access to your Google Account", ask.project);
    let words = format!("It asks for: {}", ask.scopes.join(" "));
    written(200, &title, &[Element::Text(&words), Element::Form { action: CONSENT, parts }])
}

/// Boxes appear for more than one scope beyond signing in, or for one beside signing in [GRAN].
fn has_boxes(ask: &Ask) -> bool {
    let data = ask.scopes.iter().filter(|s| !scopes::is_sign_in(s)).count();
    data > 1 || (data == 1 && ask.scopes.len() > 1)
}

/// Presses the buttons for a person who isn't there.
pub(super) fn stand_in(google: &mut Google, id: &str, answer: &Answer, now: DateTime<Utc>) -> Canned {
    let (Answer::Allow(name) | Answer::AllowOnly(name, _) | Answer::Deny(name)) = answer;
    let sub = google.person(name).unwrap_or_else(|| panic!("{name} has no account")).sub.clone();
    let page = with_account(google, id, &sub, now);
    let Some(visit) = google.visits.get(id).filter(|_| page.status == 200) else { return page };
    let granted = visit.ask.scopes.iter().filter(|scope| match answer {
        Answer::Allow(_) => true,
        Answer::AllowOnly(_, ticked) => scopes::is_sign_in(scope) || ticked.contains(scope),
        Answer::Deny(_) => false,
    });
    let granted = granted.cloned().collect();
    finish(google, id, &sub, granted, false, now)
}

/// Ends a visit: the callback with a code, or with `access_denied` when nothing is granted.
fn finish(google: &mut Google, id: &str, sub: &str, granted: Vec<String>, silent: bool, now: DateTime<Utc>) -> Canned {
    let Some(visit) = google.visits.remove(id) else { return answer::no_such_path() };
    let ask = visit.ask;
    let (at, client, person) = (now, ask.client.clone(), sub.to_owned());
    google.ledger.consents.push(Consent { at, client, person, asked: ask.scopes.clone(), granted: granted.clone(), silent });
    let mut back = Url::parse(&ask.redirect_uri).expect("it was checked");
    if let Some(state) = &ask.state {
        back.query_pairs_mut().append_pair("state", state);
    }
    if granted.is_empty() {
        back.query_pairs_mut().append_pair("error", "access_denied");
        return Canned::found(back.as_str());
    }
    let before = google.granted.entry((ask.project.clone(), sub.to_owned())).or_default();
    before.extend(granted.iter().filter(|s| !before.contains(s)).cloned().collect::<Vec<_>>());
    // The slash arrives as %2F (reference, section 3); query_pairs_mut takes care of it.
    let code = format!("4/0A{}", opaque(68));
    back.query_pairs_mut()
        .append_pair("iss", &google.issuer)
        .append_pair("code", &code)
        .append_pair("scope", &granted.join(" "))
        .append_pair("authuser", "0");
    if let Some(hd) = google.person(sub).and_then(|p| p.hd.as_ref()) {
        back.query_pairs_mut().append_pair("hd", hd);
    }
    back.query_pairs_mut().append_pair("prompt", if silent { "none" } else { "consent" });
    let person = sub.to_owned();
    google.codes.push(Code { text: code, ask, person, granted, fresh: !silent, made_at: now, spent: false });
    Canned::found(back.as_str())
}
