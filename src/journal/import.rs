//! Rows from somewhere else, under the numbers that they had.

use std::collections::BTreeSet;

use rusqlite::{Transaction, TransactionBehavior};

use crate::history::{History, Moment, Row};

use super::write::{Into, what};
use super::{Journal, JournalError};

impl Journal {
    /// Takes over all rows of `history`, into an empty journal.
    ///
    /// # Errors
    /// [`JournalError::NotEmpty`], [`JournalError::Foreign`] when the rows do not fit together, [`JournalError::Damaged`],
    /// [`JournalError::Database`]; nothing of it is then written.
    pub fn import(&mut self, history: &History) -> Result<(), JournalError> {
        fit(history).map_err(JournalError::Foreign)?;
        if !self.history()?.rows.is_empty() {
            return Err(JournalError::NotEmpty { path: self.path.clone() });
        }
        let written = self.db.transaction_with_behavior(TransactionBehavior::Immediate).and_then(|change| {
            history.rows.iter().try_for_each(|row| put(&change, row))?;
            change.commit()
        });
        written.map_err(|error| self.failed(error))
    }
}

fn put(change: &Transaction, row: &Row) -> rusqlite::Result<()> {
    let Moment { at, offset } = row.when;
    let moment = "INSERT INTO moments (seq, at, \"offset\", session) VALUES (:seq, :at, :offset, :session)";
    let values = (row.seq, at.as_millisecond(), offset.seconds(), row.session);
    change.prepare_cached(moment)?.execute(values)?;
    what(&Into { change, seq: row.seq }, &row.what)
}

/// Numbers that grow, and sessions that began before what happened in them.
fn fit(history: &History) -> Result<(), String> {
    let mut known = BTreeSet::new();
    for row in &history.rows {
        if known.last().is_some_and(|last| *last >= row.seq) || row.seq < 1 {
            return Err(format!("row {} stands in the wrong place", row.seq));
        }
        known.insert(row.seq);
        if let Some(session) = row.session.filter(|session| !known.contains(session)) {
            return Err(format!(
                "row {} belongs to session {session}, which is not there before it",
                row.seq
            ));
        }
    }
    Ok(())
}
