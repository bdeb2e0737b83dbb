//! What a session knows of earlier ones, and where it writes down its own. Memory that fails costs questions, never the
//! session.

use std::path::Path;

use jiff::tz::TimeZone;
use jiff::{Timestamp, Zoned};

use crate::history::{History, Moment, What};
use crate::journal::{Folder, Happened, Journal, JournalError, Lock, marked};
use crate::progress::gates;
use crate::runner::Trouble;

use super::super::guide::BACK;
use super::super::{log, places};

pub struct Memory {
    /// Held while the session runs; nobody else can begin one.
    _lock: Option<Lock>,
    /// Absent when nothing can be written.
    pub journal: Option<Journal>,
    pub history: History,
    /// When an emergency was reported that is not acknowledged.
    pub emergency: Option<String>,
    /// What is to be said about it.
    pub trouble: Option<Trouble>,
}

impl Memory {
    /// Opens what is in `path`, and says on stderr what is wrong with it.
    ///
    /// # Errors
    /// [`JournalError::Locked`] when another session is running, and nothing else.
    pub fn open(path: &Path) -> Result<Self, JournalError> {
        let mut memory = Self::read(path)?;
        memory.emergency = emergency(path, &memory.history);
        Ok(memory)
    }

    fn read(path: &Path) -> Result<Self, JournalError> {
        let nothing = |error: JournalError, lock, history| {
            warn(error);
            Ok(Self { _lock: lock, journal: None, history, emergency: None, trouble: Some(Trouble::NotKept) })
        };
        let folder = match Folder::open(path) {
            Ok(folder) => folder,
            Err(error) => return nothing(error, None, History::default()),
        };
        // Where nothing can be written, what was written still counts.
        let peek = || folder.peek(back()).unwrap_or_default();
        let lock = match folder.lock() {
            Ok(lock) => lock,
            Err(error @ JournalError::Locked { .. }) => return Err(error),
            Err(error) => return nothing(error, None, peek()),
        };
        let (opened, trouble) = match open(&folder) {
            Err(error) if error.is_damage() => (anew(&folder, &lock, error), Some(Trouble::Damaged)),
            opened => (opened, None),
        };
        match opened {
            Ok((journal, history)) => {
                Ok(Self { _lock: Some(lock), journal: Some(journal), history, emergency: None, trouble })
            }
            Err(error) => nothing(error, Some(lock), peek()),
        }
    }
}

/// By the journal, or by the mark beside one that cannot be read.
fn emergency(path: &Path, history: &History) -> Option<String> {
    let told = gates::emergency(history).map(|row| row.when.local());
    if told.is_some()
        && let Ok(folder) = Folder::open(path)
    {
        // The journal says it already; the mark is for when it cannot any more.
        let _ = folder.mark();
    }
    let marked = || Some(Timestamp::try_from(marked(path)?).ok()?.to_zoned(TimeZone::system()).datetime());
    Some(told.or_else(marked)?.strftime("%Y-%m-%d at %H:%M").to_string())
}

/// Where no journal can be written: the next session is to know of the emergency all the same.
pub fn mark_emergency() {
    let marked = places::state().map(|path| Folder::open(&path)?.mark());
    if let Some(Err(error)) = marked {
        warn(error);
    }
}

/// The journal once more, beside whatever session is running; nothing where it cannot be opened.
pub fn beside() -> Option<Journal> {
    Journal::open(&Folder::open(&places::state()?).ok()?).ok()
}

/// One row that belongs to no session.
pub fn note(what: What) {
    let row = Happened { when: Moment::from(&Zoned::now()), what };
    let Some(mut journal) = beside() else {
        return log::warn("why there is no session could not be written down");
    };
    if let Err(error) = journal.write(None, &[row], None) {
        warn(error);
    }
}

/// One session at a time on this device, whoever's it is. Held as long as it lives.
///
/// # Errors
/// [`JournalError::Locked`] when another session is running, and nothing else.
pub fn turn() -> Result<Option<Lock>, JournalError> {
    // Without profiles the lock of the journal is the same one.
    if places::device() == places::state() { Ok(None) } else { device() }
}

/// The same before it is known who it is.
///
/// # Errors
/// As [`turn`].
pub fn device() -> Result<Option<Lock>, JournalError> {
    match places::device().map(|path| Folder::open(&path)?.lock()).transpose() {
        Err(error @ JournalError::Locked { .. }) => Err(error),
        Err(_) => Ok(None),
        Ok(lock) => Ok(lock),
    }
}

fn back() -> Timestamp {
    Zoned::now().timestamp() - BACK
}

fn open(folder: &Folder) -> Result<(Journal, History), JournalError> {
    let journal = Journal::open(folder)?;
    let history = journal.recent(back())?;
    Ok((journal, history))
}

/// A new journal in place of a damaged one.
fn anew(folder: &Folder, lock: &Lock, damage: JournalError) -> Result<(Journal, History), JournalError> {
    warn(damage);
    let aside = folder.set_aside(lock, Zoned::now().date())?;
    log::warn(&format!("it now lies in `{}`, and a new one was begun", aside.display()));
    open(folder)
}

fn warn(error: JournalError) {
    log::warn(&format!("{:#}", anyhow::Error::from(error)));
}
