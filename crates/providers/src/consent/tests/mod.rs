//! The attack cases of a loopback consent, against real sockets and the pure validator. Wherever a flow should live
//! on, the genuine callback then completes it.

mod browser;
mod ending;
mod foreign;
mod page;
mod pasted;
mod ports;
mod pressure;
mod properties;
mod request;
mod token_answer;
mod token_endpoint;
mod validator;

use std::net::{Ipv4Addr, SocketAddr};

use bulla_core::{ConsentState, ErrorCode, Result};
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};
use tokio::task::JoinHandle;
use url::Url;

use super::{
    AuthorizationRequest, Consent, Expected, Flow, FlowHandle, Issuer, Limits, LoopbackHost, Outcome, PageWords, Pages, Ports,
    Redirect, StateReturn,
};
use browser::Reply;

const CODE: &str = "4/0A-planted_code";
const STATE: &str = "planted-state-0123456789abcdefghijklmnopqrstu";
const ISSUER: &str = "https://accounts.example";

fn redirect() -> Redirect {
    Redirect::new(LoopbackHost::V4, Ports::Any, "/callback").expect("a redirect address")
}

fn request() -> AuthorizationRequest {
    AuthorizationRequest {
        endpoint: "https://accounts.example/o/auth".to_owned(),
        client_id: "client".to_owned(),
        redirect: redirect(),
        scopes: vec!["openid".to_owned(), "email".to_owned()],
        extra: Vec::new(),
        issuer: Issuer::Unknown,
        state_return: StateReturn::Always,
    }
}

fn pages() -> Pages {
    let words = |title: &str| PageWords {
        lang: "ru".to_owned(), title: title.to_owned(), text: "Вернитесь в Bulla.".to_owned()
    };
    Pages { received: words("Получено"), declined: words("Отказано"), not_ours: words("Не тот вход") }
}

/// Waits at port 8765 for [`STATE`].
fn expected(issuer: Issuer, state_return: StateReturn) -> Expected {
    Expected::new(redirect().at(8765), ConsentState::new(STATE.to_owned()), issuer, state_return)
}

/// The same cases on every run and machine.
fn runner(cases: u32) -> TestRunner {
    let config = Config { cases, failure_persistence: None, ..Config::default() };
    TestRunner::new_with_rng(config, TestRng::from_seed(RngAlgorithm::ChaCha, &[11; 32]))
}

/// A flow whose outcome is waited for in a task of its own.
struct Waiting {
    /// `host:port`, as browsers say it.
    authority: String,
    redirect: String,
    state: String,
    url: String,
    handle: FlowHandle,
    outcome: JoinHandle<Result<Outcome>>,
}

impl Waiting {
    fn start() -> Self {
        Self::with(&request(), Limits::default())
    }

    fn with(request: &AuthorizationRequest, limits: Limits) -> Self {
        Self::of(Flow::open(request, pages(), limits).expect("a flow"))
    }

    fn of(flow: Flow) -> Self {
        let url = flow.url().expose().to_owned();
        let asked = Url::parse(&url).expect("an address");
        let parameter = |name: &str| asked.query_pairs().find(|(n, _)| n == name).expect(name).1.into_owned();
        let (redirect, state, handle) = (parameter("redirect_uri"), parameter("state"), flow.handle());
        let authority = redirect.trim_start_matches("http://").split('/').next().expect("a host").to_owned();
        Self { authority, redirect, state, url, handle, outcome: tokio::spawn(flow.outcome()) }
    }

    fn port(&self) -> u16 {
        self.authority.rsplit(':').next().expect("a port").parse().expect("a number")
    }

    /// Where it listens, for redirects at `127.0.0.1` and `localhost`.
    fn address(&self) -> SocketAddr {
        SocketAddr::from((Ipv4Addr::LOCALHOST, self.port()))
    }

    /// What the genuine browser asks for.
    fn target(&self) -> String {
        format!("/callback?code={}&state={}", CODE.replace('/', "%2F"), self.state)
    }

    async fn get(&self, target: &str) -> Option<Reply> {
        browser::get(self.address(), &self.authority, target).await
    }

    async fn send(&self, raw: impl AsRef<[u8]>) -> Option<Reply> {
        browser::send(self.address(), raw.as_ref()).await
    }

    /// The genuine callback still completes it; gives back what the browser saw.
    async fn assert_alive(self) -> Reply {
        assert!(!self.outcome.is_finished(), "the flow has ended");
        let reply = self.get(&self.target()).await.expect("an answer");
        assert_eq!(reply.status, 200);
        let consent = consented(self.outcome.await.expect("no panic"));
        assert_eq!((consent.code.expose(), consent.redirect.as_str()), (CODE, self.redirect.as_str()));
        reply
    }

    async fn ended(self) -> Result<Outcome> {
        self.outcome.await.expect("no panic")
    }
}

fn consented(outcome: Result<Outcome>) -> Consent {
    match outcome {
        Ok(Outcome::Consented(consent)) => consent,
        other => panic!("{other:?}"),
    }
}

fn failed(outcome: Result<Outcome>) -> ErrorCode {
    outcome.expect_err("no consent").code()
}
