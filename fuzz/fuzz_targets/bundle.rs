//! A file that somebody calls a bundle; an age header with anything below it; and anything encrypted for the server.
//! What a trusted sender signed is the target `manifest`.
#![no_main]

use bulla_fuzz::people::{encrypted, open};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let _ = open(data);
    let _ = open(&[b"age-encryption.org/v1\n", data].concat());
    let _ = open(&encrypted(data));
});
