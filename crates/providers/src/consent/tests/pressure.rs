//! Connections that are slow, silent, many or broken: the genuine callback still gets through at once.

use std::time::Duration;

use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;
use tokio::time::timeout;

use super::*;

/// Longer than any loopback answer takes and shorter than any limit the genuine browser could have waited for.
const AT_ONCE: Duration = Duration::from_secs(1);

async fn connect(waiting: &Waiting) -> TcpStream {
    TcpStream::connect(waiting.address()).await.expect("a connection")
}

#[tokio::test]
async fn two_hundred_dribbling_connections_do_not_keep_the_genuine_one_out() {
    // Nobody is cut off for being slow here, only to make room.
    let limits = Limits { connection: Duration::from_mins(1), ..Limits::default() };
    let waiting = Waiting::with(&request(), limits);
    let raw = browser::request(&waiting.authority, &waiting.target());
    let mut slow = Vec::new();
    for _ in 0..200 {
        let mut stream = connect(&waiting).await;
        stream.write_all(b"G").await.expect("written");
        slow.push(stream);
    }
    // The oldest were let go to make room; those that are left go on dribbling.
    for stream in &mut slow[..200 - limits.connections] {
        timeout(10 * AT_ONCE, browser::closed(stream)).await.expect("made room");
    }
    for byte in raw.as_bytes()[1..8].chunks(1) {
        for stream in &mut slow {
            let _ = stream.write_all(byte).await;
        }
    }
    timeout(AT_ONCE, waiting.assert_alive()).await.expect("at once");
}

#[tokio::test]
async fn fifty_idle_preconnects_do_not_keep_the_genuine_one_out() {
    let waiting = Waiting::start();
    let mut idle = Vec::new();
    for _ in 0..50 {
        idle.push(connect(&waiting).await);
    }
    timeout(AT_ONCE, waiting.assert_alive()).await.expect("at once");
    for stream in &mut idle {
        browser::closed(stream).await;
    }
}

#[tokio::test]
async fn a_dribbling_connection_is_cut_off_at_its_deadline_and_the_flow_lives_on() {
    let limits = Limits { connection: Duration::from_millis(250), ..Limits::default() };
    let waiting = Waiting::with(&request(), limits);
    let (silent, mut dribbling) = (connect(&waiting).await, connect(&waiting).await);
    let endless = format!("GET /callback?{} ", "x".repeat(8 * 1024));
    let mut written = 0;
    for byte in endless.as_bytes().chunks(1) {
        if dribbling.write_all(byte).await.is_err() {
            break;
        }
        written += 1;
        // The listener gets its turn after every byte.
        tokio::task::yield_now().await;
    }
    browser::closed(&mut dribbling).await;
    browser::closed(&mut { silent }).await;
    assert!(written > 1);
    waiting.assert_alive().await;
}

#[tokio::test]
async fn connections_broken_in_the_middle_leave_the_flow_alive() {
    let waiting = Waiting::start();
    let raw = browser::request(&waiting.authority, &waiting.target());
    for end in [0, 1, 20, raw.len() - 1] {
        for reset in [false, true] {
            let mut stream = connect(&waiting).await;
            stream.write_all(&raw.as_bytes()[..end]).await.expect("written");
            if reset {
                stream.set_zero_linger().expect("set");
            }
            drop(stream);
        }
    }
    waiting.assert_alive().await;
}

#[tokio::test]
async fn a_callback_that_comes_byte_by_byte_is_genuine() {
    let waiting = Waiting::start();
    let mut stream = connect(&waiting).await;
    stream.set_nodelay(true).expect("set");
    for byte in browser::request(&waiting.authority, &waiting.target()).as_bytes().chunks(1) {
        stream.write_all(byte).await.expect("written");
        tokio::task::yield_now().await;
    }
    assert_eq!(browser::read(&mut stream).await.expect("an answer").status, 200);
    consented(waiting.ended().await);
}

#[tokio::test]
async fn a_callback_sent_twice_at_once_is_one_outcome() {
    let waiting = Waiting::start();
    let raw = browser::request(&waiting.authority, &waiting.target());
    let mut both = [connect(&waiting).await, connect(&waiting).await];
    for stream in &mut both {
        stream.write_all(raw.as_bytes()).await.expect("written");
    }
    let mut answered = 0;
    for stream in &mut both {
        answered += usize::from(browser::read(stream).await.is_some());
    }
    assert_eq!(answered, 1);
    assert_eq!(consented(waiting.ended().await).code.expose(), CODE);
}

#[tokio::test]
async fn callbacks_that_came_before_anybody_waited_are_found() {
    let flow = Flow::open(&request(), pages(), Limits::default()).expect("a flow");
    let asked = Url::parse(flow.url().expose()).expect("an address");
    let parameter = |name: &str| asked.query_pairs().find(|(n, _)| n == name).expect(name).1.into_owned();
    let landed = Url::parse(&parameter("redirect_uri")).expect("an address");
    let address = SocketAddr::from((Ipv4Addr::LOCALHOST, landed.port().expect("a port")));
    let mut early = TcpStream::connect(address).await.expect("the port is open before the browser is");
    let target = format!("/callback?code=x&state={}", parameter("state"));
    early.write_all(browser::request(&address.to_string(), &target).as_bytes()).await.expect("written");
    let waiting = tokio::spawn(flow.outcome());
    assert_eq!(browser::read(&mut early).await.expect("an answer").status, 200);
    consented(waiting.await.expect("no panic"));
}

#[tokio::test]
async fn a_browser_that_never_reads_its_page_does_not_hold_up_the_outcome() {
    let waiting = Waiting::start();
    let mut stream = connect(&waiting).await;
    stream.write_all(browser::request(&waiting.authority, &waiting.target()).as_bytes()).await.expect("written");
    let outcome = timeout(AT_ONCE, waiting.ended()).await.expect("at once");
    consented(outcome);
    drop(stream);
}
