//! A second opinion on what the recogniser heard: whether the letters of it are in the sound. Must not hold up the listener.

use std::collections::VecDeque;

use crate::ear::letters::{Letters, Spelling};
use crate::ear::recogniser::RATE;

/// What is acted on at once was said in the last 1.2 s.
pub const URGENT: usize = RATE as usize * 6 / 5;
/// So much sound is waited for after the first time that something urgent was not found; twice as much after the second,
/// because each look costs.
const WAIT: usize = RATE as usize / 10;
/// What fits less well within a sound was not said.
const NOT: f32 = -12.0;
/// While people talk, letters that are less clearly there than this may be theirs.
pub const CLEAR: f32 = -9.0;

/// Without a net it has no opinion.
pub struct Opinion {
    letters: Option<Letters>,
    refused: usize,
    /// Samples of an utterance.
    next: usize,
}

impl Opinion {
    pub fn new(letters: Option<Letters>) -> Self {
        Self { letters, refused: 0, next: 0 }
    }

    pub fn begins(&mut self) {
        (self.refused, self.next) = (0, 0);
    }

    /// Whether these words are among the last of an utterance; in `talk` they have to be clearer.
    pub fn agrees(&mut self, words: &str, utterance: &VecDeque<f32>, talk: bool) -> bool {
        let Some(letters) = &self.letters else { return true };
        if utterance.len() < self.next {
            return false;
        }
        let from = utterance.len().saturating_sub(URGENT);
        let sound: Vec<f32> = utterance.range(from..).copied().collect();
        let enough = if talk { CLEAR } else { NOT };
        if letters.read(&sound).is_none_or(|spelling| spelling.fit_within(words) > enough) {
            return true;
        }
        self.refused += 1;
        self.next = utterance.len() + WAIT * self.refused;
        false
    }

    pub fn of(&self, utterance: &[f32]) -> Option<Spelling> {
        self.letters.as_ref()?.read(utterance)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_in_the_sound_is_asked_about_more_and_more_seldom() {
        let mut opinion = Opinion::new(Some(Letters::load().unwrap()));
        let mut asked = Vec::new();
        let mut silence = VecDeque::from(vec![0.0; URGENT]);
        while silence.len() < URGENT + 7 * WAIT {
            let before = opinion.refused;
            assert!(!opinion.agrees("stop", &silence, false));
            if opinion.refused > before {
                asked.push((silence.len() - URGENT) / WAIT);
            }
            silence.extend(vec![0.0; WAIT / 4]);
        }
        assert_eq!(asked, [0, 1, 3, 6]);
        opinion.begins();
        assert_eq!((opinion.refused, opinion.next), (0, 0));
    }

    #[test]
    fn in_talk_it_has_to_be_clearer() {
        let silence = vec![0.0; URGENT];
        let spelling = Letters::load().unwrap().read(&silence).unwrap();
        let silence = VecDeque::from(silence);
        let nearly =
            ('a'..='z').map(String::from).find(|one| (NOT..CLEAR).contains(&spelling.fit_within(one)));
        let nearly = nearly.expect("a letter that nearly fits");
        let agrees = |talk| Opinion::new(Some(Letters::load().unwrap())).agrees(&nearly, &silence, talk);
        assert!(agrees(false));
        assert!(!agrees(true));
    }

    #[test]
    fn without_letters_everything_may_be() {
        let mut opinion = Opinion::new(None);
        assert!(opinion.agrees("stop", &VecDeque::new(), false));
        assert!(opinion.of(&[0.0; 100]).is_none());
    }
}
