//! The page the browser ends on.

use bulla_providers::consent::Limits;

use crate::scene::{Scene, pages, parameter};

#[test]
fn the_last_page_is_in_the_persons_language_and_holds_nothing_that_was_sent() {
    let scene = Scene::new();
    for (lang, words) in [("en", "Done, go back to Bulla"), ("ru", "Готово, вернитесь в Bulla"), ("zh", "完成，请回到 Bulla")]
    {
        let waiting = scene.ask_with(&scene.request(), pages(lang), Limits::default());
        scene.browser.open(&waiting.url);
        if lang == "en" {
            scene.sign_in("anna");
        }
        scene.browser.click("#allow");
        scene.browser.reads("h1", words);
        scene.browser.reads("p", &format!("{words}."));
        assert_eq!(scene.browser.run("return document.documentElement.lang"), lang);
        assert_eq!(scene.browser.run("return document.contentType"), "text/html");

        let state = parameter(&waiting.url.parse().expect("an address"), "state");
        let (source, consent) = (scene.browser.source(), waiting.consented());
        for secret in [consent.code.expose(), consent.verifier.expose(), &state] {
            assert!(!source.contains(secret), "{lang}: {source}");
        }
        assert_eq!(scene.browser.run("return performance.getEntriesByType('resource').length"), 0, "it fetches nothing");
    }
}
