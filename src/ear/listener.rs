//! From sound to words, on one thread. Owns the order of work: level, speech, recogniser, what is acted on before an
//! utterance has ended. Must not know what words do.

mod looks;
mod opinion;

use std::collections::VecDeque;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, Sender, TryRecvError, channel};
use std::thread;
use std::time::Duration;

use super::gain::Gain;
use super::keep::Keep;
use super::late::without_late;
use super::letters::Letters;
use super::level::{Hindrance, Level, Watch};
use super::recogniser::{EarError, Heard, RATE, Recogniser};
use super::source::{Next, Source};
use super::steady::without_steady;
use super::talk::Talk;
use super::utterance::{Edge, QUIET, Utterances};
use crate::meaning::{Told, Vocabulary};
use looks::Looks;
use opinion::{Opinion, URGENT};

/// Sound from before speech was noticed: 600 ms, for soft beginnings.
const BEFORE: usize = RATE as usize * 3 / 5;
/// Of an utterance that other phrases are then listened for in: 2 s.
const AGAIN: usize = RATE as usize * 2;
/// Only an utterance up to this long is looked at more than once: no answer is longer, with the quiet around it.
const TWICE: usize = RATE as usize * 26 / 5;

/// What the ears have to tell.
#[derive(Clone, Debug, PartialEq)]
pub enum Report {
    /// Somebody speaks, or has stopped.
    Voice(bool),
    /// What it seems to be so far.
    SoFar(String),
    Heard {
        heard: Heard,
        /// Samples since the utterance began.
        length: usize,
        /// From the end of the speech, as far as the sound goes; nothing while it still goes on.
        after: Option<Duration>,
    },
    /// After each block, before it is cleaned.
    Level(Level),
    /// Noticed for the first time.
    Hindered(Hindrance),
    /// The source is lost; why.
    Lost(String),
    Back,
    /// Something failed that the session can go on without.
    Failed(String),
    Over,
}

/// Reports come on the listening thread.
pub type Reports = Box<dyn FnMut(Report) + Send>;

/// Takes a block of the microphone before anything else does, to leave only the person in it. Says whether there may be one.
/// An empty block tells that the microphone was lost.
pub type Clean = Box<dyn FnMut(&mut [f32]) -> bool + Send>;

/// What words tell at the moment.
pub type Tells = Arc<dyn Fn(&str) -> Option<Told> + Send + Sync>;

/// What is listened for, and what it would mean.
#[derive(Clone)]
pub struct Expected {
    pub vocabulary: Vocabulary,
    pub tells: Tells,
}

impl Default for Expected {
    /// Nothing.
    fn default() -> Self {
        Self { vocabulary: Vocabulary::default(), tells: Arc::new(|_| None) }
    }
}

/// Whether words, of an utterance that began so many samples ago, are somebody's own, and not the program's; and
/// whether it is urgent.
pub type Believes = Box<dyn Fn(&str, usize, bool) -> bool + Send>;

pub struct Listener {
    expect: Sender<Expected>,
}

pub struct Options {
    /// Where every utterance is written to; nowhere without.
    pub keep: Option<PathBuf>,
    pub clean: Option<Clean>,
    pub believes: Believes,
    /// For a second opinion.
    pub letters: Option<Letters>,
}

impl Listener {
    /// Listens for what is `expected` on a thread of its own until this is dropped, or the source is over.
    ///
    /// # Errors
    /// [`EarError::Thread`] or [`EarError::Keep`].
    pub fn start(
        first: Expected,
        recogniser: Box<dyn Recogniser>,
        source: Box<dyn Source>,
        options: Options,
        reports: Reports,
    ) -> Result<Self, EarError> {
        let (expect, expected) = channel();
        let keep = options.keep.map(Keep::new).transpose()?;
        let mut hearing = Hearing::new(recogniser, keep, options.believes, options.letters, reports);
        hearing.expect(first);
        let mut clean = options.clean;
        let body = move || listen(hearing, source, &mut clean, &expected);
        thread::Builder::new().name("ears".to_owned()).spawn(body)?;
        Ok(Self { expect })
    }

    /// From now on listens for this.
    pub fn expect(&self, next: Expected) {
        // A listener that is over hears nothing anyway.
        let _ = self.expect.send(next);
    }
}

fn listen(
    mut hearing: Hearing,
    mut source: Box<dyn Source>,
    clean: &mut Option<Clean>,
    expected: &Receiver<Expected>,
) {
    let mut lost = false;
    loop {
        loop {
            match expected.try_recv() {
                Ok(next) => hearing.expect(next),
                Err(TryRecvError::Empty) => break,
                Err(TryRecvError::Disconnected) => return,
            }
        }
        match source.next() {
            Next::Block(block) if block.is_empty() => {}
            Next::Block(mut block) => {
                hearing.measure(&block);
                let somebody = clean.as_mut().is_none_or(|clean| clean(&mut block));
                hearing.take(&block, somebody);
            }
            Next::Dead(why) => {
                clean.as_mut().map(|clean| clean(&mut []));
                if !std::mem::replace(&mut lost, true) {
                    (hearing.reports)(Report::Lost(why));
                }
            }
            Next::Back => {
                clean.as_mut().map(|clean| clean(&mut []));
                if std::mem::take(&mut lost) {
                    (hearing.reports)(Report::Back);
                }
            }
            Next::Over => return (hearing.reports)(Report::Over),
        }
    }
}

/// The work on each block.
struct Hearing {
    recogniser: Box<dyn Recogniser>,
    expected: Expected,
    /// What may be said, by itself, and what it tells.
    known: Arc<[(String, Told)]>,
    utterances: Utterances,
    level: Level,
    watch: Watch,
    /// What was heard last, [`BEFORE`] long, or the whole utterance.
    sound: VecDeque<f32>,
    talk: Talk,
    gain: Gain,
    so_far: String,
    /// The utterance was acted on before its end.
    done: bool,
    keep: Option<Keep>,
    believes: Believes,
    opinion: Opinion,
    reports: Reports,
}

impl Hearing {
    fn new(
        recogniser: Box<dyn Recogniser>,
        keep: Option<Keep>,
        believes: Believes,
        letters: Option<Letters>,
        reports: Reports,
    ) -> Self {
        Self {
            recogniser,
            expected: Expected::default(),
            known: Arc::default(),
            utterances: Utterances::default(),
            level: Level::default(),
            watch: Watch::default(),
            sound: VecDeque::new(),
            talk: Talk::default(),
            gain: Gain::default(),
            so_far: String::new(),
            done: false,
            keep,
            believes,
            opinion: Opinion::new(letters),
            reports,
        }
    }

    fn expect(&mut self, next: Expected) {
        let same = next.vocabulary == self.expected.vocabulary;
        self.expected = next;
        let alone = self.expected.vocabulary.alone();
        self.known =
            alone.filter_map(|words| Some((words.to_owned(), (self.expected.tells)(words)?))).collect();
        if same {
            return;
        }
        if let Err(error) = self.recogniser.expect(&self.expected.vocabulary.phrases) {
            (self.reports)(Report::Failed(error.to_string()));
        }
        self.so_far.clear();
        // Whoever is speaking may have begun with the new question in mind.
        if self.utterances.is_speaking() && !self.done {
            let from = self.sound.len().saturating_sub(AGAIN);
            let sound: Vec<f32> = self.sound.iter().skip(from).copied().collect();
            self.recogniser.feed(&self.gain.apply(&sound));
        }
    }

    fn measure(&mut self, block: &[f32]) {
        let seconds = block.len() as f32 / RATE as f32;
        self.level.take(block, seconds);
        (self.reports)(Report::Level(self.level));
        if let Some(hindrance) = self.watch.take(&self.level, seconds) {
            (self.reports)(Report::Hindered(hindrance));
        }
    }

    fn take(&mut self, block: &[f32], somebody: bool) {
        if block.is_empty() {
            return;
        }
        self.talk.pass(block.len());
        let was_speaking = self.utterances.is_speaking();
        // What the program itself says is no utterance.
        let edges = self.utterances.take(block, somebody);
        if !was_speaking {
            let over = (self.sound.len() + block.len()).saturating_sub(BEFORE + block.len());
            self.sound.drain(..over.min(self.sound.len()));
        }
        self.sound.extend(block);
        if was_speaking {
            self.recogniser.feed(&self.gain.apply(block));
        }
        for edge in edges {
            match edge {
                Edge::Begins => self.begins(),
                Edge::Ends => self.ends(),
            }
        }
        if self.utterances.is_speaking() {
            self.look();
        }
    }

    fn begins(&mut self) {
        (self.reports)(Report::Voice(true));
        self.done = false;
        self.so_far.clear();
        self.opinion.begins();
        let sound: Vec<f32> = self.sound.iter().copied().collect();
        self.gain = Gain::new(&sound);
        self.recogniser.feed(&self.gain.apply(&sound));
    }

    /// Acts on what is urgent before the utterance has ended.
    fn look(&mut self) {
        let so_far = self.recogniser.so_far();
        let same = so_far == self.so_far;
        if !same {
            self.so_far.clone_from(&so_far);
            (self.reports)(Report::SoFar(so_far.clone()));
        }
        let length = self.sound.len().min(URGENT);
        // What is not believed yet may be, a moment later.
        let urgent = !self.done && self.expected.vocabulary.urgent.contains(&so_far);
        let talk = self.talk.goes_on(self.sound.len());
        if urgent && (self.believes)(&so_far, length, true) && self.opinion.agrees(&so_far, &self.sound, talk)
        {
            self.done = true;
            let heard = Heard { words: so_far, sure: true, confidence: 1.0 };
            (self.reports)(Report::Heard { heard, length, after: None });
        }
    }

    fn ends(&mut self) {
        let sound: Vec<f32> = self.sound.iter().copied().collect();
        // The next may have begun softly in the quiet at its end.
        self.sound.drain(..sound.len().saturating_sub(QUIET));
        let talk = self.talk.goes_on(sound.len());
        let looks = self.looks(&sound, talk);
        (self.reports)(Report::Voice(false));
        let heard = looks.heard(&self.expected, talk, sound.len());
        if heard.is_none() {
            self.talk.take(&looks.guesses, looks.letters());
        }
        let words = heard.as_ref().map_or("", |heard| heard.words.as_str());
        if let Some(Err(error)) = self.keep.as_mut().map(|keep| keep.write(words, &sound)) {
            (self.reports)(Report::Failed(error.to_string()));
            self.keep = None;
        }
        let urgent = |heard: &Heard| self.expected.vocabulary.urgent.contains(&heard.words);
        let believed = |heard: &Heard| (self.believes)(&heard.words, sound.len(), urgent(heard));
        if let Some(heard) = heard.filter(|heard| !self.done && believed(heard)) {
            let after = Some(self.utterances.patience());
            (self.reports)(Report::Heard { heard, length: sound.len(), after });
        }
        self.done = false;
    }

    /// As it is, then without steady noise, and where what that leads to is not clear, without the late echo of the room too.
    fn looks(&mut self, sound: &[f32], talk: bool) -> Looks {
        let mut looks = Looks::new(&self.known);
        looks.add(self.recogniser.end(), self.opinion.of(sound));
        if sound.len() > TWICE {
            return looks;
        }
        looks.add(self.recogniser.look(&without_steady(&self.gain.apply(sound))), None);
        if !looks.are_clear(&self.expected, talk, sound.len()) {
            let dry = without_late(sound);
            let look = self.recogniser.look(&without_steady(&self.gain.apply(&dry)));
            looks.add(look, self.opinion.of(&dry));
        }
        looks
    }
}

#[cfg(test)]
mod tests;
