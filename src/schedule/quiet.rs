//! Hours in which nothing starts by itself. Owns reading them, and whether a time on the wall is one of theirs.

use std::fmt;
use std::str::FromStr;

use jiff::civil::Time;

use super::when::{WhenError, time_of};

/// From one time of day up to another, over midnight where the first is the later one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Quiet {
    from: Time,
    to: Time,
}

#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum QuietError {
    #[error(transparent)]
    Time(#[from] WhenError),
    #[error("`{0}` is no span of hours; write two different times, as in `22:00-07:00`")]
    Form(String),
}

impl Quiet {
    /// The first minute is quiet, the last is not.
    pub fn holds(&self, time: Time) -> bool {
        let (after, before) = (time >= self.from, time < self.to);
        if self.from < self.to { after && before } else { after || before }
    }
}

impl FromStr for Quiet {
    type Err = QuietError;

    fn from_str(text: &str) -> Result<Self, QuietError> {
        let form = || QuietError::Form(text.to_owned());
        let (from, to) = text.split_once('-').ok_or_else(form)?;
        let quiet = Self { from: time_of(from.trim())?, to: time_of(to.trim())? };
        if quiet.from == quiet.to { Err(form()) } else { Ok(quiet) }
    }
}

impl fmt::Display for Quiet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{}", self.from.strftime("%H:%M"), self.to.strftime("%H:%M"))
    }
}

#[cfg(test)]
mod tests {
    use jiff::Zoned;

    use super::*;

    fn quiet(hours: &str, now: &str) -> bool {
        let now: Zoned = format!("{now}[Europe/Berlin]").parse().unwrap();
        hours.parse::<Quiet>().unwrap().holds(now.time())
    }

    #[test]
    fn they_may_go_over_midnight() {
        for (time, night, noon) in [
            ("2026-11-21T21:59:59", false, false),
            ("2026-11-21T22:00:00", true, false),
            ("2026-11-22T00:00:00", true, false),
            ("2026-11-22T06:59:59", true, false),
            ("2026-11-22T07:00:00", false, false),
            ("2026-11-22T13:00:00", false, true),
            ("2026-11-22T14:30:00", false, false),
        ] {
            assert_eq!(quiet("22:00-07:00", time), night, "{time}");
            assert_eq!(quiet("13:00-14:30", time), noon, "{time}");
        }
        assert!(quiet("00:00-06:00", "2026-11-22T00:00:00") && !quiet("22:00-00:00", "2026-11-22T00:00:00"));
    }

    /// They are hours on the wall, whatever the clock does in that night.
    #[test]
    fn a_changed_clock_changes_nothing() {
        // Half past two comes twice in October, and not at all in March, when three follows two.
        for time in ["2026-10-25T02:30:00+02:00", "2026-10-25T02:30:00+01:00", "2026-03-29T03:00:00+02:00"] {
            assert!(quiet("22:00-07:00", time), "{time}");
            assert!(!quiet("22:00-02:30", time), "{time}");
        }
        assert!(!quiet("22:00-07:00", "2026-03-29T07:00:00+02:00"));
    }

    #[test]
    fn what_is_no_span_is_said() {
        for (text, said) in [
            ("22:00", "`22:00` is no span of hours"),
            ("7:00-07:00", "`7:00-07:00` is no span of hours"),
            ("22:00-7", "`7` is no time of day"),
            ("22:00-24:00", "`24:00` is no time of day"),
        ] {
            let error = text.parse::<Quiet>().unwrap_err().to_string();
            assert!(error.starts_with(said), "{text}: {error}");
        }
        assert_eq!("22:00 - 7:00".parse::<Quiet>().unwrap().to_string(), "22:00-07:00");
    }
}
