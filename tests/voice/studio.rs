//! Lines to finished clips.

use super::*;

#[test]
fn every_rate_becomes_one_rate_and_the_onset_comes_first() {
    for rate in [8_000, 16_000, 22_050, 24_000, 44_100, 48_000, 96_000] {
        let mut studio = Studio::new(Box::new(Tone::new(rate).0), None);
        let clip = studio.clip(&line("one")).expect("a clip");
        let length = clip.len().as_secs_f64();
        assert!((0.6..0.64).contains(&length), "{rate}: {length}");
        let onset = clip.samples().iter().position(|sample| sample.abs() > 0.02);
        assert!(onset.is_some_and(|at| at < RATE as usize * 6 / 1_000), "{rate}: {onset:?}");
        let loud = loudness::measure(clip.samples());
        assert!((loud.lufs - loudness::NORMAL).abs() < 0.3, "{rate}: {loud:?}");
    }
}

#[test]
fn cold_and_warm_give_the_same_samples() {
    let dir = tempfile::tempdir().expect("a directory");
    let (tone, asked) = Tone::new(22_050);
    let mut studio = Studio::new(Box::new(tone), Some(Cache::new(dir.path(), 1 << 20)));
    let cold = studio.clip(&line("one")).expect("a clip");
    let warm = studio.clip(&line("one")).expect("a clip");
    assert_eq!(cold, warm);
    assert_eq!(asked.load(Ordering::SeqCst), 1);
}

#[test]
fn failures_are_not_cached() {
    let dir = tempfile::tempdir().expect("a directory");
    let (tone, asked) = Tone::new(48_000);
    let mut studio = Studio::new(Box::new(tone), Some(Cache::new(dir.path(), 1 << 20)));
    assert!(studio.clip(&line("fail")).is_err());
    assert!(studio.clip(&line("fail")).is_err());
    assert_eq!(asked.load(Ordering::SeqCst), 2);
}

#[test]
fn nothing_to_say_is_nothing_to_hear() {
    let (tone, asked) = Tone::new(48_000);
    let mut studio = Studio::new(Box::new(tone), None);
    assert!(studio.clip(&line(" \n")).is_ok_and(|clip| clip.is_empty()));
    assert_eq!(asked.load(Ordering::SeqCst), 0);
}

#[test]
fn the_test_voice_passes_through_to_the_frame() {
    let mut studio = Studio::new(Box::new(Tick), None);
    let text = "Switch sides: fünf.";
    let clip = studio.clip(&line(text)).expect("a clip");
    assert_eq!(clip.len(), tick::frames(text));
    assert_eq!(clip.len(), Frames(19 * 3_200));
    assert_eq!(Tick.synth(&line(text)).map(|pcm| pcm.samples).ok().as_deref(), Some(clip.samples()));
}
