//! "Later": the process waits, and asks again. It becomes a new one for that, so that nothing of the first is in memory and
//! no device or lock is held; only signals are listened for.

use std::fmt;
use std::os::unix::process::CommandExt;
use std::process::Command;
use std::str::FromStr;
use std::sync::mpsc::RecvTimeoutError;
use std::time::{Duration, Instant};

use anyhow::Context;
use jiff::Timestamp;

use crate::frames::Frames;

use super::super::{Exit, log, places};
use super::{Input, Message, Senses};

/// How often the clock on the wall is looked at: a device that slept is not to wait for what it slept through.
const LOOK: Duration = Duration::from_secs(1);
const FLAG: &str = "--snoozed";

/// Put off so many times, now until then.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Snoozed {
    pub times: u32,
    pub until: Timestamp,
}

impl Snoozed {
    pub fn after(times: u32, length: Frames) -> Self {
        let until = Timestamp::now().checked_add(Duration::from_millis(length.as_millis()));
        Self { times, until: until.unwrap_or(Timestamp::MAX) }
    }

    /// Waits; gives how to leave when told to before.
    ///
    /// # Errors
    /// When signals cannot be listened for.
    pub fn wait(self, senses: &mut Senses) -> anyhow::Result<Option<Exit>> {
        senses.heed_signals()?;
        let left = || Duration::try_from(self.until.duration_since(Timestamp::now())).unwrap_or_default();
        // A clock that is set back must not make it longer.
        let by = Instant::now() + left();
        loop {
            let left = left().min(by.saturating_duration_since(Instant::now()));
            if left.is_zero() {
                return Ok(None);
            }
            match senses.inbox.recv_timeout(left.min(LOOK)) {
                Ok(Message::Signal | Message::Input(Input::Interrupt)) => return Ok(Some(Exit::Interrupted)),
                Ok(_) | Err(RecvTimeoutError::Timeout | RecvTimeoutError::Disconnected) => {}
            }
        }
    }

    /// Begins this program anew, to wait there.
    ///
    /// # Errors
    /// When it cannot be begun.
    pub fn begin(self, senses: Senses) -> anyhow::Result<Exit> {
        if senses.inbox.try_iter().any(|message| matches!(message, Message::Signal)) {
            return Ok(Exit::Interrupted);
        }
        // The terminal as it was.
        drop(senses);
        log::end(Exit::Done);
        let earlier = format!("{FLAG}=");
        let arguments = std::env::args_os().skip(1);
        let arguments = arguments.filter(|argument| !argument.to_string_lossy().starts_with(&earlier));
        let mut command = Command::new(std::env::current_exe().context("where this program is")?);
        command.args(arguments).arg(format!("{FLAG}={self}"));
        if let Some(profile) = places::profile() {
            command.env("MATSIDE_PROFILE", profile);
        }
        Err(command.exec()).context("this program cannot be begun anew, to wait")
    }
}

impl fmt::Display for Snoozed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}@{}", self.times, self.until)
    }
}

impl FromStr for Snoozed {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (times, until) = text.split_once('@').ok_or("write a number and a time, as in 1@TIME")?;
        let times = times.parse().map_err(|error| format!("`{times}`: {error}"))?;
        Ok(Self { times, until: until.parse().map_err(|error: jiff::Error| error.to_string())? })
    }
}
