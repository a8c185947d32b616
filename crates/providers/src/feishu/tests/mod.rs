//! Both brands against a raw server on port 0: every code of the tables, and every request byte for byte.

mod app_check;
mod consent;
mod exchange;
mod judge;
mod read;

use std::collections::BTreeMap;

use bulla_core::{App, AppId, BaseUrl, ClientSecret, Label, ProviderKind, RawAnswer, Site};
use chrono::DateTime;
use zeroize::Zeroizing;

use super::{Brand, Feishu};

const FEISHU: Feishu = Feishu::new(Brand::Feishu);
const ACCESS: &str = "eyJhbGciOiJFUzI1NiJ9.access0123456789abcdef.c2ln";
const REFRESH: &str = "eyJhbGciOiJFUzI1NiJ9.refresh0123456789abcdef.c2ln";
const PLANTED: &str = "planted0123456789abcdef0123456789abcdef";

fn app(settings: &[(&str, &str)]) -> App {
    App {
        id: AppId::random(),
        label: Label::parse("Feishu").expect("a label"),
        provider: ProviderKind::Feishu,
        client_id: "cli_a1".to_owned(),
        settings: settings.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect(),
        has_secret: true,
        refused: None,
        created_at: DateTime::UNIX_EPOCH,
    }
}

/// An app whose both hosts are one test server.
fn app_at(base: &BaseUrl, more: &[(&str, &str)]) -> App {
    let here = [("api_base", base.as_str()), ("accounts_base", base.as_str())];
    app(&[here.as_slice(), more].concat())
}

fn secret() -> ClientSecret {
    ClientSecret::new("s3\"cret".to_owned())
}

fn family(name: &str) -> BTreeMap<String, String> {
    BTreeMap::from([("family".to_owned(), name.to_owned())])
}

fn site<'a>(app: &'a App, base: &'a BaseUrl, data: &'a BTreeMap<String, String>) -> Site<'a> {
    Site { base, app: Some(app), data }
}

fn answer(status: u16, body: impl AsRef<[u8]>) -> RawAnswer {
    RawAnswer { status, retry_after_s: None, body: Zeroizing::new(body.as_ref().to_vec()) }
}

/// v2 and v3, as `get-user-access-token` shows it.
fn pair() -> String {
    format!(
        r#"{{"code":0,"access_token":"{ACCESS}","expires_in":7200,"refresh_token":"{REFRESH}","refresh_token_expires_in":604800,"scope":"auth:user.id:read offline_access","token_type":"Bearer"}}"#
    )
}

/// v1, as `create-oidc-refresh-access-token` shows it.
fn pair_v1() -> String {
    format!(
        r#"{{"code":0,"msg":"success","data":{{"access_token":"{ACCESS}","refresh_token":"{REFRESH}","token_type":"Bearer","expires_in":7199,"refresh_expires_in":2591999,"scope":"auth:user.id:read"}}}}"#
    )
}
