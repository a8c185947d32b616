//! A server, a browser, and flows that wait for them.

use std::net::TcpStream;

use bulla_core::{ClientSecret, ErrorCode, Exchange, RawAnswer, Result};
use bulla_providers::consent::{
    AuthorizationRequest, ClientAuth, Consent, Flow, FlowHandle, Issuer, Limits, LoopbackHost, Outcome, PageWords, Pages, Ports,
    Redirect, StateReturn, TokenAnswer, TokenEndpoint, read_token_answer,
};
use support::browser::Browser;
use support::oidc::{Event, OidcOptions, OidcServer};
use support::patience::wait_for;
use tokio::runtime::Runtime;
use tokio::task::JoinHandle;
use url::Url;

/// One computer: a browser on it, the program's runtime, and a server.
pub(crate) struct Scene {
    pub(crate) server: OidcServer,
    pub(crate) browser: Browser,
    pub(crate) runtime: Runtime,
}

/// A flow whose outcome is waited for in a task of its own.
pub(crate) struct Waiting<'a> {
    /// The address to open.
    pub(crate) url: String,
    pub(crate) redirect: Url,
    pub(crate) handle: FlowHandle,
    outcome: JoinHandle<Result<Outcome>>,
    scene: &'a Scene,
}

impl Scene {
    pub(crate) fn new() -> Self {
        Self::with(&OidcOptions::default())
    }

    pub(crate) fn with(options: &OidcOptions) -> Self {
        let runtime = Runtime::new().expect("a runtime");
        Self { server: OidcServer::start(options), browser: Browser::start(), runtime }
    }

    /// Asks for tokens that outlive the browser.
    pub(crate) fn request(&self) -> AuthorizationRequest {
        AuthorizationRequest {
            endpoint: self.server.authorization_endpoint(),
            client_id: self.server.client().id.clone(),
            redirect: Redirect::new(LoopbackHost::V4, Ports::Any, "/callback").expect("a redirect address"),
            scopes: ["openid", "email", "offline_access"].map(str::to_owned).to_vec(),
            extra: vec![("prompt".to_owned(), "consent".to_owned())],
            issuer: Issuer::Always(self.server.issuer().to_owned()),
            state_return: StateReturn::Always,
        }
    }

    pub(crate) fn ask(&self) -> Waiting<'_> {
        self.ask_with(&self.request(), pages("ru"), Limits::default())
    }

    pub(crate) fn ask_with(&self, request: &AuthorizationRequest, pages: Pages, limits: Limits) -> Waiting<'_> {
        let _inside = self.runtime.enter();
        let flow = Flow::open(request, pages, limits).expect("a flow");
        let url = flow.url().expose().to_owned();
        let redirect = parameter(&Url::parse(&url).expect("an address"), "redirect_uri").parse().expect("an address");
        let handle = flow.handle();
        Waiting { url, redirect, handle, outcome: self.runtime.spawn(flow.outcome()), scene: self }
    }

    /// Signs in on the page that asks for it.
    pub(crate) fn sign_in(&self, person: &str) {
        self.browser.fill("#person", person);
        self.browser.click("#sign-in");
    }

    /// The whole of what a person does in the browser, for the first time.
    pub(crate) fn agree(&self, url: &str, person: &str) {
        self.browser.open(url);
        self.sign_in(person);
        self.browser.click("#allow");
    }

    /// The browser ends on an error page of its own with this code.
    pub(crate) fn finds(&self, code: &str) {
        self.browser.wait_until(code, &format!("return document.body.innerText.includes('{code}')"));
    }

    /// Redeems a code as the server's first client.
    pub(crate) fn redeem(&self, consent: &Consent) -> RawAnswer {
        self.redeem_by(consent, ClientAuth::Basic)
    }

    pub(crate) fn redeem_by(&self, consent: &Consent, auth: ClientAuth) -> RawAnswer {
        let client = self.server.client();
        let secret = client.secret.clone().map(ClientSecret::new);
        let endpoint = TokenEndpoint::new(&self.server.token_endpoint(), &client.id, secret, auth).expect("an endpoint");
        match self.runtime.block_on(endpoint.redeem(consent)) {
            Exchange::Answered(answer) => answer,
            other => panic!("{other:?}"),
        }
    }

    /// The one family of the tokens granted so far.
    pub(crate) fn family(&self) -> String {
        let granted = self.server.wait_for("a grant", |event| matches!(event, Event::Granted { .. }));
        let Event::Granted { grant, .. } = granted else { unreachable!("waited for") };
        grant
    }
}

impl Waiting<'_> {
    pub(crate) fn is_waited_for(&self) -> bool {
        !self.outcome.is_finished()
    }

    pub(crate) fn ended(self) -> Result<Outcome> {
        self.scene.runtime.block_on(self.outcome).expect("no panic")
    }

    pub(crate) fn consented(self) -> Consent {
        match self.ended() {
            Ok(Outcome::Consented(consent)) => consent,
            other => panic!("{other:?}"),
        }
    }

    pub(crate) fn failed(self) -> ErrorCode {
        self.ended().expect_err("no consent").code()
    }
}

/// The tokens of an answer that has some.
pub(crate) fn tokens(answer: &RawAnswer) -> TokenAnswer {
    read_token_answer(answer).unwrap_or_else(|fault| panic!("{fault:?}: {}", String::from_utf8_lossy(&answer.body)))
}

pub(crate) fn parameter(url: &Url, name: &str) -> String {
    let found = url.query_pairs().find(|(key, _)| key == name);
    found.unwrap_or_else(|| panic!("no {name} in {url}")).1.into_owned()
}

/// Nobody listens where the browser would come back to.
pub(crate) fn assert_closed(redirect: &Url) {
    let address = (redirect.host_str().expect("a host"), redirect.port().expect("a port"));
    wait_for("the port to close", || TcpStream::connect(address).is_err());
}

/// Pages as somebody of this language reads them.
pub(crate) fn pages(lang: &str) -> Pages {
    let texts = match lang {
        "ru" => ["Готово, вернитесь в Bulla", "Вы отказали", "Этот вход уже не ждут"],
        "zh" => ["完成，请回到 Bulla", "您已拒绝", "没有等待中的登录"],
        _ => ["Done, go back to Bulla", "You declined", "Nobody waits for this sign-in"],
    };
    let [received, declined, not_ours] =
        texts.map(|title| PageWords { lang: lang.to_owned(), title: title.to_owned(), text: format!("{title}.") });
    Pages { received, declined, not_ours }
}
