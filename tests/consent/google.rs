//! A server in Google's manner.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use bulla_core::IdToken;
use bulla_providers::consent::{AuthorizationRequest, ClientAuth, Limits};
use serde_json::Value;
use support::oidc::{Client, Event, OidcOptions, Revocation};

use crate::scene::{Scene, pages, tokens};

const GMAIL: &str = "https://www.googleapis.com/auth/gmail.send";
const SHEETS: &str = "https://www.googleapis.com/auth/spreadsheets";

/// As a client file and Google's documents have it.
fn request(scene: &Scene, extra: &[(&str, &str)]) -> AuthorizationRequest {
    let file: Value = serde_json::from_str(&scene.server.client_secret_json()).expect("JSON");
    let said = |name: &str| file["installed"][name].as_str().expect(name).to_owned();
    assert_eq!(said("token_uri"), format!("{}/token", scene.server.issuer()));
    AuthorizationRequest {
        endpoint: said("auth_uri"),
        client_id: said("client_id"),
        scopes: ["openid", "email", GMAIL, SHEETS].map(str::to_owned).to_vec(),
        extra: extra.iter().map(|&(name, value)| (name.to_owned(), value.to_owned())).collect(),
        ..scene.request()
    }
}

fn claims(token: &IdToken) -> Value {
    let payload = token.expose().split('.').nth(1).expect("three parts");
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(payload).expect("base64")).expect("JSON")
}

#[test]
fn a_refresh_token_comes_for_offline_access_that_was_agreed_to_just_now_and_not_otherwise() {
    let scene = Scene::with(&OidcOptions::google());
    let (offline, consent) = (("access_type", "offline"), ("prompt", "consent"));
    let cases = [vec![offline, consent], vec![offline], vec![consent], vec![], vec![offline, consent]];
    for (number, extra) in cases.into_iter().enumerate() {
        let asked = extra.contains(&consent);
        let refresh = asked && extra.contains(&offline);
        let begins = scene.server.events().len();
        let waiting = scene.ask_with(&request(&scene, &extra), pages("en"), Limits::default());
        scene.browser.open(&waiting.url);
        if number == 0 {
            scene.sign_in("anna");
        }
        if asked {
            scene.browser.click("#allow");
        }
        scene.browser.reads("h1", "Done, go back to Bulla");
        let auth = if number == 0 { ClientAuth::Basic } else { ClientAuth::Body };
        let answer = tokens(&scene.redeem_by(&waiting.consented(), auth));
        assert_eq!(answer.refresh.is_some(), refresh, "{extra:?}");
        let claims = claims(&answer.id_token.expect("an id_token"));
        assert_eq!((claims["sub"].as_str(), claims["email"].as_str()), (Some("anna"), Some("anna@example.com")));
        assert_eq!((&claims["iss"], &claims["aud"]), (&scene.server.issuer().into(), &scene.server.client().id.as_str().into()));
        let told = scene.server.wait_from(begins, "the grant", |event| matches!(event, Event::Granted { .. }));
        assert!(matches!(told, Event::Granted { refresh: true, .. }) == refresh, "{told:?}");
    }
}

#[test]
fn a_refresh_token_stays_the_same_and_may_be_used_again() {
    let scene = Scene::with(&OidcOptions::google());
    let request = request(&scene, &[("access_type", "offline"), ("prompt", "consent")]);
    let waiting = scene.ask_with(&request, pages("en"), Limits::default());
    scene.agree(&waiting.url, "anna");
    let answer = tokens(&scene.redeem_by(&waiting.consented(), ClientAuth::Body));
    let refresh = answer.refresh.expect("a refresh token");
    for _ in 0..2 {
        let renewed = scene.server.refresh(scene.server.client(), refresh.expose());
        assert_eq!(renewed.status, 200, "{renewed:?}");
        assert_eq!(renewed.json()["refresh_token"], Value::Null);
        assert!(scene.server.is_alive(renewed.json()["access_token"].as_str().expect("a token")));
    }
    assert!(scene.server.is_alive(refresh.expose()));
    assert_eq!(scene.server.rotations(&scene.family()), [0, 0]);
}

#[test]
fn what_a_person_unticks_is_not_granted() {
    let scene = Scene::with(&OidcOptions::google());
    let request = request(&scene, &[("access_type", "offline"), ("prompt", "consent")]);
    let waiting = scene.ask_with(&request, pages("en"), Limits::default());
    scene.browser.open(&waiting.url);
    scene.sign_in("anna@example.com");
    scene.browser.click(&format!("input[value='{SHEETS}']"));
    scene.browser.click("#allow");
    let answer = tokens(&scene.redeem(&waiting.consented()));
    assert_eq!(answer.scopes.expect("stated"), ["openid", "email", GMAIL]);
}

#[test]
fn revoking_one_token_ends_all_that_its_person_allowed() {
    let scene = Scene::with(&OidcOptions::google());
    let refresh = [GMAIL, SHEETS].map(|scope| {
        let mut request = request(&scene, &[("access_type", "offline"), ("prompt", "consent")]);
        request.scopes = ["openid", "email", scope].map(str::to_owned).to_vec();
        let waiting = scene.ask_with(&request, pages("en"), Limits::default());
        scene.browser.open(&waiting.url);
        if scope == GMAIL {
            scene.sign_in("anna");
        }
        scene.browser.click("#allow");
        tokens(&scene.redeem(&waiting.consented())).refresh.expect("a refresh token")
    });
    assert!(refresh.iter().all(|token| scene.server.is_alive(token.expose())));

    // Nobody has to prove who they are.
    let anybody = Client::public("anybody");
    let done = scene.server.revoke(&anybody, refresh[0].expose());
    assert_eq!((done.status, done.text.as_str()), (200, "{}"));
    assert!(!refresh.iter().any(|token| scene.server.is_alive(token.expose())), "the other token's file is dead too");
    scene.server.wait_for("the end", |event| matches!(event, Event::Revoked { why: Revocation::Asked, .. }));
    let again = scene.server.revoke(&anybody, refresh[0].expose());
    assert_eq!((again.status, &again.json()["error"]), (400, &"invalid_token".into()));

    // And the person is asked again, although `prompt` does not say so.
    let waiting = scene.ask_with(&request(&scene, &[]), pages("en"), Limits::default());
    scene.browser.open(&waiting.url);
    scene.browser.click("#allow");
    waiting.consented();
}
