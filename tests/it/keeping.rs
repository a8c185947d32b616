//! Keeping what people paste: once, under one label, for one person.

use bulla_core::{Ask, ErrorCode, Health};
use bulla_home::{KeepRequest, PasteInput};
use chrono::TimeDelta;
use support::huntflow::Organisation;
use support::world::{World, id_of, pasted};

#[tokio::test]
async fn a_paste_shows_whose_it_is_and_keeps_it() {
    let world = World::new().await;
    world.fake.set_organisations("anna", vec![Organisation::new(7, "Romashka")]);
    let pair = world.fake.issue_pair("anna");
    let check = world.home.check_paste(&pasted(&pair), &world.fake.base_url(), None).await.expect("read");
    assert_eq!(check.access, "alive");
    let identity = check.identity.expect("known");
    assert_eq!(identity.organisations, ["Romashka"]);
    let view = world.keep("Romashka — Anna", &pair).await;
    assert_eq!((view.health, view.epoch, view.generation), (Health::Healthy, 1, 0));
    assert_eq!(view.identity, Some(identity));
}

#[tokio::test]
async fn a_pair_is_kept_once_and_the_refusal_names_who_has_it() {
    let world = World::new().await;
    let pair = world.fake.issue_pair("anna");
    let id = id_of(&world.keep("First", &pair).await);
    let error = world.home.keep(world.request("Second", &pair)).await.expect_err("kept already");
    assert_eq!((error.code(), error.params()["label"].as_str()), (ErrorCode::AlreadyKept, "First"));
    // The same is true of the pair it has become.
    world.advance(TimeDelta::days(8));
    world.home.token(id, Ask::default()).await.expect("renewed");
    let rotated = world.fake.latest_pair_of("anna").pair;
    let error = world.home.keep(world.request("Second", &rotated)).await.expect_err("kept already");
    assert_eq!(error.code(), ErrorCode::AlreadyKept);
}

#[tokio::test]
async fn labels_are_unique_whatever_their_case_and_form() {
    let world = World::new().await;
    world.keep("Café", &world.fake.issue_pair("anna")).await;
    let request = world.request("CAFE\u{301}", &world.fake.issue_pair("boris"));
    assert_eq!(world.home.keep(request).await.expect_err("taken").code(), ErrorCode::LabelTaken);
}

#[tokio::test]
async fn another_persons_pair_replaces_only_when_confirmed() {
    let world = World::new().await;
    let id = id_of(&world.keep("Anna", &world.fake.issue_pair("anna")).await);
    world.home.set_alias("huntflow-active", id).await.expect("set");
    let theirs = world.fake.issue_pair("boris");
    let request =
        |confirmed| KeepRequest { replaces: Some(id), confirmed_other_person: confirmed, ..world.request("ignored", &theirs) };
    let error = world.home.keep(request(false)).await.expect_err("another person");
    assert_eq!(error.code(), ErrorCode::OtherPerson);
    assert_eq!(world.view(id).await.epoch, 1, "nothing has changed");
    let kept = world.home.keep(request(true)).await.expect("confirmed");
    assert!(kept.replaced);
    assert_eq!((kept.view.epoch, kept.view.label.as_str()), (2, "Anna"));
    assert_eq!(kept.view.aliases, ["huntflow-active"]);
}

#[tokio::test]
async fn a_new_pair_heals_a_dead_connection() {
    let world = World::new().await;
    let first = world.fake.issue_pair("anna");
    let id = id_of(&world.keep("Anna", &first).await);
    world.fake.revoke(&first);
    world.advance(TimeDelta::days(8));
    world.tick().await;
    assert_eq!(world.view(id).await.health, Health::NeedsPerson);
    let request = KeepRequest { replaces: Some(id), ..world.request("", &world.fake.issue_pair("anna")) };
    let kept = world.home.keep(request).await.expect("replaced");
    assert_eq!((kept.view.health, kept.view.epoch, kept.view.valid), (Health::Healthy, 2, true));
}

#[tokio::test]
async fn the_wrong_environment_is_refused_and_nothing_is_kept() {
    let world = World::new().await;
    let elsewhere = support::huntflow::FakeHuntflow::start();
    let request = world.request("Anna", &elsewhere.issue_pair("anna"));
    let error = world.home.keep(request).await.expect_err("unknown there");
    assert_eq!(error.code(), ErrorCode::AccessNotAccepted);
    assert!(world.home.views().await.expect("readable").is_empty());
}

#[tokio::test]
async fn a_static_key_serves_when_the_pair_is_dead_and_it_is_said() {
    let world = World::new().await;
    let pair = world.fake.issue_pair("anna");
    let request = KeepRequest {
        paste: PasteInput { api_key: "legacy-key-of-anna-0123456789".to_owned().into(), ..pasted(&pair) },
        ..world.request("Anna", &pair)
    };
    let id = id_of(&world.home.keep(request).await.expect("kept").view);
    assert_eq!(world.view(id).await.static_key.as_deref(), Some("fallback"));
    world.fake.revoke(&pair);
    world.advance(TimeDelta::days(8));
    let handout = world.home.token(id, Ask::default()).await.expect("the key");
    assert_eq!(handout.token.expose(), "legacy-key-of-anna-0123456789");
    assert_eq!(handout.warning, Some(ErrorCode::RefreshNotFound));
    let view = world.view(id).await;
    assert_eq!((view.health, view.valid, view.static_key.as_deref()), (Health::NeedsPerson, true, Some("in_use")));
}

#[tokio::test]
async fn removing_can_be_undone_for_seven_days() {
    let world = World::new().await;
    let pair = world.fake.issue_pair("anna");
    let id = id_of(&world.keep("Anna", &pair).await);
    world.home.remove(id).await.expect("removed");
    assert!(world.home.views().await.expect("readable").is_empty());
    world.keep("Anna", &world.fake.issue_pair("boris")).await;
    let restored = world.home.restore(id).await.expect("restored");
    assert_eq!(restored.label, "Anna (2)", "its label was taken meanwhile");
    assert_eq!(world.home.token(id, Ask::default()).await.expect("alive").token.expose(), pair.access);

    world.home.remove(id).await.expect("removed");
    world.advance(TimeDelta::days(8));
    world.home.settle().await.expect("settled");
    assert_eq!(world.home.restore(id).await.expect_err("erased").code(), ErrorCode::NotFound);
}

#[tokio::test]
async fn a_name_finds_by_label_alias_id_and_unique_prefix() {
    let world = World::new().await;
    let anna = id_of(&world.keep("Production Anna", &world.fake.issue_pair("anna")).await);
    let boris = id_of(&world.keep("Production Boris", &world.fake.issue_pair("boris")).await);
    world.home.set_alias("active", boris).await.expect("set");
    for (text, id) in [("production anna", anna), ("active", boris), ("Production B", boris), (&anna.to_string(), anna)] {
        assert_eq!(world.home.find(text).await, Ok(id), "{text}");
    }
    assert_eq!(world.home.find("Prod").await.expect_err("two").code(), ErrorCode::Ambiguous);
    assert_eq!(world.home.find("nobody").await.expect_err("none").code(), ErrorCode::NotFound);
    assert_eq!(world.home.find("").await.expect_err("none").code(), ErrorCode::NotFound);
}
