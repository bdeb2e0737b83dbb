//! One loudness for everything (EBU R 128, one channel). Owns measuring and levelling of finished sounds.
//! Must not know where they come from.
//!
//! Loudness is measured on the one channel that is mixed; played on two speakers it is 3 LU more.

use ebur128::{EbuR128, Mode};

use super::limiter;
use crate::frames::RATE;

/// Programme loudness by day, in LUFS.
pub const NORMAL: f64 = -19.0;
/// Programme loudness with `--night`, in LUFS.
pub const NIGHT: f64 = -27.0;
/// No levelled sound has a true peak above this, in dBTP.
pub const PEAK: f64 = -3.0;

/// Under this a sound counts as silence and is left alone, in LUFS.
const SILENCE: f64 = -80.0;
/// A sound shorter than one gating block has no integrated loudness: 400 ms.
const BLOCK: usize = RATE as usize * 2 / 5;
/// How much more gain than plain levelling the limiter may be driven with, in dB.
const DRIVE: f64 = 12.0;
/// Anything beyond this, 18 dB over full scale, is damage and not sound.
const ABSURD: f32 = 8.0;

/// How loud a sound is.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Loudness {
    /// Integrated; the highest momentary value for sounds too short or too quiet for the gate.
    /// Minus infinity for silence.
    pub lufs: f64,
    /// In dBTP; minus infinity for silence.
    pub peak: f64,
}

/// Measures mono samples at [`RATE`]. Samples that are not numbers count as zero.
#[must_use]
pub fn measure(samples: &[f32]) -> Loudness {
    let samples = cleaned(samples);
    Loudness { lufs: lufs(&samples), peak: true_peak(&samples) }
}

/// The loudest 400 ms, in LUFS; shorter sounds as if silence stood around them.
#[must_use]
pub fn momentary(samples: &[f32]) -> f64 {
    let Some(mut meter) = meter(Mode::M) else { return f64::NEG_INFINITY };
    let mut loudest = f64::NEG_INFINITY;
    for step in cleaned(samples).chunks(RATE as usize / 100) {
        let _ = meter.add_frames_f32(step);
        loudest = loudest.max(meter.loudness_momentary().unwrap_or(f64::NEG_INFINITY));
    }
    loudest
}

/// Linear gain from one loudness to another, both in LUFS.
#[must_use]
pub fn gain(from: f64, to: f64) -> f32 {
    10_f64.powf((to - from) / 20.0) as f32
}

/// Brings mono samples at [`RATE`] to `target` LUFS with no true peak above [`PEAK`]: by plain gain where that
/// suffices, else with peaks bent softly. Silence stays as it is, and samples that are not numbers become zero.
#[must_use]
pub fn level(samples: &[f32], target: f64) -> Vec<f32> {
    let samples = cleaned(samples);
    let Loudness { lufs, peak } = measure(&samples);
    if lufs < SILENCE {
        return samples;
    }
    let needed = target - lufs;
    if peak + needed <= PEAK { amplified(&samples, needed) } else { squeezed(&samples, needed, target) }
}

/// Limits, and makes up for the loudness this costs, as far as [`DRIVE`] goes.
fn squeezed(samples: &[f32], needed: f64, target: f64) -> Vec<f32> {
    let mut drive = 0.0;
    let mut best = samples.to_vec();
    for _ in 0..5 {
        best = amplified(samples, needed + drive);
        limiter::limit(&mut best, gain(0.0, PEAK));
        let missing = target - lufs(&best);
        if missing.abs() < 0.15 || drive >= DRIVE {
            break;
        }
        // More than is missing, since the limiter takes its share of it again.
        drive = (drive + 1.3 * missing).clamp(0.0, DRIVE);
    }
    // Between samples the wave may still be higher.
    let excess = true_peak(&best) - PEAK;
    if excess > 0.0 { amplified(&best, -excess) } else { best }
}

fn amplified(samples: &[f32], db: f64) -> Vec<f32> {
    let gain = gain(0.0, db);
    samples.iter().map(|sample| sample * gain).collect()
}

fn cleaned(samples: &[f32]) -> Vec<f32> {
    samples.iter().map(|s| if s.is_finite() { s.clamp(-ABSURD, ABSURD) } else { 0.0 }).collect()
}

fn lufs(samples: &[f32]) -> f64 {
    let integrated = || {
        let mut meter = meter(Mode::I)?;
        meter.add_frames_f32(samples).ok()?;
        // A short sound stands whole in the last 400 ms.
        let short = samples.len() <= BLOCK;
        let lufs = if short { meter.loudness_momentary() } else { meter.loudness_global() };
        lufs.ok().filter(|lufs| lufs.is_finite())
    };
    integrated().unwrap_or_else(|| momentary(samples))
}

fn true_peak(samples: &[f32]) -> f64 {
    let peak = meter(Mode::TRUE_PEAK).and_then(|mut meter| {
        meter.add_frames_f32(samples).ok()?;
        // The meter's filter is late; without this a peak at the very end is missed.
        meter.add_frames_f32(&[0.0; 48]).ok()?;
        meter.true_peak(0).ok()
    });
    20.0 * peak.unwrap_or(0.0).log10()
}

/// Only memory can be lacking here.
fn meter(mode: Mode) -> Option<EbuR128> {
    EbuR128::new(1, RATE, mode).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tone(seconds: f64, hz: f64, strength: f64) -> Vec<f32> {
        let wave = |at: usize| (at as f64 * hz * std::f64::consts::TAU / f64::from(RATE)).sin();
        (0..(seconds * f64::from(RATE)) as usize).map(|at| (wave(at) * strength) as f32).collect()
    }

    /// Bursts far above their mean, as in speech.
    fn bursts(seconds: f64) -> Vec<f32> {
        let fall = |at: usize| (-((at % 4_800) as f64) / 300.0).exp();
        tone(seconds, 220.0, 0.9).iter().enumerate().map(|(at, s)| s * fall(at) as f32).collect()
    }

    #[test]
    fn the_reference_tone_measures_as_the_standard_says() {
        let loud = measure(&tone(3.0, 997.0, 1.0));
        assert!((loud.lufs + 3.0).abs() < 0.1 && loud.peak.abs() < 0.1, "{loud:?}");
    }

    #[test]
    fn every_kind_of_sound_comes_to_the_target() {
        let (whole, short) = (tone(2.0, 440.0, 0.02), tone(0.15, 440.0, 0.5));
        for target in [NORMAL, NIGHT] {
            for sound in [&whole, &short, &bursts(2.0)] {
                let loud = measure(&level(sound, target));
                assert!((loud.lufs - target).abs() < 1.0, "{loud:?}");
                assert!(loud.peak <= PEAK + 0.01, "{loud:?}");
            }
        }
    }

    #[test]
    fn silence_stays_silent_and_damage_harmless() {
        assert!(level(&[], NORMAL).is_empty());
        assert_eq!(level(&[0.0; 1_000], NORMAL), [0.0; 1_000]);
        let faint = vec![1e-7; 48_000];
        assert_eq!(level(&faint, NORMAL), faint);
        let mut sound = tone(1.0, 440.0, 0.1);
        for (at, bad) in [f32::NAN, f32::INFINITY, f32::MAX, f32::NEG_INFINITY].into_iter().enumerate() {
            sound[at * 100] = bad;
        }
        let out = level(&sound, NORMAL);
        assert!(out.iter().all(|sample| sample.is_finite() && sample.abs() <= 1.0));
    }

    #[test]
    fn one_sample_is_a_sound_too() {
        let out = level(&[1.0], NORMAL);
        assert!(out.iter().all(|sample| sample.is_finite() && sample.abs() <= 1.0), "{out:?}");
    }

    #[test]
    fn gain_is_the_difference() {
        assert!((gain(NORMAL, NIGHT) - 0.398).abs() < 0.001);
    }
}
