//! A span is read as it is written, or refused.

use chrono::TimeDelta;
use proptest::prelude::*;

use crate::argv_props::hold;
use crate::duration::{bundle_life, span};

const TEN_YEARS_S: u128 = 3650 * 86_400;

/// What a text means by the rule: digits and one unit, at most ten years.
fn seconds(text: &str) -> Option<u128> {
    let (last, unit) = text.char_indices().next_back()?;
    let each = match unit {
        's' => 1,
        'm' => 60,
        'h' => 3600,
        'd' => 86_400,
        _ => return None,
    };
    let digits = &text[..last];
    let plain = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
    let significant = digits.trim_start_matches('0');
    // More digits than any span has would not fit a number.
    let number = if significant.is_empty() { 0 } else { significant.get(..20.min(significant.len()))?.parse::<u128>().ok()? };
    (plain && significant.len() < 20 && number * each <= TEN_YEARS_S).then_some(number * each)
}

fn texts() -> impl Strategy<Value = String> {
    let nearly = (any::<u64>(), "[smhdwSMHD ]?").prop_map(|(number, unit)| format!("{number}{unit}"));
    let near = (0..400_000_000_u64, "[smhd]").prop_map(|(number, unit)| format!("{number}{unit}"));
    prop_oneof![any::<String>(), "[0-9+. -]{0,9}[smhd]{0,2}", "[0-9]{1,4}[smhd]", "0{1,25}[0-9]{0,3}[smhd]", near, nearly]
}

#[test]
fn a_span_is_what_its_text_says_or_refused() {
    hold(5000, &texts(), |text| {
        let expected = seconds(&text).map(|seconds| TimeDelta::seconds(i64::try_from(seconds).expect("ten years")));
        let read = span(&text);
        prop_assert_eq!(read.as_ref().ok(), expected.as_ref(), "{}", text);
        if let Err(refusal) = read {
            prop_assert!(refusal.starts_with("expected ") && !refusal.contains('\n'), "{}", refusal);
        }
        Ok(())
    });
}

#[test]
fn a_span_written_again_in_seconds_is_the_same_span() {
    hold(2000, &texts(), |text| {
        if let Ok(read) = span(&text) {
            prop_assert_eq!(span(&format!("{}s", read.num_seconds())), Ok(read));
        }
        Ok(())
    });
}

#[test]
fn a_bundle_lives_as_long_as_its_span_says_within_its_bounds() {
    hold(5000, &texts(), |text| {
        let within = span(&text).ok().filter(|life| (TimeDelta::minutes(5)..=TimeDelta::days(7)).contains(life));
        prop_assert_eq!(bundle_life(&text).ok(), within, "{}", text);
        Ok(())
    });
}
