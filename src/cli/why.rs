//! `matside why EXERCISE`: which rule and which days led to how it is done.

use std::io::Write;

use crate::diagnostic::did_you_mean;
use crate::progress::{Because, Decision, Guide, LeftOut, Move, Progress};

use super::shelf::Shelf;
use super::today::{at, days, step};
use super::{Exit, guide};

#[derive(Debug, clap::Args)]
pub struct Args {
    /// Name of an exercise
    exercise: String,
    #[command(flatten)]
    guide: guide::Guidance,
}

pub fn run(args: &Args) -> anyhow::Result<Exit> {
    let shelf = Shelf::read(&[])?;
    let guide = args.guide.guide(&shelf.library)?;
    let id = args.exercise.as_str();
    if shelf.library.exercise(&guide.programme.language.value, id).is_none() {
        let known = shelf.library.exercises().map(|filed| filed.id.as_str());
        let hint = did_you_mean(id, known).unwrap_or_else(|| "`matside show SESSION` names them".into());
        anyhow::bail!("there is no exercise `{id}`; {hint}");
    }
    let progress = guide::progress(guide)?;
    print(&mut std::io::stdout().lock(), guide, &progress, id)?;
    Ok(Exit::Done)
}

fn print(out: &mut impl Write, guide: Guide, progress: &Progress, id: &str) -> std::io::Result<()> {
    let Some((decision, ladder)) = progress.decisions.get(id).zip(progress.ladders.get(id)) else {
        writeln!(out, "{id}: as the session has it, since it was not done yet")?;
        return direction(out, guide, progress, id);
    };
    for change in progress.changes.iter().filter(|change| change.exercise == id) {
        let Decision { rung, step: moved, because } = &change.decision;
        let to = match moved {
            Move::Stay => at(ladder, *rung),
            Move::Up => at(ladder, rung + 1),
            Move::Down => at(ladder, rung.saturating_sub(1)),
        };
        writeln!(out, "{}  {to}: {}", change.day, reason(because))?;
    }
    let next = step(ladder, decision.rung, decision.step);
    writeln!(out, "{}  {next}: {}", progress.now.day(), reason(&decision.because))?;
    if let Some(advance) = &guide.programme.advance {
        writeln!(out, "stepping up: when {} ({})", advance.when.trim(), advance.origin)?;
    }
    direction(out, guide, progress, id)
}

fn reason(because: &Because) -> String {
    match because {
        Because::Began => "done for the first time".to_owned(),
        Because::Advance(good) => format!("good sessions in a row, on {}", days(good)),
        Because::Worse(day) => format!("\"worse\" was said in it on {day}"),
        Because::Easier(day) => format!("an easier form was asked for on {day}"),
        Because::Rule { id, says, days: led, .. } => format!("rule `{id}`, from {}: {says}", days(led)),
        Because::Phase(phase) => format!("the phase `{phase}` has no stepping up"),
        Because::NotYet(good) if good.is_empty() => "no good session since the last change".to_owned(),
        Because::NotYet(good) => format!("not enough yet: good sessions on {}", days(good)),
        Because::End => "there is nothing further that way".to_owned(),
    }
}

fn direction(out: &mut impl Write, guide: Guide, progress: &Progress, id: &str) -> std::io::Result<()> {
    let filed = guide.library.exercise(&guide.programme.language.value, id);
    let direction = filed.and_then(|filed| filed.item.direction.as_ref());
    match direction.and_then(|direction| Some((direction, progress.left_out.get(&direction.value)?))) {
        None => Ok(()),
        Some((direction, LeftOut::ForTheDay)) => {
            writeln!(out, "left out for the rest of the day, with all {}", direction.value)
        }
        Some((direction, LeftOut::UntilTested { worse, .. })) => {
            let days = days(worse);
            writeln!(out, "left out until {} is tested again: worse on {days}", direction.value)
        }
    }
}
