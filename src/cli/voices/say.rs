//! `matside voices say`: one text, with one voice.

use std::path::PathBuf;
use std::time::Duration;

use crate::cli::Exit;
use crate::line::{Line, Pace};
use crate::mix::Clip;
use crate::output::{Once, file};
use crate::voice::{Spoken, Studio, Tick};

use super::{chosen, live};

/// How often it is looked whether the end has come.
const LOOK: Duration = Duration::from_millis(20);

#[derive(Debug, clap::Args)]
pub struct Args {
    /// Name of a voice
    name: String,
    text: String,
    /// Language of the text
    #[arg(long, value_name = "TAG", default_value = "en")]
    language: String,
    /// Speed of speech in percent
    #[arg(long, default_value_t = 100, value_parser = clap::value_parser!(u16).range(70..=150))]
    pace: u16,
    /// Write a sound file, .wav or .flac, in place of speaking
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
}

pub fn run(args: &Args) -> anyhow::Result<Exit> {
    if args.name == live::SYSTEM && args.output.is_none() {
        return speak(args);
    }
    let voice = if args.name == "tick" { Box::new(Tick) } else { chosen::open(&args.name, &args.language)? };
    let clip = Studio::new(voice, None).clip(&line(args))?;
    let Some(path) = &args.output else { return Ok(play(clip)) };
    let length = clip.len();
    file::write(path, &[], &mut Once::new(clip), &mut |written| length - written)?;
    Ok(Exit::Done)
}

fn line(args: &Args) -> Line {
    let text = args.text.as_str().into();
    Line { text, language: args.language.as_str().into(), pace: Pace::percent(args.pace) }
}

/// With the voice that speaks by itself.
fn speak(args: &Args) -> anyhow::Result<Exit> {
    let mut speaker = live::open(&args.language)?;
    speaker.say(&line(args));
    loop {
        match speaker.poll() {
            Some(Spoken::Ended) => return Ok(Exit::Done),
            Some(Spoken::Failed(error)) => return Err(error.into()),
            Some(Spoken::Begun) | None => std::thread::sleep(LOOK),
        }
    }
}

#[cfg(feature = "device")]
fn play(clip: Clip) -> Exit {
    match crate::output::device::play(clip) {
        Ok(()) => Exit::Done,
        Err(error) => {
            eprintln!("matside: {:#}", anyhow::Error::from(error));
            Exit::NoDevice
        }
    }
}

#[cfg(not(feature = "device"))]
fn play(_: Clip) -> Exit {
    eprintln!("matside: this build has no sound device; use `--output FILE`");
    Exit::NoDevice
}
