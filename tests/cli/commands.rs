//! The commands as scripts use them: exit codes, stdout alone, JSON.

use chrono::TimeDelta;
use support::command::Stage;
use support::huntflow::{Canned, Knob, Route};

fn stage_with_anna() -> Stage {
    let stage = Stage::new();
    stage.add("desk", "Anna", &stage.fake.issue_pair("anna")).ok();
    stage
}

#[test]
fn show_json_has_every_documented_key() {
    let stage = stage_with_anna();
    let view = stage.run("desk", &["show", "Anna", "--json"]).json();
    for key in [
        "id",
        "label",
        "person",
        "provider",
        "base_url",
        "identity",
        "health",
        "severity",
        "valid",
        "issues",
        "deadline",
        "next_step_at",
        "access_expires_at",
        "refresh_expires_at",
        "estimated",
        "custody",
        "epoch",
        "gen",
        "last_renewed_at",
        "last_used_at",
        "last_tested_at",
        "last_error",
    ] {
        assert!(view.get(key).is_some(), "{key} is missing in {view}");
    }
    for key in ["kind", "name", "fingerprint", "confirmed"] {
        assert!(view["custody"].get(key).is_some(), "custody.{key}");
    }
    for key in ["name", "email", "organisations"] {
        assert!(view["identity"].get(key).is_some(), "identity.{key}");
    }
    let at = view["access_expires_at"].as_str().expect("a date");
    assert!(at.ends_with('Z') && chrono::DateTime::parse_from_rfc3339(at).is_ok(), "{at}");
    let all = stage.run("desk", &["--json", "connections"]).json();
    assert_eq!(all.as_array().map(Vec::len), Some(1));
}

#[test]
fn a_token_is_printed_alone_and_a_closed_window_is_a_warning() {
    let stage = stage_with_anna();
    let access = stage.fake.latest_pair_of("anna").pair.access;
    let run = stage.run("desk", &["token", "Anna"]);
    assert_eq!((run.code, run.stdout.as_str()), (Some(0), format!("{access}\n").as_str()));
    let long = stage.run("desk", &["token", "Anna", "--min-valid", "700000"]);
    assert_eq!((long.code, long.stdout.trim()), (Some(0), access.as_str()));
    assert!(!long.stderr.is_empty(), "the closed window is said");
}

#[test]
fn token_refusals_have_their_codes() {
    let stage = stage_with_anna();
    assert_eq!(stage.run("desk", &["token", "Nobody", "--json"]).error_code(), "not_found");
    stage.fake.advance(TimeDelta::days(8));
    assert_eq!(stage.run("desk", &["token", "Anna", "--no-refresh", "--json"]).error_code(), "expired");
    stage.fake.revoke(&stage.fake.latest_pair_of("anna").pair);
    assert_eq!(stage.run("desk", &["token", "Anna", "--json"]).error_code(), "reauthorization_required");
}

#[test]
fn refresh_before_the_window_opens_is_no_failure_and_says_when() {
    let stage = stage_with_anna();
    let run = stage.run("desk", &["refresh", "Anna", "--json"]);
    let answer = run.json();
    assert_eq!(answer["outcome"], "too_early");
    assert!(answer["opens_at"].is_string());
    assert!(stage.fake.exchange_attempts().is_empty());
    stage.fake.advance(TimeDelta::days(8));
    assert_eq!(stage.run("desk", &["refresh", "Anna", "--json"]).json()["outcome"], "renewed");
}

#[test]
fn add_replaces_for_the_same_person_and_refuses_another() {
    let stage = stage_with_anna();
    stage.add("desk", "Anna", &stage.fake.issue_pair("anna")).ok();
    assert_eq!(stage.run("desk", &["show", "Anna", "--json"]).json()["epoch"], 2);
    let other = stage.fake.issue_pair("boris");
    let run = stage.add("desk", "Anna", &other);
    assert_eq!(run.code, Some(1));
    let text = format!("{} {}", other.access, other.refresh);
    let url = stage.fake.base_url();
    let add = ["add", "huntflow", "--label", "Boris", "--base-url", &url, "--json"];
    stage.run_with("desk", &add, text.as_bytes()).ok();
    assert_eq!(stage.run_with("desk", &add, text.as_bytes()).error_code(), "already_kept");
}

#[test]
fn bad_pastes_are_refused_with_a_sentence_and_nothing_is_kept() {
    let stage = Stage::new();
    let url = stage.fake.base_url();
    let pair = stage.fake.issue_pair("anna");
    let cases = [
        (String::new(), "paste_empty"),
        ("https://huntflow.ru/account/tokens/abc".to_owned(), "paste_is_link"),
        (format!("access_token: {}", pair.access), "paste_incomplete"),
        (format!("access_token: {0}\nrefresh_token: {0}", pair.access), "paste_doubled"),
    ];
    for (text, code) in cases {
        let add = ["add", "huntflow", "--label", "Anna", "--base-url", &url, "--json"];
        assert_eq!(stage.run_with("desk", &add, text.as_bytes()).error_code(), code, "{text}");
        let plain = stage.run_with("desk", &add[..6], text.as_bytes());
        assert!(plain.stdout.is_empty() && !plain.stderr.is_empty() && !plain.stderr.contains('{'), "{plain:?}");
    }
    assert_eq!(stage.run("desk", &["connections", "--json"]).json(), serde_json::json!([]));
}

#[test]
fn wrong_usage_is_two_and_secrets_are_no_arguments() {
    let stage = Stage::new();
    for arguments in [&["nonsense"][..], &["token"], &["add", "huntflow"], &["seal", "--server"]] {
        assert_eq!(stage.run("desk", arguments).code, Some(2), "{arguments:?}");
    }
    let help = stage.run("desk", &["add", "huntflow", "--help"]).ok();
    assert!(!help.contains("--access") && !help.contains("--refresh-token"), "{help}");
}

#[test]
fn a_request_with_an_expired_token_is_renewed_once_and_repeated_once() {
    let stage = stage_with_anna();
    let me = stage.run("desk", &["request", "Anna", "GET", "/me"]).json();
    assert!(me["id"].is_number(), "{me}");
    stage.fake.expire_access(&stage.fake.latest_pair_of("anna").pair);
    let again = stage.run("desk", &["request", "Anna", "GET", "/me"]).json();
    assert_eq!(again["id"], me["id"]);
    assert_eq!(stage.fake.exchanges_ok().len(), 1);
    stage.fake.next(Route::Me, Knob::Instead(Canned::access_denied()));
    assert_eq!(stage.run("desk", &["request", "Anna", "GET", "/me"]).code, Some(1));
}

#[test]
fn check_speaks_the_monitoring_convention() {
    let stage = stage_with_anna();
    assert_eq!(stage.run("desk", &["check"]).code, Some(0));
    assert_eq!(stage.run("desk", &["check", "--warning", "8d", "--critical", "1d"]).code, Some(1));
    stage.fake.revoke(&stage.fake.latest_pair_of("anna").pair);
    stage.fake.advance(TimeDelta::days(8));
    stage.run("desk", &["token", "Anna"]);
    let run = stage.run("desk", &["check"]);
    assert_eq!(run.code, Some(2), "{run:?}");
    assert!(run.stdout.contains("Anna"));
}

#[test]
fn a_home_refuses_the_other_vault_and_a_wrong_or_missing_key() {
    let stage = stage_with_anna();
    let mut other = std::process::Command::new(support::command::bulla());
    other.env_clear().env("HOME", stage.folder.path()).arg("--home").arg(stage.home("desk"));
    other.args(["--vault", "keychain", "connections", "--json"]);
    assert_eq!(support::command::finish(other, b"").error_code(), "home_vault_kind");
    let key = stage.home("desk").join("vault.key");
    let moved = stage.folder.path().join("moved.key");
    std::fs::rename(&key, &moved).expect("moved");
    assert_eq!(stage.run("desk", &["token", "Anna", "--json"]).error_code(), "vault_key_missing");
    let mut wrong = stage.command("desk", &["token", "Anna", "--json"]);
    wrong.env("ENCRYPTION_KEY", "AQIDBAUGBwgJCgsMDQ4PEBESExQVFhcYGRobHB0eHyA=");
    assert_eq!(support::command::finish(wrong, b"").error_code(), "vault_key_wrong");
    assert!(!key.exists(), "no new key was made");
    std::fs::rename(&moved, &key).expect("moved back");
    stage.run("desk", &["token", "Anna"]).ok();
}

#[test]
fn removing_and_restoring_and_naming() {
    let stage = stage_with_anna();
    stage.run("desk", &["alias", "huntflow-active", "Anna"]).ok();
    stage.run("desk", &["rename", "huntflow-active", "Анна"]).ok();
    assert_eq!(stage.run("desk", &["show", "анна", "--json"]).json()["label"], "Анна");
    stage.run("desk", &["remove", "анна"]).ok();
    assert_eq!(stage.run("desk", &["token", "huntflow-active", "--json"]).error_code(), "not_found");
    stage.run("desk", &["restore", "Анна"]).ok();
    stage.run("desk", &["token", "huntflow-active"]).ok();
}

#[test]
fn a_refused_paste_on_a_new_machine_leaves_no_home_behind() {
    let stage = Stage::new();
    let add = ["add", "huntflow", "--label", "Anna", "--json"];
    for (text, code) in [("", "paste_empty"), ("access_token: 0caca0", "paste_incomplete")] {
        assert_eq!(stage.run_with("desk", &add, text.as_bytes()).error_code(), code);
    }
    let whole = stage.fake.issue_pair("anna");
    let text = format!("{} {}", whole.access, whole.refresh);
    let address = [&add[..], &["--base-url", "http://example.com"]].concat();
    assert_eq!(stage.run_with("desk", &address, text.as_bytes()).error_code(), "base_url_not_https");
    assert!(!stage.home("desk").exists());
}
