//! Killed at every numbered step and started again: nothing is lost but the one documented window.

use std::path::Path;

use chrono::TimeDelta;
use support::command::{Run, Stage, finish};

/// The answer has arrived and is not yet in the journal: the one window in which a kill costs the pair.
const DOCUMENTED_WINDOW: &str = "renew:3-answered";

const RENEWAL: [&str; 7] = [
    "renew:1-before-intent",
    "renew:2-intent",
    "renew:3-answered",
    "renew:4-journalled",
    "renew:5-stored",
    "renew:6-catalogued",
    "renew:7-done",
];
const HAND_OVER: [&str; 4] = ["seal:1-prepared", "seal:2-intent", "seal:3-custody", "seal:4-written"];
const OPENING: [&str; 6] =
    ["open:1-verified", "open:2-intent", "open:3-journalled", "open:4-stored", "open:5-catalogued", "open:6-done"];
const EXPORT: [&str; 4] = ["export:1-intent", "export:2-custody", "export:3-written", "export:4-confirmed"];

fn killed_at(stage: &Stage, home: &str, point: &str, arguments: &[&str]) -> Run {
    let mut command = stage.command(home, arguments);
    command.env("BULLA_CRASH_AT", point);
    let run = finish(command, b"");
    assert_eq!(run.code, None, "{point} was reached and killed it: {run:?}");
    run
}

#[test]
fn a_renewal_killed_at_any_step_is_finished_by_the_next_start() {
    for point in RENEWAL {
        let stage = Stage::new();
        stage.add("desk", "Anna", &stage.fake.issue_pair("anna")).ok();
        stage.fake.advance(TimeDelta::days(8));
        killed_at(&stage, "desk", point, &["token", "Anna"]);
        // A probe waits for its turn; a minute is enough for a first back-off.
        stage.fake.advance(TimeDelta::minutes(1));
        let again = stage.run("desk", &["token", "Anna", "--json"]);
        if point == DOCUMENTED_WINDOW {
            assert_eq!(again.error_code(), "reauthorization_required");
            let view = stage.run("desk", &["show", "Anna", "--json"]).json();
            assert_eq!(view["issues"], serde_json::json!(["refresh_lost"]), "the truth is told");
        } else {
            let token = again.json()["access_token"].as_str().expect("a token").to_owned();
            assert_eq!(token, stage.fake.latest_pair_of("anna").pair.access, "{point}");
        }
        assert_eq!(stage.fake.exchanges_ok().len(), 1, "{point}: one expiry, one exchange");
        // The pair that is kept can renew once more: the refresh token was not lost either.
        if point != DOCUMENTED_WINDOW {
            stage.fake.advance(TimeDelta::days(8));
            stage.run("desk", &["token", "Anna"]).ok();
            assert_eq!(stage.fake.exchanges_ok().len(), 2, "{point}");
        }
    }
}

struct Pairing {
    stage: Stage,
    file: String,
}

fn pairing() -> Pairing {
    let stage = Stage::new();
    stage.add("desk", "Anna", &stage.fake.issue_pair("anna")).ok();
    let sender = stage.run("desk", &["sender"]).ok();
    let card = stage.run("server", &["agent", "enrol", "--sender", sender.trim(), "--name", "web-1"]).ok();
    stage.run("desk", &["server", "add", card.trim()]).ok();
    let file = stage.folder.path().join("a.bulla").display().to_string();
    Pairing { stage, file }
}

fn holds(stage: &Stage, home: &str) -> bool {
    let kind = if home == "desk" { "desk" } else { "server" };
    let run = stage.run(home, &["show", "Anna", "--json"]);
    run.code == Some(0) && {
        let view = run.json();
        view["custody"]["kind"] == kind && view["health"] != "held"
    }
}

#[test]
fn a_hand_over_killed_at_any_step_has_one_custodian_afterwards() {
    for point in HAND_OVER {
        let Pairing { stage, file } = pairing();
        killed_at(&stage, "desk", point, &["seal", "--server", "web-1", "Anna", "-o", &file]);
        // Any next command finishes what was begun.
        stage.run("desk", &["connections"]).ok();
        let left = Path::new(&file).exists();
        assert_eq!(holds(&stage, "desk"), !left, "{point}: either the file exists or the desk holds it");
        if left {
            stage.run("server", &["agent", "open", &file]).ok();
            assert!(holds(&stage, "server"), "{point}");
        } else {
            stage.run("desk", &["seal", "--server", "web-1", "Anna", "-o", &file]).ok();
        }
    }
}

#[test]
fn an_opening_killed_at_any_step_is_all_or_nothing() {
    for point in OPENING {
        let Pairing { stage, file } = pairing();
        stage.run("desk", &["seal", "--server", "web-1", "Anna", "-o", &file]).ok();
        killed_at(&stage, "server", point, &["agent", "open", &file]);
        stage.run("server", &["connections"]).ok();
        let receipt = stage.folder.path().join("receipt").display().to_string();
        stage.run("server", &["agent", "open", &file, "--receipt", &receipt]).ok();
        assert!(holds(&stage, "server"), "{point}");
        stage.run("desk", &["receipt", &receipt]).ok();
        stage.fake.advance(TimeDelta::days(8));
        let token = stage.run("server", &["token", "Anna"]).ok();
        assert_eq!(token.trim(), stage.fake.latest_pair_of("anna").pair.access, "{point}");
    }
}

#[test]
fn an_export_with_hand_over_killed_at_any_step_has_one_custodian_afterwards() {
    for point in EXPORT {
        let Pairing { stage, file } = pairing();
        let export = ["export", "Anna", "--format", "huntflow-client", "-o", &file, "--hand-over"];
        killed_at(&stage, "desk", point, &export);
        stage.run("desk", &["connections"]).ok();
        let left = Path::new(&file).exists();
        assert_eq!(holds(&stage, "desk"), !left, "{point}: either the file exists or the desk holds it");
        if left {
            assert_eq!(stage.run("desk", &["token", "Anna", "--json"]).error_code(), "held_elsewhere", "{point}");
        } else {
            stage.run("desk", &export).ok();
        }
    }
}
