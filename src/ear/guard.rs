//! Keeps the program from obeying itself. Owns what is being said aloud right now and whether somebody else speaks, too.
//! Pure: it counts blocks and has no clock. Must not know what words do.

use std::collections::VecDeque;

use unicode_segmentation::UnicodeSegmentation;

use super::echo::{BLOCK, Levels};

/// A line can be heard until this long after it was handed out: 800 ms of blocks, for the output, the room and the
/// recogniser.
const ECHO: u64 = 80;

/// Blocks that are remembered: 12 s, longer than any utterance.
const MEMORY: usize = 1_200;

/// Somebody speaks in a block that holds so many times what the echo and the room leave: 6 dB.
const ABOVE: f32 = 4.0;

/// Blocks of somebody else's speech that an utterance needs within 400 ms while the program speaks, and if its words are
/// those of the line: 80 ms, 180 ms.
const DENSE: usize = 40;
const SOME: usize = 8;
const MANY: usize = 18;

/// The share of the echo that is left is followed this fast down and up.
const DOWN: f32 = 0.02;
const UP: f32 = 0.005;
/// So does the noise of the room, but slower upward: a person is no noise.
const RISE: f32 = 0.002;

/// After the way to the microphone has been found, the canceller needs so much sound before it can be judged: 1 s.
const FRESH: u32 = 100;

/// What was played is heard for so long: 600 ms.
const RINGS: u32 = 60;

/// What is left of the echo in the next block, at least: it falls by 1.5 dB in 10 ms.
const ROOM: f32 = 0.7;

/// Echo below this mean square says nothing about what the canceller leaves.
const FAINT: f32 = 1e-7;

/// Blocks in which the program was heard to play, after which a way to the microphone that was not found is taken for
/// none, as with headphones: 5 s.
const DEAF_ROOM: u32 = 500;

/// What is played below this mean square is silence.
const SILENCE: f32 = 1e-8;

/// Somebody speaks at the moment if so many of the last blocks say so: 80 ms of 250.
const LATELY: usize = 25;

#[derive(Debug)]
struct Sounding {
    words: Vec<String>,
    until: u64,
    /// What the canceller was given of it could be taken out.
    cleaned: bool,
}

/// Judges what was recognised.
#[derive(Debug)]
pub struct Guard {
    lines: VecDeque<Sounding>,
    now: u64,
    /// Whether somebody else spoke, newest last.
    others: VecDeque<bool>,
    leak: f32,
    floor: f32,
    /// Blocks that were played while the way to the microphone was not known.
    unfound: u32,
    /// The echo, which dies away slowly.
    echo: f32,
    /// Blocks until nothing of what was played can be heard any more.
    rings: u32,
    /// Blocks of sound until what the canceller leaves can be judged.
    fresh: u32,
}

impl Default for Guard {
    fn default() -> Self {
        Self {
            lines: VecDeque::new(),
            now: 0,
            others: VecDeque::new(),
            leak: 1.0,
            floor: 1e-6,
            unfound: 0,
            echo: 0.0,
            rings: 0,
            fresh: 0,
        }
    }
}

impl Guard {
    /// A line is handed to the output from now on, for `length` samples at 16 kHz.
    pub fn plays(&mut self, text: &str, length: usize) {
        let words = text.unicode_words().map(str::to_lowercase).collect();
        let until = self.now + length.div_ceil(BLOCK) as u64 + ECHO;
        self.lines.push_back(Sounding { words, until, cleaned: false });
    }

    /// Everything was cut off; its echo still comes.
    pub fn cut(&mut self) {
        for line in &mut self.lines {
            line.until = line.until.min(self.now + ECHO);
        }
    }

    /// What the canceller says of the next block.
    pub fn block(&mut self, levels: Levels) {
        self.now += 1;
        self.lines.retain(|line| line.until > self.now);
        let left = levels.left;
        // A room goes on sounding.
        self.echo = levels.echo.max(self.echo * ROOM);
        if levels.played > SILENCE {
            if levels.found && self.unfound > 0 {
                (self.leak, self.fresh) = (1.0, FRESH);
            }
            self.unfound = if levels.found { 0 } else { self.unfound.saturating_add(1) };
            if levels.found || self.unfound > DEAF_ROOM {
                self.lines.iter_mut().for_each(|line| line.cleaned = true);
            }
        }
        // While it is not known how the program's own sound comes back, nothing tells it from a person.
        self.rings = if levels.played > SILENCE { RINGS } else { self.rings.saturating_sub(1) };
        self.fresh -= u32::from(self.fresh > 0 && levels.played > SILENCE);
        let searches = (1..DEAF_ROOM).contains(&self.unfound);
        let unknown = self.rings > 0 && (searches || self.fresh > 0);
        let somebody = !unknown && left > ABOVE * (self.leak * self.echo + self.floor);
        self.others.push_back(somebody);
        if self.others.len() > MEMORY {
            self.others.pop_front();
        }
        if self.echo > FAINT {
            follow(&mut self.leak, (left / self.echo).min(1.0), UP);
        } else {
            follow(&mut self.floor, left, RISE);
        }
    }

    /// Whether `words`, of an utterance that began `ago` samples before the last block, are somebody else's. What is
    /// heard while nothing of the program's own sounds always is.
    pub fn believes(&self, words: &str, ago: usize, urgent: bool) -> bool {
        if self.lines.is_empty() {
            return true;
        }
        let says = self.says(words);
        // A question names its answers. Only what cannot wait is believed into it.
        let echoes = self.rings > 0 && !urgent;
        if says && (echoes || self.lines.iter().any(|line| !line.cleaned)) {
            return false;
        }
        self.spoke(ago.div_ceil(BLOCK)) >= if says { MANY } else { SOME }
    }

    /// Whether somebody else speaks at the moment.
    pub fn hears_somebody(&self) -> bool {
        self.spoke(LATELY) >= SOME
    }

    /// Blocks of somebody else's speech, where they are densest in the last `blocks`: a little here and there is what
    /// the canceller left.
    fn spoke(&self, blocks: usize) -> usize {
        let blocks = blocks.min(self.others.len());
        let others = self.others.range(self.others.len() - blocks..);
        let mut window = VecDeque::with_capacity(DENSE);
        let (mut now, mut most) = (0, 0);
        for somebody in others {
            if window.len() == DENSE {
                now -= usize::from(window.pop_front().unwrap_or_default());
            }
            window.push_back(*somebody);
            now += usize::from(*somebody);
            most = most.max(now);
        }
        most
    }

    /// Whether a line that sounds has one of `words` in it.
    fn says(&self, words: &str) -> bool {
        let mut words = words.unicode_words().map(str::to_lowercase);
        words.any(|word| self.lines.iter().any(|line| line.words.contains(&word)))
    }
}

fn follow(value: &mut f32, newest: f32, up: f32) {
    *value += (newest - *value) * if newest < *value { DOWN } else { up };
}

#[cfg(test)]
mod tests {
    use super::*;

    const LINE: &str = "stop as soon as the pain grows";

    const SECOND: usize = 16_000;

    fn hear(guard: &mut Guard, blocks: u64, levels: Levels) {
        for _ in 0..blocks {
            guard.block(levels);
        }
    }

    fn levels(echo: f32, left: f32) -> Levels {
        Levels { heard: echo + left, echo, left, played: echo, found: true }
    }

    /// A second of quiet, then five of a line of which the canceller leaves a thousandth.
    fn speaking(text: &str) -> Guard {
        let mut guard = Guard::default();
        hear(&mut guard, 100, levels(0.0, 1e-7));
        guard.plays(text, 9 * SECOND);
        hear(&mut guard, 500, levels(1e-3, 1e-6));
        guard
    }

    #[test]
    fn its_own_words_are_not_obeyed() {
        let guard = speaking(LINE);
        assert!(!guard.believes("stop", SECOND, true));
        assert!(!guard.believes("skip", SECOND, true), "no word while only the program speaks");
    }

    #[test]
    fn somebody_else_is_believed_whatever_the_line_says() {
        for words in ["stop", "skip"] {
            let mut guard = speaking(LINE);
            // 12 dB below the echo, for 300 ms.
            hear(&mut guard, 30, levels(1e-3, 6e-5));
            assert!(guard.believes(words, SECOND / 2, true), "{words}");
        }
    }

    #[test]
    fn the_lines_own_word_needs_more_of_a_voice() {
        let mut guard = speaking(LINE);
        hear(&mut guard, 12, levels(1e-3, 6e-5));
        assert!(!guard.believes("stop", SECOND / 2, true));
        assert!(guard.believes("skip", SECOND / 2, true));
        assert!(!guard.believes("stop", SECOND / 2, false));
        assert!(!guard.believes("skip", SECOND / 100, true), "that voice came before the utterance");
    }

    #[test]
    fn what_the_canceller_cannot_take_out_goes_by_its_words() {
        // Another program speaks the line, or the echo has not been found yet.
        for (unknown, skips) in [
            (Levels { played: 0.0, ..levels(0.0, 1e-3) }, true),
            (Levels { found: false, echo: 0.0, ..levels(1e-3, 1e-3) }, false),
        ] {
            let mut guard = Guard::default();
            guard.plays(LINE, 5 * SECOND);
            hear(&mut guard, 200, unknown);
            assert!(!guard.believes("stop", SECOND, true));
            assert_eq!(guard.believes("skip", SECOND, true), skips);
        }
        let mut guard = Guard::default();
        guard.plays(LINE, 9 * SECOND);
        hear(&mut guard, 100, levels(0.0, 1e-7));
        let headphones = |left| Levels { found: false, played: 1e-3, ..levels(0.0, left) };
        hear(&mut guard, 600, headphones(1e-7));
        hear(&mut guard, 30, headphones(1e-4));
        assert!(guard.believes("stop", SECOND, true), "there is no echo, so it is somebody else's");
    }

    #[test]
    fn in_silence_everything_is_believed_after_the_echo_has_passed() {
        let mut guard = speaking("Stop.");
        guard.cut();
        hear(&mut guard, ECHO - 1, levels(0.0, 1e-7));
        assert!(!guard.believes("stop", SECOND, true));
        guard.block(levels(0.0, 1e-7));
        assert!(guard.believes("stop", SECOND, true));
    }
}
