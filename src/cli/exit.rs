//! Exit codes: part of the interface, never renumbered.

use std::process::{ExitCode, Termination};

use crate::journal::JournalError;
use crate::runner::Ending;

/// How the process ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exit {
    Done,
    Failed,
    EndedEarly,
    Symptoms,
    Emergency,
    BadScript,
    NoDevice,
    AlreadyRunning,
    Blocked,
    Interrupted,
}

pub const HELP: &str = "\
Exit codes:
  0    done
  1    failed: the message says why
  2    wrong usage
  3    ended early by the person
  4    stopped for symptoms
  5    emergency
  6    the session's files have errors
  7    no sound device
  8    another session is running
  9    refused until an emergency is acknowledged
  130  interrupted by a signal";

impl Exit {
    /// For an error that nothing else is said about.
    #[must_use]
    pub fn of(error: &anyhow::Error) -> Self {
        match error.downcast_ref() {
            Some(JournalError::Locked { .. }) => Self::AlreadyRunning,
            _ => Self::Failed,
        }
    }

    #[must_use]
    pub fn code(self) -> u8 {
        match self {
            Self::Done => 0,
            Self::Failed => 1,
            Self::EndedEarly => 3,
            Self::Symptoms => 4,
            Self::Emergency => 5,
            Self::BadScript => 6,
            Self::NoDevice => 7,
            Self::AlreadyRunning => 8,
            Self::Blocked => 9,
            Self::Interrupted => 130,
        }
    }
}

impl From<Ending> for Exit {
    fn from(ending: Ending) -> Self {
        match ending {
            Ending::Done => Self::Done,
            Ending::EndedEarly => Self::EndedEarly,
            Ending::Symptoms => Self::Symptoms,
            Ending::Emergency => Self::Emergency,
            Ending::Interrupted => Self::Interrupted,
        }
    }
}

impl Termination for Exit {
    fn report(self) -> ExitCode {
        ExitCode::from(self.code())
    }
}
