//! Rows into the file: several at once, all or none, on disk when it returns.

use rusqlite::{Error, ToSql, Transaction, TransactionBehavior};
use serde::Serialize;

use crate::history::{Answer, EMERGENCY, Ending, Moment, Take, What};
use crate::runner::State;

use super::{Journal, JournalError, block, bookmark};

/// Something that happened, before it has a place.
#[derive(Clone, Debug, PartialEq)]
pub struct Happened {
    pub when: Moment,
    pub what: What,
}

impl Journal {
    /// Writes `rows` as part of the session that began at `session`; a beginning among them is the session of those
    /// after it. Gives the sequence number of the session. `mark` is where that session stands then.
    ///
    /// An emergency also marks the folder, and its acknowledgement takes the mark away.
    ///
    /// # Errors
    /// [`JournalError::Damaged`], [`JournalError::Database`]; nothing of it is then written. [`JournalError::Write`] when the
    /// mark stays.
    pub fn write(
        &mut self,
        session: Option<i64>,
        rows: &[Happened],
        mark: Option<(Moment, &State)>,
    ) -> Result<Option<i64>, JournalError> {
        if rows.iter().any(|row| row.what.is_emergency()) {
            // Whichever of the two can be written blocks; the row tells of a failure.
            let _ = block::raise(&self.path);
        }
        let written = self.db.transaction_with_behavior(TransactionBehavior::Immediate).and_then(|change| {
            let mut session = session;
            for row in rows {
                session = add(&change, session, row)?.1;
            }
            if let (Some(session), Some((moment, state))) = (session, mark) {
                bookmark::put(&change, session, moment.at, state)?;
            }
            if rows.iter().any(|row| ends_for_today(&row.what)) {
                bookmark::remove(&change)?;
            }
            change.commit()?;
            Ok(session)
        });
        let session = written.map_err(|error| self.failed(error))?;
        if rows.last().is_some_and(|row| row.what.acknowledges(EMERGENCY)) {
            let lowered = block::lower(&self.path);
            lowered.map_err(|source| JournalError::Write { path: self.path.clone(), source })?;
        }
        Ok(session)
    }
}

/// A session that is over for today cannot be gone on with.
fn ends_for_today(what: &What) -> bool {
    matches!(what, What::Ending { ending: Ending::Done | Ending::Symptoms | Ending::Emergency })
}

/// Writes one row, and gives its sequence number and its session's.
pub(super) fn add(
    change: &Transaction,
    session: Option<i64>,
    row: &Happened,
) -> rusqlite::Result<(i64, Option<i64>)> {
    let Moment { at, offset } = row.when;
    let moment = "INSERT INTO moments (at, \"offset\", session) VALUES (:at, :offset, :session)";
    change.prepare_cached(moment)?.execute((at.as_millisecond(), offset.seconds(), session))?;
    let seq = change.last_insert_rowid();
    let session = match row.what {
        What::Session { .. } => {
            change.prepare_cached("UPDATE moments SET session = seq WHERE seq = :seq")?.execute([seq])?;
            Some(seq)
        }
        _ => session,
    };
    what(&Into { change, seq }, &row.what)?;
    Ok((seq, session))
}

pub(super) struct Into<'a> {
    pub change: &'a Transaction<'a>,
    pub seq: i64,
}

impl Into<'_> {
    /// One row of `table`, its columns in the order of the schema.
    fn put(&self, table: &str, values: &[&dyn ToSql]) -> rusqlite::Result<()> {
        let places: Vec<String> = (0..=values.len()).map(|column| format!(":c{column}")).collect();
        let insert = format!("INSERT INTO {table} VALUES ({})", places.join(", "));
        let mut statement = self.change.prepare_cached(&insert)?;
        statement.raw_bind_parameter(1, self.seq)?;
        for (place, value) in values.iter().enumerate() {
            statement.raw_bind_parameter(place + 2, value)?;
        }
        statement.raw_execute().map(drop)
    }
}

pub(super) fn what(into: &Into, what: &What) -> rusqlite::Result<()> {
    match what {
        What::Session { session, language, digest, resumes } => {
            into.put("sessions", &[session, language, digest, resumes])
        }
        What::Ending { ending } => into.put("endings", &[&word(ending)?]),
        What::Answer(answer) => put_answer(into, answer),
        What::Take(take) => put_take(into, take),
        What::Level { exercise, level } => into.put("levels", &[exercise, level]),
        What::Note { note, about } => into.put("notes", &[note, about]),
        What::Refusal { gate, session } => into.put("refusals", &[gate, session]),
        What::Acknowledgement { gate } => into.put("acknowledgements", &[gate]),
    }
}

fn put_answer(into: &Into, answer: &Answer) -> rusqlite::Result<()> {
    let Answer { check_in, answer, number, exercise, facts, days, forgets, then, refer } = answer;
    let facts = json(facts)?;
    let forgets = Some(forgets).filter(|forgets| !forgets.is_empty()).map(json).transpose()?;
    let (then, refer) = (then.map(word).transpose()?, refer.map(word).transpose()?);
    into.put("answers", &[check_in, answer, number, exercise, &facts, days, &forgets, &then, &refer])
}

fn put_take(into: &Into, take: &Take) -> rusqlite::Result<()> {
    let Take { exercise, level, direction, sets, reps, hold, completed, lasted } = take;
    let hold = hold.map(|hold| i64::try_from(hold).unwrap_or(i64::MAX));
    let lasted = i64::try_from(*lasted).unwrap_or(i64::MAX);
    into.put("takes", &[exercise, level, direction, sets, reps, &hold, completed, &lasted])
}

fn json(value: &impl Serialize) -> rusqlite::Result<String> {
    serde_json::to_string(value).map_err(|error| Error::ToSqlConversionFailure(Box::new(error)))
}

/// A value as files name it.
fn word(value: impl Serialize) -> rusqlite::Result<String> {
    match serde_json::to_value(value) {
        Ok(serde_json::Value::String(word)) => Ok(word),
        Ok(other) => Err(Error::ToSqlConversionFailure(format!("`{other}` is no word").into())),
        Err(error) => Err(Error::ToSqlConversionFailure(Box::new(error))),
    }
}
