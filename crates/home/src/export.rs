//! Files for existing programs. A single-use refresh token is never copied into one: it is handed over, or left out.

use std::path::Path;

use bulla_core::ports::{Catalog, Intent};
use bulla_core::{
    Ask, Connection, ConnectionId, Credential, CredentialKind, Custody, CustodyKind, Error, ErrorCode, Event, EventKind,
    RefreshToken, Result, SentBundle, Stored, crash_point,
};
use bulla_providers::{Contents, FileFormat, file_text};
use bulla_seal::Manifest;
use bulla_store::{SentBundleRow, write_private};
use zeroize::Zeroizing;

use crate::hand_over::{SENT, VOID, absolute, sha256_hex};
use crate::{Changed, Home};

impl Home {
    /// Writes a file for a program, mode 0600, atomically, as plain text.
    ///
    /// A rotating connection's file has the access token only, unless `hand_over`: then the file becomes its custodian,
    /// the program that reads it renews from now on, and this home erases its copy.
    pub async fn export(&self, id: ConnectionId, format: FileFormat, to: &Path, hand_over: bool) -> Result<()> {
        if hand_over {
            return self.export_custody(id, format, to).await;
        }
        let handout = self.token(id, Ask::default()).await?;
        let connection = self.catalog().get(id).await?.ok_or(ErrorCode::NotFound)?;
        // A refresh token that lasts may be copied, a single-use one never.
        let lasting = match connection.kind {
            CredentialKind::Reusable => self.vault().get(id).await?,
            CredentialKind::Rotating | CredentialKind::Static => None,
        };
        let refresh = lasting.as_ref().and_then(|stored| stored.credential.refresh()).map(RefreshToken::expose);
        let text = self.text(format, &connection, handout.token.expose(), refresh).await?;
        write_private(&absolute(to)?, text.as_bytes())?;
        let event = Event::new(self.now(), id, EventKind::Exported).detail(to.display().to_string());
        self.catalog().record(event).await?;
        self.announce(Changed::Connection(id));
        Ok(())
    }

    async fn text(
        &self,
        format: FileFormat,
        connection: &Connection,
        access: &str,
        refresh: Option<&str>,
    ) -> Result<Zeroizing<String>> {
        let app = match connection.app {
            Some(id) => self.catalog().app(id).await?,
            None => None,
        };
        let secret = match &app {
            Some(app) => self.inner.apps.secret_of(app).await?,
            None => None,
        };
        file_text(format, Contents { connection, app: app.as_ref(), secret: secret.as_ref(), access, refresh })
    }

    async fn export_custody(&self, id: ConnectionId, format: FileFormat, to: &Path) -> Result<()> {
        let file = absolute(to)?;
        let (ids, _alone) = self.all_alone(&[id]).await?;
        let (connection, stored) = self.ready_to_leave(id).await?;
        let Stored { credential: Credential::Rotating { access, refresh, .. }, .. } = &stored else {
            return Err(Error::new(ErrorCode::NotRotating).with("label", connection.label.as_str()));
        };
        if file.exists() {
            return Err(Error::new(ErrorCode::FileUnwritable).detail(format!("{} exists already", file.display())));
        }
        let text = self.text(format, &connection, access.expose(), Some(refresh.expose())).await?;
        let bundle = Manifest::new_id()?;
        self.vault().ready().await?;
        let intent = Intent::HandOver { bundle: bundle.clone(), file: file.clone(), connections: ids.clone() };
        let entry = self.journal().begin(&intent).await?;
        crash_point("export:1-intent");
        self.mark_exported(&connection, &file, &bundle, &sha256_hex(text.as_bytes())).await?;
        crash_point("export:2-custody");
        if let Err(error) = write_private(&file, text.as_bytes()) {
            self.give_back(&bundle, &ids).await?;
            self.journal().finish(&entry).await?;
            return Err(error);
        }
        crash_point("export:3-written");
        self.finish_export(&ids).await?;
        self.journal().finish(&entry).await?;
        self.announce(Changed::Connection(id));
        Ok(())
    }

    async fn mark_exported(&self, connection: &Connection, file: &Path, bundle: &str, sha256: &str) -> Result<()> {
        let (now, id) = (self.now(), connection.id);
        let sent = SentBundle { id: bundle.to_owned(), expires: now, sha256: sha256.to_owned() };
        let version = connection.version.next_epoch();
        // The row only serves start-up: it tells whether the file that is there is the one that was meant.
        self.catalog()
            .put_sent(&SentBundleRow {
                id: bundle.to_owned(),
                recipient: self.inner.me.clone(),
                sha256: sha256.to_owned(),
                path: file.display().to_string(),
                expires: now,
                connections: vec![(id, version)],
                state: SENT.to_owned(),
            })
            .await?;
        let name = file.display().to_string();
        // A file has no keys: its fingerprint is the connection's own id, which no identity can have.
        let fingerprint = bulla_core::Fingerprint::new(format!("file:{id}"));
        let event = Event::new(now, id, EventKind::Exported).detail(&name);
        let change = move |c: &mut Connection| {
            c.version = version;
            c.custody = Custody { kind: CustodyKind::File, name, fingerprint, confirmed: false, bundle: Some(sent) };
        };
        self.catalog().update(id, Box::new(change)).await?;
        self.catalog().record(event).await
    }

    /// The file is there: it is the custodian, and this home's copy goes.
    pub(crate) async fn finish_export(&self, ids: &[ConnectionId]) -> Result<()> {
        for id in ids {
            let connection = self.catalog().get(*id).await?.ok_or(ErrorCode::NotFound)?;
            if connection.custody.kind != CustodyKind::File || connection.kind != CredentialKind::Rotating {
                continue;
            }
            let finished = connection.custody.bundle.as_ref().map(|sent| sent.id.clone());
            let confirm = |c: &mut Connection| {
                c.custody.confirmed = true;
                c.custody.bundle = None;
                // The whole entry is erased below, the key kept beside the pair too.
                c.has_fallback = false;
            };
            self.catalog().update(*id, Box::new(confirm)).await?;
            crash_point("export:4-confirmed");
            self.vault().remove(*id).await?;
            if let Some(bundle) = finished {
                self.catalog().set_sent_state(&bundle, VOID).await?;
            }
        }
        Ok(())
    }
}
