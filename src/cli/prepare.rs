//! `matside prepare`: speaks ahead of time everything that sessions may say.

use std::collections::BTreeMap;
use std::io::{IsTerminal, Write};
use std::sync::Arc;
use std::time::Instant;

use anyhow::Context;

use crate::frames::Frames;
use crate::line::{Line, Pace};
use crate::plan::Plan;
use crate::runner::reachable;
use crate::voice::{DEFAULT_LIMIT, Prepared, Studio};

use super::shelf::Shelf;
use super::{Exit, Speech, Which, shelf, voices};

#[derive(Debug, clap::Args)]
pub struct Args {
    /// Sessions by name or file; without any, all of them
    sessions: Vec<String>,
    /// Language, where a session comes in several
    #[arg(long, value_name = "TAG")]
    language: Option<String>,
    /// Print every text, one a line, and speak nothing
    #[arg(long)]
    list: bool,
    #[command(flatten)]
    speech: Speech,
}

pub fn run(args: &Args) -> anyhow::Result<Exit> {
    if args.speech.no_cache && !args.list {
        anyhow::bail!("with `--no-cache` there is nothing to prepare");
    }
    let Some(plans) = plans(args)? else { return Ok(Exit::BadScript) };
    if args.list {
        let lines = lines(&plans, args.speech.pace()).into_values().flatten();
        let texts: String = lines.map(|line| line.text.replace('\n', " ") + "\n").collect();
        std::io::stdout().write_all(texts.as_bytes())?;
        return Ok(Exit::Done);
    }
    let began = Instant::now();
    let mut done = Done { sessions: plans.len(), ..Done::default() };
    for (language, lines) in lines(&plans, args.speech.pace()) {
        let studio = voices::one(&args.speech, &language)?;
        speak(studio, &lines, &mut done)?;
    }
    if done.bytes() > DEFAULT_LIMIT {
        eprintln!(
            "matside: that is more than the {} MB that are kept: the first of these lines are gone again; name fewer sessions",
            DEFAULT_LIMIT >> 20
        );
    }
    writeln!(std::io::stdout(), "{}, in {:.1} s", done.told(), began.elapsed().as_secs_f64())?;
    Ok(Exit::Done)
}

/// Those that are asked for, else all; `None` when the files of one have errors, which have been printed then.
fn plans(args: &Args) -> anyhow::Result<Option<Vec<Arc<Plan>>>> {
    let asked: Vec<Which> = match args.sessions.as_slice() {
        [] => {
            let shelf = Shelf::read(&[])?;
            let all =
                shelf.library.sessions().map(|session| (&session.id, session.item.language.value.clone()));
            let all =
                all.filter(|(_, language)| args.language.as_ref().is_none_or(|wanted| wanted == language));
            all.map(|(id, language)| which(id, Some(language))).collect()
        }
        named => named.iter().map(|name| which(name, args.language.clone())).collect(),
    };
    let plan = |which| Ok(shelf::plan(which)?.map(|(plan, _)| plan));
    asked.iter().map(plan).collect()
}

fn which(session: &str, language: Option<String>) -> Which {
    Which { session: session.to_owned(), language, only: None }
}

/// The lines of all plans by language, each once.
fn lines(plans: &[Arc<Plan>], pace: Pace) -> BTreeMap<Arc<str>, Vec<Line>> {
    let mut seen = std::collections::HashSet::new();
    let mut lines: BTreeMap<Arc<str>, Vec<Line>> = BTreeMap::new();
    for plan in plans {
        let new = reachable(plan, pace).into_iter().filter(|line| seen.insert(line.clone()));
        lines.entry(plan.language.clone()).or_default().extend(new);
    }
    lines
}

fn speak(mut studio: Studio, lines: &[Line], done: &mut Done) -> anyhow::Result<()> {
    let shown = std::io::stderr().is_terminal();
    for (i, line) in lines.iter().enumerate() {
        let Prepared { length, new } =
            studio.prepare(line).with_context(|| format!("`{}` cannot be prepared", line.text))?;
        done.add(length, new);
        if shown && (i % 20 == 0 || i + 1 == lines.len()) {
            eprint!("\r{} of {} lines ({})", i + 1, lines.len(), line.language);
        }
    }
    if shown {
        eprintln!();
    }
    Ok(())
}

/// What has been done so far.
#[derive(Default)]
struct Done {
    sessions: usize,
    lines: usize,
    new: usize,
    length: Frames,
}

impl Done {
    fn add(&mut self, length: Frames, new: bool) {
        self.lines += 1;
        self.new += usize::from(new);
        self.length += length;
    }

    /// Two for each frame.
    fn bytes(&self) -> u64 {
        self.length.0 * 2
    }

    fn told(&self) -> String {
        let plural = if self.sessions == 1 { "" } else { "s" };
        format!(
            "{} session{plural}: {} lines ({} new), {:.0} s of speech, {:.1} MB",
            self.sessions,
            self.lines,
            self.new,
            self.length.as_secs_f64(),
            self.bytes() as f64 / 1e6
        )
    }
}
