//! What any server is asked for.

use bulla_core::{App, AppId, Label, ProviderKind};
use chrono::DateTime;

use super::{Oidc, ServerSettings};
use crate::consents::{Consents, Wish};

fn app(settings: ServerSettings) -> App {
    App {
        id: AppId::random(),
        label: Label::parse("Server").expect("a label"),
        provider: ProviderKind::Oidc,
        client_id: "desk".to_owned(),
        settings: settings.into_settings(),
        has_secret: false,
        refused: None,
        created_at: DateTime::UNIX_EPOCH,
    }
}

fn server() -> ServerSettings {
    ServerSettings {
        issuer: Some("https://a.example".to_owned()),
        authorization_endpoint: "https://a.example/auth".to_owned(),
        token_endpoint: "https://a.example/token".to_owned(),
        ..ServerSettings::default()
    }
}

#[test]
fn offline_access_is_asked_for_with_consent() {
    let wish = |scope: &str| Wish { scopes: vec![scope.to_owned()], ..Wish::default() };
    let prompt = ("prompt".to_owned(), "consent".to_owned());
    let asked = Oidc.request(&app(server()), &wish("offline_access")).expect("a request");
    assert_eq!(asked.extra, std::slice::from_ref(&prompt));
    assert!(Oidc.request(&app(server()), &wish("openid")).expect("a request").extra.is_empty());
    let own = ServerSettings { extra: vec![("prompt".to_owned(), "login".to_owned())], ..server() };
    let asked = Oidc.request(&app(own), &wish("offline_access")).expect("a request");
    assert!(!asked.extra.contains(&prompt), "a person's own choice stands");
}

#[test]
fn a_registered_port_and_path_are_used() {
    let mut app = app(server());
    app.settings.insert("redirect_port".to_owned(), "3000".to_owned());
    app.settings.insert("redirect_path".to_owned(), "/back".to_owned());
    app.settings.insert("redirect_host".to_owned(), "localhost".to_owned());
    let asked = Oidc.request(&app, &Wish::default()).expect("a request");
    assert_eq!(asked.redirect.to_register(), ["http://localhost:3000/back"]);
}
