//! What can be typed: the names here are a contract with scripts. Help is in English; answers speak the user's language.

use std::path::PathBuf;

use bulla_home::VaultKind;
use chrono::TimeDelta;
use clap::builder::{OsStringValueParser, TypedValueParser};
use clap::{Args, Parser, Subcommand, ValueEnum};

use crate::cli_login::{AppCommand, Login, Renew};
use crate::duration;

/// Keeps API token pairs alive, hands them to programs and seals them for servers
#[derive(Debug, Parser)]
#[command(name = "bulla", version, propagate_version = true, disable_help_subcommand = true)]
pub(crate) struct Cli {
    #[command(flatten)]
    pub(crate) globals: Globals,
    #[command(subcommand)]
    pub(crate) command: Command,
}

/// Options that stand before or after the command.
#[derive(Debug, Args)]
pub(crate) struct Globals {
    /// Work in this data folder
    #[arg(long, global = true, value_name = "DIR", env = "BULLA_HOME", hide_env_values = true, value_parser = folder())]
    pub(crate) home: Option<PathBuf>,
    /// Where a new home keeps its secrets, `keychain` or `file`; a home of the other kind is refused
    #[arg(long, global = true, value_name = "KIND", env = "BULLA_VAULT", hide_env_values = true, value_parser = vault)]
    pub(crate) vault: Option<Vault>,
    /// Answer in JSON
    #[arg(long, global = true)]
    pub(crate) json: bool,
}

/// Any path, an empty one too: an empty `BULLA_HOME` is the same as none.
fn folder() -> impl TypedValueParser<Value = PathBuf> {
    OsStringValueParser::new().map(PathBuf::from)
}

/// A kind of vault. An empty `BULLA_VAULT` is the same as none.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Vault(pub(crate) Option<VaultKind>);

fn vault(text: &str) -> Result<Vault, String> {
    match text {
        "" => Ok(Vault(None)),
        text => text.parse().map(|kind| Vault(Some(kind))).map_err(|_| "expected `keychain` or `file`".to_owned()),
    }
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// List connections, what needs a person first
    Connections {
        /// List what was removed and can still be restored
        #[arg(long)]
        removed: bool,
    },
    /// Show everything known about a connection
    Show(Named),
    /// Keep a token pair or key
    #[command(subcommand)]
    Add(Add),
    /// Put a new pair (or key) in the place of a connection's old one; reads it like `add`
    Replace {
        #[command(flatten)]
        connection: Named,
        /// The new pair may belong to another person
        #[arg(long)]
        another_person: bool,
    },
    /// Consent in the browser, and keep what was granted
    #[command(subcommand)]
    Login(Login),
    /// Consent again for a connection, which keeps its label, person, alias and exports
    Renew(Renew),
    /// End what was granted, at the provider itself, and remove the connection for good
    Revoke {
        #[command(flatten)]
        connection: Named,
        /// Do so although other connections end with it
        #[arg(long)]
        yes: bool,
    },
    /// Apps: client registrations that connections share
    #[command(subcommand)]
    App(AppCommand),
    /// Read whether a token works and whose it is; never renews
    Test(Named),
    /// Renew now, if the provider's window is open
    Refresh(Named),
    /// Print an access token that works, renewed first if that is needed
    Token(Token),
    /// Make one API call and print the body of the answer
    Request(Request),
    /// Point a lasting name at a connection, such as `huntflow-active`
    Alias {
        /// The alias
        name: String,
        /// Label, alias, id or a unique beginning of one
        #[arg(value_name = "CONNECTION", required_unless_present = "remove")]
        connection: Option<String>,
        /// Forget the alias
        #[arg(long, conflicts_with = "connection")]
        remove: bool,
    },
    /// Give a connection another label
    Rename {
        #[command(flatten)]
        connection: Named,
        /// The new label
        label: String,
    },
    /// Remove a connection; it can be restored for seven days
    Remove(Named),
    /// Bring a removed connection back
    Restore(Named),
    /// Print this desk's card, for `bulla agent enrol` on a server
    Sender {
        /// What the desk calls itself
        #[arg(long)]
        name: Option<String>,
    },
    /// Servers that connections can be sealed for
    #[command(subcommand)]
    Server(Server),
    /// Seal connections for a server, which alone renews them from then on
    Seal(Seal),
    /// Believe a receipt: the holder has what was sent
    Receipt {
        /// The receipt's file, or `-` for stdin
        file: PathBuf,
    },
    /// Take a connection back from a bundle that nobody opened
    Recall {
        #[command(flatten)]
        connection: Named,
        /// Do not wait until the bundle has expired. If it is opened after all, both sides kill each other's tokens
        #[arg(long)]
        force: bool,
    },
    /// Open a bundle that a server wrote with `bulla agent return`; prints the receipt
    TakeBack(OpenBundle),
    /// What a server does
    #[command(subcommand)]
    Agent(Agent),
    /// Write a connection to a file for another program, as plain text
    Export(Export),
    /// Say what needs a person, as a monitoring plugin: exit 0 ok, 1 warning, 2 critical, 3 unknown
    Check {
        /// Warn this long before the end of lives of 30 days or more
        #[arg(long, value_name = "TIME", value_parser = duration::span)]
        warning: Option<TimeDelta>,
        /// Critical this long before the end of lives of 30 days or more
        #[arg(long, value_name = "TIME", value_parser = duration::span)]
        critical: Option<TimeDelta>,
    },
    /// Look for what keeps Bulla from working, with the next step for each finding
    Doctor,
    /// Say what an error of a provider means, who must act and what to do; needs no data folder
    Explain {
        /// A line of a log, an error's JSON, or the text or address of an error page. Errors can hold tokens: leave TEXT
        /// out and give it on stdin, where other programs do not see it
        #[arg(value_name = "TEXT")]
        text: Option<String>,
    },
}

/// The one connection a command is about.
#[derive(Debug, Args)]
pub(crate) struct Named {
    /// Label, alias, id or a unique beginning of one
    #[arg(value_name = "CONNECTION")]
    pub(crate) connection: String,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Add {
    /// Keep a Huntflow pair: on stdin in any form that holds both tokens, or typed at a hidden prompt
    Huntflow {
        #[command(flatten)]
        new: New,
        /// Also keep the legacy API key in this file, for when the pair is dead
        #[arg(long, value_name = "FILE")]
        api_key_file: Option<PathBuf>,
    },
    /// Keep a legacy API key that never renews: on stdin or typed at a hidden prompt
    Static {
        #[command(flatten)]
        new: New,
    },
}

#[derive(Debug, Args)]
pub(crate) struct New {
    /// The name it is known by here
    #[arg(long)]
    pub(crate) label: String,
    /// The API's address, or the address the browser shows
    #[arg(long, value_name = "URL", conflicts_with = "env")]
    pub(crate) base_url: Option<String>,
    /// The Huntflow environment
    #[arg(long, value_enum)]
    pub(crate) env: Option<Environment>,
    /// The person it works for
    #[arg(long)]
    pub(crate) person: Option<String>,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
pub(crate) enum Environment {
    /// api.huntflow.ru
    Prod,
    /// api.huntflow.ai
    ProdAi,
    /// sandbox-api.huntflow.dev
    Sandbox,
}

impl Environment {
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Prod => "prod",
            Self::ProdAi => "prod-ai",
            Self::Sandbox => "sandbox",
        }
    }
}

#[derive(Debug, Args)]
pub(crate) struct Token {
    #[command(flatten)]
    pub(crate) connection: Named,
    /// Renew first if it lives shorter than this and the provider allows it
    #[arg(long, value_name = "SECONDS", default_value_t = 0)]
    pub(crate) min_valid: u32,
    /// Never renew
    #[arg(long)]
    pub(crate) no_refresh: bool,
    /// A program got a 401 with the present token
    #[arg(long)]
    pub(crate) rejected: bool,
}

#[derive(Debug, Args)]
pub(crate) struct Request {
    #[command(flatten)]
    pub(crate) connection: Named,
    /// GET, POST, …
    #[arg(value_parser = method)]
    pub(crate) method: String,
    /// Path below the API's address, with its query: /accounts
    pub(crate) path: String,
    /// A file with the JSON body, or `-` for stdin
    #[arg(long, value_name = "FILE")]
    pub(crate) data: Option<PathBuf>,
}

fn method(text: &str) -> Result<String, String> {
    let plain = !text.is_empty() && text.len() <= 16 && text.bytes().all(|b| b.is_ascii_alphabetic());
    if plain { Ok(text.to_ascii_uppercase()) } else { Err("expected an HTTP method such as GET".to_owned()) }
}

#[derive(Debug, Subcommand)]
pub(crate) enum Server {
    /// Enrol the server whose card this is, and show the eight words to compare
    Add {
        /// The card that `bulla agent enrol` printed, or `-` for stdin
        card: String,
    },
    /// List enrolled servers and what they hold
    List,
}

#[derive(Debug, Args)]
pub(crate) struct Seal {
    /// Name, fingerprint or a unique beginning of one
    #[arg(long)]
    pub(crate) server: String,
    #[command(flatten)]
    pub(crate) bundle: NewBundle,
}

#[derive(Debug, Args)]
pub(crate) struct NewBundle {
    /// Labels, aliases, ids or unique beginnings of them
    #[arg(value_name = "CONNECTION", required = true)]
    pub(crate) connections: Vec<String>,
    /// The bundle's file, or `-` for stdout
    #[arg(short, long, value_name = "FILE")]
    pub(crate) output: PathBuf,
    /// How long the bundle can be opened, from 5m to 7d
    #[arg(long, value_name = "TIME", default_value = "24h", value_parser = duration::bundle_life)]
    pub(crate) expires: TimeDelta,
}

#[derive(Debug, Args)]
pub(crate) struct OpenBundle {
    /// The bundle's file, or `-` for stdin
    pub(crate) bundle: PathBuf,
    /// Write the receipt to this file; a bundle opened before gets the same receipt again
    #[arg(long, value_name = "FILE")]
    pub(crate) receipt: Option<PathBuf>,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Agent {
    /// Trust a desk, and print this server's card
    Enrol {
        /// The desk's card, as `bulla sender` prints it, or `-` for stdin
        #[arg(long, value_name = "CARD")]
        sender: String,
        /// What the server calls itself
        #[arg(long)]
        name: Option<String>,
    },
    /// Open a bundle from the desk; prints the receipt
    Open(OpenBundle),
    /// Seal connections for the desk they came from
    Return(NewBundle),
}

#[derive(Debug, Args)]
pub(crate) struct Export {
    #[command(flatten)]
    pub(crate) connection: Named,
    /// The program it is for
    #[arg(long, value_enum)]
    pub(crate) format: Format,
    /// The file to write
    #[arg(short, long, value_name = "FILE")]
    pub(crate) output: PathBuf,
    /// Hand the pair over: whoever has the file renews from then on, and Bulla no longer does
    #[arg(long)]
    pub(crate) hand_over: bool,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
pub(crate) enum Format {
    /// Token file of the official Python client
    HuntflowClient,
    /// A JSON object
    Json,
    /// Lines for a .env file
    Env,
    /// Token file of Google's Python library, such as token_gmail.json
    GoogleAuth,
    /// gcloud's application default credentials
    Adc,
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn the_commands_are_well_formed() {
        Cli::command().debug_assert();
    }

    #[test]
    fn globals_stand_before_or_after_the_command() {
        for line in ["bulla --json --home /h --vault file show x", "bulla show x --json --home /h --vault file"] {
            let cli = Cli::try_parse_from(line.split(' ')).expect("well formed");
            assert!(cli.globals.json);
            assert_eq!(cli.globals.home.as_deref(), Some(std::path::Path::new("/h")));
            assert!(matches!(cli.globals.vault, Some(Vault(Some(VaultKind::File)))));
        }
    }

    #[test]
    fn empty_globals_are_none() {
        let cli = Cli::try_parse_from(["bulla", "--home", "", "--vault", "", "connections"]).expect("well formed");
        assert_eq!(cli.globals.home.as_deref(), Some(std::path::Path::new("")));
        assert!(matches!(cli.globals.vault, Some(Vault(None))));
    }

    #[test]
    fn wrong_usage_is_refused() {
        for line in [
            "bulla",
            "bulla nonsense",
            "bulla --vault drawer connections",
            "bulla add huntflow",
            "bulla add huntflow --label x --env moon",
            "bulla add huntflow --label x --env prod --base-url https://x",
            "bulla token x --min-valid -1",
            "bulla request x G(T /me",
            "bulla alias name",
            "bulla seal --server s -o f",
            "bulla seal --server s c -o f --expires 8d",
            "bulla seal --server s c -o f --expires 4m",
            "bulla check --warning soon",
        ] {
            let refused = Cli::try_parse_from(line.split(' ')).expect_err(line);
            assert_eq!(refused.exit_code(), 2, "{line}");
        }
    }
}
