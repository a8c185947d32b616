//! `bulla explain`: pasted errors, for people and scripts, without a home.

use support::command::{Run, Stage};

/// Long enough to be a token, and nothing of the table.
const TOKEN: &str = "u-7Kq2mV9xTz4bRw1LpN8cYd6HfJ3sGaE5";

fn explain(stage: &Stage, arguments: &[&str], stdin: &str) -> Run {
    stage.run_with("desk", &[&["explain"], arguments].concat(), stdin.as_bytes())
}

#[test]
fn a_person_reads_what_it_means_who_acts_and_what_to_do() {
    let stage = Stage::new();
    let said = explain(&stage, &[], "错误码：20029 redirect_uri 请求不合法").ok();
    let lines: Vec<&str> = said.lines().collect();
    assert_eq!(lines[0], "20029 (Feishu)");
    assert_eq!(lines.len(), 4, "{said}");
    assert!(lines[1].contains("redirect address"), "{said}");
    assert!(lines[2].trim().starts_with("Who acts: whoever runs the app"), "{said}");
    assert!(lines[3].trim().starts_with("What to do: Copy Bulla's redirect address"), "{said}");
    assert_eq!(explain(&stage, &["20029"], "").ok(), explain(&stage, &["-"], "20029").ok(), "by argument as on stdin");
}

#[test]
fn a_script_gets_codes_in_the_order_of_the_text() {
    let stage = Stage::new();
    let log = "10:01 {\"code\":99991677}\n10:02 error.robot_token.not_found\n10:03 {\"code\":99991677}";
    let answer = explain(&stage, &["--json"], log).json();
    let entries = answer.as_array().expect("an array");
    let facts = |key: &str| entries.iter().map(|entry| entry[key].as_str().expect("text").to_owned()).collect::<Vec<_>>();
    assert_eq!(facts("code"), ["token_expired", "refresh_not_found"]);
    assert_eq!(facts("provider"), ["feishu", "huntflow"]);
    assert_eq!(facts("found"), ["99991677", "error.robot_token.not_found"]);
    assert_eq!(facts("who"), ["nobody", "you"]);
    assert!(facts("cause").iter().chain(&facts("act")).all(|text| text.ends_with('.')), "{answer}");
    let common = explain(&stage, &["--json"], "invalid_grant").json();
    assert!(common[0]["provider"].is_null(), "every server says it: {common}");
}

#[test]
fn what_nobody_knows_is_said_kindly_with_exit_code_1() {
    let stage = Stage::new();
    for text in ["", "all is well", "took 402 ms"] {
        let run = explain(&stage, &[], text);
        assert_eq!((run.code, run.stdout.as_str()), (Some(1), ""), "{text}");
        assert!(run.stderr.contains("Paste the whole line of the log"), "{}", run.stderr);
        let run = explain(&stage, &["--json"], text);
        assert_eq!((run.code, run.stdout.trim(), run.stderr.as_str()), (Some(1), "[]", ""), "{text}");
    }
}

#[test]
fn nothing_pasted_comes_out_again_and_no_home_is_made() {
    let stage = Stage::new();
    let log = format!("Authorization: Bearer {TOKEN}\n{{\"code\":99991668,\"refresh_token\":\"{TOKEN}\"}} \u{1b}[31m");
    for arguments in [&[] as &[&str], &["--json"], &[log.as_str()]] {
        let run = explain(&stage, arguments, &log);
        assert_eq!(run.code, Some(0), "{run:?}");
        assert!(!run.stdout.contains(TOKEN) && !run.stderr.contains(TOKEN), "{run:?}");
        assert!(!run.stdout.contains('\u{1b}'), "{run:?}");
    }
    assert!(!stage.home("desk").exists(), "explaining opens no home");
}

#[test]
fn of_a_long_text_the_beginning_is_read_and_that_is_said() {
    let stage = Stage::new();
    let long = format!("code: 20037 {}", "x ".repeat(64 * 1024));
    let run = explain(&stage, &[], &long);
    assert_eq!(run.code, Some(0), "{run:?}");
    assert!(run.stdout.starts_with("20037 (Feishu)") && run.stderr.contains("64 KiB"), "{run:?}");
    let run = stage.run_with("desk", &["explain"], &[0xff, 0xfe, b' ', 0xff]);
    assert_eq!(run.code, Some(1), "no text at all is no fault: {run:?}");
}

#[test]
fn the_words_are_in_the_users_language() {
    let stage = Stage::new();
    for (language, word) in [("ru", "Что делать: "), ("zh", "如何处理：")] {
        let mut command = stage.command("desk", &["explain", "--", "invalid_grant"]);
        let output = command.env("BULLA_LANG", language).output().expect("it runs");
        let said = String::from_utf8(output.stdout).expect("UTF-8");
        assert!(output.status.success() && said.contains(word), "{language}: {said}");
    }
}
