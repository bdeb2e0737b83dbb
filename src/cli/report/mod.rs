//! `matside report`: figures for the person and for a physiotherapist, on the terminal or as one page of HTML. Owns their
//! words and their form. Must say what was, never what it means.

mod chart;
mod page;
mod table;
mod tables;
mod text;

use std::io::Write;
use std::path::{Path, PathBuf};

use anyhow::Context;
use jiff::civil::Date;
use jiff::{ToSpan, Zoned};

use crate::history::History;
use crate::report::{Names, report};

use super::shelf::Shelf;
use super::{Exit, history};

#[derive(Debug, clap::Args)]
pub struct Args {
    /// The sessions from that day on, as 2026-03-01 (default: those of the last twelve months)
    #[arg(long, value_name = "DATE")]
    since: Option<Date>,
    /// One page of HTML that stands alone, into this file; `-` or nothing for standard output
    #[arg(long, value_name = "FILE", num_args = 0..=1, default_missing_value = STDOUT)]
    html: Option<PathBuf>,
}

const STDOUT: &str = "-";

pub fn run(args: &Args) -> anyhow::Result<Exit> {
    let shelf = Shelf::read(&[])?;
    let today = Zoned::now().date();
    let since = args.since.unwrap_or_else(|| today.saturating_sub(1.year()));
    let history = match history::journal()? {
        None => History::default(),
        Some(journal) => history::since(&journal, since)?.since(since),
    };
    let names = Names::new(&shelf.library, &history);
    let report = report(&history, &names, today);
    match &args.html {
        None => text::write(&mut std::io::stdout().lock(), &report)?,
        Some(path) => write(path, &page::page(&report, names.language())?, report.sessions.len())?,
    }
    Ok(Exit::Done)
}

/// For its owner alone, as it is about somebody's health; whole, or not at all.
fn write(path: &Path, page: &str, sessions: usize) -> anyhow::Result<()> {
    if path.as_os_str() == STDOUT {
        return Ok(std::io::stdout().lock().write_all(page.as_bytes())?);
    }
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let written = || -> std::io::Result<()> {
        let mut file = tempfile::NamedTempFile::new_in(folder)?;
        file.write_all(page.as_bytes())?;
        file.persist(path).map_err(|error| error.error)?;
        Ok(())
    };
    written().with_context(|| format!("cannot write `{}`", path.display()))?;
    Ok(writeln!(std::io::stdout(), "{}: {sessions} sessions", path.display())?)
}
