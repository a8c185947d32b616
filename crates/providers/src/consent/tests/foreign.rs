//! Requests that are not the genuine callback: each has its answer, and none ends the flow.

use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;

use super::*;

/// Sends every request to one flow, which then completes.
async fn all_are_answered(cases: Vec<(u16, String)>, waiting: Waiting) {
    for (status, raw) in cases {
        let shown = raw.chars().take(80).collect::<String>();
        let reply = waiting.send(&raw).await.unwrap_or_else(|| panic!("no answer to {shown}"));
        assert_eq!(reply.status, status, "{shown}");
        assert!(reply.has("connection: close") && reply.has("cache-control: no-store"), "{}", reply.head);
        assert!(!waiting.outcome.is_finished(), "{shown}");
    }
    waiting.assert_alive().await;
}

async fn targets(status: u16, targets: &[&str]) {
    let waiting = Waiting::start();
    let cases = targets.iter().map(|target| {
        let target = target.replace("STATE", &waiting.state);
        (status, browser::request(&waiting.authority, &target))
    });
    all_are_answered(cases.collect(), waiting).await;
}

#[tokio::test]
async fn a_wrong_or_missing_state_is_refused_and_the_flow_lives_on() {
    targets(
        400,
        &[
            "/callback?code=x&state=wrong",
            "/callback?code=x&state=STATEx",
            "/callback?code=x&state=xSTATE",
            "/callback?code=x&state=",
            "/callback?code=x&state",
            "/callback?code=x",
            "/callback?code=x&STATE=STATE",
            "/callback?",
            "/callback",
        ],
    )
    .await;
}

#[tokio::test]
async fn doubled_parameters_are_refused_and_the_flow_lives_on() {
    targets(
        400,
        &[
            "/callback?code=x&state=STATE&state=STATE",
            "/callback?code=x&state=wrong&state=STATE",
            "/callback?code=x&state=STATE&state=",
            "/callback?code=x&code=y&state=STATE",
            "/callback?code=x&code=x&state=STATE",
            "/callback?code=x&state=STATE&st%61te=STATE",
            "/callback?error=access_denied&error=access_denied&state=STATE",
        ],
    )
    .await;
}

#[tokio::test]
async fn the_right_state_without_a_usable_code_is_refused_and_the_flow_lives_on() {
    targets(
        400,
        &[
            "/callback?state=STATE",
            "/callback?state=STATE&code=",
            "/callback?state=STATE&code=%00",
            "/callback?state=STATE&code=a%0d%0ab",
            "/callback?state=STATE&code=%D0%BA",
            "/callback?state=STATE&code=x&error=access_denied",
        ],
    )
    .await;
}

#[tokio::test]
async fn an_error_without_the_state_is_passed_over_and_the_flow_lives_on() {
    targets(
        400,
        &[
            "/callback?error=access_denied",
            "/callback?error=access_denied&state=",
            "/callback?error=access_denied&state=wrong",
            "/callback?error=server_error&code=x",
        ],
    )
    .await;
}

#[tokio::test]
async fn other_paths_are_not_found_and_the_flow_lives_on() {
    targets(
        404,
        &[
            "/",
            "/favicon.ico",
            "/callback/?code=x&state=STATE",
            "/callback/x?code=x&state=STATE",
            "//callback?code=x&state=STATE",
            "/./callback?code=x&state=STATE",
            "/x/../callback?code=x&state=STATE",
            "/%63allback?code=x&state=STATE",
            "/Callback?code=x&state=STATE",
            "/callback;x?code=x&state=STATE",
            "/callback%3Fcode=x&state=STATE",
            "/callback#?code=x&state=STATE",
            "/../../etc/passwd",
            "/..%2f..%2fetc%2fpasswd",
        ],
    )
    .await;
}

#[tokio::test]
async fn other_methods_are_not_allowed_and_the_flow_lives_on() {
    let waiting = Waiting::start();
    let (target, host) = (waiting.target(), waiting.authority.clone());
    let mut cases: Vec<(u16, String)> = ["HEAD", "POST", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "get", "CONNECT"]
        .iter()
        .map(|method| (405, format!("{method} {target} HTTP/1.1\r\nHost: {host}\r\nContent-Length: 2\r\n\r\nab")))
        .collect();
    // A page of the web asking whether it may reach this network (Private Network Access).
    cases.push((
        405,
        format!(
            "OPTIONS {target} HTTP/1.1\r\nHost: {host}\r\nOrigin: https://evil.example\r\n\
             Access-Control-Request-Method: GET\r\nAccess-Control-Request-Private-Network: true\r\n\r\n"
        ),
    ));
    for (_, raw) in &cases {
        let reply = waiting.send(raw).await.expect("an answer");
        assert!(reply.has("allow: get") && !reply.head.contains("access-control") && reply.body.is_empty(), "{}", reply.head);
    }
    all_are_answered(cases, waiting).await;
}

#[tokio::test]
async fn another_host_is_misdirected_and_the_flow_lives_on() {
    let waiting = Waiting::start();
    let (target, host, port) = (waiting.target(), waiting.authority.clone(), waiting.port());
    let wrong = [
        "Host: evil.com".to_owned(),
        format!("Host: evil.com:{port}"),
        format!("Host: 127.0.0.1.evil.com:{port}"),
        format!("Host: localhost:{port}"),
        format!("Host: [::1]:{port}"),
        format!("Host: 127.1:{port}"),
        format!("Host: {host}."),
        format!("Host: {host}, evil.com"),
        format!("Host: evil@{host}"),
        "Host: 127.0.0.1".to_owned(),
        format!("Host: 127.0.0.1:{}", port ^ 1),
        "Host:".to_owned(),
        "X: y".to_owned(),
        format!("Host: {host}\r\nHost: {host}"),
        format!("Host: {host}\r\nHost: evil.com"),
        format!("Host: evil.com\r\nhOST: {host}"),
        format!("Forwarded: host={host}\r\nX-Forwarded-Host: {host}"),
    ];
    let cases = wrong.iter().map(|headers| (421, format!("GET {target} HTTP/1.1\r\n{headers}\r\n\r\n")));
    all_are_answered(cases.collect(), waiting).await;
}

#[tokio::test]
async fn a_whole_address_or_no_http_is_refused_and_the_flow_lives_on() {
    let waiting = Waiting::start();
    let (target, host) = (waiting.target(), waiting.authority.clone());
    let cases = vec![
        (400, format!("GET http://{host}{target} HTTP/1.1\r\nHost: {host}\r\n\r\n")),
        (400, format!("GET https://evil.com{target} HTTP/1.1\r\nHost: {host}\r\n\r\n")),
        (400, format!("GET callback?state={} HTTP/1.1\r\nHost: {host}\r\n\r\n", waiting.state)),
        (400, format!("GET {target} HTTP/9.9\r\nHost: {host}\r\n\r\n")),
        (400, format!("GET {target}\r\nHost: {host}\r\n\r\n")),
        (400, format!("GET {target} HTTP/1.1\r\nHost: {host}\r\nBad Header: x\r\n\r\n")),
        (400, format!("GET {target} HTTP/1.1\r\n Host: {host}\r\n\r\n")),
        (400, "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".to_owned()),
        (400, "\u{16}\u{3}\u{1}\u{2}\u{0}\u{1}".to_owned()),
        (400, "{\"jsonrpc\":\"2.0\"}\r\n\r\n".to_owned()),
    ];
    all_are_answered(cases, waiting).await;
}

#[tokio::test]
async fn heads_over_the_cap_are_refused_and_the_flow_lives_on() {
    let waiting = Waiting::start();
    let (target, host) = (waiting.target(), waiting.authority.clone());
    let one_long = format!("GET {target} HTTP/1.1\r\nHost: {host}\r\nCookie: {}\r\n\r\n", "x".repeat(17 * 1024));
    let many = format!("GET {target} HTTP/1.1\r\nHost: {host}\r\n{}\r\n", "A: b\r\n".repeat(500));
    let endless = format!("GET {target} HTTP/1.1\r\nHost: {host}\r\nX: {}", "x".repeat(64 * 1024));
    let query = format!("GET {target}&x={} HTTP/1.1\r\nHost: {host}\r\n\r\n", "x".repeat(1024 * 1024));
    all_are_answered(vec![(431, one_long), (431, many), (431, endless), (431, query)], waiting).await;
}

#[tokio::test]
async fn a_head_just_under_the_cap_is_read() {
    let waiting = Waiting::start();
    let raw = browser::request(&waiting.authority, &waiting.target());
    let (head, _) = raw.split_once("\r\n\r\n").expect("a head");
    let padded = format!("{head}\r\nX: {}\r\n\r\n", "x".repeat(Limits::default().head - head.len() - "\r\nX: \r\n\r\n".len()));
    assert_eq!(padded.len(), Limits::default().head);
    let mut stream = TcpStream::connect(waiting.address()).await.expect("a connection");
    let (most, last) = padded.as_bytes().split_at(padded.len() - 1);
    for part in [most, last] {
        stream.write_all(part).await.expect("written");
        // The listener gets its turn, so that it sees the head come in parts.
        for _ in 0..100 {
            tokio::task::yield_now().await;
        }
    }
    assert_eq!(browser::read(&mut stream).await.expect("an answer").status, 200);
    consented(waiting.ended().await);
}

#[tokio::test]
async fn an_issuer_that_is_wrong_or_missing_is_refused_and_the_flow_lives_on() {
    let request = AuthorizationRequest { issuer: Issuer::Always(ISSUER.to_owned()), ..request() };
    let waiting = Waiting::with(&request, Limits::default());
    let (target, host) = (waiting.target(), waiting.authority.clone());
    let cases = ["", "&iss=https://evil.example", "&iss=https://accounts.example/", "&iss=HTTPS://accounts.example"]
        .iter()
        .map(|iss| (400, browser::request(&host, &format!("{target}{iss}"))));
    for (status, raw) in cases {
        assert_eq!(waiting.send(&raw).await.expect("an answer").status, status, "{raw}");
        assert!(!waiting.outcome.is_finished());
    }
    let reply = waiting.get(&format!("{target}&iss=https%3A%2F%2Faccounts.example")).await.expect("an answer");
    assert_eq!(reply.status, 200);
    consented(waiting.ended().await);
}
