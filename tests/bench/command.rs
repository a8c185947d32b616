//! The command: a fresh token against `secret-tool lookup` of the same entry, and sealing a hundred connections.

use support::command::Stage;
use support::desktop::{Desktop, Keyring};

use crate::figures::{Figure, Limit, Samples};
use crate::programs::{Desk, time};

pub(crate) fn token() -> Vec<Figure> {
    const ROUNDS: usize = 60;
    let stage = Stage::new();
    let session = Desktop::start(&stage, "desk", Keyring::Unlocked);
    let desk = Desk { session: &session, home: stage.home("desk") };
    add(&stage, &desk, "Anna");
    let view: serde_json::Value = serde_json::from_str(&desk.run(&["show", "Anna", "--json"], "")).expect("JSON");
    let user = format!("connection:{}", view["id"].as_str().expect("an id"));
    let (mut ours, mut theirs) = (Samples::default(), Samples::default());
    for _ in 0..ROUNDS {
        ours.add(time(desk.command(&["token", "Anna"])));
        let mut lookup = session.inside("secret-tool");
        lookup.args(["lookup", "username", &user]);
        theirs.add(time(lookup));
    }
    vec![Figure {
        name: "bulla token of a fresh connection",
        unit: "ms",
        ours,
        limit: Limit::Ratio { baseline: "secret-tool lookup", samples: theirs, at_most: 1.5 },
    }]
}

pub(crate) fn seal() -> Vec<Figure> {
    const ROUNDS: usize = 5;
    const CONNECTIONS: usize = 100;
    let mut ours = Samples::default();
    for _ in 0..ROUNDS {
        let stage = Stage::new();
        let session = Desktop::start(&stage, "desk", Keyring::Unlocked);
        let desk = Desk { session: &session, home: stage.home("desk") };
        let labels: Vec<_> = (0..CONNECTIONS).map(|number| format!("Anna {number:03}")).collect();
        for label in &labels {
            add(&stage, &desk, label);
        }
        let server = Desk { session: &session, home: stage.home("server") };
        let sender = desk.run(&["sender"], "");
        let card = server.run(&["--vault", "file", "agent", "enrol", "--sender", sender.trim(), "--name", "web-1"], "");
        desk.run(&["server", "add", card.trim()], "");
        let file = stage.folder.path().join("a.bulla").display().to_string();
        let mut seal = desk.command(&["seal", "--server", "web-1", "-o", &file]);
        seal.args(&labels);
        ours.add(time(seal));
    }
    vec![Figure {
        name: "sealing 100 connections (the whole command)",
        unit: "ms",
        ours,
        limit: Limit::Median { at_most: 300.0 },
    }]
}

fn add(stage: &Stage, desk: &Desk<'_>, label: &str) {
    let pair = stage.fake.issue_pair(label);
    let text = format!("{{\"access_token\":\"{}\",\"refresh_token\":\"{}\"}}", pair.access, pair.refresh);
    desk.run(&["add", "huntflow", "--label", label, "--base-url", &stage.fake.base_url()], &text);
}
