//! Spans of time as people type them: `90s`, `30m`, `24h`, `7d`.

use chrono::TimeDelta;

const SHORTEST_LIFE: TimeDelta = TimeDelta::minutes(5);
const LONGEST_LIFE: TimeDelta = TimeDelta::days(7);
/// Far beyond any token's life, and far from where dates overflow.
const LONGEST_SPAN: TimeDelta = TimeDelta::days(3650);

/// Any span up to ten years.
pub(crate) fn span(text: &str) -> Result<TimeDelta, String> {
    read(text)
        .filter(|span| *span <= LONGEST_SPAN)
        .ok_or_else(|| "expected a number with s, m, h or d, such as 30m, 24h or 7d".to_owned())
}

/// How long a bundle may be opened.
pub(crate) fn bundle_life(text: &str) -> Result<TimeDelta, String> {
    let life = span(text)?;
    if (SHORTEST_LIFE..=LONGEST_LIFE).contains(&life) { Ok(life) } else { Err("expected 5m to 7d".to_owned()) }
}

fn read(text: &str) -> Option<TimeDelta> {
    let digits = text.find(|c: char| !c.is_ascii_digit())?;
    let (number, unit) = text.split_at(digits);
    let number: i64 = number.parse().ok()?;
    match unit {
        "s" => TimeDelta::try_seconds(number),
        "m" => TimeDelta::try_minutes(number),
        "h" => TimeDelta::try_hours(number),
        "d" => TimeDelta::try_days(number),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_are_read() {
        for (text, seconds) in [("90s", 90), ("30m", 1800), ("24h", 86_400), ("7d", 604_800), ("0s", 0)] {
            assert_eq!(span(text), Ok(TimeDelta::seconds(seconds)), "{text}");
        }
    }

    #[test]
    fn anything_else_is_refused() {
        for text in [
            "",
            "7",
            "d",
            "-1h",
            "+1h",
            "1.5h",
            "1 h",
            "1w",
            "1h30m",
            "4000d",
            "9223372036854775807d",
            "٣d",
            "99999999999999999999s",
        ] {
            assert!(span(text).is_err(), "{text}");
        }
    }

    #[test]
    fn a_bundle_lives_five_minutes_to_seven_days() {
        for text in ["5m", "24h", "7d", "168h"] {
            assert!(bundle_life(text).is_ok(), "{text}");
        }
        for text in ["299s", "0s", "169h", "8d"] {
            assert!(bundle_life(text).is_err(), "{text}");
        }
    }
}
