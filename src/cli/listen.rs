//! `matside listen`: what the ears hear, for setting a room up.

use std::io::Write;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::mpsc::channel;
use std::time::Duration;

use anyhow::Context;

use crate::ear::letters::Letters;
use crate::ear::level::{LOUD_ROOM, Level};
use crate::ear::listener::{Expected, Listener, Options, Report};
use crate::ear::microphone::Microphone;
use crate::ear::recogniser::EarError;
use crate::ear::source::{File, Source};
use crate::ear::vosk::Vosk;
use crate::meaning::{Vocabulary, told, vocabulary};
use crate::plan::Plan;

use super::{Exit, Which, ears, shelf};

#[derive(Debug, clap::Args)]
pub struct Args {
    /// Session whose words are listened for (see `matside list`), or a file
    #[arg(default_value = "gentle-daily")]
    session: String,
    /// As while this question of the session is open; without it, as between questions
    #[arg(long, value_name = "CHECK-IN")]
    question: Option<String>,
    /// A WAV file in place of the microphone
    #[arg(long, value_name = "FILE")]
    file: Option<PathBuf>,
    /// Keep each utterance as a WAV file in this folder
    #[arg(long, value_name = "DIR")]
    keep_audio: Option<PathBuf>,
}

/// Blocks between two lines about the level: 1 s.
const LEVELS: u32 = 20;

pub fn run(args: &Args) -> anyhow::Result<Exit> {
    let which = Which { session: args.session.clone(), language: None, only: None };
    let Some((plan, _)) = shelf::plan(&which)? else { return Ok(Exit::BadScript) };
    let vocabulary = expected(&plan, args.question.as_deref())?;
    let check_in = args.question.as_deref().and_then(|id| plan.check_ins.get(id)).cloned();
    let folder = ears::find(&plan.language).ok_or(EarError::NotInstalled)?;
    let recogniser = Box::new(Vosk::new(ears::load(&folder)?));
    let source: Box<dyn Source> = match &args.file {
        None => Box::new(Microphone::open()),
        Some(path) => Box::new(
            File::open(path)
                .map_err(anyhow::Error::msg)
                .with_context(|| format!("`{}` cannot be read as a WAV file", path.display()))?,
        ),
    };
    println!("listening for {} phrases; Ctrl-C ends", vocabulary.phrases.len());
    let (reports, inbox) = channel();
    let options = Options {
        keep: args.keep_audio.clone(),
        clean: None,
        believes: Box::new(|_, _, _| true),
        letters: Letters::load().ok(),
    };
    let sender = Box::new(move |report| drop(reports.send(report)));
    let tells = Arc::new(move |words: &str| told(words, &plan.phrases, check_in.as_deref()));
    let listener = Listener::start(Expected { vocabulary, tells }, recogniser, source, options, sender)?;
    let mut blocks = 0;
    let levels = args.file.is_none();
    for report in inbox {
        match report {
            Report::Level(level) if levels => {
                blocks += 1;
                if blocks % LEVELS == 0 {
                    show_level(level)?;
                }
            }
            Report::Over => break,
            report => show(&report)?,
        }
    }
    drop(listener);
    Ok(Exit::Done)
}

fn expected(plan: &Plan, question: Option<&str>) -> anyhow::Result<Vocabulary> {
    let check_in = question.map(|id| {
        let known = || plan.check_ins.keys().map(|id| format!("`{id}`")).collect::<Vec<_>>().join(", ");
        plan.check_ins.get(id).with_context(|| format!("`{}` does not ask `{id}`, only {}", plan.id, known()))
    });
    let check_in = check_in.transpose()?.map(|check_in| &**check_in);
    let phrases = vocabulary(&plan.phrases, check_in, &|_| true);
    let urgent = plan.phrases.commands().filter(|(_, name)| ["stop", "worse"].contains(name));
    let urgent = urgent.map(|(words, _)| words.to_owned()).collect();
    Ok(Vocabulary { phrases, urgent, question: check_in.is_some() })
}

fn show(report: &Report) -> std::io::Result<()> {
    let mut out = std::io::stdout().lock();
    match report {
        Report::SoFar(words) => writeln!(out, "        {words} …"),
        Report::Heard { heard, after: None, .. } => writeln!(out, "at once {}", heard.words),
        Report::Heard { heard, after: Some(after), .. } => writeln!(
            out,
            "heard   {} ({}{:.0} %, {} ms after the last sound)",
            heard.words,
            if heard.sure { "" } else { "unsure, " },
            heard.confidence * 100.0,
            Duration::as_millis(after)
        ),
        Report::Lost(why) => writeln!(out, "the microphone is gone: {why}"),
        Report::Back => writeln!(out, "the microphone is back"),
        Report::Failed(why) => writeln!(out, "{why}"),
        Report::Voice(_) | Report::Level(_) | Report::Hindered(_) | Report::Over => Ok(()),
    }
}

fn show_level(level: Level) -> std::io::Result<()> {
    let advice = match level {
        Level { clipping: true, .. } => ", clipping: turn the microphone down",
        Level { floor, .. } if floor > LOUD_ROOM => ", a loud room",
        Level { now, .. } if now <= crate::ear::level::SILENCE => ", no sound at all: is it muted?",
        _ => "",
    };
    writeln!(std::io::stdout(), "level   {:.0} dB, room {:.0} dB{advice}", level.now, level.floor)
}
