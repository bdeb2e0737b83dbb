//! Counts on the beat, with real voices: the vowel that is found, against what was read off the spectra by eye, and the
//! sound of a whole set.

use super::*;
use crate::mat::plan_with;
use matside::mix::{Clip, vowel};
use matside::runner::{Options, Performance, Runner};
use matside::script::Chime;
use matside::stage::{Clips, Ready, Stage};
use matside::voice::Heart;

/// Milliseconds from the start of the clip to the first vowel, or to the voiced sound before it ("r", "w") where no eye
/// tells the two apart.
const READ: [(&str, i64, i64); 14] = [
    ("one", 55, 75),
    ("two", 70, 50),
    ("three", 100, 97),
    ("four", 105, 92),
    ("five", 80, 92),
    ("six", 100, 88),
    ("seven", 115, 86),
    ("eight", 20, 2),
    ("nine", 50, 95),
    ("ten", 70, 52),
    ("eleven", 20, 2),
    ("fifteen", 75, 92),
    ("sixteen", 98, 88),
    ("twenty", 95, 85),
];
/// Both voices of a count may be off by this.
const NEAR: i64 = 20;

fn compare(voice: Box<dyn Synth>, read: impl Fn(&(&str, i64, i64)) -> i64) {
    let mut studio = Studio::new(voice, None);
    for row in &READ {
        let clip = studio.clip(&line(row.0)).expect("a clip");
        let found = clip.onset().as_millis().cast_signed();
        assert!((found - read(row)).abs() <= NEAR, "{}: {found} ms, read {}", row.0, read(row));
        assert_eq!(vowel::onset(clip.samples()), clip.onset());
    }
}

#[test]
fn heart_begins_where_the_eye_sees_it() {
    if let Some(folder) = crate::heart::folder() {
        compare(Box::new(Heart::new(folder)), |row| row.1);
    }
}

#[test]
fn espeak_begins_where_the_eye_sees_it() {
    compare(Box::new(Espeak::default()), |row| row.2);
}

const EXERCISE: &str = "format = 1\nlanguage = \"en\"\norigin = \"test\"\ntitle = \"Lift\"\nposition = \"on-back\"\n\
    full = \"Lift it.\"\nbrief = \"Lift it.\"\n[dose]\nreps = 10\n";
const SESSION: &str = "format = 1\nlanguage = \"en\"\ntitle = \"S\"\nminutes = [0, 9]\norigin = \"test\"\n\
    [[step]]\nexercise = \"lift\"\n";
/// Two up, none held, two down.
const BEAT: usize = 4 * RATE as usize;

struct Spoken(Studio);

impl Clips for Spoken {
    fn want(&mut self, _: Vec<Line>) {}

    fn line(&mut self, line: &Line) -> Ready {
        Ready::Clip(self.0.clip(line).expect("a clip"))
    }

    fn chime(&mut self, _: Chime) -> Clip {
        Clip::new([])
    }
}

/// The words of ten repetitions stand in the sound with their vowels four seconds apart.
fn on_the_beat(voice: Box<dyn Synth>) {
    let plan = plan_with(&[("exercises/lift.toml", EXERCISE), ("s.toml", SESSION)], "s");
    let performance = Performance::new(Runner::start(plan, Options { recorded: true, ..Options::default() }));
    let mut stage =
        Stage::new(performance, Box::new(Spoken(Studio::new(voice, None))), 0.0, Box::new(|_| {}));
    let (mut samples, mut block) = (Vec::new(), vec![0.0; 4_800]);
    while !stage.is_over() {
        let filled = stage.pull(&mut block);
        samples.extend_from_slice(&block[..filled]);
    }
    // After the last word there are four seconds without any, and the closing chime is silent here.
    let last = samples.iter().rposition(|sample| sample.abs() > 0.02).expect("words");
    let before = RATE as usize / 4;
    let onset = |around: usize| {
        let from = around.saturating_sub(before);
        from + vowel::onset(&samples[from..around + before]).0 as usize
    };
    let tenth = onset(last.saturating_sub(RATE as usize / 5));
    for beat in 1..10 {
        let wanted = tenth - beat * BEAT;
        let off = onset(wanted).abs_diff(wanted) * 1_000 / RATE as usize;
        assert!(off <= NEAR as usize, "number {} is {off} ms off", 10 - beat);
    }
}

#[test]
fn heart_counts_on_the_beat() {
    if let Some(folder) = crate::heart::folder() {
        on_the_beat(Box::new(Heart::new(folder)));
    }
}

#[test]
fn espeak_counts_on_the_beat() {
    on_the_beat(Box::new(Espeak::default()));
}
