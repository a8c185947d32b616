//! Looking at everything Bulla stands on, each finding with a code whose words say the next step.

use bulla_core::ErrorCode;
use chrono::Datelike;

use crate::Home;

/// One thing looked at.
#[derive(Debug)]
pub struct Diagnosis {
    /// `folder`, `vault`, `journal`, `clock`, `lock`, `catalog` or `versions`.
    pub subject: &'static str,
    /// Nothing to do.
    pub ok: bool,
    /// What is wrong; its words say what to do.
    pub code: Option<ErrorCode>,
    /// A fact to show beside it.
    pub detail: String,
}

impl Home {
    /// Looks at folder, vault, journal, clock, lock, catalog and versions. Changes nothing.
    pub async fn doctor(&self) -> Vec<Diagnosis> {
        vec![
            self.folder_diagnosis(),
            self.vault_diagnosis().await,
            self.journal_diagnosis(),
            self.clock_diagnosis().await,
            self.lock_diagnosis().await,
            self.catalog_diagnosis().await,
            Diagnosis { subject: "versions", ok: true, code: None, detail: format!("bulla {}", env!("CARGO_PKG_VERSION")) },
        ]
    }

    fn folder_diagnosis(&self) -> Diagnosis {
        let folder = self.inner.folder.display().to_string();
        match bulla_store::prepare_folder(&self.inner.folder) {
            Ok(()) => fine("folder", folder),
            Err(error) => wrong("folder", &error, folder),
        }
    }

    async fn vault_diagnosis(&self) -> Diagnosis {
        let kind = self.inner.vault_kind.as_str().to_owned();
        match self.vault().ready().await {
            Ok(()) => fine("vault", kind),
            Err(error) => wrong("vault", &error, kind),
        }
    }

    fn journal_diagnosis(&self) -> Diagnosis {
        match self.inner.journal.is_empty() {
            Ok(true) => fine("journal", "0".to_owned()),
            // Something is under way or waits for the vault: no fault, but worth showing.
            Ok(false) => fine("journal", "1+".to_owned()),
            Err(error) => wrong("journal", &error, String::new()),
        }
    }

    /// A clock that is years off makes every date wrong; one that went back shows in the history.
    async fn clock_diagnosis(&self) -> Diagnosis {
        const BUILT_IN: i32 = 2025;
        let now = self.now();
        let last = self.catalog().recent_events(1).await.unwrap_or_default();
        let went_back = last.first().is_some_and(|event| event.at - now > chrono::TimeDelta::minutes(5));
        let ok = now.year() >= BUILT_IN && !went_back;
        Diagnosis { subject: "clock", ok, code: None, detail: now.format("%Y-%m-%d %H:%M:%S UTC").to_string() }
    }

    async fn lock_diagnosis(&self) -> Diagnosis {
        match bulla_store::HomeLock::acquire(&self.inner.folder).await {
            Ok(_lock) => fine("lock", String::new()),
            Err(error) => wrong("lock", &error, String::new()),
        }
    }

    async fn catalog_diagnosis(&self) -> Diagnosis {
        match self.views().await {
            Ok(views) => fine("catalog", views.len().to_string()),
            Err(error) => wrong("catalog", &error, String::new()),
        }
    }
}

fn fine(subject: &'static str, detail: String) -> Diagnosis {
    Diagnosis { subject, ok: true, code: None, detail }
}

fn wrong(subject: &'static str, error: &bulla_core::Error, detail: String) -> Diagnosis {
    let detail = error.detail_text().map_or(detail, str::to_owned);
    Diagnosis { subject, ok: false, code: Some(error.code()), detail }
}
