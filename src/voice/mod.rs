//! Lines to sound. Owns the seam to the speech engines; must not know sessions or outputs.

pub mod ahead;
pub mod cache;
mod child;
pub mod chimes;
mod dice;
pub mod espeak;
pub mod heart;
mod pack;
mod piper;
mod riff;
pub mod studio;
#[cfg(feature = "system-voice")]
pub mod system;
pub mod tick;

use std::sync::Arc;

use crate::line::Line;

pub use ahead::{Ahead, Report as AheadReport};
pub use cache::{Cache, DEFAULT_LIMIT};
pub use chimes::chime;
pub use espeak::Espeak;
pub use heart::Heart;
pub use piper::Piper;
pub use studio::{Fell, Prepared, Studio};
#[cfg(feature = "system-voice")]
pub use system::System;
pub use tick::Tick;

/// Sound as an engine gives it: mono, at the engine's own rate and loudness.
#[derive(Clone, Debug, PartialEq)]
pub struct Pcm {
    /// -1.0 to 1.0.
    pub samples: Vec<f32>,
    /// Frames per second.
    pub rate: u32,
}

/// A voice that gives samples, so that its speech can be mixed, rendered, cached and ducked.
pub trait Synth: Send {
    /// Everything that changes the samples of a line: engine, version, voice. Part of the cache key.
    fn id(&self) -> String;

    /// Speaks one line into memory.
    ///
    /// # Errors
    /// [`VoiceError`] when the engine is missing, hangs, dies or cannot speak the language.
    fn synth(&mut self, line: &Line) -> Result<Pcm, VoiceError>;

    /// Whether the samples are to be used to the frame as they are: not cut, levelled or faded.
    fn finished(&self) -> bool {
        false
    }
}

/// A voice that speaks by itself: its speech cannot be mixed, rendered, cached or ducked, and how long it takes is
/// known when it has ended. Nothing here waits, but for [`Speaker::hush`].
pub trait Speaker: Send {
    /// Begins to speak `line`, in place of what it was speaking.
    fn say(&mut self, line: &Line);

    /// What has become of the line last said, since this was last asked: begun, then ended, or that it failed.
    fn poll(&mut self) -> Option<Spoken>;

    /// Silences it within a fifth of a second; nothing more is told about the line.
    fn hush(&mut self);

    /// Decibels relative to its loudest.
    fn volume(&mut self, decibels: f32);
}

/// What a [`Speaker`] tells of a line.
#[derive(Clone, Debug)]
pub enum Spoken {
    Begun,
    Ended,
    Failed(VoiceError),
}

/// Why a line could not be spoken. Cheap to clone, since it is both kept with the line and reported.
#[derive(Clone, Debug, thiserror::Error)]
pub enum VoiceError {
    #[error("the program `{program}` is not installed; install it with `{hint}`")]
    Missing { program: &'static str, hint: &'static str },
    #[error("the voice `{voice}` does not speak `{language}`")]
    Language { voice: String, language: String },
    #[error("`{program}` gave no answer within {seconds} s")]
    Hung { program: &'static str, seconds: u64 },
    #[error("`{program}` failed: {reason}")]
    Failed { program: &'static str, reason: String },
    #[error(
        "`{file}` of the voice `{voice}` cannot be used: {reason}; install the voice again with `matside voices install {voice}`"
    )]
    Weights { voice: String, file: String, reason: String },
    #[error(transparent)]
    Words(#[from] heart::words::WordsError),
    #[error("the spoken line cannot be kept")]
    Kept { source: Arc<std::io::Error> },
    #[error("`{program}` could not be run")]
    Io { program: &'static str, source: Arc<std::io::Error> },
}
