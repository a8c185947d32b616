//! What both databases share: how they are opened, and what their errors are called.

use std::path::Path;
use std::time::{Duration, Instant};

use bulla_core::{Error, ErrorCode, Result};
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePool, SqlitePoolOptions, SqliteSynchronous};
use sqlx::{Sqlite, Transaction};

use crate::private_file::{create_private, unwritable};

const BUSY: Duration = Duration::from_secs(10);
const RETRY: Duration = Duration::from_millis(10);
/// `SQLITE_IOERR_SHORT_READ`: the file ends inside a page.
const SHORT_READ: u32 = 522;

/// Which database, for its errors.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Base {
    Catalog,
    Vault,
}

impl Base {
    /// The code of what cannot be read.
    pub(crate) fn damaged(self) -> ErrorCode {
        match self {
            Self::Catalog => ErrorCode::CatalogDamaged,
            Self::Vault => ErrorCode::VaultDamaged,
        }
    }

    /// Our code for a database error.
    pub(crate) fn error(self, error: &sqlx::Error) -> Error {
        let code = match error {
            sqlx::Error::Database(inner) => self.code_of(inner.code().as_deref()),
            sqlx::Error::ColumnDecode { .. }
            | sqlx::Error::ColumnNotFound(_)
            | sqlx::Error::Decode(_)
            | sqlx::Error::RowNotFound => self.damaged(),
            sqlx::Error::Io(_) | sqlx::Error::PoolTimedOut => ErrorCode::HomeUnwritable,
            _ => ErrorCode::Internal,
        };
        Error::new(code).detail(error)
    }

    fn code_of(self, code: Option<&str>) -> ErrorCode {
        // SQLite's extended codes carry the primary one in their low byte.
        let extended: u32 = code.and_then(|text| text.parse().ok()).unwrap_or(0);
        match extended & 0xff {
            // Damaged, not a database, or "no such table" in a file that says it is migrated.
            1 | 11 | 26 => self.damaged(),
            10 if extended == SHORT_READ => self.damaged(),
            // Permission, busy, locked, read-only, I/O, full, cannot open, no large files, not authorised.
            3 | 5 | 6 | 8 | 10 | 13 | 14 | 22 | 23 => ErrorCode::HomeUnwritable,
            _ => ErrorCode::Internal,
        }
    }
}

/// Opens, and makes with mode 0600, a database that survives power cuts and other processes.
pub(crate) async fn connect(path: &Path, base: Base) -> Result<SqlitePool> {
    // SQLite gives its journal files the mode of the database. Never open one that exists: closing the file again
    // would drop the locks that this process holds on it.
    match create_private(path) {
        Err(error) if error.kind() != std::io::ErrorKind::AlreadyExists => {
            return Err(unwritable(ErrorCode::HomeUnwritable, path, &error));
        }
        _ => {}
    }
    let options = SqliteConnectOptions::new()
        .filename(path)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Full)
        .foreign_keys(true)
        .busy_timeout(BUSY)
        .pragma("secure_delete", "ON");
    let pool = SqlitePoolOptions::new().max_connections(4).acquire_timeout(2 * BUSY);
    let deadline = Instant::now() + BUSY;
    loop {
        match pool.clone().connect_with(options.clone()).await {
            Ok(pool) => return Ok(pool),
            // SQLite does not wait by itself while another process switches a new database to WAL.
            Err(error) if is_busy(&error) && Instant::now() < deadline => tokio::time::sleep(RETRY).await,
            Err(error) => return Err(base.error(&error)),
        }
    }
}

fn is_busy(error: &sqlx::Error) -> bool {
    const SQLITE_BUSY: u32 = 5;
    let code = error.as_database_error().and_then(|inner| inner.code()?.parse::<u32>().ok());
    code.is_some_and(|extended| extended & 0xff == SQLITE_BUSY)
}

/// Begins a write: the lock is taken at once, so what is read inside stays true until the commit.
pub(crate) async fn begin(pool: &SqlitePool, base: Base) -> Result<Transaction<'static, Sqlite>> {
    pool.begin_with("BEGIN IMMEDIATE").await.map_err(|e| base.error(&e))
}
