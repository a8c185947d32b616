//! An unknown outcome is a state: probed once, and the truth is told.

use bulla_core::{ErrorCode, Health};
use chrono::TimeDelta;
use support::huntflow::{Canned, Knob, Route};
use support::world::{World, id_of};

async fn due(world: &World) -> bulla_core::ConnectionId {
    let pair = world.fake.issue_pair("anna");
    let id = id_of(&world.keep("Anna", &pair).await);
    world.advance(TimeDelta::days(8));
    id
}

#[tokio::test]
async fn a_request_that_never_arrived_is_recovered_by_the_probe() {
    let world = World::new().await;
    let id = due(&world).await;
    world.fake.next(Route::Refresh, Knob::DropBeforeCommit);
    world.tick().await;
    assert_eq!(world.view(id).await.health, Health::InDoubt);
    world.advance(TimeDelta::hours(1));
    world.tick().await;
    let view = world.view(id).await;
    assert_eq!((view.health, view.generation), (Health::Healthy, 1));
    let history = world.home.detail(id).await.expect("there").history;
    assert_eq!(history[0].kind, "recovered");
}

#[tokio::test]
async fn a_lost_answer_is_lost_and_said_so() {
    for knob in [Knob::DropAfterCommit, Knob::CutAfterCommit, Knob::AfterCommit(Canned::html_ok())] {
        let world = World::new().await;
        let id = due(&world).await;
        world.fake.next(Route::Refresh, knob);
        world.tick().await;
        assert_eq!(world.view(id).await.health, Health::InDoubt);
        world.advance(TimeDelta::hours(1));
        world.tick().await;
        let view = world.view(id).await;
        assert_eq!((view.health, view.issues), (Health::NeedsPerson, vec![ErrorCode::RefreshLost]));
        let attempts = world.fake.exchange_attempts().len();
        world.live(TimeDelta::days(2)).await;
        assert_eq!(world.fake.exchange_attempts().len(), attempts, "judged: never sent again");
    }
}

#[tokio::test]
async fn what_is_no_judgement_leaves_it_in_doubt() {
    let world = World::new().await;
    let id = due(&world).await;
    world.fake.next(Route::Refresh, Knob::DropBeforeCommit);
    for canned in [Canned::html_500(), Canned::too_many(None), Canned::captive_page(), Canned::unavailable()] {
        world.fake.next(Route::Refresh, Knob::Instead(canned));
    }
    for _ in 0..5 {
        world.tick().await;
        assert_eq!(world.view(id).await.health, Health::InDoubt);
        world.advance(TimeDelta::hours(1));
    }
    world.tick().await;
    assert_eq!(world.view(id).await.health, Health::Healthy);
}

#[tokio::test]
async fn too_early_is_a_judgement_that_costs_nothing() {
    let world = World::new().await;
    let pair = world.fake.issue_pair("anna");
    let id = id_of(&world.keep("Anna", &pair).await);
    world.advance(TimeDelta::days(8));
    world.fake.next(Route::Refresh, Knob::DropBeforeCommit);
    world.tick().await;
    // The provider's clock turns out to be behind: there the access token still lives.
    world.fake.freeze(support::world::beginning() + TimeDelta::days(6));
    world.clock.advance(TimeDelta::minutes(20));
    world.tick().await;
    let view = world.view(id).await;
    assert_ne!(view.health, Health::InDoubt);
    world.advance(TimeDelta::hours(2));
    world.tick().await;
    assert_eq!(world.view(id).await.generation, 1);
}

#[tokio::test]
async fn nothing_in_doubt_is_handed_over() {
    let world = World::new().await;
    let id = due(&world).await;
    world.fake.next(Route::Refresh, Knob::DropBeforeCommit);
    world.tick().await;
    let file = world.folder.path().join("pair.json");
    let error = world.home.export(id, bulla_home::ExportFormat::HuntflowClient, &file, true).await.expect_err("in doubt");
    assert_eq!(error.code(), ErrorCode::InDoubt);
    assert!(!file.exists());
}
