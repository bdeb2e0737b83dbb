//! How long a sound takes from the output to the microphone: the peak of the cross-correlation, its spectrum flattened.

use std::sync::Arc;

use realfft::num_complex::Complex32;
use realfft::{ComplexToReal, RealFftPlanner, RealToComplex};

use super::{BLOCK, SILENCE, power};

/// Samples that are compared at a time: about a second.
const WINDOW: usize = 16_384;

/// Blocks between two looks: half a second.
const EVERY: usize = 50;

/// How much of the earlier looks a new one keeps.
const KEPT: f32 = 0.7;

/// A peak this many times the root mean square of the correlation is an echo, if the next look agrees.
const PEAK: f32 = 9.0;

/// One that is so many times as high needs no second look.
const CLEAR: f32 = 24.0;

/// Blocks that have to have sounded before there is anything to look at: 200 ms.
const LEAST: usize = 20;

/// Blocks between two looks in a hurry: 100 ms.
const OFTEN: usize = 10;

/// Two looks agree within 4 ms.
const AGREE: usize = 64;

/// Compares two streams.
#[derive(Debug)]
pub struct Search {
    mic: Window,
    played: Window,
    product: Vec<Complex32>,
    back: Back,
    reach: usize,
    blocks: usize,
    last: Option<usize>,
    /// Nothing is known: one clear look is enough.
    hurry: bool,
    /// Blocks in the windows in which something was played.
    heard: usize,
}

impl Search {
    /// Finds delays of up to `reach` samples.
    pub fn new(reach: usize) -> Self {
        let mut planner = RealFftPlanner::new();
        Self {
            mic: Window::new(WINDOW, &mut planner),
            played: Window::new(WINDOW, &mut planner),
            product: vec![Complex32::default(); WINDOW / 2 + 1],
            back: Back(planner.plan_fft_inverse(WINDOW)),
            reach,
            blocks: 0,
            last: None,
            hurry: true,
            heard: 0,
        }
    }

    /// What was known is no longer true; only what comes from now on counts.
    pub fn begin_anew(&mut self) {
        self.mic.samples.fill(0.0);
        self.played.samples.fill(0.0);
        self.product.fill(Complex32::default());
        self.last = None;
        self.hurry = true;
        self.heard = 0;
    }

    /// Takes a block of both; now and then it gives a delay that two looks agree on, or one clear look.
    pub fn push(&mut self, mic: &[f32; BLOCK], played: &[f32; BLOCK]) -> Option<usize> {
        self.mic.push(mic);
        self.played.push(played);
        self.blocks += 1;
        let sounds = power(played) > SILENCE;
        self.heard = (self.heard + usize::from(sounds)).min(WINDOW / BLOCK);
        let every = if self.hurry { OFTEN } else { EVERY };
        if !self.blocks.is_multiple_of(every) || self.heard < LEAST || power(&self.played.samples) < SILENCE {
            return None;
        }
        let Some((found, clear)) = self.look() else {
            self.last = None;
            return None;
        };
        let last = self.last.replace(found).filter(|last| last.abs_diff(found) <= AGREE);
        let sure = last.is_some() || self.hurry && clear;
        self.hurry &= !sure;
        sure.then_some(found)
    }

    /// The delay, and whether it stands out clearly.
    fn look(&mut self) -> Option<(usize, bool)> {
        let (mic, played) = (self.mic.spectrum(|_| 1.0)?, self.played.spectrum(|_| 1.0)?);
        let kept = if self.hurry { 0.0 } else { KEPT };
        for ((sum, mic), played) in self.product.iter_mut().zip(mic).zip(played) {
            let product = mic * played.conj();
            let flat = product / product.norm().max(1e-12);
            *sum = *sum * kept + flat * (1.0 - kept);
        }
        let correlation = self.back.correlation(&self.product)?;
        let rms = power(&correlation).sqrt();
        let within = correlation.iter().take(self.reach).enumerate();
        let (at, peak) = within.max_by(|(_, one), (_, two)| one.total_cmp(two))?;
        // Where there is little sound in the window, all of it lies close together.
        let rms = rms * (WINDOW as f32 / (self.heard * BLOCK) as f32).sqrt();
        (*peak > PEAK * rms).then_some((at, *peak > CLEAR * rms))
    }
}

/// The last samples of a stream.
pub(super) struct Window {
    samples: Vec<f32>,
    forward: Arc<dyn RealToComplex<f32>>,
}

impl std::fmt::Debug for Window {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Window").finish_non_exhaustive()
    }
}

impl Window {
    pub(super) fn new(length: usize, planner: &mut RealFftPlanner<f32>) -> Self {
        Self { samples: vec![0.0; length], forward: planner.plan_fft_forward(length) }
    }

    pub(super) fn push(&mut self, block: &[f32; BLOCK]) {
        self.samples.rotate_left(BLOCK);
        if let Some(end) = self.samples.last_chunk_mut() {
            *end = *block;
        }
    }

    /// Each sample weighed by where it stands.
    pub(super) fn spectrum(&self, weigh: impl Fn(usize) -> f32) -> Option<Vec<Complex32>> {
        let weighed = self.samples.iter().enumerate().map(|(at, sample)| sample * weigh(at));
        let (mut samples, mut spectrum) = (weighed.collect::<Vec<f32>>(), self.forward.make_output_vec());
        self.forward.process(&mut samples, &mut spectrum).ok()?;
        Some(spectrum)
    }
}

struct Back(Arc<dyn ComplexToReal<f32>>);

impl std::fmt::Debug for Back {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Back").finish_non_exhaustive()
    }
}

impl Back {
    fn correlation(&self, product: &[Complex32]) -> Option<Vec<f32>> {
        let (mut product, mut correlation) = (product.to_vec(), self.0.make_output_vec());
        // The transform wants these two without an imaginary part.
        for end in [0, WINDOW / 2] {
            product.get_mut(end)?.im = 0.0;
        }
        self.0.process(&mut product, &mut correlation).ok()?;
        Some(correlation)
    }
}
