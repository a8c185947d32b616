//! From the address that is opened to a family of tokens, and what ends a family.

use std::process::Command;

use bulla_core::ErrorCode;
use bulla_providers::consent::Limits;
use support::oidc::{Event, OidcOptions, Revocation};
use support::opener::Opener;
use support::patience::wait_for;

use crate::scene::{Scene, assert_closed, pages, tokens};

#[test]
fn a_person_agrees_and_the_code_is_worth_a_family_of_tokens() {
    let scene = Scene::new();
    let waiting = scene.ask();
    // As the program opens it.
    let opener = Opener::new();
    let mut program = Command::new("xdg-open");
    assert!(program.arg(&waiting.url).env("PATH", opener.path()).status().expect("it is found").success());
    scene.browser.open(opener.opened().url());

    scene.sign_in("anna");
    scene.browser.reads("#person", "anna@example.com");
    scene.browser.reads("#scopes", "openid\nemail\noffline_access");
    scene.browser.click("#allow");
    scene.browser.reads("h1", "Готово, вернитесь в Bulla");
    let redirect = waiting.redirect.clone();
    let answer = tokens(&scene.redeem(&waiting.consented()));
    assert_closed(&redirect);

    assert_eq!(answer.access_life_s, Some(3600));
    assert!(answer.id_token.is_some());
    let scopes = answer.scopes.expect("stated");
    assert!(["openid", "email", "offline_access"].iter().all(|scope| scopes.iter().any(|s| s == scope)), "{scopes:?}");
    assert_eq!(scene.server.userinfo(answer.access.expose()).json()["email"], "anna@example.com");
    let granted = scene.server.wait_for("the grant", |event| matches!(event, Event::Granted { .. }));
    assert!(matches!(granted, Event::Granted { ref person, refresh: true, .. } if person == "anna"), "{granted:?}");
}

#[test]
fn each_refresh_token_is_good_once_and_using_one_again_ends_the_family() {
    let scene = Scene::new();
    let waiting = scene.ask();
    scene.agree(&waiting.url, "anna");
    let answer = tokens(&scene.redeem(&waiting.consented()));
    let first = answer.refresh.expect("a refresh token");

    let client = scene.server.client();
    let renewed = scene.server.refresh(client, first.expose());
    assert_eq!(renewed.status, 200, "{renewed:?}");
    let text = |name: &str| renewed.json()[name].as_str().expect(name).to_owned();
    let (second, access) = (text("refresh_token"), text("access_token"));
    assert_ne!(second, first.expose());
    assert!(scene.server.is_alive(&second) && scene.server.is_alive(&access));
    let family = scene.family();
    assert_eq!(scene.server.rotations(&family), [1]);
    assert_eq!(scene.server.families_revoked(), [""; 0]);

    let again = scene.server.refresh(client, first.expose());
    assert_eq!((again.status, again.json()["error"].as_str()), (400, Some("invalid_grant")), "{again:?}");
    scene.server.wait_for("the end of the family", |event| matches!(event, Event::Revoked { .. }));
    assert_eq!(scene.server.families_revoked(), [family]);
    assert!(!scene.server.is_alive(&second) && !scene.server.is_alive(&access), "all of it is dead");
    assert_eq!(scene.server.refresh(client, &second).json()["error"], "invalid_grant");
    assert_eq!(scene.server.userinfo(&access).status, 401);
}

#[test]
fn every_consent_is_a_family_of_its_own_whoever_gives_it() {
    let scene = Scene::new();
    let mut refresh = Vec::new();
    for (person, prompt, signs_in) in [("anna", "consent", true), ("anna", "consent", false), ("boris", "login consent", true)] {
        let mut request = scene.request();
        request.extra = vec![("prompt".to_owned(), prompt.to_owned())];
        let waiting = scene.ask_with(&request, pages("en"), Limits::default());
        scene.browser.open(&waiting.url);
        if signs_in {
            scene.sign_in(person);
        }
        scene.browser.click("#allow");
        let answer = tokens(&scene.redeem(&waiting.consented()));
        assert_eq!(scene.server.userinfo(answer.access.expose()).json()["sub"], person);
        refresh.push(answer.refresh.expect("a refresh token"));
    }
    assert_eq!(scene.server.revoke(scene.server.client(), refresh[0].expose()).status, 200);
    scene.server.wait_for("the end", |event| matches!(event, Event::Revoked { why: Revocation::Asked, .. }));
    let alive: Vec<bool> = refresh.iter().map(|token| scene.server.is_alive(token.expose())).collect();
    assert_eq!(alive, [false, true, true]);
    assert_eq!(scene.server.families_revoked(), [""; 0], "asked for, not reused");
}

#[test]
fn a_code_of_another_flow_is_worth_nothing_and_ends_the_family_of_its_own() {
    let scene = Scene::new();
    let (one, other) = (scene.ask(), scene.ask());
    scene.agree(&one.url, "anna");
    let mut mixed = one.consented();
    scene.browser.open(&other.url);
    scene.browser.click("#allow");
    let other = other.consented();
    let own = std::mem::replace(&mut mixed.code, other.code);
    let refused = scene.redeem(&mixed);
    assert_eq!(refused.status, 400);
    let told = scene.server.wait_for("the refusal", |event| matches!(event, Event::Refused { .. }));
    assert!(matches!(told, Event::Refused { ref error, .. } if error == "invalid_grant"), "{told:?}");
    assert!(!scene.server.events().iter().any(|event| matches!(event, Event::Granted { .. })));

    mixed.code = own;
    let answer = tokens(&scene.redeem(&mixed));
    assert_eq!(scene.redeem(&mixed).status, 400, "a code is good once");
    assert!(!scene.server.is_alive(answer.access.expose()));
}

#[test]
fn without_a_challenge_the_server_refuses_and_the_flow_says_so() {
    let scene = Scene::new();
    let waiting = scene.ask();
    let bare = waiting.url.split('&').filter(|part| !part.contains("code_challenge")).collect::<Vec<_>>().join("&");
    assert!(bare.contains("state=") && bare.len() < waiting.url.len());
    scene.browser.open(&bare);
    scene.browser.reads("h1", "Вы отказали");
    assert_eq!(waiting.failed(), ErrorCode::ConsentAppRefused);
}

#[test]
fn an_access_token_lives_as_long_as_the_test_says() {
    let scene = Scene::with(&OidcOptions { access_life_s: 2, ..OidcOptions::default() });
    let waiting = scene.ask();
    scene.agree(&waiting.url, "anna");
    let answer = tokens(&scene.redeem(&waiting.consented()));
    assert_eq!(answer.access_life_s, Some(2));
    wait_for("the end of the access token", || !scene.server.is_alive(answer.access.expose()));
    assert!(scene.server.is_alive(answer.refresh.expect("a refresh token").expose()));
}
