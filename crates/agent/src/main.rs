//! The `bulla` command: the same home as the window, for desks without one, servers and scripts.
//!
//! Rules of what is printed: cards, tokens, receipts and bundles stand alone on stdout; lists for people (`connections`,
//! `show`, `server list`, `check`, `doctor`, `explain`) too; everything else goes to stderr. Exit 0 ok, 1 refused or failed with one
//! sentence and a hint, 2 wrong usage. With `--json`, stdout holds one JSON value, errors included. Nothing asks a
//! question when stdin is no terminal, and no secret is ever an argument.

#[cfg(test)]
mod argv_props;
mod browser;
mod cli;
mod cli_login;
mod commands;
mod context;
mod duration;
#[cfg(test)]
mod duration_props;
mod failure;
mod input;
#[cfg(test)]
mod input_props;
mod logging;
mod output;
mod plain;
mod process;
mod say;
mod table;
mod when;

use std::process::ExitCode;

use bulla_home::words::Language;
use clap::Parser;

use crate::cli::Cli;
use crate::context::Context;
use crate::output::Output;

/// Freed memory held tokens: it is wiped.
#[global_allocator]
static ALLOCATOR: zeroizing_alloc::ZeroAlloc<std::alloc::System> = zeroizing_alloc::ZeroAlloc(std::alloc::System);

fn main() -> ExitCode {
    let language = Language::from_environment();
    process::hide_panics(language);
    logging::start();
    process::keep_memory_private();
    match Cli::try_parse() {
        Ok(cli) => answer(cli, language),
        Err(error) => ExitCode::from(process::usage(&error)),
    }
}

fn answer(cli: Cli, language: Language) -> ExitCode {
    let output = Output::standard(cli.globals.json, language);
    let mut context = Context::new(cli.globals, output);
    // One thread is enough for one command, and starts at once.
    let runtime = match tokio::runtime::Builder::new_current_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => return ExitCode::from(commands::fail(&mut context, failure::no_runtime(&error))),
    };
    let code = runtime.block_on(commands::run(&mut context, cli.command));
    // A keychain call that hangs must not keep the program from ending.
    runtime.shutdown_background();
    ExitCode::from(code)
}
