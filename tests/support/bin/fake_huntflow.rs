//! A fake Huntflow in a process of its own. It prints one JSON line for each pair it was asked for, then serves until
//! it is ended. The control paths under `/_fake/` are open.

use std::io::{self, BufRead, Write};
use std::path::PathBuf;
use std::thread;

use clap::Parser;
use serde_json::json;
use support::huntflow::{FakeHuntflow, answer_line};

/// A Huntflow on this computer, to try programs against
#[derive(Parser)]
#[command(name = "fake-huntflow")]
struct Arguments {
    /// Port of 127.0.0.1; 0 takes any free one
    #[arg(long, default_value_t = 0)]
    port: u16,
    /// File with a number of seconds that is added to real time
    #[arg(long, value_name = "FILE")]
    clock_file: Option<PathBuf>,
    /// Make a pair for this person and print it as one JSON line; may be given several times
    #[arg(long, value_name = "NAME")]
    pair_person: Vec<String>,
    /// Read lines like "7d" or "1h" and turn the clock by so much
    #[arg(long)]
    demo: bool,
}

fn main() -> io::Result<()> {
    let arguments = Arguments::parse();
    let mut options = FakeHuntflow::options().port(arguments.port).control();
    if let Some(path) = arguments.clock_file {
        options = options.clock_file(path);
    }
    let fake = options.try_start()?;
    announce(&fake, &arguments.pair_person)?;
    if arguments.demo {
        for line in io::stdin().lock().lines() {
            let mut out = io::stdout().lock();
            out.write_all(answer_line(&fake, &line?).as_bytes())?;
            out.flush()?;
        }
    }
    loop {
        thread::park();
    }
}

fn announce(fake: &FakeHuntflow, people: &[String]) -> io::Result<()> {
    let mut out = io::stdout().lock();
    if people.is_empty() {
        writeln!(out, "{}", json!({ "base_url": fake.base_url() }))?;
    }
    for person in people {
        let pair = fake.issue_pair(person);
        let line = json!({
            "base_url": fake.base_url(), "access_token": pair.access, "refresh_token": pair.refresh,
        });
        writeln!(out, "{line}")?;
    }
    out.flush()
}
