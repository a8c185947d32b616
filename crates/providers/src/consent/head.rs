//! A request's head, judged before anybody looks at what it asks. Pure.

use super::page::Status;
use super::redirect::RedirectUri;

/// Browsers send about twenty.
const MAX_HEADERS: usize = 100;

/// What the bytes so far are.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Head<'a> {
    /// Not a whole head yet.
    Partial,
    /// A `GET` of the redirect address with this query.
    Callback {
        /// What follows the `?`, as it came; empty when there is none.
        query: &'a str,
    },
    /// Anything else, and what to answer.
    Foreign(Status),
}

/// Reads a request's head.
///
/// `Host` is looked at first: a page of another name that resolves to this computer (DNS rebinding) learns nothing
/// about methods and paths.
pub(super) fn read_head<'a>(bytes: &'a [u8], redirect: &RedirectUri) -> Head<'a> {
    let mut headers = [httparse::EMPTY_HEADER; MAX_HEADERS];
    let mut request = httparse::Request::new(&mut headers);
    match request.parse(bytes) {
        Ok(httparse::Status::Complete(_)) => {}
        Ok(httparse::Status::Partial) => return Head::Partial,
        Err(httparse::Error::TooManyHeaders) => return Head::Foreign(Status::HeadTooLarge),
        Err(_) => return Head::Foreign(Status::BadRequest),
    }
    let (Some(method), Some(target)) = (request.method, request.path) else { return Head::Foreign(Status::BadRequest) };
    let mut hosts = request.headers.iter().filter(|header| header.name.eq_ignore_ascii_case("host"));
    let ours = hosts.next().is_some_and(|host| host.value.eq_ignore_ascii_case(redirect.authority().as_bytes()));
    if !ours || hosts.next().is_some() {
        return Head::Foreign(Status::Misdirected);
    }
    if method != "GET" {
        return Head::Foreign(Status::MethodNotAllowed);
    }
    // A whole address is what proxies are asked with; we are none.
    if !target.starts_with('/') {
        return Head::Foreign(Status::BadRequest);
    }
    let (path, query) = target.split_once('?').unwrap_or((target, ""));
    if path == redirect.path() { Head::Callback { query } } else { Head::Foreign(Status::NotFound) }
}
