//! What each command does, one family a file. They ask the home and word its answer; they decide nothing about tokens.

mod add;
mod agent;
mod apps;
mod check;
mod doctor;
mod edit;
mod explain;
mod export;
mod list;
mod login;
mod servers;
mod show;
mod tokens;

use std::io;

use bulla_core::{ConnectionId, Error};
use bulla_home::{ConnectionView, Home};
use clap::CommandFactory;
use clap::error::ErrorKind;

use crate::cli::{Agent, Cli, Command, Server};
use crate::context::Context;
use crate::failure::{Failure, Outcome};
use crate::process;
use crate::say;

const OK: u8 = 0;
const FAILED: u8 = 1;

/// Runs a command and says how it ended: the exit code.
pub(crate) async fn run(context: &mut Context, command: Command) -> u8 {
    let ended = dispatch(context, command).await;
    match ended.and_then(|()| context.out.flush()) {
        Ok(()) => OK,
        Err(failure) => fail(context, failure),
    }
}

async fn dispatch(context: &mut Context, command: Command) -> Outcome {
    match command {
        Command::Connections { removed } => list::connections(context, removed).await,
        Command::Show(named) => show::show(context, &named.connection).await,
        Command::Add(what) => add::add(context, what).await,
        Command::Replace { connection, another_person } => add::replace(context, &connection.connection, another_person).await,
        Command::Login(what) => login::login(context, what).await,
        Command::Renew(asked) => login::renew(context, asked).await,
        Command::Revoke { connection, yes } => login::revoke(context, &connection.connection, yes).await,
        Command::App(what) => apps::run(context, what).await,
        Command::Test(named) => tokens::test(context, &named.connection).await,
        Command::Refresh(named) => tokens::refresh(context, &named.connection).await,
        Command::Token(asked) => tokens::token(context, &asked).await,
        Command::Request(asked) => tokens::request(context, asked).await,
        Command::Alias { name, connection, .. } => edit::alias(context, &name, connection.as_deref()).await,
        Command::Rename { connection, label } => edit::rename(context, &connection.connection, &label).await,
        Command::Remove(named) => edit::remove(context, &named.connection).await,
        Command::Restore(named) => edit::restore(context, &named.connection).await,
        Command::Sender { name } => servers::sender(context, name.as_deref()).await,
        Command::Server(Server::Add { card }) => servers::add(context, &card).await,
        Command::Server(Server::List) => list::servers(context).await,
        Command::Seal(asked) => servers::seal(context, &asked).await,
        Command::Receipt { file } => servers::receipt(context, &file).await,
        Command::Recall { connection, force } => servers::recall(context, &connection.connection, force).await,
        Command::TakeBack(asked) => agent::open(context, &asked, agent::Side::Desk).await,
        Command::Agent(Agent::Enrol { sender, name }) => agent::enrol(context, &sender, name.as_deref()).await,
        Command::Agent(Agent::Open(asked)) => agent::open(context, &asked, agent::Side::Server).await,
        Command::Agent(Agent::Return(asked)) => agent::give_back(context, &asked).await,
        Command::Export(asked) => export::export(context, &asked).await,
        Command::Check { warning, critical } => check::check(context, warning, critical).await,
        Command::Doctor => doctor::doctor(context).await,
        Command::Explain { text } => explain::explain(context, text.as_deref()),
    }
}

/// Says what went wrong, in the one layout, and returns the exit code.
pub(crate) fn fail(context: &mut Context, failure: Failure) -> u8 {
    match failure {
        Failure::Told(code) => {
            let _ = context.out.flush();
            code
        }
        Failure::Usage(message) => process::usage(&Cli::command().error(ErrorKind::ArgumentConflict, message)),
        // Whoever read the output has gone: nobody is left to be told.
        Failure::Output(error) if error.kind() == io::ErrorKind::BrokenPipe => FAILED,
        Failure::Output(error) => {
            context.out.note(&say::STDOUT_UNWRITABLE, &[("detail", &error.to_string())]);
            FAILED
        }
        Failure::Refused(error) => {
            let _ = context.out.refuse(&error);
            FAILED
        }
    }
}

/// Every connection that was named, or the first refusal.
async fn find_all(home: &Home, names: &[String]) -> Result<Vec<ConnectionId>, Error> {
    let mut ids = Vec::with_capacity(names.len());
    for name in names {
        ids.push(home.find(name).await?);
    }
    Ok(ids)
}

/// A connection after a change: its view for programs, one sentence for people.
fn done(context: &mut Context, view: &ConnectionView, key: &say::Key, args: &[(&str, &str)]) -> Outcome {
    context.out.note(key, args);
    if context.out.is_json() { context.out.value(view) } else { Ok(()) }
}
