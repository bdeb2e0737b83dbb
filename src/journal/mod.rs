//! What must survive the process: everything that happened, and where the last session stands.
//! Owns one SQLite file in the state directory. Must not decide what its rows mean.

mod aside;
mod block;
mod bookmark;
mod folder;
mod forget;
mod import;
mod read;
mod schema;
mod write;

use std::fs::{File, OpenOptions};
use std::io::{self, Read};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use rusqlite::config::DbConfig;
use rusqlite::{Connection, ErrorCode, OpenFlags};

pub use block::marked;
pub use bookmark::Bookmark;
pub use folder::{Folder, Lock};
pub use forget::{Forgotten, What as Forget};
pub use write::Happened;

#[derive(Debug, thiserror::Error)]
pub enum JournalError {
    #[error("cannot make the directory `{path}`")]
    Directory { path: PathBuf, source: io::Error },
    #[error("cannot write `{path}`")]
    Write { path: PathBuf, source: io::Error },
    #[error("cannot read `{path}`")]
    Read { path: PathBuf, source: io::Error },
    #[error("the journal `{path}` is damaged: {what}")]
    Damaged { path: PathBuf, what: String },
    #[error(
        "the journal `{path}` was written by a newer version of matside (its version is {version}, this program knows \
         {}); nothing is changed in it",
        schema::VERSION
    )]
    Newer { path: PathBuf, version: i64 },
    #[error("the journal `{path}` cannot be read or written; the disk may be full or broken")]
    Disk { path: PathBuf, source: rusqlite::Error },
    #[error("the journal `{path}` cannot be used")]
    Database { path: PathBuf, source: rusqlite::Error },
    #[error(
        "the journal `{path}` is not empty; what was exported goes into an empty one (a profile of its own, or after `matside forget --all`)"
    )]
    NotEmpty { path: PathBuf },
    #[error("the rows do not fit together: {0}")]
    Foreign(String),
    #[error("another session is running (lock `{path}`)")]
    Locked { path: PathBuf },
}

impl JournalError {
    #[must_use]
    pub fn is_damage(&self) -> bool {
        matches!(self, Self::Damaged { .. })
    }
}

/// What happened to one person on this device.
#[derive(Debug)]
pub struct Journal {
    path: PathBuf,
    db: Connection,
}

pub const FILE: &str = "journal.sqlite";
/// How long somebody else, who reads or forgets, is waited for.
const BUSY: Duration = Duration::from_secs(5);
/// Each commit is on disk when it returns, and what is removed leaves no trace in the file.
const PRAGMAS: [(&str, &str); 5] = [
    ("journal_mode", "WAL"),
    ("synchronous", "FULL"),
    ("foreign_keys", "ON"),
    ("secure_delete", "ON"),
    ("cell_size_check", "ON"),
];
/// Where SQLite keeps the version of the tables, in the first bytes of the file.
const VERSION_AT: usize = 60;

impl Journal {
    /// Opens the journal in `folder`, and makes one where there is none.
    ///
    /// # Errors
    /// [`JournalError::Damaged`]: nothing was changed; [`Folder::set_aside`] makes room for a new one.
    /// [`JournalError::Newer`], [`JournalError::Database`], [`JournalError::Write`], [`JournalError::Read`].
    pub fn open(folder: &Folder) -> Result<Self, JournalError> {
        let path = folder.path().join(FILE);
        let is_new = folder.make(FILE)?;
        // Before SQLite touches it: a file from a newer version stays as it is to the byte.
        check_version(&path, version_in_header(&path)?)?;
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let db = Connection::open_with_flags(&path, flags).map_err(|error| failed(&path, error))?;
        let mut journal = Self { path, db };
        journal.prepare().map_err(|error| journal.failed(error))?;
        let [version, application] = ["user_version", "application_id"].map(|pragma| journal.number(pragma));
        let version = version?;
        check_version(&journal.path, version)?;
        if version > 0 && application? != i64::from(schema::APPLICATION) {
            return Err(journal.damaged("it is a file of something else"));
        }
        schema::migrate(&mut journal.db).map_err(|error| journal.failed(error))?;
        if is_new {
            folder.sync()?;
        }
        Ok(journal)
    }

    fn prepare(&self) -> rusqlite::Result<()> {
        self.db.busy_timeout(BUSY)?;
        for (pragma, value) in PRAGMAS {
            self.db.pragma_update(None, pragma, value)?;
        }
        Ok(())
    }

    fn number(&self, pragma: &str) -> Result<i64, JournalError> {
        self.db.pragma_query_value(None, pragma, |row| row.get(0)).map_err(|error| self.failed(error))
    }

    fn failed(&self, error: rusqlite::Error) -> JournalError {
        let error = failed(&self.path, error);
        if error.is_damage() {
            // What is damaged stays as it is: closing it must not write into it.
            let _ = self.db.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, true);
        }
        error
    }

    fn damaged(&self, what: &str) -> JournalError {
        JournalError::Damaged { path: self.path.clone(), what: what.to_owned() }
    }
}

fn check_version(path: &Path, version: i64) -> Result<(), JournalError> {
    if version > schema::VERSION {
        return Err(JournalError::Newer { path: path.to_owned(), version });
    }
    Ok(())
}

/// Zero for what is too short to have one, or is no database at all: SQLite will say so.
fn version_in_header(path: &Path) -> Result<i64, JournalError> {
    let mut header = [0; VERSION_AT + 4];
    let read = File::open(path).and_then(|mut file| file.read_exact(&mut header));
    match read {
        Ok(()) => {}
        Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => return Ok(0),
        Err(source) => return Err(JournalError::Read { path: path.to_owned(), source }),
    }
    let (magic, version) =
        (header.get(..16), header.get(VERSION_AT..).and_then(|bytes| bytes.try_into().ok()));
    let ours = magic == Some(b"SQLite format 3\0".as_slice());
    Ok(version.filter(|_| ours).map_or(0, |version| i32::from_be_bytes(version).into()))
}

/// What SQLite says about a file whose bytes make no sense is damage; everything else may pass.
fn failed(path: &Path, error: rusqlite::Error) -> JournalError {
    let path = path.to_owned();
    let code = match &error {
        rusqlite::Error::SqliteFailure(failure, _) => Some(failure.code),
        _ => None,
    };
    if matches!(code, Some(ErrorCode::DiskFull | ErrorCode::SystemIoFailure)) {
        return JournalError::Disk { path, source: error };
    }
    let damage = match &error {
        rusqlite::Error::SqliteFailure(..) => {
            matches!(code, Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase))
        }
        rusqlite::Error::FromSqlConversionFailure(..)
        | rusqlite::Error::IntegralValueOutOfRange(..)
        | rusqlite::Error::InvalidColumnType(..)
        | rusqlite::Error::Utf8Error(..) => true,
        _ => false,
    };
    if damage {
        JournalError::Damaged { path, what: error.to_string() }
    } else {
        JournalError::Database { path, source: error }
    }
}

#[cfg(test)]
mod tests;

/// A file of this name with mode 0600; whether it was made just now.
fn make_private(path: &Path) -> io::Result<bool> {
    match OpenOptions::new().write(true).create_new(true).mode(0o600).open(path) {
        Ok(_) => Ok(true),
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(false),
        Err(error) => Err(error),
    }
}
