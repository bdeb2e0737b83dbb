//! `matside voices say`: one text, with one voice.

use std::path::PathBuf;
use std::time::Duration;

use crate::cli::Exit;
use crate::frames::Frames;
use crate::line::{Line, Pace};
use crate::mix::Clip;
use crate::output::{Fill, file};
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
    let length = clip.len();
    let mut playing = Playing { clip, at: 0 };
    match &args.output {
        Some(path) => drop(file::write(path, &[], &mut playing, &mut |written| length - written)?),
        None => return Ok(play(playing, length)),
    }
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

/// A clip, played once.
struct Playing {
    clip: Clip,
    at: usize,
}

impl Fill for Playing {
    fn fill(&mut self, block: &mut [f32]) {
        let rest = self.clip.samples().get(self.at..).unwrap_or_default();
        let samples = rest.iter().copied().chain(std::iter::repeat(0.0));
        block.iter_mut().zip(samples).for_each(|(to, from)| *to = from);
        self.at += block.len();
    }
}

#[cfg(feature = "device")]
fn play(playing: Playing, length: Frames) -> Exit {
    use std::sync::{Arc, Mutex};
    use std::time::Instant;

    use crate::output::device::{Device, Options};

    let device = match Device::open(Arc::new(Mutex::new(playing)), &Options { buffer: None }) {
        Ok(device) => device,
        Err(error) => {
            eprintln!("matside: {:#}", anyhow::Error::from(error));
            return Exit::NoDevice;
        }
    };
    let queue = device.latency().unwrap_or(Duration::from_millis(200));
    while device.frames_pulled() < length.0 {
        if device.is_dead(Instant::now()) {
            eprintln!("matside: the sound device is gone");
            return Exit::NoDevice;
        }
        std::thread::sleep(LOOK);
    }
    std::thread::sleep(queue);
    Exit::Done
}

#[cfg(not(feature = "device"))]
fn play(_: Playing, _: Frames) -> Exit {
    eprintln!("matside: this build has no sound device; use `--output FILE`");
    Exit::NoDevice
}
