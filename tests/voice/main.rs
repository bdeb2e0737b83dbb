//! Voices through their public face: espeak against programs that misbehave, the studio, and the worker.

mod ahead;
mod espeak;
mod heart;
mod keeping_up;
#[path = "../mat/mod.rs"]
mod mat;
mod measurements;
mod onsets;
mod piper;
mod studio;

use std::path::PathBuf;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{self, Receiver};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use matside::frames::{Frames, RATE};
use matside::line::{Line, Pace};
use matside::mix::loudness;
use matside::voice::ahead::{Ahead, Report};
use matside::voice::{Cache, Espeak, Pcm, Studio, Synth, Tick, VoiceError, tick};
use tempfile::TempDir;

fn line(text: &str) -> Line {
    Line { text: text.into(), language: "en".into(), pace: Pace::NORMAL }
}

/// A tone between two silences, and a count of how often it was asked.
struct Tone {
    rate: u32,
    asked: Arc<AtomicUsize>,
}

impl Tone {
    fn new(rate: u32) -> (Self, Arc<AtomicUsize>) {
        let asked = Arc::default();
        (Self { rate, asked: Arc::clone(&asked) }, asked)
    }
}

impl Synth for Tone {
    fn id(&self) -> String {
        "tone".into()
    }

    fn synth(&mut self, line: &Line) -> Result<Pcm, VoiceError> {
        self.asked.fetch_add(1, Ordering::SeqCst);
        match &*line.text {
            "fail" => return Err(VoiceError::Failed { program: "tone", reason: "as told".into() }),
            "panic" => panic!("as told"),
            "hang" => std::thread::sleep(Duration::from_secs(5)),
            _ => {}
        }
        let (quiet, length) = (self.rate as usize / 5, self.rate as usize);
        let wave = |at: usize| (at as f32 * 440.0 * std::f32::consts::TAU / self.rate as f32).sin() * 0.1;
        let samples =
            (0..length).map(|at| if (quiet..length - quiet).contains(&at) { wave(at) } else { 0.0 });
        Ok(Pcm { samples: samples.collect(), rate: self.rate })
    }
}
