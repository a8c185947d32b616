//! One of several processes that ask for the same connection's token: a line on stdin asks, a line on stdout answers.

use std::io::{BufRead, Write};

use bulla_core::Ask;
use bulla_home::{Home, OpenConfig, VaultKind};

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let mut arguments = std::env::args().skip(1);
    let folder = arguments.next().expect("the home's folder").into();
    let label = arguments.next().expect("a label");
    let config = OpenConfig { folder, vault: Some(VaultKind::File), role: None };
    let home = Home::open(config).await.expect("the home opens");
    let id = home.find(&label).await.expect("the connection");
    let mut stdout = std::io::stdout().lock();
    for _ in std::io::stdin().lock().lines() {
        let answer = match home.token(id, Ask::default()).await {
            Ok(handout) => handout.token.expose().to_owned(),
            Err(error) => format!("error {}", error.code()),
        };
        writeln!(stdout, "{answer}").and_then(|()| stdout.flush()).expect("the test listens");
    }
}
