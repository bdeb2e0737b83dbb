//! Text to phonemes for the voices of a pack, in the pack's own alphabet, out of the pack's own data. Owns what is said
//! for every word; must not know of samples.

mod accent;
mod compile;
mod corrections;
mod endings;
mod figures;
mod guess;
mod lexicon;
mod parts;
mod pieces;
mod reading;
mod sentences;
mod store;
mod stress;
mod tags;

use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use accent::Accent;
pub use corrections::Corrections;
use guess::Guess;
use lexicon::Lexicon;
pub use reading::Reading;
use store::{Kind, Store};

/// Why there are no phonemes.
#[derive(Clone, Debug, thiserror::Error)]
pub enum WordsError {
    #[error("the voice's file `{0}` is missing; install the voice again")]
    Missing(PathBuf),
    #[error("the voice's file `{file}` is damaged: {reason}; install the voice again")]
    Damaged { file: String, reason: String },
    #[error("cannot read `{path}`")]
    Io { path: PathBuf, source: Arc<std::io::Error> },
    #[error("`{file}`: {reason}")]
    Corrections { file: String, reason: String },
}

impl WordsError {
    fn io(path: &Path, error: std::io::Error) -> Self {
        match error.kind() {
            ErrorKind::NotFound => Self::Missing(path.to_owned()),
            _ => Self::Io { path: path.to_owned(), source: Arc::new(error) },
        }
    }

    fn damaged(file: &str, reason: &str) -> Self {
        Self::Damaged { file: file.to_owned(), reason: reason.to_owned() }
    }
}

/// The words of one pack.
pub struct Words {
    folder: PathBuf,
    accent: Accent,
    store: Store,
    corrections: Corrections,
    guess: Option<Guess>,
}

impl Words {
    /// The words of the pack in `folder`, corrected.
    ///
    /// # Errors
    /// [`WordsError`] when a file of the pack is missing or damaged, or a correction is not in the pack's alphabet.
    pub fn open(folder: &Path, corrections: Corrections) -> Result<Self, WordsError> {
        let accent = Accent::of(folder);
        let store = compile::open(folder, accent)?;
        let strange = |phonemes: &str| phonemes.chars().find(|c| id(&store, *c).is_none());
        for (word, phonemes) in corrections.iter() {
            if let Some(c) = strange(phonemes) {
                let reason = format!("`{word}` has `{c}`, which is no phoneme of this voice");
                return Err(WordsError::Corrections { file: "pronounce.toml".into(), reason });
            }
        }
        Ok(Self { folder: folder.to_owned(), accent, store, corrections, guess: None })
    }

    /// The phonemes of `text`, in parts that the net takes at once.
    ///
    /// # Errors
    /// [`WordsError`] when the net for unknown words is needed and cannot be loaded.
    pub fn phonemes(&mut self, text: &str) -> Result<Vec<String>, WordsError> {
        let sentences: Vec<String> =
            sentences::sentences(&self.store, text).into_iter().map(str::to_owned).collect();
        let mut parts = Vec::new();
        for sentence in sentences {
            let joined: String = self.readings(&sentence)?.iter().map(written).collect();
            let joined = joined.trim();
            if !joined.is_empty() {
                parts.extend(sentences::breaths(joined));
            }
        }
        Ok(parts)
    }

    /// Each word and mark of one sentence, figures as words.
    ///
    /// # Errors
    /// As for [`Self::phonemes`].
    pub fn readings(&mut self, sentence: &str) -> Result<Vec<Reading>, WordsError> {
        let (folder, accent, net) = (&self.folder, self.accent, &mut self.guess);
        let mut failed = None;
        let lexicon = Lexicon { store: &self.store, corrections: &self.corrections, accent };
        let guess = |text: &str| {
            let guessed = guessed(lexicon, text, |word| match net {
                Some(net) => net.word(word),
                None => net.insert(Guess::load(folder, accent)?).word(word),
            });
            guessed.unwrap_or_else(|error| {
                failed = Some(error);
                String::new()
            })
        };
        let text = figures::spell(&self.store, sentence);
        let readings = reading::readings(lexicon, &text, guess);
        failed.map_or(Ok(readings), Err)
    }

    fn lexicon(&self) -> Lexicon<'_> {
        Lexicon { store: &self.store, corrections: &self.corrections, accent: self.accent }
    }

    /// The words of `text` that are in no lexicon and not corrected: they are sounded out, or not heard at all.
    pub fn unknown_words(&self, text: &str) -> Vec<String> {
        let lexicon = self.lexicon();
        let words = sentences::sentences(&self.store, text).into_iter().flat_map(|sentence| {
            reading::readings(lexicon, &figures::spell(&self.store, sentence), |_| String::new())
        });
        let bare = |word: Reading| word.text.trim_matches(|c: char| !c.is_alphanumeric()).to_owned();
        words.filter(|word| word.guessed).map(bare).filter(|word| !word.is_empty()).collect()
    }

    /// Numbers of the phonemes, between the two zeros that the net wants. What is no phoneme is left out.
    pub fn ids(&self, phonemes: &str) -> Vec<i64> {
        let ids = phonemes.chars().filter_map(|c| id(&self.store, c));
        std::iter::once(0).chain(ids).chain([0]).collect()
    }
}

/// Whether there is more in `phonemes` than pauses.
pub fn is_heard(phonemes: &str) -> bool {
    phonemes.chars().any(|c| c.is_alphabetic() && ![stress::PRIMARY, stress::SECONDARY].contains(&c))
}

fn id(store: &Store, phoneme: char) -> Option<i64> {
    store.text(Kind::Id, phoneme.encode_utf8(&mut [0; 4]))?.parse().ok()
}

fn written(reading: &Reading) -> String {
    format!("{}{}", reading.phonemes, if reading.spaced { " " } else { "" })
}

/// Words by `net`, one after the other, and signs by their names.
fn guessed(
    lexicon: Lexicon,
    text: &str,
    mut net: impl FnMut(&str) -> Result<String, WordsError>,
) -> Result<String, WordsError> {
    let mut heard = Vec::new();
    for run in runs(text) {
        heard.push(match sign(run) {
            Some(name) => {
                lexicon.read(name, "", lexicon::Next { vowel: Some(false), to: false }).unwrap_or_default()
            }
            None => net(run)?,
        });
    }
    heard.retain(|phonemes| !phonemes.is_empty());
    Ok(heard.join(" "))
}

/// Letters with what they elide, and every other sign on its own.
fn runs(text: &str) -> Vec<&str> {
    let mut runs = Vec::new();
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let word = rest.find(|c: char| !c.is_alphabetic() && !"'’".contains(c)).unwrap_or(rest.len());
        let length = if first.is_alphabetic() { word } else { first.len_utf8() };
        let (run, after) = rest.split_at(length);
        runs.push(run.trim_end_matches(['\'', '’']));
        rest = after;
    }
    runs.retain(|run| !run.is_empty());
    runs
}

fn sign(run: &str) -> Option<&'static str> {
    let names = [("/", "slash"), ("=", "equals"), ("+", "plus"), ("&", "and"), ("@", "at"), ("%", "percent")];
    names.iter().find(|(sign, _)| *sign == run).map(|(_, name)| *name)
}

#[cfg(test)]
mod tests;
