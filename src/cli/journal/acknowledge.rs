//! `matside journal acknowledge`: an emergency is confirmed by somebody who sits at a keyboard and can read.

use std::io::{BufRead, IsTerminal, Write};

use jiff::Zoned;

use crate::history::{Moment, What};
use crate::journal::{Folder, Happened, Journal};
use crate::progress::gates;

use super::Exit;

/// To be typed in full: no key that is hit by chance does it.
const WORD: &str = "understood";

pub fn run(folder: &Folder) -> anyhow::Result<Exit> {
    let _lock = folder.lock()?;
    let mut journal = Journal::open(folder)?;
    let history = journal.history()?;
    let Some(row) = gates::emergency(&history) else {
        writeln!(std::io::stdout(), "there is nothing to acknowledge")?;
        return Ok(Exit::Done);
    };
    if !std::io::stdin().is_terminal() {
        anyhow::bail!("this needs somebody at a keyboard: standard input is no terminal");
    }
    let mut out = std::io::stdout();
    writeln!(out, "An emergency was reported on {}.", row.when.local().strftime("%Y-%m-%d at %H:%M"))?;
    writeln!(
        out,
        "If nobody has called for emergency help yet, call now. A doctor decides when it is safe to go on."
    )?;
    write!(out, "Type `{WORD}` to allow sessions again: ")?;
    out.flush()?;
    let mut typed = String::new();
    std::io::stdin().lock().read_line(&mut typed)?;
    if typed.trim() != WORD {
        anyhow::bail!("that was not `{WORD}`: sessions stay blocked");
    }
    let what = What::Acknowledgement { gate: gates::EMERGENCY.to_owned() };
    journal.write(None, &[Happened { when: Moment::from(&Zoned::now()), what }], None)?;
    writeln!(out, "acknowledged")?;
    Ok(Exit::Done)
}
