//! Apps: the client registrations that connections share.

use bulla_core::{App, AppId, Error, ErrorCode, Result};
use sqlx::SqliteConnection;

use super::{SqliteCatalog, commit, damaged, error};

impl SqliteCatalog {
    /// Keeps an app, in the place of one with the same id.
    ///
    /// # Errors
    /// `label_taken` when another app has its label.
    pub async fn put_app(&self, app: &App) -> Result<()> {
        let mut tx = self.write().await?;
        put(&mut tx, app).await?;
        commit(tx).await
    }

    /// Reads, changes and writes an app in one transaction, and returns what was written.
    ///
    /// # Errors
    /// `app_not_found`, or `label_taken` when the change renames to a taken label.
    pub async fn update_app(&self, id: AppId, change: impl FnOnce(&mut App) + Send) -> Result<App> {
        let mut tx = self.write().await?;
        let body: Option<String> = sqlx::query_scalar("SELECT body FROM apps WHERE id = ?")
            .bind(id.to_string())
            .fetch_optional(&mut *tx)
            .await
            .map_err(|e| error(&e))?;
        let mut app: App = read(&body.ok_or(ErrorCode::AppNotFound)?)?;
        change(&mut app);
        put(&mut tx, &app).await?;
        commit(tx).await?;
        Ok(app)
    }

    /// The app with this id.
    ///
    /// # Errors
    /// `catalog_damaged`, `home_unwritable`.
    pub async fn app(&self, id: AppId) -> Result<Option<App>> {
        let body: Option<String> = sqlx::query_scalar("SELECT body FROM apps WHERE id = ?")
            .bind(id.to_string())
            .fetch_optional(&self.pool)
            .await
            .map_err(|e| error(&e))?;
        body.as_deref().map(read).transpose()
    }

    /// All apps, in the order of their labels.
    ///
    /// # Errors
    /// `catalog_damaged`, `home_unwritable`.
    pub async fn apps(&self) -> Result<Vec<App>> {
        let bodies: Vec<String> =
            sqlx::query_scalar("SELECT body FROM apps ORDER BY label_key").fetch_all(&self.pool).await.map_err(|e| error(&e))?;
        bodies.iter().map(|body| read(body)).collect()
    }

    /// Forgets an app. Forgetting nothing is fine.
    ///
    /// # Errors
    /// `catalog_damaged`, `home_unwritable`.
    pub async fn remove_app(&self, id: AppId) -> Result<()> {
        let mut tx = self.write().await?;
        sqlx::query("DELETE FROM apps WHERE id = ?").bind(id.to_string()).execute(&mut *tx).await.map_err(|e| error(&e))?;
        commit(tx).await
    }
}

async fn put(conn: &mut SqliteConnection, app: &App) -> Result<()> {
    let other: Option<i64> = sqlx::query_scalar("SELECT 1 FROM apps WHERE label_key = ? AND id <> ?")
        .bind(app.label.key())
        .bind(app.id.to_string())
        .fetch_optional(&mut *conn)
        .await
        .map_err(|e| error(&e))?;
    if other.is_some() {
        return Err(Error::new(ErrorCode::LabelTaken).with("label", app.label.as_str()));
    }
    sqlx::query(
        "INSERT INTO apps (id, label_key, body) VALUES (?, ?, ?)
         ON CONFLICT (id) DO UPDATE SET label_key = excluded.label_key, body = excluded.body",
    )
    .bind(app.id.to_string())
    .bind(app.label.key())
    .bind(serde_json::to_string(app).map_err(damaged)?)
    .execute(conn)
    .await
    .map_err(|e| error(&e))?;
    Ok(())
}

fn read(body: &str) -> Result<App> {
    let app: App = serde_json::from_str(body).map_err(damaged)?;
    if app.is_reckonable() { Ok(app) } else { Err(damaged("a date out of range")) }
}

#[cfg(test)]
mod tests {
    use super::super::tests::open;
    use super::*;
    use crate::sample::{app, label};

    #[tokio::test]
    async fn apps_are_kept_changed_and_forgotten() {
        let folder = tempfile::tempdir().expect("a folder");
        let catalog = open(folder.path()).await;
        let (mail, sheets) = (app("Mail"), app("Archive"));
        catalog.put_app(&mail).await.expect("kept");
        catalog.put_app(&sheets).await.expect("kept");
        assert_eq!(catalog.apps().await.expect("read"), [sheets.clone(), mail.clone()]);

        let refused = catalog.update_app(mail.id, |app| app.refused = Some(ErrorCode::AppRefused)).await.expect("changed");
        assert_eq!(catalog.app(mail.id).await.expect("read"), Some(refused));
        let taken = catalog.update_app(mail.id, |app| app.label = label("ARCHIVE")).await.expect_err("taken");
        assert_eq!(taken.code(), ErrorCode::LabelTaken);
        assert_eq!(catalog.put_app(&app("mail")).await.expect_err("taken").code(), ErrorCode::LabelTaken);

        catalog.remove_app(mail.id).await.expect("forgotten");
        assert_eq!(catalog.app(mail.id).await.expect("read"), None);
        assert_eq!(catalog.update_app(mail.id, |_| {}).await.expect_err("gone").code(), ErrorCode::AppNotFound);
    }
}
