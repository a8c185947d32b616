//! Examples of what people paste, and what comes back whatever they paste.

use proptest::{
    prelude::*,
    test_runner::{Config, RngAlgorithm, TestRng, TestRunner},
};

use super::*;
use crate::environment::{Env, preset};

const A: &str = "a1b2c3d4e5f60718293a4b5c6d7e8f90a1b2c3d4e5f60718293a4b5c6d7e8f9a";
const R: &str = "00ff00ff11ee11ee22dd22dd33cc33cc44bb44bb55aa55aa6699669977887788";
const K: &str = "9999888877776666555544443333222211110000aaaabbbbccccddddeeeeffff";

fn text(text: &str) -> Look {
    look(&PasteInput { text, ..PasteInput::default() })
}

fn fields(access: &str, refresh: &str) -> Look {
    look(&PasteInput { access, refresh, ..PasteInput::default() })
}

fn pair(access: &str, refresh: &str) -> Look {
    Look::Pair { access: AccessToken::new(access.to_owned()), refresh: RefreshToken::new(refresh.to_owned()), key: None }
}

/// `Look`'s `Debug` hides which tokens differ.
fn assert_pair(found: &Look, access: &str, refresh: &str, from: &str) {
    match found {
        Look::Pair { access: a, refresh: r, .. } => assert_eq!((a.expose(), r.expose()), (access, refresh), "{from}"),
        other => panic!("{other:?} from {from}"),
    }
}

/// Shapes of text, with `{A}` and `{R}` for the halves.
const SHAPES: &[&str] = &[
    r#"{"access_token":"{A}","refresh_token":"{R}"}"#,
    r#"{"refresh_token":"{R}","access_token":"{A}"}"#,
    r#"{"access_token":"{A}","token_type":"bearer","expires_in":604800,"refresh_token_expires_in":1209600,"refresh_token":"{R}"}"#,
    "{\n    \"access_token\": \"{A}\",\n    \"refresh_token\": \"{R}\",\n    \"expiration_timestamp\": 1767323045.0,\n    \"last_refresh_timestamp\": 1766718245.0\n}",
    r#"{"prod":{"name":"x","id":17,"tokens":{"accessToken":"{A}","refreshToken":"{R}"}},"url":"https://api.huntflow.ru/v2"}"#,
    r#"{"client_id":"6f1c9a52-8d2b-4f7e-9c3a-1b2c3d4e5f60","access_token":"{A}","scope":"a b","refresh_token":"{R}"}"#,
    r#""{\"access_token\":\"{A}\",\"refresh_token\":\"{R}\"}""#,
    "{'access_token': '{A}', 'refresh_token': '{R}'}",
    "dict(access_token='{A}', refresh_token='{R}')",
    "ACCESS_TOKEN={A}\nREFRESH_TOKEN={R}\n",
    "export HUNTFLOW_ACCESS_TOKEN=\"{A}\"\nexport HUNTFLOW_REFRESH_TOKEN=\"{R}\"\n",
    "HUNTFLOW_URL=https://api.huntflow.ru\nHUNTFLOW_REFRESH_TOKEN={R}\nHUNTFLOW_ACCESS_TOKEN={A}",
    "huntflow:\n  access_token: {A}\n  refresh_token: {R} # keep\n",
    "$env:Access_Token = '{A}'; $env:Refresh_Token = '{R}'",
    "curl -H 'Authorization: Bearer {A}' https://api.huntflow.ru/v2/me -d '{\"refresh_token\":\"{R}\"}'",
    "curl -X POST -d 'grant_type=refresh_token&refresh_token={R}' -H \"Authorization: Bearer {A}\" https://x.example/",
    "access_token={A}&refresh_token={R}&token_type=bearer",
    "https://app.example/cb#access_token={A}&token_type=bearer&refresh_token={R}",
    "https://huntflow.ru/x?refresh_token={R}&access_token={A}",
    "access_token {A} refresh_token {R}",
    "access_token\t{A}\nrefresh_token\t{R}",
    "Access token\n{A}\nRefresh token\n{R}",
    "Access Token:\n\n{A}\n\nRefresh Token:\n\n{R}\n",
    "Access token (valid 7 days): {A}\nRefresh token (valid 14 days): {R}",
    "access_token\trefresh_token\n{A}\t{R}",
    "\"access_token\",\"refresh_token\"\n\"{A}\",\"{R}\"",
    "| access_token | refresh_token |\n|---|---|\n| {A} | {R} |",
    "refresh_token;access_token;name\n{R};{A};x",
    "Access and refresh tokens:\n{A}\n{R}",
    "Access и refresh токены: {A} {R}",
    "Токен доступа: {A}\nТокен обновления: {R}",
    "Токен доступа\u{a0}— {A}\nТокен для обновления — {R}",
    "Ваш access-токен {A}, refresh-токен {R}.",
    "Access токен\r\n{A}\r\nRefresh токен\r\n{R}\r\n",
    "access: {A}\nrefresh: {R}",
    "«access_token»: “{A}”, «refresh_token»: “{R}”",
    "\u{feff}access_token: \u{200b}{A}\u{200b}\nrefresh_token: `{R}`",
    "<tr><td>access_token</td><td>{A}</td></tr><tr><td>refresh_token</td><td>{R}</td></tr>",
    "access_token: Bearer {A}\nrefresh_token: Bearer {R}",
    "{A}\n{R}",
    "{A} {R}",
    "\"{A}\", \"{R}\"",
    "here you are:\n\n1. {A}\n2. {R}\n\nbye",
];

fn shaped(shape: &str, access: &str, refresh: &str) -> String {
    shape.replace("{A}", access).replace("{R}", refresh)
}

#[test]
fn every_accepted_shape_gives_the_pair() {
    for shape in SHAPES {
        assert_pair(&text(&shaped(shape, A, R)), A, R, shape);
        assert_pair(&fields(&shaped(shape, A, R), ""), A, R, shape);
    }
}

#[test]
fn named_tokens_may_have_any_form() {
    let (access, refresh) = ("eyJhbGci.eyJzdWIi.s-i_g", "1//0x+y/z==");
    for shape in [SHAPES[0], SHAPES[3], SHAPES[7], SHAPES[9], SHAPES[10], SHAPES[12]] {
        assert_pair(&text(&shaped(shape, access, refresh)), access, refresh, shape);
    }
    assert_pair(
        &text(r#"{"access_token":"a\/b\u002bc","refresh_token":"my-refresh-token"}"#),
        "a/b+c",
        "my-refresh-token",
        "escapes",
    );
    assert_pair(&text("https://x.example/#access_token=a%2Fb%3D&refresh_token=c"), "a/b=", "c", "percent");
    assert_pair(&fields("any:thing;at=all", "x"), "any:thing;at=all", "x", "fields");
}

#[test]
fn fields_are_freed_of_their_wrapping() {
    for wrapped in [
        format!("  {A}\n"),
        format!("\"{A}\","),
        format!("'{A}';"),
        format!("Bearer {A}"),
        format!("\"bearer {A}\""),
        format!("\u{200b}{A}\u{feff}\u{a0}"),
        format!("«{A}»"),
        format!("access_token: {A}"),
        format!("{}\n{}", &A[..40], &A[40..]),
        format!("{}\n  {}\n  {}", &A[..20], &A[20..40], &A[40..]),
        format!("the token is {A}"),
    ] {
        assert_pair(&fields(&wrapped, R), A, R, &wrapped);
    }
    let broken = format!("access_token: {}\n{}\nrefresh_token: {}\n{}", &A[..50], &A[50..], &R[..10], &R[10..]);
    assert_pair(&text(&broken), A, R, &broken);
    let broken = format!("{}\n{}\n{}\n{}", &A[..50], &A[50..], &R[..10], &R[10..]);
    assert_pair(&text(&broken), A, R, &broken);
}

#[test]
fn a_key_may_come_along_or_alone() {
    let key = || StaticKey::new(K.to_owned());
    let beside = look(&PasteInput { access: A, refresh: R, api_key: &format!(" {K} "), text: "" });
    assert!(matches!(beside, Look::Pair { key: Some(found), .. } if found == key()));
    let named = text(&format!("access_token={A}\nrefresh_token={R}\nHUNTFLOW_API_KEY={K}"));
    assert!(matches!(named, Look::Pair { key: Some(found), .. } if found == key()));
    assert_eq!(look(&PasteInput { api_key: K, ..PasteInput::default() }), Look::Key(key()));
    assert_eq!(text(&format!("API-ключ: {K}")), Look::Key(key()));
}

#[test]
fn names_in_the_wrong_fields_mean_swapped() {
    let swapped = Look::Swapped { access: AccessToken::new(A.to_owned()), refresh: RefreshToken::new(R.to_owned()), key: None };
    for (access, refresh) in [
        (format!("refresh_token: {R}"), format!("access_token: {A}")),
        (format!("refresh_token: {R}"), A.to_owned()),
        (R.to_owned(), format!("\"access_token\": \"{A}\",")),
        (format!("Токен обновления {R}"), A.to_owned()),
    ] {
        assert_eq!(fields(&access, &refresh), swapped, "{access} / {refresh}");
    }
    // Without names nobody can tell.
    assert_pair(&fields(R, A), R, A, "unnamed");
}

#[test]
fn less_than_a_pair_is_said_so() {
    for (input, which) in [
        (PasteInput { access: A, ..PasteInput::default() }, Half::Access),
        (PasteInput { refresh: R, ..PasteInput::default() }, Half::Refresh),
        (PasteInput { access: "https://huntflow.ru/t/1", refresh: R, ..PasteInput::default() }, Half::Refresh),
        (PasteInput { access: A, refresh: "two words", ..PasteInput::default() }, Half::Access),
    ] {
        assert_eq!(look(&input), Look::Incomplete { which }, "{input:?}");
    }
    for (paste, which) in [
        (format!("access_token: {A}"), Half::Access),
        (format!("access_token=\nrefresh_token={R}"), Half::Refresh),
        (format!(r#"{{"access_token":"","client_id":"x","refresh_token":"{R}"}}"#), Half::Refresh),
        (format!(r#"{{"access_token":null,"id":"6f1c9a52-8d2b-4f7e-9c3a-1b2c3d4e5f60","refresh_token":"{R}"}}"#), Half::Refresh),
        (format!("Access token\n\nRefresh token\n{R}"), Half::Refresh),
        (r#"{"access_token":{"value":"x"},"refresh_token":"y"}"#.to_owned(), Half::Refresh),
        (format!("access_token=&state=abc&refresh_token={R}"), Half::Refresh),
        (format!("access_token {A}\nrefresh_token_id 6f1c9a52-8d2b-4f7e-9c3a-1b2c3d4e5f60"), Half::Access),
        (
            format!(r#"{{"grant_type":"refresh_token","id":"6f1c9a52-8d2b-4f7e-9c3a-1b2c3d4e5f60","access_token":"{A}"}}"#),
            Half::Access,
        ),
        (A.to_owned(), Half::Unknown),
        ("hello".to_owned(), Half::Unknown),
        ("access_token: see below, refresh_token: see above".to_owned(), Half::Unknown),
        ("access_token and refresh_token".to_owned(), Half::Unknown),
        (format!("{A} {R} {K}"), Half::Unknown),
        (format!("access_token={A}\naccess_token={K}\nrefresh_token={R}"), Half::Unknown),
    ] {
        assert_eq!(text(&paste), Look::Incomplete { which }, "{paste}");
    }
}

#[test]
fn the_same_half_twice_is_doubled() {
    assert_eq!(fields(A, A), Look::Doubled);
    assert_eq!(text(&format!("{A}\n{A}")), Look::Doubled);
    assert_eq!(text(&format!("access_token={A} refresh_token={A}")), Look::Doubled);
}

#[test]
fn a_link_is_not_what_it_shows() {
    let hex_link = format!("https://huntflow.ru/token/{A}");
    for paste in ["https://huntflow.ru/my/acme", &hex_link, "open https://app.huntflow.ru/t?x=1 please"] {
        assert_eq!(text(paste), Look::Link { environment: preset("prod") }, "{paste}");
        assert_eq!(fields(paste, ""), Look::Link { environment: preset("prod") }, "{paste}");
    }
    assert_eq!(text("http://hr.company.ru/x"), Look::Link { environment: None });
    for paste in ["sandbox.huntflow.dev", "https://sandbox-api.huntflow.dev/v2/"] {
        assert_eq!(text(paste), Look::Address { environment: preset("sandbox").expect("a preset") }, "{paste}");
    }
}

#[test]
fn the_environment_is_the_one_the_text_names() {
    let named = |text: &str| environment(&PasteInput { text, ..PasteInput::default() }).map(|found| found.env);
    for (paste, env) in [
        ("https://sandbox.huntflow.dev/my", Some(Env::Sandbox)),
        ("access_token=x1\nhttps://github.com/huntflow/api https://api.huntflow.ai/v2", Some(Env::ProdAi)),
        ("BASE=https://hf.company.ru/v2\naccess_token=x1", Some(Env::Custom)),
        ("host: lanit-api.huntflow.ru", Some(Env::Dedicated)),
        ("https://hr.company.ru/my", Some(Env::Custom)),
        ("access_token=x1\nsee https://wiki.company.ru/page", None),
        ("access_token=x1", None),
    ] {
        assert_eq!(named(paste), env, "{paste}");
    }
}

#[test]
fn nothing_and_too_much() {
    for blank in ["", " \n\t", "\u{200b}\u{feff}\u{a0}"] {
        assert_eq!(text(blank), Look::Empty);
    }
    let long = format!("access_token={A} refresh_token={R} {}", "x ".repeat(MAX_INPUT / 2));
    assert_eq!(text(&long), Look::Incomplete { which: Half::Unknown });
    let token = "x".repeat(MAX_TOKEN + 1);
    assert_eq!(fields(&token, R), Look::Incomplete { which: Half::Refresh });
    assert_eq!(fields(&token[1..], R), pair(&token[1..], R));
}

#[test]
fn every_finding_has_its_code() {
    for (found, code) in [
        (text(""), Some(ErrorCode::PasteEmpty)),
        (text("huntflow.ru"), Some(ErrorCode::PasteEmpty)),
        (text(A), Some(ErrorCode::PasteIncomplete)),
        (fields(&format!("refresh_token={R}"), A), Some(ErrorCode::PasteSwapped)),
        (fields(A, A), Some(ErrorCode::PasteDoubled)),
        (text("https://huntflow.ru/t/1"), Some(ErrorCode::PasteIsLink)),
        (fields(A, R), None),
        (look(&PasteInput { api_key: K, ..PasteInput::default() }), None),
    ] {
        assert_eq!(found.problem(), code, "{found:?}");
    }
}

#[test]
fn debug_shows_no_token() {
    let input = PasteInput { text: A, access: A, refresh: R, api_key: K };
    let swapped = fields(&format!("refresh_token={R}"), A);
    let alone = look(&PasteInput { api_key: K, ..PasteInput::default() });
    let link = text(&format!("https://huntflow.ru/t/{A}"));
    for shown in [format!("{input:?}"), format!("{:?}", fields(A, R)), format!("{swapped:?} {alone:?} {link:?}")] {
        for token in [A, R, K] {
            assert!(!shown.contains(&token[..8]), "{shown}");
        }
    }
}

/// The same cases on every run and machine.
fn runner(cases: u32) -> TestRunner {
    let config = Config { cases, failure_persistence: None, ..Config::default() };
    TestRunner::new_with_rng(config, TestRng::from_seed(RngAlgorithm::ChaCha, &[7; 32]))
}

#[test]
fn any_pair_comes_back_from_any_shape() {
    let halves = ("[0-9a-f]{64}", "[0-9a-f]{64}", 0..SHAPES.len());
    let outcome = runner(1500).run(&halves, |(access, refresh, shape)| {
        prop_assume!(access != refresh);
        prop_assert_eq!(text(&shaped(SHAPES[shape], &access, &refresh)), pair(&access, &refresh), "{}", SHAPES[shape]);
        prop_assert_eq!(fields(&access, &refresh), pair(&access, &refresh));
        Ok(())
    });
    outcome.expect("every pair survives");
}

#[test]
fn a_pair_broken_anywhere_is_put_together() {
    let halves = ("[0-9a-f]{64}", "[0-9a-f]{64}", 1..64_usize, 1..64_usize);
    let outcome = runner(500).run(&halves, |(access, refresh, a, r)| {
        prop_assume!(access != refresh);
        let broken = [&access[..a], &access[a..], &refresh[..r], &refresh[r..]].join("\n");
        prop_assert_eq!(text(&broken), pair(&access, &refresh));
        let named =
            format!("access_token: {}\n{} refresh_token: {}\n{}", &access[..a], &access[a..], &refresh[..r], &refresh[r..]);
        prop_assert_eq!(text(&named), pair(&access, &refresh), "{}", named);
        Ok(())
    });
    outcome.expect("every pair survives");
}

#[test]
fn no_text_makes_it_panic() {
    let pieces = prop_oneof![
        Just("access_token".to_owned()),
        Just("Refresh токен".to_owned()),
        Just("api_key".to_owned()),
        Just("Bearer ".to_owned()),
        Just("https://".to_owned()),
        Just("huntflow.ru".to_owned()),
        Just("\\u00".to_owned()),
        Just("%f".to_owned()),
        "[\"'=:{},&?#\\\\ \n\t]{0,3}",
        "[0-9a-f]{1,70}",
        "\\PC{0,6}",
        any::<String>(),
    ];
    let texts = prop::collection::vec(pieces, 0..12).prop_map(|pieces| pieces.concat());
    let inputs = (texts.clone(), texts.clone(), texts.clone(), texts);
    let outcome = runner(600).run(&inputs, |(text, access, refresh, api_key)| {
        let input = PasteInput { text: &text, access: &access, refresh: &refresh, api_key: &api_key };
        let found = look(&input);
        prop_assert_eq!(found.problem().is_none(), matches!(found, Look::Pair { .. } | Look::Key(_)));
        let _ = environment(&input);
        Ok(())
    });
    outcome.expect("no panic");
}
