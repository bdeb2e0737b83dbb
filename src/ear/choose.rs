//! Which of the ways to understand an utterance counts. The recogniser joins words of different phrases, so its best
//! guess is often no phrase at all while the next one is. Pure. Must not know what words do.

/// One way to understand an utterance; its words are without what stands for no word.
#[derive(Clone, Debug, PartialEq)]
pub struct Guess {
    pub words: String,
    /// The higher, the likelier: a logarithm, comparable within one utterance.
    pub score: f32,
}

/// The phrase that was said.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Chosen<'a> {
    pub words: &'a str,
    /// Nothing else comes near it.
    pub sure: bool,
}

/// A phrase that is this much less likely than the best guess was not said.
const NEAR: f32 = 3.0;

/// How far a phrase must be ahead of one that means something else, and of no phrase at all. Both were measured on the
/// training voices of `tests/ears/clips.py`.
const OTHER: f32 = 0.6;
const NONE: f32 = 0.8;

/// The likeliest of `guesses` that is a phrase; `meaning` knows them. Guesses that mean nothing, and are not silence,
/// are passed over.
pub fn choose<M: PartialEq>(guesses: &[Guess], meaning: impl Fn(&str) -> Option<M>) -> Option<Chosen<'_>> {
    let top = guesses.iter().map(|guess| guess.score).max_by(f32::total_cmp)?;
    let best = |wanted: &dyn Fn(&Guess) -> bool| {
        let wanted = guesses.iter().filter(|guess| wanted(guess));
        wanted.max_by(|one, two| one.score.total_cmp(&two.score))
    };
    let phrase = best(&|guess| meaning(&guess.words).is_some())?;
    let meant = meaning(&phrase.words);
    let silence = best(&|guess| guess.words.trim().is_empty()).map(|guess| guess.score);
    let other = best(&|guess| meaning(&guess.words).is_some_and(|other| Some(other) != meant));
    let ahead = |of: Option<f32>, by: f32| of.is_none_or(|of| phrase.score - of >= by);
    if top - phrase.score > NEAR || !ahead(silence, 0.0) {
        return None;
    }
    let sure = ahead(silence, NONE) && ahead(other.map(|guess| guess.score), OTHER);
    Some(Chosen { words: &phrase.words, sure })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn meaning(words: &str) -> Option<char> {
        let phrases =
            [("harder", 'h'), ("make it harder", 'h'), ("more pain", 'm'), ("to my back", 'b'), ("two", '2')];
        phrases.iter().find(|(phrase, _)| *phrase == words).map(|(_, meaning)| *meaning)
    }

    fn chosen(guesses: &[(&str, f32)]) -> Option<(String, bool)> {
        let guess = |(words, score): &(&str, f32)| Guess { words: (*words).to_owned(), score: *score };
        let guesses: Vec<Guess> = guesses.iter().map(guess).collect();
        choose(&guesses, meaning).map(|chosen| (chosen.words.to_owned(), chosen.sure))
    }

    #[test]
    fn a_phrase_counts_before_words_that_are_none() {
        let heard = chosen(&[("my pain", 131.2), ("more pain", 130.8)]);
        assert_eq!(heard, Some(("more pain".to_owned(), true)));
        assert_eq!(chosen(&[("my back", 132.2), ("to my back", 128.0)]), None, "too far behind");
    }

    #[test]
    fn what_may_have_been_something_else_is_unsure() {
        assert_eq!(chosen(&[("harder", 85.2), ("more pain", 84.9)]), Some(("harder".to_owned(), false)));
        assert_eq!(chosen(&[("two", 86.0), ("", 85.5)]), Some(("two".to_owned(), false)));
        assert_eq!(chosen(&[("harder", 85.2), ("make it harder", 85.1)]), Some(("harder".to_owned(), true)));
    }

    #[test]
    fn silence_and_nothing_are_no_phrase() {
        assert_eq!(chosen(&[("", 86.0), ("two", 85.5)]), None);
        assert_eq!(chosen(&[("kettle", 86.0)]), None);
        assert_eq!(chosen(&[]), None);
    }
}
