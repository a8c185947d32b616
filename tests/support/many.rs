//! A catalog with thousands of connections, written in one transaction as a big bundle would be.

use std::path::Path;
use std::sync::Arc;

use bulla_core::{
    BaseUrl, Connection, ConnectionId, CredentialKind, Custody, CustodyKind, Facts, Fingerprint, Identity, Issued, Label,
    ProviderKind, Version,
};
use bulla_store::{SeenBundleRow, SqliteCatalog};
use chrono::{TimeDelta, Utc};

/// Adds `count` healthy connections, labelled `Conn 0` and so on, to the catalog of a home. They have no credentials:
/// nothing is due for a month.
///
/// # Panics
/// When the catalog cannot be written.
#[expect(clippy::disallowed_methods, reason = "the window under test runs by the real clock here")]
pub fn fill_catalog(home: &Path, count: usize) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    runtime.block_on(async {
        let catalog = SqliteCatalog::open(home, Arc::new(|_| None)).await.expect("the catalog opens");
        let me = Fingerprint::new(catalog.meta("fingerprint").await.expect("readable").expect("a made home"));
        let now = Utc::now();
        let connections: Vec<_> = (0..count).map(|number| connection(number, &me, now)).collect();
        let seen = SeenBundleRow {
            id: "00".repeat(16),
            sha256: "00".repeat(32),
            sender: me.clone(),
            opened_at: now,
            expires: now,
            receipt: String::new(),
        };
        catalog.take_in(&connections, &seen).await.expect("written");
        catalog.close().await;
    });
}

fn connection(number: usize, me: &Fingerprint, now: chrono::DateTime<Utc>) -> Connection {
    let spread = TimeDelta::minutes(i64::try_from(number % 20_000).unwrap_or(0));
    let mut facts = Facts::new(Issued::Answered {
        asked_at: now - spread,
        answered_at: now - spread,
        access_life_s: 60 * 86_400,
        refresh_life_s: Some(120 * 86_400),
    });
    facts.access_alive_at = Some(now - spread);
    Connection {
        id: ConnectionId::random(),
        label: Label::parse(&format!("Conn {number}")).expect("a label"),
        person: Some(format!("Person {}", number % 500)),
        provider: ProviderKind::Huntflow,
        base_url: BaseUrl::parse("https://api.huntflow.ru").expect("an address"),
        app: None,
        scopes: Vec::new(),
        asked_scopes: Vec::new(),
        data: std::collections::BTreeMap::new(),
        identity: Some(Identity {
            subject: Some(number.to_string()),
            name: Some(format!("Name {number}")),
            email: Some(format!("name{number}@example.com")),
            organisations: vec![format!("Company {}", number % 300)],
        }),
        kind: CredentialKind::Rotating,
        has_fallback: false,
        version: Version::FIRST,
        custody: Custody::held_by(CustodyKind::Desk, "desk".to_owned(), me.clone()),
        facts,
        created_at: now - spread,
        removed_at: None,
    }
}
