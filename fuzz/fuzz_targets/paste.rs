//! What a person pastes into the four places, which are separated by a record separator (U+001E).
#![no_main]

use bulla_core::{BaseUrl, StaticKey};
use bulla_fuzz::check;
use bulla_providers::environment::{Environment, of, recognise};
use bulla_providers::paste::{Look, MAX_TOKEN, PasteInput, environment, look};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let pasted = String::from_utf8_lossy(data);
    let mut places = pasted.split('\u{1e}');
    let mut next = || places.next().unwrap_or_default();
    let input = PasteInput { text: next(), access: next(), refresh: next(), api_key: next() };
    found(&look(&input));
    for named in [environment(&input), recognise(input.text), recognise(&pasted)].into_iter().flatten() {
        reached(&named);
    }
});

fn found(found: &Look) {
    assert_eq!(found.problem().is_none(), matches!(found, Look::Pair { .. } | Look::Key(_)));
    match found {
        Look::Pair { access, refresh, key } | Look::Swapped { access, refresh, key } => {
            assert!(found.access_present() && found.refresh_present());
            assert_ne!(access.expose(), refresh.expose());
            let key = key.iter().map(StaticKey::expose);
            [access.expose(), refresh.expose()].into_iter().chain(key).for_each(token);
            survives(access.expose(), refresh.expose());
        }
        Look::Key(key) => token(key.expose()),
        Look::Link { environment } => environment.iter().for_each(reached),
        Look::Address { environment } => reached(environment),
        Look::Empty | Look::Incomplete { .. } | Look::Doubled => {}
    }
}

/// Something a header can carry.
fn token(text: &str) {
    assert!((1..=MAX_TOKEN).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_graphic()));
}

/// A pair of Huntflow's alphabet, written down as programs do, is found again.
fn survives(access: &str, refresh: &str) {
    if [access, refresh].iter().any(|token| token.bytes().any(|byte| !byte.is_ascii_hexdigit())) {
        return;
    }
    for text in [
        format!(r#"{{"access_token":"{access}","refresh_token":"{refresh}"}}"#),
        format!("HUNTFLOW_ACCESS_TOKEN={access}\nHUNTFLOW_REFRESH_TOKEN={refresh}\n"),
    ] {
        let again = look(&PasteInput { text: &text, ..PasteInput::default() });
        let Look::Pair { access: a, refresh: r, key: None } = again else { panic!("{again:?} from {text:?}") };
        assert_eq!((a.expose(), r.expose()), (access, refresh));
    }
}

fn reached(named: &Environment) {
    check::address(&named.base_url);
    assert_eq!(of(&named.base_url), *named);
    assert_eq!(named.base_url.clone().without_suffix("/v2"), named.base_url);
    // The address as the documentation writes it leads to the same environment.
    let documented = format!("{}/v2", named.base_url.as_str());
    if documented.len() < 2048 {
        assert_eq!(recognise(&documented).as_ref(), Some(named));
        assert_eq!(BaseUrl::parse(&documented).map(|base| base.without_suffix("/v2")).as_ref(), Ok(&named.base_url));
    }
}
