//! Planted tokens go into the window and are found nowhere afterwards: not in answers and events to the page, not in
//! the page, not in arguments or environments of any process, not in a file, not in a log at its loudest.

use std::path::Path;

use chrono::TimeDelta;
use support::canary::{leaking_files, leaks, needles, planted};
use support::command::Stage;
use support::desktop::{Desktop, Keyring, Window, wait_for};
use support::huntflow::Organisation;

use crate::steps::{check, hand_over, keep, row};

/// Keeps a copy of every answer and event that reaches the page.
const OVERHEAR: &str = r"
    window.overheard = [];
    const ask = window.fetch;
    window.fetch = async (...request) => {
        const answer = await ask(...request);
        answer.clone().text().then((text) => window.overheard.push(text));
        return answer;
    };
    const { invoke, transformCallback } = window.__TAURI_INTERNALS__;
    for (const event of ['connection', 'connections_reset', 'servers', 'vault', 'now'])
        invoke('plugin:event|listen', { event, target: { kind: 'Any' },
            handler: transformCallback((heard) => window.overheard.push('event ' + JSON.stringify(heard))) });
";
const OVERHEARD: &str = "return window.overheard.join('\\n')";
/// The page as it is, and what its fields hold.
const PAGE: &str = "return document.documentElement.outerHTML + '\\n' + \
    [...document.querySelectorAll('input, textarea')].map((field) => field.value).join('\\n') + \
    JSON.stringify(localStorage) + JSON.stringify(sessionStorage)";

fn said(window: &Window<'_>, script: &str) -> String {
    window.run(script).as_str().expect("text").to_owned()
}

/// Arguments and environments of every process of the session.
fn processes(desktop: &Desktop) -> Vec<u8> {
    let ours = desktop.folder().display().to_string();
    let mut found = Vec::new();
    for entry in std::fs::read_dir("/proc").expect("Linux").flatten() {
        let read = |name: &str| std::fs::read(entry.path().join(name)).unwrap_or_default();
        let environment = read("environ");
        if leaks(&environment, &[ours.clone().into_bytes()]) {
            found.extend_from_slice(&environment);
            found.extend_from_slice(&read("cmdline"));
        }
    }
    found
}

#[test]
fn planted_tokens_leave_no_trail_in_the_window() {
    let stage = Stage::new();
    stage.fake.set_organisations("anna", vec![Organisation::new(7, "Romashka")]);
    let planted: Vec<_> = (0..4).map(planted).collect();
    let needles = needles(&planted);
    let pair = stage.fake.issue_planted("anna", planted[0].clone());
    stage.fake.plant_next(planted[1].clone());

    let desktop = Desktop::start_with(&stage, "desk", Keyring::Unlocked, &[("RUST_LOG", "trace"), ("RUST_BACKTRACE", "1")]);
    let window = desktop.open();
    window.run(OVERHEAR);
    window.click("nav-add");
    window.click("provider-huntflow");
    window.fill("paste", &pair.access);
    assert!(leaks(said(&window, PAGE).as_bytes(), &needles), "the search finds what stands in a field");
    window.click("nav-connections");
    check(&window, &stage, &pair);
    keep(&window, "Anna");
    let mut heard = said(&window, PAGE).into_bytes();
    heard.extend(processes(&desktop));
    window.click("nav-connections");
    let id = row(&window);
    window.run("document.querySelector('[data-testid=\"row\"]').click()");
    window.click("test");
    window.click("copy-token");
    window.wait("the copy", "return !!document.querySelector('[data-testid=\"toast\"]')");
    heard.extend(processes(&desktop));

    stage.fake.advance(TimeDelta::days(8));
    wait_for("the renewal", || !stage.fake.exchanges_ok().is_empty());
    window.wait("history", "return !!document.querySelector('[data-kind=\"renewed\"]')");
    heard.extend(said(&window, PAGE).into_bytes());
    let bundle = hand_over(&window, &stage, &desktop, &id, "trail");
    heard.extend(said(&window, PAGE).into_bytes());
    heard.extend(processes(&desktop));
    let overheard = said(&window, OVERHEARD);
    heard.extend_from_slice(overheard.as_bytes());
    window.close();
    heard.extend_from_slice(desktop.log().as_bytes());

    assert!(!leaks(&heard, &needles), "something the window was told, showed, started or logged holds a token");
    let folders = [stage.folder.path(), desktop.folder()];
    for folder in folders {
        assert_eq!(leaking_files(folder, &needles), Vec::<String>::new());
    }
    assert!(Path::new(&bundle).exists(), "searched too");

    // Everything that was searched really holds what it should.
    assert!(overheard.contains("Romashka") && overheard.contains("\"event\":\"connection\""), "{overheard}");
    let heard = String::from_utf8_lossy(&heard);
    assert!(heard.contains("bulla-desktop") && heard.contains("WebKitNetworkProcess"), "arguments of the processes");
    assert!(desktop.log().contains("bulla"), "the log");
}
