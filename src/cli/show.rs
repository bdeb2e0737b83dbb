//! `matside show`

use std::io::Write;
use std::sync::Arc;

use crate::frames::Frames;
use crate::plan::{Main, Plan, PlannedDose, What as Step};
use crate::runner::{Note, Options, Sound};
use crate::script::{Chime, Kind, Sides};
use crate::timeline::{Entry, Nobody, Trace, What, trace};

use super::{Exit, Which, programme, shelf};

#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(flatten)]
    which: Which,
    /// Ticks too
    #[arg(long)]
    all: bool,
}

/// Prints the session as a recording would go: every check-in waited for, its planned answer taken. Times are those
/// of a voice of average speed.
pub fn run(args: &Args) -> anyhow::Result<Exit> {
    let (shelf, id) = shelf::open(&args.which)?;
    if shelf.library.session(&id, args.which.language.as_deref()).is_none() {
        return match programme::show(&shelf, &id, &args.which)? {
            Some(exit) => Ok(exit),
            None => shelf::absent(&shelf, &id, &[Kind::Session, Kind::Programme]),
        };
    }
    match shelf::plan_of(shelf, &id, &args.which)? {
        Some((plan, _)) => print(args, &plan),
        None => Ok(Exit::BadScript),
    }
}

fn print(args: &Args, plan: &Arc<Plan>) -> anyhow::Result<Exit> {
    let options = Options { recorded: true, ..Options::default() };
    let trace = trace(plan, options, None, &mut Nobody, &mut |line| line.estimate());
    let mut out = std::io::BufWriter::new(std::io::stdout().lock());
    writeln!(out, "{} ({}, {})", plan.title, plan.id, plan.language)?;
    for entry in &trace.entries {
        if let Some(row) = row(plan, entry, args.all) {
            writeln!(out, "{row}")?;
        }
    }
    writeln!(out, "\n{:>9}  total, {} exercises", clock(trace.length), done(&trace))?;
    out.flush()?;
    Ok(Exit::Done)
}

fn row(plan: &Arc<Plan>, entry: &Entry, all: bool) -> Option<String> {
    let at = clock(entry.at);
    match &entry.what {
        What::Sound(Sound::Line(line), _) => Some(format!("{at:>9}    {}", line.text)),
        What::Sound(Sound::Chime(Chime::Tick), _) if !all => None,
        What::Sound(Sound::Chime(chime), _) => Some(format!("{at:>9}    [{}]", chime.name())),
        What::Note(Note::Entered { step, block, title }) => {
            heading(plan, *step, block.as_ref(), title.as_ref())
        }
        What::Note(Note::LeftOut { title: Some(title), .. }) => {
            Some(format!("\n{at:>9}  ({title}: left out)"))
        }
        _ => None,
    }
}

fn heading(plan: &Plan, step: usize, block: Option<&String>, title: Option<&String>) -> Option<String> {
    let block = block.map(|block| format!("\n{block}\n")).unwrap_or_default();
    let title = title.map(|title| format!("\n           {title}{}", dose(plan, step))).unwrap_or_default();
    let heading = format!("{block}{title}");
    (!heading.is_empty()).then_some(heading)
}

fn dose(plan: &Plan, step: usize) -> String {
    let Some(Step::Exercise(exercise)) = plan.steps.get(step).map(|step| &step.what) else {
        return String::new();
    };
    exercise.levels.get(exercise.start).map(|level| format!(" ({})", words(&level.dose))).unwrap_or_default()
}

fn words(dose: &PlannedDose) -> String {
    let seconds = |frames: Frames| frames.as_secs_f64();
    let main = match dose.main {
        Main::Reps { reps, rise, hold, lower } => {
            format!("{reps} reps, tempo {}-{}-{} s", seconds(rise), seconds(hold), seconds(lower))
        }
        Main::Hold(hold) => format!("hold {} s", seconds(hold)),
        Main::Time(time) => format!("{} s", seconds(time)),
    };
    let sides = match dose.sides {
        Sides::None => "",
        Sides::Both => ", each side",
        Sides::Left => ", left",
        Sides::Right => ", right",
        Sides::Affected => ", affected side",
        Sides::Unaffected => ", unaffected side",
    };
    let sets = if dose.sets > 1 { format!(", {} sets", dose.sets) } else { String::new() };
    format!("{main}{sides}{sets}")
}

fn done(trace: &Trace) -> usize {
    let completed =
        |entry: &&Entry| matches!(entry.what, What::Note(Note::Left { completed: true, exercise: true, .. }));
    trace.entries.iter().filter(completed).count()
}

fn clock(at: Frames) -> String {
    let tenths = at.as_millis() / 100;
    format!("{}:{:02}.{}", tenths / 600, tenths / 10 % 60, tenths % 10)
}
