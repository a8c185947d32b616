//! Real Node programs for compatibility proofs: packages that are installed once, from a lock file, and kept in the target
//! folder.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::python::{succeed, target_folder};

/// The command that runs the recipe for HighLevel's official client.
pub fn highlevel_recipe() -> Command {
    let mut command = Command::new("node");
    command.arg(packages("highlevel").join("recipe.cjs")).env("NO_PROXY", "127.0.0.1,localhost");
    command
}

/// A copy of the folder `tests/support/node/NAME` with its packages beside it. It is made once, under a file lock, and made
/// anew when one of its files changes.
///
/// # Panics
/// When npm or the package index can't do it.
fn packages(name: &str) -> PathBuf {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("support/node").join(name);
    let folder = target_folder().join(format!("node-{name}"));
    let lock = File::create(folder.with_extension("lock")).expect("the target folder can be written");
    lock.lock().expect("the file system knows locks");
    let read = |file: &str| fs::read_to_string(source.join(file)).unwrap_or_else(|e| panic!("{file}: {e}"));
    let files = ["package.json", "package-lock.json", "recipe.cjs"].map(|file| (file, read(file)));
    let ready = folder.join(".ready");
    let wanted: String = files.iter().map(|(_, text)| text.as_str()).collect();
    if fs::read_to_string(&ready).is_ok_and(|made| made == wanted) {
        return folder;
    }
    fs::create_dir_all(&folder).expect("the target folder can be written");
    for (file, text) in &files {
        fs::write(folder.join(file), text).expect("the target folder can be written");
    }
    let npm = if cfg!(windows) { "npm.cmd" } else { "npm" };
    let options = ["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"];
    succeed(Command::new(npm).args(options).current_dir(&folder));
    fs::write(&ready, wanted).expect("the target folder can be written");
    folder
}
