//! Sessions that start by themselves: entries, when they are due, and how cron or systemd is told of them. Owns those
//! texts and the programs that install them; must not start a session itself.

mod crontab;
mod table;
mod timers;
mod units;
mod upcoming;
mod when;

use std::fmt;
use std::str::FromStr;

pub use crontab::{CrontabError, read, write};
pub use table::{Table, TableError};
pub use timers::{Timers, TimersError, unit};
pub use upcoming::{Start, upcoming, upcoming_by_timer};
pub use when::{When, WhenError};

/// What starts, and when.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    pub when: When,
    /// Name of a session, file of one, or `today`.
    pub session: String,
}

#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum EntryError {
    #[error(transparent)]
    When(#[from] WhenError),
    #[error("`{0}` is no entry; it has days, a time and a session")]
    Form(String),
}

/// A line: days, time, session in quotes where a shell would want them.
impl fmt::Display for Entry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.when, quoted(&self.session))
    }
}

impl FromStr for Entry {
    type Err = EntryError;

    fn from_str(text: &str) -> Result<Self, EntryError> {
        match shlex::split(text).unwrap_or_default().as_slice() {
            [days, time, session] => {
                Ok(Self { when: format!("{days} {time}").parse()?, session: session.clone() })
            }
            _ => Err(EntryError::Form(text.to_owned())),
        }
    }
}

/// As a shell reads it. A NUL cannot be in an argument, so none is lost.
pub fn quoted(text: &str) -> String {
    shlex::try_quote(&text.replace('\0', "")).map(Into::into).unwrap_or_default()
}
