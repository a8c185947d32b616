//! A real authorization server that nobody here wrote: npm's oidc-provider, on loopback, one for each test.
//!
//! `./dev test` installs it; the files beside its lock file in `oidc-provider/` give it people, pages and a log. It ends
//! with the test, even with one that is killed.

mod event;
mod options;

use std::path::Path;
use std::process::{Command, Stdio};

use serde_json::{Value, json};

use self::event::Log;
pub use self::event::{Event, Revocation};
pub use self::options::{CLIENT, Client, GOOGLE_SECRET, OidcOptions, Person};
use crate::attended::Attended;
use crate::http::{Http, Reply};

/// Id and secret of the client by which the test itself asks about tokens.
const INSPECTOR: (&str, &str) = ("inspector", "inspector-secret");

/// A running server.
#[derive(Debug)]
pub struct OidcServer {
    options: OidcOptions,
    issuer: String,
    discovery: Value,
    log: Log,
    http: Http,
    _process: Attended,
}

impl OidcServer {
    /// Starts it on a port of its own.
    ///
    /// # Panics
    /// When it is not installed, or does not come up within a minute.
    pub fn start(options: &OidcOptions) -> Self {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("support/oidc-provider");
        assert!(folder.join("node_modules/oidc-provider").exists(), "oidc-provider is missing: ./dev test installs it");
        let mut node = Command::new("node");
        // Its warnings are about servers for the world.
        node.arg("server.mjs").current_dir(folder).stderr(Stdio::null());
        let mut process = Attended::start_by_itself(&mut node);
        let mut config = json!(options);
        config["inspector"] = json!({"id": INSPECTOR.0, "secret": INSPECTOR.1});
        process.tell(&config.to_string());
        let log = Log::of(process.stdout());
        let issuer = log.wait_for("the issuer", 0, |event| match event {
            Event::Ready { issuer } => Some(issuer.clone()),
            _ => None,
        });
        let http = Http::new();
        let discovery = http.get(&format!("{issuer}/.well-known/openid-configuration")).expect("an answer").json();
        Self { options: options.clone(), issuer, discovery, log, http, _process: process }
    }

    /// Such as `http://127.0.0.1:40123`; sent as `iss` with every answer to a browser.
    pub fn issuer(&self) -> &str {
        &self.issuer
    }

    /// The issuer's `host:port`.
    pub fn authority(&self) -> &str {
        self.issuer.trim_start_matches("http://")
    }

    pub fn authorization_endpoint(&self) -> String {
        self.endpoint("authorization_endpoint")
    }

    pub fn token_endpoint(&self) -> String {
        self.endpoint("token_endpoint")
    }

    pub fn device_authorization_endpoint(&self) -> String {
        self.endpoint("device_authorization_endpoint")
    }

    pub fn revocation_endpoint(&self) -> String {
        self.endpoint("revocation_endpoint")
    }

    pub fn userinfo_endpoint(&self) -> String {
        self.endpoint("userinfo_endpoint")
    }

    /// The metadata at `/.well-known/openid-configuration`.
    pub fn discovery(&self) -> &Value {
        &self.discovery
    }

    /// The first client.
    pub fn client(&self) -> &Client {
        &self.options.clients[0]
    }

    /// The file of the first client as Google's console gives it, with the hosts of this server.
    pub fn client_secret_json(&self) -> String {
        let client = self.client();
        json!({"installed": {
            "client_id": client.id,
            "project_id": "planted-project",
            "auth_uri": self.authorization_endpoint(),
            "token_uri": self.token_endpoint(),
            "auth_provider_x509_cert_url": format!("{}/oauth2/v1/certs", self.issuer),
            "client_secret": client.secret,
            "redirect_uris": ["http://localhost"],
        }})
        .to_string()
    }

    /// Everything told so far.
    pub fn events(&self) -> Vec<Event> {
        self.log.all()
    }

    /// Waits for an event, or takes one that was told before.
    ///
    /// # Panics
    /// When it is not told within a minute.
    pub fn wait_for(&self, what: &str, wanted: impl Fn(&Event) -> bool) -> Event {
        self.wait_from(0, what, wanted)
    }

    /// The same from event number `from` of [`Self::events`] on.
    ///
    /// # Panics
    /// When it is not told within a minute.
    pub fn wait_from(&self, from: usize, what: &str, wanted: impl Fn(&Event) -> bool) -> Event {
        self.log.wait_for(what, from, |event| wanted(event).then(|| event.clone()))
    }

    /// The families that ended because something good once was used again.
    pub fn families_revoked(&self) -> Vec<String> {
        let revoked = self.events().into_iter().filter_map(|event| match event {
            Event::Revoked { grant, why: Revocation::Reused, .. } => Some(grant),
            _ => None,
        });
        revoked.collect()
    }

    /// The renewals of a family in their order, as they counted themselves. Two of the same number were made of the
    /// same token.
    pub fn rotations(&self, family: &str) -> Vec<u32> {
        let renewals = self.events().into_iter().filter_map(|event| match event {
            Event::Refreshed { grant, rotation, .. } if grant == family => Some(rotation),
            _ => None,
        });
        renewals.collect()
    }

    /// Whether a token is good and its family alive (RFC 7662).
    ///
    /// # Panics
    /// When the server does not say.
    pub fn is_alive(&self, token: &str) -> bool {
        let said = self.http.post_form(&self.endpoint("introspection_endpoint"), &[("token", token)], Some(INSPECTOR));
        said.expect("an answer").json()["active"].as_bool().expect("it knows")
    }

    /// A renewal as a program of another maker does it.
    pub fn refresh(&self, client: &Client, token: &str) -> Reply {
        self.ask_as(client, &self.token_endpoint(), &[("grant_type", "refresh_token"), ("refresh_token", token)])
    }

    /// RFC 7009.
    pub fn revoke(&self, client: &Client, token: &str) -> Reply {
        self.ask_as(client, &self.revocation_endpoint(), &[("token", token)])
    }

    /// RFC 8628, first step.
    pub fn start_device(&self, client: &Client, scope: &str) -> Reply {
        self.ask_as(client, &self.device_authorization_endpoint(), &[("scope", scope)])
    }

    /// RFC 8628, one asking.
    pub fn ask_for_device(&self, client: &Client, device_code: &str) -> Reply {
        let kind = "urn:ietf:params:oauth:grant-type:device_code";
        self.ask_as(client, &self.token_endpoint(), &[("grant_type", kind), ("device_code", device_code)])
    }

    /// Whose access token it is.
    ///
    /// # Panics
    /// When no whole answer comes.
    pub fn userinfo(&self, access: &str) -> Reply {
        self.http.get_as(&self.userinfo_endpoint(), access).expect("an answer")
    }

    fn ask_as(&self, client: &Client, url: &str, form: &[(&str, &str)]) -> Reply {
        let named: Vec<_> = form.iter().copied().chain([("client_id", client.id.as_str())]).collect();
        let (form, proof) = match &client.secret {
            Some(secret) => (form, Some((client.id.as_str(), secret.as_str()))),
            None => (named.as_slice(), None),
        };
        self.http.post_form(url, form, proof).expect("an answer")
    }

    fn endpoint(&self, name: &str) -> String {
        self.discovery[name].as_str().unwrap_or_else(|| panic!("no {name}: {}", self.discovery)).to_owned()
    }
}
