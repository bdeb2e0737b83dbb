//! Answers and commands from a keyboard, a pipe, another program, buttons, or the air. Owns the terminal's mode and the
//! microphone.
//! Must not know what they mean.

#[cfg(feature = "buttons")]
pub mod buttons;
pub mod choose;
pub mod clean;
pub mod echo;
#[cfg(feature = "ears")]
mod gain;
pub mod guard;
#[cfg(feature = "ears")]
mod keep;
mod keys;
#[cfg(feature = "ears")]
mod late;
#[cfg(feature = "ears")]
mod lean;
#[cfg(feature = "ears")]
pub mod letters;
#[cfg(feature = "ears")]
pub mod level;
mod lines;
#[cfg(feature = "ears")]
pub mod listener;
#[cfg(feature = "ears")]
pub mod microphone;
#[cfg(feature = "ears")]
mod rate;
#[cfg(feature = "ears")]
pub mod recogniser;
#[cfg(feature = "ears")]
pub mod reference;
pub mod socket;
#[cfg(feature = "ears")]
pub mod source;
#[cfg(feature = "ears")]
mod spectra;
#[cfg(feature = "ears")]
mod steady;
#[cfg(feature = "ears")]
mod talk;
#[cfg(feature = "ears")]
pub mod utterance;
#[cfg(feature = "ears")]
pub mod vosk;

use std::io::IsTerminal;
use std::sync::mpsc::Sender;

use crate::runner::Event;

/// Something that a person did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Input {
    Event(Event),
    /// Ctrl-C on a terminal in raw mode, where it is a key and no signal.
    Interrupt,
    /// What whoever looks at this session should know of the way here.
    Told(String),
}

/// Listens until it is dropped, which gives the terminal its mode back.
#[derive(Debug)]
pub struct Ear {
    _raw: Option<keys::RawMode>,
    /// Single keys are read.
    pub keys: bool,
}

impl Ear {
    /// Reads single keys from a terminal, lines from anything else. A closed or absent standard input is no
    /// keyboard, and no error.
    #[must_use]
    pub fn open<T: From<Input> + Send + 'static>(inputs: Sender<T>) -> Self {
        if !std::io::stdin().is_terminal() {
            lines::listen(inputs);
            return Self { _raw: None, keys: false };
        }
        // In the background, reading would stop the whole process.
        let raw = keys::in_foreground().then(keys::RawMode::enter).flatten();
        if raw.is_some() {
            keys::listen(inputs);
        }
        Self { keys: raw.is_some(), _raw: raw }
    }
}
