//! The system's way of opening an address, replaced by a program that only writes down what it was asked.
//!
//! A program under test gets [`Opener::path`] as its `PATH`; the test then opens the address in a browser of its own.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use tempfile::TempDir;

use crate::patience::wait_for;

/// Whatever a program on Linux may call to open an address.
const NAMES: [&str; 9] =
    ["xdg-open", "gio", "gnome-open", "kde-open", "kde-open5", "wslview", "sensible-browser", "x-www-browser", "www-browser"];

/// `/proc` has arguments and environment as they were given, before the shell adds its own. The folder gets its final
/// name when it is whole.
const RECORD: &str = r#"#!/bin/sh
PATH=/usr/bin:/bin
whole=$(mktemp -d "FOLDER/asked/XXXXXXXX.part") || exit 3
cat "/proc/$$/cmdline" >"$whole/arguments"
cat "/proc/$$/environ" >"$whole/environment"
mv "$whole" "${whole%.part}"
exit STATUS
"#;

/// A folder with the programs.
#[derive(Debug)]
pub struct Opener {
    folder: TempDir,
}

/// One asking.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Opened {
    /// Such as `xdg-open`.
    pub program: String,
    pub arguments: Vec<String>,
    /// Names and values, as they were given.
    pub environment: Vec<(String, String)>,
}

impl Default for Opener {
    fn default() -> Self {
        Self::new()
    }
}

impl Opener {
    /// Programs that succeed.
    ///
    /// # Panics
    /// When the folder cannot be written.
    pub fn new() -> Self {
        Self::with_status(0)
    }

    /// Programs that say that they found no browser.
    ///
    /// # Panics
    /// When the folder cannot be written.
    pub fn without_browser() -> Self {
        Self::with_status(3)
    }

    /// A `PATH` with these programs first.
    ///
    /// # Panics
    /// When the test itself has a `PATH` that cannot be part of one.
    pub fn path(&self) -> String {
        let rest = std::env::var_os("PATH").unwrap_or_default();
        let folders = std::iter::once(self.folder.path().join("bin")).chain(std::env::split_paths(&rest));
        std::env::join_paths(folders).expect("folders without colons").into_string().expect("UTF-8")
    }

    /// Everything asked so far, in no particular order.
    ///
    /// # Panics
    /// When the folder is gone.
    pub fn all(&self) -> Vec<Opened> {
        let asked = fs::read_dir(self.asked()).expect("a folder").flatten().map(|entry| entry.path());
        asked.filter(|path| path.extension().is_none()).map(|path| read(&path)).collect()
    }

    /// Waits for the one asking there is.
    ///
    /// # Panics
    /// When there is none within a minute, or more than one.
    pub fn opened(&self) -> Opened {
        let mut all = Vec::new();
        wait_for("an address to open", || {
            all = self.all();
            !all.is_empty()
        });
        assert_eq!(all.len(), 1, "{all:?}");
        all.remove(0)
    }

    fn with_status(status: u8) -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let opener = Self { folder };
        fs::create_dir_all(opener.asked()).expect("made");
        fs::create_dir_all(opener.folder.path().join("bin")).expect("made");
        let place = opener.folder.path().display().to_string();
        let script = RECORD.replace("FOLDER", &place).replace("STATUS", &status.to_string());
        for name in NAMES {
            let file = opener.folder.path().join("bin").join(name);
            fs::write(&file, &script).expect("written");
            fs::set_permissions(&file, fs::Permissions::from_mode(0o755)).expect("made a program");
        }
        opener
    }

    fn asked(&self) -> PathBuf {
        self.folder.path().join("asked")
    }
}

impl Opened {
    /// The address, which must be the only argument, as no shell and no option of another program may see it.
    ///
    /// # Panics
    /// When it is not.
    pub fn url(&self) -> &str {
        assert_eq!(self.arguments.len(), 1, "{self:?}");
        &self.arguments[0]
    }

    /// # Panics
    /// When the browser was given anything that is ours alone.
    pub fn assert_nothing_of_ours(&self) {
        const OURS: [&str; 2] = ["ENCRYPTION_KEY", "CREDENTIALS_DIRECTORY"];
        // A window built for tests keeps the tests' own variables when it starts itself again without ours.
        let tests = |name: &str| name.starts_with("BULLA_TEST_");
        let ours = |name: &str| (name.starts_with("BULLA_") && !tests(name)) || OURS.contains(&name);
        let given: Vec<_> = self.environment.iter().map(|(name, _)| name).filter(|name| ours(name)).collect();
        assert!(given.is_empty(), "{given:?}");
    }
}

fn read(folder: &Path) -> Opened {
    let lines = |name: &str| -> Vec<String> {
        let bytes = fs::read(folder.join(name)).expect("a record");
        let whole = bytes.strip_suffix(&[0]).unwrap_or(&bytes).to_vec();
        whole.split(|byte| *byte == 0).map(|line| String::from_utf8_lossy(line).into_owned()).collect()
    };
    // The shell and its script come first.
    let mut given = lines("arguments").into_iter().skip(1);
    let program = given.next().expect("the script's path");
    let environment = lines("environment").iter().filter_map(|line| line.split_once('=')).map(owned).collect();
    Opened { program: program.rsplit('/').next().unwrap_or_default().to_owned(), arguments: given.collect(), environment }
}

fn owned((name, value): (&str, &str)) -> (String, String) {
    (name.to_owned(), value.to_owned())
}
