//! An utterance from every side that it was looked at, and what it is then. Must not know what words do.

use std::cell::OnceCell;
use std::sync::Arc;

use super::Expected;
use super::opinion::CLEAR;
use crate::ear::choose::{Chosen, Guess, choose};
use crate::ear::letters::Spelling;
use crate::ear::recogniser::{Heard, RATE};
use crate::meaning::{Meant, Setting, Told, prior};

/// What fits as badly as this fits no worse: a look where the words are not at all must not outweigh the others.
const WORST: f32 = -60.0;
/// What fits less well than this was hardly said. Only of an answer may that be the net's fault, since answers are awaited: it
/// hears "never" where some voices say "neither".
const HARDLY: f32 = -45.0;
/// Where a phrase is ahead by less than this, another look may change what is chosen.
const UNCLEAR: f32 = 12.0;
/// What is no phrase so far may be one if it is no longer than this: 2.4 s, with the quiet around it.
const SHORT: usize = RATE as usize * 24 / 10;
/// A phrase that took this much longer than its letters do, 70 ms each, was hardly said: of the clips of
/// `tests/ears/clips.py` none that was right took more than 2.7 s longer. Beginning and end of the utterance are in it.
const LONG: usize = RATE as usize * 29 / 10;
const LETTER: usize = RATE as usize * 7 / 100;

#[derive(Debug, Default)]
pub struct Looks {
    /// Of each look, the likeliest first.
    pub guesses: Vec<Vec<Guess>>,
    /// With how well each of what is known fits, once somebody asks.
    spellings: Vec<(Spelling, OnceCell<Vec<f32>>)>,
    /// What may be said, by itself, and what it tells.
    known: Arc<[(String, Told)]>,
}

impl Looks {
    pub fn new(known: &Arc<[(String, Told)]>) -> Self {
        Self { known: known.clone(), ..Self::default() }
    }

    pub fn add(&mut self, guesses: Vec<Guess>, spelling: Option<Spelling>) {
        self.guesses.push(guesses);
        self.spellings.extend(spelling.map(|spelling| (spelling, OnceCell::new())));
    }

    /// How many letters there are.
    pub fn letters(&self) -> usize {
        self.spellings.first().map_or(0, |(spelling, _)| spelling.letters())
    }

    /// How well the letters of these words fit, where letters are known.
    fn fit(&self, words: &str) -> Option<f32> {
        let fits = self.spellings.iter().map(|(spelling, _)| spelling.fit(words).max(WORST));
        (!self.spellings.is_empty()).then(|| fits.sum::<f32>() / self.spellings.len() as f32)
    }

    /// The same for everything that is known. It is asked for after each look, and reckoned once.
    fn fits(&self) -> Vec<f32> {
        let mut fits = vec![0.0; self.known.len()];
        for (spelling, known) in &self.spellings {
            let known = known.get_or_init(|| {
                self.known.iter().map(|(phrase, _)| spelling.fit(phrase).max(WORST)).collect()
            });
            fits.iter_mut().zip(known).for_each(|(sum, fit)| *sum += fit / self.spellings.len() as f32);
        }
        fits
    }

    /// How much better the letters of these words, or of others that tell the same, fit than those of anything else.
    fn apart(&self, told: &Told, words: &str) -> Option<f32> {
        let (mut same, mut other) = (self.fit(words)?, WORST);
        for ((_, means), fit) in self.known.iter().zip(self.fits()) {
            let best = if means == told { &mut same } else { &mut other };
            *best = best.max(fit);
        }
        Some(same - other)
    }

    /// The likeliest phrase. In `talk` fewer things are.
    fn chosen(&self, expected: &Expected, talk: bool) -> Option<Chosen<'_>> {
        let setting = Setting { question: expected.vocabulary.question, talk };
        let tells = &expected.tells;
        let fit = |words: &str| self.fit(words);
        let apart = |told: &Told, words: &str| self.apart(told, words);
        choose(&self.guesses, |words| tells(words), |told| prior(told, setting), fit, apart)
    }

    /// Whether another look at an utterance of `length` samples would hardly change anything.
    pub fn are_clear(&self, expected: &Expected, talk: bool, length: usize) -> bool {
        match self.chosen(expected, talk) {
            Some(chosen) => chosen.lead >= UNCLEAR && !is_hardly_there(&chosen),
            // Where nothing is listened for, no look lists anything.
            None => talk || length > SHORT || self.guesses.iter().all(Vec::is_empty),
        }
    }

    /// The likeliest phrase of an utterance of `length` samples, and whether it is sure.
    pub fn heard(&self, expected: &Expected, talk: bool, length: usize) -> Option<Heard> {
        let chosen = self.chosen(expected, talk)?;
        let told = || (expected.tells)(chosen.words);
        let awaited = || matches!(told(), Some(Told::Meant(Meant::Answer(_) | Meant::Number(_))));
        if is_hardly_there(&chosen) && (talk || !awaited()) {
            return None;
        }
        let words = chosen.words.to_owned();
        // Among talk it has to be clear, and what may not be missed is asked about.
        let unclear = chosen.fit.is_some_and(|fit| fit < CLEAR);
        let doubtful = talk && (unclear || !chosen.first && expected.vocabulary.urgent.contains(&words));
        let long = length > LONG + LETTER * words.len();
        Some(Heard { words, sure: chosen.sure && !doubtful && !long, confidence: chosen.confidence })
    }
}

fn is_hardly_there(chosen: &Chosen<'_>) -> bool {
    chosen.fit.is_some_and(|fit| fit < HARDLY)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ear::letters::Letters;

    #[test]
    fn letters_that_were_read_twice_count_alike() {
        let letters = Letters::load().unwrap();
        let [silence, hum] = [0.0, 0.1].map(|level| {
            let sound: Vec<f32> = (0..RATE).map(|at| level * (at as f32 * 0.05).sin()).collect();
            letters.read(&sound).unwrap()
        });
        let [one, two] = [&silence, &hum].map(|spelling| spelling.fit("a"));
        let mut looks = Looks::default();
        assert_eq!(looks.fit("a"), None);
        looks.add(Vec::new(), Some(silence));
        looks.add(Vec::new(), None);
        looks.add(Vec::new(), Some(hum));
        assert!((one - two).abs() > 1.0 && one.min(two) > WORST, "{one} {two}");
        assert!((looks.fit("a").unwrap() - f32::midpoint(one, two)).abs() < 1e-3);
        assert!((looks.fit("weekend orange going").unwrap() - WORST).abs() < 1e-3);
    }

    #[test]
    fn letters_tell_a_meaning_from_the_nearest_other() {
        let spelling = Letters::load().unwrap().read(&vec![0.0; RATE as usize]).unwrap();
        let number = |number| Told::Meant(Meant::Number(number));
        let known =
            [("s", 1), ("no", 2), ("weekend orange", 3)].map(|(words, one)| (words.to_owned(), number(one)));
        let mut looks = Looks::new(&Arc::from(known));
        assert_eq!(looks.apart(&number(1), "s"), None);
        let [s, no, st] = ["s", "no", "st"].map(|words| spelling.fit(words));
        looks.add(Vec::new(), Some(spelling));
        assert!(s > st && st > no && no > WORST, "{s} {st} {no}");
        let apart = |one, words| looks.apart(&number(one), words).unwrap();
        assert!((apart(1, "s") - (s - no)).abs() < 1e-3);
        assert!((apart(2, "no") - (no - s)).abs() < 1e-3);
        assert!((apart(1, "st") - (s - no)).abs() < 1e-3, "the best that tells the same");
        assert!((apart(2, "st") - (st - s)).abs() < 1e-3, "these words too");
    }
}
