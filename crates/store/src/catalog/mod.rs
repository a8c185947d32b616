//! [`SqliteCatalog`]: every fact of a home in one `SQLite` file. No secret is in it, and no type here could carry one.

mod apps;
#[cfg(test)]
mod beside_tests;
mod bundles;
mod connections;
#[cfg(test)]
mod damage_props;
mod due;
mod events;
mod names;
mod peers;
mod schema;
mod spills;
#[cfg(test)]
mod tests;
#[cfg(test)]
mod whole_props;

use std::path::Path;
use std::sync::Arc;

use bulla_core::{Connection, Error, Result};
use chrono::{DateTime, Utc};
use sqlx::sqlite::SqlitePool;
use sqlx::{Sqlite, Transaction};

use crate::lease::HomeLock;
use crate::sqlite::{self, Base};

pub use bundles::{SeenBundleRow, SentBundleRow};
pub use peers::Peer;

/// When a connection must be looked at next; `None` when never. Computed on each write, so that due connections are
/// found by an index.
pub type DueFn = Arc<dyn Fn(&Connection) -> Option<DateTime<Utc>> + Send + Sync>;

/// The facts of a home, in `catalog.db`. Clones share their connections to it.
#[derive(Clone)]
pub struct SqliteCatalog {
    pool: SqlitePool,
    due: DueFn,
}

impl SqliteCatalog {
    /// Opens the catalog in `folder`, which must exist, and makes it when there is none. Takes the home's lock by
    /// itself, only when something must be migrated or computed again.
    ///
    /// # Errors
    /// `home_newer` for a catalog of a newer Bulla, `catalog_damaged`, `home_unwritable`.
    pub async fn open(folder: &Path, due: DueFn) -> Result<Self> {
        let path = folder.join("catalog.db");
        if path.exists() {
            let catalog = Self::connect(folder, Arc::clone(&due)).await?;
            if schema::is_current(&catalog.pool).await? {
                return Ok(catalog);
            }
            catalog.pool.close().await;
        }
        let lock = HomeLock::acquire(folder).await?;
        Self::open_under(&lock, due).await
    }

    /// The same for a caller that has the home's lock already; the lock is not reentrant.
    ///
    /// # Errors
    /// As [`Self::open`].
    pub async fn open_under(lock: &HomeLock, due: DueFn) -> Result<Self> {
        let catalog = Self::connect(lock.folder(), due).await?;
        schema::migrate(&catalog.pool).await?;
        catalog.recompute_due().await?;
        Ok(catalog)
    }

    /// A number that every write raises, whichever process writes: unchanged means nothing has changed.
    ///
    /// # Errors
    /// `catalog_damaged`, `home_unwritable`.
    pub async fn changes(&self) -> Result<i64> {
        sqlx::query_scalar("SELECT n FROM changes").fetch_one(&self.pool).await.map_err(|e| error(&e))
    }

    /// Finishes what is under way and closes the file.
    pub async fn close(&self) {
        self.pool.close().await;
    }

    async fn connect(folder: &Path, due: DueFn) -> Result<Self> {
        let pool = sqlite::connect(&folder.join("catalog.db"), Base::Catalog).await?;
        Ok(Self { pool, due })
    }

    /// Begins a write and counts it. Dropped without [`commit`], it never was.
    async fn write(&self) -> Result<Transaction<'static, Sqlite>> {
        let mut tx = sqlite::begin(&self.pool, Base::Catalog).await?;
        sqlx::query("UPDATE changes SET n = n + 1").execute(&mut *tx).await.map_err(|e| error(&e))?;
        Ok(tx)
    }
}

async fn commit(tx: Transaction<'static, Sqlite>) -> Result<()> {
    tx.commit().await.map_err(|e| error(&e))
}

fn error(error: &sqlx::Error) -> Error {
    Base::Catalog.error(error)
}

/// A column whose text is not what this program writes.
fn damaged(what: impl std::fmt::Display) -> Error {
    Error::new(Base::Catalog.damaged()).detail(what)
}

/// A moment as text that loses nothing.
fn moment(at: DateTime<Utc>) -> String {
    at.to_rfc3339_opts(chrono::SecondsFormat::Nanos, true)
}

fn read_moment(text: &str) -> Result<DateTime<Utc>> {
    DateTime::parse_from_rfc3339(text).map(|at| at.to_utc()).map_err(damaged)
}
