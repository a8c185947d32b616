//! What can be typed about consents and apps.

use std::path::PathBuf;

use chrono::TimeDelta;
use clap::{Args, Subcommand, ValueEnum};

use crate::cli::Named;
use crate::duration;

#[derive(Debug, Subcommand)]
pub(crate) enum Login {
    /// Consent with a Google account
    Google {
        #[command(flatten)]
        new: NewLogin,
        /// The client file of a "Desktop app", as the Cloud console gives it
        #[arg(long, value_name = "FILE", required_unless_present = "app")]
        client_secrets: Option<PathBuf>,
        /// An app that is kept already
        #[arg(long, value_name = "APP", conflicts_with = "client_secrets")]
        app: Option<String>,
    },
    /// Consent with a Feishu account
    Feishu(WithApp),
    /// Consent with a Lark account
    Lark(WithApp),
    /// Consent for a HighLevel location or agency
    Highlevel(WithApp),
    /// Consent at any OAuth 2.0 or OpenID Connect server
    Oidc {
        #[command(flatten)]
        new: NewLogin,
        /// The server's issuer, where its description is
        #[arg(long, value_name = "URL", required_unless_present = "app")]
        issuer: Option<String>,
        /// The client id; a secret comes on stdin or from a file
        #[arg(long, value_name = "ID", required_unless_present = "app")]
        client_id: Option<String>,
        /// The client secret's file, or `-` for stdin; a public client has none
        #[arg(long, value_name = "FILE")]
        client_secret_file: Option<PathBuf>,
        /// Refresh tokens of this server work again and again
        #[arg(long)]
        reusable: bool,
        /// An app that is kept already
        #[arg(long, value_name = "APP", conflicts_with_all = ["issuer", "client_id", "client_secret_file"])]
        app: Option<String>,
    },
}

/// A consent to an app that is kept already.
#[derive(Debug, Args)]
pub(crate) struct WithApp {
    #[command(flatten)]
    pub(crate) new: NewLogin,
    /// The app, as `bulla app list` names it
    #[arg(long, value_name = "APP")]
    pub(crate) app: String,
}

#[derive(Debug, Args)]
pub(crate) struct NewLogin {
    /// The name it is known by here
    #[arg(long)]
    pub(crate) label: String,
    /// The person it works for
    #[arg(long)]
    pub(crate) person: Option<String>,
    /// What to ask for; give it several times or separate by commas
    #[arg(long = "scope", value_name = "SCOPE", value_delimiter = ',')]
    pub(crate) scopes: Vec<String>,
    #[command(flatten)]
    pub(crate) waiting: Waiting,
}

#[derive(Debug, Args)]
pub(crate) struct Waiting {
    /// Only print the address, for a browser on another machine
    #[arg(long)]
    pub(crate) no_browser: bool,
    /// Give up after this time
    #[arg(long, value_name = "TIME", default_value = "5m", value_parser = duration::span)]
    pub(crate) timeout: TimeDelta,
    /// Listen on this port for the browser to come back
    #[arg(long, value_name = "PORT", value_parser = clap::value_parser!(u16).range(1..))]
    pub(crate) redirect_port: Option<u16>,
}

#[derive(Debug, Args)]
pub(crate) struct Renew {
    #[command(flatten)]
    pub(crate) connection: Named,
    /// Ask for these scopes instead of the same ones as before
    #[arg(long = "scope", value_name = "SCOPE", value_delimiter = ',')]
    pub(crate) scopes: Vec<String>,
    /// The consent may be another person's
    #[arg(long)]
    pub(crate) another_person: bool,
    #[command(flatten)]
    pub(crate) waiting: Waiting,
}

#[derive(Debug, Subcommand)]
pub(crate) enum AppCommand {
    /// Keep an app: its secret comes from a file, on stdin, or typed at a hidden prompt
    Add {
        /// Where it is registered
        provider: AppProvider,
        /// The name it is known by here
        #[arg(long)]
        label: Option<String>,
        /// The app's public id; a Google client file brings it
        #[arg(long, value_name = "ID", required_unless_present = "client_secrets")]
        client_id: Option<String>,
        /// Google: the client file
        #[arg(long, value_name = "FILE", conflicts_with_all = ["client_id", "secret"])]
        client_secrets: Option<PathBuf>,
        #[command(flatten)]
        secret: SecretSource,
        /// OAuth server: its issuer, where its description is
        #[arg(long, value_name = "URL")]
        issuer: Option<String>,
        /// What else the provider wants to know, as NAME=VALUE
        #[arg(long = "set", value_name = "NAME=VALUE", value_parser = setting)]
        settings: Vec<(String, String)>,
    },
    /// List apps and their connections
    List,
    /// Give an app a new secret or another label
    Update {
        /// Label, client id or a unique beginning of one
        app: String,
        /// Another label
        #[arg(long)]
        label: Option<String>,
        #[command(flatten)]
        secret: SecretSource,
        /// What else the provider wants to know, as NAME=VALUE; an empty value forgets it
        #[arg(long = "set", value_name = "NAME=VALUE", value_parser = setting)]
        settings: Vec<(String, String)>,
    },
    /// Forget an app that no connection uses
    Remove {
        /// Label, client id or a unique beginning of one
        app: String,
    },
}

#[derive(Debug, Args)]
#[group(id = "secret")]
pub(crate) struct SecretSource {
    /// The secret's file, or `-` for stdin
    #[arg(long, value_name = "FILE")]
    pub(crate) secret_file: Option<PathBuf>,
    /// The app has no secret
    #[arg(long, conflicts_with = "secret_file")]
    pub(crate) no_secret: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum AppProvider {
    /// A "Desktop app" of a Google Cloud project
    Google,
    /// An app of a Feishu tenant
    Feishu,
    /// An app of a Lark tenant
    Lark,
    /// A private app of the HighLevel marketplace
    Highlevel,
    /// A client of any OAuth 2.0 or OpenID Connect server
    Oidc,
}

fn setting(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((name, value)) if !name.trim().is_empty() => Ok((name.trim().to_owned(), value.trim().to_owned())),
        _ => Err("expected NAME=VALUE".to_owned()),
    }
}
