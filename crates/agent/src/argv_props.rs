//! Whatever is typed, the grammar answers: a command, or one message and exit code 2. The same cases on every run.

use std::any::TypeId;
use std::ffi::OsString;
use std::path::PathBuf;

use clap::error::ErrorKind;
use clap::{CommandFactory, Parser};
use proptest::prelude::*;
use proptest::test_runner::{Config, RngAlgorithm, TestCaseResult, TestRng, TestRunner};

use crate::cli::{Cli, Command};

pub(crate) fn hold<S: Strategy>(cases: u32, inputs: &S, property: impl Fn(S::Value) -> TestCaseResult) {
    let config = Config { cases, failure_persistence: None, ..Config::default() };
    let mut runner = TestRunner::new_with_rng(config, TestRng::from_seed(RngAlgorithm::ChaCha, &[7; 32]));
    runner.run(inputs, property).expect("holds for every case");
}

/// A command with all commands below it.
fn tree(command: &clap::Command) -> Vec<&clap::Command> {
    std::iter::once(command).chain(command.get_subcommands().flat_map(tree)).collect()
}

/// Every name and option the grammar knows.
fn vocabulary() -> Vec<String> {
    let mut whole = Cli::command();
    whole.build();
    let mut words = Vec::new();
    for command in tree(&whole) {
        words.push(command.get_name().to_owned());
        for argument in command.get_arguments() {
            words.extend(argument.get_long().map(|long| format!("--{long}")));
            words.extend(argument.get_short().map(|short| format!("-{short}")));
            words.extend(argument.get_possible_values().iter().map(|value| value.get_name().to_owned()));
        }
    }
    words
}

fn arguments() -> impl Strategy<Value = OsString> {
    let known = prop::sample::select(vocabulary());
    let joined = (known.clone(), any::<String>()).prop_map(|(name, value)| format!("{name}={value}"));
    let values = prop::sample::select(vec!["", "-", "--", "---", "=", "-o-", "5m", "24h", "8d", "0", "-1", "GET", "@x", "file"]);
    let text = prop_oneof![4 => known, 2 => joined, 2 => values.prop_map(str::to_owned), 3 => any::<String>()];
    #[cfg(unix)]
    {
        use std::os::unix::ffi::OsStringExt;
        let bytes = prop::collection::vec(any::<u8>(), 0..9).prop_map(OsString::from_vec);
        prop_oneof![9 => text.prop_map(OsString::from), 1 => bytes]
    }
    #[cfg(not(unix))]
    text.prop_map(OsString::from)
}

/// What leads to each command: nothing, `add`, `add huntflow`, …
fn paths(command: &clap::Command, from: &[OsString]) -> Vec<Vec<OsString>> {
    let below = command.get_subcommands().flat_map(|below| paths(below, &[from, &[below.get_name().into()]].concat()));
    std::iter::once(from.to_vec()).chain(below).collect()
}

/// Arguments of one command, or of none.
fn lines() -> impl Strategy<Value = Vec<OsString>> {
    let path = prop::sample::select(paths(&Cli::command(), &[]));
    (path, prop::collection::vec(arguments(), 0..6)).prop_map(|(path, arguments)| [path, arguments].concat())
}

fn whole(arguments: &[OsString]) -> Vec<OsString> {
    [&["bulla".into()], arguments].concat()
}

fn parse(arguments: &[OsString]) -> Result<Cli, clap::Error> {
    Cli::try_parse_from(whole(arguments))
}

#[test]
fn any_arguments_are_a_command_or_one_message_with_exit_code_2() {
    hold(2500, &lines(), |arguments| {
        // What the exit code of a refusal is decided by must not stumble over it either.
        let _ = Cli::command().ignore_errors(true).try_get_matches_from(whole(&arguments));
        let Err(refused) = parse(&arguments) else { return Ok(()) };
        let text = refused.render().to_string();
        if matches!(refused.kind(), ErrorKind::DisplayHelp | ErrorKind::DisplayVersion) {
            prop_assert!(refused.exit_code() == 0 && !refused.use_stderr());
            return Ok(());
        }
        prop_assert!(refused.exit_code() == 2 && refused.use_stderr());
        prop_assert!(!text.trim().is_empty(), "silent");
        let typed: usize = arguments.iter().map(|text| text.to_string_lossy().matches("Usage:").count()).sum();
        prop_assert!(text.matches("Usage:").count() <= 1 + typed, "{}", text);
        // Without a command the help itself is the message.
        let help = refused.kind() == ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand;
        prop_assert_eq!(text.starts_with("error: "), !help, "{}", text);
        Ok(())
    });
}

#[test]
fn a_name_is_taken_as_it_is_written() {
    hold(500, &[(); 3].map(|()| any::<String>()), |[name, label, person]| {
        let after = ["rename", "--", &name, &label].map(OsString::from);
        match parse(&after).map(|cli| cli.command) {
            Ok(Command::Rename { connection, label: read }) => {
                prop_assert_eq!((connection.connection, read), (name, label.clone()));
            }
            other => prop_assert!(false, "{:?}", other),
        }
        let joined = [format!("--label={label}"), format!("--person={person}")].map(OsString::from);
        let line: Vec<_> = ["add", "huntflow"].map(OsString::from).into_iter().chain(joined).collect();
        match parse(&line).map(|cli| cli.command) {
            Ok(Command::Add(crate::cli::Add::Huntflow { new, .. })) => {
                prop_assert_eq!((new.label, new.person), (label, Some(person)));
            }
            other => prop_assert!(false, "{:?}", other),
        }
        Ok(())
    });
}

/// The commands that take secrets, as they are typed.
const TAKING: [&[&str]; 5] = [
    &["add", "huntflow", "--label", "x"],
    &["add", "huntflow", "--label=x", "--env", "prod", "--person", "y", "--api-key-file", "f"],
    &["add", "static", "--label", "x", "--base-url", "https://h.example"],
    &["replace", "x"],
    &["--json", "--home", "/h", "replace", "x", "--another-person"],
];

/// How somebody would try to hand a secret over: alone, or with a name that fits.
fn attempts(secret: &str) -> Vec<Vec<String>> {
    let names = ["access-token", "access", "refresh-token", "refresh", "token", "api-key", "key", "static-key", "pair", "secret"];
    let short = ["-t", "-k", "-p", "-a", "-r"];
    let named = names.iter().flat_map(|name| {
        let apart = vec![format!("--{name}"), secret.to_owned()];
        [apart, vec![format!("--{name}={secret}")]]
    });
    let short = short.iter().flat_map(|name| [vec![(*name).to_owned(), secret.to_owned()], vec![format!("{name}{secret}")]]);
    named.chain(short).chain([vec![secret.to_owned()], vec!["--".to_owned(), secret.to_owned()]]).collect()
}

#[test]
fn no_secret_can_be_given_as_an_argument() {
    hold(2, &"[0-9a-zA-Z][0-9a-zA-Z._~+/=-]{15,70}", |secret| {
        for line in TAKING {
            let line: Vec<OsString> = line.iter().map(OsString::from).collect();
            prop_assert!(parse(&line).is_ok(), "{:?}", line);
            for attempt in attempts(&secret) {
                for at in 0..=line.len() {
                    let attempt = attempt.iter().map(OsString::from);
                    let tried: Vec<_> = line[..at].iter().cloned().chain(attempt).chain(line[at..].iter().cloned()).collect();
                    let refused = parse(&tried).err().map(|error| error.exit_code());
                    prop_assert_eq!(refused, Some(2), "{:?}", tried);
                }
            }
        }
        Ok(())
    });
}

#[test]
fn an_option_that_is_named_after_a_secret_takes_a_file() {
    let secret = ["token", "access", "refresh", "key", "secret", "password", "pair", "credential"];
    let mut whole = Cli::command();
    whole.build();
    let mut found = 0;
    for command in tree(&whole) {
        for argument in command.get_arguments().filter(|argument| argument.get_action().takes_values()) {
            let name = argument.get_long().unwrap_or(argument.get_id().as_str());
            if secret.iter().any(|word| name.contains(word)) {
                found += 1;
                assert!(argument.get_value_parser().type_id() == TypeId::of::<PathBuf>(), "{}: {name}", command.get_name());
            }
        }
    }
    assert_eq!(found, 6, "files of keys and client secrets, and nothing else");
}
