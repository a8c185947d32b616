//! Looking at running programs from outside, by `/proc`.

use std::collections::HashMap;
use std::path::Path;
use std::time::Duration;

/// The process that runs this program with this folder as its `HOME`.
pub fn of_program(program: &Path, home: &Path) -> Option<u32> {
    let home = format!("HOME={}", home.display()).into_bytes();
    let program = program.canonicalize().ok()?;
    all().find(|process| {
        let proc = Path::new("/proc").join(process.to_string());
        let runs = std::fs::read_link(proc.join("exe")).is_ok_and(|exe| exe == program);
        runs && std::fs::read(proc.join("environ")).is_ok_and(|all| all.split(|byte| *byte == 0).any(|one| one == home))
    })
}

/// The processes that were started with this text somewhere in their arguments.
pub fn with_argument(text: &str) -> Vec<u32> {
    let has = |arguments: &[u8]| memchr::memmem::find(arguments, text.as_bytes()).is_some();
    all().filter(|process| std::fs::read(format!("/proc/{process}/cmdline")).is_ok_and(|arguments| has(&arguments))).collect()
}

/// Megabytes of a process and everything it started: each page counted by its share (PSS).
pub fn memory_of(process: u32) -> f64 {
    let parents: HashMap<u32, u32> = all().filter_map(|one| Some((one, parent_of(one)?))).collect();
    let is_below = |mut one: u32| {
        while one != process {
            match parents.get(&one) {
                Some(parent) => one = *parent,
                None => return false,
            }
        }
        true
    };
    parents.keys().filter(|one| is_below(**one)).filter_map(|one| pss_of(*one)).sum::<f64>() / 1024.0
}

/// Reads a number until it has stopped changing by more than a hundredth.
///
/// # Panics
/// When it never does, within a minute.
pub fn settled(read: impl Fn() -> f64) -> f64 {
    let mut before = read();
    for _ in 0..120 {
        std::thread::park_timeout(Duration::from_millis(500));
        let now = read();
        if (now - before).abs() <= before / 100.0 {
            return now;
        }
        before = now;
    }
    panic!("it did not settle: {before}");
}

fn all() -> impl Iterator<Item = u32> {
    std::fs::read_dir("/proc").into_iter().flatten().flatten().filter_map(|entry| entry.file_name().to_str()?.parse().ok())
}

fn parent_of(process: u32) -> Option<u32> {
    let stat = std::fs::read_to_string(format!("/proc/{process}/stat")).ok()?;
    // The name before it may hold spaces and brackets.
    stat.rsplit(')').next()?.split_whitespace().nth(1)?.parse().ok()
}

/// Kilobytes.
fn pss_of(process: u32) -> Option<f64> {
    let text = std::fs::read_to_string(format!("/proc/{process}/smaps_rollup")).ok()?;
    text.lines().find_map(|line| line.strip_prefix("Pss:"))?.trim().trim_end_matches("kB").trim().parse().ok()
}
