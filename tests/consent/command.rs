//! The command itself: a consent in a real browser, tokens that renew by their own rule, and the ways out.

use std::process::{Child, Stdio};

use chrono::TimeDelta;
use serde_json::Value;
use support::browser::Browser;
use support::command::{Run, Stage, finish};
use support::oidc::{CLIENT, Event, GOOGLE_SECRET, OidcOptions, OidcServer};
use support::opener::Opener;

/// One computer with a browser, the command's homes, and a server.
struct Desk {
    server: OidcServer,
    browser: Browser,
    stage: Stage,
    opener: Opener,
}

impl Desk {
    fn with(options: &OidcOptions) -> Self {
        let server = OidcServer::start(options);
        Self { server, browser: Browser::start(), stage: Stage::new(), opener: Opener::new() }
    }

    /// Starts a command whose browser is the test's.
    fn start(&self, arguments: &[&str]) -> Child {
        let mut command = self.stage.command("desk", arguments);
        command.env("PATH", self.opener.path());
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        command.spawn().expect("the command starts")
    }

    fn login(&self, label: &str) -> Child {
        let issuer = self.server.issuer();
        let scope = "openid,email,offline_access";
        self.start(&["login", "oidc", "--issuer", issuer, "--client-id", CLIENT, "--scope", scope, "--label", label, "--json"])
    }

    fn sign_in(&self, person: &str) {
        self.browser.fill("#person", person);
        self.browser.click("#sign-in");
    }

    fn agree(&self, url: &str, person: &str) {
        self.browser.open(url);
        self.sign_in(person);
        self.browser.click("#allow");
        self.browser.reads("h1", "Done in the browser");
    }

    fn token(&self, label: &str) -> String {
        self.stage.run("desk", &["token", label]).ok().trim().to_owned()
    }
}

fn ended(child: Child) -> Run {
    let output = child.wait_with_output().expect("the command ends");
    Run {
        code: output.status.code(),
        stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
        stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
    }
}

#[test]
fn a_consent_becomes_a_connection_that_renews_without_a_revoked_family() {
    let desk = Desk::with(&OidcOptions { access_life_s: 3600, ..OidcOptions::default() });
    let login = desk.login("Server");
    let opened = desk.opener.opened();
    opened.assert_nothing_of_ours();
    desk.agree(opened.url(), "anna");
    let shown = ended(login).json();
    assert_eq!((shown["health"].as_str(), shown["identity"]["email"].as_str()), (Some("healthy"), Some("anna@example.com")));
    let first = desk.token("Server");
    assert!(desk.server.is_alive(&first));
    // Five hours: the token is renewed each time one is asked for after four fifths of its life.
    for hour in 1..=5 {
        desk.stage.clock.write(TimeDelta::hours(hour));
        desk.token("Server");
    }
    let show = desk.stage.run("desk", &["show", "Server", "--json"]).json();
    assert_eq!((show["gen"].as_u64(), show["health"].as_str()), (Some(5), Some("healthy")));
    assert!(desk.server.families_revoked().is_empty());
    let page = desk.browser.source();
    assert!(!page.contains(&first) && !page.contains("code="), "the page says nothing of what came");
}

#[test]
fn three_processes_over_fifty_expiries_spend_each_refresh_token_once() {
    let desk = Desk::with(&OidcOptions::default());
    let login = desk.login("Server");
    desk.agree(desk.opener.opened().url(), "anna");
    ended(login).ok();
    for hour in 1..=50 {
        desk.stage.clock.write(TimeDelta::hours(hour));
        let asking: Vec<Child> = (0..3).map(|_| desk.start(&["token", "Server"])).collect();
        let tokens: Vec<String> = asking.into_iter().map(|child| ended(child).ok()).collect();
        assert!(tokens.iter().all(|token| token == &tokens[0]), "one generation for all of them");
    }
    let granted = desk.server.wait_for("a grant", |event| matches!(event, Event::Granted { .. }));
    let Event::Granted { grant, .. } = granted else { unreachable!("waited for") };
    // Once each: a token that was used twice would be there twice, or have revoked its family.
    assert_eq!(desk.server.rotations(&grant), (1..=50).collect::<Vec<_>>());
    assert!(desk.server.families_revoked().is_empty());
}

#[test]
fn a_person_who_declines_leaves_nothing_behind() {
    let desk = Desk::with(&OidcOptions::default());
    let login = desk.login("Server");
    desk.browser.open(desk.opener.opened().url());
    desk.sign_in("anna");
    desk.browser.click("#deny");
    assert_eq!(ended(login).error_code(), "consent_declined");
    assert_eq!(desk.stage.run("desk", &["connections", "--json"]).json(), Value::Array(Vec::new()));
    let apps = desk.stage.run("desk", &["app", "list", "--json"]).json();
    assert_eq!(apps[0]["client_id"], CLIENT, "the app stays for the next try");
}

#[test]
fn an_address_pasted_from_another_machine_completes_the_consent() {
    use std::io::{BufRead, BufReader, Write};
    let desk = Desk::with(&OidcOptions::default());
    let issuer = desk.server.issuer();
    let scope = "openid,offline_access";
    let arguments =
        ["login", "oidc", "--issuer", issuer, "--client-id", CLIENT, "--scope", scope, "--label", "Far", "--no-browser"];
    let mut login = desk.start(&arguments);
    let mut lines = BufReader::new(login.stdout.take().expect("piped"));
    let mut url = String::new();
    lines.read_line(&mut url).expect("an address");
    // A browser that does not reach this machine's ports.
    let far = Browser::elsewhere(desk.server.authority());
    far.open(url.trim());
    far.fill("#person", "anna");
    far.click("#sign-in");
    far.click("#allow");
    far.wait_until("the address it landed on", "return location.href.startsWith('chrome-error') || document.body !== null");
    let mut stdin = login.stdin.take().expect("piped");
    writeln!(stdin, "http://127.0.0.1:1/callback?code=x").expect("written");
    writeln!(stdin, "{}", far.url()).expect("written");
    drop(stdin);
    let run = ended(login);
    assert_eq!(run.code, Some(0), "{run:?}");
    assert!(run.stderr.contains("error:"), "the first text was refused, and cost nothing: {}", run.stderr);
    assert!(desk.opener.all().is_empty(), "no browser was asked for");
    assert!(desk.server.is_alive(&desk.token("Far")));
}

#[test]
fn another_person_is_refused_on_renewal_unless_wanted() {
    let desk = Desk::with(&OidcOptions::default());
    let login = desk.login("Server");
    desk.agree(desk.opener.opened().url(), "anna");
    ended(login).ok();
    let before = desk.stage.run("desk", &["show", "Server", "--json"]).json();

    let consent = |arguments: &[&str], person: &str| {
        let opener = Opener::new();
        let mut command = desk.stage.command("desk", arguments);
        command.env("PATH", opener.path()).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let renewing = command.spawn().expect("the command starts");
        let browser = Browser::start();
        browser.open(opener.opened().url());
        browser.fill("#person", person);
        browser.click("#sign-in");
        browser.click("#allow");
        browser.reads("h1", "Done in the browser");
        ended(renewing)
    };
    let refused = consent(&["renew", "Server", "--json"], "boris");
    assert_eq!(refused.error_code(), "other_person");
    let unchanged = desk.stage.run("desk", &["show", "Server", "--json"]).json();
    assert_eq!((&unchanged["epoch"], &unchanged["identity"]), (&before["epoch"], &before["identity"]));

    let again = consent(&["renew", "Server", "--json"], "anna").json();
    assert_eq!((again["epoch"].as_u64(), again["label"].as_str()), (Some(2), Some("Server")));
    let wanted = consent(&["renew", "Server", "--another-person", "--json"], "boris").json();
    assert_eq!(wanted["identity"]["email"], "boris@example.com");
}

#[test]
fn nobody_who_answers_ends_in_a_timeout_and_a_taken_label_asks_nobody() {
    let desk = Desk::with(&OidcOptions::default());
    let issuer = desk.server.issuer();
    let late = ["login", "oidc", "--issuer", issuer, "--client-id", CLIENT, "--label", "Late", "--timeout", "1s", "--json"];
    assert_eq!(ended(desk.start(&late)).error_code(), "consent_timed_out");

    let login = desk.login("Server");
    let url = desk.opener.all().iter().map(|opened| opened.url().to_owned()).find(|url| url.contains("offline_access"));
    let url = url.unwrap_or_else(|| {
        support::patience::wait_for("the second address", || desk.opener.all().len() == 2);
        let all = desk.opener.all();
        all.iter().map(|opened| opened.url().to_owned()).find(|url| url.contains("offline_access")).expect("asked")
    });
    desk.agree(&url, "anna");
    ended(login).ok();
    assert_eq!(ended(desk.login("server")).error_code(), "label_taken");
    assert_eq!(desk.opener.all().len(), 2, "no browser was asked for");
}

#[test]
fn a_google_account_is_connected_by_its_client_file_and_its_token_lasts() {
    let desk = Desk::with(&OidcOptions::google());
    let file = desk.stage.folder.path().join("client_secret.json");
    std::fs::write(&file, desk.server.client_secret_json()).expect("written");
    let file = file.display().to_string();
    let arguments = ["login", "google", "--client-secrets", &file, "--scope", "gmail.send", "--label", "Mail", "--json"];
    let login = desk.start(&arguments);
    desk.agree(desk.opener.opened().url(), "anna");
    let shown = ended(login).json();
    assert_eq!((shown["rotating"].as_bool(), shown["renews"].as_bool()), (Some(false), Some(true)));
    assert_eq!(shown["identity"]["email"], "anna@example.com");
    desk.stage.clock.write(TimeDelta::hours(2));
    let renewed = desk.token("Mail");
    assert!(desk.server.is_alive(&renewed));
    desk.server.wait_for("a renewal", |event| matches!(event, Event::Refreshed { .. }));

    // The file for Google's own library has what was granted, and the app's secret.
    let out = desk.stage.folder.path().join("token_gmail.json");
    let out = out.display().to_string();
    desk.stage.run("desk", &["export", "Mail", "--format", "google-auth", "-o", &out]).ok();
    let written: Value = serde_json::from_slice(&std::fs::read(&out).expect("the file")).expect("JSON");
    assert_eq!((written["type"].as_str(), written["client_secret"].as_str()), (Some("authorized_user"), Some(GOOGLE_SECRET)));
    assert!(written["expiry"].as_str().expect("a date").ends_with('Z'));
    let scopes = written["scopes"].as_array().expect("scopes").iter().filter_map(Value::as_str);
    assert!(scopes.into_iter().any(|scope| scope.ends_with("/gmail.send")));

    // A file of the wrong kind is named, and nobody is asked anything.
    let web = desk.stage.folder.path().join("web.json");
    std::fs::write(&web, r#"{"web":{"client_id":"1","client_secret":"s"}}"#).expect("written");
    let wrong = ["login", "google", "--client-secrets", &web.display().to_string(), "--label", "Web", "--json"];
    assert_eq!(finish(desk.stage.command("desk", &wrong), b"").error_code(), "client_file_web");
}
