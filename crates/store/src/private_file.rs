//! Files and folders for their owner's eyes only, written whole or not at all.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use bulla_core::{Error, ErrorCode, Result};
use uuid::Uuid;

/// Makes the home folder with mode 0700, with its parents, and proves that it can be written.
/// The mode of a folder that exists is its owner's business; what is written into it is private anyway.
///
/// # Errors
/// `home_unwritable` with the path.
pub fn prepare_folder(path: &Path) -> Result<()> {
    let refuse = |error: &io::Error| unwritable(ErrorCode::HomeUnwritable, path, error);
    make_folder(path).map_err(|e| refuse(&e))?;
    let probe = path.join(format!(".probe-{}", Uuid::new_v4()));
    let tried = create_private(&probe).and_then(|mut file| file.write_all(b"probe"));
    // A probe that cannot be removed is as telling as one that cannot be written.
    let removed = fs::remove_file(&probe);
    tried.and(removed).map_err(|e| refuse(&e))
}

/// Writes a file with mode 0600 so that a reader, and a crash, see the old bytes or the new ones: a new file in the
/// same folder, synced, renamed over the old one, the folder synced.
///
/// # Errors
/// `file_unwritable` with the path; the old file is untouched.
pub fn write_private(path: &Path, bytes: &[u8]) -> Result<()> {
    let write = || -> io::Result<()> {
        let draft = draft_beside(path)?;
        let written = write_synced(&draft, bytes).and_then(|()| fs::rename(&draft, path));
        if written.is_err() {
            let _ = fs::remove_file(&draft);
        }
        written.and_then(|()| sync_parent(path))
    };
    write().map_err(|e| unwritable(ErrorCode::FileUnwritable, path, &e))
}

/// Like [`write_private`], but never over an existing file: two writers, one winner. `false` when there is one.
pub(crate) fn write_private_once(path: &Path, bytes: &[u8]) -> io::Result<bool> {
    let draft = draft_beside(path)?;
    let written = write_synced(&draft, bytes).and_then(|()| match fs::hard_link(&draft, path) {
        Ok(()) => Ok(true),
        Err(e) if e.kind() == io::ErrorKind::AlreadyExists => Ok(false),
        // A file system without links: the plain way, with its window for a half-written file.
        Err(_) => match create_private(path) {
            Ok(mut file) => file.write_all(bytes).and_then(|()| file.sync_all()).map(|()| true),
            Err(e) if e.kind() == io::ErrorKind::AlreadyExists => Ok(false),
            Err(e) => Err(e),
        },
    });
    let _ = fs::remove_file(&draft);
    let created = written?;
    sync_parent(path)?;
    Ok(created)
}

/// A folder with mode 0700; fine when it is there.
pub(crate) fn make_folder(path: &Path) -> io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(path)
}

/// A new file with mode 0600, open for writing; an error when it exists.
pub(crate) fn create_private(path: &Path) -> io::Result<File> {
    private().create_new(true).open(path)
}

/// A file that may exist, open for reading and writing, contents untouched; mode 0600 when it is made.
pub(crate) fn open_private(path: &Path) -> io::Result<File> {
    private().read(true).create(true).truncate(false).open(path)
}

fn private() -> OpenOptions {
    let mut options = OpenOptions::new();
    options.write(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options
}

/// Makes names in a folder durable. Windows has no such call; its file systems journal them.
pub(crate) fn sync_folder(folder: &Path) -> io::Result<()> {
    #[cfg(unix)]
    File::open(folder)?.sync_all()?;
    #[cfg(not(unix))]
    let _ = folder;
    Ok(())
}

/// An error of this code that names the path and says why.
pub(crate) fn unwritable(code: ErrorCode, path: &Path, error: &io::Error) -> Error {
    Error::new(code).with("path", path.display()).detail(format_args!("{}: {error}", path.display()))
}

fn draft_beside(path: &Path) -> io::Result<PathBuf> {
    let name = path.file_name().ok_or(io::ErrorKind::InvalidInput)?;
    let mut draft = std::ffi::OsString::from(".");
    draft.push(name);
    draft.push(format!(".{}.tmp", Uuid::new_v4()));
    Ok(path.with_file_name(draft))
}

fn write_synced(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut file = create_private(path)?;
    file.write_all(bytes)?;
    file.sync_all()
}

fn sync_parent(path: &Path) -> io::Result<()> {
    match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => sync_folder(folder),
        _ => sync_folder(Path::new(".")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn writes_whole_files_and_leaves_no_draft() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("file");
        write_private(&path, b"old").expect("written");
        write_private(&path, b"new").expect("replaced");
        assert_eq!(fs::read(&path).expect("there"), b"new");
        assert_eq!(fs::read_dir(folder.path()).expect("a folder").count(), 1);
        assert_eq!(mode(&path), 0o600);
    }

    #[test]
    fn a_failed_write_leaves_the_old_file_and_no_draft() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("is-a-folder");
        fs::create_dir_all(path.join("full")).expect("made");
        assert_eq!(write_private(&path, b"new").expect_err("a folder is there").code(), ErrorCode::FileUnwritable);
        assert_eq!(fs::read_dir(folder.path()).expect("a folder").count(), 1);
    }

    #[test]
    fn once_means_once() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("key");
        assert!(write_private_once(&path, b"first").expect("written"));
        assert!(!write_private_once(&path, b"second").expect("refused"));
        assert_eq!(fs::read(&path).expect("there"), b"first");
        assert_eq!(fs::read_dir(folder.path()).expect("a folder").count(), 1);
        assert_eq!(mode(&path), 0o600);
    }

    #[test]
    fn a_home_folder_is_made_private_and_tried() {
        let folder = tempfile::tempdir().expect("a folder");
        let home = folder.path().join("a/b");
        prepare_folder(&home).expect("prepared");
        prepare_folder(&home).expect("again");
        assert_eq!(mode(&home), 0o700);
        assert_eq!(fs::read_dir(&home).expect("a folder").count(), 0);

        let blocked = folder.path().join("file");
        fs::write(&blocked, b"").expect("written");
        let error = prepare_folder(&blocked.join("home")).expect_err("a file is in the way");
        assert_eq!(error.code(), ErrorCode::HomeUnwritable);
    }

    #[cfg(unix)]
    fn mode(path: &Path) -> u32 {
        use std::os::unix::fs::PermissionsExt;
        fs::metadata(path).expect("there").permissions().mode() & 0o777
    }
}
