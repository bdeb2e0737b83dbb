//! What happened, in figures for people: sessions, pain, days of practice, directions, exercises, answers, referrals.
//! A pure function of the history. Owns the arithmetic. Must not know how figures are shown, nor judge what they mean.

mod answers;
mod change;
mod days;
mod directions;
mod exercises;
mod names;
mod not_started;
mod notices;
mod periods;
mod session;

use jiff::civil::Date;

use crate::history::{History, Sitting};

pub use answers::{Numbers, Question};
pub use change::{Change, POINTS, SHARE, Window};
pub use days::Days;
pub use directions::{Direction, Felt};
pub use exercises::Exercise;
pub use names::Names;
pub use not_started::{NotStarted, not_started};
pub use notices::{Notice, Noticed};
pub use periods::{Mean, Period, Periods, Unit};
pub use session::Session;

/// Everything there is to show; empty lists where nothing happened.
#[derive(Clone, Debug, PartialEq)]
pub struct Report {
    /// The day on which it is made, on the wall.
    pub today: Date,
    /// In the order in which they began.
    pub sessions: Vec<Session>,
    pub days: Days,
    /// Nothing while fewer than two days have a pain before the exercises.
    pub change: Option<Change>,
    pub periods: Periods,
    pub directions: Vec<Direction>,
    pub exercises: Vec<Exercise>,
    pub questions: Vec<Question>,
    /// Oldest first.
    pub notices: Vec<Notice>,
}

/// The report about the sessions of `history`. `today` is only for what is counted up to now.
#[must_use]
pub fn report(history: &History, names: &Names, today: Date) -> Report {
    let sittings = history.sittings();
    let sessions = summaries(&sittings, names);
    Report {
        today,
        days: Days::of(&sessions, today),
        change: Change::of(&sessions),
        periods: Periods::of(&sessions),
        directions: directions::count(&sittings, names),
        exercises: exercises::count(&sittings, names),
        questions: answers::count(&sittings, names),
        notices: notices::collect(history, names),
        sessions,
    }
}

/// The sessions alone, in the order in which they began.
#[must_use]
pub fn sessions(history: &History, names: &Names) -> Vec<Session> {
    summaries(&history.sittings(), names)
}

fn summaries(sittings: &[Sitting], names: &Names) -> Vec<Session> {
    sittings.iter().map(|sitting| Session::of(sitting, names)).collect()
}

#[cfg(test)]
mod tests;
