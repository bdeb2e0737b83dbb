//! The seam to what turns sound into words. Owns the words' form; must not know what they mean.

use std::path::PathBuf;

use super::choose::Guess;

/// Frames per second of everything that is heard.
pub const RATE: u32 = 16_000;
/// Stands for speech that is none of the expected phrases.
pub const OTHER: &str = "[unk]";

/// Why nothing can be heard.
#[derive(Debug, thiserror::Error)]
pub enum EarError {
    #[error("the ears are not installed; type `matside ears install`")]
    NotInstalled,
    #[error("`{}` cannot be loaded: {said}; type `matside ears install`", path.display())]
    Library { path: PathBuf, said: String },
    #[error("the model in `{}` cannot be read; type `matside ears install`", path.display())]
    Model { path: PathBuf },
    #[error("the recogniser does not take these phrases: {0}")]
    Phrases(String),
    #[error("no microphone opens: `{0}`")]
    Microphone(String),
    #[error("no thread for the ears")]
    Thread(#[from] std::io::Error),
    #[error("`{}` could not be written", path.display())]
    Keep { path: PathBuf, source: hound::Error },
}

/// What was heard.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Heard {
    /// Lower case.
    pub words: String,
    /// Nothing that means something else comes near it.
    pub sure: bool,
    /// From 0 to 1: the share of this meaning among everything that it may have been.
    pub confidence: f32,
}

/// Words from sound, within phrases that are known beforehand.
pub trait Recogniser: Send {
    /// Whether the word is in its dictionary; another is never heard.
    fn knows(&self, word: &str) -> bool;

    /// Listens for these phrases, and for anything else as [`OTHER`]; what was heard so far is forgotten. The more often
    /// one is named, the likelier it is.
    ///
    /// # Errors
    /// [`EarError::Phrases`]; then it listens for nothing.
    fn expect(&mut self, phrases: &[String]) -> Result<(), EarError>;

    /// Takes mono samples in −1 to 1 at [`RATE`].
    fn feed(&mut self, samples: &[f32]);

    /// What it makes of the sound since the last end.
    fn so_far(&mut self) -> String;

    /// Ends the utterance: the next sample begins another. What it may have been, the likeliest first; [`OTHER`] is left out
    /// of the words.
    fn end(&mut self) -> Vec<Guess>;

    /// Takes a whole utterance, where none has begun.
    fn look(&mut self, samples: &[f32]) -> Vec<Guess> {
        self.feed(samples);
        self.end()
    }
}
