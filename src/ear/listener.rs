//! From sound to words, on one thread. Owns the order of work: level, speech, recogniser, what is acted on before an
//! utterance has ended. Must not know what words do.

use std::collections::VecDeque;
use std::path::PathBuf;
use std::sync::mpsc::{Receiver, Sender, TryRecvError, channel};
use std::thread;
use std::time::Duration;

use super::keep::Keep;
use super::level::Level;
use super::recogniser::{EarError, Heard, RATE, Recogniser};
use super::source::{Next, Source};
use super::utterance::{Edge, Utterances};
use crate::meaning::Vocabulary;

/// Sound from before speech was noticed: 400 ms, for soft beginnings.
const BEFORE: usize = RATE as usize * 2 / 5;
/// Of an utterance that other phrases are then listened for in: 2 s.
const AGAIN: usize = RATE as usize * 2;

/// What the ears have to tell.
#[derive(Clone, Debug, PartialEq)]
pub enum Report {
    /// Somebody speaks, or has stopped.
    Voice(bool),
    /// What it seems to be so far.
    SoFar(String),
    Heard {
        heard: Heard,
        /// From the end of the speech, as far as the sound goes; nothing while it still goes on.
        after: Option<Duration>,
    },
    /// After each block.
    Level(Level),
    /// The source is lost; why.
    Lost(String),
    Back,
    /// Something failed that the session can go on without.
    Failed(String),
    Over,
}

/// Reports come on the listening thread.
pub type Reports = Box<dyn FnMut(Report) + Send>;

/// Takes a block of the microphone before anything else does, to leave only the person in it.
pub type Clean = Box<dyn FnMut(&mut [f32]) + Send>;

pub struct Listener {
    expect: Sender<Vocabulary>,
}

pub struct Options {
    /// Where every utterance is written to; nowhere without.
    pub keep: Option<PathBuf>,
    pub clean: Option<Clean>,
}

impl Listener {
    /// Listens for `vocabulary` on a thread of its own until this is dropped, or the source is over.
    ///
    /// # Errors
    /// [`EarError::Thread`] or [`EarError::Keep`].
    pub fn start(
        vocabulary: Vocabulary,
        recogniser: Box<dyn Recogniser>,
        source: Box<dyn Source>,
        options: Options,
        reports: Reports,
    ) -> Result<Self, EarError> {
        let (expect, expected) = channel();
        let keep = options.keep.map(Keep::new).transpose()?;
        let mut hearing = Hearing::new(recogniser, keep, reports);
        hearing.expect(vocabulary);
        let mut clean = options.clean;
        let body = move || listen(hearing, source, &mut clean, &expected);
        thread::Builder::new().name("ears".to_owned()).spawn(body)?;
        Ok(Self { expect })
    }

    /// From now on listens for `vocabulary`.
    pub fn expect(&self, vocabulary: Vocabulary) {
        // A listener that is over hears nothing anyway.
        let _ = self.expect.send(vocabulary);
    }
}

fn listen(
    mut hearing: Hearing,
    mut source: Box<dyn Source>,
    clean: &mut Option<Clean>,
    expected: &Receiver<Vocabulary>,
) {
    let mut lost = false;
    loop {
        loop {
            match expected.try_recv() {
                Ok(vocabulary) => hearing.expect(vocabulary),
                Err(TryRecvError::Empty) => break,
                Err(TryRecvError::Disconnected) => return,
            }
        }
        match source.next() {
            Next::Block(mut block) => {
                if let Some(clean) = clean {
                    clean(&mut block);
                }
                hearing.take(&block);
            }
            Next::Dead(why) if !lost => {
                lost = true;
                (hearing.reports)(Report::Lost(why));
            }
            Next::Dead(_) => {}
            Next::Back => {
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
    vocabulary: Vocabulary,
    utterances: Utterances,
    level: Level,
    /// What was heard last, [`BEFORE`] long, or the whole utterance.
    sound: VecDeque<f32>,
    so_far: String,
    /// The utterance was acted on before its end.
    done: bool,
    keep: Option<Keep>,
    reports: Reports,
}

impl Hearing {
    fn new(recogniser: Box<dyn Recogniser>, keep: Option<Keep>, reports: Reports) -> Self {
        Self {
            recogniser,
            vocabulary: Vocabulary::default(),
            utterances: Utterances::default(),
            level: Level::default(),
            sound: VecDeque::new(),
            so_far: String::new(),
            done: false,
            keep,
            reports,
        }
    }

    fn expect(&mut self, vocabulary: Vocabulary) {
        if vocabulary == self.vocabulary {
            return;
        }
        if let Err(error) = self.recogniser.expect(&vocabulary.phrases) {
            (self.reports)(Report::Failed(error.to_string()));
        }
        self.vocabulary = vocabulary;
        self.so_far.clear();
        // Whoever is speaking may have begun with the new question in mind.
        if self.utterances.is_speaking() && !self.done {
            let from = self.sound.len().saturating_sub(AGAIN);
            let sound: Vec<f32> = self.sound.iter().skip(from).copied().collect();
            self.recogniser.feed(&sound);
        }
    }

    fn take(&mut self, block: &[f32]) {
        if block.is_empty() {
            return;
        }
        self.level.take(block, block.len() as f32 / RATE as f32);
        (self.reports)(Report::Level(self.level));
        let was_speaking = self.utterances.is_speaking();
        let edges = self.utterances.take(block);
        if !was_speaking {
            let over = (self.sound.len() + block.len()).saturating_sub(BEFORE + block.len());
            self.sound.drain(..over.min(self.sound.len()));
        }
        self.sound.extend(block);
        if was_speaking {
            self.recogniser.feed(block);
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
        let sound: Vec<f32> = self.sound.iter().copied().collect();
        self.recogniser.feed(&sound);
    }

    /// Acts on what is urgent before the utterance has ended.
    fn look(&mut self) {
        let so_far = self.recogniser.so_far();
        let same = so_far == self.so_far;
        if !same {
            self.so_far.clone_from(&so_far);
            (self.reports)(Report::SoFar(so_far.clone()));
        }
        if !self.done && self.vocabulary.urgent.contains(&so_far) {
            self.done = true;
            let heard = Heard { words: so_far, confidence: 1.0 };
            (self.reports)(Report::Heard { heard, after: None });
        }
    }

    fn ends(&mut self) {
        let heard = self.recogniser.end();
        (self.reports)(Report::Voice(false));
        let sound: Vec<f32> = self.sound.drain(..).collect();
        if let Some(Err(error)) = self.keep.as_mut().map(|keep| keep.write(&heard.words, &sound)) {
            (self.reports)(Report::Failed(error.to_string()));
            self.keep = None;
        }
        if !self.done && !heard.words.is_empty() {
            let after = Some(self.utterances.patience());
            (self.reports)(Report::Heard { heard, after });
        }
        self.done = false;
    }
}
