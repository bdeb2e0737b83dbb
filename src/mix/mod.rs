//! Clips at exact frames to samples pulled in blocks.
//! Owns gain and fades. Must not know steps, voices or devices.

mod ceiling;
mod clip;
mod limiter;
pub mod loudness;
pub mod sample16;
pub mod vowel;

pub use clip::Clip;

use ceiling::Ceiling;

use crate::frames::{Frames, RATE};

/// Long enough not to click, short enough to be "at once".
const FADE: usize = RATE as usize / 100;
/// A word is looked out to its end no further than this.
const LONGEST_WORD: usize = RATE as usize * 6 / 10;
/// Volume changes glide over this.
const GLIDE: f32 = RATE as f32 / 20.0;

/// Everything that sounds at the moment or is about to.
#[derive(Debug)]
pub struct Mix {
    parts: Vec<Part>,
    gain: f32,
    target: f32,
    ceiling: Ceiling,
}

#[derive(Debug)]
struct Part {
    clip: Clip,
    /// Frames until it begins.
    wait: usize,
    /// Next sample.
    next: usize,
    /// Sample at which it has faded out.
    end: usize,
}

impl Default for Mix {
    fn default() -> Self {
        Self { parts: Vec::new(), gain: 1.0, target: 1.0, ceiling: Ceiling::default() }
    }
}

impl Mix {
    /// Begins `clip` in exactly `after` frames.
    pub fn add(&mut self, clip: Clip, after: Frames) {
        let end = clip.samples().len();
        let wait = usize::try_from(after.0).unwrap_or(usize::MAX);
        self.parts.push(Part { clip, wait, next: 0, end });
    }

    /// Silences everything within ten milliseconds, and drops what has not begun.
    pub fn cut(&mut self) {
        self.end_parts(|part| part.next);
    }

    /// Silences everything at the end of the word being said.
    pub fn cut_at_word(&mut self) {
        self.end_parts(|part| quiet_from(part.clip.samples(), part.next));
    }

    fn end_parts(&mut self, from: impl Fn(&Part) -> usize) {
        self.parts.retain(|part| part.wait == 0);
        for part in &mut self.parts {
            part.end = part.end.min(from(part) + FADE);
        }
    }

    /// Sets the gain in decibels relative to the programme's loudness; it glides there.
    pub fn set_gain(&mut self, decibels: f32) {
        self.target = 10_f32.powf(decibels / 20.0);
    }

    /// Sets the gain without gliding, before the first sound.
    pub fn start_at_gain(&mut self, decibels: f32) {
        self.set_gain(decibels);
        self.gain = self.target;
    }

    #[must_use]
    pub fn is_silent(&self) -> bool {
        self.parts.is_empty()
    }

    /// Writes the next `block.len()` mono samples.
    pub fn render(&mut self, block: &mut [f32]) {
        block.fill(0.0);
        let still = self.is_still_for(block.len());
        for part in &mut self.parts {
            part.add_to(block);
        }
        self.parts.retain(|part| part.next < part.end);
        if still {
            return;
        }
        for sample in block {
            self.gain += (self.target - self.gain).clamp(-1.0 / GLIDE, 1.0 / GLIDE);
            *sample = self.ceiling.limit(*sample * self.gain);
        }
    }

    /// Whether the next `len` frames are silence that changes nothing: most of a session is.
    fn is_still_for(&self, len: usize) -> bool {
        let settled = self.gain.total_cmp(&self.target).is_eq() && self.ceiling.is_at_rest();
        settled && self.parts.iter().all(|part| part.wait >= len)
    }
}

impl Part {
    fn add_to(&mut self, block: &mut [f32]) {
        let skipped = self.wait.min(block.len());
        self.wait -= skipped;
        let room = block.get_mut(skipped..).unwrap_or_default();
        let cut = self.end < self.clip.samples().len();
        let samples = self.clip.samples().get(self.next..self.end).unwrap_or_default();
        for (i, (out, sample)) in room.iter_mut().zip(samples).enumerate() {
            *out += if cut { sample * fade(self.end - self.next - i) } else { *sample };
        }
        self.next += room.len().min(samples.len());
    }
}

/// Gain with `left` samples to go before a cut clip ends.
fn fade(left: usize) -> f32 {
    if left >= FADE { 1.0 } else { left as f32 / FADE as f32 }
}

/// The first quiet stretch of `samples` from `next` on: the end of a word, or of a long one the limit.
fn quiet_from(samples: &[f32], next: usize) -> usize {
    const WINDOW: usize = RATE as usize / 100;
    let ahead = samples.get(next..).unwrap_or_default();
    let ahead = ahead.get(..LONGEST_WORD).unwrap_or(ahead);
    let loudest = ahead.iter().fold(0.0_f32, |peak, sample| peak.max(sample.abs()));
    let quiet = |window: &[f32]| window.iter().all(|sample| sample.abs() < loudest * 0.05);
    let windows = ahead.chunks(WINDOW).position(quiet);
    next + windows.map_or(ahead.len(), |i| i * WINDOW)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rendered(mix: &mut Mix, blocks: &[usize]) -> Vec<f32> {
        let mut out = Vec::new();
        for len in blocks {
            let mut block = vec![0.0; *len];
            mix.render(&mut block);
            out.extend(block);
        }
        out
    }

    #[test]
    fn a_clip_begins_at_its_frame_whatever_the_blocks() {
        for blocks in [[1, 2, 3, 94], [50, 25, 20, 5], [100, 0, 0, 0]] {
            let mut mix = Mix::default();
            mix.add(Clip::new(vec![0.5; 10]), Frames(37));
            let out = rendered(&mut mix, &blocks);
            assert_eq!(out.iter().position(|s| *s != 0.0), Some(37));
            assert_eq!(out.iter().rposition(|s| *s != 0.0), Some(46));
            assert!(mix.is_silent());
        }
    }

    #[test]
    fn a_cut_fades_and_drops_what_has_not_begun() {
        let mut mix = Mix::default();
        mix.add(Clip::new(vec![0.5; 48_000]), Frames(0));
        mix.add(Clip::new(vec![0.5; 48_000]), Frames(5_000));
        rendered(&mut mix, &[1_000]);
        mix.cut();
        let out = rendered(&mut mix, &[48_000]);
        assert_eq!(out.iter().rposition(|s| *s != 0.0), Some(FADE - 1));
        let step = out.windows(2).map(|pair| (pair[0] - pair[1]).abs()).fold(0.0, f32::max);
        assert!(step < 0.01, "a step of {step} clicks");
    }

    #[test]
    fn a_cut_at_the_word_waits_for_its_end() {
        let mut mix = Mix::default();
        let word = [vec![0.5; 9_600], vec![0.0; 4_800], vec![0.5; 9_600]].concat();
        mix.add(Clip::new(word), Frames(0));
        rendered(&mut mix, &[4_800]);
        mix.cut_at_word();
        let out = rendered(&mut mix, &[24_000]);
        assert_eq!(out.iter().rposition(|s| *s != 0.0), Some(4_799));
    }

    #[test]
    fn nothing_leaves_above_the_ceiling() {
        let mut mix = Mix::default();
        for _ in 0..4 {
            mix.add(Clip::new(vec![0.9; 4_800]), Frames(100));
        }
        mix.set_gain(6.0);
        let out = rendered(&mut mix, &[9_600]);
        assert!(out.iter().all(|s| s.abs() <= ceiling::CEILING));
    }
}
