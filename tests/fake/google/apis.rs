//! What a token opens: userinfo, tokeninfo, Gmail, a spreadsheet, and the keys of id_tokens.

use chrono::TimeDelta;
use serde_json::json;
use support::google::{Person, Project};

use super::{ANNA, EMAIL, GMAIL, SHEETS, error, refused, world};
use crate::raw::{ask, get_as, post_form};

#[test]
fn userinfo_shows_what_the_scopes_open() {
    let (fake, client) = world();
    let nina = fake.set_person(Person::workspace("nina@corp.example"));
    let whole = fake.issue(&client, &nina.email, &["openid", "email", "profile"]).access_token;
    for path in ["/v1/userinfo", "/oauth2/v3/userinfo"] {
        assert_eq!(
            get_as(&fake.base_url(), path, &whole).json(),
            json!({ "sub": nina.sub, "email": nina.email, "email_verified": true, "name": "nina", "hd": "corp.example" })
        );
    }
    let bare = fake.issue(&client, ANNA, &["openid"]).access_token;
    assert_eq!(get_as(&fake.base_url(), "/v1/userinfo", &bare).json(), json!({ "sub": Person::new(ANNA).sub }));
    let data = fake.issue(&client, ANNA, &[SHEETS]);
    for token in ["x", &data.access_token, &data.refresh_token] {
        let reply = get_as(&fake.base_url(), "/v1/userinfo", token);
        assert_eq!(error(&reply), refused(401, "invalid_request", "Invalid Credentials"), "{token}");
    }
}

#[test]
fn tokeninfo_speaks_in_strings() {
    let (fake, client) = world();
    let issued = fake.issue(&client, ANNA, &["email", GMAIL]);
    fake.advance(TimeDelta::seconds(599));
    let info = |token: &str| post_form(&fake.base_url(), "/tokeninfo", &[("access_token", token)]);
    let end = (super::noon() + TimeDelta::seconds(3599)).timestamp().to_string();
    assert_eq!(
        info(&issued.access_token).json(),
        json!({
            "azp": client.id, "aud": client.id, "sub": Person::new(ANNA).sub, "scope": format!("{EMAIL} {GMAIL}"),
            "exp": end, "expires_in": "3000", "email": ANNA, "email_verified": "true", "access_type": "offline",
        })
    );
    let by_address = format!("/tokeninfo?access_token={}", issued.access_token);
    assert_eq!(ask(&fake.base_url(), "GET", &by_address, &[], "").unwrap().status, 200);
    assert_eq!(error(&info(&issued.refresh_token)), refused(400, "invalid_token", "Invalid Value"));
    fake.advance(TimeDelta::seconds(3000));
    assert_eq!(error(&info(&issued.access_token)), refused(400, "invalid_token", "Invalid Value"));
}

#[test]
fn gmail_and_sheets_want_their_scope_and_their_api() {
    let (fake, client) = world();
    fake.share_sheet("sheet-1", "Leads", &[ANNA]);
    let mail = fake.issue(&client, ANNA, &[GMAIL]).access_token;
    let sheets = fake.issue(&client, ANNA, &[SHEETS]).access_token;
    let (profile, sheet) = ("/gmail/v1/users/me/profile", "/v4/spreadsheets/sheet-1?fields=spreadsheetId,properties.title");
    let read = |path: &str, token: &str| get_as(&fake.base_url(), path, token);
    assert_eq!(read(profile, &mail).json()["emailAddress"], ANNA);
    assert_eq!(read(sheet, &sheets).json(), json!({ "spreadsheetId": "sheet-1", "properties": { "title": "Leads" } }));
    for (path, token) in [(profile, &sheets), (sheet, &mail)] {
        let error = read(path, token).json()["error"].clone();
        assert_eq!((&error["code"], &error["status"]), (&403.into(), &"PERMISSION_DENIED".into()));
        assert_eq!(error["details"][0]["reason"], "ACCESS_TOKEN_SCOPE_INSUFFICIENT");
    }
    fake.set_project(Project { apis: vec!["gmail.googleapis.com".to_owned()], ..Project::new("crm") });
    assert_eq!(read(profile, &mail).status, 200);
    let off = read(sheet, &sheets);
    assert_eq!((off.status, &off.json()["error"]["details"][0]["reason"]), (403, &"SERVICE_DISABLED".into()));
    let error = read(profile, "ya29.unknown").json()["error"].clone();
    assert_eq!((&error["status"], &error["errors"][0]["reason"]), (&"UNAUTHENTICATED".into(), &"authError".into()));
}

#[test]
fn a_sheet_opens_for_those_it_is_shared_with() {
    let (fake, client) = world();
    fake.share_sheet("sheet-1", "Leads", &["boris@example.com"]);
    let access = fake.issue(&client, ANNA, &[SHEETS]).access_token;
    let read = |id: &str| get_as(&fake.base_url(), &format!("/v4/spreadsheets/{id}"), &access);
    let denied = read("sheet-1").json()["error"].clone();
    assert_eq!((&denied["code"], &denied["message"]), (&403.into(), &"The caller does not have permission".into()));
    assert!(denied["details"].is_null());
    let missing = read("sheet-2").json()["error"].clone();
    assert_eq!((&missing["code"], &missing["status"]), (&404.into(), &"NOT_FOUND".into()));
    fake.share_sheet("sheet-1", "Leads", &[ANNA]);
    assert_eq!(read("sheet-1").json()["sheets"][0]["properties"]["title"], "Sheet1");
}

#[test]
fn discovery_names_what_is_served_here() {
    let (fake, _) = world();
    let body = ask(&fake.base_url(), "GET", "/.well-known/openid-configuration", &[], "").unwrap().json();
    assert_eq!(body["issuer"], fake.base_url());
    for name in ["authorization_endpoint", "token_endpoint", "userinfo_endpoint", "revocation_endpoint", "jwks_uri"] {
        let path = body[name].as_str().unwrap().strip_prefix(&fake.base_url()).unwrap();
        let method = if ["token_endpoint", "revocation_endpoint"].contains(&name) { "POST" } else { "GET" };
        assert_ne!(ask(&fake.base_url(), method, path, &[], "").unwrap().status, 404, "{name}");
    }
}
