//! Where nobody watches, what a session prints about itself is written down too. Owns which words go there: technical facts,
//! nothing that a person answered, nor how a session ended for them.

use std::io::IsTerminal;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;
use std::time::Instant;

use crate::log::{FILE, Level, Log, SYSTEM};

use super::{Exit, places};

struct Start {
    log: Log,
    began: Instant,
}

static START: OnceLock<Start> = OnceLock::new();

/// Where its file lies.
pub fn path() -> Option<PathBuf> {
    Some(places::device()?.join(FILE))
}

/// systemd has standard error in its journal already, and when what it starts begins and ends.
fn log() -> Option<Log> {
    let system = std::env::var_os("JOURNAL_STREAM").is_none().then(|| Path::new(SYSTEM));
    Some(Log::new(&places::device()?, system))
}

/// A start of `session`; at a terminal nothing is written down.
pub fn begin(session: &str) {
    if std::io::stderr().is_terminal() || std::io::stdin().is_terminal() {
        return;
    }
    let Some(log) = log() else { return };
    log.write(Level::Fact, &format!("`{session}` starts"));
    // There is one a process.
    let _ = START.set(Start { log, began: Instant::now() });
}

/// What went wrong, and goes on all the same: printed, too.
pub fn warn(text: &str) {
    eprintln!("matside: {text}");
    warned(text);
}

/// What was printed already.
pub fn warned(text: &str) {
    write(Level::Warning, text);
}

pub fn failed(text: &str) {
    write(Level::Failure, text);
}

fn write(level: Level, text: &str) {
    if let Some(start) = START.get() {
        start.log.write(level, text);
    }
}

/// What somebody decided, and what happened to them, is the journal's alone.
pub fn end(exit: Exit) {
    let Some(Start { log, began }) = START.get() else { return };
    let minutes = began.elapsed().as_secs() / 60;
    let how = match exit {
        Exit::Done | Exit::EndedEarly | Exit::Symptoms | Exit::Emergency | Exit::Blocked => "ended",
        Exit::Failed => "failed",
        Exit::BadScript => "did not start: its files have errors; see `matside check`",
        Exit::NoDevice => "broke off: no sound device",
        Exit::AlreadyRunning => "did not start: another session is running",
        Exit::Interrupted => "was interrupted by a signal",
    };
    log.write(Level::Fact, &format!("it {how}, after {minutes} min"));
}

/// Removes what was written down.
///
/// # Errors
/// When it is there and cannot be removed.
pub fn forget() -> std::io::Result<()> {
    log().map_or(Ok(()), |log| log.remove())
}
