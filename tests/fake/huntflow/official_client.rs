//! The proof: huntflow-api-client, unchanged, from the package index, finds nothing odd about the fake.

use std::fs;
use std::path::PathBuf;

use chrono::TimeDelta;
use serde_json::{Value, json};
use support::huntflow::{FakeHuntflow, Knob, Outcome, Pair, Route, Why404};
use support::python;
use tempfile::TempDir;

/// A company's program with its token file.
struct Client {
    folder: TempDir,
}

impl Client {
    fn with(pair: &Pair) -> Self {
        let client = Self { folder: tempfile::tempdir().unwrap() };
        let file = json!({
            "access_token": pair.access, "refresh_token": pair.refresh,
            "expiration_timestamp": 0.0, "last_refresh_timestamp": 0.0,
        });
        fs::write(client.path(), file.to_string()).unwrap();
        client
    }

    fn path(&self) -> PathBuf {
        self.folder.path().join("huntflow_token.json")
    }

    fn run(&self, fake: &FakeHuntflow, what: &[&str]) -> Value {
        let (base, path) = (fake.base_url(), self.path());
        let args = [&[base.as_str(), path.to_str().unwrap()], what].concat();
        let output = python::run(&python::huntflow_client(), &python::script("huntflow_recipe.py"), &args);
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        serde_json::from_slice(&output.stdout).unwrap()
    }

    fn pair(&self) -> Pair {
        let file: Value = serde_json::from_str(&fs::read_to_string(self.path()).unwrap()).unwrap();
        let text = |key: &str| file[key].as_str().unwrap().to_owned();
        Pair { access: text("access_token"), refresh: text("refresh_token") }
    }
}

#[test]
fn reads_then_refreshes_once_and_keeps_the_new_pair() {
    let fake = FakeHuntflow::start();
    let old = fake.issue_pair("anna");
    let client = Client::with(&old);
    assert_eq!(client.run(&fake, &["me"])["ok"][0]["name"], "anna");
    assert_eq!(client.pair(), old);
    assert!(fake.exchange_attempts().is_empty());

    fake.expire_access(&old);
    assert_eq!(client.run(&fake, &["me"])["ok"][0]["email"], "anna@example.com");
    assert_eq!((fake.exchange_attempts().len(), fake.exchanges_ok().len()), (1, 1));
    let new = fake.latest_pair_from(&old);
    assert_ne!(new.pair, old);
    assert!(new.delivery.arrived());
    assert_eq!(client.pair(), new.pair);
    assert_eq!(client.run(&fake, &["accounts"])["ok"][0]["items"][0]["name"], "Organisation of anna");

    let ledger = fake.ledger();
    let paths: Vec<_> = ledger.arrivals.iter().map(|a| a.path.as_str()).collect();
    assert_eq!(paths, ["/v2/me", "/v2/me", "/v2/token/refresh", "/v2/me", "/v2/accounts"]);
    let exchange = &ledger.arrivals[2];
    assert_eq!(exchange.authorization, None);
    assert!(exchange.user_agent.as_ref().is_some_and(|name| name.starts_with("python-httpx/")));
}

#[test]
fn hears_that_it_is_too_early() {
    let fake = FakeHuntflow::start();
    let pair = fake.issue_pair("anna");
    let client = Client::with(&pair);
    assert_eq!(client.run(&fake, &["refresh"]), json!({ "error": "AccessDeniedError", "code": 403 }));
    assert_eq!(fake.exchange_attempts()[0].outcome, Outcome::TooEarly);
    assert_eq!(client.pair(), pair);
}

#[test]
fn hears_that_its_token_was_used() {
    let fake = FakeHuntflow::start();
    let pair = fake.issue_pair_aged("anna", TimeDelta::days(8));
    let (first, second) = (Client::with(&pair), Client::with(&pair));
    assert_eq!(first.run(&fake, &["refresh"]), json!({ "ok": [] }));
    assert_eq!(second.run(&fake, &["me"]), json!({ "error": "InvalidRefreshTokenError", "code": 404 }));
    assert_eq!(fake.exchange_attempts()[1].outcome, Outcome::NotFound(Why404::Used));
    assert_eq!(fake.double_spends().len(), 1);
    assert_eq!(first.pair(), fake.latest_pair_from(&pair).pair);
}

#[test]
fn loses_its_pair_when_the_answer_is_lost() {
    let fake = FakeHuntflow::start();
    let pair = fake.issue_pair_aged("anna", TimeDelta::days(8));
    let client = Client::with(&pair);
    fake.next(Route::Refresh, Knob::DropAfterCommit);
    assert_eq!(client.run(&fake, &["me"])["error"], "RemoteProtocolError");
    assert_eq!(client.pair(), pair);
    assert_eq!(client.run(&fake, &["me"])["error"], "InvalidRefreshTokenError");
    assert_eq!((fake.exchanges_ok().len(), fake.double_spends().len()), (1, 1));
}

#[test]
fn ten_at_once_refresh_exactly_once() {
    let fake = FakeHuntflow::start();
    let pair = fake.issue_pair_aged("anna", TimeDelta::days(8));
    let client = Client::with(&pair);
    let answers = client.run(&fake, &["parallel", "10"]);
    assert_eq!(answers["ok"].as_array().map(Vec::len), Some(10), "{answers}");
    assert_eq!((fake.exchange_attempts().len(), fake.exchanges_ok().len()), (1, 1));
    assert_eq!(client.pair(), fake.latest_pair_from(&pair).pair);
}

#[test]
fn understands_every_error_the_fake_can_give() {
    use support::huntflow::Canned;
    let fake = FakeHuntflow::start();
    let client = Client::with(&fake.issue_pair("anna"));
    for (canned, error, code) in [
        (Canned::payment_required(), "PaymentRequiredError", 402),
        (Canned::access_denied(), "AccessDeniedError", 403),
        (Canned::robot_token_not_found(), "InvalidRefreshTokenError", 404),
        (Canned::too_many(Some(1)), "TooManyRequestsError", 429),
        (Canned::html_500(), "ApiError", 500),
        (Canned::unavailable(), "ApiError", 503),
    ] {
        fake.next(Route::Me, Knob::Instead(canned));
        assert_eq!(client.run(&fake, &["me"]), json!({ "error": error, "code": code }));
    }
}
