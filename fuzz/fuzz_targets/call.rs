//! The path of a program's API call: whatever it is, what leaves stays below the API's address.
#![no_main]

use std::sync::{Arc, LazyLock};

use bulla_core::ports::{CallRequest, Provider};
use bulla_core::{ErrorCode, ProviderKind, Site};
use bulla_fuzz::loopback::{FOLDER, Given, LOOPBACK};
use libfuzzer_sys::fuzz_target;

static HUNTFLOW: LazyLock<Arc<dyn Provider>> = LazyLock::new(|| bulla_providers::provider(ProviderKind::Huntflow));

fuzz_target!(|path: &str| {
    let request = CallRequest { method: "get".to_owned(), path: path.to_owned(), body: None };
    let given = Given { status: 200, retry_after: None, body: b"{}".to_vec() };
    let (came, asked) = LOOPBACK.talk([given], HUNTFLOW.call(Site::bare(&LOOPBACK.base), "token", &request));
    let Err(refused) = came else {
        let [target] = asked.as_slice() else { panic!("{asked:?}") };
        stays(target);
        return;
    };
    assert!(refused.code() == ErrorCode::BadRequest && asked.is_empty(), "{refused} {asked:?}");
});

/// Below the folder's `/v2`, and not out of it again for a server that reads a dot written as `%2e`.
fn stays(target: &str) {
    let rest = target.strip_prefix(FOLDER).and_then(|rest| rest.strip_prefix("/v2")).expect("below the API's address");
    assert!(rest.is_empty() || rest.starts_with(['/', '?']), "{target}");
    let path = rest.split('?').next().unwrap_or_default().to_ascii_lowercase().replace("%2e", ".");
    assert!(path.split('/').all(|segment| segment != "." && segment != ".."), "{target}");
}
