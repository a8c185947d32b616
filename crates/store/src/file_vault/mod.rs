//! [`FileVault`]: credentials in `vault.db`, encrypted row by row, for servers and machines without a keychain.
//!
//! Invariants:
//! * a random data key encrypts the rows, and the key given only wraps it;
//! * each row is bound to the vault and to its own identity, so rows cannot be swapped or relabelled;
//! * a wrong key and a damaged row are told apart, and neither changes anything.
//!
//! An old row put back whole, from a backup of this very vault, is authentic and cannot be told here: it shows as a
//! version older than the catalog's.

mod rows;
#[cfg(test)]
mod tests;

use std::path::Path;

use async_trait::async_trait;
use bulla_core::ports::{Replaced, Vault};
use bulla_core::{ConnectionId, Error, ErrorCode, Parent, Result, Stored, Version};
use sqlx::SqliteConnection;
use sqlx::sqlite::SqlitePool;
use uuid::Uuid;
use zeroize::Zeroizing;

use crate::aead::{self, Key};
use crate::sqlite::{self, Base};
use crate::vault_key::VaultKey;

use rows::{Row, RowName};

const FILE: &str = "vault.db";
const FORMAT: i64 = 1;
/// Owner of the rows of the home itself.
const HOME: &str = "home";
const CREDENTIAL: &str = "credential";
const UNVERSIONED: Version = Version { epoch: 0, generation: 0 };

/// The vault in a sealed file.
#[derive(Clone)]
pub struct FileVault {
    pool: SqlitePool,
    vault_id: String,
    key_id: String,
    data_key: Key,
}

impl FileVault {
    /// Whether there is a vault in this home: then a missing key is an error, and none may be made.
    #[must_use]
    pub fn exists(folder: &Path) -> bool {
        // An empty file is a vault that was never made.
        folder.join(FILE).metadata().is_ok_and(|file| file.len() > 0)
    }

    /// Opens the vault in `folder`, and makes it when there is none.
    ///
    /// # Errors
    /// `vault_key_wrong` when the key is another one; `vault_damaged`, `home_newer`, `home_unwritable`.
    pub async fn open(folder: &Path, key: &VaultKey) -> Result<Self> {
        let pool = sqlite::connect(&folder.join(FILE), Base::Vault).await?;
        let mut tx = sqlite::begin(&pool, Base::Vault).await?;
        rows::make_tables(&mut tx).await?;
        let (vault_id, data_key) = match rows::read_head(&mut tx).await? {
            Some(head) => unwrap(&head, key)?,
            None => make_head(&mut tx, key).await?,
        };
        tx.commit().await.map_err(|e| error(&e))?;
        Ok(Self { pool, vault_id, key_id: key.id(), data_key })
    }

    /// Finishes what is under way and closes the file.
    pub async fn close(&self) {
        self.pool.close().await;
    }

    async fn read(&self, conn: &mut SqliteConnection, name: &RowName<'_>) -> Result<Option<Zeroizing<Vec<u8>>>> {
        let Some(row) = rows::read(conn, name).await? else { return Ok(None) };
        let plain = aead::open(&self.data_key, &self.identity(name, row.version, &row.key_id), &row.sealed());
        plain.map(Some).ok_or_else(|| damaged(name))
    }

    async fn write(&self, conn: &mut SqliteConnection, name: &RowName<'_>, version: Version, plain: &[u8]) -> Result<()> {
        let sealed = aead::seal(&self.data_key, &self.identity(name, version, &self.key_id), plain)?;
        let (nonce, ciphertext) = sealed.split_at(aead::NONCE);
        let row = Row { version, key_id: self.key_id.clone(), nonce: nonce.to_vec(), ciphertext: ciphertext.to_vec() };
        rows::write(conn, name, &row).await
    }

    /// On a connection of its own and after the commit, so that it reads what others will.
    async fn read_back(&self, name: &RowName<'_>, plain: &[u8]) -> Result<()> {
        let mut conn = self.pool.acquire().await.map_err(|e| error(&e))?;
        match self.read(&mut conn, name).await? {
            Some(kept) if *kept == plain => Ok(()),
            _ => Err(damaged(name)),
        }
    }

    async fn load(&self, conn: &mut SqliteConnection, owner: &str) -> Result<Option<Stored>> {
        let name = RowName { owner, field: CREDENTIAL };
        match self.read(conn, &name).await? {
            Some(plain) => Ok(Some(Stored::from_bytes(&plain)?)),
            None => Ok(None),
        }
    }

    fn identity(&self, name: &RowName<'_>, version: Version, key_id: &str) -> Vec<u8> {
        let (epoch, generation) = (version.epoch.to_string(), version.generation.to_string());
        aead::identity(&["bulla", "1", &self.vault_id, name.owner, name.field, &epoch, &generation, key_id])
    }
}

#[async_trait]
impl Vault for FileVault {
    /// Takes the write lock and leaves a mark: a full disk or a read-only one shows here.
    async fn ready(&self) -> Result<()> {
        let mut tx = sqlite::begin(&self.pool, Base::Vault).await?;
        rows::touch(&mut tx).await?;
        tx.commit().await.map_err(|e| error(&e))
    }

    async fn get(&self, id: ConnectionId) -> Result<Option<Stored>> {
        let mut conn = self.pool.acquire().await.map_err(|e| error(&e))?;
        self.load(&mut conn, &id.to_string()).await
    }

    async fn replace(&self, id: ConnectionId, parent: Option<Parent>, new: &Stored) -> Result<Replaced> {
        let owner = id.to_string();
        let mut tx = sqlite::begin(&self.pool, Base::Vault).await?;
        let current = self.load(&mut tx, &owner).await?;
        if current.as_ref() == Some(new) {
            return Ok(Replaced::Stored);
        }
        if current.as_ref().map(Stored::as_parent) != parent {
            return Ok(Replaced::Conflict(Box::new(current)));
        }
        let (name, plain) = (RowName { owner: &owner, field: CREDENTIAL }, new.to_bytes());
        self.write(&mut tx, &name, new.version, &plain).await?;
        tx.commit().await.map_err(|e| error(&e))?;
        self.read_back(&name, &plain).await?;
        Ok(Replaced::Stored)
    }

    async fn remove(&self, id: ConnectionId) -> Result<()> {
        let mut tx = sqlite::begin(&self.pool, Base::Vault).await?;
        rows::erase(&mut tx, &id.to_string()).await?;
        tx.commit().await.map_err(|e| error(&e))
    }

    async fn get_named(&self, name: &str) -> Result<Option<Zeroizing<Vec<u8>>>> {
        let mut conn = self.pool.acquire().await.map_err(|e| error(&e))?;
        self.read(&mut conn, &RowName { owner: HOME, field: name }).await
    }

    async fn put_named(&self, name: &str, secret: &[u8]) -> Result<()> {
        let name = RowName { owner: HOME, field: name };
        let mut tx = sqlite::begin(&self.pool, Base::Vault).await?;
        self.write(&mut tx, &name, UNVERSIONED, secret).await?;
        tx.commit().await.map_err(|e| error(&e))?;
        self.read_back(&name, secret).await
    }

    async fn remove_named(&self, name: &str) -> Result<()> {
        let mut tx = sqlite::begin(&self.pool, Base::Vault).await?;
        rows::erase_field(&mut tx, &RowName { owner: HOME, field: name }).await?;
        tx.commit().await.map_err(|e| error(&e))
    }
}

async fn make_head(conn: &mut SqliteConnection, key: &VaultKey) -> Result<(String, Key)> {
    if rows::any(conn).await? {
        // Rows whose wrapped key is gone: a new one would bury them.
        return Err(Error::new(ErrorCode::VaultDamaged).detail("the vault has rows and no head"));
    }
    let (vault_id, data_key) = (Uuid::new_v4().to_string(), aead::random_key()?);
    let wrapped = aead::seal(&key.sub_key("bulla vault wrap"), &head_identity(&vault_id), &*data_key)?;
    let head = rows::Head { format: FORMAT, vault_id, key_id: key.id(), key_check: check(key), wrapped };
    rows::write_head(conn, &head).await?;
    Ok((head.vault_id, data_key))
}

fn unwrap(head: &rows::Head, key: &VaultKey) -> Result<(String, Key)> {
    if head.format > FORMAT {
        return Err(ErrorCode::HomeNewer.into());
    }
    let opened = aead::open(&key.sub_key("bulla vault wrap"), &head_identity(&head.vault_id), &head.wrapped);
    match opened.and_then(|bytes| <[u8; 32]>::try_from(bytes.as_slice()).ok()) {
        Some(data_key) => Ok((head.vault_id.clone(), Zeroizing::new(data_key))),
        None if head.key_check == check(key) => {
            Err(Error::new(ErrorCode::VaultDamaged).detail("the wrapped data key is damaged"))
        }
        None => Err(Error::new(ErrorCode::VaultKeyWrong).with("key_id", &head.key_id)),
    }
}

/// Tells whether a key is the one, without helping to find it.
fn check(key: &VaultKey) -> Vec<u8> {
    key.sub_key("bulla vault key check").to_vec()
}

fn head_identity(vault_id: &str) -> Vec<u8> {
    aead::identity(&["bulla", "1", vault_id, "data key"])
}

fn damaged(name: &RowName<'_>) -> Error {
    Error::new(ErrorCode::VaultDamaged).detail(format_args!("row {}/{}", name.owner, name.field))
}

fn error(error: &sqlx::Error) -> Error {
    Base::Vault.error(error)
}
