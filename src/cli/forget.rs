//! `matside forget`

use std::io::Write;

use anyhow::Context;

use crate::journal::Journal;

use super::{Exit, places};

pub fn run() -> anyhow::Result<Exit> {
    let journal = Journal::open(&places::state().context(places::NO_STATE)?)?;
    let _lock = journal.lock()?;
    let forgotten = journal.forget()?;
    let mut out = std::io::stdout().lock();
    for (name, value) in &forgotten.facts {
        writeln!(out, "forgotten: {name} ({value})")?;
    }
    for path in &forgotten.damaged {
        writeln!(out, "removed: {}", path.display())?;
    }
    if forgotten.facts.is_empty() && forgotten.damaged.is_empty() {
        writeln!(out, "nothing is remembered")?;
    }
    Ok(Exit::Done)
}
