//! Any rate to another. Owns the resampler and what is left between two blocks; must not know what the sound is.

use rubato::audioadapter_buffers::direct::InterleavedSlice;
use rubato::{Fft, FixedSync, Resampler};

/// Blocks of so many milliseconds at the first rate.
const BLOCK: usize = 20;

/// A stream of mono samples at another rate, delayed by some milliseconds.
pub struct Rate {
    /// Absent where both rates are the same.
    resampler: Option<Fft<f32>>,
    rest: Vec<f32>,
}

impl Rate {
    /// # Errors
    /// The rates do not fit together.
    pub fn new(from: u32, to: u32) -> Result<Self, String> {
        let block = (from as usize * BLOCK / 1_000).max(1);
        let new = || Fft::new(from as usize, to as usize, block, 1, FixedSync::Input);
        let resampler = if from == to { None } else { Some(new().map_err(|error| error.to_string())?) };
        Ok(Self { resampler, rest: Vec::new() })
    }

    /// As much as is complete.
    pub fn take(&mut self, samples: &[f32]) -> Vec<f32> {
        let Some(resampler) = &mut self.resampler else { return samples.to_vec() };
        self.rest.extend_from_slice(samples);
        let mut out = Vec::new();
        loop {
            let needed = resampler.input_frames_next();
            let Some(block) = self.rest.get(..needed).filter(|_| needed > 0) else { return out };
            let done = InterleavedSlice::new(block, 1, needed)
                .ok()
                .and_then(|block| resampler.process(&block, None).ok());
            out.extend(
                done.into_iter().flat_map(rubato::audioadapter_buffers::owned::InterleavedOwned::take_data),
            );
            self.rest.drain(..needed);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tone_keeps_its_pitch_and_length() {
        for (from, size) in [(48_000_u32, 333), (44_100, 1_024), (8_000, 80), (16_000, 7)] {
            let mut rate = Rate::new(from, 16_000).unwrap();
            let tone = (0..from).map(|i| (i as f32 * 440.0 * std::f32::consts::TAU / from as f32).sin());
            let tone: Vec<f32> = tone.collect();
            let out: Vec<f32> = tone.chunks(size).flat_map(|block| rate.take(block)).collect();
            assert!((15_200..=16_000).contains(&out.len()), "{from}: {}", out.len());
            // The filter swings in at first.
            let out = &out[out.len() / 4..];
            let crossings = out.windows(2).filter(|pair| pair[0] < 0.0 && pair[1] >= 0.0).count();
            let hertz = crossings as f32 * 16_000.0 / out.len() as f32;
            assert!((435.0..=445.0).contains(&hertz), "{from}: {hertz}");
        }
    }
}
