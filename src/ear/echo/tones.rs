//! Whether what is played is made of tones, as a chime: it looks the same at many delays, so that it tells nothing about the
//! delay. Must not know what is played.

use realfft::RealFftPlanner;
use realfft::num_complex::Complex32;

use super::BLOCK;
use super::delay::Window;

/// Samples that are looked at: 40 ms.
const LENGTH: usize = 4 * BLOCK;

/// Tones hold so much of the energy in so few frequencies, of 25 Hz each. Nine of ten moments of speech hold less there.
const FEW: usize = 8;
const MOST: f32 = 0.98;

#[derive(Debug)]
pub struct Tones(Window);

impl Tones {
    pub fn new() -> Self {
        Self(Window::new(LENGTH, &mut RealFftPlanner::new()))
    }

    /// Takes a block of what is played; whether it ends in nothing but tones.
    pub fn push(&mut self, played: &[f32; BLOCK]) -> bool {
        self.0.push(played);
        let turn = std::f32::consts::TAU / LENGTH as f32;
        let Some(spectrum) = self.0.spectrum(|at| 1.0 - (turn * at as f32).cos()) else { return false };
        let mut powers: Vec<f32> = spectrum.iter().map(Complex32::norm_sqr).collect();
        powers.sort_by(|one, two| two.total_cmp(one));
        let few: f32 = powers.iter().take(FEW).sum();
        few > MOST * powers.iter().sum::<f32>()
    }
}
