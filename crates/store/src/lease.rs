//! Locks between processes: one file per connection, one for the home. The operating system frees them when their
//! process dies. Files are never deleted: whoever deletes one lets two processes lock "the same" name.

use std::fs::{File, TryLockError};
use std::path::{Path, PathBuf};
use std::time::Duration;

use async_trait::async_trait;
use bulla_core::ports::{LeaseGuard, Leases};
use bulla_core::{ConnectionId, Error, ErrorCode, Result};
use tokio::time::Instant;

use crate::private_file::{make_folder, open_private, unwritable};

const POLL: Duration = Duration::from_millis(10);
/// A migration of a big home on a slow disk fits; a person does not wait longer.
const HOME_WAIT: Duration = Duration::from_secs(30);

/// [`Leases`] as files `leases/<connection>.lock` in the home.
#[derive(Debug, Clone)]
pub struct FileLeases {
    folder: PathBuf,
}

impl FileLeases {
    /// The leases of the home at `home`. Makes the folder when the first lease is taken.
    #[must_use]
    pub fn new(home: &Path) -> Self {
        Self { folder: home.join("leases") }
    }
}

struct FileLease {
    _locked: File,
}

impl LeaseGuard for FileLease {}

#[async_trait]
impl Leases for FileLeases {
    async fn acquire(&self, id: ConnectionId, wait: Duration) -> Result<Option<Box<dyn LeaseGuard>>> {
        make_folder(&self.folder).map_err(|e| unwritable(ErrorCode::HomeUnwritable, &self.folder, &e))?;
        let locked = lock(&self.folder.join(format!("{id}.lock")), wait).await?;
        Ok(locked.map(|file| Box::new(FileLease { _locked: file }) as Box<dyn LeaseGuard>))
    }
}

/// The lock of a whole home, for first steps and migrations. Held until dropped. Not reentrant.
#[derive(Debug)]
pub struct HomeLock {
    folder: PathBuf,
    _locked: File,
}

impl HomeLock {
    /// Waits at most 30 s for the lock of the home at `folder`, which must exist.
    ///
    /// # Errors
    /// `home_unwritable` when the lock file cannot be opened or another process keeps it.
    pub async fn acquire(folder: &Path) -> Result<Self> {
        match lock(&folder.join("home.lock"), HOME_WAIT).await? {
            Some(file) => Ok(Self { folder: folder.to_owned(), _locked: file }),
            None => Err(Error::new(ErrorCode::HomeUnwritable)
                .with("path", folder.display())
                .detail(format_args!("{}: another Bulla keeps it locked", folder.display()))),
        }
    }

    /// The home's folder.
    #[must_use]
    pub fn folder(&self) -> &Path {
        &self.folder
    }
}

/// Opening and trying take microseconds, so they run where they are; only the waiting is asynchronous.
async fn lock(path: &Path, wait: Duration) -> Result<Option<File>> {
    let refuse = |error: &std::io::Error| unwritable(ErrorCode::HomeUnwritable, path, error);
    let file = open_private(path).map_err(|e| refuse(&e))?;
    let deadline = Instant::now() + wait;
    loop {
        match file.try_lock() {
            Ok(()) => return Ok(Some(file)),
            Err(TryLockError::WouldBlock) if Instant::now() >= deadline => return Ok(None),
            Err(TryLockError::WouldBlock) => tokio::time::sleep(POLL.min(deadline - Instant::now())).await,
            Err(TryLockError::Error(error)) => return Err(refuse(&error)),
        }
    }
}
