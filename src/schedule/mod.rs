//! Sessions that start by themselves: entries, when they are due, and how cron or systemd is told of them. Owns those
//! texts and the programs that install them; must not start a session itself.

mod crontab;
mod missed;
mod quiet;
mod table;
mod timers;
mod units;
mod upcoming;
mod when;

use std::fmt;
use std::str::FromStr;

pub use crontab::{CrontabError, read, write};
pub use missed::{Missed, MissedError, is_late};
pub use quiet::{Quiet, QuietError};
pub use table::{Table, TableError};
pub use timers::{Timers, TimersError, unit};
pub use upcoming::{Start, latest, upcoming, upcoming_by_timer};
pub use when::{When, WhenError};

/// What starts, when, and how.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    pub when: When,
    /// Name of a session, file of one, or `today`.
    pub session: String,
    /// It rings and asks first.
    pub invite: bool,
    /// What is done about a start that was missed.
    pub missed: Missed,
    /// Whose session it is, where that was said.
    pub profile: Option<String>,
}

#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum EntryError {
    #[error(transparent)]
    When(#[from] WhenError),
    #[error(transparent)]
    Missed(#[from] MissedError),
    #[error("`{0}` is no entry; it has days, a time, a session and options")]
    Form(String),
}

impl Entry {
    /// Whether the program is told that a clock starts it: then it keeps quiet hours, and knows when it is late.
    pub fn by_clock(&self) -> bool {
        self.invite || self.missed != Missed::Skip
    }

    /// The arguments of the program that starts it.
    pub fn arguments(&self) -> Vec<String> {
        let mut arguments = vec!["run".to_owned(), self.session.clone()];
        if self.by_clock() {
            arguments.extend(["--due".to_owned(), self.when.to_string()]);
        }
        arguments.extend(self.options());
        arguments
    }

    fn options(&self) -> Vec<String> {
        let invite = self.invite.then(|| "--invite".to_owned());
        let missed = (self.missed != Missed::Skip).then(|| ["--missed".to_owned(), self.missed.to_string()]);
        let profile = self.profile.clone().map(|profile| ["--profile".to_owned(), profile]);
        invite.into_iter().chain(missed.into_iter().flatten()).chain(profile.into_iter().flatten()).collect()
    }
}

/// A line: days, time, session in quotes where a shell would want them, options.
impl fmt::Display for Entry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let options = self.options();
        let words = std::iter::once(&self.session).chain(&options).map(|word| quoted(word));
        write!(f, "{} {}", self.when, words.collect::<Vec<_>>().join(" "))
    }
}

impl FromStr for Entry {
    type Err = EntryError;

    fn from_str(text: &str) -> Result<Self, EntryError> {
        let words = shlex::split(text).unwrap_or_default();
        let [days, time, session, options @ ..] = words.as_slice() else {
            return Err(EntryError::Form(text.to_owned()));
        };
        let mut entry = Self {
            when: format!("{days} {time}").parse()?,
            session: session.clone(),
            invite: false,
            missed: Missed::Skip,
            profile: None,
        };
        let mut options = options.iter();
        while let Some(option) = options.next() {
            let mut value = || options.next().ok_or_else(|| EntryError::Form(text.to_owned()));
            match option.as_str() {
                "--invite" => entry.invite = true,
                "--missed" => entry.missed = value()?.parse()?,
                "--profile" => entry.profile = Some(value()?.clone()),
                _ => return Err(EntryError::Form(text.to_owned())),
            }
        }
        Ok(entry)
    }
}

/// As a shell reads it. A NUL cannot be in an argument, so none is lost.
pub fn quoted(text: &str) -> String {
    shlex::try_quote(&text.replace('\0', "")).map(Into::into).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_entry_says_how_it_is_started_and_comes_back() {
        for (text, arguments) in [
            ("Mon-Sat 07:30 today", "run today"),
            ("daily 18:00 'my own' --invite", "run|my own|--due|daily 18:00|--invite"),
            (
                "Sun 09:00 today --missed ask --profile anna",
                "run|today|--due|Sun 09:00|--missed|ask|--profile|anna",
            ),
        ] {
            let entry: Entry = text.parse().unwrap();
            assert_eq!(entry.to_string(), text);
            let said = entry.arguments().join("|");
            assert_eq!(said, arguments.replace("run today", "run|today"));
        }
    }

    #[test]
    fn what_is_no_entry_is_said() {
        for (text, said) in [
            ("Mon 07:30", "`Mon 07:30` is no entry"),
            ("Mon 07:30 today --missed", "`Mon 07:30 today --missed` is no entry"),
            ("Mon 07:30 today --loud", "`Mon 07:30 today --loud` is no entry"),
            ("Mon 07:30 today --missed later", "`later` is nothing to do"),
        ] {
            let error = text.parse::<Entry>().unwrap_err().to_string();
            assert!(error.starts_with(said), "{text}: {error}");
        }
    }
}
