//! Where the last session stands.

use jiff::{SignedDuration, Timestamp};
use rusqlite::{OptionalExtension, Transaction};

use crate::runner::State;

use super::{Journal, JournalError};

/// Where a session stood.
#[derive(Clone, Debug, PartialEq)]
pub struct Bookmark {
    /// Sequence number of its beginning.
    pub began: i64,
    pub session: String,
    /// Of the texts that the plan was made of: a changed session cannot be resumed.
    pub digest: String,
    pub saved: Timestamp,
    pub state: State,
}

impl Bookmark {
    /// Whether it was made no longer than `within` ago. A clock that was set back does not make it so.
    #[must_use]
    pub fn is_fresh(&self, now: Timestamp, within: SignedDuration) -> bool {
        (SignedDuration::ZERO..=within).contains(&now.duration_since(self.saved))
    }
}

pub(super) fn put(
    change: &Transaction,
    session: i64,
    saved: Timestamp,
    state: &State,
) -> rusqlite::Result<()> {
    let state = serde_json::to_string(state)
        .map_err(|error| rusqlite::Error::ToSqlConversionFailure(Box::new(error)))?;
    let put =
        "INSERT OR REPLACE INTO bookmark (only, session, saved, state) VALUES (1, :session, :saved, :state)";
    change.prepare_cached(put)?.execute((session, saved.as_millisecond(), state))?;
    Ok(())
}

pub(super) fn remove(change: &Transaction) -> rusqlite::Result<()> {
    change.execute("DELETE FROM bookmark", []).map(drop)
}

impl Journal {
    /// The bookmark, if there is one. One that means nothing to this program, as of another version, is none.
    ///
    /// # Errors
    /// [`JournalError::Damaged`], [`JournalError::Database`].
    pub fn bookmark(&self) -> Result<Option<Bookmark>, JournalError> {
        let query = "SELECT b.session, s.session, s.digest, b.saved, b.state FROM bookmark b JOIN sessions s \
                     ON s.seq = b.session";
        let read = self.db.query_row(query, [], |row| {
            let saved = Timestamp::from_millisecond(row.get(3)?).unwrap_or(Timestamp::MIN);
            Ok((row.get(0)?, row.get(1)?, row.get(2)?, saved, row.get::<_, String>(4)?))
        });
        let found = read.optional().map_err(|error| self.failed(error))?;
        Ok(found.and_then(|(began, session, digest, saved, state)| {
            let state = serde_json::from_str(&state).ok()?;
            Some(Bookmark { began, session, digest, saved, state })
        }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_old_bookmark_or_one_from_the_future_is_not_fresh() {
        let state = State::new([].into());
        let (session, digest) = (String::new(), String::new());
        let bookmark = Bookmark { began: 1, session, digest, saved: Timestamp::UNIX_EPOCH, state };
        let hours = SignedDuration::from_hours;
        let at = |minutes| Timestamp::UNIX_EPOCH + SignedDuration::from_mins(minutes);
        assert!(bookmark.is_fresh(at(119), hours(2)));
        assert!(!bookmark.is_fresh(at(121), hours(2)));
        assert!(!bookmark.is_fresh(at(-1), hours(2)));
    }
}
