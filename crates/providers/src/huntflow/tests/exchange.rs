//! One POST, and what is certain when no whole answer comes.

use std::time::Duration;

use bulla_core::{BaseUrl, Exchange, RefreshToken, Site, ports::Provider};
use tokio::net::TcpListener;

use super::{PLANTED, huntflow, pair_answer, with_limit};
use crate::{
    Huntflow,
    http::{BODY_CAP, Http, Timeouts},
    raw_server::{Reply, Server},
};

async fn exchange(base: &BaseUrl) -> Exchange {
    huntflow().exchange(Site::bare(base), None, &RefreshToken::new(PLANTED.to_owned())).await
}

fn assert_lost(exchange: &Exchange, why: &str) {
    let Exchange::Lost(text) = exchange else { panic!("{why}: {exchange:?}") };
    assert!(!text.contains("planted") && !text.contains("127.0.0.1"), "{text}");
}

#[tokio::test]
async fn it_is_one_post_as_huntflow_documents_it() {
    let server = Server::start([Reply::new(200, "", pair_answer())]).await;
    let Exchange::Answered(answer) = exchange(&server.base).await else { panic!("no answer") };
    assert_eq!((answer.status, &answer.body[..]), (200, pair_answer().as_bytes()));
    let requests = server.requests();
    let [request] = requests.as_slice() else { panic!("{} requests", requests.len()) };
    assert!(request.starts_with("POST /v2/token/refresh HTTP/1.1\r\n"), "{request}");
    assert!(request.ends_with(&format!("\r\n\r\n{{\"refresh_token\":\"{PLANTED}\"}}")), "{request}");
    let head = request.to_ascii_lowercase();
    let agent = format!("user-agent: bulla/{} (+desktop)\r\n", env!("CARGO_PKG_VERSION"));
    for header in [agent.as_str(), "accept: application/json\r\n", "content-type: application/json\r\n"] {
        assert!(head.contains(header), "{header} in {head}");
    }
    assert!(!head.contains("authorization") && !head.contains("accept-encoding"), "{head}");
}

#[tokio::test]
async fn any_status_is_an_answer_with_its_retry_after() {
    let headers = "Retry-After: 7\r\n";
    let server = Server::start([Reply::new(503, headers, "<html>")]).await;
    let Exchange::Answered(answer) = exchange(&server.base).await else { panic!("no answer") };
    assert_eq!((answer.status, answer.retry_after_s), (503, Some(7)));
    let headers = "Date: Sat, 21 Nov 2026 10:00:00 GMT\r\nRetry-After: Sat, 21 Nov 2026 10:01:30 GMT\r\n";
    let server = Server::start([Reply::new(429, headers, "")]).await;
    let Exchange::Answered(answer) = exchange(&server.base).await else { panic!("no answer") };
    assert_eq!(answer.retry_after_s, Some(90));
}

#[tokio::test]
async fn a_compressed_answer_stays_as_it_came() {
    let server = Server::start([Reply::new(200, "Content-Encoding: gzip\r\n", b"\x1f\x8bxx")]).await;
    let Exchange::Answered(answer) = exchange(&server.base).await else { panic!("no answer") };
    assert_eq!(&answer.body[..], b"\x1f\x8bxx");
}

#[tokio::test]
async fn a_redirect_is_never_followed() {
    for status in [301, 302, 307, 308] {
        let stranger = Server::start([]).await;
        let location = format!("Location: {}/v2/token/refresh\r\n", stranger.base.as_str());
        let server = Server::start([Reply::new(status, &location, "")]).await;
        let Exchange::Answered(answer) = exchange(&server.base).await else { panic!("no answer") };
        assert_eq!((answer.status, server.requests().len()), (status, 1));
        assert_eq!(stranger.requests(), Vec::<String>::new());
    }
}

#[tokio::test]
async fn what_breaks_after_the_connection_is_lost_and_not_repeated() {
    let cut = Reply::Bytes(format!("HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n{}", pair_answer()).into_bytes());
    let chunked = Reply::Bytes(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n{\"acc\r\n".to_vec());
    for (why, reply) in [
        ("cut body", cut),
        ("cut chunks", chunked),
        ("cut head", Reply::Bytes(b"HTTP/1.1 200".to_vec())),
        ("no head", Reply::Bytes(Vec::new())),
        ("not HTTP", Reply::Bytes(b"220 smtp ready\r\n\r\n".to_vec())),
        ("reset", Reply::Reset),
        ("declared too large", Reply::Bytes(format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n", BODY_CAP + 1).into_bytes())),
        ("too large", Reply::Bytes([b"HTTP/1.1 200 OK\r\n\r\n".to_vec(), vec![b'x'; 2 * BODY_CAP]].concat())),
    ] {
        let server = Server::start([reply, Reply::new(200, "", pair_answer())]).await;
        let exchange = exchange(&server.base).await;
        assert_lost(&exchange, why);
        assert_eq!(format!("{exchange:?}").contains("the answer is too large"), why.ends_with("too large"), "{why}");
        assert_eq!(server.requests().len(), 1, "{why}");
    }
}

#[tokio::test]
async fn an_answer_of_just_the_cap_is_whole() {
    let server = Server::start([Reply::Bytes([b"HTTP/1.1 200 OK\r\n\r\n".to_vec(), vec![b'x'; BODY_CAP]].concat())]).await;
    assert!(matches!(exchange(&server.base).await, Exchange::Answered(answer) if answer.body.len() == BODY_CAP));
}

#[tokio::test]
async fn silence_is_lost_after_the_limit() {
    let server = Server::start([Reply::Silence]).await;
    let impatient = with_limit(Duration::from_millis(200));
    let exchange = impatient.exchange(Site::bare(&server.base), None, &RefreshToken::new(PLANTED.to_owned())).await;
    assert_lost(&exchange, "silence");
    assert_eq!(server.requests().len(), 1);
}

#[tokio::test]
async fn without_a_connection_nothing_was_sent() {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let closed = format!("http://{}", listener.local_addr().expect("an address"));
    drop(listener);
    let closed = BaseUrl::parse(&closed).expect("loopback");
    let secure = |server: &Server| BaseUrl::parse(&server.base.as_str().replace("http:", "https:")).expect("loopback");
    let (resetting, silent) = (Server::start([Reply::Reset]).await, Server::start([Reply::Silence]).await);
    let limits = Timeouts { connect: Duration::from_millis(200), ..Timeouts::all(Duration::from_secs(30)) };
    let impatient = Huntflow { own: Some(Http::new(limits).expect("clients")) };
    for base in [closed, secure(&resetting), secure(&silent)] {
        let exchange = impatient.exchange(Site::bare(&base), None, &RefreshToken::new(PLANTED.to_owned())).await;
        let Exchange::NotSent(text) = &exchange else { panic!("{exchange:?} from {base:?}") };
        assert!(!text.contains("127.0.0.1") && !text.contains("planted"), "{text}");
    }
}
