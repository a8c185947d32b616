//! Moments and spans for people, in their own time zone. Programs get RFC 3339 in UTC from `--json`.

use chrono::{DateTime, Local, TimeDelta, Utc};

use crate::output::Output;
use crate::say;

/// A moment to the minute.
pub(crate) fn moment(at: DateTime<Utc>) -> String {
    at.with_timezone(&Local).format("%Y-%m-%d %H:%M").to_string()
}

/// How well an end is known: a pasted pair has an unknown age.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Known {
    Exactly,
    AtTheLatest,
    AtTheEarliest,
}

/// A moment and how far it is from now, with what is known of it.
pub(crate) fn end(out: &Output, at: DateTime<Utc>, now: DateTime<Utc>, known: Known) -> String {
    let (date, left) = (moment(at), at - now);
    if left <= TimeDelta::zero() {
        return out.text(&say::ENDED, &[("date", &date)]);
    }
    let left = span(out, left);
    let key = match known {
        Known::Exactly => &say::ENDS,
        Known::AtTheLatest => &say::ENDS_ABOUT,
        Known::AtTheEarliest => &say::ENDS_SURE,
    };
    out.text(key, &[("date", &date), ("left", &left)])
}

/// A span in its two largest units.
pub(crate) fn span(out: &Output, span: TimeDelta) -> String {
    let (days, hours, minutes) = (span.num_days(), span.num_hours() % 24, span.num_minutes() % 60);
    let [d, h, m] = [days, hours, minutes].map(|number| number.to_string());
    match (days, hours) {
        (0, 0) => out.text(&say::SPAN_MINUTES, &[("m", &m)]),
        (0, _) => out.text(&say::SPAN_HOURS, &[("h", &h), ("m", &m)]),
        _ => out.text(&say::SPAN_DAYS, &[("d", &d), ("h", &h)]),
    }
}
