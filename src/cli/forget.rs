//! `matside forget`

use std::io::Write;

use anyhow::Context;
use jiff::Zoned;
use jiff::civil::Date;

use crate::journal::{Folder, Forget, Forgotten, Journal};
use crate::progress::gates;

use super::{Exit, log, places};

#[derive(Debug, clap::Args)]
pub struct Args {
    /// Everything of that day, as 2026-03-01
    #[arg(long, value_name = "DATE", conflicts_with = "all")]
    day: Option<Date>,
    /// Everything that ever happened
    #[arg(long)]
    all: bool,
}

pub fn run(args: &Args) -> anyhow::Result<Exit> {
    let folder = Folder::open(&places::state().context(places::NO_STATE)?)?;
    let lock = folder.lock()?;
    let mut journal = match Journal::open(&folder) {
        Err(error) if error.is_damage() => {
            folder.set_aside(&lock, Zoned::now().date())?;
            Journal::open(&folder)?
        }
        opened => opened?,
    };
    let what = match (args.day, args.all) {
        (Some(day), _) => Forget::Day(day),
        (None, true) => Forget::All,
        (None, false) => Forget::Remembered,
    };
    let blocked = gates::emergency(&journal.history()?).is_some() || folder.marked().is_some();
    if what != Forget::Remembered && blocked {
        anyhow::bail!("an emergency is not acknowledged yet; `matside journal acknowledge` comes first");
    }
    print(&journal.forget(what)?, what)?;
    // It says when which session was started.
    if what != Forget::Remembered {
        log::forget()?;
    }
    Ok(Exit::Done)
}

fn print(forgotten: &Forgotten, what: Forget) -> std::io::Result<()> {
    let mut out = std::io::stdout().lock();
    for (name, value) in &forgotten.facts {
        writeln!(out, "forgotten: {name} ({value})")?;
    }
    for path in &forgotten.damaged {
        writeln!(out, "removed: {}", path.display())?;
    }
    let nothing = forgotten.rows == 0 && forgotten.damaged.is_empty();
    match what {
        Forget::Remembered if nothing => writeln!(out, "nothing is remembered"),
        Forget::Remembered => Ok(()),
        Forget::Day(day) if nothing => writeln!(out, "nothing happened on {day}"),
        Forget::All if nothing => writeln!(out, "the journal is empty"),
        Forget::Day(_) | Forget::All => writeln!(out, "removed from the journal: {} rows", forgotten.rows),
    }
}
