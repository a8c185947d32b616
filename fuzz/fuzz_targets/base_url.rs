//! A provider's address as somebody typed it.
#![no_main]

use bulla_core::BaseUrl;
use bulla_fuzz::check;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    match BaseUrl::parse(text) {
        Ok(base) => {
            check::address(&base);
            assert_eq!(BaseUrl::parse(&format!(" {}/ ", base.as_str())).as_ref(), Ok(&base), "another spelling of it");
            check::address(&base.without_suffix("/v2"));
        }
        Err(error) => check::family(&error, "base_url_"),
    }
});
