//! What goes into the runner and what comes out.

use std::sync::Arc;

use crate::frames::Frames;
use crate::history::What;
use crate::plan::Side;
use crate::script::Refer;

use super::cue::Cue;
use super::invite::Reaction;
use super::state::{Ending, State};

/// Something happened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Event {
    /// The take with this number came to its end. One that is no longer current is ignored.
    Finished(u64),
    Key(char),
    /// Words as typed.
    Said(String),
    /// A button: the name of a command, the words of an answer, or the one character of its key; or several of these
    /// with a slash between, of which the first that means something now counts.
    Pressed(String),
    /// Words as heard, and whether they were heard well.
    Heard {
        words: String,
        sure: bool,
    },
    /// Somebody begins to speak, or has stopped.
    Voice(bool),
    /// Nothing can be heard, although it was meant to be.
    Deaf,
    Command(Command),
    /// The first signal to end.
    Interrupt,
    /// The output was lost, and with it so much that was performed and not heard.
    OutputLost(Frames),
    /// The record with this number, counted from 1, is on disk, or is no longer waited for.
    Kept(u64),
    Trouble(Trouble),
}

/// What is wrong with the memory across days, or with what is heard; to be said once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Trouble {
    /// What was known of earlier sessions could not be read, and was set aside.
    Damaged,
    /// Nothing of this session will be known later.
    NotKept,
    /// The room is too loud to be sure of words.
    Noisy,
    /// The person is too loud for the microphone.
    TooLoud,
}

/// What a person may ask for at any time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Command {
    Pause,
    Resume,
    Skip,
    Back,
    Repeat,
    Easier,
    Harder,
    Worse,
    HowLong,
    Louder,
    Softer,
    Slower,
    Faster,
    Stop,
    Help,
    Why,
}

/// Names as in the phrases, and the keys.
const COMMANDS: [(Command, &str, char); 16] = [
    (Command::Pause, "pause", ' '),
    (Command::Resume, "resume", ' '),
    (Command::Skip, "skip", 'n'),
    (Command::Back, "back", 'b'),
    (Command::Repeat, "repeat", 'r'),
    (Command::Easier, "easier", 'e'),
    (Command::Harder, "harder", 'h'),
    (Command::Worse, "worse", 'w'),
    (Command::HowLong, "how-long", 't'),
    (Command::Louder, "louder", '+'),
    (Command::Softer, "softer", '-'),
    (Command::Slower, "slower", '<'),
    (Command::Faster, "faster", '>'),
    (Command::Stop, "stop", 'q'),
    (Command::Help, "help", '?'),
    (Command::Why, "why", 'y'),
];

impl Command {
    /// The command with this name in the phrases.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        COMMANDS.iter().find(|(_, known, _)| *known == name).map(|(command, ..)| *command)
    }

    /// As in the phrases.
    #[must_use]
    pub fn name(self) -> &'static str {
        COMMANDS.iter().find(|(command, ..)| *command == self).map_or("", |(_, name, _)| name)
    }

    /// The command on this key; space is [`Command::Pause`], which also resumes.
    #[must_use]
    pub fn on_key(key: char) -> Option<Self> {
        let key = if key == '=' { '+' } else { key.to_ascii_lowercase() };
        COMMANDS.iter().find(|(.., known)| *known == key).map(|(command, ..)| *command)
    }

    /// Whether a key or a button for it is never an answer.
    pub(super) fn comes_first(self) -> bool {
        matches!(self, Self::Pause | Self::Stop | Self::Help)
    }

    /// Name and key of each command, for a list of keys.
    pub fn keys() -> impl Iterator<Item = (&'static str, char)> {
        COMMANDS.iter().map(|(_, name, key)| (*name, *key))
    }
}

/// One performance of one cue.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Take {
    pub id: u64,
    pub cue: Arc<Cue>,
    /// How much of it has already been performed.
    pub from: Frames,
    /// It plays while the session's playhead stands still.
    pub aside: bool,
}

/// How sound that is playing ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cut {
    /// At once, without a click.
    Now,
    /// At the end of the word.
    Word,
}

/// What is to be done.
#[derive(Clone, Debug, PartialEq)]
pub enum Effect {
    Perform(Take),
    Cut(Cut),
    /// Decibels relative to the programme's loudness.
    Volume(i8),
    Note(Note),
    Close(Ending),
}

/// What happened, for people and records.
#[derive(Clone, Debug, PartialEq)]
pub enum Note {
    /// A cue begins; resuming from this state performs it first.
    Mark(Box<State>),
    Entered {
        step: usize,
        block: Option<String>,
        title: Option<String>,
    },
    LeftOut {
        step: usize,
        title: Option<String>,
    },
    Left {
        step: usize,
        completed: bool,
        exercise: bool,
    },
    Place {
        set: u32,
        side: Option<Side>,
        rep: u32,
        reps: u32,
    },
    Asked {
        check_in: String,
    },
    NotUnderstood {
        check_in: String,
        words: String,
    },
    Answered {
        check_in: String,
        answer: String,
        number: Option<i64>,
    },
    NoAnswer {
        check_in: String,
    },
    /// The person is asked whether this is what was said.
    Doubted {
        words: String,
    },
    /// Something that later sessions are to know. [`Event::Kept`] counts these.
    Record(Box<What>),
    Level {
        exercise: String,
        level: String,
    },
    Refer(Refer),
    Worse {
        exercise: Option<String>,
    },
    Paused,
    Resumed,
    /// Somebody who was asked to the session has decided, or is not there.
    Invited(Reaction),
    /// A session that was cut off begins anew.
    StartedOver,
    /// Wanted to be told what can be done; the list of keys too.
    Help,
}
