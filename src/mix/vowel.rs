//! Where in a spoken word its first vowel begins: what the ear takes for the word's place in time.
//! Owns one measurement on samples; must not know words or beats.

use crate::frames::{Frames, RATE};

/// The first formants of vowels lie in this band, in Hz; hiss, bursts and the hum of an "n" lie mostly outside.
const BAND: [f32; 2] = [450.0, 1_500.0];
/// A first vowel begins within this: 350 ms.
const WITHIN: usize = RATE as usize * 35 / 100;
/// Strength is taken over 10 ms, every 2 ms.
const WINDOW: usize = RATE as usize / 100;
const STEP: usize = RATE as usize / 500;
/// A vowel has begun at this part of its full strength: with it, both voices' number words lie nearest to what one reads
/// off their spectra.
const BEGUN: f32 = 0.25;

/// Frames from the start of a word to the onset of its first vowel; zero for silence.
#[must_use]
pub fn onset(samples: &[f32]) -> Frames {
    let heard = samples.get(..WITHIN).unwrap_or(samples);
    let band = below(&above(heard, BAND[0]), BAND[1]);
    let strength: Vec<f32> = band.windows(WINDOW).step_by(STEP).map(power).collect();
    let most = strength.iter().copied().fold(0.0, f32::max);
    if most <= 0.0 {
        return Frames::ZERO;
    }
    let begun = strength.iter().position(|power| *power >= most * BEGUN * BEGUN).unwrap_or(0);
    // The first window may be half vowel already.
    Frames(if begun == 0 { 0 } else { (begun * STEP + WINDOW / 2) as u64 })
}

fn power(window: &[f32]) -> f32 {
    window.iter().map(|sample| sample * sample).sum()
}

/// Two poles each.
fn below(samples: &[f32], hertz: f32) -> Vec<f32> {
    smooth(&smooth(samples, hertz), hertz)
}

fn above(samples: &[f32], hertz: f32) -> Vec<f32> {
    let rest = |samples: &[f32]| -> Vec<f32> {
        samples.iter().zip(smooth(samples, hertz)).map(|(sample, low)| sample - low).collect()
    };
    rest(&rest(samples))
}

fn smooth(samples: &[f32], hertz: f32) -> Vec<f32> {
    let kept = (-std::f32::consts::TAU * hertz / RATE as f32).exp();
    let mut state = 0.0;
    let step = |sample: &f32| {
        state = kept * state + (1.0 - kept) * sample;
        state
    };
    samples.iter().map(step).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn vowel(ms: usize) -> Vec<f32> {
        let wave = |at: usize, hz: f32| (at as f32 * hz * std::f32::consts::TAU / RATE as f32).sin();
        (0..ms * 48)
            .map(|at| 0.2 * wave(at, 120.0) + 0.2 * wave(at, 600.0) + 0.05 * wave(at, 1_200.0))
            .collect()
    }

    /// Differences of chance: strong above, weak below.
    fn hiss(ms: usize) -> Vec<f32> {
        let mut state = 1_u32;
        let mut chance = || {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            state as f32 / u32::MAX as f32 - 0.5
        };
        let noise: Vec<f32> = (0..=ms * 48).map(|_| chance()).collect();
        noise.windows(2).map(|pair| 0.2 * (pair[1] - pair[0])).collect()
    }

    /// A nasal hum.
    fn hum(ms: usize) -> Vec<f32> {
        (0..ms * 48).map(|at| 0.1 * (at as f32 * 250.0 * std::f32::consts::TAU / RATE as f32).sin()).collect()
    }

    #[test]
    fn what_stands_before_the_vowel_is_passed_over() {
        for before in [vec![0.0; 4_800], hiss(100), hum(100)] {
            let found = onset(&[before, vowel(200)].concat());
            assert!(found.0.abs_diff(4_800) <= 480, "{found}");
        }
    }

    #[test]
    fn a_word_that_begins_with_its_vowel_begins_at_once() {
        assert_eq!(onset(&vowel(200)), Frames::ZERO);
        assert_eq!(onset(&[vowel(100), hiss(100), vowel(200)].concat()), Frames::ZERO);
    }

    #[test]
    fn silence_and_crumbs_have_none() {
        for samples in [vec![], vec![0.0; 100], vec![0.0; 48_000], vec![1.0; 10]] {
            assert_eq!(onset(&samples), Frames::ZERO);
        }
    }
}
