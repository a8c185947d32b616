//! `./dev bench [SUBJECT]`: measures the optimised programs and says whether each figure is within its limit. Ratios
//! are of medians taken in turns in one run; everything measured is in `target/bench/*.json`.

mod command;
mod figures;
mod machine;
mod programs;
mod window;

use std::path::PathBuf;
use std::process::ExitCode;

use figures::Figure;

type Measure = fn() -> Vec<Figure>;

/// What can be measured, by name.
const SUBJECTS: [(&str, Measure); 4] =
    [("window", window::start_and_memory), ("filter", window::filter), ("token", command::token), ("seal", command::seal)];

#[expect(clippy::print_stdout, reason = "a program that prints its figures")]
fn main() -> ExitCode {
    let asked: Vec<_> = std::env::args().skip(1).collect();
    if let Some(unknown) = asked.iter().find(|name| SUBJECTS.iter().all(|(subject, _)| subject != name)) {
        let known: Vec<_> = SUBJECTS.iter().map(|(subject, _)| *subject).collect();
        println!("There is nothing called \"{unknown}\" to measure. Choose from: {}.", known.join(", "));
        return ExitCode::from(2);
    }
    let folder = std::env::var_os("BULLA_BENCH_RESULTS").map(PathBuf::from).expect("./dev bench says where results go");
    let machine = machine::describe();
    let mut kept = true;
    for (subject, measure) in SUBJECTS {
        if !asked.is_empty() && !asked.iter().any(|name| name == subject) {
            continue;
        }
        let figures = measure();
        for figure in &figures {
            println!("{}", figure.line());
            kept &= figure.is_kept();
        }
        figures::write(&folder, subject, &machine, &figures);
    }
    if kept { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
