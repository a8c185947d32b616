//! A vault that fails costs waiting, not tokens.

use std::sync::Arc;

use bulla_core::ports::{Catalog, Leases, Provider, Vault};
use bulla_core::{
    App, AppId, Ask, ClientSecret, Clock, ErrorCode, Health, Keeper, KeeperPorts, ProviderKind, RenewalReason, Thresholds,
};
use bulla_store::{FileJournal, FileLeases, JournalKey, MemoryVault, SqliteCatalog};
use chrono::TimeDelta;
use support::world::{World, id_of};

/// A second keeper over the world's catalog whose vault can be told to fail.
struct Faulty {
    world: World,
    vault: Arc<MemoryVault>,
    keeper: Keeper,
    id: bulla_core::ConnectionId,
}

async fn faulty() -> Faulty {
    let world = World::new().await;
    let pair = world.fake.issue_pair("anna");
    let id = id_of(&world.keep("Anna", &pair).await);
    let (vault, keeper) = keeper_over(&world).await;
    let catalog = SqliteCatalog::open(world.folder.path(), Arc::new(|_| None)).await.expect("opens");
    let connection = catalog.get(id).await.expect("readable").expect("there");
    let credential = bulla_core::Credential::Rotating {
        access: bulla_core::AccessToken::new(pair.access),
        refresh: bulla_core::RefreshToken::new(pair.refresh),
        fallback: None,
    };
    vault.plant(id, Some(bulla_core::Stored { version: connection.version, credential }));
    world.advance(TimeDelta::days(8));
    Faulty { world, vault, keeper, id }
}

async fn keeper_over(world: &World) -> (Arc<MemoryVault>, Keeper) {
    let vault = Arc::new(MemoryVault::new());
    let catalog = SqliteCatalog::open(world.folder.path(), Arc::new(|_| None)).await.expect("opens");
    (vault.clone(), keeper(world, vault, catalog))
}

fn keeper(world: &World, vault: Arc<MemoryVault>, catalog: SqliteCatalog) -> Keeper {
    let me = bulla_core::Fingerprint::new(world_fingerprint(world));
    Keeper::new(KeeperPorts {
        vault: vault as Arc<dyn Vault>,
        catalog: Arc::new(catalog) as Arc<dyn Catalog>,
        journal: Arc::new(journal(world)),
        leases: Arc::new(FileLeases::new(world.folder.path())) as Arc<dyn Leases>,
        apps: Arc::new(NoApps),
        marks: Arc::new(NoMarks),
        clock: Arc::new(world.clock.clone()),
        provider: provider as fn(ProviderKind) -> Arc<dyn Provider>,
        me,
    })
}

fn journal(world: &World) -> FileJournal {
    let key: JournalKey = Box::new(|| Box::pin(async { Ok(zeroize::Zeroizing::new([7; 32])) }));
    FileJournal::new(world.folder.path(), key).expect("the folder is there")
}

fn provider(kind: ProviderKind) -> Arc<dyn Provider> {
    bulla_providers::provider(kind)
}

fn world_fingerprint(world: &World) -> String {
    world.home.fingerprint().to_string()
}

struct NoApps;

#[async_trait::async_trait]
impl bulla_core::ports::Apps for NoApps {
    async fn app(&self, _: AppId) -> bulla_core::Result<App> {
        Err(ErrorCode::AppNotFound.into())
    }

    async fn secret(&self, _: &App) -> bulla_core::Result<Option<ClientSecret>> {
        Err(ErrorCode::AppNotFound.into())
    }

    async fn judged(&self, _: AppId, _: Option<ErrorCode>) -> bulla_core::Result<()> {
        Ok(())
    }
}

struct NoMarks;

#[async_trait::async_trait]
impl bulla_core::ports::Marks for NoMarks {
    async fn remember(&self, _: bulla_core::ConnectionId, _: &bulla_core::Credential) -> bulla_core::Result<()> {
        Ok(())
    }
}

#[tokio::test]
async fn a_vault_that_fails_before_the_exchange_means_nothing_is_sent() {
    let Faulty { world, vault, keeper, id } = faulty().await;
    vault.fail_next(1000, ErrorCode::KeychainLocked);
    let error = keeper.renew(id, RenewalReason::Person).await.expect_err("locked");
    assert_eq!(error.code(), ErrorCode::KeychainLocked);
    assert!(world.fake.exchange_attempts().is_empty());
    vault.fail_next(0, ErrorCode::KeychainLocked);
    keeper.renew(id, RenewalReason::Person).await.expect("healed by itself");
}

#[tokio::test]
async fn a_vault_that_fails_after_the_exchange_loses_nothing_and_serves_from_memory() {
    // Fail at the n-th call for growing n, until a renewal passes untouched.
    for skip in 0.. {
        let Faulty { world, vault, keeper, id } = faulty().await;
        vault.fail_after(skip, 1000, ErrorCode::KeychainUnavailable);
        let calls_before = vault.calls();
        let renewed = keeper.renew(id, RenewalReason::Person).await;
        let untouched = vault.calls() - calls_before <= skip;
        if !world.fake.exchanges_ok().is_empty() {
            renewed.expect("the answer is in the journal");
            if !untouched {
                let token = keeper.access_token(id, Ask::default()).await.expect("served from memory");
                assert_eq!(token.token.expose(), world.fake.latest_pair_of("anna").pair.access);
                world.advance(TimeDelta::days(8));
                keeper.renew(id, RenewalReason::Person).await.expect_err("not renewed again until it is kept");
                assert_eq!(world.fake.exchanges_ok().len(), 1);
            }
        }
        vault.fail_next(0, ErrorCode::KeychainUnavailable);
        assert_eq!(keeper.settle().await.expect("settled"), 0);
        if !world.fake.exchanges_ok().is_empty() {
            let kept = vault.get(id).await.expect("open").expect("there");
            let bulla_core::Credential::Rotating { refresh, .. } = kept.credential else { panic!("a pair") };
            assert_eq!(refresh.expose(), world.fake.latest_pair_of("anna").pair.refresh);
        }
        if untouched {
            assert!(skip > 1, "the loop has reached past the exchange");
            return;
        }
    }
}

#[tokio::test]
async fn a_credential_that_is_gone_is_said_and_not_looked_for_without_a_pause() {
    let Faulty { world, vault, keeper, id } = faulty().await;
    let kept = vault.get(id).await.expect("open");
    vault.plant(id, None);
    assert_eq!(keeper.step(id).await.expect_err("gone").code(), ErrorCode::KeychainEntryMissing);
    let catalog = SqliteCatalog::open(world.folder.path(), Arc::new(|_| None)).await.expect("opens");
    let connection = catalog.get(id).await.expect("readable").expect("there");
    let report = keeper.health(&connection, &Thresholds::default());
    assert_eq!((report.health, report.valid), (Health::NeedsPerson, false));
    assert_eq!(report.issues, [ErrorCode::KeychainEntryMissing]);
    assert!(report.next.expect("looked for again").at > world.clock.now(), "not at once");
    let calls = vault.calls();
    keeper.step(id).await.expect("nothing is due");
    assert_eq!(vault.calls(), calls);

    vault.plant(id, kept);
    world.advance(TimeDelta::minutes(10));
    keeper.step(id).await.expect("back, and renewed");
    let connection = catalog.get(id).await.expect("readable").expect("there");
    assert_eq!(keeper.health(&connection, &Thresholds::default()).health, Health::Healthy);
}
