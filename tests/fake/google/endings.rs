//! All the ways in which a refresh token dies.

use chrono::TimeDelta;
use support::google::{AccountState, Project, REFRESH_LIMIT, WhyDead};

use super::{ANNA, GMAIL, SHEETS, error, refresh, refused, world};
use crate::raw::{get_as, post_form};

fn dead() -> (u16, String, String) {
    refused(400, "invalid_grant", "Token has been expired or revoked.")
}

#[test]
fn six_months_unused_end_it_and_each_use_starts_them_anew() {
    let (fake, client) = world();
    let token = fake.issue(&client, ANNA, &[GMAIL]).refresh_token;
    fake.freeze("2027-05-20T11:59:59Z".parse().unwrap());
    assert_eq!(refresh(&fake, &client, &token, &[]).status, 200);
    fake.advance(TimeDelta::days(170));
    assert_eq!(refresh(&fake, &client, &token, &[]).status, 200);
    fake.advance(TimeDelta::days(185));
    assert_eq!(error(&refresh(&fake, &client, &token, &[])), dead());
}

#[test]
fn a_testing_apps_token_ends_after_seven_days_though_used_and_published() {
    let (fake, _) = world();
    fake.set_project(Project::testing("trial", &[ANNA]));
    let client = fake.add_desktop_client("trial");
    let token = fake.issue(&client, ANNA, &["openid", GMAIL]).refresh_token;
    let sign_in = fake.issue(&client, ANNA, &["openid", "email"]).refresh_token;
    fake.set_project(Project::new("trial"));
    fake.advance(TimeDelta::days(6));
    let body = refresh(&fake, &client, &token, &[]).json();
    assert!(body["access_token"].is_string() && body["refresh_token_expires_in"].is_null());
    fake.repeat_refresh_life(true);
    assert_eq!(refresh(&fake, &client, &token, &[]).json()["refresh_token_expires_in"], 86_399);
    fake.advance(TimeDelta::days(1));
    assert_eq!(error(&refresh(&fake, &client, &token, &[])), dead());
    assert_eq!(refresh(&fake, &client, &sign_in, &[]).status, 200, "signing in alone doesn't end");
    let published = fake.issue(&client, ANNA, &[GMAIL]).refresh_token;
    assert_eq!(fake.refresh_token(&published).ends_at, None);
}

#[test]
fn a_new_password_ends_what_carries_gmail() {
    let (fake, client) = world();
    let mail = fake.issue(&client, ANNA, &[GMAIL]);
    let sheets = fake.issue(&client, ANNA, &[SHEETS]);
    fake.change_password(ANNA);
    assert_eq!(error(&refresh(&fake, &client, &mail.refresh_token, &[])), dead());
    assert_eq!(get_as(&fake.base_url(), "/gmail/v1/users/me/profile", &mail.access_token).status, 401);
    assert_eq!(refresh(&fake, &client, &sheets.refresh_token, &[]).status, 200);
    assert_eq!(fake.refresh_token(&mail.refresh_token).dead, Some(WhyDead::NewPassword));
}

#[test]
fn the_oldest_of_more_than_a_hundred_falls_out_without_a_word() {
    let (fake, client) = world();
    let other = fake.add_desktop_client("crm");
    let elsewhere = fake.issue(&other, ANNA, &[SHEETS]).refresh_token;
    let tokens: Vec<_> = (0..=REFRESH_LIMIT).map(|_| fake.issue(&client, ANNA, &[SHEETS]).refresh_token).collect();
    assert_eq!(tokens.len(), 101);
    assert_eq!(error(&refresh(&fake, &client, &tokens[0], &[])), dead());
    assert_eq!(refresh(&fake, &client, &tokens[1], &[]).status, 200);
    assert_eq!(refresh(&fake, &other, &elsewhere, &[]).status, 200, "another client counts for itself");
    assert_eq!(fake.refresh_token(&tokens[0]).dead, Some(WhyDead::OverLimit));
}

#[test]
fn what_is_wrong_with_the_account_is_said() {
    let (fake, client) = world();
    let token = fake.issue(&client, ANNA, &[SHEETS]).refresh_token;
    let with = |state| {
        fake.set_account_state(ANNA, state);
        refresh(&fake, &client, &token, &[])
    };
    assert_eq!(error(&with(AccountState::Deleted)), refused(400, "invalid_grant", "Account has been deleted"));
    assert_eq!(error(&with(AccountState::BlockedByAdmin)), refused(400, "admin_policy_enforced", ""));
    let rapt = with(AccountState::SessionEnded);
    assert_eq!(error(&rapt), refused(400, "invalid_grant", "reauth related error (invalid_rapt)"));
    assert_eq!(rapt.json()["error_subtype"], "invalid_rapt");
    assert_eq!(with(AccountState::Good).status, 200, "nothing of this ends the token itself");
}

#[test]
fn revoking_one_token_ends_everything_of_that_project_and_person() {
    let (fake, mail_client) = world();
    fake.set_person(support::google::Person::new("boris@example.com"));
    let sheets_client = fake.add_desktop_client("crm");
    let elsewhere = fake.add_desktop_client("other-project");
    let mail = fake.issue(&mail_client, ANNA, &[GMAIL]);
    let sheets = fake.issue(&sheets_client, ANNA, &[SHEETS]);
    let safe = fake.issue(&elsewhere, ANNA, &[SHEETS]);
    let boris = fake.issue(&mail_client, "boris@example.com", &[GMAIL]);
    let revoke = |token: &str| post_form(&fake.base_url(), "/revoke", &[("token", token)]);

    let reply = revoke(&mail.access_token);
    assert_eq!((reply.status, reply.body.as_str()), (200, "{}"));
    assert_eq!(error(&refresh(&fake, &mail_client, &mail.refresh_token, &[])), dead());
    assert_eq!(error(&refresh(&fake, &sheets_client, &sheets.refresh_token, &[])), dead(), "the other client's too");
    assert_eq!(refresh(&fake, &elsewhere, &safe.refresh_token, &[]).status, 200);
    assert_eq!(refresh(&fake, &mail_client, &boris.refresh_token, &[]).status, 200);
    assert_eq!(error(&revoke(&mail.refresh_token)), refused(400, "invalid_token", "Token expired or revoked"));
    assert_eq!(error(&revoke("")), refused(400, "invalid_token", "Token expired or revoked"));

    assert_eq!(revoke(&boris.refresh_token).status, 200);
    let ledger = fake.ledger();
    let revoked: Vec<_> = ledger.revocations.iter().map(|r| r.project.as_str()).collect();
    assert_eq!(revoked, ["crm", "crm"]);
    assert_ne!(ledger.revocations[0].person, ledger.revocations[1].person);
}
