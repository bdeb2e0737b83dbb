//! Rows out of the file, as plain values.

use std::collections::BTreeSet;

use jiff::Timestamp;
use jiff::tz::Offset;
use rusqlite::types::Type;
use rusqlite::{Connection, Error, Row as Found};
use serde::de::DeserializeOwned;

use crate::history::{Answer, History, Moment, Row, Take, What};

use super::{Journal, JournalError};

/// A table, its columns, and which of its rows are wanted however old they are.
type Table = (&'static str, &'static str, Option<&'static str>, fn(&Found) -> rusqlite::Result<What>);

/// Where the columns of a table begin, after the four of its moment.
const FROM: usize = 4;

const TABLES: [Table; 8] = [
    ("sessions", "t.session, t.language, t.digest, t.resumes", None, session),
    ("endings", "t.ending", None, ending),
    (
        "answers",
        "t.check_in, t.answer, t.number, t.exercise, t.facts, t.days, t.forgets, t.\"then\", t.refer",
        Some("t.days IS NOT NULL OR t.forgets IS NOT NULL OR t.refer = 'emergency'"),
        answer,
    ),
    ("takes", "t.exercise, t.level, t.direction, t.sets, t.reps, t.hold, t.completed, t.lasted", None, take),
    ("levels", "t.exercise, t.level", None, level),
    ("notes", "t.note, t.about", None, note),
    ("refusals", "t.gate, t.session", None, refusal),
    ("acknowledgements", "t.gate", Some("TRUE"), acknowledgement),
];

/// So many of the newest rows are read whatever time they bear: a clock may have been set back.
const NEWEST: i64 = 2_000;

impl Journal {
    /// Everything that happened.
    ///
    /// # Errors
    /// [`JournalError::Damaged`], [`JournalError::Database`].
    pub fn history(&self) -> Result<History, JournalError> {
        self.read(|_| Ok(0), true)
    }

    /// What happened in the last `count` sessions, and between them.
    ///
    /// # Errors
    /// As [`Journal::history`].
    pub fn last(&self, count: u32) -> Result<History, JournalError> {
        let first = "SELECT coalesce(min(seq), 0) FROM (SELECT seq FROM sessions WHERE resumes IS NULL \
                     ORDER BY seq DESC LIMIT :count)";
        self.read(|db| db.query_row(first, [count], |row| row.get(0)), false)
    }

    /// What happened from `since` on, and of what is older all that still counts: answers that are remembered for some
    /// days, emergencies, acknowledgements.
    ///
    /// # Errors
    /// As [`Journal::history`].
    pub fn recent(&self, since: Timestamp) -> Result<History, JournalError> {
        self.read(|db| first(db, since), true)
    }

    /// Every row from the one on that `first` gives, and with `older` those before it that still count.
    fn read(
        &self,
        first: impl Fn(&Connection) -> rusqlite::Result<i64>,
        older: bool,
    ) -> Result<History, JournalError> {
        let mut rows = Vec::new();
        // One moment for all tables, also while a session writes.
        let read = self.db.unchecked_transaction().and_then(|view| {
            let first = first(&view)?;
            let table = |(table, columns, always, what): &Table| -> Table {
                (table, columns, always.filter(|_| older), *what)
            };
            TABLES.iter().map(table).try_for_each(|table| read_table(&view, &table, first, &mut rows))
        });
        read.map_err(|error| self.failed(error))?;
        // Each table is in order already, so this only merges.
        rows.sort_by_key(|row| row.seq);
        Ok(History { rows })
    }
}

/// The sequence number from which on every row is read.
fn first(db: &Connection, since: Timestamp) -> rusqlite::Result<i64> {
    let first = "SELECT min(coalesce((SELECT min(seq) FROM moments WHERE at >= :since), :none), \
                 coalesce((SELECT max(seq) - :newest + 1 FROM moments), 0))";
    db.query_row(first, (since.as_millisecond(), i64::MAX, NEWEST), |row| row.get(0))
}

fn read_table(
    db: &Connection,
    (table, columns, always, what): &Table,
    first: i64,
    rows: &mut Vec<Row>,
) -> rusqlite::Result<()> {
    let join = format!(
        "SELECT m.seq, m.at, m.\"offset\", m.session, {columns} FROM {table} t JOIN moments m ON m.seq = t.seq"
    );
    let older = always.map(|always| format!("{join} WHERE t.seq < :first AND ({always}) UNION ALL "));
    let query = format!("{}{join} WHERE t.seq >= :first", older.unwrap_or_default());
    let mut query = db.prepare(&query)?;
    let found = query.query_map([first], |found| {
        let when = moment(found)?;
        Ok(Row { seq: found.get(0)?, session: found.get(3)?, when, what: what(found)? })
    })?;
    for row in found {
        rows.push(row?);
    }
    Ok(())
}

fn moment(found: &Found) -> rusqlite::Result<Moment> {
    let at = Timestamp::from_millisecond(found.get(1)?).map_err(|error| bad(1, error))?;
    let offset = Offset::from_seconds(found.get(2)?).map_err(|error| bad(2, error))?;
    Ok(Moment { at, offset })
}

fn bad(column: usize, error: impl std::error::Error + Send + Sync + 'static) -> Error {
    Error::FromSqlConversionFailure(column, Type::Text, Box::new(error))
}

/// A value by its name in files.
fn word<T: DeserializeOwned>(found: &Found, column: usize) -> rusqlite::Result<Option<T>> {
    let word: Option<String> = found.get(column)?;
    let value = word.map(|word| serde_json::from_value(serde_json::Value::String(word)));
    value.transpose().map_err(|error| bad(column, error))
}

fn session(found: &Found) -> rusqlite::Result<What> {
    let [session, language, digest] = [found.get(FROM)?, found.get(FROM + 1)?, found.get(FROM + 2)?];
    Ok(What::Session { session, language, digest, resumes: found.get(FROM + 3)? })
}

fn ending(found: &Found) -> rusqlite::Result<What> {
    let ending = word(found, FROM)?;
    ending.map(|ending| What::Ending { ending }).ok_or(Error::InvalidQuery)
}

fn answer(found: &Found) -> rusqlite::Result<What> {
    let facts: String = found.get(FROM + 4)?;
    let forgets: Option<String> = found.get(FROM + 6)?;
    Ok(What::Answer(Answer {
        check_in: found.get(FROM)?,
        answer: found.get(FROM + 1)?,
        number: found.get(FROM + 2)?,
        exercise: found.get(FROM + 3)?,
        facts: serde_json::from_str(&facts).map_err(|error| bad(FROM + 4, error))?,
        days: found.get(FROM + 5)?,
        forgets: match forgets {
            Some(forgets) => serde_json::from_str(&forgets).map_err(|error| bad(FROM + 6, error))?,
            None => BTreeSet::new(),
        },
        then: word(found, FROM + 7)?,
        refer: word(found, FROM + 8)?,
    }))
}

fn take(found: &Found) -> rusqlite::Result<What> {
    Ok(What::Take(Take {
        exercise: found.get(FROM)?,
        level: found.get(FROM + 1)?,
        direction: found.get(FROM + 2)?,
        sets: found.get(FROM + 3)?,
        reps: found.get(FROM + 4)?,
        hold: found.get::<_, Option<i64>>(FROM + 5)?.map(i64::unsigned_abs),
        completed: found.get(FROM + 6)?,
        lasted: found.get::<_, i64>(FROM + 7)?.unsigned_abs(),
    }))
}

fn level(found: &Found) -> rusqlite::Result<What> {
    Ok(What::Level { exercise: found.get(FROM)?, level: found.get(FROM + 1)? })
}

fn note(found: &Found) -> rusqlite::Result<What> {
    Ok(What::Note { note: found.get(FROM)?, about: found.get(FROM + 1)? })
}

fn refusal(found: &Found) -> rusqlite::Result<What> {
    Ok(What::Refusal { gate: found.get(FROM)?, session: found.get(FROM + 1)? })
}

fn acknowledgement(found: &Found) -> rusqlite::Result<What> {
    Ok(What::Acknowledgement { gate: found.get(FROM)? })
}
