//! What happened, as plain values: the rows of the journal, in the order in which they were written.
//! Owns their shapes and what can be read off them at once. Must not know how they are stored, nor what they mean for
//! the next session.

mod gaps;
mod remembered;

use std::collections::{BTreeMap, BTreeSet};

use jiff::tz::Offset;
use jiff::{Timestamp, Zoned, civil};
use serde::{Deserialize, Serialize};

use crate::script::{FactValue, Refer, Then};

pub use gaps::{Gap, SOUND_BACK, SOUND_LOST};

/// The note that some advice was given; it is about the id of its rule.
pub const ADVISED: &str = "advised";
/// The gate of an emergency, as refusals and acknowledgements name it.
pub const EMERGENCY: &str = "emergency";

/// The note that somebody was asked to a session; it is about what was asked for.
pub const INVITED: &str = "invited";
/// The gates of a session that was to start by itself: why it did not.
pub const QUIET_HOURS: &str = "quiet-hours";
pub const NO_ANSWER: &str = "no-answer";
pub const NOT_TODAY: &str = "not-today";
pub const MISSED: &str = "missed";
pub const RUNNING: &str = "running";
pub const DONE: &str = "done";
/// Those that say nothing of how somebody is.
pub const BY_CLOCK: [&str; 6] = [QUIET_HOURS, NO_ANSWER, NOT_TODAY, MISSED, RUNNING, DONE];

/// How a session ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Ending {
    Done,
    /// The person said stop.
    EndedEarly,
    /// An answer, or none, called for no more today.
    Symptoms,
    Emergency,
    /// A signal came.
    Interrupted,
}

/// An instant, and what the clock on the wall showed then. To the millisecond.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Moment {
    pub at: Timestamp,
    pub offset: Offset,
}

impl Moment {
    #[must_use]
    pub fn local(self) -> civil::DateTime {
        self.offset.to_datetime(self.at)
    }

    #[must_use]
    pub fn day(self) -> civil::Date {
        self.local().date()
    }
}

impl From<&Zoned> for Moment {
    fn from(zoned: &Zoned) -> Self {
        let at = Timestamp::from_millisecond(zoned.timestamp().as_millisecond());
        Self { at: at.unwrap_or_else(|_| zoned.timestamp()), offset: zoned.offset() }
    }
}

/// An answer, or that there was none.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Answer {
    pub check_in: String,
    /// Absent when there was none.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub answer: Option<String>,
    /// On the check-in's scale.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub number: Option<i64>,
    /// The exercise that was asked about, or was last begun.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub exercise: Option<String>,
    /// Everything that it set, the check-in's own fact included.
    #[serde(skip_serializing_if = "BTreeMap::is_empty", default)]
    pub facts: BTreeMap<String, FactValue>,
    /// For how many days later sessions are to know these facts.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub days: Option<u32>,
    /// Facts that later sessions are no longer to know from an earlier answer.
    #[serde(skip_serializing_if = "BTreeSet::is_empty", default)]
    pub forgets: BTreeSet<String>,
    /// What followed.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub then: Option<Then>,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub refer: Option<Refer>,
}

/// An exercise that was left: a take of the whole of it, not of a cue.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Take {
    pub exercise: String,
    /// Absent when the exercise has no levels.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub level: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub direction: Option<String>,
    /// The dose that it had: sets, and either repetitions or milliseconds of a hold or a time.
    pub sets: u32,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub reps: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub hold: Option<u64>,
    pub completed: bool,
    /// Milliseconds of session time from entering it to leaving it.
    pub lasted: u64,
}

/// One thing that happened.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum What {
    /// A session began, or went on.
    #[serde(rename_all = "kebab-case")]
    Session {
        session: String,
        language: String,
        /// Of the texts that its plan was made of.
        digest: String,
        /// The sequence number of the session that it goes on with.
        #[serde(skip_serializing_if = "Option::is_none", default)]
        resumes: Option<i64>,
    },
    /// A session came to its end. One without was cut off.
    Ending {
        ending: Ending,
    },
    Answer(Answer),
    Take(Take),
    /// The level of an exercise was changed.
    Level {
        exercise: String,
        level: String,
    },
    /// Anything else, by its name: `worse` with the exercise, `left-out` with its title, `sound-lost`.
    Note {
        note: String,
        #[serde(skip_serializing_if = "Option::is_none", default)]
        about: Option<String>,
    },
    /// A session was refused, and by which gate.
    Refusal {
        gate: String,
        session: String,
    },
    /// Somebody at a keyboard has acknowledged what this gate says.
    Acknowledgement {
        gate: String,
    },
}

impl What {
    #[must_use]
    pub fn is_emergency(&self) -> bool {
        match self {
            Self::Answer(answer) => answer.refer == Some(Refer::Emergency),
            Self::Ending { ending } => *ending == Ending::Emergency,
            _ => false,
        }
    }

    /// Whether somebody acknowledged what `gate` says.
    #[must_use]
    pub fn acknowledges(&self, wanted: &str) -> bool {
        matches!(self, Self::Acknowledgement { gate } if gate == wanted)
    }
}

/// One row of the journal.
#[derive(Clone, Debug, PartialEq)]
pub struct Row {
    /// Grows with every row, whatever the clock does; never used twice.
    pub seq: i64,
    /// Sequence number of the session it belongs to; a session's own for its beginning.
    pub session: Option<i64>,
    pub when: Moment,
    pub what: What,
}

/// Rows in the order of their sequence numbers.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct History {
    pub rows: Vec<Row>,
}

/// A session with everything that happened in it, also after it was cut off and gone on with.
#[derive(Clone, Debug, PartialEq)]
pub struct Sitting<'a> {
    pub name: &'a str,
    pub began: Moment,
    /// Of all of its parts, in order; each begins with a [`What::Session`].
    pub rows: Vec<&'a Row>,
}

impl<'a> Sitting<'a> {
    /// How it ended at last; nothing if it was cut off.
    #[must_use]
    pub fn ending(&self) -> Option<Ending> {
        match self.rows.last()?.what {
            What::Ending { ending } => Some(ending),
            _ => None,
        }
    }

    pub fn answers(&self) -> impl Iterator<Item = &'a Answer> + '_ {
        self.rows.iter().filter_map(|row| match &row.what {
            What::Answer(answer) => Some(answer),
            _ => None,
        })
    }

    pub fn takes(&self) -> impl Iterator<Item = &'a Take> + '_ {
        self.rows.iter().filter_map(|row| match &row.what {
            What::Take(take) => Some(take),
            _ => None,
        })
    }
}

impl History {
    /// The sessions in the order in which they began. One that was gone on with is one.
    #[must_use]
    pub fn sittings(&self) -> Vec<Sitting<'_>> {
        let mut sittings: Vec<Sitting> = Vec::new();
        let mut of: BTreeMap<i64, usize> = BTreeMap::new();
        for row in &self.rows {
            if let What::Session { session, resumes, .. } = &row.what {
                let earlier = resumes.and_then(|resumes| of.get(&resumes).copied());
                of.insert(row.seq, earlier.unwrap_or(sittings.len()));
                if earlier.is_none() {
                    sittings.push(Sitting { name: session, began: row.when, rows: Vec::new() });
                }
            }
            let sitting = row.session.and_then(|session| of.get(&session));
            if let Some(sitting) = sitting.and_then(|index| sittings.get_mut(*index)) {
                sitting.rows.push(row);
            }
        }
        sittings
    }

    /// Only the sessions that began on `day` or later, whole, and what happened from then on outside of sessions.
    #[must_use]
    pub fn since(mut self, day: civil::Date) -> Self {
        let early = self.sittings().into_iter().filter(|sitting| sitting.began.day() < day);
        let early: BTreeSet<i64> = early.flat_map(|sitting| sitting.rows).map(|row| row.seq).collect();
        self.rows.retain(|row| !early.contains(&row.seq) && (row.session.is_some() || row.when.day() >= day));
        self
    }

    /// The latest time that any row bears. A clock that shows an earlier one was set back, or was ahead before.
    #[must_use]
    pub fn latest(&self) -> Option<Timestamp> {
        self.rows.iter().map(|row| row.when.at).max()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(seq: i64, session: i64, what: What) -> Row {
        let at = Timestamp::from_second(seq * 60).unwrap();
        Row { seq, session: Some(session), when: Moment { at, offset: Offset::UTC }, what }
    }

    fn began(seq: i64, resumes: Option<i64>) -> Row {
        let what =
            What::Session { session: "s".into(), language: "en".into(), digest: String::new(), resumes };
        row(seq, seq, what)
    }

    #[test]
    fn a_session_that_was_gone_on_with_is_one_sitting() {
        let take = |seq, session| row(seq, session, What::Take(Take::default()));
        let end = row(6, 4, What::Ending { ending: Ending::Done });
        let rows = vec![began(1, None), take(2, 1), began(4, Some(1)), take(5, 4), end, began(7, None)];
        let history = History { rows };
        let sittings = history.sittings();
        assert_eq!(sittings.iter().map(Sitting::ending).collect::<Vec<_>>(), [Some(Ending::Done), None]);
        assert_eq!(sittings[0].takes().count(), 2);
        assert_eq!(sittings[1].began, history.rows[5].when);
    }

    /// Its beginning was forgotten with the day before.
    #[test]
    fn what_is_gone_on_with_stands_for_itself_when_its_beginning_is_gone() {
        let history = History { rows: vec![began(4, Some(1))] };
        assert_eq!(history.sittings().len(), 1);
    }

    #[test]
    fn a_moment_knows_the_day_on_the_wall() {
        let zoned: Zoned = "2026-03-01T00:30:00.123456+01:00[Europe/Berlin]".parse().unwrap();
        let moment = Moment::from(&zoned);
        assert_eq!(moment.day(), civil::date(2026, 3, 1));
        assert_eq!(moment.at.to_string(), "2026-02-28T23:30:00.123Z");
    }
}
