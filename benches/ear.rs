//! What an utterance costs, side by side, on one core. Items are seconds of sound, so that `item/s` says how many times
//! faster than real time it goes: read the rows against each other, since they were made in one run.
//!
//! `MATSIDE_EARS` names the folder of the installed ears. Without it the recogniser is left out, with a word.

use std::f32::consts::TAU;
use std::path::PathBuf;
use std::sync::Arc;

use divan::Bencher;
use divan::counter::ItemsCount;
use matside::ear::letters::Letters;
use matside::ear::recogniser::{RATE, Recogniser};
use matside::ear::vosk::{Model, Vosk};

const SECONDS: [usize; 3] = [1, 2, 4];
const PHRASES: [&str; 8] = ["yes", "no", "stop", "pause", "about four", "the same", "it hurts", "not worse"];

fn main() {
    divan::main();
}

/// A hum in syllables, four in a second.
fn sound(seconds: usize) -> Vec<f32> {
    let sample = |at: usize| {
        let time = at as f32 / RATE as f32;
        let hum: f32 = (1..20).map(|tone| (TAU * 120.0 * tone as f32 * time).sin() / tone as f32).sum();
        0.1 * hum * (TAU * 2.0 * time).sin().powi(2)
    };
    (0..seconds * RATE as usize).map(sample).collect()
}

#[divan::bench(args = SECONDS)]
fn letters(bencher: Bencher, seconds: usize) {
    let (net, sound) = (Letters::load().unwrap(), sound(seconds));
    let fit = || {
        let spelling = net.read(&sound).unwrap();
        PHRASES.map(|phrase| spelling.fit(phrase))
    };
    bencher.counter(ItemsCount::new(seconds)).bench_local(fit);
}

#[divan::bench]
fn letters_loaded() -> Letters {
    Letters::load().unwrap()
}

#[divan::bench(args = SECONDS)]
fn recogniser(bencher: Bencher, seconds: usize) {
    let Some(folder) = std::env::var_os("MATSIDE_EARS").map(PathBuf::from) else {
        return eprintln!("left out: MATSIDE_EARS names no folder");
    };
    let model = Model::load(&folder.join("libvosk.so"), &folder).unwrap();
    let (mut vosk, sound) = (Vosk::new(Arc::new(model)), sound(seconds));
    vosk.expect(&PHRASES.map(str::to_owned)).unwrap();
    let look = || {
        vosk.feed(&sound);
        vosk.end()
    };
    bencher.counter(ItemsCount::new(seconds)).bench_local(look);
}
