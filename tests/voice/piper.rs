//! A Piper voice with its real weights. Left out, with a word, where it is not installed.

use super::*;
use crate::heart::pack;
use matside::voice::Piper;

fn spoken(piper: &mut Piper, text: &str, pace: u16) -> Pcm {
    piper.synth(&Line { pace: Pace::percent(pace), ..line(text) }).expect("speech")
}

#[test]
fn a_line_is_speech_and_always_the_same() {
    let Some(folder) = pack("joe") else { return };
    let mut piper = Piper::new(&folder);
    let first = spoken(&mut piper, "Lie on your back, and slowly bend your knees.", 100);
    assert_eq!(first.rate, 22_050);
    let seconds = |pcm: &Pcm| pcm.samples.len() as f32 / pcm.rate as f32;
    assert!((2.0..3.2).contains(&seconds(&first)), "{}", seconds(&first));
    assert_eq!(spoken(&mut Piper::new(&folder), "Lie on your back, and slowly bend your knees.", 100), first);
    let slow = spoken(&mut piper, "Lie on your back, and slowly bend your knees.", 70);
    assert!((1.25..1.6).contains(&(seconds(&slow) / seconds(&first))), "{}", seconds(&slow));
    let comma = spoken(&mut piper, "Lie on your back and slowly bend your knees.", 100);
    assert!(seconds(&first) > seconds(&comma) + 0.1, "no pause at the comma");
}

#[test]
fn a_stranger_and_a_missing_program_are_told_apart() {
    let Some(folder) = pack("joe") else { return };
    let mut piper = Piper::new(&folder);
    let german = Line { language: "de".into(), ..line("Leg dich hin.") };
    assert!(matches!(piper.synth(&german), Err(VoiceError::Language { .. })));
    let mut mute = Piper::new(&folder).with_espeak(Espeak::with_program("/nowhere", Duration::from_secs(1)));
    assert!(matches!(mute.synth(&line("Lie down.")), Err(VoiceError::Missing { .. })));
    let error = Piper::new("/nowhere/joe").synth(&line("Lie down.")).expect_err("nothing there").to_string();
    assert!(error.contains("voices install joe"), "{error}");
}
