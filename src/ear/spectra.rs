//! A sound as spectra of short frames, and back. Pure. Must not know what they are changed for.

use realfft::num_complex::Complex32;
use realfft::{FftError, RealFftPlanner};

/// Samples of a frame, and from one to the next: 32 ms and 8 ms at 16 kHz.
const FRAME: usize = 512;
pub const HOP: usize = 128;
/// Frequencies of a frame.
pub const BINS: usize = FRAME / 2 + 1;

/// A number for each frequency of each frame: a power, or what its amplitude is multiplied with.
pub type Grid = Vec<Vec<f32>>;

/// `sound`, at 16 kHz, with what `gains` makes of the powers; as it is where it is too short to tell.
pub fn weighed(sound: &[f32], gains: impl FnOnce(Grid) -> Grid) -> Vec<f32> {
    if sound.len() < 4 * FRAME {
        return sound.to_vec();
    }
    let changed = spectra(sound).and_then(|mut spectra| {
        let power = |frame: &Vec<Complex32>| frame.iter().map(Complex32::norm_sqr).collect();
        let gains = gains(spectra.iter().map(power).collect());
        let bins = spectra.iter_mut().flatten().zip(gains.into_iter().flatten());
        bins.for_each(|(bin, gain)| *bin *= gain);
        joined(spectra, sound.len())
    });
    changed.unwrap_or_else(|_| sound.to_vec())
}

fn window() -> impl Iterator<Item = f32> {
    (0..FRAME).map(|i| 0.5 - 0.5 * (std::f32::consts::TAU * i as f32 / FRAME as f32).cos())
}

fn spectra(sound: &[f32]) -> Result<Vec<Vec<Complex32>>, FftError> {
    let forward = RealFftPlanner::new().plan_fft_forward(FRAME);
    let spectrum = |frame: &[f32]| {
        let mut frame: Vec<f32> =
            frame.iter().zip(window()).map(|(sample, window)| sample * window).collect();
        let mut spectrum = forward.make_output_vec();
        forward.process(&mut frame, &mut spectrum).map(|()| spectrum)
    };
    sound.windows(FRAME).step_by(HOP).map(spectrum).collect()
}

fn joined(spectra: Vec<Vec<Complex32>>, length: usize) -> Result<Vec<f32>, FftError> {
    let back = RealFftPlanner::new().plan_fft_inverse(FRAME);
    let (mut sound, mut weight) = (vec![0.0; length], vec![0.0; length]);
    for (i, mut spectrum) in spectra.into_iter().enumerate() {
        let mut frame = back.make_output_vec();
        back.process(&mut spectrum, &mut frame)?;
        let to = sound.iter_mut().zip(&mut weight).skip(i * HOP);
        for ((to, weight), (sample, window)) in to.zip(frame.iter().zip(window())) {
            *to += sample * window / FRAME as f32;
            *weight += window * window;
        }
    }
    sound.iter_mut().zip(&weight).for_each(|(sample, weight)| *sample /= weight.max(0.01));
    Ok(sound)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_changed_stays() {
        let sound: Vec<f32> = (0..8_000).map(|i| (i as f32 * 0.1).sin()).collect();
        let same = weighed(&sound, |powers| vec![vec![1.0; BINS]; powers.len()]);
        assert_eq!(same.len(), sound.len());
        let off = |range: std::ops::Range<usize>| {
            sound[range.clone()]
                .iter()
                .zip(&same[range])
                .map(|(one, two)| (one - two).abs())
                .fold(0.0, f32::max)
        };
        assert!(off(FRAME..8_000 - 2 * FRAME) < 1e-4);
    }

    #[test]
    fn what_is_short_is_not_looked_at() {
        assert_eq!(weighed(&[0.5; 500], |_| unreachable!()), [0.5; 500]);
    }
}
