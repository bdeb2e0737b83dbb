//! What speech costs, side by side, on one thread. Items are seconds of sound, so that `item/s` says how many times
//! faster than real time it goes: read `heart` and `espeak` against each other, on the same sentence.
//! `MATSIDE_VOICES` names the folder of voices; without `heart` in it, its rows are left out.

use std::path::PathBuf;

use divan::Bencher;
use divan::counter::ItemsCount;
use matside::line::{Line, Pace};
use matside::voice::{Espeak, Heart, Pcm, Synth};

const TEXT: &str = "Lie on your back with your knees bent and your feet flat on the floor.";
const IDS: [i64; 70] = [
    0, 54, 156, 25, 16, 157, 76, 56, 16, 52, 135, 123, 16, 44, 156, 72, 53, 16, 65, 102, 81, 16, 52, 135,
    123, 16, 56, 156, 51, 68, 16, 44, 156, 86, 56, 62, 16, 72, 56, 46, 16, 52, 135, 123, 16, 48, 156, 51, 62,
    16, 48, 54, 156, 72, 62, 16, 157, 76, 56, 16, 81, 83, 16, 48, 54, 156, 76, 123, 4, 0,
];
const SHORT: [i64; 7] = [0, 65, 156, 138, 56, 4, 0];

fn main() {
    divan::main();
}

fn heart() -> Option<Heart> {
    let folder = PathBuf::from(std::env::var_os("MATSIDE_VOICES")?).join("heart");
    folder.join("voice.toml").exists().then(|| Heart::new(folder))
}

/// Whole seconds would be too coarse for one sentence, so it is said ten times.
fn ten(bencher: Bencher, mut speak: impl FnMut() -> Option<Pcm>) {
    let Some(pcm) = speak() else { return };
    let seconds = 10 * pcm.samples.len() as u64 / u64::from(pcm.rate);
    bencher.counter(ItemsCount::new(seconds)).bench_local(|| (0..10).filter_map(|_| speak()).count());
}

#[divan::bench]
fn heart_sentence(bencher: Bencher) {
    let mut heart = heart();
    ten(bencher, || heart.as_mut()?.speak(&IDS, 1.0).ok());
}

#[divan::bench]
fn heart_count(bencher: Bencher) {
    let mut heart = heart();
    ten(bencher, || heart.as_mut()?.speak(&SHORT, 1.0).ok());
}

/// From nothing to the first sentence, weights read.
#[divan::bench]
fn heart_cold(bencher: Bencher) {
    if heart().is_some() {
        bencher.bench_local(|| heart()?.speak(&IDS, 1.0).ok());
    }
}

#[divan::bench]
fn espeak_sentence(bencher: Bencher) {
    let line = Line { text: TEXT.into(), language: "en".into(), pace: Pace::NORMAL };
    let mut espeak = Espeak::default();
    ten(bencher, || espeak.synth(&line).ok());
}
