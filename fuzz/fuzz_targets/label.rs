//! A connection's label as somebody typed it, and what it is looked up by.
#![no_main]

use bulla_core::Label;
use bulla_fuzz::check;
use libfuzzer_sys::fuzz_target;
use unicode_normalization::UnicodeNormalization;

fuzz_target!(|text: &str| {
    let key = Label::key_of(text);
    assert_eq!(Label::key_of(&key), key, "folding folds once");
    let decomposed: String = text.nfd().collect();
    assert_eq!(Label::key_of(&decomposed), key, "the same text to Unicode");
    match Label::parse(text) {
        Ok(label) => {
            check::label(&label);
            assert_eq!(label.key(), key);
            assert_eq!(Label::parse(&decomposed).as_ref(), Ok(&label));
        }
        Err(error) => {
            check::family(&error, "label_");
            assert_eq!(text.trim().is_empty(), error.code() == bulla_core::ErrorCode::LabelEmpty);
        }
    }
});
