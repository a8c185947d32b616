//! The provider's clock, its file, and the person who turns it.

use std::fs;

use chrono::TimeDelta;
use support::huntflow::{ClockFile, FakeHuntflow, answer_line, parse_shift};

use crate::raw::{read, refresh};

#[test]
fn a_clock_file_is_read_at_each_request() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("clock");
    let fake = FakeHuntflow::options().clock_file(&path).start();
    let pair = fake.issue_pair("anna");
    assert_eq!(read(&fake, "/v2/me", &pair.access).unwrap().status, 200, "no file is no offset");
    fs::write(&path, "604801").unwrap();
    assert_eq!(read(&fake, "/v2/me", &pair.access).unwrap().status, 401);
    fs::write(&path, " -60\n").unwrap();
    assert_eq!(read(&fake, "/v2/me", &pair.access).unwrap().status, 200);
    fs::write(&path, "half writ").unwrap();
    assert_eq!(read(&fake, "/v2/me", &pair.access).unwrap().status, 200, "the last good number counts");
}

#[test]
fn turning_the_clock_turns_the_file() {
    let folder = tempfile::tempdir().unwrap();
    let file = ClockFile::new(folder.path().join("clock"));
    let fake = FakeHuntflow::options().clock_file(file.path()).start();
    fake.advance(TimeDelta::days(7));
    assert_eq!(fs::read_to_string(file.path()).unwrap(), "604800\n");
    fake.advance(TimeDelta::hours(-1));
    assert_eq!(file.read(), Some(TimeDelta::seconds(601_200)));
    file.write(TimeDelta::zero());
    let pair = fake.issue_pair("anna");
    fake.expire_access(&pair);
    assert_eq!(refresh(&fake, &pair.refresh).unwrap().status, 200);
    let there = "2031-01-01T00:00:00Z".parse().unwrap();
    fake.set(there);
    assert!((fake.now() - there).abs() < TimeDelta::minutes(1), "{}", fake.now());
}

#[test]
fn answers_carry_the_providers_date() {
    let fake = FakeHuntflow::options().frozen_at("2027-02-03T04:05:06Z".parse().unwrap()).start();
    assert_eq!(read(&fake, "/v2/me", "x").unwrap().header("date"), Some("Wed, 03 Feb 2027 04:05:06 GMT"));
}

#[test]
fn shifts_as_people_type_them() {
    assert_eq!(parse_shift("7d"), Some(TimeDelta::days(7)));
    assert_eq!(parse_shift(" -1h "), Some(TimeDelta::hours(-1)));
    assert_eq!(parse_shift("2w"), Some(TimeDelta::days(14)));
    assert_eq!((parse_shift("30m"), parse_shift("90s")), (Some(TimeDelta::minutes(30)), Some(TimeDelta::seconds(90))));
    for nonsense in ["", "d", "7", "7y", "sevend", "7д"] {
        assert_eq!(parse_shift(nonsense), None, "{nonsense}");
    }
}

#[test]
fn a_person_is_told_what_the_turned_clock_means() {
    let fake = FakeHuntflow::options().frozen_at("2026-11-20T12:00:00Z".parse().unwrap()).start();
    fake.issue_pair("anna");
    assert_eq!(
        answer_line(&fake, ""),
        "It is now Friday, 20 November 2026, 12:00:00 UTC for Huntflow.\n  \
         anna: works until Friday, 27 November 2026, 12:00:00 UTC; too early to renew\n"
    );
    assert!(answer_line(&fake, "7d").ends_with("anna: can be renewed until Friday, 4 December 2026, 12:00:00 UTC\n"));
    assert!(answer_line(&fake, "1w").contains("dead since"));
    assert!(answer_line(&fake, "soon").starts_with("Type how far"));
}
