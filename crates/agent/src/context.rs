//! What every command works with: the home it asks for, opened when it is needed, and the two streams.

use std::path::PathBuf;

use bulla_core::{Clock, ConnectionId, Error, ErrorCode, SystemClock};
use bulla_home::{Home, OpenConfig, VaultKind, default_folder};
use chrono::{DateTime, Utc};

use crate::cli::Globals;
use crate::failure::Outcome;
use crate::output::Output;
use crate::say;

pub(crate) struct Context {
    pub(crate) out: Output,
    folder: PathBuf,
    vault: Option<VaultKind>,
    clock: SystemClock,
}

impl Context {
    pub(crate) fn new(globals: Globals, out: Output) -> Self {
        let folder = globals.home.filter(|folder| !folder.as_os_str().is_empty()).unwrap_or_else(default_folder);
        Self { out, folder, vault: globals.vault.and_then(|vault| vault.0), clock: SystemClock }
    }

    pub(crate) fn folder(&self) -> &std::path::Path {
        &self.folder
    }

    pub(crate) fn now(&self) -> DateTime<Utc> {
        self.clock.now()
    }

    /// The home, made if there is none. A new file vault says where its key is, once.
    pub(crate) async fn home(&mut self) -> Outcome<Home> {
        let new = !Home::exists(&self.folder);
        let home = self.open().await?;
        if let Some(source) = home.key_source().filter(|_| new) {
            let folder = self.folder.display().to_string();
            self.out.note(&say::NEW_FILE_VAULT, &[("folder", &folder), ("source", source)]);
        }
        settle(&home).await;
        Ok(home)
    }

    /// The home if there is one: whoever only reads makes none.
    pub(crate) async fn existing(&mut self) -> Outcome<Option<Home>> {
        if !Home::exists(&self.folder) {
            return Ok(None);
        }
        let home = self.open().await?;
        settle(&home).await;
        Ok(Some(home))
    }

    /// The home and the connection a person or script named.
    pub(crate) async fn kept(&mut self, name: &str) -> Outcome<(Home, ConnectionId)> {
        let home = self.existing().await?.ok_or_else(|| not_found(name))?;
        let id = home.find(name).await?;
        Ok((home, id))
    }

    /// The same for a program in a hurry. What a crash left begun is finished when something must be renewed.
    pub(crate) async fn kept_at_once(&mut self, name: &str) -> Outcome<(Home, ConnectionId)> {
        if !Home::exists(&self.folder) {
            return Err(not_found(name).into());
        }
        let home = self.open().await?;
        let id = home.find(name).await?;
        Ok((home, id))
    }

    async fn open(&self) -> Outcome<Home> {
        let config = OpenConfig { folder: self.folder.clone(), vault: self.vault, role: None };
        Ok(Home::open(config).await?)
    }
}

/// Finishes what a crash left begun. If that must wait, the command still shows what there is.
async fn settle(home: &Home) {
    match home.settle().await {
        Ok(0) => {}
        Ok(left) => tracing::warn!(left, "something begun earlier could not be finished yet"),
        Err(error) => tracing::warn!(code = %error.code(), "something begun earlier could not be finished yet"),
    }
}

fn not_found(name: &str) -> Error {
    Error::new(ErrorCode::NotFound).with("name", name)
}
