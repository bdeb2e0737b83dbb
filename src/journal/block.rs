//! A mark beside the journal: an emergency is not acknowledged. It stands where the journal itself can no longer be read.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use super::{Folder, JournalError, aside, make_private};

/// An empty file, so that it can also be made on a full disk.
const MARK: &str = "emergency";

/// Marks the folder of the journal `path`.
pub(super) fn raise(path: &Path) -> io::Result<()> {
    make_private(&mark(path))?;
    aside::sync_folder(path)
}

/// Takes the mark away.
pub(super) fn lower(path: &Path) -> io::Result<()> {
    match fs::remove_file(mark(path)) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        removed => removed.and_then(|()| aside::sync_folder(path)),
    }
}

fn mark(path: &Path) -> PathBuf {
    path.with_file_name(MARK)
}

/// Since when the folder `path` is marked, by its clock then. It need not be possible to open it.
#[must_use]
pub fn marked(path: &Path) -> Option<SystemTime> {
    let found = fs::symlink_metadata(path.join(MARK)).ok()?;
    Some(found.modified().unwrap_or(SystemTime::UNIX_EPOCH))
}

impl Folder {
    /// Since when an emergency is marked.
    #[must_use]
    pub fn marked(&self) -> Option<SystemTime> {
        marked(self.path())
    }

    /// Marks an emergency that the journal tells of.
    ///
    /// # Errors
    /// [`JournalError::Write`].
    pub fn mark(&self) -> Result<(), JournalError> {
        let path = self.path().join(super::FILE);
        raise(&path).map_err(|source| JournalError::Write { path, source })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_mark_stays_until_it_is_taken_away() {
        let dir = tempfile::tempdir().unwrap();
        let folder = Folder::open(dir.path()).unwrap();
        assert_eq!(folder.marked(), None);
        folder.mark().unwrap();
        folder.mark().unwrap();
        assert!(folder.marked().is_some());
        let path = dir.path().join(super::super::FILE);
        lower(&path).unwrap();
        lower(&path).unwrap();
        assert_eq!(folder.marked(), None);
    }
}
