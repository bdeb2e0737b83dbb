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
const BEHIND: i64 = PLAYED_RATE as i64 / 10;
const LONG: usize = 5 * RATE as usize;
/// No output has more waiting: 500 ms.
const DEEPEST: i64 = PLAYED_RATE as i64 / 2;
/// After the output threw away what it had, this long passes until it is full again, and then until its bursts have shown
/// the distance: 100 ms, 150 ms.
const FILLING: u64 = PLAYED_RATE as u64 / 10;
const LOOKING: u64 = PLAYED_RATE as u64 * 3 / 20;

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
    least: i64,
    since: usize,
    /// Frames until the output has filled again and its distance is known.
    settles: u64,
    anew: bool,
    /// What was handed out at the last look.
    taken: u64,
    ready: Vec<f32>,
    /// Frames that the output keeps waiting before they sound.
    lag: u64,
}

impl Reference {
    /// `lag` is the least number of frames that wait in the output before they sound.
    ///
    /// # Errors
    /// The rates do not fit.
    pub fn new(played: Box<dyn Played>, lag: u64) -> Result<Self, String> {
        let rate = Rate::new(PLAYED_RATE, RATE)?;
        let (next, least, since, settles, taken, anew) = (None, i64::MAX, 0, 0, 0, false);
        Ok(Self { played, rate, next, least, since, settles, anew, taken, ready: Vec::new(), lag })
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

    /// Whether the output threw away what it had and began anew, since the last look: the delay is no longer what it was.
    pub fn began_anew(&mut self) -> bool {
        std::mem::take(&mut self.anew)
    }

    /// Where to read: in step, unless the output has moved away for good.
    fn keep_step(&mut self, taken: u64, frames: u64) -> u64 {
        let keep = (self.lag + SLACK).cast_signed();
        if taken < std::mem::replace(&mut self.taken, taken) {
            // Nothing but silence is read until the output has filled again, and nothing else sounds.
            (self.least, self.since, self.settles, self.anew) = (i64::MAX, 0, FILLING + LOOKING, true);
        }
        let next = self.next.unwrap_or_else(|| taken.saturating_sub(frames).saturating_add_signed(-keep));
        let distance = taken.cast_signed() - (next + frames).cast_signed();
        let settling = self.settles > 0;
        if distance < if settling { -DEEPEST } else { 0 } {
            return taken.saturating_sub(frames).saturating_add_signed(-keep);
        }
        self.settles = self.settles.saturating_sub(frames);
        if self.settles <= LOOKING {
            self.least = self.least.min(distance);
        }
        if self.settles > 0 || !settling && self.since < LONG {
            return next;
        }
        let off = std::mem::replace(&mut self.least, i64::MAX) - keep;
        self.since = 0;
        self.anew |= settling;
        if settling || off < -keep || off > BEHIND { next.saturating_add_signed(off) } else { next }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicU64, Ordering};

    use super::*;

    /// Frame number `n` sounds as `n`, and what was not handed out yet as the second.
    struct Endless(Arc<AtomicU64>, f32);

    impl Played for Endless {
        fn taken(&self) -> u64 {
            self.0.load(Ordering::Relaxed)
        }

        fn read(&self, from: u64, out: &mut [f32]) {
            for (number, sample) in (from..).zip(out) {
                *sample = if number < self.taken() { number as f32 } else { self.1 };
            }
        }
    }

    /// How far behind the output each block begins, the output taking `burst` frames at once.
    fn distances(burst: u64, blocks: u64) -> Vec<i64> {
        let taken = Arc::new(AtomicU64::new(0));
        let mut reference = Reference::new(Box::new(Endless(taken.clone(), f32::NAN)), 0).unwrap();
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
        let mut reference = Reference::new(Box::new(Endless(taken.clone(), f32::NAN)), 0).unwrap();
        reference.take(800);
        taken.fetch_add(480_000, Ordering::Relaxed);
        for _ in 0..220 {
            taken.fetch_add(2_400, Ordering::Relaxed);
            reference.take(800);
        }
        let behind = taken.load(Ordering::Relaxed) - reference.next.unwrap();
        assert!(behind.cast_signed() < BEHIND, "{behind}");
    }

    #[test]
    fn after_a_cut_the_distance_is_what_waits_at_least() {
        let taken = Arc::new(AtomicU64::new(48_000));
        let mut reference = Reference::new(Box::new(Endless(taken.clone(), 0.0)), 4_096).unwrap();
        let heard = |reference: &mut Reference, blocks: u64| {
            let mut least = i64::MAX;
            for block in 0..blocks {
                // In bursts of two blocks.
                taken.fetch_add(if block % 2 == 0 { 4_800 } else { 0 }, Ordering::Relaxed);
                reference.take(800);
                let now = taken.load(Ordering::Relaxed).cast_signed();
                least = least.min(now - reference.next.unwrap().cast_signed());
            }
            least
        };
        heard(&mut reference, 300);
        assert!(!reference.began_anew());
        // What waited is gone, and the output fills again at once, from another point of its burst.
        taken.fetch_sub(8_192, Ordering::Relaxed);
        reference.take(800);
        assert!(reference.began_anew());
        taken.fetch_add(8_192 - 1_234, Ordering::Relaxed);
        heard(&mut reference, 20);
        assert!(reference.began_anew());
        assert_eq!(heard(&mut reference, 20), 4_096 + SLACK.cast_signed(), "what waits at least");
    }
}
