//! Whether people talk with each other, or a radio does. Most of what is heard then is meant for somebody else. Pure: it
//! counts samples. Must not know what words mean.

use super::choose::Guess;
use super::recogniser::RATE;

/// Who was not understood and says it again, says less than this many words.
const WORDS: usize = 3;
/// And less than this many letters, where the recogniser found no words.
const LETTERS: usize = 14;
/// Talk goes on if it is taken up again so soon: 8 s.
const PAUSE: usize = RATE as usize * 8;

#[derive(Debug, Default)]
pub struct Talk {
    /// Samples since somebody talked last.
    since: Option<usize>,
}

impl Talk {
    pub fn pass(&mut self, samples: usize) {
        self.since = self.since.map(|since| since.saturating_add(samples));
    }

    /// Whether an utterance that ends now, and is so long, came into talk.
    pub fn goes_on(&self, length: usize) -> bool {
        self.since.is_some_and(|since| since < PAUSE + length)
    }

    /// An utterance that was no phrase has ended. So many letters were in it.
    pub fn take(&mut self, looks: &[Vec<Guess>], letters: usize) {
        let words = |guesses: &Vec<Guess>| {
            guesses.iter().find(|guess| !guess.words.is_empty()).map(|guess| guess.words.split(' ').count())
        };
        if looks.iter().filter_map(words).max() >= Some(WORDS) || letters >= LETTERS {
            self.since = Some(0);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: usize = RATE as usize;

    fn heard(words: &str) -> Vec<Vec<Guess>> {
        vec![vec![Guess { words: words.to_owned(), score: 1.0 }], Vec::new()]
    }

    #[test]
    fn what_follows_talk_soon_belongs_to_it() {
        let mut talk = Talk::default();
        assert!(!talk.goes_on(SECOND));
        talk.take(&heard("weekend orange going"), 0);
        talk.pass(7 * SECOND);
        assert!(talk.goes_on(SECOND));
        talk.pass(3 * SECOND);
        assert!(talk.goes_on(3 * SECOND), "it began before");
        assert!(!talk.goes_on(SECOND));
    }

    #[test]
    fn a_try_that_was_not_understood_is_no_talk() {
        let mut talk = Talk::default();
        for words in ["", "chip this"] {
            talk.take(&heard(words), LETTERS - 1);
        }
        talk.take(&[], 0);
        assert!(!talk.goes_on(SECOND));
    }

    #[test]
    fn talk_has_many_letters_even_where_there_is_no_word() {
        let mut talk = Talk::default();
        talk.take(&heard(""), LETTERS);
        assert!(talk.goes_on(SECOND));
    }
}
