//! The catalog's migrations, embedded.

use bulla_core::{Error, ErrorCode, RULES_VERSION, Result};
use sqlx::migrate::{MigrateError, Migrator};
use sqlx::sqlite::SqlitePool;

use super::{damaged, error};

static MIGRATIONS: Migrator = sqlx::migrate!("./migrations");

/// Whether nothing is to be migrated and every `due_at` was computed by the present rules.
///
/// # Errors
/// `home_newer` when a newer Bulla was here.
pub(super) async fn is_current(pool: &SqlitePool) -> Result<bool> {
    let known = MIGRATIONS.iter().map(|migration| migration.version).max().unwrap_or(0);
    let tables: i64 = sqlx::query_scalar("SELECT count(*) FROM sqlite_master WHERE name = '_sqlx_migrations'")
        .fetch_one(pool)
        .await
        .map_err(|e| error(&e))?;
    if tables == 0 {
        return Ok(false);
    }
    let applied: Option<i64> =
        sqlx::query_scalar("SELECT max(version) FROM _sqlx_migrations").fetch_one(pool).await.map_err(|e| error(&e))?;
    match applied {
        Some(version) if version > known => Err(newer(version)),
        Some(version) if version == known => {
            let stale: Option<i64> = sqlx::query_scalar("SELECT 1 FROM connections WHERE rules_version <> ? LIMIT 1")
                .bind(RULES_VERSION)
                .fetch_optional(pool)
                .await
                .map_err(|e| error(&e))?;
            Ok(stale.is_none())
        }
        _ => Ok(false),
    }
}

/// Brings the schema up to date. Only under the home's lock.
pub(super) async fn migrate(pool: &SqlitePool) -> Result<()> {
    if is_current(pool).await? {
        return Ok(());
    }
    MIGRATIONS.run(pool).await.map_err(|failure| match failure {
        MigrateError::VersionMissing(version) | MigrateError::VersionTooNew(version, _) => newer(version),
        MigrateError::Execute(inner) | MigrateError::ExecuteMigration(inner, _) => error(&inner),
        other => damaged(other),
    })
}

fn newer(version: i64) -> Error {
    Error::new(ErrorCode::HomeNewer).detail(format_args!("the catalog has schema {version}"))
}
