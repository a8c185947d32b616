//! What a token endpoint answers: a status, perhaps seconds to wait, and any body. And how the journal keeps it.
#![no_main]

use std::sync::{Arc, LazyLock};

use bulla_core::ports::Provider;
use bulla_core::{Judgement, ProviderKind, RawAnswer, TimedAnswer};
use bulla_fuzz::check;
use bulla_fuzz::loopback::Given;
use bulla_fuzz::people::now;
use libfuzzer_sys::fuzz_target;

static HUNTFLOW: LazyLock<Arc<dyn Provider>> = LazyLock::new(|| bulla_providers::provider(ProviderKind::Huntflow));

fuzz_target!(|data: &[u8]| {
    let given = Given::read(data);
    let answer = RawAnswer { status: given.status, retry_after_s: given.retry_after, body: given.body.into() };
    judged(&answer);

    let timed = TimedAnswer { asked_at: now(), answered_at: now(), answer };
    let again = TimedAnswer::from_bytes(&timed.to_bytes()).expect("what the journal was given");
    assert_eq!((again.asked_at, again.answered_at), (timed.asked_at, timed.answered_at));
    assert_eq!((again.answer.status, again.answer.retry_after_s), (timed.answer.status, timed.answer.retry_after_s));
    assert_eq!(again.answer.body, timed.answer.body);
});

fn judged(answer: &RawAnswer) {
    let succeeded = (200..300).contains(&answer.status);
    let within = |wait: Option<chrono::TimeDelta>| {
        let longest = if answer.status == 429 { 30 } else { 3600 };
        assert!(wait.is_none_or(|wait| (0..=longest).contains(&wait.num_seconds())), "{wait:?}");
    };
    match HUNTFLOW.judge(answer) {
        Judgement::Renewed { access, refresh, access_life_s, refresh_life_s, .. } => {
            assert!(succeeded);
            // Of a single-use token nothing is known unless both come.
            let (refresh, refresh_life_s) = (refresh.expect("a new one"), refresh_life_s.expect("stated or usual"));
            assert!(!access.expose().trim().is_empty() && !refresh.expose().trim().is_empty());
            let sane = 60..=400 * 86_400;
            assert!(sane.contains(&access_life_s) && sane.contains(&refresh_life_s), "{access_life_s} {refresh_life_s}");
        }
        // These promise that nothing was spent, or that all is lost: never after a success or a server's error.
        Judgement::TooEarly => assert_eq!(answer.status, 403),
        Judgement::Dead(error) => {
            assert_eq!(answer.status, 404);
            check::detail(&error);
        }
        Judgement::Refused { error, pauses, retry_after } => {
            assert!((400..500).contains(&answer.status) && pauses == (answer.status == 402));
            check::detail(&error);
            within(retry_after);
        }
        Judgement::Unclear { error, retry_after } => {
            check::detail(&error);
            within(retry_after);
        }
    }
}
