//! What a provider answers to a read call, over HTTP on loopback: whose account it is, and its organisations.
#![no_main]

use std::sync::{Arc, LazyLock};

use bulla_core::ports::Provider;
use bulla_core::{Identity, ProviderKind, ReadOutcome, Site};
use bulla_fuzz::check;
use bulla_fuzz::loopback::{Given, LOOPBACK};
use libfuzzer_sys::fuzz_target;

const BETWEEN: u8 = 0x1e;

static HUNTFLOW: LazyLock<Arc<dyn Provider>> = LazyLock::new(|| bulla_providers::provider(ProviderKind::Huntflow));

fuzz_target!(|data: &[u8]| {
    let mut answers = data.splitn(2, |&byte| byte == BETWEEN).map(Given::read);
    let me = answers.next().expect("a split has a first part");
    let expired = me.status;
    let (outcome, asked) = LOOPBACK.talk([me].into_iter().chain(answers), HUNTFLOW.read(Site::bare(&LOOPBACK.base), "token"));
    assert_eq!(asked[0], "/hf/v2/me");
    match outcome {
        ReadOutcome::Alive(identity) => {
            assert_eq!(asked[1..], ["/hf/v2/accounts"]);
            printable(&identity);
        }
        ReadOutcome::Expired => assert!(matches!(expired, 401 | 404) && asked.len() == 1),
        ReadOutcome::NotAccepted(error) => {
            assert!(expired == 401 && asked.len() == 1);
            check::detail(&error);
        }
        ReadOutcome::Failed { error, pauses, .. } => {
            assert!(pauses == (error.code() == bulla_core::ErrorCode::PaymentRequired) && asked.len() == 1);
            check::detail(&error);
        }
    }
});

/// What came from a stranger and is shown: short lines that say something.
fn printable(identity: &Identity) {
    assert!(identity.subject.is_some());
    let shown = [&identity.name, &identity.email].into_iter().flatten().chain(&identity.organisations);
    for text in shown.chain(&identity.subject) {
        assert!(!text.trim().is_empty() && text.chars().count() <= 200 && !text.contains(char::is_control), "{text:?}");
    }
}
