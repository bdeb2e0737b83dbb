//! The user's crontab, through the program `crontab`. Owns running it.

use std::io::Write;
use std::process::{Command, Output, Stdio};

/// This user's table of jobs.
pub struct Table;

#[derive(Debug, thiserror::Error)]
pub enum TableError {
    #[error("there is no program `crontab`; install cron: `sudo apt-get install cron`")]
    Missing(#[source] std::io::Error),
    #[error("`crontab` cannot be run")]
    Run(#[source] std::io::Error),
    /// What it said.
    #[error("`crontab` refused: {0}")]
    Refused(String),
}

impl Table {
    /// All of it; empty if there is none.
    ///
    /// # Errors
    /// When cron is missing, or forbids this user.
    pub fn read() -> Result<String, TableError> {
        let output = crontab("-l").output().map_err(failed)?;
        let said = String::from_utf8_lossy(&output.stderr);
        if !output.status.success() && said.starts_with("no crontab for") {
            return Ok(String::new());
        }
        accepted(&output)?;
        String::from_utf8(output.stdout)
            .map_err(|_| TableError::Refused("it holds bytes that are no UTF-8".to_owned()))
    }

    /// Puts `text` in its place; an empty one leaves no crontab. It is all there or unchanged: the program renames.
    ///
    /// # Errors
    /// As [`Table::read`].
    pub fn write(text: &str) -> Result<(), TableError> {
        if text.is_empty() {
            return accepted(&crontab("-r").output().map_err(failed)?);
        }
        let mut child = crontab("-").stdin(Stdio::piped()).spawn().map_err(failed)?;
        let fed = child.stdin.take().map_or(Ok(()), |mut stdin| stdin.write_all(text.as_bytes()));
        accepted(&child.wait_with_output().map_err(failed)?)?;
        fed.map_err(TableError::Run)
    }
}

fn crontab(argument: &str) -> Command {
    let mut command = Command::new("crontab");
    // What it says is read.
    command
        .arg(argument)
        .env("LC_ALL", "C")
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    command
}

fn failed(error: std::io::Error) -> TableError {
    if error.kind() == std::io::ErrorKind::NotFound {
        TableError::Missing(error)
    } else {
        TableError::Run(error)
    }
}

fn accepted(output: &Output) -> Result<(), TableError> {
    if output.status.success() {
        return Ok(());
    }
    let said = String::from_utf8_lossy(&output.stderr);
    Err(TableError::Refused(said.split_whitespace().collect::<Vec<_>>().join(" ")))
}
