//! One custodian: hand-over, receipt, recall, take-back, export.

use bulla_core::{Ask, ConnectionId, ErrorCode, Fingerprint, Health};
use bulla_home::{ExportFormat, Home, KeepRequest};
use chrono::TimeDelta;
use support::python;
use support::world::{World, id_of};
use tempfile::TempDir;

const DAY: TimeDelta = TimeDelta::hours(24);

/// A desk with one connection, and a server that both sides trust.
struct Pairing {
    world: World,
    server: Home,
    server_folder: TempDir,
    fingerprint: Fingerprint,
    id: ConnectionId,
}

impl Pairing {
    async fn new() -> Self {
        let world = World::new().await;
        let id = id_of(&world.keep("Anna", &world.fake.issue_pair("anna")).await);
        let (server, server_folder) = world.another_home().await;
        let enrolled = server.enrol_agent(&world.home.card(None).await.expect("a card"), Some("web-1")).await.expect("enrolled");
        let inspected = world.home.inspect_card(&enrolled.card).await.expect("readable");
        assert_eq!(inspected.words, enrolled.words, "both sides show the same eight words");
        assert_eq!(inspected.words.len(), 8);
        let added = world.home.add_server(&enrolled.card).await.expect("pinned");
        let fingerprint = Fingerprint::new(added.fingerprint);
        Self { world, server, server_folder, fingerprint, id }
    }

    async fn seal(&self, name: &str) -> Vec<u8> {
        let file = self.world.folder.path().join(name);
        self.world.home.seal(&self.fingerprint, &[self.id], DAY, &file).await.expect("sealed");
        std::fs::read(file).expect("written")
    }

    async fn give_back(&self, name: &str) -> Vec<u8> {
        let file = self.server_folder.path().join(name);
        self.server.return_to_desk(&[self.id], DAY, &file).await.expect("sealed for the desk");
        std::fs::read(file).expect("written")
    }
}

#[tokio::test]
async fn out_confirmed_renewed_there_and_back_again_twice() {
    let pairing = Pairing::new().await;
    let Pairing { world, server, id, .. } = &pairing;
    for round in 1..=2 {
        let bundle = pairing.seal(&format!("{round}.bulla")).await;
        let sent = world.view(*id).await;
        assert_eq!((sent.health, sent.custody.confirmed), (Health::Held, false));
        let refused = world.home.token(*id, Ask::default()).await.expect_err("not ours now");
        assert_eq!(refused.code(), ErrorCode::HeldElsewhere);

        let opened = server.open_bundle(&bundle).await.expect("opened");
        assert_eq!(opened.view.labels, ["Anna"]);
        world.home.apply_receipt(&opened.receipt).await.expect("confirmed");
        assert!(world.view(*id).await.custody.confirmed);
        assert_eq!(world.home.recall(*id, true).await.expect_err("erased here").code(), ErrorCode::RecallConfirmed);

        world.advance(TimeDelta::days(8));
        let token = server.token(*id, Ask::default()).await.expect("renewed on the server");
        assert_eq!(token.token.expose(), world.fake.latest_pair_of("anna").pair.access);

        let returned = pairing.give_back(&format!("{round}.back")).await;
        assert_eq!(server.token(*id, Ask::default()).await.expect_err("given back").code(), ErrorCode::HeldElsewhere);
        let taken = world.home.open_bundle(&returned).await.expect("taken back");
        server.apply_receipt(&taken.receipt).await.expect("the server erases its copy");
        assert_eq!(world.view(*id).await.health, Health::Healthy);
        world.home.token(*id, Ask::default()).await.expect("ours again");
    }
    assert!(world.fake.double_spends().is_empty());
}

#[tokio::test]
async fn each_way_a_bundle_can_be_wrong_has_its_own_code_and_changes_nothing() {
    let pairing = Pairing::new().await;
    let Pairing { world, server, .. } = &pairing;
    let bundle = pairing.seal("a.bulla").await;
    let refused = async |home: &Home, bytes: &[u8]| home.open_bundle(bytes).await.expect_err("refused").code();

    let (stranger, _keep) = world.another_home().await;
    stranger.enrol_agent(&world.home.card(None).await.expect("a card"), Some("web-2")).await.expect("enrolled");
    assert_eq!(refused(&stranger, &bundle).await, ErrorCode::BundleNotForMe);
    let mut flipped = bundle.clone();
    let last = flipped.len() - 1;
    flipped[last] ^= 1;
    assert_eq!(refused(server, &flipped).await, ErrorCode::BundleDamaged);
    assert_eq!(refused(server, &vec![0; 9 * 1024 * 1024]).await, ErrorCode::BundleTooLarge);
    assert!(server.views().await.expect("readable").is_empty(), "nothing was applied");

    let opened = server.open_bundle(&bundle).await.expect("the true one");
    assert_eq!(refused(server, &bundle).await, ErrorCode::BundleSeen);
    assert_eq!(server.receipt_again(&bundle).await.expect("written again"), opened.receipt);
    world.advance(TimeDelta::hours(25));
    assert_eq!(server.receipt_again(&bundle).await.expect("even later"), opened.receipt);
}

#[tokio::test]
async fn an_unopened_bundle_is_recalled_after_its_end_and_refused_everywhere() {
    let pairing = Pairing::new().await;
    let Pairing { world, server, id, .. } = &pairing;
    let bundle = pairing.seal("a.bulla").await;
    let early = world.home.recall(*id, false).await.expect_err("it may still be opened");
    assert_eq!(early.code(), ErrorCode::RecallTooEarly);
    world.advance(TimeDelta::hours(24) + TimeDelta::minutes(6));
    let recalled = world.home.recall(*id, false).await.expect("recalled");
    assert_eq!(recalled.health, Health::Healthy, "the probe was judged too early: nothing was spent");
    assert_eq!(server.open_bundle(&bundle).await.expect_err("too late").code(), ErrorCode::BundleExpired);
    world.advance(TimeDelta::days(8));
    world.home.token(*id, Ask::default()).await.expect("renewed at the desk");
}

#[tokio::test]
async fn a_forced_recall_makes_the_older_bundle_worthless_here_and_the_newer_one_good() {
    let pairing = Pairing::new().await;
    let Pairing { world, server, id, .. } = &pairing;
    let first = pairing.seal("a.bulla").await;
    world.home.recall(*id, true).await.expect("forced");
    let second = pairing.seal("b.bulla").await;
    server.open_bundle(&second).await.expect("the newer one");
    assert_eq!(server.open_bundle(&first).await.expect_err("older").code(), ErrorCode::BundleOlder);
}

#[tokio::test]
async fn receipts_are_believed_only_from_the_holder_for_what_was_sent() {
    let pairing = Pairing::new().await;
    let Pairing { world, server, .. } = &pairing;
    let bundle = pairing.seal("a.bulla").await;
    let receipt = server.open_bundle(&bundle).await.expect("opened").receipt;
    let refused = async |text: &str| world.home.apply_receipt(text).await.expect_err("refused").code();
    assert_eq!(refused("nonsense").await, ErrorCode::ReceiptDamaged);
    let mut forged = receipt.clone();
    let last = forged.pop().expect("not empty");
    forged.push(if last == 'A' { 'Q' } else { 'A' });
    assert_eq!(refused(&forged).await, ErrorCode::ReceiptSignature);
    let (other, _keep) = world.another_home().await;
    assert_eq!(other.apply_receipt(&receipt).await.expect_err("not its bundle").code(), ErrorCode::ReceiptUnknown);
    world.home.apply_receipt(&receipt).await.expect("the true one");
    world.home.apply_receipt(&receipt).await.expect("twice is fine");
}

#[tokio::test]
async fn a_server_with_a_changed_key_is_a_hard_stop() {
    let pairing = Pairing::new().await;
    let world = &pairing.world;
    let (imposter, _keep) = world.another_home().await;
    let card = imposter.enrol_agent(&world.home.card(None).await.expect("a card"), Some("web-1")).await.expect("made").card;
    let shown = world.home.inspect_card(&card).await.expect("readable");
    assert_eq!(shown.known_fingerprint.as_deref(), Some(pairing.fingerprint.as_str()));
    let error = world.home.add_server(&card).await.expect_err("a hard stop");
    assert_eq!(error.code(), ErrorCode::CardChanged);
    assert_eq!(error.params()["known"], pairing.fingerprint.as_str());
}

#[tokio::test]
async fn roles_do_not_mix() {
    let pairing = Pairing::new().await;
    let desk_card = pairing.world.home.card(None).await.expect("a card");
    let (other_desk, _keep) = pairing.world.another_home().await;
    other_desk.card(None).await.expect("now it is a desk");
    assert_eq!(other_desk.enrol_agent(&desk_card, None).await.expect_err("a desk").code(), ErrorCode::HomeRole);
    assert_eq!(pairing.server.card(None).await.expect_err("an agent").code(), ErrorCode::HomeRole);
    assert_eq!(pairing.world.home.enrol_agent(&desk_card, None).await.expect_err("own").code(), ErrorCode::CardOwn);
    assert_eq!(pairing.world.home.add_server(&desk_card).await.expect_err("own").code(), ErrorCode::CardOwn);
}

#[tokio::test]
async fn a_plain_export_has_no_refresh_token_and_a_handed_over_one_leaves_none_here() {
    let world = World::new().await;
    let pair = world.fake.issue_pair("anna");
    let id = id_of(&world.keep("Anna", &pair).await);
    let plain = world.folder.path().join("plain.json");
    world.home.export(id, ExportFormat::HuntflowClient, &plain, false).await.expect("written");
    let text = std::fs::read_to_string(&plain).expect("there");
    assert!(text.contains(&pair.access) && !text.contains(&pair.refresh));

    let handed = world.folder.path().join("huntflow_token.json");
    world.home.export(id, ExportFormat::HuntflowClient, &handed, true).await.expect("handed over");
    let view = world.view(id).await;
    assert_eq!((view.custody.kind.as_str(), view.custody.confirmed), ("file", true));
    assert_eq!(world.home.token(id, Ask::default()).await.expect_err("the file's").code(), ErrorCode::HeldElsewhere);
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        assert_eq!(std::fs::metadata(&handed).expect("there").permissions().mode() & 0o777, 0o600);
    }

    // The real client reads it, renews by itself and rewrites it; pasting it over the connection takes it back.
    world.advance(TimeDelta::days(8));
    let path = handed.display().to_string();
    let run =
        python::run(&python::huntflow_client(), &python::script("huntflow_recipe.py"), &[&world.fake.base_url(), &path, "me"]);
    assert!(run.status.success(), "{}", String::from_utf8_lossy(&run.stderr));
    assert_eq!(world.fake.exchanges_ok().len(), 1, "by the client");
    let rewritten = std::fs::read_to_string(&handed).expect("there");
    let request = KeepRequest {
        paste: bulla_home::PasteInput { text: rewritten.into(), ..Default::default() },
        replaces: Some(id),
        ..world.request("", &pair)
    };
    let back = world.home.keep(request).await.expect("taken back from the file").view;
    assert_eq!((back.custody.kind.as_str(), back.health), ("desk", Health::Healthy));
    assert!(world.fake.double_spends().is_empty());
}
