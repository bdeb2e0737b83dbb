//! `matside render`

use std::collections::HashMap;
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::mpsc::channel;

use anyhow::Context;

use crate::frames::Frames;
use crate::line::{Line, Timing};
use crate::output::file;
use crate::plan::Plan;
use crate::runner::{Options, Performance, Runner};
use crate::stage::Stage;
use crate::timeline::{Nobody, Trace, chapters, trace, vtt};
use crate::voice::{Studio, VoiceError};

use super::{Exit, Speech, Which, clips, shelf, voices};

#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(flatten)]
    which: Which,
    #[command(flatten)]
    speech: Speech,
    /// Sound file to write, .wav or .flac; captions go beside it as .vtt
    #[arg(short, long, value_name = "FILE")]
    output: PathBuf,
    /// Print no chapters
    #[arg(short, long)]
    quiet: bool,
}

pub fn run(args: &Args) -> anyhow::Result<Exit> {
    let Some((plan, _)) = shelf::plan(&args.which)? else { return Ok(Exit::BadScript) };
    let mut studio = voices::one(&args.speech, &plan.language)?;
    let options = Options { recorded: true, pace: args.speech.pace() };
    let trace = measure(&plan, options, &mut studio)?;
    write(args, &plan, options, studio, trace.length)?;
    let captions = args.output.with_extension("vtt");
    fs::write(&captions, vtt(&trace)).with_context(|| format!("cannot write `{}`", captions.display()))?;
    if !args.quiet {
        list(&plan, &trace, &args.output, &captions)?;
    }
    Ok(Exit::Done)
}

/// Runs the session once without sound: speaks every line, and so knows every length.
fn measure(plan: &Arc<Plan>, options: Options, studio: &mut Studio) -> Result<Trace, VoiceError> {
    let mut timings: HashMap<Line, Timing> = HashMap::new();
    let mut lost = None;
    let trace = trace(plan, options, None, &mut Nobody, &mut |line| {
        if let Some(timing) = timings.get(line) {
            return *timing;
        }
        let timing = studio.clip(line).map_or_else(
            |error| {
                lost = Some(error);
                Timing::default()
            },
            |clip| Timing { length: clip.len(), onset: clip.onset() },
        );
        timings.insert(line.clone(), timing);
        timing
    });
    // A recording with holes would look complete.
    lost.map_or(Ok(trace), Err)
}

fn write(
    args: &Args,
    plan: &Arc<Plan>,
    options: Options,
    studio: Studio,
    length: Frames,
) -> anyhow::Result<()> {
    let (lost, _losses) = channel();
    let performance = Performance::new(Runner::start(plan.clone(), options));
    let clips = Box::new(clips::Waiting { studio, lost });
    let mut stage = Stage::new(performance, clips, voices::gain(&args.speech), Box::new(|_| {}));
    let tags = [("TITLE", plan.title.as_str()), ("LANGUAGE", &plan.language)];
    file::write(&args.output, &tags, &mut stage, &mut |written| length - written)?;
    Ok(())
}

fn list(plan: &Plan, trace: &Trace, sound: &Path, captions: &Path) -> std::io::Result<()> {
    let mut out = std::io::stdout().lock();
    writeln!(out, "{}, {} in {} with {}", plan.title, trace.length, sound.display(), captions.display())?;
    for chapter in chapters(trace) {
        writeln!(out, "{:>12}  {}", chapter.at.to_string(), chapter.title)?;
    }
    Ok(())
}
