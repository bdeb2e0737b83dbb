//! `matside today`: what is for today, and why, without starting it.

use std::io::Write;

use crate::plan::{Ladder, Main};
use crate::progress::{Choice, LeftOut, Move, Progress, Wish};

use crate::script::Course;

use super::shelf::Shelf;
use super::{Exit, guide};

#[derive(Debug, clap::Args)]
pub struct Args {
    /// Time that there is, in minutes
    #[arg(long, value_name = "N")]
    minutes: Option<u64>,
    #[command(flatten)]
    guide: guide::Guidance,
}

pub fn run(args: &Args) -> anyhow::Result<Exit> {
    let shelf = Shelf::read(&[])?;
    let guide = args.guide.guide(&shelf.library)?;
    let progress = guide::progress(guide)?;
    let choice = guide::choose(guide, &progress, Wish { minutes: args.minutes });
    print(&mut std::io::stdout().lock(), &progress, &choice)?;
    Ok(Exit::Done)
}

fn print(out: &mut impl Write, progress: &Progress, choice: &Choice) -> std::io::Result<()> {
    match choice {
        Choice::Session(offer) => writeln!(out, "{}: {}, {} min", offer.id, offer.title, offer.minutes)?,
        Choice::None(none) => writeln!(out, "{}", guide::explain(none))?,
    }
    if let Some(phase) = progress.phase {
        writeln!(out, "phase `{}`: {}", phase.id.value, phase.title)?;
    }
    for applied in &progress.rules {
        let (id, then) = (&applied.rule.id.value, applied.rule.then.value.name());
        writeln!(out, "rule `{id}` ({then}), from {}: {}", days(&applied.days), applied.says.trim())?;
        if applied.rule.then.value == Course::Refer {
            writeln!(out, "  said once a day; `matside journal acknowledge {id}` ends that")?;
        }
    }
    for (direction, left) in &progress.left_out {
        match left {
            LeftOut::ForTheDay => writeln!(out, "without {direction} for the rest of the day")?,
            LeftOut::UntilTested { worse, .. } => {
                writeln!(out, "without {direction} until it is tested again: worse on {}", days(worse))?;
            }
        }
    }
    for (id, decision) in &progress.decisions {
        let Some(ladder) = progress.ladders.get(id).filter(|_| decision.step != Move::Stay) else { continue };
        writeln!(out, "{id}: {}", step(ladder, decision.rung, decision.step))?;
    }
    Ok(())
}

/// What a decision comes to.
pub fn step(ladder: &Ladder, rung: usize, step: Move) -> String {
    let from = at(ladder, rung);
    match step {
        Move::Stay => format!("stays at {from}"),
        Move::Up => {
            format!("from {from} to {}, if the pain is no stronger than last time", at(ladder, rung + 1))
        }
        Move::Down => format!("from {from} to {}", at(ladder, rung.saturating_sub(1))),
    }
}

pub fn at(ladder: &Ladder, rung: usize) -> String {
    let amount = match ladder.rungs.get(rung).map(|rung| rung.main) {
        Some(Main::Reps { reps, .. }) => format!("{reps} times"),
        Some(Main::Hold(length) | Main::Time(length)) => format!("{} s", length.as_millis() / 1000),
        None => "nothing".to_owned(),
    };
    ladder.level_id(rung).map_or(amount.clone(), |level| format!("{level}, {amount}"))
}

pub fn days(days: &[jiff::civil::Date]) -> String {
    let days: Vec<String> = days.iter().map(ToString::to_string).collect();
    if days.is_empty() { "the beginning".to_owned() } else { days.join(", ") }
}
