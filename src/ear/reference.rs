//! What was played while a block was heard. Owns keeping step with the output, which counts in bursts of its own and
//! starts anew; must not look for the echo's delay in the room.

use super::rate::Rate;
use super::recogniser::RATE;

/// Frames per second of what is played, and how many of them a heard sample is long.
const PLAYED_RATE: u32 = crate::frames::RATE;
const TIMES: u64 = (PLAYED_RATE / RATE) as u64;
/// After having to wait for the output, this much more distance is kept: 10 ms.
const SLACK: u64 = PLAYED_RATE as u64 / 100;
/// Being further behind than this for so long means that the output has gone ahead: 100 ms, 5 s of samples.
const BEHIND: u64 = PLAYED_RATE as u64 / 10;
const LONG: usize = 5 * RATE as usize;

/// Where what is played can be read: [`taken`](Played::taken) frames were handed out, each has a number.
pub trait Played: Send {
    fn taken(&self) -> u64;
    /// Frames from number `from` on; silence where nothing is known.
    fn read(&self, from: u64, out: &mut [f32]);
}

/// Reads in step with what is heard.
pub struct Reference {
    played: Box<dyn Played>,
    rate: Rate,
    /// The next frame to be read.
    next: Option<u64>,
    /// The least distance to the output in the last samples, and how many they are.
    least: u64,
    since: usize,
    ready: Vec<f32>,
}

impl Reference {
    /// # Errors
    /// The rates do not fit.
    pub fn new(played: Box<dyn Played>) -> Result<Self, String> {
        let rate = Rate::new(PLAYED_RATE, RATE)?;
        Ok(Self { played, rate, next: None, least: u64::MAX, since: 0, ready: Vec::new() })
    }

    /// As many samples as were just heard, handed to the output at the same time or a moment before. The distance
    /// between the two stays the same, but for rare jumps.
    pub fn take(&mut self, samples: usize) -> Vec<f32> {
        let frames = samples as u64 * TIMES;
        let taken = self.played.taken();
        let from = self.keep_step(taken, frames);
        let mut block = vec![0.0; usize::try_from(frames).unwrap_or(0)];
        self.played.read(from, &mut block);
        self.next = Some(from + frames);
        self.since += samples;
        self.ready.extend(self.rate.take(&block));
        // The first block comes later by what the conversion holds back.
        let missing = samples.saturating_sub(self.ready.len());
        let mut out = vec![0.0; missing];
        out.extend(self.ready.drain(..samples - missing));
        out
    }

    fn keep_step(&mut self, taken: u64, frames: u64) -> u64 {
        let next = self.next.unwrap_or_else(|| taken.saturating_sub(frames));
        let Some(distance) = taken.checked_sub(next + frames) else {
            return taken.saturating_sub(frames + SLACK);
        };
        self.least = self.least.min(distance);
        if self.since < LONG {
            return next;
        }
        let least = std::mem::replace(&mut self.least, u64::MAX);
        self.since = 0;
        if least > BEHIND { next + least - SLACK } else { next }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicU64, Ordering};

    use super::*;

    /// Frame number `n` sounds as a slow sine of `n`.
    struct Endless(Arc<AtomicU64>);

    impl Played for Endless {
        fn taken(&self) -> u64 {
            self.0.load(Ordering::Relaxed)
        }

        fn read(&self, from: u64, out: &mut [f32]) {
            for (number, sample) in (from..).zip(out) {
                *sample = if number < self.taken() { number as f32 } else { f32::NAN };
            }
        }
    }

    /// How far behind the output each block begins, the output taking `burst` frames at once.
    fn distances(burst: u64, blocks: u64) -> Vec<i64> {
        let taken = Arc::new(AtomicU64::new(0));
        let mut reference = Reference::new(Box::new(Endless(taken.clone()))).unwrap();
        let heard = (1..=blocks).map(|i| i * 800);
        let distance = heard.map(|heard| {
            taken.store((heard * TIMES / burst + 2) * burst, Ordering::Relaxed);
            let block = reference.take(800);
            assert_eq!(block.len(), 800);
            assert!(block.iter().all(|sample| !sample.is_nan()), "read before it was played");
            (heard * TIMES).cast_signed() - reference.next.unwrap().cast_signed()
        });
        distance.collect()
    }

    #[test]
    fn the_distance_stays_the_same_after_a_moment() {
        for burst in [256, 768, 4_096] {
            let distances = distances(burst, 200);
            let (_, late) = distances.split_at(40);
            assert!(late.iter().all(|distance| *distance == late[0]), "{burst}: {distances:?}");
        }
    }

    #[test]
    fn an_output_that_went_ahead_is_caught_up_with() {
        let taken = Arc::new(AtomicU64::new(48_000));
        let mut reference = Reference::new(Box::new(Endless(taken.clone()))).unwrap();
        reference.take(800);
        taken.fetch_add(480_000, Ordering::Relaxed);
        for _ in 0..220 {
            taken.fetch_add(2_400, Ordering::Relaxed);
            reference.take(800);
        }
        let behind = taken.load(Ordering::Relaxed) - reference.next.unwrap();
        assert!(behind < BEHIND, "{behind}");
        // And one that starts anew.
        taken.fetch_sub(8_192, Ordering::Relaxed);
        reference.take(800);
        assert!(reference.next.unwrap() <= taken.load(Ordering::Relaxed));
    }
}
