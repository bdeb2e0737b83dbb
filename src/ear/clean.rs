//! Leaves only the person in what the microphone hears, and tells the guard how much of it that is. Owns blocks of any
//! length; must not know where sounds come from.

use std::collections::VecDeque;

use super::echo::{BLOCK, Canceller};
use super::guard::Guard;

/// A canceller for blocks of any length; its output is 10 ms late.
#[derive(Debug)]
pub struct Cleaner {
    canceller: Canceller,
    mic: Vec<f32>,
    played: Vec<f32>,
    ready: VecDeque<f32>,
}

impl Default for Cleaner {
    fn default() -> Self {
        Self {
            canceller: Canceller::new(),
            mic: Vec::new(),
            played: Vec::new(),
            ready: vec![0.0; BLOCK].into(),
        }
    }
}

impl Cleaner {
    /// The output began anew: its delay is no longer what it was.
    pub fn begin_anew(&mut self) {
        self.canceller.begin_anew();
    }

    /// Takes `played` out of `mic`; what is missing of `played` was silence. Both are 16 kHz, mono.
    pub fn take(&mut self, mic: &mut [f32], played: &[f32], guard: &mut Guard) {
        self.mic.extend_from_slice(mic);
        self.played.extend(played.iter().take(mic.len()));
        self.played.resize(self.mic.len(), 0.0);
        let whole = self.mic.len() / BLOCK * BLOCK;
        let (mics, playeds) = (self.mic.drain(..whole), self.played.drain(..whole));
        let (mut cleaned, played) = (mics.collect::<Vec<_>>(), playeds.collect::<Vec<_>>());
        for (mic, played) in cleaned.chunks_exact_mut(BLOCK).zip(played.chunks_exact(BLOCK)) {
            guard.block(self.canceller.process(mic, played));
        }
        self.ready.extend(cleaned);
        for sample in mic {
            *sample = self.ready.pop_front().unwrap_or_default();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blocks_of_any_length_come_out_whole_and_10_ms_late() {
        let sound: Vec<f32> = (1..=2_000).map(|n| n as f32 / 4_000.0).collect();
        let (mut cleaner, mut guard) = (Cleaner::default(), Guard::default());
        let mut heard = sound.clone();
        let mut rest = heard.as_mut_slice();
        for length in [0, 1, 159, 160, 161, 800, 3, 700, 16] {
            let (block, after) = rest.split_at_mut(length);
            cleaner.take(block, &[], &mut guard);
            rest = after;
        }
        assert!(rest.is_empty());
        assert_eq!(heard[..BLOCK], [0.0; BLOCK]);
        assert_eq!(heard[BLOCK..], sound[..2_000 - BLOCK]);
    }
}
