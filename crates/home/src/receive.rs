//! Opening a bundle: on a server what a desk handed over, on a desk what a server gives back.
//!
//! Order: decrypt and verify → unseen → newer than what is here → leases → journal → vault → catalog and receipt in one
//! transaction → DONE. All or nothing: once journalled, a crash is finished at the next start.

use bulla_core::ports::{Catalog, Intent, OpenEntry, Replaced};
use bulla_core::{Connection, CredentialKind, Error, ErrorCode, Event, EventKind, Result, Stored, crash_point};
use bulla_seal::{OpenedBundle, Receipt, Sealed};
use bulla_store::SeenBundleRow;
use chrono::{DateTime, Utc};
use zeroize::Zeroizing;

use crate::hand_over::sha256_hex;
use crate::view::AppliedView;
use crate::{Changed, Home, Role};

/// What opening a bundle did.
#[derive(Debug)]
pub struct Opened {
    /// What arrived, and from whom.
    pub view: AppliedView,
    /// The signed answer for the sender, one line.
    pub receipt: String,
}

impl Home {
    /// Opens a bundle from a pinned sender and keeps what it brings.
    ///
    /// # Errors
    /// One of the bundle codes; nothing has been applied then.
    pub async fn open_bundle(&self, bytes: &[u8]) -> Result<Opened> {
        self.settle_bundles().await?;
        let opened_at = self.now();
        let bundle = self.verified(bytes, opened_at).await?;
        if self.catalog().seen(&bundle.manifest.bundle_id).await?.is_some() {
            return Err(ErrorCode::BundleSeen.into());
        }
        let ids: Vec<_> = bundle.manifest.connections.iter().map(|sealed| sealed.connection.id).collect();
        let (ids, _alone) = self.all_alone(&ids).await?;
        for sealed in &bundle.manifest.connections {
            self.refuse_older(sealed).await?;
        }
        self.vault().ready().await?;
        crash_point("open:1-verified");
        let intent = Intent::TakeIn { bundle: bundle.manifest.bundle_id.clone(), connections: ids };
        let entry = self.journal().begin(&intent).await?;
        crash_point("open:2-intent");
        self.journal().attach(&entry, &journalled(opened_at, bytes)).await?;
        crash_point("open:3-journalled");
        let opened = self.take_in(&bundle, opened_at).await?;
        self.journal().finish(&entry).await?;
        crash_point("open:6-done");
        Ok(opened)
    }

    /// The receipt of a bundle that was opened here before, the same as then.
    pub async fn receipt_again(&self, bytes: &[u8]) -> Result<String> {
        let sha256 = sha256_hex(bytes);
        self.catalog().receipt_of(&sha256).await?.ok_or_else(|| ErrorCode::ReceiptUnknown.into())
    }

    async fn verified(&self, bytes: &[u8], at: DateTime<Utc>) -> Result<OpenedBundle> {
        bulla_seal::open(self.identity().await?, &self.pinned().await?, bytes, at)
    }

    async fn refuse_older(&self, sealed: &Sealed) -> Result<()> {
        let Some(mine) = self.catalog().get(sealed.connection.id).await? else { return Ok(()) };
        let newer = match sealed.stored.credential.kind() {
            CredentialKind::Rotating => sealed.stored.version > mine.version,
            // What is copied has no order; the same one may be sent again.
            CredentialKind::Static | CredentialKind::Reusable => sealed.stored.version >= mine.version,
        };
        if newer { Ok(()) } else { Err(Error::new(ErrorCode::BundleOlder).with("label", mine.label.as_str())) }
    }

    async fn take_in(&self, bundle: &OpenedBundle, opened_at: DateTime<Utc>) -> Result<Opened> {
        let manifest = &bundle.manifest;
        let mut connections = Vec::with_capacity(manifest.connections.len());
        // Before the connections: whoever has one of them can renew it.
        self.take_in_apps(&manifest.apps).await?;
        for sealed in &manifest.connections {
            self.store(sealed).await?;
            connections.push(self.as_kept_here(sealed).await?);
        }
        crash_point("open:4-stored");
        let receipt = Receipt {
            bundle_id: manifest.bundle_id.clone(),
            sha256: bundle.sha256.clone(),
            recipient: self.inner.me.clone(),
            opened_at,
            connections: connections.iter().map(|c| (c.id, c.version)).collect(),
        };
        let receipt = receipt.sign(self.identity().await?);
        let seen = SeenBundleRow {
            id: manifest.bundle_id.clone(),
            sha256: bundle.sha256.clone(),
            sender: bundle.sender.clone(),
            opened_at,
            expires: manifest.expires,
            receipt: receipt.clone(),
        };
        self.catalog().take_in(&connections, &seen).await?;
        crash_point("open:5-catalogued");
        self.heard(bundle, &connections).await?;
        let peer = self.catalog().peer(&bundle.sender).await?;
        let view = AppliedView {
            labels: connections.iter().map(|c| c.label.as_str().to_owned()).collect(),
            from: peer.map(|peer| peer.name).unwrap_or_default(),
        };
        Ok(Opened { view, receipt })
    }

    async fn store(&self, sealed: &Sealed) -> Result<()> {
        let id = sealed.connection.id;
        let current = self.vault().get(id).await?;
        let superseded = current.as_ref().is_some_and(|current| current.version >= sealed.stored.version);
        if superseded {
            return Ok(());
        }
        match self.vault().replace(id, current.as_ref().map(Stored::as_parent), &sealed.stored).await? {
            Replaced::Stored => Ok(()),
            Replaced::Conflict(_) => Err(ErrorCode::VaultDamaged.into()),
        }
    }

    /// The arriving facts, with what people here called the connection.
    async fn as_kept_here(&self, sealed: &Sealed) -> Result<Connection> {
        let mut arriving = sealed.connection.clone();
        arriving.custody = self.own_custody().await?;
        arriving.removed_at = None;
        if let Some(mine) = self.catalog().get(arriving.id).await? {
            arriving.label = mine.label;
            arriving.person = mine.person;
            arriving.created_at = mine.created_at;
        }
        Ok(arriving)
    }

    async fn heard(&self, bundle: &OpenedBundle, connections: &[Connection]) -> Result<()> {
        self.catalog().heard(&bundle.sender, self.now()).await?;
        let kind = match self.role().await? {
            Role::Desk => EventKind::TakenBack,
            Role::Agent => EventKind::Opened,
        };
        let now = self.now();
        let arrived: Vec<_> = connections.iter().map(|connection| Event::new(now, connection.id, kind)).collect();
        self.catalog().record_all(&arrived).await?;
        for connection in connections {
            self.announce(Changed::Connection(connection.id));
        }
        for sealed in &bundle.manifest.connections {
            use bulla_core::ports::Marks;
            self.inner.marks.remember(sealed.connection.id, &sealed.stored.credential).await?;
        }
        self.announce(Changed::Servers);
        Ok(())
    }

    /// Finishes an opening that was journalled before a crash, as of the moment it was verified.
    pub(crate) async fn settle_take_in(&self, entry: OpenEntry) -> Result<()> {
        let Some((opened_at, bytes)) = entry.attachment.as_deref().and_then(|bytes| read_journalled(bytes)) else {
            // Nothing was applied; the file is still with whoever tried to open it.
            return self.journal().finish(&entry.id).await;
        };
        let bundle = self.verified(bytes, opened_at).await?;
        let ids: Vec<_> = bundle.manifest.connections.iter().map(|sealed| sealed.connection.id).collect();
        let (_, _alone) = self.all_alone(&ids).await?;
        if self.catalog().seen(&bundle.manifest.bundle_id).await?.is_none() {
            self.take_in(&bundle, opened_at).await?;
        }
        self.journal().finish(&entry.id).await
    }
}

/// When it was verified, a newline, and the bundle as it came: still sealed, and sealed once more by the journal.
fn journalled(opened_at: DateTime<Utc>, bundle: &[u8]) -> Zeroizing<Vec<u8>> {
    let mut bytes = Zeroizing::new(opened_at.to_rfc3339().into_bytes());
    bytes.push(b'\n');
    bytes.extend_from_slice(bundle);
    bytes
}

fn read_journalled(bytes: &[u8]) -> Option<(DateTime<Utc>, &[u8])> {
    let end = bytes.iter().position(|&byte| byte == b'\n')?;
    let opened_at = std::str::from_utf8(&bytes[..end]).ok()?.parse().ok()?;
    Some((opened_at, &bytes[end + 1..]))
}
