//! Who the tokens belong to, as `GET /v2/me` and `GET /v2/accounts` show them.

use serde::Serialize;
use serde_json::{Value, json};

/// The answer of `GET /v2/me` (user.md; client `models/response/accounts.py`).
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Person {
    pub id: i64,
    pub name: String,
    pub position: Option<String>,
    pub email: Option<String>,
    pub phone: Option<String>,
    pub locale: String,
    #[serde(skip)]
    pub organisations: Vec<Organisation>,
}

/// One item of `GET /v2/accounts` (user.md). Huntflow calls an organisation an account.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Organisation {
    pub id: i64,
    pub name: String,
    pub nick: String,
    /// `owner`, `manager` or `watcher`.
    pub member_type: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub production_calendar: Option<i64>,
}

impl Person {
    /// A manager in one organisation of their own, told apart by `id`.
    pub fn new(id: i64, name: &str) -> Self {
        let handle: String = name.to_lowercase().split_whitespace().collect::<Vec<_>>().join(".");
        Self {
            id,
            name: name.to_owned(),
            position: Some("Recruiter".to_owned()),
            email: Some(format!("{handle}@example.com")),
            phone: None,
            locale: "ru_RU".to_owned(),
            organisations: vec![Organisation::new(id * 10, &format!("Organisation of {name}"))],
        }
    }

    pub(super) fn me(&self) -> Value {
        json!(self)
    }

    pub(super) fn accounts(&self) -> Value {
        json!({ "items": self.organisations })
    }
}

impl Organisation {
    pub fn new(id: i64, name: &str) -> Self {
        Self {
            id,
            name: name.to_owned(),
            nick: format!("org{id}"),
            member_type: "manager".to_owned(),
            production_calendar: Some(1),
        }
    }
}
