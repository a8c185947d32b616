//! Moments and spans for people, in their own time zone. Programs get RFC 3339 in UTC from `--json`.

use chrono::{DateTime, Local, TimeDelta, Utc};

use crate::output::Output;
use crate::say;

/// A moment to the minute.
pub(crate) fn moment(at: DateTime<Utc>) -> String {
    at.with_timezone(&Local).format("%Y-%m-%d %H:%M").to_string()
}

/// A moment and how far it is from now, marked when it is an estimate.
pub(crate) fn end(out: &Output, at: DateTime<Utc>, now: DateTime<Utc>, estimated: bool) -> String {
    let (date, left) = (moment(at), at - now);
    if left <= TimeDelta::zero() {
        return out.text(&say::ENDED, &[("date", &date)]);
    }
    let left = span(out, left);
    let key = if estimated { &say::ENDS_ABOUT } else { &say::ENDS };
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
