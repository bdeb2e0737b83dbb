//! What was played while a block was heard. Owns keeping step with the output, which counts in bursts of its own and
//! starts anew; must not look for the echo's delay in the room.

use super::rate::Rate;
use super::recogniser::RATE;

/// Frames per second of what is played, and how many of them a heard sample is long.
const PLAYED_RATE: u32 = crate::frames::RATE;
const TIMES: u64 = (PLAYED_RATE / RATE) as u64;
/// What is read has to sound later than what is heard, or it comes too late to be taken out; but it has to have been handed
/// out. So a third of what waits at least is kept as distance, and this much more: 10 ms.
const SLACK: u64 = PLAYED_RATE as u64 / 100;
/// Being further behind than this for so long means that the output has gone ahead: 100 ms, 5 s of samples.
const BEHIND: i64 = PLAYED_RATE as i64 / 10;
const LONG: usize = 5 * RATE as usize;
/// Being so far behind means that nothing was heard meanwhile, or that what is read is about to be forgotten: 1.5 s.
const LOST: i64 = PLAYED_RATE as i64 * 3 / 2;
/// An output that was handed nothing for so long stands still: 300 ms.
const STOOD: u64 = PLAYED_RATE as u64 * 3 / 10;

/// Where what is played can be read: [`taken`](Played::taken) frames were handed out, each has a number.
pub trait Played: Send {
    fn taken(&self) -> u64;
    /// How often it began anew, and from which frame on.
    fn begun(&self) -> (u64, u64);
    /// Frames from number `from` on; silence where nothing is known.
    fn read(&self, from: u64, out: &mut [f32]);
}

/// Reads in step with what is heard.
pub struct Reference {
    played: Box<dyn Played>,
    rate: Rate,
    /// The next frame to be read.
    next: Option<u64>,
    /// Frames handed out at the last look, and how many were heard since there were more.
    taken: u64,
    stood: u64,
    /// The least distance to the output in the last samples, and how many they are.
    least: i64,
    since: usize,
    /// The output begins anew at this frame.
    begins: Option<u64>,
    anew: bool,
    /// How often it had begun at the last look.
    begun: u64,
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
        let (begun, _) = played.begun();
        Ok(Self {
            played,
            rate,
            next: None,
            taken: 0,
            stood: 0,
            least: i64::MAX,
            since: 0,
            begins: None,
            anew: false,
            begun,
            ready: Vec::new(),
            lag,
        })
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

    /// What is heard from now on comes another way, or after a gap.
    pub fn lose_step(&mut self) {
        (self.next, self.anew) = (None, true);
    }

    /// Whether the output threw away what it had and began anew, since the last look: the delay is no longer what it was.
    pub fn began_anew(&mut self) -> bool {
        std::mem::take(&mut self.anew)
    }

    /// Where to read: in step, unless the output has moved away for good.
    fn keep_step(&mut self, taken: u64, frames: u64) -> u64 {
        let keep = self.lag / 3 + SLACK;
        let moves = std::mem::replace(&mut self.taken, taken) != taken;
        self.stood = if moves { 0 } else { self.stood + frames };
        let (begun, begins) = self.played.begun();
        if begun != std::mem::replace(&mut self.begun, begun) {
            (self.begins, self.anew) = (Some(begins), true);
        }
        if let Some(begins) = self.begins {
            if taken <= begins {
                // Silence, until the output fills again: at once, and from here on in step.
                return taken;
            }
            (self.begins, self.anew) = (None, true);
            return self.start_at((begins + self.lag).saturating_sub(frames + keep));
        }
        let close = taken.saturating_sub(frames + keep);
        let keep = keep.cast_signed();
        let Some(next) = self.next else { return self.start_at(close) };
        let distance = taken.cast_signed() - (next + frames).cast_signed();
        if !(0..LOST).contains(&distance) {
            self.anew = true;
            // What has been heard already is not heard again.
            return self.start_at(if self.stood > STOOD { taken } else { close });
        }
        self.least = self.least.min(distance);
        if self.since < LONG {
            return next;
        }
        let off = std::mem::replace(&mut self.least, i64::MAX) - keep;
        self.since = 0;
        let moved = off < -keep || off > BEHIND;
        self.anew |= moved;
        if moved { next.saturating_add_signed(off) } else { next }
    }

    fn start_at(&mut self, frame: u64) -> u64 {
        (self.least, self.since) = (i64::MAX, 0);
        frame
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicU64, Ordering};

    use super::*;

    /// Frame number `n` sounds as `n`, and what was not handed out yet as the number given.
    struct Endless(Arc<Numbers>, f32);

    #[derive(Default)]
    struct Numbers {
        taken: AtomicU64,
        begun: AtomicU64,
        begins: AtomicU64,
    }

    impl Played for Endless {
        fn taken(&self) -> u64 {
            self.0.taken.load(Ordering::Relaxed)
        }

        fn begun(&self) -> (u64, u64) {
            (self.0.begun.load(Ordering::Relaxed), self.0.begins.load(Ordering::Relaxed))
        }

        fn read(&self, from: u64, out: &mut [f32]) {
            for (number, sample) in (from..).zip(out) {
                *sample = if number < self.taken() { number as f32 } else { self.1 };
            }
        }
    }

    fn reference(taken: u64, unknown: f32, lag: u64) -> (Arc<Numbers>, Reference) {
        let numbers = Arc::new(Numbers { taken: taken.into(), ..Numbers::default() });
        let reference = Reference::new(Box::new(Endless(numbers.clone(), unknown)), lag).unwrap();
        (numbers, reference)
    }

    /// How far behind the output each block begins, the output taking `burst` frames at once.
    fn distances(burst: u64, blocks: u64) -> Vec<i64> {
        let (numbers, mut reference) = reference(0, f32::NAN, 0);
        let heard = (1..=blocks).map(|i| i * 800);
        let distance = heard.map(|heard| {
            numbers.taken.store((heard * TIMES / burst + 2) * burst, Ordering::Relaxed);
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
        let (numbers, mut reference) = reference(48_000, f32::NAN, 0);
        let taken = &numbers.taken;
        reference.take(800);
        taken.fetch_add(48_000, Ordering::Relaxed);
        for _ in 0..220 {
            taken.fetch_add(2_400, Ordering::Relaxed);
            reference.take(800);
        }
        let behind = taken.load(Ordering::Relaxed) - reference.next.unwrap();
        assert!(behind.cast_signed() < BEHIND, "{behind}");
    }

    #[test]
    fn after_a_microphone_was_gone_the_newest_is_read_at_once() {
        let (numbers, mut reference) = reference(48_000, f32::NAN, 0);
        reference.take(800);
        numbers.taken.fetch_add(480_000, Ordering::Relaxed);
        reference.take(800);
        assert!(reference.began_anew());
        assert_eq!(reference.next, Some(48_000 + 480_000 - SLACK));
    }

    #[test]
    fn an_output_that_stands_still_is_silent() {
        let (_, mut reference) = reference(48_000, 0.0, 4_096);
        for _ in 0..10 {
            reference.take(800);
        }
        assert!(reference.take(800).iter().all(|sample| *sample == 0.0));
    }

    #[test]
    fn after_a_cut_all_that_sounds_is_read_from_its_beginning_on() {
        let (numbers, mut reference) = reference(48_000, 0.0, 4_096);
        let taken = &numbers.taken;
        for _ in 0..100 {
            taken.fetch_add(2_400, Ordering::Relaxed);
            reference.take(800);
        }
        assert!(!reference.began_anew());
        // What waited is gone, and for a while there is nothing.
        let begins = taken.fetch_sub(8_192, Ordering::Relaxed) - 8_192;
        numbers.begins.store(begins, Ordering::Relaxed);
        numbers.begun.store(1, Ordering::Relaxed);
        reference.take(800);
        assert!(reference.began_anew());
        reference.take(800);
        assert!(!reference.began_anew());
        // The output fills at once, and then goes on in bursts of its own.
        taken.fetch_add(8_192, Ordering::Relaxed);
        reference.take(800);
        assert!(reference.began_anew());
        let keep = 4_096 / 3 + SLACK;
        assert_eq!(reference.next, Some(begins + 4_096 - keep));
        for block in 1..200 {
            taken.store(begins + 8_192 + block * 2_400 / 4_096 * 4_096, Ordering::Relaxed);
            reference.take(800);
        }
        assert!(!reference.began_anew());
        assert_eq!(reference.next, Some(begins + 4_096 - keep + 199 * 2_400), "in step");
    }
}
