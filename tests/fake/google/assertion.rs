//! Service accounts: signed assertions and what is wrong with them.

use chrono::TimeDelta;
use serde_json::{Value, json};
use support::google::{AUDIENCE, AccountState, FakeGoogle, Holder, JWT_BEARER, Person, RsaKey, ServiceAccount};

use super::{GMAIL, SHEETS, error, noon, refused, world};
use crate::raw::{Reply, get_as, post_form};

const NINA: &str = "nina@corp.example";

fn claims(account: &ServiceAccount) -> Value {
    let now = noon().timestamp();
    json!({ "iss": account.email, "scope": SHEETS, "aud": AUDIENCE, "iat": now, "exp": now + 3600 })
}

fn show(fake: &FakeGoogle, assertion: &str) -> Reply {
    post_form(&fake.base_url(), "/token", &[("grant_type", JWT_BEARER), ("assertion", assertion)])
}

/// Signs good claims with some replaced, and shows them.
fn with(fake: &FakeGoogle, account: &ServiceAccount, changes: &Value) -> Reply {
    let mut claims = claims(account);
    for (name, value) in changes.as_object().unwrap() {
        claims[name] = value.clone();
    }
    show(fake, &account.key.sign(&claims))
}

fn invalid(description: &str) -> (u16, String, String) {
    refused(400, "invalid_grant", description)
}

#[test]
fn an_assertion_gives_an_access_token_and_nothing_else() {
    let (fake, _) = world();
    let robot = fake.add_service_account("robot", "crm");
    fake.share_sheet("sheet-1", "Leads", &[&robot.email]);
    let reply = with(&fake, &robot, &json!({}));
    let body = reply.json();
    assert_eq!((reply.status, &body["expires_in"], &body["token_type"]), (200, &3599.into(), &"Bearer".into()));
    assert_eq!(body.as_object().unwrap().len(), 3);
    let access = body["access_token"].as_str().unwrap();
    assert_eq!(get_as(&fake.base_url(), "/v4/spreadsheets/sheet-1", access).json()["properties"]["title"], "Leads");
    assert_eq!(fake.access_token(access).holder, Holder::ServiceAccount(robot.email.clone()));
    assert_eq!(fake.ledger().assertions_ok().len(), 1);
    let own = with(&fake, &robot, &json!({ "aud": format!("{}/token", fake.base_url()) }));
    assert_eq!(own.status, 200, "the address in the key file is good too");
}

#[test]
fn only_the_accounts_own_key_signs() {
    let (fake, _) = world();
    let robot = fake.add_service_account("robot", "crm");
    let forged = show(&fake, &RsaKey::generate().sign(&claims(&robot)));
    assert_eq!(error(&forged), invalid("Invalid JWT Signature."));
    let good = robot.key.sign(&claims(&robot));
    let (signed, signature) = good.rsplit_once('.').unwrap();
    let other = good.replace(signed, robot.key.sign(&json!({ "iss": robot.email })).rsplit_once('.').unwrap().0);
    assert_eq!(error(&show(&fake, &other)), invalid("Invalid JWT Signature."), "{signature}");
    let renewed = fake.replace_key(&robot);
    assert_eq!(error(&show(&fake, &good)), invalid("Invalid JWT Signature."), "the old key");
    assert_eq!(with(&fake, &renewed, &json!({})).status, 200);
    assert_eq!(error(&show(&fake, "no.token")).1, "invalid_grant");
    assert_eq!(error(&show(&fake, "")).1, "invalid_request");
}

#[test]
fn what_is_wrong_with_the_claims_is_said() {
    let (fake, _) = world();
    let robot = fake.add_service_account("robot", "crm");
    let tried = |changes: &Value| error(&with(&fake, &robot, changes));
    assert_eq!(tried(&json!({ "iss": "x@y" })), invalid("Invalid grant: account not found"));
    assert_eq!(tried(&json!({ "aud": "https://example.com" })), invalid("Invalid JWT: Failed audience check."));
    let scope = refused(400, "invalid_scope", "Invalid OAuth scope or ID token audience provided.");
    assert_eq!(tried(&json!({ "scope": "" })), scope);
    assert_eq!(tried(&json!({ "scope": "sheets" })), scope);
    fake.disable_service_account(&robot);
    assert_eq!((tried(&json!({})).0, tried(&json!({})).1.as_str()), (401, "disabled_client"));
}

#[test]
fn a_wrong_clock_and_a_long_life_are_one_error() {
    let (fake, _) = world();
    let robot = fake.add_service_account("robot", "crm");
    let now = noon().timestamp();
    let short = "Invalid JWT: Token must be a short-lived token (60 minutes) and in a reasonable timeframe. Check your iat \
                 and exp values in the JWT claim.";
    let tried = |from: i64, until: i64| error(&with(&fake, &robot, &json!({ "iat": now + from, "exp": now + until })));
    for (from, until) in [(0, 3601), (301, 3901), (-3900, -300), (-7200, -3600), (86_400, 90_000)] {
        assert_eq!(tried(from, until), invalid(short), "{from} {until}");
    }
    assert_eq!(error(&with(&fake, &robot, &json!({ "exp": null }))), invalid(short));
    assert_eq!(with(&fake, &robot, &json!({ "iat": now + 299, "exp": now + 3899 })).status, 200);
    fake.advance(TimeDelta::minutes(66));
    assert_eq!(error(&with(&fake, &robot, &json!({}))), invalid(short), "an assertion that was kept");
}

#[test]
fn delegation_is_for_a_domain_an_account_and_its_scopes() {
    let (fake, _) = world();
    let robot = fake.add_service_account("robot", "crm");
    let other = fake.add_service_account("other", "crm");
    fake.set_person(Person::workspace(NINA));
    let denied = "Client is unauthorized to retrieve access tokens using this method, or client not authorized for any of the \
                  scopes requested.";
    let denied = refused(401, "unauthorized_client", denied);
    let as_nina = json!({ "sub": NINA, "scope": GMAIL });
    assert_eq!(error(&with(&fake, &robot, &as_nina)), denied);
    fake.allow_delegation("corp.example", &robot, &[GMAIL]);
    let access = with(&fake, &robot, &as_nina).json()["access_token"].as_str().unwrap().to_owned();
    assert_eq!(get_as(&fake.base_url(), "/gmail/v1/users/me/profile", &access).json()["emailAddress"], NINA);
    assert_eq!(error(&with(&fake, &other, &as_nina)), denied);
    assert_eq!(error(&with(&fake, &robot, &json!({ "sub": NINA, "scope": format!("{GMAIL} {SHEETS}") }))), denied);
    assert_eq!(error(&with(&fake, &robot, &json!({ "sub": super::ANNA, "scope": GMAIL }))), denied, "a personal account");
    let unknown = with(&fake, &robot, &json!({ "sub": "x@corp.example", "scope": GMAIL }));
    assert_eq!(error(&unknown), invalid("Invalid email or User ID"));
    assert_eq!(error(&with(&fake, &robot, &json!({ "sub": "nina", "scope": GMAIL }))).1, "invalid_request");
    fake.set_account_state(NINA, AccountState::Deleted);
    assert_eq!(error(&with(&fake, &robot, &as_nina)), invalid("The account has been deleted"));
}

#[test]
fn alone_it_has_no_mailbox() {
    let (fake, _) = world();
    let robot = fake.add_service_account("robot", "crm");
    let access = with(&fake, &robot, &json!({ "scope": GMAIL })).json()["access_token"].as_str().unwrap().to_owned();
    let reply = get_as(&fake.base_url(), "/gmail/v1/users/me/profile", &access);
    assert_eq!((reply.status, &reply.json()["error"]["status"]), (400, &"FAILED_PRECONDITION".into()));
}
