//! What the providers that speak plain OAuth 2.0 share: what a refusal means, whose token it is, how an app is asked.
//!
//! A provider brings a table of its refusals; what no table names counts by RFC 6749 §5.2. Only a refusal that judges
//! the refresh token itself ends it: whatever concerns the app, the request or the hour leaves it alive.

mod id_token;
mod profile;
mod table;

pub(crate) use id_token::{Claims, read_id_token};
pub(crate) use profile::userinfo;
pub(crate) use table::{Meaning, Row, judge, judged, meaning, retry_after};
