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

/// Somebody speaks in a block that holds so many times what the echo and the room leave: 10 dB.
const ABOVE: f32 = 10.0;

/// Blocks of somebody else's speech that an utterance needs within 400 ms while the program sounds: 120 ms, which the
/// program alone makes three times in an hour, at the beginning of a line; and 130 ms for a word that it says itself.
const DENSE: usize = 40;
const SOME: usize = 12;
const MORE: usize = 13;

/// At the beginning of a line the canceller leaves more than it does later: after 250 ms without an echo somebody has to be
/// 6 dB louder for 300 ms.
const PAUSE: u32 = 25;
const ONSET: u32 = 30;
const LOUDER: f32 = 4.0;

/// The share of the echo that is left is followed this fast, so that it lies below what four of five blocks leave: a
/// person hardly moves it.
const DOWN: f32 = 0.96;
const UP: f32 = 1.01;
/// And three times as fast for the first second in which it is known where the echo is, for a "stop" soon after the first words.
const SOON: u32 = 100;
const FASTER: i32 = 3;
/// It is taken for no less than this when the echo has been found anew, and for this before it is known.
const FRESH: f32 = 0.01;
const UNKNOWN: f32 = 4.0;
/// While more is left, nothing tells a person from the program: 6 dB.
const MUCH: f32 = 0.25;

/// The noise of the room is followed this fast down and up: a person is no noise.
const FALL: f32 = 0.02;
const RISE: f32 = 0.002;

/// What was played is heard for so long: 600 ms.
const RINGS: u32 = 60;

/// When it turns out that the echo was elsewhere, what was thought of so many blocks is void: 600 ms.
const VOID: usize = 60;

/// Where so much of what is heard should be echo, and so little of it could be taken out, the echo is elsewhere: samples
/// were lost on the way.
const MOSTLY: f32 = 0.3;
const NOTHING: f32 = 0.9;
/// That is followed this fast: it is known after 90 ms.
const ELSEWHERE: f32 = 0.08;

/// What is left of the echo in the next block, at least: it falls by 1.5 dB in 10 ms.
const ROOM: f32 = 0.7;

/// Echo below this mean square says nothing about what the canceller leaves.
const FAINT: f32 = 1e-7;

/// Blocks in which the program played and nothing came back, beyond those in which something did, after which there is
/// taken to be no way to the microphone, as with headphones: 5 s. Who speaks for less than a second does not change that.
const DEAF_ROOM: u32 = 500;
const DEAFEST: u32 = DEAF_ROOM + 100;

/// What is played below this mean square is silence.
const SILENCE: f32 = 1e-8;

/// Somebody speaks at the moment if so many of the last blocks say so: 40 ms of 250.
const LATELY: usize = 25;
const FEW: usize = 4;

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
    /// Blocks from which it was learnt since the echo was found.
    learnt: u32,
    floor: f32,
    /// Blocks that were played and did not come back.
    unfound: u32,
    /// The echo, which dies away slowly.
    echo: f32,
    /// Blocks until nothing of what was played can be heard any more.
    rings: u32,
    /// Blocks since then.
    still: usize,
    /// Blocks without an echo.
    paused: u32,
    /// Blocks of echo since a pause.
    sounded: u32,
    /// The share of blocks of late in which the echo was elsewhere.
    elsewhere: f32,
}

impl Default for Guard {
    fn default() -> Self {
        Self {
            lines: VecDeque::new(),
            now: 0,
            others: VecDeque::new(),
            leak: UNKNOWN,
            learnt: 0,
            floor: 1e-6,
            unfound: 0,
            echo: 0.0,
            rings: 0,
            still: MEMORY,
            paused: 0,
            sounded: 0,
            elsewhere: 0.0,
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

    /// Another microphone, or the same after a while: nothing is known of the way to it, nor that there is none.
    pub fn begin_anew(&mut self) {
        self.unfound = 0;
        self.leak = UNKNOWN;
        self.others.clear();
    }

    /// What the canceller says of the next block.
    pub fn block(&mut self, levels: Levels) {
        self.now += 1;
        self.lines.retain(|line| line.until > self.now);
        if levels.played > SILENCE {
            self.unfound = match levels.found {
                true => 0,
                false if levels.heard > ABOVE * self.floor => self.unfound.saturating_sub(1),
                false => DEAFEST.min(self.unfound + 1),
            };
        }
        self.rings = if levels.played > SILENCE { RINGS } else { self.rings.saturating_sub(1) };
        self.still = if self.rings > 0 { 0 } else { self.still.saturating_add(1) };
        self.begins(levels.echo > FAINT.max(self.floor));
        // In silence it tells nothing that nothing was taken out.
        if levels.heard > ABOVE * self.floor {
            let elsewhere = levels.echo > MOSTLY * levels.heard && levels.left > NOTHING * levels.heard;
            self.elsewhere += (f32::from(u8::from(elsewhere)) - self.elsewhere) * ELSEWHERE;
        }
        let known = levels.found && self.elsewhere < 0.5 || self.unfound > DEAF_ROOM;
        if known && self.rings > 0 {
            self.lines.iter_mut().for_each(|line| line.cleaned = true);
        }
        if !known {
            self.leak = self.leak.max(FRESH);
            self.learnt = 0;
        }
        if !known && self.rings > 0 {
            self.others.iter_mut().rev().take(VOID).for_each(|somebody| *somebody = false);
        }
        // A room goes on sounding.
        self.echo = levels.echo.max(self.echo * ROOM);
        let above = if (1..ONSET).contains(&self.sounded) { LOUDER * ABOVE } else { ABOVE };
        let somebody = levels.left > above * (self.leak * self.echo + self.floor);
        self.others.push_back(somebody && !self.is_lost(known));
        if self.others.len() > MEMORY {
            self.others.pop_front();
        }
        if known || self.rings == 0 {
            self.learn(levels);
        }
    }

    fn begins(&mut self, echo: bool) {
        self.paused = if echo { 0 } else { self.paused.saturating_add(1) };
        if self.paused >= PAUSE {
            self.sounded = 0;
        } else if echo {
            self.sounded = self.sounded.saturating_add(1);
        }
    }

    /// While it is not known how the program's own sound comes back, nothing tells it from a person.
    fn is_lost(&self, known: bool) -> bool {
        let deaf = self.unfound > DEAF_ROOM;
        self.rings > 0 && (!known || self.leak > MUCH && !deaf)
    }

    fn learn(&mut self, Levels { left, echo, .. }: Levels) {
        if echo > FAINT.max(ABOVE * self.floor) {
            let step = if left > self.leak * echo { UP } else { DOWN };
            let times = if self.learnt < SOON { FASTER } else { 1 };
            self.learnt = self.learnt.saturating_add(1);
            self.leak = (self.leak * step.powi(times)).min(UNKNOWN);
        } else if echo < 0.1 * self.floor {
            self.floor += (left - self.floor) * if left < self.floor { FALL } else { RISE };
        }
    }

    /// Whether `words`, of an utterance that began `ago` samples before the last block, are somebody else's. What is
    /// heard while nothing of the program's own sounds always is.
    pub fn believes(&self, words: &str, ago: usize, urgent: bool) -> bool {
        let blocks = ago.div_ceil(BLOCK);
        // A question names its answers. Only what cannot wait is believed into it.
        let echoes = self.rings > 0 && !urgent;
        let says = self.says(words);
        if says && (echoes || self.lines.iter().any(|line| !line.cleaned)) {
            return false;
        }
        blocks <= self.still || self.spoke(blocks) >= if says { MORE } else { SOME }
    }

    /// Whether somebody else speaks at the moment.
    pub fn hears_somebody(&self) -> bool {
        self.spoke(LATELY) >= FEW
    }

    /// Whether what is heard at the moment may be somebody, and not only the program.
    pub fn may_be_somebody(&self) -> bool {
        self.rings == 0 || self.hears_somebody()
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

    /// A second of quiet, then eight of a line of which the canceller leaves a thousandth.
    fn speaking(text: &str) -> Guard {
        let mut guard = Guard::default();
        hear(&mut guard, 100, levels(0.0, 1e-7));
        guard.plays(text, 12 * SECOND);
        hear(&mut guard, 800, levels(1e-3, 1e-6));
        guard
    }

    /// 12 dB below the echo.
    const PERSON: Levels = Levels { heard: 1e-3, echo: 1e-3, left: 6e-5, played: 1e-3, found: true };

    #[test]
    fn its_own_words_are_not_obeyed() {
        let mut guard = speaking(LINE);
        assert!(!guard.believes("stop", SECOND, true));
        assert!(!guard.believes("skip", SECOND, true), "no word while only the program speaks");
        assert!(!guard.may_be_somebody());
        // The canceller leaves more for a moment, as it does at times.
        hear(&mut guard, 8, PERSON);
        assert!(!guard.believes("skip", SECOND, true));
    }

    #[test]
    fn somebody_else_is_believed_whatever_the_line_says() {
        for words in ["stop", "skip"] {
            let mut guard = speaking(LINE);
            hear(&mut guard, 15, PERSON);
            assert!(guard.believes(words, SECOND / 2, true), "{words}");
            assert!(guard.may_be_somebody());
            assert!(!guard.believes(words, SECOND / 20, true), "that voice came before the utterance");
        }
    }

    #[test]
    fn a_word_that_the_line_has_needs_more_of_a_voice() {
        let mut guard = speaking(LINE);
        hear(&mut guard, 12, PERSON);
        assert!(guard.believes("skip", SECOND / 2, true));
        assert!(!guard.believes("stop", SECOND / 2, true));
    }

    #[test]
    fn an_answer_that_the_question_names_is_not_believed_into_it() {
        let mut guard = speaking("Please answer yes or no.");
        hear(&mut guard, 30, PERSON);
        assert!(!guard.believes("no", SECOND / 2, false));
        assert!(guard.believes("maybe", SECOND / 2, false));
        hear(&mut guard, u64::from(RINGS) - 20, levels(0.0, 1e-7));
        hear(&mut guard, 25, levels(0.0, 6e-5));
        assert!(guard.believes("no", SECOND / 2, false), "the question is over");
    }

    #[test]
    fn nothing_is_believed_until_it_is_known_how_the_own_sound_comes_back() {
        let mut guard = speaking(LINE);
        guard.cut();
        let lost = |left| Levels { found: false, echo: 0.0, ..levels(1e-3, left) };
        hear(&mut guard, 40, lost(1e-3));
        assert!(!guard.may_be_somebody());
        assert!(!guard.believes("skip", SECOND / 2, true));
        // The output has begun anew, and what it played before still sounds.
        hear(&mut guard, 20, Levels { played: 0.0, ..lost(1e-3) });
        assert!(!guard.believes("skip", SECOND / 2, true));
        hear(&mut guard, 100, levels(1e-3, 1e-6));
        hear(&mut guard, 15, PERSON);
        assert!(guard.believes("stop", SECOND / 2, true));
    }

    #[test]
    fn what_was_thought_is_void_when_the_echo_was_elsewhere() {
        let mut guard = speaking(LINE);
        hear(&mut guard, 30, levels(1e-3, 1e-3));
        assert!(guard.believes("skip", SECOND / 2, true));
        guard.block(Levels { found: false, ..levels(1e-3, 1e-3) });
        assert!(!guard.believes("skip", SECOND / 2, true));
    }

    #[test]
    fn at_the_beginning_of_a_line_somebody_has_to_be_louder() {
        let mut guard = speaking(LINE);
        hear(&mut guard, 100, levels(0.0, 1e-7));
        guard.plays("Four.", SECOND);
        let softer = Levels { left: 3e-5, ..PERSON };
        hear(&mut guard, 28, softer);
        assert!(!guard.believes("why", SECOND / 2, true));
        hear(&mut guard, 15, softer);
        assert!(guard.believes("why", SECOND / 2, true));
    }

    #[test]
    fn a_voice_that_speaks_by_itself_is_not_obeyed_in_its_own_words() {
        let mut guard = Guard::default();
        guard.plays(LINE, 5 * SECOND);
        hear(&mut guard, 200, Levels { played: 0.0, ..levels(0.0, 1e-3) });
        assert!(!guard.believes("stop", SECOND, true));
        assert!(guard.believes("skip", SECOND, true));
    }

    #[test]
    fn where_nothing_comes_back_everything_is_believed() {
        let mut guard = Guard::default();
        guard.plays(LINE, 9 * SECOND);
        hear(&mut guard, 100, levels(0.0, 1e-7));
        let headphones = |left| Levels { found: false, played: 1e-3, ..levels(0.0, left) };
        hear(&mut guard, 600, headphones(1e-7));
        hear(&mut guard, 30, headphones(1e-4));
        assert!(guard.believes("stop", SECOND, true));
    }

    #[test]
    fn a_microphone_that_was_gone_is_not_taken_for_headphones() {
        let mut guard = speaking(LINE);
        let lost = |left| Levels { found: false, played: 1e-3, ..levels(0.0, left) };
        for (blocks, left) in [(300, 0.0), (300, 0.0), (50, 1e-3)] {
            guard.begin_anew();
            hear(&mut guard, blocks, lost(left));
        }
        assert!(!guard.believes("stop", SECOND / 2, true));
    }

    #[test]
    fn an_echo_that_is_elsewhere_of_a_sudden_is_nobody() {
        let mut guard = speaking(LINE);
        // Samples were lost: it is expected, and could not be taken out.
        for _ in 0..60 {
            guard.block(Levels { heard: 1e-3, ..levels(7e-4, 1e-3) });
            assert!(!guard.believes("stop", SECOND / 2, true));
            assert!(!guard.believes("skip", SECOND / 2, true));
        }
        hear(&mut guard, 50, levels(1e-3, 1e-6));
        hear(&mut guard, 15, PERSON);
        assert!(guard.believes("stop", SECOND / 4, true));
    }

    #[test]
    fn a_word_is_not_void_because_silence_follows() {
        let mut guard = speaking(LINE);
        hear(&mut guard, 30, PERSON);
        // The room is said to sound a little longer than it does.
        hear(&mut guard, 40, Levels { heard: 2e-7, ..levels(2e-7, 2e-7) });
        assert!(guard.believes("skip", SECOND, true));
    }

    #[test]
    fn somebody_is_believed_soon_after_the_first_words() {
        let mut guard = Guard::default();
        hear(&mut guard, 100, levels(0.0, 1e-7));
        guard.plays(LINE, 12 * SECOND);
        hear(&mut guard, 60, levels(1e-3, 1e-6));
        hear(&mut guard, 15, PERSON);
        assert!(guard.believes("stop", SECOND / 2, true));
    }

    #[test]
    fn in_silence_everything_is_believed_after_the_echo_has_passed() {
        let mut guard = speaking("Stop.");
        guard.cut();
        hear(&mut guard, u64::from(RINGS), levels(0.0, 1e-7));
        assert!(!guard.believes("stop", SECOND / 10, true));
        hear(&mut guard, 20, levels(0.0, 1e-7));
        assert!(guard.believes("stop", SECOND / 10, true));
    }
}
