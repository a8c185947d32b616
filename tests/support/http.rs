//! Plain requests to servers on this computer, from tests with and without a tokio runtime.

use std::sync::Arc;
use std::thread;

use reqwest::blocking::{Client, RequestBuilder};
use serde_json::Value;

use crate::patience::PATIENCE;

/// A client without proxy, redirects and connections that are used twice.
#[derive(Debug, Clone)]
pub struct Http(Arc<Client>);

/// A whole answer.
#[derive(Debug)]
pub struct Reply {
    pub status: u16,
    pub text: String,
}

impl Reply {
    /// # Panics
    /// When the body is no JSON.
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|_| panic!("HTTP {}, no JSON: {}", self.status, self.text))
    }
}

impl Default for Http {
    fn default() -> Self {
        Self::new()
    }
}

impl Http {
    /// # Panics
    /// When the system has no room for a client.
    pub fn new() -> Self {
        let build = || {
            let client = Client::builder().no_proxy().timeout(PATIENCE).pool_max_idle_per_host(0);
            client.redirect(reqwest::redirect::Policy::none()).build().expect("a client")
        };
        Self(Arc::new(apart(build)))
    }

    /// # Errors
    /// When no whole answer comes.
    pub fn get(&self, url: &str) -> reqwest::Result<Reply> {
        send(self.0.get(url))
    }

    /// A GET with `Authorization: Bearer`.
    ///
    /// # Errors
    /// When no whole answer comes.
    pub fn get_as(&self, url: &str, token: &str) -> reqwest::Result<Reply> {
        send(self.0.get(url).bearer_auth(token))
    }

    /// # Errors
    /// When no whole answer comes.
    pub fn post_json(&self, url: &str, body: &Value) -> reqwest::Result<Reply> {
        send(self.0.post(url).header("Content-Type", "application/json").body(body.to_string()))
    }

    /// A form, with `Authorization: Basic` when there is a name and a secret.
    ///
    /// # Errors
    /// When no whole answer comes.
    pub fn post_form(&self, url: &str, form: &[(&str, &str)], basic: Option<(&str, &str)>) -> reqwest::Result<Reply> {
        let body = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(form).finish();
        let request = self.0.post(url).header("Content-Type", "application/x-www-form-urlencoded").body(body);
        send(match basic {
            Some((name, secret)) => request.basic_auth(name, Some(secret)),
            None => request,
        })
    }

    /// # Errors
    /// When no whole answer comes.
    pub fn delete(&self, url: &str) -> reqwest::Result<Reply> {
        send(self.0.delete(url))
    }
}

fn send(request: RequestBuilder) -> reqwest::Result<Reply> {
    apart(|| {
        let answer = request.send()?;
        let status = answer.status().as_u16();
        Ok(Reply { status, text: answer.text()? })
    })
}

/// In a thread of its own: a blocking client refuses to work inside a tokio runtime.
fn apart<T: Send>(work: impl FnOnce() -> T + Send) -> T {
    thread::scope(|scope| scope.spawn(work).join().expect("no panic"))
}
