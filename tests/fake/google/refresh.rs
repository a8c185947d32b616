//! Refresh tokens: shown again and again, and what disturbs an answer.

use chrono::TimeDelta;
use support::fake::{Delivery, Edit, Knob, Outcome};
use support::google::{Route, bad_grant, internal_failure};

use super::{ANNA, GMAIL, SHEETS, error, refresh, refused, world};
use crate::raw::{ask, get_as};

#[test]
fn a_refresh_token_is_shown_again_and_again() {
    let (fake, client) = world();
    let issued = fake.issue(&client, ANNA, &["openid", "email", GMAIL]);
    let mut seen = vec![issued.access_token.clone()];
    for _ in 0..3 {
        fake.advance(TimeDelta::hours(1));
        let body = refresh(&fake, &client, &issued.refresh_token, &[]).json();
        assert!(body["refresh_token"].is_null(), "the old one stays");
        assert_eq!(body["scope"], issued.scopes.join(" "));
        assert!(body["id_token"].is_string());
        let access = body["access_token"].as_str().unwrap().to_owned();
        assert!(!seen.contains(&access));
        assert_eq!(get_as(&fake.base_url(), "/gmail/v1/users/me/profile", &access).status, 200);
        seen.push(access);
    }
    assert_eq!(fake.refreshes_ok().len(), 3);
    assert!(fake.ledger().attempts.double_spends().is_empty());
}

#[test]
fn an_access_token_lives_3599_seconds() {
    let (fake, client) = world();
    let access = fake.issue(&client, ANNA, &[GMAIL]).access_token;
    let read = || get_as(&fake.base_url(), "/gmail/v1/users/me/profile", &access).status;
    fake.advance(TimeDelta::seconds(3599) - TimeDelta::milliseconds(1));
    assert_eq!(read(), 200);
    fake.advance(TimeDelta::milliseconds(1));
    assert_eq!(read(), 401);
    assert_eq!(fake.access_token(&access).reads, 2);
}

#[test]
fn fewer_scopes_may_be_asked_for_and_no_others() {
    let (fake, client) = world();
    let token = fake.issue(&client, ANNA, &["openid", GMAIL]).refresh_token;
    let fewer = refresh(&fake, &client, &token, &[("scope", GMAIL)]).json();
    assert_eq!((&fewer["scope"], fewer["id_token"].is_null()), (&GMAIL.into(), true));
    for other in [SHEETS, "gmail", &format!("{GMAIL} {SHEETS}")] {
        let reply = refresh(&fake, &client, &token, &[("scope", other)]);
        assert_eq!(error(&reply), refused(400, "invalid_scope", "Bad Request"), "{other}");
    }
}

#[test]
fn foreign_and_unknown_tokens_are_told_apart() {
    let (fake, client) = world();
    let other = fake.add_desktop_client("crm");
    let issued = fake.issue(&client, ANNA, &[GMAIL]);
    assert_eq!(error(&refresh(&fake, &other, &issued.refresh_token, &[])), refused(401, "unauthorized_client", "Unauthorized"));
    for unknown in ["1//0unknown", &issued.access_token] {
        assert_eq!(error(&refresh(&fake, &client, unknown, &[])), refused(400, "invalid_grant", "Bad Request"));
    }
    assert_eq!(refresh(&fake, &client, &issued.refresh_token, &[("refresh_token", "")]).status, 400);
}

#[test]
fn json_is_read_too() {
    let (fake, client) = world();
    let token = fake.issue(&client, ANNA, &[GMAIL]).refresh_token;
    let body = serde_json::json!({
        "grant_type": "refresh_token", "refresh_token": token, "client_id": client.id, "client_secret": client.secret,
    });
    let reply = ask(&fake.base_url(), "POST", "/token", &[crate::raw::JSON], &body.to_string()).unwrap();
    assert_eq!(reply.status, 200);
}

#[test]
fn knobs_reach_the_token_endpoint_and_the_books_know() {
    let (fake, client) = world();
    let token = fake.issue(&client, ANNA, &[GMAIL]).refresh_token;
    fake.next(Route::Token, Knob::Instead(internal_failure()));
    fake.next(Route::Token, Knob::Instead(bad_grant()));
    fake.next(Route::Token, Knob::EditBody(Edit::Set("refresh_token".to_owned(), "1//0rotated".into())));
    assert_eq!(error(&refresh(&fake, &client, &token, &[])), refused(500, "internal_failure", "Backend Error"));
    assert_eq!(error(&refresh(&fake, &client, &token, &[])).1, "invalid_grant");
    assert_eq!(refresh(&fake, &client, &token, &[]).json()["refresh_token"], "1//0rotated");
    fake.next(Route::Token, Knob::DropAfterCommit);
    let form = url::form_urlencoded::Serializer::new(String::new())
        .extend_pairs([("grant_type", "refresh_token"), ("refresh_token", &token)])
        .extend_pairs([("client_id", &client.id), ("client_secret", &client.secret)])
        .finish();
    assert!(ask(&fake.base_url(), "POST", "/token", &[], &form).is_none());
    let books = fake.wait_for(|l| l.attempts.0.len() == 4 && l.attempts.0[3].delivery == Delivery::Dropped);
    let outcomes: Vec<_> = books.attempts.0.iter().map(|a| a.outcome.clone()).collect();
    assert_eq!(outcomes, [Outcome::Canned(500), Outcome::Canned(400), Outcome::Made(1), Outcome::Made(2)]);
    assert_eq!(books.attempts.0[2].delivery, Delivery::Edited);
    assert!(books.attempts.0.iter().all(|a| a.presented.as_ref() == Some(&token)));
}
