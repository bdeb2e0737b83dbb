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
    for _ in 0..6 {
        best = amplified(samples, needed + drive);
        limiter::limit(&mut best, gain(0.0, PEAK));
        // Between samples the wave may still be higher.
        best = amplified(&best, (PEAK - true_peak(&best)).min(0.0));
        let missing = target - lufs(&best);
        if missing.abs() < 0.1 || drive >= DRIVE {
            break;
        }
        drive = (drive + missing).clamp(0.0, DRIVE);
    }
    best
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
        meter.loudness_global().ok().filter(|lufs| lufs.is_finite())
    };
    let long_enough = samples.len() >= BLOCK;
    long_enough.then(integrated).flatten().unwrap_or_else(|| momentary(samples))
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
