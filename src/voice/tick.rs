//! The test voice: one length for every character, the same samples everywhere. Owns nothing else.
//! Integer arithmetic only, so that golden recordings agree on every platform.

use super::{Pcm, Synth, VoiceError};
use crate::frames::{Frames, RATE};
use crate::line::Line;
use crate::mix::sample16;

/// Frames for each character: 1/15 s, about the speed of calm speech.
const PER_CHAR: u64 = 3_200;
/// The click that marks the onset: 2 ms, falling, its first sample the highest.
const CLICK: i32 = 96;
/// One period of the tone, 240 Hz; divides [`PER_CHAR`], so every line ends near zero.
const PERIOD: i32 = 200;

/// How long this voice speaks `text`; an estimate for other voices. Never zero.
#[must_use]
pub fn frames(text: &str) -> Frames {
    Frames(PER_CHAR) * (text.chars().count().max(1) as u64)
}

/// A click and a quiet tone for every line.
#[derive(Clone, Copy, Debug, Default)]
pub struct Tick;

impl Synth for Tick {
    fn id(&self) -> String {
        "tick 1".into()
    }

    fn synth(&mut self, line: &Line) -> Result<Pcm, VoiceError> {
        let length = frames(&line.text).0;
        let samples = (0..length).map(|at| sample16::to_f32(sample(at))).collect();
        Ok(Pcm { samples, rate: RATE })
    }

    fn finished(&self) -> bool {
        true
    }
}

fn sample(at: u64) -> i16 {
    let phase = (at % PERIOD as u64) as i32;
    let quarter = PERIOD / 4;
    // A triangle: up, down through zero, up again.
    let tone = match phase {
        p if p < quarter => p,
        p if p < 3 * quarter => 2 * quarter - p,
        p => p - PERIOD,
    } * 13;
    let click = if at < CLICK as u64 {
        let sign = if (at / 12).is_multiple_of(2) { 1 } else { -1 };
        sign * 8_192 * (CLICK - at as i32) / CLICK
    } else {
        0
    };
    (tone + click) as i16
}

#[cfg(test)]
mod tests {
    use super::*;

    fn speak(text: &str) -> Vec<f32> {
        let line = Line { text: text.into(), language: "en".into(), pace: crate::line::Pace::default() };
        Tick.synth(&line).map(|pcm| pcm.samples).unwrap_or_default()
    }

    #[test]
    fn characters_count_not_bytes() {
        assert_eq!(frames("aé"), Frames(6_400));
        assert_eq!(frames(""), Frames(3_200));
        assert_eq!(speak("aé").len(), 6_400);
    }

    #[test]
    fn the_first_sample_is_the_loudest_and_the_last_nearly_silent() {
        let sound = speak("one");
        assert_eq!(sound.first(), Some(&0.25));
        assert!(sound.iter().skip(1).all(|s| s.abs() < 0.25));
        assert!(sound.iter().skip(CLICK as usize).all(|s| s.abs() < 0.021));
        assert!(sound.last().is_some_and(|s| s.abs() < 0.001));
    }
}
