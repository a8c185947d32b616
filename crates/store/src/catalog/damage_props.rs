//! Whatever stands in a column, reading it gives a value or says that the catalog is damaged, and changes nothing.
//!
//! Every column of every table is tried: a new one comes along by itself.

use std::cell::{Cell, RefCell};

use bulla_core::ports::Catalog;
use bulla_core::{ConnectionId, ErrorCode, Event, EventKind, Fingerprint, Thresholds, Version, health};
use proptest::prelude::*;
use serde_json::Value;
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{AssertSqlSafe, ConnectOptions, Connection as _, SqliteConnection};

use super::whole_props::{due, me, runner, runtime};
use super::*;
use crate::keychain::Spill;
use crate::sample::{app, connection, moment as at};

/// A catalog with a row in each table, and a program of somebody's that writes into it.
struct Damaged {
    catalog: SqliteCatalog,
    stranger: SqliteConnection,
    other: bulla_core::Connection,
    /// The one that is damaged.
    last: bulla_core::Connection,
    folder: tempfile::TempDir,
}

/// A column and what rightly stands in its last row, as a literal.
struct Column {
    table: String,
    name: String,
    kind: String,
    right: String,
}

impl Damaged {
    async fn new() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let catalog = SqliteCatalog::open(folder.path(), due()).await.expect("opened");
        // Last in the table and in the list: where a row is passed over most easily.
        let (other, mut last) = (connection("another"), connection("last"));
        last.custody.fingerprint = me();
        for kept in [&other, &last] {
            catalog.insert(kept).await.expect("kept");
            catalog.record(Event::new(at(1), kept.id, EventKind::Added).code(ErrorCode::Offline)).await.expect("kept");
        }
        catalog.set_alias("alias", last.id).await.expect("set");
        catalog.set_marks(last.id, &["mark".to_owned()]).await.expect("kept");
        catalog.set_meta("key", "value").await.expect("kept");
        catalog.put_spill("owner", "key", b"sealed").await.expect("kept");
        catalog.put_peer(&peer()).await.expect("kept");
        catalog.put_sent(&sent(last.id)).await.expect("kept");
        catalog.take_in(&[], &seen()).await.expect("taken in");
        catalog.put_app(&app("App")).await.expect("kept");
        let options = SqliteConnectOptions::new().filename(folder.path().join("catalog.db")).foreign_keys(false);
        let stranger = options.connect().await.expect("opened");
        Self { catalog, stranger, other, last, folder }
    }

    async fn columns(&mut self) -> Vec<Column> {
        let found: Vec<(String, String, String)> = sqlx::query_as(
            "SELECT t.name, c.name, c.type FROM sqlite_master t JOIN pragma_table_info(t.name) c
             WHERE t.type = 'table' AND t.name NOT LIKE 'sqlite%' AND t.name NOT LIKE '\\_sqlx%' ESCAPE '\\'",
        )
        .fetch_all(&mut self.stranger)
        .await
        .expect("a schema");
        let mut columns = Vec::new();
        for (table, name, kind) in found {
            let sql = format!("SELECT quote({name}) FROM {table} ORDER BY rowid DESC LIMIT 1");
            let right = sqlx::query_scalar(AssertSqlSafe(sql)).fetch_one(&mut self.stranger).await.expect("a row in each table");
            columns.push(Column { table, name, kind, right });
        }
        columns
    }

    /// Writes a literal into the last row. `false` when SQLite itself refuses it: two rows with one key.
    async fn write(&mut self, column: &Column, literal: &str) -> bool {
        let Column { table, name, .. } = column;
        let sql = format!("UPDATE {table} SET {name} = {literal} WHERE rowid = (SELECT max(rowid) FROM {table})");
        sqlx::query(AssertSqlSafe(sql)).execute(&mut self.stranger).await.is_ok()
    }

    async fn put_right(&mut self, column: &Column) {
        assert!(self.write(column, &column.right).await, "it was there before");
    }

    async fn raw(&mut self, column: &Column) -> Option<String> {
        let sql = format!("SELECT hex(CAST({} AS BLOB)) FROM {} ORDER BY rowid DESC LIMIT 1", column.name, column.table);
        sqlx::query_scalar(AssertSqlSafe(sql)).fetch_one(&mut self.stranger).await.expect("a row")
    }

    /// Reads everything there is. Damage is the only thing that can be said.
    async fn reads(&self) -> Result<(), TestCaseError> {
        let Self { catalog, other, last, .. } = self;
        let got = catalog.get(last.id).await;
        if let Ok(Some(read)) = &got {
            tell(read);
        }
        damage("get", got)?;
        let listed = catalog.all().await;
        listed.iter().flatten().for_each(tell);
        prop_assert!(listed.as_ref().is_ok_and(|listed| listed.len() == 2) || listed.is_err(), "no row is passed over");
        damage("all", listed)?;
        damage("next_due", catalog.next_due().await)?;
        damage("due", catalog.due(at(1_000_000_000), 9).await)?;
        damage("changes", catalog.changes().await)?;
        damage("meta", catalog.meta("key").await)?;
        damage("aliases", catalog.aliases().await)?;
        damage("mark_owner", catalog.mark_owner(&["mark".to_owned()]).await)?;
        damage("events", catalog.events(last.id, 9).await)?;
        damage("recent_events", catalog.recent_events(9).await)?;
        damage("event_head", catalog.event_head().await)?;
        let apps = catalog.apps().await;
        prop_assert!(apps.as_ref().is_ok_and(|apps| apps.len() == 1) || apps.is_err(), "no app is passed over");
        damage("apps", apps)?;
        damage("peers", catalog.peers().await)?;
        damage("peer", catalog.peer(&peer().fingerprint).await)?;
        damage("sent", catalog.sent("id").await)?;
        damage("sent_in_state", catalog.sent_in_state("sent").await)?;
        damage("seen", catalog.seen("id").await)?;
        damage("receipt_of", catalog.receipt_of("sha256").await)?;
        damage("spill", catalog.spill("owner", "key").await)?;
        prop_assert_eq!(catalog.get(other.id).await, Ok(Some(other.clone())), "another row is as it was");
        Ok(())
    }
}

/// Everything that follows from a connection that was read can be told.
fn tell(read: &bulla_core::Connection) {
    let _ = (due()(read), health(read, &me(), &Thresholds::default(), false, at(0)), read.removed_until());
}

fn damage<T>(what: &str, read: Result<T>) -> Result<(), TestCaseError> {
    let code = read.err().map_or(ErrorCode::CatalogDamaged, |error| error.code());
    prop_assert_eq!(code, ErrorCode::CatalogDamaged, "{}", what);
    Ok(())
}

fn peer() -> Peer {
    Peer {
        name: "name".to_owned(),
        fingerprint: Fingerprint::new("fingerprint".to_owned()),
        role: "agent".to_owned(),
        card: "card".to_owned(),
        words: vec!["word".to_owned()],
        nonce: "nonce".to_owned(),
        added_at: at(0),
        last_heard_at: Some(at(1)),
    }
}

fn sent(id: ConnectionId) -> SentBundleRow {
    SentBundleRow {
        id: "id".to_owned(),
        recipient: Fingerprint::new("fingerprint".to_owned()),
        sha256: "sha256".to_owned(),
        path: "path".to_owned(),
        expires: at(9),
        connections: vec![(id, Version::FIRST)],
        state: "sent".to_owned(),
    }
}

fn seen() -> SeenBundleRow {
    SeenBundleRow {
        id: "id".to_owned(),
        sha256: "sha256".to_owned(),
        sender: Fingerprint::new("fingerprint".to_owned()),
        opened_at: at(1),
        expires: at(2),
        receipt: "receipt".to_owned(),
    }
}

/// What a column of a kind can be made to hold, as a literal.
fn literal(kind: &str, bytes: &[u8], number: i64) -> String {
    let hex = crate::aead::hex(bytes);
    match kind {
        "INTEGER" => number.to_string(),
        "BLOB" => format!("x'{hex}'"),
        _ => format!("CAST(x'{hex}' AS TEXT)"),
    }
}

/// What looks right to somebody, or is nothing at all.
const TELLING: [&str; 17] = [
    "",
    "\n",
    "null",
    "[]",
    "{}",
    "{}\n{}",
    "\"\"",
    "0",
    "1970-01-01T00:00:00Z",
    "+262142-12-31T23:59:59Z",
    "-262143-01-01T00:00:00Z",
    "2026-13-41T25:61:61Z",
    "2026-12-31T23:59:60Z",
    "added",
    "offline",
    "id",
    "00000000-0000-0000-0000-000000000000",
];

fn texts() -> impl Strategy<Value = Vec<u8>> {
    prop_oneof![
        prop::sample::select(TELLING.to_vec()).prop_map(|text| text.as_bytes().to_vec()),
        any::<String>().prop_map(String::into_bytes),
        prop::collection::vec(any::<u8>(), 0..60),
    ]
}

fn numbers() -> impl Strategy<Value = i64> {
    prop_oneof![any::<i64>(), Just(i64::MAX), Just(i64::MIN), -9..9_i64]
}

#[test]
fn what_looks_right_in_a_column_of_text_is_read_or_called_damaged() {
    let runtime = runtime();
    runtime.block_on(async {
        let mut damaged = Damaged::new().await;
        for column in damaged.columns().await.iter().filter(|column| column.kind == "TEXT") {
            for text in TELLING {
                if damaged.write(column, &literal("TEXT", text.as_bytes(), 0)).await {
                    let read = damaged.reads().await;
                    assert!(read.is_ok(), "{text:?} in {} of {}: {read:?}", column.name, column.table);
                }
            }
            damaged.put_right(column).await;
        }
    });
}

#[test]
fn anything_in_any_column_is_read_or_called_damaged() {
    let runtime = runtime();
    let mut damaged = runtime.block_on(Damaged::new());
    let columns = runtime.block_on(damaged.columns());
    assert!(columns.len() > 40, "the whole schema");
    let mut damaged = RefCell::new(damaged);
    let before = Cell::new(0);
    let inputs = (0..columns.len(), texts(), numbers());
    let outcome = runner(500).run(&inputs, |(at, text, number)| {
        let (column, mut damaged) = (&columns[at], damaged.borrow_mut());
        runtime.block_on(async {
            // Here and not at the end, which a case that fails does not reach.
            damaged.put_right(&columns[before.replace(at)]).await;
            if !damaged.write(column, &literal(&column.kind, &text, number)).await {
                return Ok(());
            }
            let put = damaged.raw(column).await;
            damaged.reads().await?;
            prop_assert_eq!(damaged.raw(column).await, put, "reading changes nothing");
            Ok(())
        })
    });
    outcome.expect("a value or damage");
    let damaged = damaged.get_mut();
    runtime.block_on(damaged.put_right(&columns[before.get()]));
    runtime.block_on(damaged.reads()).expect("all is right again");
}

#[test]
fn anything_in_the_json_of_a_row_is_read_or_called_damaged() {
    const JSON: [(&str, &str); 3] = [("connections", "body"), ("peers", "words"), ("sent_bundles", "connections")];
    let runtime = runtime();
    let mut damaged = runtime.block_on(Damaged::new());
    let columns = runtime.block_on(damaged.columns());
    let columns = JSON
        .map(|(table, name)| columns.iter().find(|column| column.table == table && column.name == name).expect("in the schema"));
    let damaged = RefCell::new(damaged);
    let before = Cell::new(0);
    let inputs = (0..columns.len(), any::<prop::sample::Index>(), json());
    let outcome = runner(800).run(&inputs, |(at, place, value)| {
        let (column, mut damaged) = (columns[at], damaged.borrow_mut());
        let mut whole: Value = serde_json::from_str(column.right.trim_matches('\'')).expect("written as JSON");
        let places = places(&whole, "");
        *whole.pointer_mut(&places[place.index(places.len())]).expect("walked") = value;
        runtime.block_on(async {
            damaged.put_right(columns[before.replace(at)]).await;
            assert!(damaged.write(column, &literal("TEXT", whole.to_string().as_bytes(), 0)).await, "written");
            damaged.reads().await?;
            let last = damaged.last.id;
            if let Ok(Some(read)) = damaged.catalog.get(last).await
                && read.id == last
            {
                let again = damaged.catalog.update(last, Box::new(|_| {})).await;
                prop_assert!(again.as_ref() == Ok(&read) || again.is_err_and(|error| error.code() == ErrorCode::LabelTaken));
            }
            Ok(())
        })
    });
    outcome.expect("a value or damage");
}

/// JSON that is often nearly right: moments and numbers at the ends of what can be written.
fn json() -> impl Strategy<Value = Value> {
    let moments = ["1970-01-01T00:00:00Z", "9999-12-31T23:59:59Z", "+262142-12-31T23:59:59Z", "-262143-01-01T00:00:00Z"];
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Into::into),
        any::<i64>().prop_map(Into::into),
        prop_oneof![Just(u64::MAX), Just(i64::MAX.cast_unsigned()), 0..9_u64].prop_map(Into::into),
        any::<f64>().prop_map(Into::into),
        any::<String>().prop_map(Into::into),
        prop::sample::select(moments.to_vec()).prop_map(Into::into),
    ];
    let issued = (prop::sample::select(moments.to_vec()), any::<i64>(), any::<i64>()).prop_map(|(at, access, refresh)| {
        serde_json::json!({ "how": "answered", "asked_at": at, "answered_at": at, "access_life_s": access, "refresh_life_s": refresh })
    });
    let nested = leaf.prop_recursive(2, 8, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Into::into),
            prop::collection::btree_map("[a-z_]{1,9}", inner, 0..4)
                .prop_map(|map| map.into_iter().collect::<serde_json::Map<_, _>>().into()),
        ]
    });
    prop_oneof![3 => nested, 1 => issued]
}

/// Every place in a document.
fn places(value: &Value, from: &str) -> Vec<String> {
    let inner: Vec<(String, &Value)> = match value {
        Value::Object(map) => map.iter().map(|(key, value)| (format!("{from}/{key}"), value)).collect(),
        Value::Array(list) => list.iter().enumerate().map(|(at, value)| (format!("{from}/{at}"), value)).collect(),
        _ => Vec::new(),
    };
    let deeper = inner.iter().flat_map(|(at, value)| places(value, at));
    std::iter::once(from.to_owned()).chain(deeper).collect()
}

#[test]
fn a_catalog_with_a_damaged_schema_or_stale_rows_says_so_when_it_is_opened() {
    let runtime = runtime();
    let inputs = (0..4_usize, texts(), numbers());
    let outcome = runner(40).run(&inputs, |(place, text, number)| {
        runtime.block_on(async {
            let mut damaged = Damaged::new().await;
            damaged.catalog.close().await;
            let text = literal("TEXT", &text, 0);
            let sql = match place {
                0 => format!("UPDATE connections SET body = {text}"),
                1 => format!("UPDATE connections SET rules_version = {number}"),
                2 => format!(
                    "UPDATE _sqlx_migrations SET version = {number} WHERE version = (SELECT max(version) FROM _sqlx_migrations)"
                ),
                _ => format!("UPDATE _sqlx_migrations SET checksum = {text}"),
            };
            // What is up to date is not looked at so closely.
            for sql in ["UPDATE connections SET rules_version = rules_version - 1".to_owned(), sql] {
                sqlx::query(AssertSqlSafe(sql)).execute(&mut damaged.stranger).await.expect("written");
            }
            damaged.stranger.close().await.expect("closed");
            if let Err(error) = SqliteCatalog::open(damaged.folder.path(), due()).await {
                prop_assert!(matches!(error.code(), ErrorCode::CatalogDamaged | ErrorCode::HomeNewer), "{}", error);
            }
            Ok(())
        })
    });
    outcome.expect("opened, damaged or newer");
}
