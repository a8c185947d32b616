//! A person at a keyboard who turns the clock to see what a program does when weeks pass.

use std::fmt::Write as _;

use chrono::{DateTime, TimeDelta, Utc};

use super::FakeHuntflow;
use super::ledger::LedgerPair;

/// `7d`, `1h`, `30m`, `90s`, `2w`, with `-` to go back.
pub fn parse_shift(text: &str) -> Option<TimeDelta> {
    let text = text.trim();
    let unit = text.chars().last()?;
    let number: i64 = text[..text.len() - unit.len_utf8()].trim().parse().ok()?;
    match unit {
        'w' => TimeDelta::try_weeks(number),
        'd' => TimeDelta::try_days(number),
        'h' => TimeDelta::try_hours(number),
        'm' => TimeDelta::try_minutes(number),
        's' => TimeDelta::try_seconds(number),
        _ => None,
    }
}

/// Does what a line typed by a person asks for, and says what is true then.
pub fn answer_line(fake: &FakeHuntflow, line: &str) -> String {
    match line.trim() {
        "" | "now" => describe(fake),
        other => match parse_shift(other) {
            Some(by) => {
                fake.advance(by);
                describe(fake)
            }
            None => "Type how far to turn the clock: 7d, 1h, 30m, 90s, 2w, or -1d to go back. \
                     An empty line tells the time.\n"
                .to_owned(),
        },
    }
}

fn describe(fake: &FakeHuntflow) -> String {
    let now = fake.now();
    let ledger = fake.ledger();
    let mut text = format!("It is now {} for Huntflow.\n", day_and_time(now));
    for pair in ledger.pairs.iter().filter(|p| !p.used) {
        let _ = writeln!(text, "  {}: {}", pair.person, state(pair, now));
    }
    text
}

fn state(pair: &LedgerPair, now: DateTime<Utc>) -> String {
    if now < pair.access_exp {
        format!("works until {}; too early to renew", day_and_time(pair.access_exp))
    } else if now < pair.refresh_exp {
        format!("can be renewed until {}", day_and_time(pair.refresh_exp))
    } else {
        format!("dead since {}; only a new pair helps", day_and_time(pair.refresh_exp))
    }
}

fn day_and_time(at: DateTime<Utc>) -> String {
    at.format("%A, %-d %B %Y, %H:%M:%S UTC").to_string()
}
