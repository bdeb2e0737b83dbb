//! Takes what the program plays out of what the microphone hears. Owns the search for the delay between the two and the
//! filter that imitates the room. Pure: it gets samples and gives samples. Must not know what is said.

mod delay;
mod filter;
mod tones;
mod track;

use delay::Search;
use filter::Filter;
use tones::Tones;
use track::{Found, Track};

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

/// Means of what is heard and left follow this fast: 100 ms.
const LATELY: f32 = 0.1;

/// A room is known once less than this share of what was heard is left: 10 dB.
const LEARNT: f32 = 0.1;

/// What is heard below this mean square says nothing: -60 dB.
const AUDIBLE: f32 = 1e-6;

/// Two lags are the same if they are no further apart: 1 ms.
const APART: usize = 16;

/// A room that has not helped for so many blocks of sound is another one: 2 s.
const GIVEN_UP: u32 = 200;

/// Mean squares of one block, full scale 1, of what lies below 2 kHz: a person's voice does, and of the program's own
/// hisses more is left.
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
    tones: Tones,
    search: Search,
    track: Track,
    filter: Filter,
    played: Past,
    /// Samples between what is played and what the filter is given.
    lag: Option<usize>,
    /// Blocks since the program last made a sound.
    quiet: usize,
    /// The lag is still what it was when it was found.
    settled: bool,
    /// The room has been learnt.
    known: bool,
    /// Blocks of sound in which a known room did not help.
    astray: u32,
    /// What was left and what was heard of late, as mean squares.
    left: f32,
    heard: f32,
    /// For what is heard, the echo and what is left.
    deep: [Deep; 3],
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
            tones: Tones::new(),
            search: Search::new(REACH),
            track: Track::new(REACH),
            filter: Filter::new(PARTITIONS),
            played: Past::new(REACH + BLOCK),
            lag: None,
            quiet: usize::MAX,
            settled: false,
            known: false,
            astray: 0,
            left: 0.0,
            heard: 0.0,
            deep: Default::default(),
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
        let (heard, sounds) = (power(mic), power(played));
        self.quiet = if sounds > SILENCE { 0 } else { self.quiet.saturating_add(1) };
        if self.quiet > REACH / BLOCK + PARTITIONS {
            let [heard, echo, left] = self.deep([mic, &[0.0; BLOCK], mic]);
            return Levels { heard, echo, left, played: sounds, found: self.settled };
        }
        let found = self.settled;
        let moved = self.align(mic, played);
        let before = *mic;
        let echo = self.cancel(mic);
        self.judge(heard, power(mic), power(&echo));
        let [heard, echo, left] = self.deep([&before, &echo, mic]);
        Levels { heard, echo, left, played: sounds, found: found && !moved }
    }

    fn deep(&mut self, blocks: [&[f32; BLOCK]; 3]) -> [f32; 3] {
        let mut deep = self.deep.iter_mut();
        blocks.map(|block| deep.next().map_or(0.0, |deep| deep.power(block)))
    }

    /// The output began anew: its delay is no longer what it was.
    pub fn begin_anew(&mut self) {
        self.settled = false;
        self.search.begin_anew();
        self.track.begin_anew();
        self.filter.begin_anew();
    }

    /// Samples between the output and the strongest echo, once it has been found.
    pub fn delay(&self) -> Option<usize> {
        self.lag.map(|lag| lag + HEADROOM)
    }

    /// Whether the echo was found somewhere else.
    fn align(&mut self, mic: &[f32; BLOCK], played: &[f32; BLOCK]) -> bool {
        let mut ahead = self.filter.predict(played);
        let mut telling = *played;
        if self.tones.push(played) {
            (ahead, telling) = ([0.0; BLOCK], [0.0; BLOCK]);
        }
        self.track.push(mic, &ahead);
        let searched = self.search.push(mic, &telling).map(|delay| delay.saturating_sub(HEADROOM));
        let moved = |lag: usize| self.lag.is_none_or(|old| old.abs_diff(lag) > HEADROOM / 2);
        let searched = searched.filter(|lag| !self.settled || moved(*lag));
        if self.known {
            return self.keep_up(searched);
        }
        let Some(lag) = searched else { return false };
        self.filter.forget();
        self.start_at(lag);
        true
    }

    /// In a room that is known, where `searched` is where the strongest echo lies.
    fn keep_up(&mut self, searched: Option<usize>) -> bool {
        if self.is_astray() {
            return self.track.look().is_some_and(|found| self.follow(found));
        }
        // The filter holds the echo, but not where it should: it was found wrongly at first, or two clocks drift.
        if let (Some(old), Some(lag)) = (self.lag, searched) {
            self.filter.shift(old as f32 - lag as f32);
            self.start_at(lag);
        }
        false
    }

    /// The same room, at another distance.
    fn follow(&mut self, found: Found) -> bool {
        if self.settled && self.lag.is_some_and(|lag| lag.abs_diff(found.lag) <= APART) {
            return false;
        }
        self.filter.shift(found.rest);
        self.start_at(found.lag);
        true
    }

    fn start_at(&mut self, lag: usize) {
        (self.lag, self.settled, self.astray) = (Some(lag), true, 0);
        let past = (1..=PARTITIONS).rev().map(|block| self.played.block(lag + block * BLOCK));
        self.filter.replay(past);
    }

    /// The echo.
    fn cancel(&mut self, mic: &mut [f32; BLOCK]) -> [f32; BLOCK] {
        // Whatever it learnt now would be wrong.
        let Some(lag) = self.lag.filter(|_| self.settled) else { return [0.0; BLOCK] };
        let played = self.played.block(lag);
        let heard = *mic;
        let echo = self.filter.process(mic, &played);
        // What is worse than nothing is left undone.
        if power(mic) > power(&heard) {
            *mic = heard;
        }
        echo
    }

    /// Whether the room is known, by what it helps.
    fn judge(&mut self, heard: f32, left: f32, echo: f32) {
        for (mean, new) in [(&mut self.left, left), (&mut self.heard, heard)] {
            *mean += (new - *mean) * LATELY;
        }
        let loud = heard > AUDIBLE;
        self.known |= self.settled && loud && echo > 0.5 * heard && self.left < LEARNT * self.heard;
        self.astray = if self.is_astray() { self.astray + u32::from(loud) } else { 0 };
        if self.astray > GIVEN_UP {
            self.known = false;
        }
    }

    /// Much is left of what is heard.
    fn is_astray(&self) -> bool {
        !self.settled || self.left > 0.25 * self.heard
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

/// A Butterworth filter of the second order at 2 kHz.
#[derive(Debug, Default)]
struct Deep([f32; 2]);

impl Deep {
    /// The mean square of what passes of the next block.
    fn power(&mut self, block: &[f32; BLOCK]) -> f32 {
        let [one, two] = &mut self.0;
        let passes = block.map(|sample| {
            let passes = 0.097_631 * sample + *one;
            *one = 0.195_262 * sample + 0.942_809 * passes + *two;
            *two = 0.097_631 * sample - passes / 3.0;
            passes
        });
        power(&passes)
    }
}

fn power(samples: &[f32]) -> f32 {
    samples.iter().map(|sample| sample * sample).sum::<f32>() / samples.len().max(1) as f32
}

#[cfg(test)]
mod tests;
