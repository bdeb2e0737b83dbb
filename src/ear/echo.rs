//! Takes what the program plays out of what the microphone hears. Owns the search for the delay between the two and the
//! filter that imitates the room. Pure: it gets samples and gives samples. Must not know what is said.

mod delay;
mod filter;

use delay::Search;
use filter::Filter;

/// Samples in a block: 10 ms at 16 kHz.
pub const BLOCK: usize = 160;

/// The latest echo that is found, in samples after it was handed out: 600 ms.
const REACH: usize = 9_600;

/// What comes this much before the strongest echo still lies within the filter: 20 ms.
const HEADROOM: usize = 2 * BLOCK;

/// Blocks of the filter: the room is imitated for 240 ms.
const PARTITIONS: usize = 24;

/// The mean square of a block below which the program counts as silent: -80 dB.
const SILENCE: f32 = 1e-8;

/// Mean squares of one block, full scale 1.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Levels {
    /// What the microphone heard.
    pub heard: f32,
    /// What of it is the program's own sound, as far as is known.
    pub echo: f32,
    /// What is left.
    pub left: f32,
    /// What was played.
    pub played: f32,
    /// Whether the way from the output to the microphone has been found.
    pub found: bool,
}

/// Takes an echo out, block by block.
#[derive(Debug)]
pub struct Canceller {
    search: Search,
    filter: Filter,
    played: Past,
    delay: Option<usize>,
    /// Blocks since the program last made a sound.
    quiet: usize,
    /// The delay is still what it was when it was found.
    settled: bool,
}

impl Default for Canceller {
    fn default() -> Self {
        Self::new()
    }
}

impl Canceller {
    /// Knows nothing yet of the room.
    pub fn new() -> Self {
        Self {
            search: Search::new(REACH),
            filter: Filter::new(PARTITIONS),
            played: Past::new(REACH + BLOCK),
            delay: None,
            quiet: usize::MAX,
            settled: false,
        }
    }

    /// Takes out of `mic` what comes of `played`, which was handed to the output at the same time or up to 600 ms
    /// before. Both are 16 kHz, mono. What is shorter than [`BLOCK`], and all beyond it, stays as it is.
    pub fn process(&mut self, mic: &mut [f32], played: &[f32]) -> Levels {
        let (Some(mic), Some(played)) = (mic.first_chunk_mut::<BLOCK>(), played.first_chunk::<BLOCK>())
        else {
            return Levels::default();
        };
        self.played.push(played);
        self.quiet = if power(played) > SILENCE { 0 } else { self.quiet.saturating_add(1) };
        let (heard, found) = (power(mic), self.settled);
        if self.quiet > REACH / BLOCK + PARTITIONS {
            return Levels { heard, left: heard, found, ..Levels::default() };
        }
        let played_now = power(played);
        self.align(mic, played);
        let echo = self.cancel(mic);
        Levels { heard, echo, left: power(mic), played: played_now, found }
    }

    /// The output began anew: its delay is no longer what it was.
    pub fn begin_anew(&mut self) {
        self.settled = false;
        self.search.begin_anew();
    }

    /// Samples between the output and the strongest echo, once it has been found.
    pub fn delay(&self) -> Option<usize> {
        self.delay
    }

    fn align(&mut self, mic: &[f32; BLOCK], played: &[f32; BLOCK]) {
        let Some(found) = self.search.push(mic, played) else { return };
        let anew = !std::mem::replace(&mut self.settled, true);
        let moved = self.delay.is_none_or(|delay| delay.abs_diff(found) > HEADROOM / 2);
        // After a new beginning the room is still the same, if it was known at all: only the delay is another.
        if moved && !(anew && self.delay.is_some()) {
            self.filter.forget();
        }
        if moved || anew {
            self.delay = Some(found);
            let ago = found.saturating_sub(HEADROOM);
            let past = (1..=PARTITIONS).rev().map(|block| self.played.block(ago + block * BLOCK));
            self.filter.replay(past);
        }
    }

    fn cancel(&mut self, mic: &mut [f32; BLOCK]) -> f32 {
        // Whatever it learnt now would be wrong.
        let Some(delay) = self.delay.filter(|_| self.settled) else { return 0.0 };
        let played = self.played.block(delay.saturating_sub(HEADROOM));
        let heard = *mic;
        let echo = self.filter.process(mic, &played);
        // What is worse than nothing is left undone.
        if power(mic) > power(&heard) {
            *mic = heard;
        }
        power(&echo)
    }
}

/// The last samples of a stream.
#[derive(Debug)]
struct Past {
    samples: Vec<f32>,
}

impl Past {
    fn new(length: usize) -> Self {
        Self { samples: vec![0.0; length] }
    }

    fn push(&mut self, block: &[f32; BLOCK]) {
        self.samples.rotate_left(BLOCK);
        let at = self.samples.len() - BLOCK;
        if let Some(end) = self.samples.get_mut(at..) {
            end.copy_from_slice(block);
        }
    }

    /// The block that ended `ago` samples before the newest one.
    fn block(&self, ago: usize) -> [f32; BLOCK] {
        let end = self.samples.len().saturating_sub(ago);
        let block = self.samples.get(..end).and_then(<[f32]>::last_chunk);
        block.copied().unwrap_or([0.0; BLOCK])
    }
}

fn power(samples: &[f32]) -> f32 {
    samples.iter().map(|sample| sample * sample).sum::<f32>() / samples.len().max(1) as f32
}

#[cfg(test)]
mod tests;
