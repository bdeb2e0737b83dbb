//! The state directory: for its owner alone, one session at a time.

use std::fs::{self, DirBuilder, File};
use std::io;
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use crate::history::History;

use super::{Journal, JournalError, aside, make_private};

/// The state directory of this person on this device.
#[derive(Clone, Debug)]
pub struct Folder {
    path: PathBuf,
}

/// One session at a time, for as long as this lives; the system lets go of it even after a kill.
#[derive(Debug)]
pub struct Lock(#[expect(dead_code, reason = "held, not read")] File);

impl Folder {
    /// Opens the directory `path`, making it readable by its owner alone.
    ///
    /// # Errors
    /// [`JournalError::Directory`] when it cannot be made.
    pub fn open(path: &Path) -> Result<Self, JournalError> {
        DirBuilder::new()
            .recursive(true)
            .mode(0o700)
            .create(path)
            .map_err(|source| JournalError::Directory { path: path.to_owned(), source })?;
        Ok(Self { path: path.to_owned() })
    }

    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Makes this the one session that runs.
    ///
    /// # Errors
    /// [`JournalError::Locked`] when there is one already, [`JournalError::Write`].
    pub fn lock(&self) -> Result<Lock, JournalError> {
        let path = self.path.join("running");
        let opened = File::options().create(true).write(true).truncate(false).mode(0o600).open(&path);
        let file = opened.map_err(|source| JournalError::Write { path: path.clone(), source })?;
        match file.try_lock() {
            Ok(()) => Ok(Lock(file)),
            Err(fs::TryLockError::WouldBlock) => Err(JournalError::Locked { path }),
            Err(fs::TryLockError::Error(source)) => Err(JournalError::Write { path, source }),
        }
    }

    /// Makes the file `name` for its owner alone, if there is none; whether it had to.
    pub(super) fn make(&self, name: &str) -> Result<bool, JournalError> {
        let path = self.path.join(name);
        let made = || {
            if !path.exists() {
                aside::set_orphans_aside(&path)?;
            }
            make_private(&path)
        };
        made().map_err(|source| JournalError::Write { path: path.clone(), source })
    }

    /// What [`super::Journal::recent`] gives, where nothing can be written: read from a copy elsewhere.
    ///
    /// # Errors
    /// [`JournalError`]; nothing here was changed.
    pub fn peek(&self, since: jiff::Timestamp) -> Result<History, JournalError> {
        let path = self.path.join(super::FILE);
        let copied = || {
            let elsewhere = tempfile::tempdir()?;
            let copy = elsewhere.path().join(super::FILE);
            fs::copy(&path, &copy)?;
            aside::copy_beside(&path, &copy)?;
            Ok(elsewhere)
        };
        let elsewhere = copied().map_err(|source| JournalError::Read { path: path.clone(), source })?;
        Journal::open(&Self::open(elsewhere.path())?)?.recent(since)
    }

    pub(super) fn sync(&self) -> Result<(), JournalError> {
        let synced = File::open(&self.path).and_then(|dir| dir.sync_all());
        synced.map_err(|source| JournalError::Write { path: self.path.clone(), source })
    }

    /// Moves a damaged journal out of the way, and says where it lies now. It is never overwritten.
    ///
    /// # Errors
    /// [`JournalError::Write`]; it then lies where it was.
    pub fn set_aside(&self, _: &Lock, today: jiff::civil::Date) -> Result<PathBuf, JournalError> {
        let path = self.path.join(super::FILE);
        let moved = aside::set_aside(&path, today);
        moved.map_err(|source: io::Error| JournalError::Write { path, source })
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    #[test]
    fn the_folder_is_for_its_owner_alone() {
        let dir = tempfile::tempdir().unwrap();
        let folder = Folder::open(&dir.path().join("deep/state")).unwrap();
        assert_eq!(fs::metadata(folder.path()).unwrap().permissions().mode() & 0o777, 0o700);
    }

    #[test]
    fn one_session_at_a_time() {
        let dir = tempfile::tempdir().unwrap();
        let folder = Folder::open(dir.path()).unwrap();
        let lock = folder.lock().unwrap();
        assert!(matches!(folder.lock(), Err(JournalError::Locked { .. })));
        drop(lock);
        assert!(folder.lock().is_ok());
    }
}
