//! The fake in a process of its own.

use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use serde_json::{Value, json};

use crate::raw::{AGENT, JSON, ask};

struct Program {
    child: Child,
    out: BufReader<ChildStdout>,
    input: Option<ChildStdin>,
}

impl Program {
    fn start(arguments: &[&str], clock: &Path) -> Self {
        let mut child = Command::new(env!("CARGO_BIN_EXE_fake-huntflow"))
            .args(arguments)
            .arg("--clock-file")
            .arg(clock)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let out = BufReader::new(child.stdout.take().unwrap());
        let input = child.stdin.take();
        Self { child, out, input }
    }

    fn line(&mut self) -> String {
        let mut line = String::new();
        self.out.read_line(&mut line).unwrap();
        line
    }

    fn type_line(&mut self, text: &str) {
        writeln!(self.input.as_mut().unwrap(), "{text}").unwrap();
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }
}

fn control(base: &str, path: &str, body: &Value) -> Value {
    let reply = ask(base, "POST", path, &[JSON], &body.to_string()).unwrap();
    assert_eq!(reply.status, 200, "{reply:?}");
    reply.json()
}

fn refresh(base: &str, token: &Value) -> Option<u16> {
    let body = json!({ "refresh_token": token }).to_string();
    ask(base, "POST", "/v2/token/refresh", &[AGENT, JSON], &body).map(|reply| reply.status)
}

#[test]
fn the_program_prints_a_pair_and_is_turned_at_the_keyboard() {
    let folder = tempfile::tempdir().unwrap();
    let clock = folder.path().join("clock");
    let mut program = Program::start(&["--pair-person", "anna", "--demo"], &clock);
    let pair: Value = serde_json::from_str(&program.line()).unwrap();
    let base = pair["base_url"].as_str().unwrap();
    assert_eq!(refresh(base, &pair["refresh_token"]), Some(403));
    program.type_line("7d");
    assert!(program.line().starts_with("It is now "));
    assert!(program.line().contains("anna: can be renewed until"));
    assert_eq!(fs::read_to_string(&clock).unwrap(), "604800\n");
    assert_eq!(refresh(base, &pair["refresh_token"]), Some(200));
    drop(program.input.take());
    assert_eq!(refresh(base, &pair["refresh_token"]), Some(404), "it serves on when the keyboard is gone");
}

#[test]
fn the_program_is_steered_over_http() {
    let folder = tempfile::tempdir().unwrap();
    let clock = folder.path().join("clock");
    let mut program = Program::start(&["--port", "0"], &clock);
    let hello: Value = serde_json::from_str(&program.line()).unwrap();
    let base = hello["base_url"].as_str().unwrap();

    let planted = json!({ "person": "boris", "access_token": "a1", "refresh_token": "r1" });
    assert_eq!(control(base, "/_fake/issue", &planted)["refresh_token"], "r1");
    let aged = control(base, "/_fake/issue", &json!({ "person": "boris", "age_seconds": 700_000 }));
    assert_eq!(refresh(base, &aged["refresh_token"]), Some(200));

    assert_eq!(refresh(base, &json!("r1")), Some(403));
    control(base, "/_fake/advance", &json!({ "seconds": 604_800 }));
    control(base, "/_fake/knob", &json!({ "route": "refresh", "times": 2, "knob": "html_500" }));
    control(base, "/_fake/knob", &json!({ "knob": "drop_after_commit" }));
    let statuses = [(); 4].map(|()| refresh(base, &json!("r1")));
    assert_eq!(statuses, [Some(500), Some(500), None, Some(404)]);

    let ledger = ask(base, "GET", "/_fake/ledger", &[], "").unwrap().json();
    let pairs = ledger["pairs"].as_array().unwrap();
    assert_eq!(pairs.len(), 4);
    assert_eq!(pairs[0]["used"], true);
    assert_eq!((&pairs[3]["origin"], &pairs[3]["delivery"]), (&json!({ "rotated_from": 0 }), &json!("dropped")));
    let last = ledger["exchanges"].as_array().unwrap().last().unwrap();
    assert_eq!((&last["double_spend"], &last["outcome"]), (&json!(true), &json!({ "not_found": "used" })));

    for bad in [json!({ "knob": "magic" }), json!({ "knob": "delay" }), json!({ "route": "x", "knob": "pass" })] {
        assert_eq!(ask(base, "POST", "/_fake/knob", &[JSON], &bad.to_string()).unwrap().status, 400);
    }
}
