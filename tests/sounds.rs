//! The files in `sounds/`: made by the example, at one loudness, with measurable onsets, and told apart by contour.

use matside::mix::{Clip, loudness};
use matside::script::Chime;
use matside::voice::chime;

#[path = "../examples/make_sounds.rs"]
#[expect(dead_code, reason = "its `main` is not called here")]
mod make_sounds;

const ALL: [Chime; 9] = [
    Chime::Begin,
    Chime::HoldStart,
    Chime::HoldEnd,
    Chime::SwitchSides,
    Chime::NextExercise,
    Chime::CheckIn,
    Chime::Pause,
    Chime::End,
    Chime::Tick,
];

#[test]
fn the_files_are_what_the_example_makes() {
    let dir = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("sounds");
    let made = make_sounds::all();
    assert_eq!(made.len(), ALL.len());
    for (name, samples) in made {
        let bytes = std::fs::read(dir.join(name).with_extension("wav")).expect(name);
        assert!(bytes == make_sounds::wav(&samples), "`{name}`: run `cargo run --example make_sounds`");
    }
}

#[test]
fn every_chime_has_its_file() {
    for (name, samples) in make_sounds::all() {
        let named = |chime: &Chime| serde_json::to_value(chime).is_ok_and(|value| value == name);
        let of_that_name = ALL.into_iter().find(named).expect(name);
        assert_eq!(chime(of_that_name).len().0, samples.len() as u64);
    }
}

#[test]
fn they_are_equally_loud() {
    for name in ALL {
        let clip = chime(name);
        let target = if name == Chime::Tick { -26.0 } else { loudness::NORMAL };
        let loudest = loudness::momentary(clip.samples());
        assert!((loudest - target).abs() < 0.1, "{name:?}: {loudest}");
        assert!(loudness::measure(clip.samples()).peak < -3.0, "{name:?}");
    }
}

#[test]
fn they_have_the_length_of_their_kind() {
    for name in ALL {
        let range = match name {
            Chime::Tick => 60..=80,
            Chime::Begin | Chime::End => 1_000..=1_800,
            _ => 500..=900,
        };
        assert!(range.contains(&chime(name).len().as_millis()), "{name:?}");
    }
}

/// Heard within 3 ms, and yet without a step that clicks; at the end down to real silence.
#[test]
fn they_begin_and_end_softly() {
    for name in ALL {
        let clip = chime(name);
        let sound = clip.samples();
        let onset = sound.iter().position(|sample| sample.abs() > 0.01);
        assert!(onset.is_some_and(|at| at <= 144), "{name:?}: {onset:?}");
        assert_eq!((sound.first(), sound.last()), (Some(&0.0), Some(&0.0)), "{name:?}");
        let steps = |part: &[f32]| part.windows(2).map(|w| (w[1] - w[0]).abs()).fold(0.0, f32::max);
        assert!(steps(&sound[..48]) < 0.02, "{name:?}");
        assert!(sound[sound.len() - 96..].iter().all(|sample| sample.abs() < 0.002), "{name:?}");
    }
}

/// What an ear that hears only low notes goes by.
#[derive(Debug)]
struct Gestalt {
    /// Semitones above the beginning, at four moments.
    contour: [f64; 4],
    strokes: usize,
    seconds: f64,
}

#[test]
fn they_are_told_apart_by_contour_or_rhythm() {
    let heard = ALL.map(|name| (name, gestalt(&chime(name))));
    for (at, (name, one)) in heard.iter().enumerate() {
        for (other_name, other) in &heard[..at] {
            let steps = one.contour.iter().zip(other.contour).map(|(a, b)| (a - b).abs());
            let contour = steps.fold(0.0, f64::max) >= 3.0;
            let rhythm = one.strokes != other.strokes && {
                let (short, long) = (one.seconds.min(other.seconds), one.seconds.max(other.seconds));
                one.strokes.abs_diff(other.strokes) > 1 || long / short > 1.5
            };
            assert!(contour || rhythm, "{name:?} {one:?} and {other_name:?} {other:?}");
        }
    }
}

#[test]
fn the_contours_go_as_they_are_meant() {
    let contour = |name| gestalt(&chime(name)).contour.map(|semitones| semitones.round() as i32);
    assert_eq!(contour(Chime::Begin), [0, 7, 12, 12]);
    assert_eq!(contour(Chime::HoldStart), [0, 7, 7, 7]);
    assert_eq!(contour(Chime::HoldEnd), [0, -7, -7, -7]);
    assert_eq!(contour(Chime::SwitchSides), [0, 7, 0, 7]);
    assert_eq!(contour(Chime::NextExercise), [0, 0, 7, 7]);
    assert_eq!(contour(Chime::Pause), [0, 0, 0, 0]);
    assert_eq!(contour(Chime::End), [0, -5, -12, -12]);
    let question = contour(Chime::CheckIn);
    assert!(question.is_sorted() && question[1] >= 3 && question[3] >= 9, "{question:?}");
}

#[test]
fn the_strokes_are_as_many_as_meant() {
    let strokes = ALL.map(|name| gestalt(&chime(name)).strokes);
    assert_eq!(strokes, [3, 2, 2, 4, 3, 1, 2, 3, 1]);
}

fn gestalt(clip: &Clip) -> Gestalt {
    let sound = clip.samples();
    let pitches = [0.08, 0.25, 0.45, 0.65].map(|part| pitch(sound, part));
    assert!(pitches.iter().all(|hz| (200.0..1_200.0).contains(hz)), "{pitches:?}");
    let contour = pitches.map(|hz| 12.0 * (hz / pitches[0]).log2());
    Gestalt { contour, strokes: strokes(sound), seconds: clip.len().as_secs_f64() }
}

/// Fundamental in Hz around a part of the length, by autocorrelation over at most 50 ms.
fn pitch(sound: &[f32], part: f64) -> f64 {
    let width = 2_400.min(sound.len() / 2);
    let start = ((sound.len() as f64 * part) as usize).saturating_sub(width / 2).min(sound.len() - width);
    let window = &sound[start..start + width];
    let likeness = |lag: usize| {
        let pairs = || window.iter().zip(&window[lag..]);
        let both: f32 = pairs().map(|(a, b)| a * b).sum();
        let (one, other): (f32, f32) = pairs().fold((0.0, 0.0), |(x, y), (a, b)| (x + a * a, y + b * b));
        both / (one * other).sqrt().max(f32::MIN_POSITIVE)
    };
    let likenesses: Vec<f32> = (40..=240).map(likeness).collect();
    let best = likenesses.iter().copied().fold(0.0, f32::max);
    // The first of the high peaks: multiples of the period are as alike.
    let peak = |w: &[f32]| w[1] > 0.9 * best && w[1] >= w[0] && w[1] >= w[2];
    let lag = 41 + likenesses.windows(3).position(peak).expect("a pitch");
    48_000.0 / lag as f64
}

/// How often the level rises by half within 20 ms.
fn strokes(sound: &[f32]) -> usize {
    let levels: Vec<f32> =
        sound.chunks(480).map(|part| part.iter().map(|s| s * s).sum::<f32>().sqrt()).collect();
    let loudest = levels.iter().copied().fold(0.0, f32::max);
    let before = |at: usize| levels[at.saturating_sub(2)..at].iter().copied().fold(0.0, f32::max);
    let rises = |at: &usize| levels[*at] > 1.5 * before(*at) && levels[*at] > 0.2 * loudest;
    let rising: Vec<usize> = (0..levels.len()).filter(rises).collect();
    rising.iter().filter(|at| **at == 0 || !rising.contains(&(**at - 1))).count()
}
