//! HighLevel's refusals, in the two shapes that are known: the specification's and the one that programs meet.
//!
//! The named answers can be put in a request's way by [`crate::fake::Knob::Instead`].

use serde_json::{Value, json};

use crate::fake::{Canned, Element, page};

/// How the token endpoint words its refusals. A program must understand both.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Wording {
    /// `{"statusCode","message"}` [SPEC2, SPEC3].
    #[default]
    Specified,
    /// 401 `{"error":"UnAuthorized!","error_description"}`: measured by users of the live endpoint in 2025 and 2026 [SEEN].
    Seen,
}

/// Why the token endpoint refuses.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// A parameter is missing, by its name in v3.
    Missing(&'static str),
    /// A parameter has a value that isn't known.
    Invalid(&'static str),
    /// The code is unknown, used or too old. It is looked at before the client [SEEN].
    Code,
    /// The client's id or secret is wrong.
    Client,
    /// The refresh token is unknown, too old or used.
    RefreshToken,
    /// The authorization was withdrawn, or belongs to another app or kind of user: seen as a complaint about the client.
    Binding,
    /// The location is paused or its subscription cancelled; the same refresh token works again afterwards [I249].
    LocationInactive,
}

impl Refusal {
    /// The answer in this wording. Texts of the specification are its examples; that a wrong code or client is worded
    /// alike there is assumed. What nobody has seen keeps the specification's words.
    pub fn answer(&self, wording: Wording) -> Canned {
        let seen = wording == Wording::Seen;
        match self {
            Self::Missing(name) => specified(400, &format!("Missing parameter: {name}")),
            Self::Invalid(name) => specified(400, &format!("Invalid parameter: {name}")),
            Self::LocationInactive => specified(400, "Location is not active"),
            Self::Code if seen => unauthorized("Authorization code not found"),
            Self::Code => specified(400, "Invalid grant: authorization code is invalid"),
            Self::RefreshToken if seen => unauthorized("Invalid refresh token"),
            Self::Binding if !seen => specified(400, REFRESH_TOKEN),
            Self::RefreshToken => specified(400, REFRESH_TOKEN),
            Self::Client | Self::Binding if seen => unauthorized("Invalid client credentials!"),
            Self::Client | Self::Binding => specified(401, "Invalid client: client is invalid"),
        }
    }

    /// The name under which the ledger keeps it.
    pub(super) fn name(&self) -> &'static str {
        match self {
            Self::Missing(_) => "missing",
            Self::Invalid(_) => "invalid",
            Self::Code => "code",
            Self::Client => "client",
            Self::RefreshToken => "refresh_token",
            Self::Binding => "binding",
            Self::LocationInactive => "location_inactive",
        }
    }
}

/// [SPEC3]: "invalid, expired or already used".
const REFRESH_TOKEN: &str = "Invalid grant: refresh token is invalid";

/// `{"statusCode","message"}`.
pub fn specified(status: u16, message: &str) -> Canned {
    Canned::json(status, &json!({ "statusCode": status, "message": message }))
}

/// The same with `error`, as resource endpoints say it.
pub fn api_error(status: u16, message: &str, error: &str) -> Canned {
    Canned::json(status, &json!({ "statusCode": status, "message": message, "error": error }))
}

/// 422, where `message` is a list [SPEC2].
pub fn unprocessable(messages: &[&str]) -> Canned {
    Canned::json(422, &json!({ "statusCode": 422, "message": messages, "error": "Unprocessable Entity" }))
}

/// 429; its body is assumed. The headers are those of [RATE].
pub fn too_many() -> Canned {
    limited(specified(429, "Too Many Requests"), 0)
}

/// The headers of the limit of 100 requests in 10 seconds [RATE].
pub(super) fn limited(answer: Canned, left: usize) -> Canned {
    answer
        .with_header("X-RateLimit-Max", "100")
        .with_header("X-RateLimit-Remaining", &left.to_string())
        .with_header("X-RateLimit-Interval-Milliseconds", "10000")
        .with_header("X-RateLimit-Limit-Daily", "200000")
}

/// A refusal of the page where a location is chosen. The words are assumed, but for `error.noversionid` [SEEN].
pub(super) fn error_page(words: &str) -> Canned {
    page(400, "This app can't be installed", &[Element::Text(words)])
}

/// An unknown path (the usual words of the framework, assumed).
pub(super) fn no_such_path(method: &str, path: &str) -> Canned {
    api_error(404, &format!("Cannot {method} {path}"), "Not Found")
}

pub(super) fn ok(status: u16, body: &Value) -> Canned {
    Canned::json(status, body)
}

fn unauthorized(description: &str) -> Canned {
    Canned::json(401, &json!({ "error": "UnAuthorized!", "error_description": description }))
}
