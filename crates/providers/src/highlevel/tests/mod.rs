//! HighLevel against a raw server on port 0: every row of the tables, and every request byte for byte.

mod consent;
mod judge;
mod read;

use std::collections::BTreeMap;

use bulla_core::{App, AppId, BaseUrl, ClientSecret, Label, ProviderKind, RawAnswer};
use chrono::DateTime;
use zeroize::Zeroizing;

const ACCESS: &str = "eyJhbGciOiJSUzI1NiJ9.access0123456789abcdef.c2ln";
const REFRESH: &str = "eyJhbGciOiJSUzI1NiJ9.refresh0123456789abcdef.c2ln";
const PLANTED: &str = "planted0123456789abcdef0123456789abcdef";

fn app(settings: &[(&str, &str)]) -> App {
    App {
        id: AppId::random(),
        label: Label::parse("HighLevel").expect("a label"),
        provider: ProviderKind::HighLevel,
        client_id: "66f0-abc".to_owned(),
        settings: data(settings),
        has_secret: true,
        refused: None,
        created_at: DateTime::UNIX_EPOCH,
    }
}

fn app_at(base: &BaseUrl, more: &[(&str, &str)]) -> App {
    app(&[[("api_base", base.as_str())].as_slice(), more].concat())
}

fn data(pairs: &[(&str, &str)]) -> BTreeMap<String, String> {
    pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}

fn secret() -> ClientSecret {
    ClientSecret::new("s3&cret".to_owned())
}

fn answer(status: u16, body: impl AsRef<[u8]>) -> RawAnswer {
    RawAnswer { status, retry_after_s: None, body: Zeroizing::new(body.as_ref().to_vec()) }
}

/// As apps/oauth.json shows it.
fn pair(whose: &str) -> String {
    format!(
        r#"{{"access_token":"{ACCESS}","token_type":"Bearer","expires_in":86399,"refresh_token":"{REFRESH}","scope":"locations.readonly medias.write",{whose}"userId":"u1","planId":"p","isBulkInstallation":false,"approvedLocations":[]}}"#
    )
}
