//! Every row of the error table, and what broken connections mean, against a raw server on port 0.

mod call;
mod exchange;
mod judge;
mod read;

use std::{sync::LazyLock, time::Duration};

use super::Huntflow;
use crate::http::{Http, Timeouts};

pub(super) const PLANTED: &str = "planted0123456789abcdef0123456789abcdef0123456789abcdef0123456789";
pub(super) const NEW_ACCESS: &str = "newaccess6789abcdef0123456789abcdef0123456789abcdef0123456789abcd";
pub(super) const NEW_REFRESH: &str = "newrefresh789abcdef0123456789abcdef0123456789abcdef0123456789abcd";

/// Time limits that no healthy loopback answer comes near.
fn huntflow() -> Huntflow {
    static PATIENT: LazyLock<Huntflow> = LazyLock::new(|| with_limit(Duration::from_secs(20)));
    PATIENT.clone()
}

fn with_limit(limit: Duration) -> Huntflow {
    Huntflow { own: Some(Http::new(Timeouts::all(limit)).expect("clients")) }
}

/// One error in the v2 envelope; an empty detail is left out.
fn envelope(kind: &str, title: &str, detail: &str) -> String {
    let detail = if detail.is_empty() { String::new() } else { format!(r#","detail":"{detail}""#) };
    format!(r#"{{"errors":[{{"type":"{kind}","title":"{title}"{detail}}}]}}"#)
}

fn pair_answer() -> String {
    format!(
        r#"{{"access_token":"{NEW_ACCESS}","token_type":"bearer","expires_in":604800,"refresh_token_expires_in":1209600,"refresh_token":"{NEW_REFRESH}"}}"#
    )
}
