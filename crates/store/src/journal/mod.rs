//! [`FileJournal`]: the encrypted record of irreversible steps under way, one file per entry.
//!
//! Invariants:
//! * an entry appears whole, by rename: a crash while it is begun leaves a draft, which never was an entry;
//! * room for the attachment is on disk before the entry appears;
//! * an attachment that does not decrypt was torn by a crash and counts as none;
//! * only [`Journal::finish`] deletes an entry. One that cannot be read is named and kept.
//!
//! Blocking file work runs on the blocking pool: it syncs, and it is finished even when its caller is dropped.

mod file;
#[cfg(test)]
mod tests;

use std::fs;
use std::future::Future;
use std::io;
use std::path::{Path, PathBuf};
use std::pin::Pin;
use std::sync::Arc;

use async_trait::async_trait;
use bulla_core::ports::{EntryId, Intent, Journal, OpenEntry};
use bulla_core::{ConnectionId, Error, ErrorCode, Result, crash_point};
use tokio::sync::OnceCell;
use uuid::Uuid;
use zeroize::Zeroizing;

use crate::aead::Key;
use crate::private_file::{make_folder, sync_folder, unwritable};

use file::Header;

const SUFFIX: &str = ".entry";
const DRAFT: &str = ".draft";
/// Stands before the name of an entry about no connection or several.
const SEVERAL: &str = "several";

/// Fetches the journal's key, when it is first needed and again until it comes.
pub type JournalKey = Box<dyn Fn() -> Pin<Box<dyn Future<Output = Result<Zeroizing<[u8; 32]>>> + Send>> + Send + Sync>;

/// The journal in the folder `journal` of a home.
pub struct FileJournal {
    folder: PathBuf,
    fetch: JournalKey,
    key: OnceCell<Arc<Key>>,
}

impl FileJournal {
    /// The journal of the home at `home`. The key is fetched when it is first needed, and kept in memory.
    ///
    /// # Errors
    /// `journal_unwritable` when the folder cannot be made.
    pub fn new(home: &Path, key: JournalKey) -> Result<Self> {
        let folder = home.join("journal");
        make_folder(&folder).map_err(|e| failed(&folder, &e))?;
        Ok(Self { folder, fetch: key, key: OnceCell::new() })
    }

    /// Whether nothing is under way. Needs no key.
    ///
    /// # Errors
    /// `journal_unwritable` when the folder cannot be read.
    pub fn is_empty(&self) -> Result<bool> {
        Ok(entries(&self.folder)?.is_empty())
    }

    async fn key(&self) -> Result<Arc<Key>> {
        self.key.get_or_try_init(|| async { (self.fetch)().await.map(Arc::new) }).await.cloned()
    }

    fn path(&self, id: &EntryId) -> Result<PathBuf> {
        match Name::parse(&id.0) {
            Some(_) => Ok(self.folder.join(format!("{}{SUFFIX}", id.0))),
            None => Err(Error::new(ErrorCode::Internal).detail("not the name of a journal entry")),
        }
    }
}

#[async_trait]
impl Journal for FileJournal {
    async fn begin(&self, intent: &Intent) -> Result<EntryId> {
        let (key, folder) = (self.key().await?, self.folder.clone());
        let header = Header::of(intent)?;
        let owner = match intent {
            Intent::Renew { connection, .. } => connection.to_string(),
            Intent::HandOver { .. } | Intent::TakeIn { .. } => SEVERAL.to_owned(),
        };
        let name = format!("{owner}_{}", Uuid::new_v4());
        blocking(move || {
            let (draft, path) = (folder.join(format!("{name}{DRAFT}")), folder.join(format!("{name}{SUFFIX}")));
            let mut begun = file::begin(&draft, &path, &name, &key, &header);
            if begun.as_ref().is_err_and(|error| error.kind() == io::ErrorKind::NotFound) {
                // Cleared away as a draft of the dead, in the moment between its making and its lock.
                begun = file::begin(&draft, &path, &name, &key, &header);
            }
            if let Err(error) = begun.and_then(|()| sync_folder(&folder)) {
                // The caller goes no further, so nothing may look begun.
                let _ = fs::remove_file(&draft);
                let _ = fs::remove_file(&path);
                return Err(failed(&path, &error));
            }
            Ok(EntryId(name))
        })
        .await
    }

    async fn attach(&self, id: &EntryId, bytes: &[u8]) -> Result<()> {
        let (key, path, name) = (self.key().await?, self.path(id)?, id.0.clone());
        let bytes = Zeroizing::new(bytes.to_vec());
        blocking(move || file::attach(&path, &name, &key, &bytes).map_err(|e| failed(&path, &e))).await
    }

    /// Ending an entry that is not there is fine: a crash came between this and what follows it.
    async fn finish(&self, id: &EntryId) -> Result<()> {
        let (folder, path) = (self.folder.clone(), self.path(id)?);
        blocking(move || {
            match fs::remove_file(&path) {
                Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(failed(&path, &error)),
                _ => {}
            }
            crash_point("journal:6-unlinked");
            sync_folder(&folder).map_err(|e| failed(&path, &e))
        })
        .await
    }

    /// An empty folder costs one look at it and no key. Looking at all entries also clears away drafts that a crash left.
    async fn open_entries(&self, connection: Option<ConnectionId>) -> Result<Vec<OpenEntry>> {
        if connection.is_none() {
            file::clear_drafts(&self.folder, DRAFT);
        }
        let mut names = entries(&self.folder)?;
        names.retain(|name| Name::parse(name).is_some_and(|parsed| parsed.may_concern(connection)));
        if names.is_empty() {
            return Ok(Vec::new());
        }
        let (key, folder) = (self.key().await?, self.folder.clone());
        blocking(move || {
            let mut open = Vec::with_capacity(names.len());
            for name in names {
                let path = folder.join(format!("{name}{SUFFIX}"));
                // Finished by another process since the folder was read, or torn before it was an entry.
                let Some((intent, attachment)) = file::read(&path, &name, &key)? else { continue };
                if connection.is_none_or(|id| intent.connections().contains(&id)) {
                    open.push(OpenEntry { id: EntryId(name), intent, attachment });
                }
            }
            Ok(open)
        })
        .await
    }
}

/// What the name of an entry says: whose it is, so that one connection's entries are found, and its damage is
/// confined, without opening them all.
struct Name {
    owner: Option<ConnectionId>,
}

impl Name {
    fn parse(text: &str) -> Option<Self> {
        let (owner, entry) = text.split_once('_')?;
        Uuid::try_parse(entry).ok()?;
        let owner = if owner == SEVERAL { None } else { Some(ConnectionId(Uuid::try_parse(owner).ok()?)) };
        Some(Self { owner })
    }

    fn may_concern(&self, connection: Option<ConnectionId>) -> bool {
        self.owner.is_none() || connection.is_none() || self.owner == connection
    }
}

/// Names of all entries, sorted, without their suffix. One read of the folder, done where it is.
fn entries(folder: &Path) -> Result<Vec<String>> {
    let list = || -> io::Result<Vec<String>> {
        let mut names = Vec::new();
        for file in fs::read_dir(folder)? {
            let name = file?.file_name();
            match name.to_str().and_then(|name| name.strip_suffix(SUFFIX)) {
                Some(stem) if Name::parse(stem).is_some() => names.push(stem.to_owned()),
                _ => {}
            }
        }
        names.sort_unstable();
        Ok(names)
    };
    list().map_err(|e| failed(folder, &e))
}

async fn blocking<T: Send + 'static>(work: impl FnOnce() -> Result<T> + Send + 'static) -> Result<T> {
    match tokio::task::spawn_blocking(work).await {
        Ok(result) => result,
        Err(_) => Err(Error::new(ErrorCode::JournalUnwritable).detail("the journal's work was cut short")),
    }
}

fn failed(path: &Path, error: &io::Error) -> Error {
    unwritable(ErrorCode::JournalUnwritable, path, error)
}
