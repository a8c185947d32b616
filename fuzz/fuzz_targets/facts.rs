//! A connection as the catalog keeps it and a bundle brings it, and everything that is told of it.
#![no_main]

use bulla_core::Connection;
use bulla_fuzz::check;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|json: &str| {
    let Ok(connection) = serde_json::from_str::<Connection>(json) else { return };
    let written = serde_json::to_string(&connection).expect("facts can be written");
    assert_eq!(serde_json::from_str::<Connection>(&written).expect("what was written"), connection);
    if connection.is_reckonable() {
        check::can_be_told(&connection);
    }
});
