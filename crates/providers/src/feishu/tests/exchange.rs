//! One POST per family, as its row says.

use bulla_core::{Exchange, Judgement, RefreshToken, Site, ports::Provider};
use tokio::net::TcpListener;

use super::{ACCESS, FEISHU, PLANTED, app, app_at, family, pair, pair_v1, secret, site};
use crate::raw_server::{Reply, Server};

const APP_TOKEN: &str = r#"{"code":0,"msg":"ok","app_access_token":"a-app","tenant_access_token":"t-x","expire":7200}"#;

async fn exchange(server: &Server, name: &str) -> Exchange {
    let (app, data) = (app_at(&server.base, &[]), family(name));
    let refresh = RefreshToken::new(PLANTED.to_owned());
    FEISHU.exchange(site(&app, &server.base, &data), Some(&secret()), &refresh).await
}

fn body(request: &str) -> &str {
    request.split_once("\r\n\r\n").expect("a head").1
}

#[tokio::test]
async fn v2_is_json_with_id_and_secret_and_no_header() {
    let server = Server::start([Reply::new(200, "", pair())]).await;
    let Exchange::Answered(answer) = exchange(&server, "v2").await else { panic!("no answer") };
    assert_eq!(&answer.body[..], pair().as_bytes());
    let requests = server.requests();
    let [request] = requests.as_slice() else { panic!("{} requests", requests.len()) };
    assert!(request.starts_with("POST /open-apis/authen/v2/oauth/token HTTP/1.1\r\n"), "{request}");
    let head = request.to_ascii_lowercase();
    assert!(head.contains("content-type: application/json\r\n") && !head.contains("authorization"), "{head}");
    let expected = format!(
        r#"{{"grant_type":"refresh_token","refresh_token":"{PLANTED}","client_id":"cli_a1","client_secret":"s3\"cret"}}"#
    );
    assert_eq!(body(request), expected);
}

#[tokio::test]
async fn a_connection_that_names_no_family_is_of_v2_and_an_unknown_one_is_not_sent() {
    let server = Server::start([Reply::new(200, "", pair())]).await;
    let (app, refresh) = (app_at(&server.base, &[]), RefreshToken::new(PLANTED.to_owned()));
    let bare = Site { app: Some(&app), ..Site::bare(&server.base) };
    assert!(matches!(FEISHU.exchange(bare, Some(&secret()), &refresh).await, Exchange::Answered(_)));
    assert!(matches!(exchange(&server, "v9").await, Exchange::NotSent(_)));
    assert_eq!(server.lines(), ["POST /open-apis/authen/v2/oauth/token HTTP/1.1"]);
}

#[tokio::test]
async fn v3_is_a_form_at_the_host_of_the_consent_page() {
    let (api, accounts) = (Server::start([]).await, Server::start([Reply::new(200, "", pair())]).await);
    let app = app(&[("api_base", api.base.as_str()), ("accounts_base", accounts.base.as_str())]);
    let (data, refresh) = (family("v3"), RefreshToken::new(PLANTED.to_owned()));
    let exchange = FEISHU.exchange(site(&app, &api.base, &data), Some(&secret()), &refresh).await;
    assert!(matches!(exchange, Exchange::Answered(_)));
    let request = accounts.requests().concat();
    assert!(request.starts_with("POST /oauth/v3/token HTTP/1.1\r\n"), "{request}");
    let expected = format!("grant_type=refresh_token&refresh_token={PLANTED}&client_id=cli_a1&client_secret=s3%22cret");
    assert_eq!(body(&request), expected);
    assert_eq!(api.requests().len(), 0);
}

#[tokio::test]
async fn v1_fetches_an_app_token_and_sends_it_as_the_bearer() {
    let server = Server::start([Reply::new(200, "", APP_TOKEN), Reply::new(200, "", pair_v1())]).await;
    let Exchange::Answered(answer) = exchange(&server, "v1").await else { panic!("no answer") };
    assert!(matches!(FEISHU.judge(&answer), Judgement::Renewed { access, .. } if access.expose() == ACCESS));
    let requests = server.requests();
    let [first, second] = requests.as_slice() else { panic!("{} requests", requests.len()) };
    assert!(first.starts_with("POST /open-apis/auth/v3/app_access_token/internal HTTP/1.1\r\n"), "{first}");
    assert_eq!(body(first), r#"{"app_id":"cli_a1","app_secret":"s3\"cret"}"#);
    assert!(second.starts_with("POST /open-apis/authen/v1/oidc/refresh_access_token HTTP/1.1\r\n"), "{second}");
    assert!(second.to_ascii_lowercase().contains("authorization: bearer a-app\r\n"), "{second}");
    assert_eq!(body(second), format!(r#"{{"grant_type":"refresh_token","refresh_token":"{PLANTED}"}}"#));
}

#[tokio::test]
async fn without_an_app_token_v1_spends_nothing() {
    let refused = r#"{"code":10014,"msg":"app secret invalid"}"#;
    let server = Server::start([Reply::new(200, "", refused)]).await;
    let Exchange::Answered(answer) = exchange(&server, "v1").await else { panic!("the platform has judged the app") };
    assert!(matches!(FEISHU.judge(&answer), Judgement::Refused { pauses: true, .. }));
    assert_eq!(server.requests().len(), 1);
    for reply in [
        Reply::new(502, "", "<html>"),
        Reply::new(500, "", refused),
        Reply::new(404, "", "404 page not found"),
        Reply::new(200, "", r#"{"code":0,"msg":"ok"}"#),
        Reply::new(200, "", r#"{"code":10012,"msg":"x"}"#),
        Reply::new(200, "", pair()),
        Reply::Reset,
        Reply::Bytes(b"HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n{".to_vec()),
    ] {
        let server = Server::start([reply, Reply::new(200, "", pair_v1())]).await;
        let exchange = exchange(&server, "v1").await;
        assert!(matches!(&exchange, Exchange::NotSent(text) if !text.contains("planted")), "{exchange:?}");
        assert_eq!(server.requests().len(), 1, "the refresh token was not sent");
    }
}

#[tokio::test]
async fn what_breaks_after_the_connection_is_lost_and_before_it_is_not_sent() {
    for name in ["v2", "v3"] {
        let server = Server::start([Reply::Bytes(b"HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n{".to_vec())]).await;
        assert!(matches!(exchange(&server, name).await, Exchange::Lost(_)), "{name}");
        assert_eq!(server.requests().len(), 1);
    }
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let closed = format!("http://{}", listener.local_addr().expect("an address"));
    drop(listener);
    let (server, refresh) = (Server::start([]).await, RefreshToken::new(PLANTED.to_owned()));
    for settings in [[("api_base", closed.as_str())], [("api_base", "https://open.larksuite.com")]] {
        let (app, data) = (app(&settings), family("v2"));
        let exchange = FEISHU.exchange(site(&app, &server.base, &data), Some(&secret()), &refresh).await;
        assert!(matches!(exchange, Exchange::NotSent(_)), "{exchange:?}");
    }
    let app = app_at(&server.base, &[]);
    let exchange = FEISHU.exchange(site(&app, &server.base, &family("v2")), None, &refresh).await;
    assert!(matches!(exchange, Exchange::NotSent(_)), "no secret: {exchange:?}");
    assert_eq!(server.requests().len(), 0);
}
