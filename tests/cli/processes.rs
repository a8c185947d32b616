//! One exchange per expiry, whatever runs.

use std::io::{BufRead, BufReader, Write};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use chrono::TimeDelta;
use support::command::Stage;

const WORKERS: usize = 8;
const EXPIRIES: usize = 200;

/// A process that answers each line with a token.
struct Worker {
    child: Child,
    asks: ChildStdin,
    answers: BufReader<ChildStdout>,
}

impl Worker {
    fn start(stage: &Stage, label: &str) -> Self {
        let mut child = Command::new(env!("CARGO_BIN_EXE_token-worker"))
            .arg(stage.home("desk"))
            .arg(label)
            .env("BULLA_TEST_CLOCK", stage.clock.path())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("the worker starts");
        let asks = child.stdin.take().expect("piped");
        let answers = BufReader::new(child.stdout.take().expect("piped"));
        Self { child, asks, answers }
    }

    fn ask(&mut self) {
        self.asks.write_all(b"token\n").expect("the worker lives");
    }

    fn answer(&mut self) -> String {
        let mut line = String::new();
        self.answers.read_line(&mut line).expect("the worker answers");
        line.trim().to_owned()
    }
}

#[test]
fn eight_processes_and_two_hundred_expiries_cost_two_hundred_exchanges() {
    let stage = Stage::new();
    stage.add("desk", "Anna", &stage.fake.issue_pair("anna")).ok();
    let mut workers: Vec<_> = (0..WORKERS).map(|_| Worker::start(&stage, "Anna")).collect();
    for expiry in 1..=EXPIRIES {
        stage.fake.advance(TimeDelta::days(7) + TimeDelta::minutes(1));
        workers.iter_mut().for_each(Worker::ask);
        let answers: Vec<_> = workers.iter_mut().map(Worker::answer).collect();
        let latest = stage.fake.latest_pair_of("anna").pair.access;
        assert!(answers.iter().all(|token| *token == latest), "expiry {expiry}: {answers:?}");
    }
    assert_eq!(stage.fake.exchanges_ok().len(), EXPIRIES);
    assert_eq!(stage.fake.exchange_attempts().len(), EXPIRIES, "none was refused, none in vain");
    assert!(stage.fake.double_spends().is_empty());
    for mut worker in workers {
        drop(worker.asks);
        assert!(worker.child.wait().expect("it ends").success());
    }
}
