//! Handing over: from now on only the receiver renews.
//!
//! Order: leases → refuse what is in doubt → seal in memory → journal → custody durable, "sent, not confirmed" → file
//! written. A crash before the file exists gives everything back; afterwards the bundle is on its way.

use std::path::{Path, PathBuf};

use bulla_core::ports::{Catalog, Change, EntryId, Intent, OpenEntry, Replaced};
use bulla_core::{
    Connection, ConnectionId, CredentialKind, Custody, CustodyKind, Error, ErrorCode, Event, EventKind, Exclusive, Fingerprint,
    Result, SentBundle, Stored, crash_point,
};
use bulla_seal::{Card, Manifest, Sealed};
use bulla_store::{SentBundleRow, write_private};
use chrono::TimeDelta;
use sha2::{Digest, Sha256};

use crate::view::SealedView;
use crate::{Changed, Home};

/// What one hand-over prepared, before anything durable happened.
struct Prepared {
    bytes: Vec<u8>,
    bundle_id: String,
    sha256: String,
    expires: chrono::DateTime<chrono::Utc>,
    connections: Vec<Connection>,
}

impl Home {
    /// Seals connections for a server and hands the rotating ones over to it.
    pub async fn seal(&self, recipient: &Fingerprint, ids: &[ConnectionId], life: TimeDelta, to: &Path) -> Result<SealedView> {
        self.refuse_agent().await?;
        self.hand_over(recipient, ids, life, Some(to)).await.map(|(view, _)| view)
    }

    /// The same with the bundle returned instead of written. After a crash it counts as sent.
    pub async fn seal_to_bytes(
        &self,
        recipient: &Fingerprint,
        ids: &[ConnectionId],
        life: TimeDelta,
    ) -> Result<(SealedView, Vec<u8>)> {
        self.refuse_agent().await?;
        self.hand_over(recipient, ids, life, None).await
    }

    /// On an agent: seals connections for the desk they came from.
    pub async fn return_to_desk(&self, ids: &[ConnectionId], life: TimeDelta, to: &Path) -> Result<SealedView> {
        let peers = self.catalog().peers().await?;
        let desk = peers.iter().find(|peer| peer.role == bulla_seal::Role::Desk.as_str());
        let desk = desk.ok_or(ErrorCode::HomeRole)?.fingerprint.clone();
        self.hand_over(&desk, ids, life, Some(to)).await.map(|(view, _)| view)
    }

    async fn hand_over(
        &self,
        recipient: &Fingerprint,
        ids: &[ConnectionId],
        life: TimeDelta,
        to: Option<&Path>,
    ) -> Result<(SealedView, Vec<u8>)> {
        let peer = self.catalog().peer(recipient).await?.ok_or(ErrorCode::ServerNotFound)?;
        let card = Card::parse(&peer.card)?;
        let file = to.map(absolute).transpose()?;
        if let Some(file) = file.as_ref().filter(|file| file.exists()) {
            return Err(Error::new(ErrorCode::FileUnwritable).detail(format!("{} exists already", file.display())));
        }
        let (ids, _alone) = self.all_alone(ids).await?;
        let prepared = self.prepare(&card, &ids, life).await?;
        crash_point("seal:1-prepared");
        let intent = Intent::HandOver {
            bundle: prepared.bundle_id.clone(),
            file: file.clone().unwrap_or_default(),
            connections: ids.clone(),
        };
        self.vault().ready().await?;
        let entry = self.journal().begin(&intent).await?;
        crash_point("seal:2-intent");
        self.mark_sent(&card, &prepared, file.as_deref()).await?;
        crash_point("seal:3-custody");
        if let Some(file) = &file
            && let Err(error) = write_private(file, &prepared.bytes)
        {
            self.give_back(&prepared.bundle_id, &ids).await?;
            self.journal().finish(&entry).await?;
            return Err(error);
        }
        crash_point("seal:4-written");
        self.journal().finish(&entry).await?;
        for id in &ids {
            self.announce(Changed::Connection(*id));
        }
        self.announce(Changed::Servers);
        Ok((sealed_view(&card, &prepared, file.as_deref()), prepared.bytes))
    }

    /// The right to change all of these, taken in one order by everybody so that two hand-overs cannot block each other.
    pub(crate) async fn all_alone(&self, ids: &[ConnectionId]) -> Result<(Vec<ConnectionId>, Vec<Exclusive>)> {
        let mut ids = ids.to_vec();
        ids.sort_unstable();
        ids.dedup();
        let mut alone = Vec::with_capacity(ids.len());
        for id in &ids {
            alone.push(self.keeper().exclusive(*id).await?);
            self.keeper().settle_connection(*id).await?;
        }
        Ok((ids, alone))
    }

    async fn prepare(&self, card: &Card, ids: &[ConnectionId], life: TimeDelta) -> Result<Prepared> {
        let identity = self.identity().await?;
        let holder = match card.role {
            bulla_seal::Role::Desk => CustodyKind::Desk,
            bulla_seal::Role::Server => CustodyKind::Server,
        };
        let custody = Custody::held_by(holder, card.name.clone(), card.fingerprint());
        let mut connections = Vec::with_capacity(ids.len());
        let mut sealed = Vec::with_capacity(ids.len());
        for id in ids {
            let (connection, stored) = self.ready_to_leave(*id).await?;
            let version = match stored.credential.kind() {
                CredentialKind::Rotating => stored.version.next_epoch(),
                CredentialKind::Static | CredentialKind::Reusable => stored.version,
            };
            let leaving = Connection { version, custody: custody.clone(), ..connection.clone() };
            sealed.push(Sealed { connection: leaving, stored: Stored { version, ..stored } });
            connections.push(connection);
        }
        let apps = self.sealed_apps(&connections).await?;
        let manifest = Manifest::new(identity, card, self.now(), life, sealed)?.with_apps(apps);
        let bundle = bulla_seal::seal(identity, card, &manifest)?;
        Ok(Prepared {
            bytes: bundle.bytes,
            bundle_id: bundle.bundle_id,
            sha256: bundle.sha256,
            expires: manifest.expires,
            connections,
        })
    }

    /// A connection that may be handed over now, with its credential.
    pub(crate) async fn ready_to_leave(&self, id: ConnectionId) -> Result<(Connection, Stored)> {
        let connection = self.catalog().get(id).await?.filter(|c| c.removed_at.is_none()).ok_or(ErrorCode::NotFound)?;
        let label = connection.label.as_str();
        connection.refuse_foreign(&self.inner.me)?;
        if connection.facts.in_doubt_since.is_some() {
            return Err(Error::new(ErrorCode::InDoubt).with("label", label));
        }
        if let Some(code) = connection.facts.refresh_dead {
            return Err(Error::new(ErrorCode::ReauthorizationRequired).with("label", label).with("reason", code));
        }
        let stored = self.vault().get(id).await?.ok_or(ErrorCode::KeychainEntryMissing)?;
        if stored.version != connection.version {
            return Err(Error::new(ErrorCode::VaultDamaged).with("label", label));
        }
        Ok((connection, stored))
    }

    async fn mark_sent(&self, card: &Card, prepared: &Prepared, file: Option<&Path>) -> Result<()> {
        let sent = SentBundle { id: prepared.bundle_id.clone(), expires: prepared.expires, sha256: prepared.sha256.clone() };
        let mut changes: Vec<(ConnectionId, Change)> = Vec::new();
        let mut versions = Vec::new();
        for connection in &prepared.connections {
            if connection.kind == CredentialKind::Static {
                versions.push((connection.id, connection.version));
                continue;
            }
            versions.push((connection.id, connection.version.next_epoch()));
            changes.push((connection.id, sent_change(card, sent.clone())));
        }
        self.catalog()
            .put_sent(&SentBundleRow {
                id: prepared.bundle_id.clone(),
                recipient: card.fingerprint(),
                sha256: prepared.sha256.clone(),
                path: file.map(|file| file.display().to_string()).unwrap_or_default(),
                expires: prepared.expires,
                connections: versions,
                state: SENT.to_owned(),
            })
            .await?;
        self.catalog().update_many(changes).await?;
        let now = self.now();
        let handed_over = |connection: &Connection| Event::new(now, connection.id, EventKind::HandedOver).detail(&card.name);
        self.catalog().record_all(&prepared.connections.iter().map(handed_over).collect::<Vec<_>>()).await
    }

    /// Finishes hand-overs and openings that a crash interrupted. Returns how many must wait.
    pub(crate) async fn settle_bundles(&self) -> Result<usize> {
        let mut left = 0;
        for entry in self.journal().open_entries(None).await? {
            let settled = match entry.intent.clone() {
                Intent::Renew { .. } => continue,
                Intent::HandOver { bundle, file, connections } => {
                    self.settle_hand_over(&bundle, &file, &connections, &entry.id).await
                }
                Intent::TakeIn { .. } => self.settle_take_in(entry).await,
            };
            if let Err(error) = settled {
                tracing::warn!(code = %error.code(), "a bundle's journal entry waits");
                left += 1;
            }
        }
        Ok(left)
    }

    async fn settle_hand_over(&self, bundle: &str, file: &Path, ids: &[ConnectionId], entry: &EntryId) -> Result<()> {
        let (ids, _alone) = {
            let mut alone = Vec::new();
            for id in ids {
                alone.push(self.keeper().exclusive(*id).await?);
            }
            (ids.to_vec(), alone)
        };
        // Another process may have settled it while this one waited.
        if !self.journal().open_entries(None).await?.iter().any(|open: &OpenEntry| open.id == *entry) {
            return Ok(());
        }
        if let Some(sent) = self.catalog().sent(bundle).await? {
            // Without a file nobody can tell whether the bytes went out: then it counts as sent, which is safe.
            let left_home = file.as_os_str().is_empty() || file_digest(file).is_some_and(|digest| digest == sent.sha256);
            if !left_home {
                self.give_back(bundle, &ids).await?;
            } else if sent.recipient == self.inner.me {
                self.finish_export(&ids).await?;
            }
        }
        self.journal().finish(entry).await
    }

    /// The bundle never left: this home holds its connections again.
    pub(crate) async fn give_back(&self, bundle: &str, ids: &[ConnectionId]) -> Result<()> {
        for id in ids {
            let connection = self.catalog().get(*id).await?.ok_or(ErrorCode::NotFound)?;
            let sent_here = connection.custody.bundle.as_ref().is_some_and(|sent| sent.id == bundle);
            if sent_here {
                self.hold_again(&connection, false).await?;
            }
        }
        self.catalog().set_sent_state(bundle, VOID).await
    }

    /// Custody comes back to this home with a raised epoch. `may_be_spent`: somebody may have used the token meanwhile.
    pub(crate) async fn hold_again(&self, connection: &Connection, may_be_spent: bool) -> Result<()> {
        let current = self
            .vault()
            .get(connection.id)
            .await?
            .ok_or_else(|| Error::new(ErrorCode::ReauthorizationRequired).with("label", connection.label.as_str()))?;
        let version = connection.version.max(current.version).next_epoch();
        let parent = current.as_parent();
        let stored = Stored { version, ..current };
        if self.vault().replace(connection.id, Some(parent), &stored).await? != Replaced::Stored {
            return Err(ErrorCode::VaultDamaged.into());
        }
        let (custody, now) = (self.own_custody().await?, self.now());
        self.catalog()
            .update(
                connection.id,
                Box::new(move |c| {
                    c.version = version;
                    c.custody = custody;
                    c.facts.not_before = None;
                    if may_be_spent {
                        c.facts.in_doubt_since = Some(now);
                    }
                }),
            )
            .await?;
        self.announce(Changed::Connection(connection.id));
        Ok(())
    }
}

/// States of a bundle this home wrote.
pub(crate) const SENT: &str = "sent";
/// The receipt has come; copies are being erased.
pub(crate) const ERASING: &str = "erasing";
/// The receipt has come and nothing of it is here any more.
pub(crate) const CONFIRMED: &str = "confirmed";
/// Never left this home.
pub(crate) const VOID: &str = "void";

fn sent_change(card: &Card, sent: SentBundle) -> Change {
    let kind = match card.role {
        bulla_seal::Role::Desk => CustodyKind::Desk,
        bulla_seal::Role::Server => CustodyKind::Server,
    };
    let (name, fingerprint) = (card.name.clone(), card.fingerprint());
    Box::new(move |c| {
        c.version = c.version.next_epoch();
        c.custody = Custody { kind, name, fingerprint, confirmed: false, bundle: Some(sent) };
    })
}

fn sealed_view(card: &Card, prepared: &Prepared, file: Option<&Path>) -> SealedView {
    let path = file.map(|file| file.display().to_string()).unwrap_or_default();
    let name =
        file.and_then(Path::file_name).map_or_else(|| "bundle.bulla".to_owned(), |name| name.to_string_lossy().into_owned());
    SealedView {
        bundle_id: prepared.bundle_id.clone(),
        copy_command: format!("scp {} {}:", shell_quoted(&path), shell_quoted(&card.name)),
        open_command: format!("bulla agent open {} --receipt receipt.txt", shell_quoted(&name)),
        path,
        server: card.name.clone(),
        labels: prepared.connections.iter().map(|connection| connection.label.as_str().to_owned()).collect(),
        expires: prepared.expires,
    }
}

/// A word that a POSIX shell takes as it is.
fn shell_quoted(text: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "/._-@:+".contains(c);
    if !text.is_empty() && text.chars().all(plain) { text.to_owned() } else { format!("'{}'", text.replace('\'', r"'\''")) }
}

pub(crate) fn absolute(path: &Path) -> Result<PathBuf> {
    std::path::absolute(path).map_err(|error| Error::new(ErrorCode::FileUnwritable).detail(error))
}

fn file_digest(path: &Path) -> Option<String> {
    let bytes = std::fs::read(path).ok()?;
    Some(sha256_hex(&bytes))
}

pub(crate) fn sha256_hex(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().fold(String::with_capacity(64), |text, byte| text + &format!("{byte:02x}"))
}
