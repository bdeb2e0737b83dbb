//! What is done about a start that was missed: the device was off, or asleep. Owns the words for it, and when a start counts
//! as late.

use std::fmt;
use std::str::FromStr;

use jiff::{SignedDuration, Timestamp, Zoned};

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Missed {
    /// It is lost.
    #[default]
    Skip,
    /// It is made up on the same day, as if it came in time.
    Next,
    /// The same, and the person is told and asked first, whatever the entry is otherwise.
    Ask,
}

#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("`{0}` is nothing to do about a missed start; write `skip`, `next` or `ask`")]
pub struct MissedError(String);

const NAMES: [(&str, Missed); 3] = [("skip", Missed::Skip), ("next", Missed::Next), ("ask", Missed::Ask)];

/// A start is late after that. Ours: longer than a slow device takes to begin, shorter than somebody waits for it.
const LATE: SignedDuration = SignedDuration::from_mins(10);

impl fmt::Display for Missed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = NAMES.iter().find(|(_, missed)| missed == self);
        f.write_str(name.map(|(name, _)| *name).unwrap_or_default())
    }
}

impl FromStr for Missed {
    type Err = MissedError;

    fn from_str(text: &str) -> Result<Self, MissedError> {
        let found = NAMES.iter().find(|(name, _)| *name == text);
        found.map(|(_, missed)| *missed).ok_or_else(|| MissedError(text.to_owned()))
    }
}

/// Whether `now` is later than a start that was `due` may be.
pub fn is_late(due: Timestamp, now: &Zoned) -> bool {
    now.timestamp().duration_since(due) > LATE
}

#[cfg(test)]
mod tests {
    use super::super::{When, latest};
    use super::*;

    #[test]
    fn a_start_is_late_after_ten_minutes() {
        let when: When = "Mon-Sat 07:30".parse().unwrap();
        let late = |when: &When, now: &str| {
            let now: Zoned = format!("{now}[Europe/Berlin]").parse().unwrap();
            is_late(latest(when, &now).unwrap().at.timestamp(), &now)
        };
        assert!(!late(&when, "2026-11-21T07:30:02") && !late(&when, "2026-11-21T07:40:00"));
        assert!(late(&when, "2026-11-21T07:40:01") && late(&when, "2026-11-22T23:00:00"));
        // The night in which the clock is put forward has no half past two; due is three o'clock.
        assert!(!late(&"02:30".parse().unwrap(), "2026-03-29T03:05:00"));
    }
}
