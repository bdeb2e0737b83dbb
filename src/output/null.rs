//! No sound at all. Owns a loop that pulls, as fast as it can or in real time; must not know what is pulled.

use std::thread;
use std::time::{Duration, Instant};

use super::Fill;
use crate::frames::{Frames, RATE};

/// Frames pulled at once: 21 ms, so that an end is noticed soon.
const BLOCK: usize = 1_024;
/// Being later than this, as after a night asleep, is not made up for.
const LATE: Duration = Duration::from_millis(500);

/// How fast to pull.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pacing {
    /// As fast as the sound is made.
    Free,
    /// As a sound card would, by the wall clock.
    RealTime,
}

/// Pulls from `fill` until `left` is zero. It is told before each block how much was pulled, and says how much is
/// still to come: a known length, or everything until a flag is set. Returns how much was pulled.
pub fn run(fill: &mut dyn Fill, pacing: Pacing, left: &mut dyn FnMut(Frames) -> Frames) -> Frames {
    let mut block = [0.0_f32; BLOCK];
    let mut clock = Clock { start: Instant::now(), since: Frames::ZERO };
    let mut pulled = Frames::ZERO;
    loop {
        let wanted = left(pulled).0.min(BLOCK as u64) as usize;
        let Some(block) = block.get_mut(..wanted).filter(|block| !block.is_empty()) else { return pulled };
        fill.fill(block);
        pulled += Frames(wanted as u64);
        if pacing == Pacing::RealTime {
            clock.wait_for(pulled);
        }
    }
}

/// Where the playhead was at a moment. Deadlines are counted from there, so that waiting does not drift.
struct Clock {
    start: Instant,
    since: Frames,
}

impl Clock {
    fn wait_for(&mut self, frame: Frames) {
        let due = Duration::from_secs_f64((frame - self.since).0 as f64 / f64::from(RATE));
        let gone = self.start.elapsed();
        if gone > due + LATE {
            *self = Self { start: Instant::now(), since: frame };
        } else {
            thread::sleep(due.saturating_sub(gone));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Counted(u64);

    impl Fill for Counted {
        fn fill(&mut self, block: &mut [f32]) {
            self.0 += block.len() as u64;
        }
    }

    #[test]
    fn free_running_pulls_exactly_what_is_left() {
        let mut source = Counted(0);
        let pulled = run(&mut source, Pacing::Free, &mut |pulled| Frames(100_000) - pulled);
        assert_eq!((pulled, source.0), (Frames(100_000), 100_000));
    }

    #[test]
    fn real_time_takes_its_time() {
        let start = Instant::now();
        run(&mut Counted(0), Pacing::RealTime, &mut |pulled| Frames::from_millis(200) - pulled);
        assert!(start.elapsed() >= Duration::from_millis(200));
    }
}
