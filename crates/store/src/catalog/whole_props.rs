//! Whatever is kept is what is read back. The same cases on every run and machine.

use bulla_core::ports::{Catalog, Change};
use bulla_core::{
    AppId, BaseUrl, Connection, ConnectionId, CredentialKind, Custody, CustodyKind, ErrorCode, Event, EventKind, Facts, Failure,
    Fingerprint, Granted, Identity, Issued, Label, ProviderKind, SentBundle, Version, next_step,
};
use proptest::prelude::*;
use proptest::test_runner::{Config, RngAlgorithm, TestCaseResult, TestRng, TestRunner};
use tokio::runtime::{Builder, Runtime};

use super::*;

/// Runs a property on one catalog, in a folder that goes when the run is over.
pub(super) fn hold<S: Strategy>(cases: u32, inputs: &S, property: impl AsyncFn(&SqliteCatalog, S::Value) -> TestCaseResult) {
    let folder = tempfile::tempdir().expect("a folder");
    let runtime = runtime();
    let catalog = runtime.block_on(SqliteCatalog::open(folder.path(), due())).expect("opened");
    let outcome = runner(cases).run(inputs, move |input| runtime.block_on(property(&catalog, input)));
    outcome.expect("holds for every case");
}

pub(super) fn runtime() -> Runtime {
    Builder::new_current_thread().enable_all().build().expect("a runtime")
}

pub(super) fn runner(cases: u32) -> TestRunner {
    let config = Config { cases, failure_persistence: None, ..Config::default() };
    TestRunner::new_with_rng(config, TestRng::from_seed(RngAlgorithm::ChaCha, &[7; 32]))
}

/// As a home computes it.
pub(super) fn due() -> DueFn {
    Arc::new(|connection| next_step(connection, &me()).map(|step| step.at))
}

pub(super) fn me() -> Fingerprint {
    Fingerprint::new("aa".repeat(20))
}

pub(super) fn connections() -> impl Strategy<Value = Connection> {
    let named = (any::<u128>(), labels(), maybe(any::<String>()), addresses(), maybe(identities()));
    let kept = (providers(), kinds(), any::<bool>(), versions(), custody());
    let granted = (maybe(any::<u128>()), texts(), texts(), prop::collection::btree_map(any::<String>(), any::<String>(), 0..3));
    (named, kept, granted, facts(), moments(), maybe(moments())).prop_map(
        |(named, kept, granted, facts, created_at, removed_at)| {
            let (id, label, person, base_url, identity) = named;
            let (provider, kind, has_fallback, version, custody) = kept;
            let (app, scopes, asked_scopes, data) = granted;
            let id = ConnectionId(uuid::Uuid::from_u128(id));
            Connection {
                id,
                label,
                person,
                provider,
                base_url,
                app: app.map(|id| AppId(uuid::Uuid::from_u128(id))),
                scopes,
                asked_scopes,
                data,
                identity,
                kind,
                has_fallback,
                version,
                custody,
                facts,
                created_at,
                removed_at,
            }
        },
    )
}

fn labels() -> impl Strategy<Value = Label> {
    prop_oneof!["\\PC{1,30}", "[ -~]{1,120}", any::<String>()].prop_filter_map("a label", |text| Label::parse(&text).ok())
}

fn addresses() -> impl Strategy<Value = BaseUrl> {
    let text = "https://[a-z]{1,9}\\.[a-z]{2,9}(:[1-9][0-9]{0,3})?(/[a-zé0-9%]{1,9}){0,2}";
    text.prop_filter_map("an address", |text| BaseUrl::parse(&text).ok())
}

fn identities() -> impl Strategy<Value = Identity> {
    let organisations = prop::collection::vec(any::<String>(), 0..3);
    (maybe(any::<String>()), maybe(any::<String>()), maybe(any::<String>()), organisations)
        .prop_map(|(subject, name, email, organisations)| Identity { subject, name, email, organisations })
}

fn providers() -> impl Strategy<Value = ProviderKind> {
    prop::sample::select(ProviderKind::ALL.to_vec())
}

fn kinds() -> impl Strategy<Value = CredentialKind> {
    prop::sample::select(vec![CredentialKind::Rotating, CredentialKind::Reusable, CredentialKind::Static])
}

fn texts() -> impl Strategy<Value = Vec<String>> {
    prop::collection::vec(any::<String>(), 0..3)
}

fn versions() -> impl Strategy<Value = Version> {
    (0..=u64::MAX / 2, 0..=u64::MAX / 2).prop_map(|(epoch, generation)| Version { epoch, generation })
}

fn custody() -> impl Strategy<Value = Custody> {
    let kinds = [CustodyKind::Desk, CustodyKind::Server, CustodyKind::File, CustodyKind::Nobody];
    let bundle =
        (any::<String>(), moments(), any::<String>()).prop_map(|(id, expires, sha256)| SentBundle { id, expires, sha256 });
    let holder = prop_oneof![Just(me()), any::<String>().prop_map(Fingerprint::new)];
    (prop::sample::select(kinds.to_vec()), any::<String>(), holder, any::<bool>(), maybe(bundle))
        .prop_map(|(kind, name, fingerprint, confirmed, bundle)| Custody { kind, name, fingerprint, confirmed, bundle })
}

pub(super) fn facts() -> impl Strategy<Value = Facts> {
    let lives = (60..=400 * 86_400_i64, maybe(60..=400 * 86_400_i64));
    let answered = (moments(), moments(), lives).prop_map(|(asked_at, answered_at, (access_life_s, refresh_life_s))| {
        Issued::Answered { asked_at, answered_at, access_life_s, refresh_life_s }
    });
    let issued = prop_oneof![answered, moments().prop_map(|at| Issued::Pasted { at })];
    let failure = (codes(), moments(), maybe(any::<String>())).prop_map(|(code, at, detail)| Failure { code, at, detail });
    let seen = [(); 10].map(|()| maybe(moments()));
    let granted =
        (moments(), maybe(60..=400 * 86_400_i64)).prop_map(|(asked_at, refresh_life_s)| Granted { asked_at, refresh_life_s });
    (issued, maybe(granted), seen, maybe(codes()), maybe(codes()), any::<u32>(), maybe(failure)).prop_map(
        |(issued, granted, seen, refresh_dead, paused, failures, last_error)| {
            let [alive, expired, refused, doubted, opens, wait, renewed, used, tested, consented_at] = seen;
            Facts {
                issued,
                granted,
                consented_at,
                access_alive_at: alive,
                access_expired_at: expired,
                access_refused_at: refused,
                refresh_dead,
                in_doubt_since: doubted,
                opens_at: opens,
                paused,
                failures,
                not_before: wait,
                asked_to_wait_until: wait,
                last_renewed_at: renewed,
                last_used_at: used,
                last_tested_at: tested,
                last_error,
            }
        },
    )
}

fn codes() -> impl Strategy<Value = ErrorCode> {
    prop::sample::select(ErrorCode::ALL.to_vec())
}

/// Any moment of the years that RFC 3339 can write.
pub(super) fn moments() -> impl Strategy<Value = DateTime<Utc>> {
    (0..253_402_300_800_i64, 0..1_000_000_000_u32)
        .prop_map(|(seconds, nanos)| DateTime::from_timestamp(seconds, nanos).expect("a moment"))
}

fn maybe<S: Strategy>(some: S) -> impl Strategy<Value = Option<S::Value>> {
    prop::option::of(some)
}

#[test]
fn any_connection_comes_back() {
    hold(200, &(connections(), facts()), async |catalog, (kept, later)| {
        // Here and not at the end, which a case that fails does not reach.
        for left in catalog.all().await.expect("read") {
            catalog.purge(left.id).await.expect("forgotten");
        }
        catalog.insert(&kept).await.expect("kept");
        prop_assert_eq!(catalog.get(kept.id).await, Ok(Some(kept.clone())));
        prop_assert_eq!(catalog.all().await, Ok(vec![kept.clone()]));
        let next = due()(&kept);
        let indexed = catalog.next_due().await.expect("read");
        prop_assert_eq!(indexed.map(|at| at.timestamp_millis()), next.map(|at| at.timestamp_millis()));

        let mut changed = Connection { facts: later.clone(), ..kept };
        let change: Change = Box::new(|connection| connection.facts = later);
        prop_assert_eq!(catalog.update(changed.id, change).await, Ok(changed.clone()));
        // A removed connection gives its label away; the same one can then be kept beside it.
        let change: Change = Box::new(|connection| connection.removed_at = Some(connection.created_at));
        changed.removed_at = Some(changed.created_at);
        prop_assert_eq!(catalog.update(changed.id, change).await, Ok(changed.clone()));
        let beside = Connection { id: ConnectionId::random(), removed_at: None, ..changed.clone() };
        catalog.insert(&beside).await.expect("the label is free");
        prop_assert_eq!(catalog.get(changed.id).await, Ok(Some(changed.clone())));

        for id in [changed.id, beside.id] {
            catalog.purge(id).await.expect("forgotten");
            prop_assert_eq!(catalog.get(id).await, Ok(None));
        }
        Ok(())
    });
}

#[test]
fn any_line_of_history_comes_back() {
    let kinds = prop::sample::select(EventKind::ALL.to_vec());
    let line = (moments(), any::<u128>(), kinds, maybe(codes()), maybe(any::<String>())).prop_map(
        |(at, connection, kind, code, detail)| {
            let connection = ConnectionId(uuid::Uuid::from_u128(connection));
            Event { at, connection, kind, code, detail }
        },
    );
    hold(100, &prop::collection::vec(line, 1..4), async |catalog, lines| {
        let before = catalog.event_head().await.expect("read");
        for line in &lines {
            catalog.record(line.clone()).await.expect("kept");
        }
        let mut found = catalog.recent_events(u32::try_from(lines.len()).expect("few")).await.expect("read");
        found.reverse();
        prop_assert_eq!(&found, &lines);
        let after = catalog.event_head().await.expect("read");
        prop_assert!(after.is_some() && after != before, "the chain holds and goes on");
        let last = &lines[lines.len() - 1];
        prop_assert_eq!(catalog.events(last.connection, 1).await, Ok(vec![last.clone()]));
        Ok(())
    });
}

#[test]
fn any_peer_comes_back() {
    let texts = [(); 5].map(|()| any::<String>());
    let words = prop::collection::vec(any::<String>(), 0..9);
    hold(100, &(texts, words, moments(), maybe(moments())), async |catalog, (texts, words, added_at, last_heard_at)| {
        let [name, fingerprint, role, card, nonce] = texts;
        let fingerprint = Fingerprint::new(fingerprint);
        let mut peer = Peer { name, fingerprint, role, card, words, nonce, added_at, last_heard_at };
        catalog.put_peer(&peer).await.expect("kept");
        prop_assert_eq!(catalog.peer(&peer.fingerprint).await, Ok(Some(peer.clone())));
        catalog.heard(&peer.fingerprint, added_at).await.expect("noted");
        peer.last_heard_at = peer.last_heard_at.max(Some(added_at));
        prop_assert!(catalog.peers().await.expect("read").contains(&peer), "the later moment stays");
        Ok(())
    });
}

#[test]
fn any_bundle_comes_back() {
    let texts = [(); 6].map(|()| any::<String>());
    let carried = prop::collection::vec((any::<u128>(), versions()), 0..4);
    hold(100, &(texts, carried, moments(), moments()), async |catalog, (texts, carried, expires, opened_at)| {
        let [id, somebody, sha256, path, state, receipt] = texts;
        let somebody = Fingerprint::new(somebody);
        let connections = carried.into_iter().map(|(id, version)| (ConnectionId(uuid::Uuid::from_u128(id)), version)).collect();
        let seen =
            SeenBundleRow { id: id.clone(), sha256: sha256.clone(), sender: somebody.clone(), opened_at, expires, receipt };
        let sent = SentBundleRow { id, recipient: somebody, sha256, path, expires, connections, state };

        catalog.put_sent(&sent).await.expect("kept");
        prop_assert_eq!(catalog.sent(&sent.id).await, Ok(Some(sent.clone())));
        prop_assert!(catalog.sent_in_state(&sent.state).await.expect("read").contains(&sent.id));
        if catalog.seen(&seen.id).await.expect("read").is_none() {
            catalog.take_in(&[], &seen).await.expect("taken in");
            prop_assert_eq!(catalog.seen(&seen.id).await, Ok(Some(seen.clone())));
        }
        prop_assert_eq!(catalog.take_in(&[], &seen).await.map_err(|error| error.code()), Err(ErrorCode::BundleSeen));
        Ok(())
    });
}

#[test]
fn any_name_and_setting_comes_back() {
    let kept = crate::sample::connection("kept");
    let names = prop_oneof![any::<String>(), "[ \t]{0,2}\\PC{0,9}[ \t]{0,2}"];
    hold(100, &(names, any::<String>(), any::<String>()), async |catalog, (name, key, value)| {
        if catalog.get(kept.id).await.expect("read").is_none() {
            catalog.insert(&kept).await.expect("kept");
        }
        catalog.set_alias(&name, kept.id).await.expect("set");
        prop_assert_eq!(catalog.aliases().await, Ok(vec![(name.trim().to_owned(), kept.id)]));
        prop_assert_eq!(catalog.remove_alias(&name).await, Ok(true));
        prop_assert_eq!(catalog.aliases().await, Ok(vec![]));

        catalog.set_meta(&key, &value).await.expect("kept");
        prop_assert_eq!(catalog.meta(&key).await, Ok(Some(value.clone())));
        catalog.set_marks(kept.id, std::slice::from_ref(&value)).await.expect("kept");
        prop_assert_eq!(catalog.mark_owner(&[key, value]).await, Ok(Some(kept.id)));
        Ok(())
    });
}
