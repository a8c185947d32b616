//! Addresses that come from an app's settings: a provider's own hosts, or this machine.

use bulla_core::{BaseUrl, Error, ErrorCode, Result};
use url::{Host, Url};

/// Reads an address that secrets will be sent to. It must be `https` at one of `hosts`, or on loopback.
///
/// # Errors
/// `app_details_invalid`, whose `field` is `endpoint`.
pub(crate) fn own_or_loopback(text: &str, hosts: &[&str]) -> Result<BaseUrl> {
    let invalid = || Error::new(ErrorCode::AppDetailsInvalid).with("field", "endpoint").detail(text);
    let base = BaseUrl::parse(text).map_err(|_| invalid())?;
    let url = Url::parse(base.as_str()).map_err(|_| invalid())?;
    let own = url.scheme() == "https" && url.port().is_none() && url.host_str().is_some_and(|host| hosts.contains(&host));
    if own || is_loopback(&url) { Ok(base) } else { Err(invalid()) }
}

/// Whether an address is this machine's own.
pub(crate) fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(ip)) => ip.is_loopback(),
        Some(Host::Ipv6(ip)) => ip.is_loopback(),
        None => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_own_hosts_and_this_machine_are_taken() {
        let hosts = ["open.feishu.cn"];
        for (text, base) in [
            ("https://open.feishu.cn/", "https://open.feishu.cn"),
            ("http://127.0.0.1:9/x", "http://127.0.0.1:9/x"),
            ("http://[::1]:9", "http://[::1]:9"),
            ("https://localhost:9", "https://localhost:9"),
        ] {
            assert_eq!(own_or_loopback(text, &hosts).expect(text).as_str(), base);
        }
        for text in [
            "http://open.feishu.cn",
            "https://open.feishu.cn:8443",
            "https://open.feishu.cn.evil.com",
            "https://open.feishu.cn@evil.com",
            "https://accounts.feishu.cn",
            "https://10.0.0.1",
            "http://localhost.evil.com",
            "",
        ] {
            assert_eq!(own_or_loopback(text, &hosts).expect_err(text).code(), ErrorCode::AppDetailsInvalid, "{text}");
        }
    }
}
