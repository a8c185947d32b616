//! Where a consent comes back to: a loopback address, as registered with the provider.
//!
//! A registered address is compared by providers byte for byte (RFC 9700 §2.1; only the port of a loopback address may
//! differ, RFC 8252 §7.3, where the provider follows that). So the text made here is the text that is registered, asked
//! with and redeemed with.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use bulla_core::{Error, ErrorCode, Result};

/// The host of a redirect address. Others than loopback cannot be listened on safely (RFC 8252 §8.3).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LoopbackHost {
    /// `127.0.0.1`, which no name resolution can lead astray.
    V4,
    /// `[::1]`.
    V6,
    /// `localhost`, for apps registered so. Browsers try `::1` and `127.0.0.1`, so both are listened on.
    Localhost,
}

impl LoopbackHost {
    /// As it stands in an address.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::V4 => "127.0.0.1",
            Self::V6 => "[::1]",
            Self::Localhost => "localhost",
        }
    }

    /// The addresses a browser may come to, the one that must be there first.
    pub(super) const fn addresses(self) -> &'static [IpAddr] {
        const V4: IpAddr = IpAddr::V4(Ipv4Addr::LOCALHOST);
        const V6: IpAddr = IpAddr::V6(Ipv6Addr::LOCALHOST);
        match self {
            Self::V4 => &[V4],
            Self::V6 => &[V6],
            Self::Localhost => &[V4, V6],
        }
    }
}

/// Which ports the provider lets us use.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Ports {
    /// Any: the system picks a free one (RFC 8252 §7.3).
    Any,
    /// Only these, which are registered; tried in order.
    Registered(Vec<u16>),
}

/// A redirect address before its port is known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Redirect {
    host: LoopbackHost,
    ports: Ports,
    path: String,
}

impl Redirect {
    /// `http://host:port/path`. Give every provider a path or port of its own, so that one cannot answer for another
    /// (RFC 8252 §8.10).
    ///
    /// # Errors
    /// `app_details_invalid` for a path that a browser would write differently, for port 0 and for no port at all.
    pub fn new(host: LoopbackHost, ports: Ports, path: &str) -> Result<Self> {
        let invalid = |why| Error::new(ErrorCode::AppDetailsInvalid).with("field", "redirect").detail(why);
        let plain = path.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'/' | b'-' | b'_' | b'.' | b'~'));
        let dots = path.split('/').any(|segment| matches!(segment, "." | ".."));
        if !path.starts_with('/') || !plain || dots {
            return Err(invalid("the redirect address needs a plain path such as /callback"));
        }
        if let Ports::Registered(ports) = &ports
            && (ports.is_empty() || ports.contains(&0))
        {
            return Err(invalid("the redirect address needs a port"));
        }
        Ok(Self { host, ports, path: path.to_owned() })
    }

    /// The addresses to register with the provider; one with port 0 stands for "any port".
    #[must_use]
    pub fn to_register(&self) -> Vec<String> {
        let ports: &[u16] = match &self.ports {
            Ports::Any => &[0],
            Ports::Registered(ports) => ports,
        };
        ports.iter().map(|&port| self.at(port).to_string()).collect()
    }

    pub(super) fn host(&self) -> LoopbackHost {
        self.host
    }

    pub(super) fn ports(&self) -> &Ports {
        &self.ports
    }

    /// The whole address, once the port is known.
    pub(super) fn at(&self, port: u16) -> RedirectUri {
        let host = self.host.as_str();
        // Browsers leave the usual port out of `Host` and out of the address.
        let authority = if port == 80 { host.to_owned() } else { format!("{host}:{port}") };
        RedirectUri { port, text: format!("http://{authority}{}", self.path), authority, path: self.path.clone() }
    }
}

/// A redirect address as it is asked with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RedirectUri {
    text: String,
    authority: String,
    path: String,
    port: u16,
}

impl RedirectUri {
    /// The address, byte for byte.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The port listened on.
    #[must_use]
    pub fn port(&self) -> u16 {
        self.port
    }

    /// What a browser's `Host` header must say.
    pub(super) fn authority(&self) -> &str {
        &self.authority
    }

    pub(super) fn path(&self) -> &str {
        &self.path
    }
}

impl fmt::Display for RedirectUri {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}
