//! WebDriver (W3C): sessions, scripts and elements, whatever program is driven.

use std::net::TcpListener;

use serde_json::{Value, json};

use crate::http::Http;
use crate::patience::wait_for;

const ELEMENT: &str = "element-6066-11e4-a52e-4f735466cecf";

/// A program that speaks WebDriver on a port of this computer.
#[derive(Debug)]
pub struct Driver {
    address: String,
    http: Http,
}

impl Driver {
    pub fn at(port: u16) -> Self {
        Self { address: format!("http://127.0.0.1:{port}"), http: Http::new() }
    }

    pub fn is_ready(&self) -> bool {
        self.http.get(&format!("{}/status", self.address)).is_ok_and(|answer| (200..300).contains(&answer.status))
    }

    /// Starts what is driven. Some drivers refuse a session right after another ended, so it is tried again.
    ///
    /// # Panics
    /// When no session comes up within a minute.
    pub fn open(&self, capabilities: &Value) -> Session {
        let request = json!({"capabilities": {"alwaysMatch": capabilities}});
        let mut id = String::new();
        wait_for("a session", || {
            let answer = self.http.post_json(&format!("{}/session", self.address), &request);
            let value: Value = answer.ok().and_then(|answer| serde_json::from_str(&answer.text).ok()).unwrap_or_default();
            value["value"]["sessionId"].as_str().unwrap_or_default().clone_into(&mut id);
            !id.is_empty()
        });
        Session { address: format!("{}/session/{id}", self.address), http: self.http.clone() }
    }
}

/// A driver's refusal.
#[derive(Debug)]
pub struct Refusal {
    /// Such as `no such element`.
    pub error: String,
    pub message: String,
}

/// One driven window or browser.
#[derive(Debug)]
pub struct Session {
    address: String,
    http: Http,
}

impl Session {
    /// Runs JavaScript in the page and returns its value.
    ///
    /// # Panics
    /// When the page throws.
    pub fn run(&self, script: &str) -> Value {
        self.try_run(script).unwrap_or_else(|refusal| panic!("{refusal:?}\n{script}"))
    }

    /// The same, when the page may be on its way to another.
    ///
    /// # Errors
    /// When the page throws, or there is none just now.
    pub fn try_run(&self, script: &str) -> Result<Value, Refusal> {
        self.post("/execute/sync", &json!({"script": script, "args": []}))
    }

    /// The element a script returns, to be used as part of a path.
    ///
    /// # Panics
    /// When the script returns none.
    pub fn element(&self, script: &str) -> String {
        self.run(script)[ELEMENT].as_str().expect("an element").to_owned()
    }

    /// The first element a CSS selector means, to be used as part of a path.
    ///
    /// # Errors
    /// When there is none.
    pub fn find(&self, css: &str) -> Result<String, Refusal> {
        let found = self.post("/element", &json!({"using": "css selector", "value": css}))?;
        Ok(found[ELEMENT].as_str().expect("an element").to_owned())
    }

    /// Types into an element as a person does, after clearing it.
    ///
    /// # Panics
    /// When it takes no text.
    pub fn fill(&self, element: &str, text: &str) {
        self.post(&format!("/element/{element}/clear"), &json!({})).expect("cleared");
        self.write(element, text);
    }

    /// Types into an element, or puts a file's path into a file input.
    ///
    /// # Panics
    /// When it takes no text.
    pub fn write(&self, element: &str, text: &str) {
        self.post(&format!("/element/{element}/value"), &json!({"text": text})).expect("typed");
    }

    /// # Errors
    /// The driver's.
    ///
    /// # Panics
    /// When the driver does not answer.
    pub fn get(&self, path: &str) -> Result<Value, Refusal> {
        read(&self.http.get(&format!("{}{path}", self.address)).expect("the driver answers").json())
    }

    /// # Errors
    /// The driver's.
    ///
    /// # Panics
    /// When the driver does not answer.
    pub fn post(&self, path: &str, body: &Value) -> Result<Value, Refusal> {
        read(&self.http.post_json(&format!("{}{path}", self.address), body).expect("the driver answers").json())
    }

    /// Ends what is driven, and waits for its end.
    ///
    /// # Panics
    /// When the driver does not answer.
    pub fn close(&self) {
        self.http.delete(&self.address).expect("the driver answers");
    }

    /// The same, when the driver may be gone already.
    pub fn end(&self) {
        let _ = self.http.delete(&self.address);
    }
}

fn read(answer: &Value) -> Result<Value, Refusal> {
    let text = |name: &str| answer["value"][name].as_str().map(str::to_owned);
    match text("error") {
        Some(error) => Err(Refusal { error, message: text("message").unwrap_or_default() }),
        None => Ok(answer["value"].clone()),
    }
}

/// # Panics
/// When there is none.
pub fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").and_then(|listener| listener.local_addr()).expect("a free port").port()
}
