//! Whether what is played is made of tones, as a chime: it looks the same at many delays, so that it tells nothing about the
//! delay. Must not know what is played.

use std::sync::Arc;

use realfft::num_complex::Complex32;
use realfft::{RealFftPlanner, RealToComplex};

use super::BLOCK;

/// Samples that are looked at: 40 ms.
const WINDOW: usize = 4 * BLOCK;

/// Tones hold so much of the energy in so few frequencies, of 25 Hz each. Nine of ten moments of speech hold less there.
const FEW: usize = 8;
const MOST: f32 = 0.98;

/// The last of what was played.
pub struct Tones {
    samples: Vec<f32>,
    forward: Arc<dyn RealToComplex<f32>>,
}

impl std::fmt::Debug for Tones {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Tones").finish_non_exhaustive()
    }
}

impl Tones {
    pub fn new() -> Self {
        let forward = RealFftPlanner::new().plan_fft_forward(WINDOW);
        Self { samples: vec![0.0; WINDOW], forward }
    }

    /// Takes a block; whether it ends in nothing but tones.
    pub fn push(&mut self, played: &[f32; BLOCK]) -> bool {
        self.samples.rotate_left(BLOCK);
        if let Some(end) = self.samples.last_chunk_mut() {
            *end = *played;
        }
        let turn = std::f32::consts::TAU / WINDOW as f32;
        let rounded = |(at, sample): (usize, &f32)| sample * (1.0 - (turn * at as f32).cos());
        let mut samples: Vec<f32> = self.samples.iter().enumerate().map(rounded).collect();
        let mut spectrum = self.forward.make_output_vec();
        // The lengths are right, so it cannot fail.
        let _ = self.forward.process(&mut samples, &mut spectrum);
        let mut powers: Vec<f32> = spectrum.iter().map(Complex32::norm_sqr).collect();
        powers.sort_by(|one, two| two.total_cmp(one));
        let few: f32 = powers.iter().take(FEW).sum();
        few > MOST * powers.iter().sum::<f32>()
    }
}
