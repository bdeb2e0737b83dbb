//! Facts that later sessions are to know, each for some days. Owns the file that holds them.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use crate::script::FactValue;

use super::{Journal, JournalError};

type Facts = BTreeMap<String, FactValue>;
type Changes = BTreeMap<String, Option<FactValue>>;

#[derive(Clone, Debug, Serialize, Deserialize)]
struct Kept {
    value: FactValue,
    since: Timestamp,
    days: u32,
}

impl Kept {
    /// A clock that was set back says nothing about how old it is.
    fn is_valid(&self, now: Timestamp) -> bool {
        let longest = SignedDuration::from_hours(24 * i64::from(self.days));
        (SignedDuration::ZERO..=longest).contains(&now.duration_since(self.since))
    }
}

/// What was removed.
#[derive(Debug, Default)]
pub struct Forgotten {
    /// Expired ones too.
    pub facts: Facts,
    /// Files that had been set aside.
    pub damaged: Vec<PathBuf>,
}

const FILE: &str = "remembered.json";
const SET_ASIDE: &str = "remembered.damaged";

impl Journal {
    /// The facts that are still valid at `now`.
    ///
    /// # Errors
    /// [`JournalError::Damaged`] when the file meant nothing and was set aside: from then on nothing is remembered.
    /// [`JournalError::Read`], [`JournalError::Write`] when even that failed.
    pub fn remembered(&self, now: Timestamp) -> Result<Facts, JournalError> {
        let valid = self.read()?.into_iter().filter(|(_, kept)| kept.is_valid(now));
        Ok(valid.map(|(name, kept)| (name, kept.value)).collect())
    }

    /// Keeps `facts` for `days` from `now` on, through a power cut from the moment this returns. A fact without a value
    /// is no longer known, and what has expired goes.
    ///
    /// # Errors
    /// As [`Journal::remembered`]; after [`JournalError::Damaged`] the facts are kept all the same.
    pub fn remember(&self, facts: &Changes, days: u32, now: Timestamp) -> Result<(), JournalError> {
        let (mut kept, damage) = match self.read() {
            Err(damage @ JournalError::Damaged { .. }) => (BTreeMap::new(), Err(damage)),
            read => (read?, Ok(())),
        };
        kept.retain(|_, kept| kept.is_valid(now));
        for (name, value) in facts {
            match value {
                Some(value) => kept.insert(name.clone(), Kept { value: value.clone(), since: now, days }),
                None => kept.remove(name),
            };
        }
        let path = self.dir.join(FILE);
        self.replace(&path, &kept).map_err(|source| JournalError::Write { path, source })?;
        damage
    }

    /// Removes all of it, damaged files too.
    ///
    /// # Errors
    /// [`JournalError::Read`], [`JournalError::Write`]; what was removed before stays removed.
    pub fn forget(&self) -> Result<Forgotten, JournalError> {
        let facts = match self.read() {
            Err(JournalError::Damaged { .. }) => BTreeMap::new(),
            read => read?,
        };
        let facts = facts.into_iter().map(|(name, kept)| (name, kept.value)).collect();
        let damaged: Vec<PathBuf> = self.set_aside().filter(|path| path.exists()).collect();
        let path = self.dir.join(FILE);
        let removed = damaged.iter().chain([&path]).try_for_each(|path| remove(path));
        let removed = removed.and_then(|()| File::open(&self.dir)?.sync_all());
        removed.map_err(|source| JournalError::Write { path, source })?;
        Ok(Forgotten { facts, damaged })
    }

    fn read(&self) -> Result<BTreeMap<String, Kept>, JournalError> {
        let path = self.dir.join(FILE);
        let text = match fs::read(&path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(BTreeMap::new()),
            text => text.map_err(|source| JournalError::Read { path: path.clone(), source })?,
        };
        serde_json::from_slice(&text).map_err(|source| {
            let free = self.set_aside().find(|free| !free.exists()).unwrap_or_default();
            match fs::rename(&path, &free) {
                Ok(()) => JournalError::Damaged { path: free, source },
                Err(source) => JournalError::Write { path: free, source },
            }
        })
    }

    /// Names for damaged files, in the order in which they are taken.
    fn set_aside(&self) -> impl Iterator<Item = PathBuf> + '_ {
        let numbered = (2..1000).map(|number| format!("{SET_ASIDE}-{number}"));
        [SET_ASIDE.to_owned()].into_iter().chain(numbered).map(|name| self.dir.join(name))
    }
}

fn remove(path: &Path) -> io::Result<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        removed => removed,
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    fn day(day: i64) -> Timestamp {
        Timestamp::UNIX_EPOCH + SignedDuration::from_hours(24 * day)
    }

    fn facts(facts: &[(&str, i64)]) -> Facts {
        facts.iter().map(|(name, value)| ((*name).to_owned(), FactValue::Number(*value))).collect()
    }

    fn set(facts: &[(&str, i64)]) -> Changes {
        facts.iter().map(|(name, value)| ((*name).to_owned(), Some(FactValue::Number(*value)))).collect()
    }

    fn journal() -> (tempfile::TempDir, Journal) {
        let dir = tempfile::tempdir().unwrap();
        let journal = Journal::open(dir.path()).unwrap();
        (dir, journal)
    }

    #[test]
    fn facts_are_known_for_their_days_and_for_their_owner_alone() {
        let (_dir, journal) = journal();
        assert_eq!(journal.remembered(day(100)).unwrap(), Facts::new());
        journal.remember(&set(&[("a", 1)]), 30, day(100)).unwrap();
        journal.remember(&set(&[("b", 2)]), 10, day(101)).unwrap();
        assert_eq!(journal.remembered(day(111)).unwrap(), facts(&[("a", 1), ("b", 2)]));
        assert_eq!(journal.remembered(day(112)).unwrap(), facts(&[("a", 1)]));
        assert_eq!(journal.remembered(day(130)).unwrap(), facts(&[("a", 1)]));
        assert_eq!(journal.remembered(day(131)).unwrap(), Facts::new());
        assert_eq!(journal.remembered(day(99)).unwrap(), Facts::new(), "the clock was set back");
        let mode = fs::metadata(journal.dir.join(FILE)).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }

    #[test]
    fn a_fact_without_a_value_is_no_longer_known() {
        let (_dir, journal) = journal();
        journal.remember(&set(&[("a", 1), ("b", 2)]), 30, day(0)).unwrap();
        journal.remember(&[("a".to_owned(), None)].into(), 30, day(1)).unwrap();
        assert_eq!(journal.remembered(day(1)).unwrap(), facts(&[("b", 2)]));
    }

    #[test]
    fn a_newer_answer_stands_in_for_the_older_and_what_expired_leaves_the_disk() {
        let (_dir, journal) = journal();
        journal.remember(&set(&[("a", 1), ("old", 1)]), 2, day(0)).unwrap();
        journal.remember(&set(&[("a", 5)]), 30, day(3)).unwrap();
        assert_eq!(journal.remembered(day(20)).unwrap(), facts(&[("a", 5)]));
        assert!(!fs::read_to_string(journal.dir.join(FILE)).unwrap().contains("old"));
    }

    #[test]
    fn damaged_files_are_set_aside_and_never_overwritten() {
        let (dir, journal) = journal();
        for (text, aside) in [("{\"a\":", SET_ASIDE), ("[]", "remembered.damaged-2")] {
            fs::write(dir.path().join(FILE), text).unwrap();
            let error = journal.remembered(day(0)).unwrap_err();
            assert!(matches!(error, JournalError::Damaged { .. }), "{error}");
            assert_eq!(fs::read_to_string(dir.path().join(aside)).unwrap(), text);
            assert_eq!(journal.remembered(day(0)).unwrap(), Facts::new());
        }
        fs::write(dir.path().join(FILE), "x").unwrap();
        let error = journal.remember(&set(&[("a", 1)]), 1, day(0)).unwrap_err();
        assert!(matches!(error, JournalError::Damaged { .. }), "{error}");
        assert_eq!(journal.remembered(day(0)).unwrap(), facts(&[("a", 1)]));
    }

    #[test]
    fn what_cannot_be_read_is_not_overwritten() {
        let (dir, journal) = journal();
        fs::create_dir(dir.path().join(FILE)).unwrap();
        let error = journal.remember(&set(&[("a", 1)]), 1, day(0)).unwrap_err();
        assert!(matches!(error, JournalError::Read { .. }), "{error}");
        assert!(dir.path().join(FILE).is_dir());
    }

    #[test]
    fn a_write_that_fails_leaves_what_was() {
        let (dir, journal) = journal();
        journal.remember(&set(&[("a", 1)]), 30, day(0)).unwrap();
        // Nothing can be made in a folder that is not there, whoever asks.
        let gone = Journal { dir: dir.path().join("gone") };
        let error = gone.remember(&set(&[("a", 2)]), 30, day(0)).unwrap_err();
        assert!(matches!(error, JournalError::Write { .. }), "{error}");
        assert_eq!(journal.remembered(day(0)).unwrap(), facts(&[("a", 1)]));
    }

    #[test]
    fn forgetting_removes_everything_and_says_what() {
        let (dir, journal) = journal();
        fs::write(dir.path().join(FILE), "x").unwrap();
        journal.remembered(day(0)).unwrap_err();
        journal.remember(&set(&[("a", 1)]), 30, day(0)).unwrap();
        let forgotten = journal.forget().unwrap();
        assert_eq!(forgotten.facts, facts(&[("a", 1)]));
        assert_eq!(forgotten.damaged, [dir.path().join(SET_ASIDE)]);
        assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 0);
        assert_eq!(journal.forget().unwrap().facts, Facts::new());
    }
}
