//! `matside journal`: what is written down, out and in again, and the word at the keyboard.

mod acknowledge;
mod csv;
mod json;

use std::io::Write;
use std::path::PathBuf;

use anyhow::Context;

use crate::journal::{Folder, Journal};
use crate::progress::gates;

use super::{Exit, guide, places};

pub use json::written;

#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Debug, clap::Subcommand)]
enum Verb {
    /// Print everything that happened
    Export {
        #[arg(long, value_enum, default_value = "json")]
        format: Format,
    },
    /// Take over what another journal exported as JSON, into an empty one
    Import {
        /// A file that `matside journal export` wrote
        file: PathBuf,
    },
    /// Confirm at the keyboard an emergency, so that there are sessions again, or advice, so that it is not repeated
    Acknowledge(acknowledge::Args),
}

#[derive(Clone, Copy, Debug, clap::ValueEnum)]
enum Format {
    Json,
    Csv,
}

pub fn run(args: &Args) -> anyhow::Result<Exit> {
    let folder = Folder::open(&places::state().context(places::NO_STATE)?)?;
    match &args.verb {
        Verb::Export { format } => {
            let history = Journal::open(&folder)?.history()?;
            let out = std::io::stdout().lock();
            match format {
                Format::Json => json::write(out, &history)?,
                Format::Csv => csv::write(out, &history)?,
            }
        }
        Verb::Import { file } => {
            let text = std::fs::read(file).with_context(|| format!("cannot read `{}`", file.display()))?;
            let history = json::read(&text).with_context(|| format!("in `{}`", file.display()))?;
            let _lock = folder.lock()?;
            Journal::open(&folder)?.import(&history)?;
            if gates::emergency(&history).is_some() {
                folder.mark()?;
            }
            writeln!(std::io::stdout(), "{} rows", history.rows.len())?;
        }
        Verb::Acknowledge(args) => return acknowledge::run(&folder, args),
    }
    Ok(Exit::Done)
}
