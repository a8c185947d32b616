//! Renewing by the provider's rules.

use bulla_core::{Ask, ErrorCode, Health, Renewal, Severity};
use chrono::TimeDelta;
use support::huntflow::{Canned, Knob, Route};
use support::world::{World, id_of};

/// A pair with a known age: renewed once by the loop.
async fn known(world: &World) -> bulla_core::ConnectionId {
    let pair = world.fake.issue_pair("anna");
    let id = id_of(&world.keep("Anna", &pair).await);
    world.live(TimeDelta::days(8)).await;
    assert_eq!(world.fake.exchanges_ok().len(), 1);
    id
}

#[tokio::test]
async fn a_known_pair_is_renewed_right_after_its_access_token_ends_and_never_before() {
    let world = World::new().await;
    let id = known(&world).await;
    let view = world.view(id).await;
    assert!(!view.estimated);
    let opens = view.renew_opens_at.expect("closed now");

    let early = world.home.refresh(id).await.expect("too early is no failure").outcome;
    assert_eq!(early, Renewal::TooEarly { opens_at: Some(opens) });
    assert_eq!(world.fake.exchange_attempts().len(), 1, "nothing is sent while the window is closed");

    world.advance(opens - bulla_core::Clock::now(&world.clock) + TimeDelta::seconds(30));
    world.tick().await;
    assert_eq!(world.fake.exchanges_ok().len(), 2);
    let view = world.view(id).await;
    assert_eq!((view.epoch, view.generation), (1, 2));
    assert_eq!(view.health, Health::Healthy);
}

#[tokio::test]
async fn sixty_days_cost_one_exchange_a_week() {
    let world = World::new().await;
    let id = known(&world).await;
    world.live(TimeDelta::days(60)).await;
    let exchanges = world.fake.exchange_attempts();
    assert_eq!(exchanges.len(), world.fake.exchanges_ok().len(), "no attempt was refused");
    assert!((9..=10).contains(&exchanges.len()), "{} exchanges", exchanges.len());
    assert_eq!(world.view(id).await.severity, Severity::Ok);
}

#[tokio::test]
async fn a_program_gets_the_live_token_and_after_expiry_the_renewed_one() {
    let world = World::new().await;
    let id = known(&world).await;
    let first = world.home.token(id, Ask::default()).await.expect("alive");
    assert_eq!(first.token.expose(), world.fake.latest_pair_of("anna").pair.access);

    let long = Ask { min_valid: TimeDelta::days(7), ..Ask::default() };
    let stale = world.home.token(id, long).await.expect("the live one, with a warning");
    assert_eq!(stale.warning, Some(ErrorCode::RefreshTooEarly));

    world.advance(TimeDelta::days(8));
    let refused = world.home.token(id, Ask { no_refresh: true, ..Ask::default() }).await.expect_err("not without renewing");
    assert_eq!(refused.code(), ErrorCode::Expired);
    let renewed = world.home.token(id, Ask::default()).await.expect("renewed");
    assert_ne!(renewed.token, first.token);
    assert_eq!(renewed.token.expose(), world.fake.latest_pair_of("anna").pair.access);
}

#[tokio::test]
async fn a_hundred_callers_cost_one_exchange() {
    let world = World::new().await;
    let id = known(&world).await;
    world.advance(TimeDelta::days(8));
    let mut callers = tokio::task::JoinSet::new();
    for _ in 0..100 {
        let home = world.home.clone();
        callers.spawn(async move { home.token(id, Ask::default()).await.map(|handout| handout.token.expose().to_owned()) });
    }
    let latest = || world.fake.latest_pair_of("anna").pair.access;
    while let Some(token) = callers.join_next().await {
        assert_eq!(token.expect("no panic").expect("a token"), latest());
    }
    assert_eq!(world.fake.exchange_attempts().len(), 2);
}

#[tokio::test]
async fn a_rejected_token_is_looked_into_before_anything_is_spent() {
    let world = World::new().await;
    let id = known(&world).await;
    let rejected = Ask { rejected: true, ..Ask::default() };
    let same = world.home.token(id, rejected).await.expect("the provider still takes it");
    assert_eq!(same.token.expose(), world.fake.latest_pair_of("anna").pair.access);
    assert_eq!(world.fake.exchange_attempts().len(), 1);

    let pair = world.fake.latest_pair_of("anna").pair;
    world.fake.expire_access(&pair);
    let other = world.home.token(id, rejected).await.expect("renewed");
    assert_ne!(other.token, same.token);
    assert_eq!(world.fake.exchanges_ok().len(), 2);
}

#[tokio::test]
async fn every_answer_of_the_token_endpoint_ends_in_its_health() {
    let cases = [
        (Canned::payment_required(), Health::Paused, ErrorCode::PaymentRequired),
        (Canned::access_denied(), Health::RenewDue, ErrorCode::AccessDenied),
        (Canned::too_many(Some(30)), Health::RenewDue, ErrorCode::RateLimited),
        (Canned::html_500(), Health::InDoubt, ErrorCode::ProviderUnavailable),
        (Canned::unavailable(), Health::InDoubt, ErrorCode::ProviderUnavailable),
        (Canned::html_ok(), Health::InDoubt, ErrorCode::AnswerUnreadable),
        (Canned::captive_page(), Health::InDoubt, ErrorCode::AnswerUnreadable),
    ];
    for (canned, health, code) in cases {
        let world = World::new().await;
        let id = known(&world).await;
        world.advance(TimeDelta::days(8));
        world.fake.next(Route::Refresh, Knob::Instead(canned));
        let error = world.home.refresh(id).await.expect_err("refused");
        let view = world.view(id).await;
        assert_eq!(view.health, health, "{error}");
        assert_eq!(view.last_error.expect("said").code, code);

        // Whatever it was, nothing was spent: the next pass heals it.
        world.advance(TimeDelta::hours(2));
        world.tick().await;
        let healed = world.view(id).await;
        assert_eq!((healed.health, healed.generation), (Health::Healthy, 2), "after {code}");
        assert_eq!(healed.last_error.map(|error| error.code), None);
    }
}

#[tokio::test]
async fn a_used_or_revoked_refresh_token_needs_a_person_and_is_never_sent_again() {
    let world = World::new().await;
    let id = known(&world).await;
    world.fake.revoke(&world.fake.latest_pair_of("anna").pair);
    world.advance(TimeDelta::days(8));
    world.tick().await;
    let view = world.view(id).await;
    assert_eq!((view.health, view.severity), (Health::NeedsPerson, Severity::Critical));
    assert_eq!(view.issues, [ErrorCode::RefreshNotFound]);
    let attempts = world.fake.exchange_attempts().len();
    world.live(TimeDelta::days(3)).await;
    let error = world.home.refresh(id).await.expect_err("dead");
    assert_eq!(error.code(), ErrorCode::ReauthorizationRequired);
    assert_eq!(world.fake.exchange_attempts().len(), attempts);
}

#[tokio::test]
async fn a_redirect_is_not_followed_and_the_token_not_sent_elsewhere() {
    let world = World::new().await;
    let id = known(&world).await;
    world.advance(TimeDelta::days(8));
    world.fake.next(Route::Refresh, Knob::Instead(Canned::redirect("/v2/elsewhere")));
    world.home.refresh(id).await.expect_err("no judgement");
    assert!(world.fake.ledger().arrivals_at("/v2/elsewhere").is_empty());
    assert_eq!(world.view(id).await.health, Health::InDoubt);
}

#[tokio::test]
async fn a_provider_that_cannot_be_reached_puts_nothing_in_doubt() {
    let world = World::new().await;
    let id = known(&world).await;
    world.advance(TimeDelta::days(8));
    let World { fake, home, folder, .. } = world;
    drop(fake);
    let error = home.refresh(id).await.expect_err("nobody listens");
    assert_eq!(error.code(), ErrorCode::Offline);
    assert_eq!(home.view(id).await.expect("there").health, Health::RenewDue);
    drop(folder);
}
