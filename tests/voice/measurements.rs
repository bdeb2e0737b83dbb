//! Figures, not tests: `cargo test --release --test voice measurements -- --ignored --nocapture`.

use super::*;
use matside::mix::Clip;
use matside::output::{Fill, file};

const LINES: [&str; 10] = [
    "One.",
    "Seven.",
    "Switch sides.",
    "Halfway.",
    "Rest.",
    "Lie on your back with both knees bent.",
    "Press your lower back softly into the floor, then let it arch a little.",
    "How strong is the pain now, from zero to ten?",
    "Roll onto your side, and push yourself up with your hands.",
    "Stop at once if the pain goes further down the leg, and tell me that it got worse. We then leave this out.",
];

#[test]
#[ignore = "prints figures"]
fn measurements() {
    let dir = tempfile::tempdir().expect("a directory");
    let mut espeak = Espeak::default();
    espeak.check("en").expect("espeak-ng");
    let cache = || Some(Cache::new(dir.path().join("cache"), 1 << 28));
    println!(
        "synth: wall; finish: processor time of cutting, rate, level, cache\n   synth    finish   length    LUFS   dBTP"
    );
    for text in LINES {
        let wall = Instant::now();
        espeak.synth(&line(text)).expect("speech");
        let synth = wall.elapsed().as_secs_f64() * 1e3;
        let mut studio = Studio::new(Box::new(Espeak::default()), cache());
        let _ = studio.clip(&line("warm up the list of languages"));
        let start = cpu();
        let clip = studio.clip(&line(text)).expect("a clip");
        let whole = (cpu() - start) * 1e3;
        let (length, loud) = (clip.len().as_secs_f64(), loudness::measure(clip.samples()));
        println!(
            "{synth:5.1} ms  {whole:5.1} ms  {length:5.2} s  {:5.2}  {:5.2}  {text:.40}",
            loud.lufs, loud.peak
        );
    }
    reading(&mut Studio::new(Box::new(Espeak::default()), cache()));
    for ending in ["wav", "flac"] {
        writing(&dir.path().join("a").with_extension(ending));
    }
    println!("peak memory: {}", peak_memory());
}

fn reading(studio: &mut Studio) {
    let start = cpu();
    let mut length = Frames::ZERO;
    for text in LINES.iter().cycle().take(2_000) {
        length += studio.clip(&line(text)).expect("a clip").len();
    }
    let (sound, took) = (length.as_secs_f64(), cpu() - start);
    println!("cache: {sound:.0} s of speech in 2000 lines read in {took:.3} s, {:.0} x", sound / took);
}

fn writing(path: &std::path::Path) {
    struct Loop(Clip, usize);
    impl Fill for Loop {
        fn fill(&mut self, block: &mut [f32]) {
            for sample in block {
                *sample = self.0.samples().get(self.1).copied().unwrap_or(0.0);
                self.1 = (self.1 + 1) % (3 * self.0.samples().len());
            }
        }
    }
    let mut studio = Studio::new(Box::new(Espeak::default()), None);
    let clip = studio.clip(&line(LINES[6])).expect("a clip");
    let start = cpu();
    let all = Frames::from_secs(720);
    file::write(path, &[("TITLE", "x")], &mut Loop(clip, 0), &mut |w| all - w).expect("a file");
    let took = cpu() - start;
    let (size, ending) = (std::fs::metadata(path).map_or(0, |about| about.len()), path.extension());
    println!("{ending:?}: 720 s, {size} bytes, in {took:.2} s, {:.0} x", 720.0 / took);
}

/// Seconds this thread has had a processor, so that a busy machine does not falsify the figures.
fn cpu() -> f64 {
    let text = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap_or_default();
    text.split(' ').next().and_then(|ns| ns.parse().ok()).unwrap_or(0.0) / 1e9
}

fn peak_memory() -> String {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    status.lines().find(|line| line.starts_with("VmHWM")).unwrap_or_default().to_owned()
}
