//! What must survive the process: the bookmark of a session that was cut off, and facts that later sessions are to know.
//! Owns files under the state directory. Must not decide what they mean.

mod remembered;

use std::fs::{self, DirBuilder, File};
use std::io::{self, Write};
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use crate::runner::State;

pub use remembered::Forgotten;

/// Where a session stood.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Bookmark {
    pub session: String,
    /// Of the texts that the plan was made of: a changed session cannot be resumed.
    pub digest: String,
    pub saved: Timestamp,
    pub state: State,
}

/// The questions at the beginning are good for this long; in neither source document.
const FRESH: SignedDuration = SignedDuration::from_hours(2);

impl Bookmark {
    /// Whether it may still be resumed. A clock that was set back does not make it so.
    #[must_use]
    pub fn is_fresh(&self, now: Timestamp) -> bool {
        (SignedDuration::ZERO..=FRESH).contains(&now.duration_since(self.saved))
    }
}

#[derive(Debug, thiserror::Error)]
pub enum JournalError {
    #[error("cannot make the directory `{path}`")]
    Directory { path: PathBuf, source: io::Error },
    #[error("cannot write `{path}`")]
    Write { path: PathBuf, source: io::Error },
    #[error("cannot read `{path}`")]
    Read { path: PathBuf, source: io::Error },
    #[error("what was remembered is damaged, and now lies in `{path}`")]
    Damaged { path: PathBuf, source: serde_json::Error },
    #[error("another session is running (lock `{path}`)")]
    Locked { path: PathBuf },
}

/// The state directory of this person on this device.
#[derive(Clone, Debug)]
pub struct Journal {
    dir: PathBuf,
}

/// One session at a time, for as long as this lives; the system lets go of it even after a kill.
#[derive(Debug)]
pub struct Lock(#[expect(dead_code, reason = "held, not read")] File);

impl Journal {
    /// Opens `dir`, making it readable by its owner alone.
    ///
    /// # Errors
    /// [`JournalError::Directory`] when it cannot be made.
    pub fn open(dir: &Path) -> Result<Self, JournalError> {
        DirBuilder::new()
            .recursive(true)
            .mode(0o700)
            .create(dir)
            .map_err(|source| JournalError::Directory { path: dir.to_owned(), source })?;
        Ok(Self { dir: dir.to_owned() })
    }

    /// Makes this the one session that runs.
    ///
    /// # Errors
    /// [`JournalError::Locked`] when there is one already.
    pub fn lock(&self) -> Result<Lock, JournalError> {
        let path = self.dir.join("running");
        let opened = File::options().create(true).write(true).truncate(false).open(&path);
        let file = opened.map_err(|source| JournalError::Write { path: path.clone(), source })?;
        match file.try_lock() {
            Ok(()) => Ok(Lock(file)),
            Err(fs::TryLockError::WouldBlock) => Err(JournalError::Locked { path }),
            Err(fs::TryLockError::Error(source)) => Err(JournalError::Write { path, source }),
        }
    }

    fn bookmark_path(&self) -> PathBuf {
        self.dir.join("bookmark.json")
    }

    /// Keeps `bookmark` through a power cut from the moment this returns.
    ///
    /// # Errors
    /// [`JournalError::Write`]; the bookmark before it is then still there.
    pub fn keep(&self, bookmark: &Bookmark) -> Result<(), JournalError> {
        let path = self.bookmark_path();
        self.replace(&path, bookmark).map_err(|source| JournalError::Write { path, source })
    }

    fn replace(&self, path: &Path, what: &impl Serialize) -> io::Result<()> {
        // A temporary file is made with mode 0600.
        let mut file = tempfile::NamedTempFile::new_in(&self.dir)?;
        serde_json::to_writer(&mut file, what)?;
        file.flush()?;
        file.as_file().sync_all()?;
        file.persist(path)?;
        File::open(&self.dir)?.sync_all()
    }

    /// The bookmark, if there is one that can be read. A damaged one is set aside, never overwritten.
    #[must_use]
    pub fn bookmark(&self) -> Option<Bookmark> {
        let path = self.bookmark_path();
        let text = fs::read(&path).ok()?;
        let bookmark = serde_json::from_slice(&text).ok();
        if bookmark.is_none() {
            // If even that fails there is nothing to go on from, and nothing is lost either.
            let _ = fs::rename(&path, path.with_extension("damaged"));
        }
        bookmark
    }

    /// The session came to its end: there is nothing to resume.
    pub fn forget_bookmark(&self) {
        let _ = fs::remove_file(self.bookmark_path());
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    fn bookmark() -> Bookmark {
        let state = State { cue: 3, ..State::new([].into()) };
        Bookmark { session: "s".into(), digest: "d".into(), saved: Timestamp::UNIX_EPOCH, state }
    }

    #[test]
    fn a_bookmark_comes_back_and_is_for_its_owner_alone() {
        let dir = tempfile::tempdir().unwrap();
        let journal = Journal::open(&dir.path().join("state")).unwrap();
        assert_eq!(journal.bookmark(), None);
        journal.keep(&bookmark()).unwrap();
        assert_eq!(journal.bookmark(), Some(bookmark()));
        let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!(mode(&journal.bookmark_path()), 0o600);
        assert_eq!(mode(&journal.dir), 0o700);
        journal.forget_bookmark();
        assert_eq!(journal.bookmark(), None);
    }

    #[test]
    fn an_old_bookmark_or_one_from_the_future_is_not_fresh() {
        let at = |minutes| Timestamp::UNIX_EPOCH + SignedDuration::from_mins(minutes);
        assert!(bookmark().is_fresh(at(119)));
        assert!(!bookmark().is_fresh(at(121)));
        assert!(!bookmark().is_fresh(at(-1)));
    }

    #[test]
    fn a_damaged_bookmark_is_set_aside() {
        let dir = tempfile::tempdir().unwrap();
        let journal = Journal::open(dir.path()).unwrap();
        fs::write(journal.bookmark_path(), b"{\"session\":").unwrap();
        assert_eq!(journal.bookmark(), None);
        assert!(dir.path().join("bookmark.damaged").exists());
    }

    #[test]
    fn one_session_at_a_time() {
        let dir = tempfile::tempdir().unwrap();
        let journal = Journal::open(dir.path()).unwrap();
        let lock = journal.lock().unwrap();
        assert!(matches!(journal.lock(), Err(JournalError::Locked { .. })));
        drop(lock);
        assert!(journal.lock().is_ok());
    }
}
