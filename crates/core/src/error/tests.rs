//! Details are safe to print, and codes are spelt in one way.

use super::*;

#[test]
fn a_detail_is_one_short_printable_line() {
    let error = Error::new(ErrorCode::BadRequest).detail(format!("a\n\x1b[31mb{}", "x".repeat(400)));
    let detail = error.detail_text().expect("set above");
    assert!(detail.starts_with("a  [31mb"));
    assert_eq!(detail.chars().count(), 300);
}

#[test]
fn codes_are_unique_and_spelt_as_they_are_serialised() {
    let mut seen = std::collections::BTreeSet::new();
    for code in ErrorCode::ALL {
        assert!(seen.insert(code.as_str()));
        assert_eq!(serde_json::to_string(code).expect("a string"), format!("\"{code}\""));
    }
}
