//! Where a known echo lies now. The room does not change when the output begins anew, only the delay does; so what the
//! learnt room makes of what is played has to lie somewhere in what is heard, and a quarter of a second of it is enough.

use std::sync::Arc;

use realfft::num_complex::Complex32;
use realfft::{ComplexToReal, RealFftPlanner, RealToComplex};

use super::BLOCK;

/// Samples that are looked at: 256 ms.
const SPAN: usize = 4_096;
/// Samples in a transform: the span and every lag.
const WINDOW: usize = 16_384;
/// Blocks between two looks: 50 ms.
const EVERY: usize = 5;
/// The share of what is heard that the echo has to explain where it lies.
const EXPLAINS: f32 = 0.7;
/// And how much softer or louder than it was before it may be.
const SAME: std::ops::Range<f32> = 0.4..2.5;
/// What is softer than this, as a mean square of the span, is noise.
const FAINT: f32 = 1e-8;

/// Where it lies.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Found {
    /// Samples that the echo is later than it was handed in.
    pub lag: usize,
    /// What is missing to it, between -0.5 and 0.5.
    pub rest: f32,
}

/// Looks for one stream in another.
pub struct Track {
    heard: Vec<f32>,
    echo: Vec<f32>,
    reach: usize,
    /// Where it was at the last look.
    seen: Option<usize>,
    /// The last samples of both before the filter.
    last: [[f32; 3]; 2],
    blocks: usize,
    forward: Arc<dyn RealToComplex<f32>>,
    back: Arc<dyn ComplexToReal<f32>>,
}

impl std::fmt::Debug for Track {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Track").field("blocks", &self.blocks).finish_non_exhaustive()
    }
}

impl Track {
    /// Finds lags below `reach`, at most 12288 samples.
    pub fn new(reach: usize) -> Self {
        let mut planner = RealFftPlanner::new();
        let reach = reach.min(WINDOW - SPAN);
        Self {
            heard: vec![0.0; SPAN],
            echo: vec![0.0; SPAN + reach],
            reach,
            seen: None,
            last: [[0.0; 3]; 2],
            blocks: 0,
            forward: planner.plan_fft_forward(WINDOW),
            back: planner.plan_fft_inverse(WINDOW),
        }
    }

    /// Takes a block of what is heard, and of the echo as it would be without delay.
    pub fn push(&mut self, heard: &[f32; BLOCK], echo: &[f32; BLOCK]) {
        let [last_heard, last_echo] = &mut self.last;
        for (past, new, last) in [(&mut self.heard, heard, last_heard), (&mut self.echo, echo, last_echo)] {
            past.rotate_left(BLOCK);
            if let Some(end) = past.last_chunk_mut::<BLOCK>() {
                *end = new.map(|sample| middle(sample, last));
            }
        }
        self.blocks += 1;
    }

    /// What was heard so far is of no use any more.
    pub fn begin_anew(&mut self) {
        self.heard.fill(0.0);
        self.echo.fill(0.0);
        self.seen = None;
    }

    /// Now and then looks; the echo, once two looks agree.
    pub fn look(&mut self) -> Option<Found> {
        if !self.blocks.is_multiple_of(EVERY) {
            return None;
        }
        let found = self.clearest();
        let before = std::mem::replace(&mut self.seen, found.map(|found| found.lag));
        found.filter(|found| before.is_some_and(|before| before.abs_diff(found.lag) <= 1))
    }

    fn clearest(&self) -> Option<Found> {
        let power: f32 = self.heard.iter().map(|sample| sample * sample).sum();
        if power < FAINT * SPAN as f32 {
            return None;
        }
        let matches = self.matches()?;
        // What the echo at each lag explains of what is heard.
        let mut within: f32 = self.echo.iter().skip(self.reach).map(|sample| sample * sample).sum();
        let (mut best, mut most) = (None, EXPLAINS * power);
        for lag in 0..self.reach {
            let (Some(matched), Some(newest), Some(oldest)) = (
                matches.get(lag),
                self.echo.get(self.echo.len() - 1 - lag),
                self.echo.get(self.reach.wrapping_sub(lag + 1)),
            ) else {
                break;
            };
            let explained = matched * matched / within.max(0.1 * power);
            if *matched > 0.0 && explained > most && SAME.contains(&(matched / within)) {
                (best, most) = (Some(lag), explained);
            }
            within += oldest * oldest - newest * newest;
        }
        best.map(|lag| Found { lag, rest: between(&matches, lag) })
    }

    /// The cross-correlation for each lag.
    fn matches(&self) -> Option<Vec<f32>> {
        let start = self.echo.len() - SPAN;
        let (heard, echo) = (self.spectrum(&self.heard, start)?, self.spectrum(&self.echo, 0)?);
        let mut product: Vec<Complex32> =
            heard.iter().zip(echo).map(|(heard, echo)| heard * echo.conj() / WINDOW as f32).collect();
        // The transform wants these two without an imaginary part.
        for end in [0, WINDOW / 2] {
            product.get_mut(end)?.im = 0.0;
        }
        let mut matches = self.back.make_output_vec();
        self.back.process(&mut product, &mut matches).ok()?;
        Some(matches)
    }

    fn spectrum(&self, samples: &[f32], at: usize) -> Option<Vec<Complex32>> {
        let (mut window, mut spectrum) = (self.forward.make_input_vec(), self.forward.make_output_vec());
        window.get_mut(at..at + samples.len())?.copy_from_slice(samples);
        self.forward.process(&mut window, &mut spectrum).ok()?;
        Some(spectrum)
    }
}

/// A filter for what lies around 2.7 kHz: the deep parts of a voice say little about where it lies, and the highest too much
/// to be found between two samples.
fn middle(sample: f32, last: &mut [f32; 3]) -> f32 {
    let [one, two, three] = *last;
    *last = [sample, one, two];
    sample + one - two - three
}

/// Where between samples a peak lies: the top of the parabola through it and its neighbours.
fn between(values: &[f32], at: usize) -> f32 {
    let around = |at: Option<usize>| at.and_then(|at| values.get(at)).copied();
    let (Some(before), Some(peak), Some(after)) =
        (around(at.checked_sub(1)), around(Some(at)), around(Some(at + 1)))
    else {
        return 0.0;
    };
    let bend = before - 2.0 * peak + after;
    if bend >= 0.0 { 0.0 } else { (0.5 * (before - after) / bend).clamp(-0.5, 0.5) }
}
