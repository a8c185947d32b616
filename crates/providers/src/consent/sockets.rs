//! The listening sockets of one flow: on loopback, nobody else's, and before the browser opens.
//!
//! A socket bound to an exact loopback address gets that address's connections even where somebody else listens on all
//! addresses. For two to listen on the exact address, both must have asked for `SO_REUSEADDR` on Windows (since Server
//! 2003: Microsoft, "Using SO_REUSEADDR and SO_EXCLUSIVEADDRUSE") and for `SO_REUSEPORT` elsewhere. We ask for neither,
//! so nobody can join us, and whoever is there already makes us take the next port.

use std::io;
use std::net::SocketAddr;

use bulla_core::{Error, ErrorCode, Result};
use tokio::net::{TcpListener, TcpSocket, TcpStream};

use super::redirect::{LoopbackHost, Ports};

/// More than a flow ever has open at once.
const BACKLOG: u32 = 128;

/// How often the system's choice of a port may be taken on the other address of `localhost`.
const TRIES: usize = 8;

/// The sockets behind one redirect address. Closed when dropped.
#[derive(Debug)]
pub(super) struct Sockets {
    first: TcpListener,
    second: Option<TcpListener>,
}

impl Sockets {
    /// Listens on the first of the ports that is free. To be called within a tokio runtime.
    ///
    /// # Errors
    /// `callback_port_taken` with the `ports`, or `internal` when the system gives no port at all.
    pub(super) fn open(host: LoopbackHost, ports: &Ports) -> Result<(Self, u16)> {
        let none = || Error::new(ErrorCode::Internal).detail("no port could be opened on this computer");
        match ports {
            Ports::Any => (0..TRIES).find_map(|_| Self::listen(host, 0).ok()).ok_or_else(none),
            Ports::Registered(ports) => ports.iter().find_map(|&port| Self::listen(host, port).ok()).ok_or_else(|| {
                let ports: Vec<String> = ports.iter().map(u16::to_string).collect();
                Error::new(ErrorCode::CallbackPortTaken).with("ports", ports.join(", "))
            }),
        }
    }

    /// The next connection. Cancel safe.
    pub(super) async fn accept(&self) -> io::Result<TcpStream> {
        let (stream, _) = match &self.second {
            None => self.first.accept().await?,
            Some(second) => tokio::select! {
                accepted = self.first.accept() => accepted?,
                accepted = second.accept() => accepted?,
            },
        };
        Ok(stream)
    }

    fn listen(host: LoopbackHost, port: u16) -> io::Result<(Self, u16)> {
        let mut addresses = host.addresses().iter();
        let first = addresses.next().ok_or(io::ErrorKind::AddrNotAvailable)?;
        let first = listen(SocketAddr::new(*first, port))?;
        let port = first.local_addr()?.port();
        let second = match addresses.next().map(|&address| listen(SocketAddr::new(address, port))) {
            Some(Ok(second)) => Some(second),
            // Whoever has it would get what browsers send to `localhost`.
            Some(Err(error)) if matches!(error.kind(), io::ErrorKind::AddrInUse | io::ErrorKind::PermissionDenied) => {
                return Err(error);
            }
            // One address is enough, or the computer has no IPv6: then nobody else can listen there either.
            Some(Err(_)) | None => None,
        };
        Ok((Self { first, second }, port))
    }
}

fn listen(address: SocketAddr) -> io::Result<TcpListener> {
    let socket = if address.is_ipv4() { TcpSocket::new_v4() } else { TcpSocket::new_v6() }?;
    // On Linux this lets a port be opened again while old connections fade out, and still refuses it while anybody
    // listens there, on this address or on all of them (socket(7)). Elsewhere it would push a listener aside.
    #[cfg(target_os = "linux")]
    socket.set_reuseaddr(true)?;
    socket.bind(address)?;
    socket.listen(BACKLOG)
}
