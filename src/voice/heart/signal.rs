//! The net's spectrum to samples: pulses through a filter, shaped noise, a part with free phase, one inverse transform.
//! Owns the transforms and their buffers; must not know the net or a file.

use std::f32::consts::PI;
use std::sync::Arc;

use realfft::num_complex::Complex;
use realfft::{ComplexToReal, RealFftPlanner, RealToComplex};
use rten_simd::SimdUnaryOp;
use rten_vecmath::{Cos, Exp, Sin, Tanh};

use super::{noise::Noise, pulses};

/// Samples per second.
pub const RATE: u32 = 24_000;
/// Samples for each frame.
pub const HOP: usize = 300;
const SIZE: usize = 4 * HOP;
/// Values of each part of a frame.
pub const BINS: usize = SIZE / 2 + 1;
/// Values of a frame: log gain and phase of the pulses, log gain of the noise, log gain and phase of the rest.
pub const ROW: usize = 5 * BINS;
/// No gain over e to the seventh, whatever the net says.
const LOUDEST: f32 = 7.0;

/// What the net says of one line.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Spectrum {
    /// Hz for each frame, 0 where unvoiced.
    pub f0: Vec<f32>,
    /// [`ROW`] values for each frame.
    pub rows: Vec<f32>,
}

/// Turns spectra into samples.
pub struct Signal {
    forward: Arc<dyn RealToComplex<f32>>,
    inverse: Arc<dyn ComplexToReal<f32>>,
    /// Periodic Hann, and what it is multiplied by on the way in and on the way out.
    window: Vec<f32>,
    before: Vec<f32>,
    after: Vec<f32>,
    noise: Noise,
    frame: Vec<f32>,
    spectrum: Vec<Complex<f32>>,
    cosines: Vec<f32>,
    scratch: Vec<Complex<f32>>,
}

impl Signal {
    pub fn new() -> Self {
        let mut planner = RealFftPlanner::new();
        let (forward, inverse) = (planner.plan_fft_forward(SIZE), planner.plan_fft_inverse(SIZE));
        let longest = forward.get_scratch_len().max(inverse.get_scratch_len());
        let hann = |at: usize| 0.5 - 0.5 * (std::f64::consts::TAU * at as f64 / SIZE as f64).cos();
        let window: Vec<f32> = (0..SIZE).map(|at| hann(at) as f32).collect();
        Self {
            before: window.iter().map(|w| w / HOP as f32).collect(),
            after: window.iter().map(|w| w / SIZE as f32).collect(),
            window,
            noise: Noise::new(),
            frame: vec![0.0; SIZE],
            spectrum: vec![Complex::default(); BINS],
            cosines: vec![0.0; BINS],
            scratch: vec![Complex::default(); longest],
            forward,
            inverse,
        }
    }

    /// [`HOP`] samples for each frame. The same spectrum gives the same samples, noise and all.
    pub fn render(&mut self, mut spectrum: Spectrum) -> Vec<f32> {
        let source = centred(&pulses::train(&spectrum.f0));
        let mut sum = vec![0.0; source.len()];
        self.noise.restart();
        let rows = spectrum.rows.chunks_exact_mut(ROW);
        for (frame, (source, row)) in source.windows(SIZE).step_by(HOP).zip(rows).enumerate() {
            self.transform(source);
            self.shape(row);
            self.add(sum.get_mut(frame * HOP..).unwrap_or_default());
        }
        self.level(&mut sum);
        sum.drain(..SIZE / 2);
        sum.truncate(spectrum.f0.len() * HOP);
        sum
    }

    /// One frame of the source to its spectrum. A cosine of amplitude one comes out with amplitude one.
    fn transform(&mut self, source: &[f32]) {
        for (out, (sample, window)) in self.frame.iter_mut().zip(source.iter().zip(&self.before)) {
            *out = sample * window;
        }
        // Fails on wrong lengths only, and these are fixed.
        let _ = self.forward.process_with_scratch(&mut self.frame, &mut self.spectrum, &mut self.scratch);
    }

    /// The net's five parts applied: `row` is used up.
    fn shape(&mut self, row: &mut [f32]) {
        let mut parts = row.chunks_exact_mut(BINS);
        let mut next = || parts.next().unwrap_or_default();
        let (pulse_gain, angle, noise_gain, rest_gain, rest_angle) = (next(), next(), next(), next(), next());
        gains(pulse_gain);
        turn(angle);
        self.filter(pulse_gain, angle);
        gains(noise_gain);
        for (out, (gain, noise)) in self.spectrum.iter_mut().zip(noise_gain.iter().zip(self.noise.frame())) {
            *out += noise * *gain;
        }
        gains(rest_gain);
        self.rest(rest_gain, rest_angle);
    }

    fn filter(&mut self, gains: &[f32], angles: &mut [f32]) {
        sines(angles, &mut self.cosines);
        let turns = gains.iter().zip(self.cosines.iter().zip(angles.iter()));
        for (out, (gain, (cos, sin))) in self.spectrum.iter_mut().zip(turns) {
            *out *= Complex::new(gain * cos, gain * sin);
        }
    }

    fn rest(&mut self, gains: &[f32], angles: &mut [f32]) {
        sines(angles, &mut self.cosines);
        let turns = gains.iter().zip(self.cosines.iter().zip(angles.iter()));
        for (out, (gain, (cos, sin))) in self.spectrum.iter_mut().zip(turns) {
            *out += Complex::new(gain * cos, gain * sin);
        }
    }

    /// The frame's spectrum back to samples, windowed, onto the sum.
    fn add(&mut self, sum: &mut [f32]) {
        // The two ends of a real signal's spectrum are real.
        for end in [0, BINS - 1] {
            if let Some(bin) = self.spectrum.get_mut(end) {
                bin.im = 0.0;
            }
        }
        let _ = self.inverse.process_with_scratch(&mut self.spectrum, &mut self.frame, &mut self.scratch);
        for (out, (sample, window)) in sum.iter_mut().zip(self.frame.iter().zip(&self.after)) {
            *out += sample * window;
        }
    }

    /// Divides by what the squared windows add up to: three halves inside, less in the three blocks at either end.
    fn level(&self, sum: &mut [f32]) {
        let frames = (sum.len() / HOP).saturating_sub(3);
        for (block, samples) in sum.chunks_exact_mut(HOP).enumerate() {
            let over: Vec<usize> = (0..4).filter(|back| block >= *back && block - back < frames).collect();
            for (at, sample) in samples.iter_mut().enumerate() {
                *sample *= if over.len() == 4 { 1.0 / 1.5 } else { 1.0 / self.weight(&over, at) };
            }
        }
    }

    fn weight(&self, over: &[usize], at: usize) -> f32 {
        let windows = over.iter().filter_map(|back| self.window.get(back * HOP + at));
        windows.map(|w| w * w).sum::<f32>().max(1e-11)
    }
}

fn gains(logs: &mut [f32]) {
    for log in logs.iter_mut() {
        *log = log.min(LOUDEST);
    }
    Exp {}.map_mut(logs);
}

fn turn(angles: &mut [f32]) {
    Tanh {}.map_mut(angles);
    for angle in angles.iter_mut() {
        *angle *= PI;
    }
}

/// Angles to their sines, with the cosines beside.
fn sines(angles: &mut [f32], cosines: &mut [f32]) {
    cosines.copy_from_slice(angles);
    Cos::new().map_mut(cosines);
    Sin::new().map_mut(angles);
}

/// Half a window mirrored before and after, so that the first frame's middle is the first sample.
fn centred(samples: &[f32]) -> Vec<f32> {
    let half = SIZE / 2;
    let before = samples.iter().skip(1).take(half).rev();
    let after = samples.iter().rev().skip(1).take(half);
    before.chain(samples).chain(after).copied().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const FRAMES: usize = 12;
    /// So quiet that it is nothing.
    const OFF: f32 = -1e9;

    /// Every frame alike: gains and angles by bin.
    fn spectrum(pitch: f32, parts: [&dyn Fn(usize) -> f32; 5]) -> Spectrum {
        let row: Vec<f32> = parts.iter().flat_map(|part| (0..BINS).map(part)).collect();
        Spectrum { f0: vec![pitch; FRAMES], rows: row.repeat(FRAMES) }
    }

    fn farthest(found: &[f32], wanted: impl Fn(usize) -> f32) -> f32 {
        found.iter().enumerate().fold(0.0, |far: f32, (at, sample)| far.max((sample - wanted(at)).abs()))
    }

    #[test]
    fn a_flat_filter_gives_the_pulses_back() {
        let flat = spectrum(150.0, [&|_| 0.0, &|_| 0.0, &|_| OFF, &|_| OFF, &|_| 0.0]);
        let train = pulses::train(&flat.f0);
        let samples = Signal::new().render(flat);
        assert_eq!(samples.len(), FRAMES * HOP);
        // The mirrored ends hold no whole frame.
        let inside = samples.iter().zip(&train).skip(SIZE).take((FRAMES - 8) * HOP);
        let far = inside.fold(0.0, |far: f32, (sample, pulse)| far.max((sample - pulse / HOP as f32).abs()));
        assert!(far < 1e-5, "{far}");
    }

    #[test]
    fn a_half_turn_turns_the_pulses_over() {
        let saturated = spectrum(150.0, [&|_| 0.0, &|_| 1e3, &|_| OFF, &|_| OFF, &|_| 0.0]);
        let straight = spectrum(150.0, [&|_| 0.0, &|_| 0.0, &|_| OFF, &|_| OFF, &|_| 0.0]);
        let mut signal = Signal::new();
        let (over, straight) = (signal.render(saturated), signal.render(straight));
        assert!(farthest(&over, |at| -straight[at]) < 1e-5);
    }

    #[test]
    fn the_free_part_needs_no_pulses() {
        // Turned by half a window, a flat spectrum is one click in the middle of the frame.
        let clicks = spectrum(0.0, [&|_| 0.0, &|_| 0.0, &|_| OFF, &|_| 0.0, &|bin| PI * (bin % 2) as f32]);
        let samples = Signal::new().render(clicks);
        let inside = &samples[SIZE..(FRAMES - 4) * HOP];
        let far = farthest(inside, |at| if at % HOP == 0 { 1.0 / 1.5 } else { 0.0 });
        assert!(far < 1e-4, "{far}");
    }

    #[test]
    fn noise_is_as_loud_as_asked_and_always_the_same() {
        let hiss = |log: f32| spectrum(0.0, [&|_| OFF, &|_| 0.0, &move |_| log, &|_| OFF, &|_| 0.0]);
        let mut signal = Signal::new();
        let (quiet, loud) = (signal.render(hiss(0.0)), signal.render(hiss(1.0)));
        assert_eq!(signal.render(hiss(0.0)), quiet);
        assert!(farthest(&loud, |at| quiet[at] * 1.0_f32.exp()) < 1e-4);
        let power = quiet.iter().map(|sample| sample * sample).sum::<f32>() / quiet.len() as f32;
        // 2 / 1200 in a frame; overlapping four of them halves it, by 1.5 over 1.5 squared, to two thirds.
        assert!((power * 1200.0 / 2.0 - 2.0 / 3.0).abs() < 0.1, "{power}");
    }

    #[test]
    fn no_gain_is_without_limit() {
        let shout = spectrum(150.0, [&|_| 1e3, &|_| 0.0, &|_| 1e3, &|_| 1e3, &|_| 0.0]);
        assert!(Signal::new().render(shout).iter().all(|sample| sample.is_finite()));
    }
}
