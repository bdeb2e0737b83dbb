//! The end of the line that the audio thread pulls. Owns the way from `Fill` to rodio and the counts of it;
//! must not block for longer than the source's lock is held.

use std::num::NonZero;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::Relaxed};
use std::time::{Duration, Instant};

use super::faint::Faint;
use super::{Options, Shared};
use crate::frames::{Frames, RATE};
use crate::output::played::Played;

/// Frames pulled under one lock: 5 ms.
const BLOCK: usize = 256;
const MONO: NonZero<u16> = NonZero::<u16>::MIN;
const SPEED: NonZero<u32> = match NonZero::new(RATE) {
    Some(rate) => rate,
    None => NonZero::<u32>::MIN,
};

/// What is known of one stream, from any thread.
pub struct Meter {
    born: Instant,
    /// How long the queue lasts.
    queue: Duration,
    /// What it takes before the source is pulled.
    lead: Frames,
    armed: AtomicBool,
    broken: AtomicBool,
    taken: AtomicU64,
    pulled: AtomicU64,
    holes: AtomicU64,
    /// Microseconds from birth to the last pull.
    last: AtomicU64,
}

impl Meter {
    pub fn new(queue: Duration, lead: Frames) -> Self {
        Self {
            born: Instant::now(),
            queue,
            lead,
            armed: AtomicBool::new(false),
            broken: AtomicBool::new(false),
            taken: AtomicU64::new(0),
            pulled: AtomicU64::new(0),
            holes: AtomicU64::new(0),
            last: AtomicU64::new(0),
        }
    }

    /// From here on, and after its lead, the source is pulled. Before, and after `disarm`, the stream takes silence.
    pub fn arm(&self) {
        self.armed.store(true, Relaxed);
    }

    pub fn disarm(&self) {
        self.armed.store(false, Relaxed);
    }

    fn is_armed(&self) -> bool {
        self.armed.load(Relaxed)
    }

    pub fn mark_broken(&self) {
        self.broken.store(true, Relaxed);
    }

    pub fn is_broken(&self) -> bool {
        self.broken.load(Relaxed)
    }

    /// Frames handed to the device, silence included.
    pub fn taken(&self) -> u64 {
        self.taken.load(Relaxed)
    }

    /// Frames of the source.
    pub fn pulled(&self) -> u64 {
        self.pulled.load(Relaxed)
    }

    pub fn holes(&self) -> u64 {
        self.holes.load(Relaxed)
    }

    pub fn count_hole(&self) {
        if self.is_armed() {
            self.holes.fetch_add(1, Relaxed);
        }
    }

    /// Frames and holes so far, which are from now on counted elsewhere.
    pub fn settle(&self) -> (u64, u64) {
        (self.pulled.swap(0, Relaxed), self.holes.swap(0, Relaxed))
    }

    /// How long nothing has been taken.
    pub fn idle(&self, now: Instant) -> Duration {
        now.saturating_duration_since(self.born + Duration::from_micros(self.last.load(Relaxed)))
    }

    fn pulls(&self) -> bool {
        self.is_armed() && self.taken() >= self.lead.0
    }

    fn tick(&self) {
        let now = self.born.elapsed();
        let last = Duration::from_micros(self.last.swap(now.as_micros() as u64, Relaxed));
        if now > last + self.queue {
            self.count_hole();
        }
    }
}

/// The source as rodio sees it: endless mono.
pub struct Feed {
    source: Shared,
    played: Arc<Played>,
    meter: Arc<Meter>,
    /// What is played in place of silence.
    faint: Option<Faint>,
    block: [f32; BLOCK],
    at: usize,
    /// alsa-lib prints on every thread where it is not told otherwise.
    is_quiet: bool,
}

impl Feed {
    pub fn new(source: Shared, options: &Options, meter: Arc<Meter>) -> Self {
        let faint = (options.wake_up > Frames::ZERO).then(Faint::new);
        let played = options.played.clone();
        Self { source, played, meter, faint, block: [0.0; BLOCK], at: BLOCK, is_quiet: false }
    }

    fn refill(&mut self) {
        if !self.is_quiet {
            self.is_quiet = true;
            drop(alsa::Output::local_error_handler());
        }
        self.meter.tick();
        self.block.fill(0.0);
        let (source, meter, block) = (&self.source, &self.meter, &mut self.block);
        // Past the audio thread's callback lies C, through which nothing must unwind.
        if catch_unwind(AssertUnwindSafe(|| pull(source, meter, block))).is_err() {
            self.block.fill(0.0);
            self.meter.mark_broken();
        }
        // A stream that is let go takes silence for a while, which is nobody's.
        if self.meter.is_armed() {
            self.played.push(&self.block);
        }
        if let Some(faint) = &mut self.faint {
            faint.fill(&mut self.block);
        }
        self.meter.taken.fetch_add(BLOCK as u64, Relaxed);
        self.at = 0;
    }
}

fn pull(source: &Shared, meter: &Meter, block: &mut [f32]) {
    let Ok(mut source) = source.lock() else { return meter.mark_broken() };
    // Looked at under the lock: who disarms and then takes the lock is alone with the source.
    if meter.pulls() {
        source.fill(block);
        meter.pulled.fetch_add(block.len() as u64, Relaxed);
    }
}

/// Pulls `frames` that nobody will hear.
pub fn discard(source: &Shared, frames: usize) {
    let Ok(mut source) = source.lock() else { return };
    let mut block = [0.0; BLOCK];
    let mut left = frames;
    while left > 0 {
        let len = left.min(BLOCK);
        source.fill(block.get_mut(..len).unwrap_or_default());
        left -= len;
    }
}

impl Iterator for Feed {
    type Item = f32;

    fn next(&mut self) -> Option<f32> {
        if self.at >= BLOCK {
            self.refill();
        }
        let sample = self.block.get(self.at).copied();
        self.at += 1;
        sample
    }
}

impl rodio::Source for Feed {
    fn current_span_len(&self) -> Option<usize> {
        None
    }

    fn channels(&self) -> NonZero<u16> {
        MONO
    }

    fn sample_rate(&self) -> NonZero<u32> {
        SPEED
    }

    fn total_duration(&self) -> Option<Duration> {
        None
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use super::*;
    use crate::output::Fill;

    /// Counts what is pulled, and panics after so many frames.
    struct Brittle(u64, u64);

    impl Fill for Brittle {
        fn fill(&mut self, block: &mut [f32]) {
            self.0 += block.len() as u64;
            assert!(self.0 <= self.1, "a source that breaks");
            block.fill(0.5);
        }
    }

    fn feed(lasts: u64) -> (Feed, Arc<Meter>) {
        waking(lasts, Frames::ZERO)
    }

    fn waking(lasts: u64, wake_up: Frames) -> (Feed, Arc<Meter>) {
        let meter = Arc::new(Meter::new(Duration::from_secs(1), wake_up));
        let options = Options { wake_up, ..Options::default() };
        (Feed::new(Arc::new(Mutex::new(Brittle(0, lasts))), &options, meter.clone()), meter)
    }

    /// How many of the next `frames` are sound.
    fn loud(feed: &mut Feed, frames: usize) -> usize {
        feed.take(frames).filter(|sample| *sample > 0.0).count()
    }

    #[test]
    fn nothing_is_pulled_before_or_after() {
        let (mut feed, meter) = feed(u64::MAX);
        assert_eq!((loud(&mut feed, BLOCK), meter.pulled(), meter.taken()), (0, 0, 256));
        meter.arm();
        assert_eq!((loud(&mut feed, BLOCK), meter.pulled(), meter.taken()), (256, 256, 512));
        meter.disarm();
        assert_eq!((loud(&mut feed, BLOCK), meter.pulled(), meter.taken()), (0, 256, 768));
        assert_eq!(feed.played.taken(), 256, "silence before and after is not the program's");
        assert!(!meter.is_broken());
    }

    #[test]
    fn what_sleeps_is_woken_before_anything_is_pulled() {
        let (mut feed, meter) = waking(u64::MAX, Frames(2 * BLOCK as u64));
        meter.arm();
        let woken: Vec<f32> = feed.by_ref().take(2 * BLOCK).collect();
        assert!(woken.iter().all(|sample| sample.abs() < 0.001) && woken.iter().any(|sample| *sample != 0.0));
        assert_eq!((feed.next(), meter.pulled()), (Some(0.5), 256));
    }

    #[test]
    fn a_source_that_panics_is_silence_and_a_broken_device() {
        let (mut feed, meter) = feed(256);
        meter.arm();
        assert_eq!(loud(&mut feed, 2 * BLOCK), 256);
        assert!(meter.is_broken());
        // The lock is poisoned now.
        assert_eq!((loud(&mut feed, BLOCK), meter.pulled()), (0, 256));
    }

    #[test]
    fn what_is_discarded_is_exact() {
        let (feed, _) = feed(960);
        discard(&feed.source, 960);
        assert!(!feed.source.is_poisoned());
    }

    #[test]
    fn idle_is_since_the_last_pull() {
        let (mut feed, meter) = feed(u64::MAX);
        loud(&mut feed, 1);
        let now = Instant::now();
        assert!(meter.idle(now) < Duration::from_secs(1));
        assert!(meter.idle(now + Duration::from_secs(2)) >= Duration::from_secs(2));
    }
}
