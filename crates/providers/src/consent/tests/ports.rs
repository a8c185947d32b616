//! Which port is taken, who else may be there, and who can reach it.

use std::net::{IpAddr, Ipv6Addr, TcpListener, UdpSocket};
use std::sync::atomic::{AtomicU16, Ordering};

use tokio::net::TcpSocket;

use super::*;

/// Whether this computer has `::1`; some containers do not.
fn has_ipv6() -> bool {
    TcpListener::bind((Ipv6Addr::LOCALHOST, 0)).is_ok()
}

fn squatter(address: impl Into<IpAddr>) -> (TcpListener, u16) {
    let listener = TcpListener::bind((address.into(), 0)).expect("a port");
    let port = listener.local_addr().expect("an address").port();
    (listener, port)
}

/// A port that is free and that the system gives to nobody by itself: it picks from 32768 on (Linux) or 49152 on.
fn free_port() -> u16 {
    static NEXT: AtomicU16 = AtomicU16::new(0);
    let first = 10_000 + u16::try_from(std::process::id() % 2000).expect("small") * 10;
    let mut ports = std::iter::repeat_with(|| first + NEXT.fetch_add(1, Ordering::Relaxed));
    ports.find(|&port| TcpListener::bind((Ipv4Addr::UNSPECIFIED, port)).is_ok()).expect("endless")
}

fn at(host: LoopbackHost, ports: &[u16]) -> AuthorizationRequest {
    let redirect = Redirect::new(host, Ports::Registered(ports.to_vec()), "/callback").expect("a redirect address");
    AuthorizationRequest { redirect, ..request() }
}

fn open(host: LoopbackHost, ports: &[u16]) -> Result<Flow> {
    Flow::open(&at(host, ports), pages(), Limits::default())
}

#[tokio::test]
async fn the_first_registered_port_that_is_free_is_taken() {
    let (_held, taken) = squatter(Ipv4Addr::LOCALHOST);
    let (free, next) = (free_port(), free_port());
    let waiting = Waiting::of(open(LoopbackHost::V4, &[taken, free, next]).expect("a flow"));
    assert_eq!(waiting.redirect, format!("http://127.0.0.1:{free}/callback"));
    waiting.assert_alive().await;
}

#[tokio::test]
async fn when_all_registered_ports_are_taken_they_are_named() {
    let ((_a, one), (_b, other)) = (squatter(Ipv4Addr::LOCALHOST), squatter(Ipv4Addr::UNSPECIFIED));
    let error = open(LoopbackHost::V4, &[one, other]).expect_err("taken");
    assert_eq!(error.code(), ErrorCode::CallbackPortTaken);
    assert_eq!(error.params().get("ports"), Some(&format!("{one}, {other}")));
}

#[tokio::test]
async fn nobody_can_join_a_port_that_is_listened_on() {
    let waiting = Waiting::start();
    for address in [IpAddr::from(Ipv4Addr::LOCALHOST), IpAddr::from(Ipv4Addr::UNSPECIFIED)] {
        let socket = TcpSocket::new_v4().expect("a socket");
        socket.set_reuseaddr(true).expect("set");
        #[cfg(unix)]
        socket.set_reuseport(true).expect("set");
        let joined = socket.bind(SocketAddr::new(address, waiting.port())).and_then(|()| socket.listen(1));
        // Elsewhere one may listen on all addresses beside us, and does not get what comes to ours.
        if address.is_loopback() || cfg!(target_os = "linux") {
            joined.expect_err("taken");
        }
    }
    waiting.assert_alive().await;
}

#[tokio::test]
async fn a_squatter_on_the_other_loopback_gets_nothing_of_a_literal_address() {
    if !has_ipv6() {
        return;
    }
    let (held, port) = squatter(Ipv6Addr::LOCALHOST);
    held.set_nonblocking(true).expect("set");
    let waiting = Waiting::of(open(LoopbackHost::V4, &[port]).expect("a flow"));
    waiting.assert_alive().await;
    held.accept().expect_err("nobody came");
}

#[tokio::test]
async fn a_squatter_on_either_loopback_takes_the_port_of_localhost() {
    if !has_ipv6() {
        return;
    }
    let ((_six, six), (_four, four)) = (squatter(Ipv6Addr::LOCALHOST), squatter(Ipv4Addr::LOCALHOST));
    let error = open(LoopbackHost::Localhost, &[six, four]).expect_err("taken");
    assert_eq!(error.code(), ErrorCode::CallbackPortTaken);
    let free = free_port();
    let waiting = Waiting::of(open(LoopbackHost::Localhost, &[six, four, free]).expect("a flow"));
    assert_eq!(waiting.redirect, format!("http://localhost:{free}/callback"));
    waiting.assert_alive().await;
}

#[tokio::test]
async fn localhost_is_heard_on_both_loopbacks() {
    let redirect = Redirect::new(LoopbackHost::Localhost, Ports::Any, "/callback").expect("a redirect address");
    let request = AuthorizationRequest { redirect, ..request() };
    let mut addresses = vec![IpAddr::from(Ipv4Addr::LOCALHOST)];
    addresses.extend(has_ipv6().then_some(IpAddr::from(Ipv6Addr::LOCALHOST)));
    for address in addresses {
        let waiting = Waiting::with(&request, Limits::default());
        let socket = SocketAddr::new(address, waiting.port());
        let reply = browser::get(socket, &waiting.authority, &waiting.target()).await.expect("an answer");
        assert_eq!(reply.status, 200);
        consented(waiting.ended().await);
    }
}

#[tokio::test]
async fn the_sixth_version_is_listened_on_only_where_the_redirect_says_so() {
    if !has_ipv6() {
        return;
    }
    let redirect = Redirect::new(LoopbackHost::V6, Ports::Any, "/callback").expect("a redirect address");
    let waiting = Waiting::with(&AuthorizationRequest { redirect, ..request() }, Limits::default());
    assert!(waiting.redirect.starts_with("http://[::1]:"), "{}", waiting.redirect);
    browser::assert_refused(waiting.address()).await;
    let address = SocketAddr::from((Ipv6Addr::LOCALHOST, waiting.port()));
    let reply = browser::get(address, &waiting.authority, &waiting.target()).await.expect("an answer");
    assert_eq!(reply.status, 200);
    consented(waiting.ended().await);

    let waiting = Waiting::start();
    browser::assert_refused(SocketAddr::from((Ipv6Addr::LOCALHOST, waiting.port()))).await;
    waiting.assert_alive().await;
}

#[tokio::test]
async fn other_computers_cannot_reach_it() {
    let waiting = Waiting::start();
    // No packet is sent: the system only says which address it would send from.
    let probe = UdpSocket::bind("0.0.0.0:0").expect("a socket");
    if probe.connect("192.0.2.1:9").is_ok() {
        let own = probe.local_addr().expect("an address").ip();
        assert!(!own.is_loopback());
        browser::assert_refused(SocketAddr::new(own, waiting.port())).await;
    }
    // Linux answers for all of 127/8.
    #[cfg(target_os = "linux")]
    browser::assert_refused(SocketAddr::from(([127, 0, 0, 2], waiting.port()))).await;
    waiting.assert_alive().await;
}

#[tokio::test]
async fn a_registered_port_can_be_used_again_at_once() {
    let port = free_port();
    for round in 0..3 {
        let waiting = Waiting::of(open(LoopbackHost::V4, &[port]).unwrap_or_else(|error| panic!("{error} in round {round}")));
        let idle = tokio::net::TcpStream::connect(waiting.address()).await.expect("a connection");
        waiting.assert_alive().await;
        drop(idle);
    }
}

#[test]
fn a_redirect_address_is_written_one_way_only() {
    for path in ["", "callback", "/a?b", "/a#b", "/a b", "/%41", "/ä", "/a/../b", "/.", "/a\\b", "/a\r\nb"] {
        let error = Redirect::new(LoopbackHost::V4, Ports::Any, path).expect_err(path);
        assert_eq!(
            (error.code(), error.params().get("field").map(String::as_str)),
            (ErrorCode::AppDetailsInvalid, Some("redirect"))
        );
    }
    for ports in [vec![], vec![0], vec![8765, 0]] {
        Redirect::new(LoopbackHost::V4, Ports::Registered(ports), "/callback").expect_err("no port");
    }
    let at = |host, port, path| Redirect::new(host, Ports::Registered(vec![port]), path).expect("a redirect").to_register();
    assert_eq!(at(LoopbackHost::V4, 8765, "/callback/google"), ["http://127.0.0.1:8765/callback/google"]);
    assert_eq!(at(LoopbackHost::V6, 8765, "/"), ["http://[::1]:8765/"]);
    assert_eq!(at(LoopbackHost::Localhost, 80, "/callback"), ["http://localhost/callback"]);
    for text in at(LoopbackHost::V4, 3000, "/a-b_c.d~e/f") {
        assert_eq!(Url::parse(&text).expect("an address").as_str(), text);
    }
}
