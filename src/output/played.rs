//! What the loudspeaker was given a moment ago, for whoever has to tell it from a voice in the room. Owns the last two
//! seconds of it; must not delay the thread that plays.

use std::collections::VecDeque;
use std::sync::Mutex;

use crate::frames::RATE;

/// Frames that are remembered.
const KEPT: usize = 2 * RATE as usize;

/// Frames as they were handed to the device, counted from its opening.
#[derive(Debug, Default)]
pub struct Played(Mutex<Last>);

#[derive(Debug, Default)]
struct Last {
    frames: VecDeque<f32>,
    /// Handed out so far, those forgotten included.
    taken: u64,
    /// How often it began anew, and from which frame on.
    begun: (u64, u64),
}

impl Played {
    pub fn push(&self, block: &[f32]) {
        let Ok(mut last) = self.0.lock() else { return };
        let over = (last.frames.len() + block.len()).saturating_sub(KEPT).min(last.frames.len());
        last.frames.drain(..over);
        last.frames.extend(block);
        last.taken += block.len() as u64;
    }

    /// The last `frames` were thrown away and will never be heard, and what comes from now on waits for another time
    /// than what came before, which is forgotten.
    pub fn begin_anew(&self, frames: usize) {
        let Ok(mut last) = self.0.lock() else { return };
        last.frames.clear();
        last.taken = last.taken.saturating_sub(frames as u64);
        last.begun = (last.begun.0 + 1, last.taken);
    }

    /// How often it began anew, and from which frame on.
    pub fn begun(&self) -> (u64, u64) {
        self.0.lock().map_or((0, 0), |last| last.begun)
    }

    /// Frames handed out so far.
    pub fn taken(&self) -> u64 {
        self.0.lock().map_or(0, |last| last.taken)
    }

    /// The frames from number `from` on; silence where nothing is known of them.
    pub fn read(&self, from: u64, out: &mut [f32]) {
        out.fill(0.0);
        let Ok(last) = self.0.lock() else { return };
        let first = last.taken - last.frames.len() as u64;
        for (number, sample) in (from..).zip(out) {
            let at = number.checked_sub(first).and_then(|at| usize::try_from(at).ok());
            *sample = at.and_then(|at| last.frames.get(at)).copied().unwrap_or(0.0);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_frames_are_found_by_their_number() {
        let played = Played::default();
        let frames: Vec<f32> = (0..150_000).map(|i| i as f32).collect();
        frames.chunks(256).for_each(|block| played.push(block));
        assert_eq!(played.taken(), 150_000);
        let mut out = [0.0; 4];
        played.read(149_998, &mut out);
        assert_eq!(out.map(|sample| sample as i32), [149_998, 149_999, 0, 0]);
        played.read(10, &mut out);
        assert_eq!(out.map(|sample| sample as i32), [0; 4], "long forgotten");
        played.begin_anew(1_000);
        assert_eq!((played.taken(), played.begun()), (149_000, (1, 149_000)));
        played.push(&[-1.0]);
        played.read(148_999, &mut out);
        assert_eq!(out.map(|sample| sample as i32), [0, -1, 0, 0]);
    }
}
