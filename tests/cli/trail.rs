//! Planted tokens are found nowhere they do not belong: not in the home, not in what is printed, at any log level.

use chrono::TimeDelta;
use support::canary::{leaking_files, leaks, needles, planted};
use support::command::{Run, Stage, finish};
use support::huntflow::{Canned, Knob, Route};

/// Runs a command at the loudest log level and keeps everything it printed.
fn traced(stage: &Stage, home: &str, arguments: &[&str], stdin: &[u8], heard: &mut Vec<u8>) -> Run {
    let mut command = stage.command(home, arguments);
    command.env("RUST_LOG", "trace").env("RUST_BACKTRACE", "1");
    let run = finish(command, stdin);
    heard.extend_from_slice(run.stdout.as_bytes());
    heard.extend_from_slice(run.stderr.as_bytes());
    run
}

#[test]
fn planted_tokens_leave_no_trail() {
    let stage = Stage::new();
    let planted: Vec<_> = (0..4).map(planted).collect();
    let pair = stage.fake.issue_planted("anna", planted[0].clone());
    stage.fake.plant_next(planted[1].clone());
    let needles = needles(&planted);

    let mut heard = Vec::new();
    let text = format!("access_token: {}\nrefresh_token: {}", pair.access, pair.refresh);
    let add = ["add", "huntflow", "--label", "Anna", "--base-url", &stage.fake.base_url()];
    traced(&stage, "desk", &add, text.as_bytes(), &mut heard).ok();
    for refused in [&text[..40], &text.replace("refresh", "access"), &format!("{text}{text}")] {
        traced(&stage, "desk", &add, refused.as_bytes(), &mut heard);
    }
    stage.fake.advance(TimeDelta::days(8));
    for canned in [Canned::html_500(), Canned::html_ok(), Canned::unavailable()] {
        stage.fake.next(Route::Refresh, Knob::Instead(canned));
        traced(&stage, "desk", &["refresh", "Anna"], b"", &mut heard);
    }
    traced(&stage, "desk", &["refresh", "Anna"], b"", &mut heard);
    assert_eq!(stage.fake.exchanges_ok().len(), 1, "the planted second pair is kept now");

    let sender = traced(&stage, "desk", &["sender"], b"", &mut heard).ok();
    let card = traced(&stage, "server", &["agent", "enrol", "--sender", sender.trim(), "--name", "web-1"], b"", &mut heard).ok();
    traced(&stage, "desk", &["server", "add", card.trim()], b"", &mut heard).ok();
    let file = stage.folder.path().join("a.bulla").display().to_string();
    traced(&stage, "desk", &["seal", "--server", "web-1", "Anna", "-o", &file], b"", &mut heard).ok();
    let receipt = traced(&stage, "server", &["agent", "open", &file], b"", &mut heard).ok();
    traced(&stage, "desk", &["receipt", "-"], receipt.as_bytes(), &mut heard).ok();
    for arguments in [&["connections", "--json"][..], &["show", "Anna", "--json"], &["doctor"], &["check"], &["server", "list"]] {
        traced(&stage, "desk", arguments, b"", &mut heard);
    }

    assert!(!leaks(&heard, &needles), "something printed holds a token");
    assert_eq!(leaking_files(stage.folder.path(), &needles), Vec::<String>::new());

    // The search itself finds each spelling where it really is.
    let control = stage.folder.path().join("control");
    for needle in &needles {
        std::fs::write(&control, [b"before", needle.as_slice(), b"after"].concat()).expect("written");
        assert_eq!(leaking_files(stage.folder.path(), &needles).len(), 1);
    }
    let token = traced(&stage, "server", &["token", "Anna"], b"", &mut Vec::new());
    assert!(!leaks(token.stderr.as_bytes(), &needles), "not even there beside its output");
    assert!(leaks(token.ok().as_bytes(), &needles), "the one command that prints a token prints it");
}
