//! Words that the ears can never hear, because their dictionary lacks them.

use crate::diagnostic::{Diagnostic, SourceId};
use crate::ear::vosk::Model;
use crate::script::{At, Library, fold};

/// The words of answers and commands in the languages that there are ears for, held against their dictionary. Ears that
/// cannot be loaded are for `run` and `listen` to report.
pub fn check(library: &Library) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    for phrases in library.all_phrases() {
        let language = &phrases.item.language.value;
        let Some(model) = super::find(language).and_then(|folder| super::load(&folder).ok()) else {
            continue;
        };
        let hearing = &phrases.item.hearing;
        let around =
            [&hearing.filler, &hearing.not, &hearing.correction, &hearing.or, &hearing.point, &hearing.half];
        let around = around.into_iter().chain([&hearing.yes, &hearing.no, &hearing.near]).flatten();
        for words in phrases.item.commands.values().flatten().chain(around) {
            found.extend(unknown(&model, phrases.source, words));
        }
        for check_in in library.check_ins().filter(|check_in| check_in.item.language.value == *language) {
            for words in check_in.item.answer.iter().flat_map(|answer| &answer.heard) {
                found.extend(unknown(&model, check_in.source, words));
            }
        }
    }
    found
}

fn unknown(model: &Model, source: SourceId, words: &At<String>) -> Option<Diagnostic> {
    let folded = fold(words);
    let word = folded.split(' ').find(|word| !word.is_empty() && !model.knows(word))?;
    let message = format!("the ears do not know the word `{word}`, so it is never heard");
    Some(
        Diagnostic::error(source, words.span.clone(), message)
            .hint("say it with other words, or spell it otherwise"),
    )
}
