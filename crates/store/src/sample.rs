//! Made-up facts and credentials for this crate's tests.

use bulla_core::{
    AccessToken, App, AppId, BaseUrl, Connection, ConnectionId, Credential, CredentialKind, Custody, CustodyKind, Facts,
    Fingerprint, Issued, Label, ProviderKind, RefreshToken, Stored, Version,
};
use chrono::{DateTime, TimeZone, Utc};

pub(crate) fn moment(seconds: i64) -> DateTime<Utc> {
    Utc.timestamp_opt(1_800_000_000 + seconds, 123_456_789).single().expect("a moment")
}

pub(crate) fn label(text: &str) -> Label {
    Label::parse(text).expect("a label")
}

pub(crate) fn connection(label: &str) -> Connection {
    Connection {
        id: ConnectionId::random(),
        label: Label::parse(label).expect("a label"),
        person: None,
        provider: ProviderKind::Huntflow,
        base_url: BaseUrl::parse("https://api.huntflow.dev/v2").expect("an address"),
        app: None,
        scopes: Vec::new(),
        asked_scopes: Vec::new(),
        data: std::collections::BTreeMap::new(),
        identity: None,
        kind: CredentialKind::Rotating,
        has_fallback: false,
        version: Version::FIRST,
        custody: Custody::held_by(CustodyKind::Desk, "desk".to_owned(), Fingerprint::new("aa".to_owned())),
        facts: Facts::new(Issued::Pasted { at: moment(0) }),
        created_at: moment(0),
        removed_at: None,
    }
}

pub(crate) fn app(name: &str) -> App {
    App {
        id: AppId::random(),
        label: label(name),
        provider: ProviderKind::Google,
        client_id: "client".to_owned(),
        settings: [("token_uri".to_owned(), "https://oauth2.googleapis.com/token".to_owned())].into(),
        has_secret: true,
        refused: None,
        created_at: moment(0),
    }
}

/// A pair whose tokens are `size` characters long.
pub(crate) fn pair(generation: u64, size: usize) -> Stored {
    Stored {
        version: Version { epoch: 1, generation },
        credential: Credential::Rotating {
            access: AccessToken::new(format!("planted-access-{generation}-{}", "a".repeat(size))),
            refresh: RefreshToken::new(format!("planted-refresh-{generation}-{}", "r".repeat(size))),
            fallback: None,
        },
    }
}
