//! The spectrum that the net of letters was made for: 32 bands of 60 to 3800 Hz on the scale of M. Slaney's Auditory Toolbox,
//! 25 ms every 10 ms, in decibels. Pure.

use std::sync::Arc;

use realfft::{RealFftPlanner, RealToComplex};

pub const BANDS: usize = 32;
const RATE: f32 = 16_000.0;
const SPAN: usize = 512;
/// Of the span, in its middle.
const WINDOW: usize = 400;
const STEP: usize = 160;
/// What is further below the loudest is as soft as this.
const RANGE: f32 = 80.0;

pub struct Spectrum {
    forward: Arc<dyn RealToComplex<f32>>,
    window: Vec<f32>,
    /// For each band the first line of the spectrum, and what it and the next ones count.
    bands: Vec<(usize, Vec<f32>)>,
}

impl Spectrum {
    pub fn new() -> Self {
        let mut window = vec![0.0; SPAN];
        for (at, weight) in window.iter_mut().skip((SPAN - WINDOW) / 2).take(WINDOW).enumerate() {
            // The net was made for samples of 16 bits.
            *weight = 32_767.0 * (0.5 - 0.5 * (std::f32::consts::TAU * at as f32 / WINDOW as f32).cos());
        }
        let (first, last) = (mel(60.0), mel(3_800.0));
        let edge = |at: usize| hertz(first + (last - first) * at as f32 / (BANDS + 1) as f32);
        let band = |at: usize| triangle([edge(at), edge(at + 1), edge(at + 2)]);
        let forward = RealFftPlanner::new().plan_fft_forward(SPAN);
        Self { forward, window, bands: (0..BANDS).map(band).collect() }
    }

    /// [`BANDS`] values for every 10 ms.
    pub fn of(&self, sound: &[f32]) -> Vec<f32> {
        let mut bands = Vec::new();
        for span in sound.windows(SPAN).step_by(STEP) {
            let mut span: Vec<f32> =
                span.iter().zip(&self.window).map(|(sample, weight)| sample * weight).collect();
            let mut lines = self.forward.make_output_vec();
            // The lengths are right, so it cannot fail.
            let _ = self.forward.process(&mut span, &mut lines);
            for (first, weights) in &self.bands {
                let power: f32 = lines
                    .iter()
                    .skip(*first)
                    .zip(weights)
                    .map(|(line, weight)| line.norm_sqr() * weight)
                    .sum();
                bands.push(10.0 * power.max(1e-10).log10());
            }
        }
        let loudest = bands.iter().copied().fold(f32::MIN, f32::max);
        bands.iter().map(|band| band.max(loudest - RANGE) / 10.0 + 2.0).collect()
    }
}

/// A band that rises and falls between these frequencies; its area is 1.
fn triangle([low, middle, high]: [f32; 3]) -> (usize, Vec<f32>) {
    let line = RATE / SPAN as f32;
    let first = (low / line).ceil() as usize;
    let weight = |at: usize| {
        let frequency = at as f32 * line;
        let up_and_down = ((frequency - low) / (middle - low)).min((high - frequency) / (high - middle));
        up_and_down.max(0.0) * 2.0 / (high - low)
    };
    (first, (first..=(high / line) as usize).map(weight).collect())
}

fn mel(hertz: f32) -> f32 {
    if hertz < 1_000.0 { hertz * 3.0 / 200.0 } else { 15.0 + (hertz / 1_000.0).ln() / (6.4_f32.ln() / 27.0) }
}

fn hertz(mel: f32) -> f32 {
    if mel < 15.0 { mel * 200.0 / 3.0 } else { 1_000.0 * ((mel - 15.0) * 6.4_f32.ln() / 27.0).exp() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tone_is_loudest_in_its_band() {
        let tone: Vec<f32> =
            (0..8_000).map(|at| 0.1 * (at as f32 * std::f32::consts::TAU / 16.0).sin()).collect();
        let bands = Spectrum::new().of(&tone);
        assert_eq!(bands.len(), ((8_000 - SPAN) / STEP + 1) * BANDS);
        let first = &bands[..BANDS];
        let loudest = (0..BANDS).max_by(|one, two| first[*one].total_cmp(&first[*two])).unwrap();
        let band = (mel(1_000.0) - mel(60.0)) / (mel(3_800.0) - mel(60.0)) * 33.0 - 1.0;
        assert!((loudest as f32 - band).abs() <= 1.0, "{loudest} {band}");
        assert!(first[loudest] > first[31] + 3.0);
    }
}
