//! What is to be forgotten is really gone: overwritten in the file, and the file made anew.

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;

use jiff::civil::Date;

use crate::script::FactValue;

use super::{Journal, JournalError, aside};

/// What is to be forgotten.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum What {
    /// The answers that are remembered for some days.
    Remembered,
    /// What happened on that day, and sessions that began on it.
    Day(Date),
    All,
}

/// What was removed.
#[derive(Debug, Default, PartialEq)]
pub struct Forgotten {
    /// Facts that were remembered, also those that had expired.
    pub facts: BTreeMap<String, FactValue>,
    /// Rows of the journal.
    pub rows: u32,
    /// Files that had been set aside.
    pub damaged: Vec<PathBuf>,
}

const REMEMBERED: &str = "DELETE FROM moments WHERE seq IN (SELECT seq FROM answers WHERE \
                          (days IS NOT NULL OR forgets IS NOT NULL) AND refer IS NOT 'emergency')";
const DAY: &str = "WITH that AS (SELECT seq FROM moments WHERE date(at / 1000 + \"offset\", 'unixepoch') = :day) \
                   DELETE FROM moments WHERE seq IN that OR session IN that";

impl Journal {
    /// Removes `what`, and with everything that is remembered the damaged files, which nobody can look into.
    ///
    /// # Errors
    /// [`JournalError::Damaged`], [`JournalError::Database`], [`JournalError::Write`]; what was removed before stays so.
    pub fn forget(&mut self, what: What) -> Result<Forgotten, JournalError> {
        let before = self.history()?.ever_remembered();
        let rows = self.delete(what).map_err(|error| self.failed(error))?;
        let after = self.history()?.ever_remembered();
        let facts = before.into_iter().filter(|(name, value)| after.get(name) != Some(value)).collect();
        let damaged = if matches!(what, What::Day(_)) { Vec::new() } else { self.remove_damaged()? };
        Ok(Forgotten { facts, rows, damaged })
    }

    fn delete(&self, what: What) -> rusqlite::Result<u32> {
        let count = || self.db.query_row("SELECT count(*) FROM moments", [], |row| row.get::<_, u32>(0));
        let before = count()?;
        match what {
            What::Remembered => self.db.execute(REMEMBERED, [])?,
            What::Day(day) => self.db.execute(DAY, [day.to_string()])?,
            What::All => self.db.execute("DELETE FROM moments", [])?,
        };
        let rows = before - count()?;
        if rows > 0 {
            self.db.execute_batch("VACUUM; PRAGMA wal_checkpoint(TRUNCATE)")?;
        }
        Ok(rows)
    }

    fn remove_damaged(&self) -> Result<Vec<PathBuf>, JournalError> {
        let removed = aside::all(&self.path).and_then(|damaged| {
            damaged.iter().try_for_each(fs::remove_file)?;
            aside::sync_folder(&self.path)?;
            Ok(damaged)
        });
        removed.map_err(|source| JournalError::Write { path: self.path.clone(), source })
    }
}
