//! `matside journal acknowledge`: an emergency, or advice, is confirmed by somebody who sits at a keyboard and can read.

use std::io::{BufRead, IsTerminal, Write};

use anyhow::Context;
use jiff::Zoned;

use crate::history::{EMERGENCY, Moment, What};
use crate::journal::{Folder, Happened, Journal, Lock};
use crate::progress::{follow, gates};

use super::super::shelf::Shelf;
use super::{Exit, guide};

/// To be typed in full: no key that is hit by chance does it.
const WORD: &str = "understood";

#[derive(Debug, clap::Args)]
pub struct Args {
    /// The rule whose advice is not to be repeated (see `matside today`); without it, an emergency
    rule: Option<String>,
    #[command(flatten)]
    guide: guide::Guidance,
}

pub fn run(folder: &Folder, args: &Args) -> anyhow::Result<Exit> {
    let lock = folder.lock()?;
    let mut journal = open(folder, &lock)?;
    match &args.rule {
        Some(rule) => advice(&mut journal, args, rule),
        None => emergency(&mut journal, folder),
    }
}

/// What cannot be read any more must not keep somebody from acknowledging what it said.
fn open(folder: &Folder, lock: &Lock) -> anyhow::Result<Journal> {
    match Journal::open(folder) {
        Err(error) if error.is_damage() => {
            folder.set_aside(lock, Zoned::now().date())?;
            Ok(Journal::open(folder)?)
        }
        opened => Ok(opened?),
    }
}

fn emergency(journal: &mut Journal, folder: &Folder) -> anyhow::Result<Exit> {
    let history = journal.history()?;
    let told =
        gates::emergency(&history).map(|row| row.when.local().strftime("%Y-%m-%d at %H:%M").to_string());
    if told.is_none() && folder.marked().is_none() {
        writeln!(std::io::stdout(), "there is nothing to acknowledge")?;
        return Ok(Exit::Done);
    }
    let when = told.map_or_else(String::new, |when| format!(" on {when}"));
    confirm(&format!(
        "An emergency was reported{when}.\n\
         If nobody has called for emergency help yet, call now. A doctor decides when it is safe to go on.\n\
         Type `{WORD}` to allow sessions again: "
    ))?;
    acknowledge(journal, EMERGENCY)
}

fn advice(journal: &mut Journal, args: &Args, id: &str) -> anyhow::Result<Exit> {
    let shelf = Shelf::read(&[])?;
    let guide = args.guide.guide(&shelf.library)?;
    let progress = follow(guide, &journal.history()?, guide::now());
    let applied = progress.advising().find(|applied| applied.rule.id.value == id);
    let applied = applied.with_context(|| format!("no advice by a rule `{id}` is given now"))?;
    confirm(&format!("{}\nType `{WORD}` to hear this no more: ", applied.says.trim()))?;
    acknowledge(journal, id)
}

fn confirm(text: &str) -> anyhow::Result<()> {
    if !std::io::stdin().is_terminal() {
        anyhow::bail!("this needs somebody at a keyboard: standard input is no terminal");
    }
    let mut out = std::io::stdout();
    write!(out, "{text}")?;
    out.flush()?;
    let mut typed = String::new();
    std::io::stdin().lock().read_line(&mut typed)?;
    if typed.trim() != WORD {
        anyhow::bail!("that was not `{WORD}`: it stays as it is");
    }
    Ok(())
}

fn acknowledge(journal: &mut Journal, gate: &str) -> anyhow::Result<Exit> {
    let what = What::Acknowledgement { gate: gate.to_owned() };
    journal.write(None, &[Happened { when: Moment::from(&Zoned::now()), what }], None)?;
    writeln!(std::io::stdout(), "acknowledged")?;
    Ok(Exit::Done)
}
