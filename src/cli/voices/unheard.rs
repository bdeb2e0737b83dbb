//! What a voice cannot be trusted with: words that it guesses, and languages that it does not speak.

use std::collections::BTreeSet;

use super::chosen::{self, primary};
use crate::cli::shelf::Shelf;
use crate::diagnostic::Diagnostic;
use crate::script::check::{self, Spoken};

/// A warning for each word of each file that `voice` has to guess, and an error for each named file in a language
/// that it does not speak.
///
/// # Errors
/// The voice is not there, or has no words of its own.
pub fn unheard(voice: &str, shelf: &Shelf) -> anyhow::Result<Vec<Diagnostic>> {
    let (words, language) = chosen::words(voice)?;
    let (mut found, mut seen) = (Vec::new(), BTreeSet::new());
    for spoken in check::spoken(&shelf.library) {
        if primary(spoken.language) == primary(&language) {
            let new = |word: &String| seen.insert((spoken.source, word.to_lowercase()));
            let guessed: Vec<String> = words.unknown_words(&spoken.words()).into_iter().filter(new).collect();
            found.extend(guessed.iter().map(|word| warning(voice, shelf, &spoken, word)));
        } else if shelf.named.contains(&spoken.source) && seen.insert((spoken.source, String::new())) {
            found.push(stranger(voice, &spoken));
        }
    }
    Ok(found)
}

fn warning(voice: &str, shelf: &Shelf, spoken: &Spoken, word: &str) -> Diagnostic {
    let place = spoken.place(&shelf.library, word);
    Diagnostic::warning(
        spoken.source,
        place,
        format!("the voice `{voice}` does not know `{word}` and guesses"),
    )
    .hint(format!(
        "hear it with `matside voices say {voice} {word}`; a line in `pronounce.toml` puts it right"
    ))
}

fn stranger(voice: &str, spoken: &Spoken) -> Diagnostic {
    let message = format!("the voice `{voice}` does not speak `{}`", spoken.language);
    Diagnostic::error(spoken.source, spoken.text.span.clone(), message)
        .hint("`matside voices` lists the voices and their languages")
}
