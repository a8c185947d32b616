//! A pasted pair has an unknown age: found out by reading, warned about from what is sure.

use bulla_core::{Health, Severity};
use chrono::TimeDelta;
use support::huntflow::{Canned, Knob, Route};
use support::world::{World, id_of};

#[tokio::test]
async fn a_pair_pasted_on_its_sixth_day_is_renewed_on_its_seventh() {
    let world = World::new().await;
    let pair = world.fake.issue_pair_aged("anna", TimeDelta::days(6));
    let view = world.keep("Anna", &pair).await;
    assert_eq!((view.health, view.estimated), (Health::Healthy, true));
    world.live(TimeDelta::hours(23)).await;
    assert_eq!(world.fake.exchanges_ok().len(), 0, "the access token lives to the end of its seventh day");
    world.live(TimeDelta::hours(7)).await;
    assert_eq!(world.fake.exchanges_ok().len(), 1);
    assert_eq!(world.fake.exchange_attempts().len(), 1, "nothing was tried too early");
    let renewed = world.view(id_of(&view)).await;
    assert_eq!((renewed.health, renewed.estimated), (Health::Healthy, false));
}

#[tokio::test]
async fn a_pair_pasted_after_its_access_token_ended_is_renewed_at_once() {
    let world = World::new().await;
    let pair = world.fake.issue_pair_aged("anna", TimeDelta::days(13));
    let view = world.keep("Anna", &pair).await;
    assert_eq!((view.health, view.generation), (Health::Healthy, 1));
    assert_eq!(world.fake.exchanges_ok().len(), 1);
}

#[tokio::test]
async fn checking_never_spends_the_refresh_token() {
    let world = World::new().await;
    let pair = world.fake.issue_pair_aged("anna", TimeDelta::days(10));
    let input = support::world::pasted(&pair);
    let check = world.home.check_paste(&input, &world.fake.base_url(), None).await.expect("read");
    assert_eq!(check.access, "expired");
    assert!(world.fake.exchange_attempts().is_empty());
}

#[tokio::test]
async fn what_is_sure_moves_with_every_proof_of_life() {
    let world = World::new().await;
    let pair = world.fake.issue_pair("anna");
    let view = world.keep("Anna", &pair).await;
    let sure = |view: &bulla_home::ConnectionView| view.deadline.expect("a lower bound");
    assert_eq!(sure(&view) - support::world::beginning(), TimeDelta::days(7));
    world.live(TimeDelta::days(2)).await;
    assert_eq!(sure(&world.view(id_of(&view)).await) - support::world::beginning(), TimeDelta::days(9));
}

#[tokio::test]
async fn one_that_nobody_can_renew_in_time_is_warned_about_from_the_lower_bound() {
    let world = World::new().await;
    let pair = world.fake.issue_pair("anna");
    let id = id_of(&world.keep("Anna", &pair).await);
    // The provider answers nothing any more: the last proof of life is the paste, so seven days are sure.
    world.fake.next_n(Route::Me, 1000, Knob::Instead(Canned::unavailable()));
    world.fake.next_n(Route::Refresh, 1000, Knob::Instead(Canned::unavailable()));
    world.live(TimeDelta::days(2)).await;
    assert_eq!(world.view(id).await.severity, Severity::Ok, "five days left");
    world.live(TimeDelta::hours(9)).await;
    let view = world.view(id).await;
    assert_eq!((view.health, view.severity), (Health::EndsSoon, Severity::Warning), "a third of 14 days is left");
    world.live(TimeDelta::days(3)).await;
    assert_eq!(world.view(id).await.severity, Severity::Critical, "a seventh of 14 days is left");
}

#[tokio::test]
async fn the_other_side_of_an_estimate_is_judged_by_the_token_endpoint() {
    // Every read call fails for a week: after seven days no access token of the pair can live, so renewing is right.
    let world = World::new().await;
    let pair = world.fake.issue_pair("anna");
    let id = id_of(&world.keep("Anna", &pair).await);
    world.fake.next_n(Route::Me, 1000, Knob::Instead(Canned::unavailable()));
    world.live(TimeDelta::days(7) + TimeDelta::hours(6)).await;
    assert_eq!(world.fake.exchanges_ok().len(), 1);
    assert_eq!(world.view(id).await.generation, 1);
}
