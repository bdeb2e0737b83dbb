//! The words that are understood now, and reading a sentence as a row of them. Owns which meaning comes first where
//! the same words have two.

use std::collections::BTreeMap;

use super::Meant;
use super::vocabulary::LONGEST_SCALE;
use crate::plan::{PhraseBook, PlannedCheckIn};
use crate::script::NumberRange;

/// What a few words are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Item {
    Meant(Meant),
    Filler,
    Not,
    Or,
    Point,
    Half,
    /// None of these.
    Other,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Piece {
    pub item: Item,
    pub words: String,
}

#[derive(Debug, Default)]
pub(super) struct Lexicon {
    items: BTreeMap<String, Item>,
    scale: Option<NumberRange>,
}

impl Lexicon {
    pub fn of(phrases: &PhraseBook, check_in: Option<&PlannedCheckIn>) -> Self {
        let mut lexicon = Self { scale: check_in.and_then(|check_in| check_in.scale), ..Self::default() };
        let hearing = phrases.hearing();
        for (i, answer) in check_in.iter().flat_map(|check_in| check_in.answers.iter().enumerate()) {
            lexicon.add(&answer.heard, &Item::Meant(Meant::Answer(i)));
        }
        lexicon.add_numbers(phrases);
        for (words, name) in phrases.commands() {
            lexicon.add(&[words.to_owned()], &Item::Meant(Meant::Command(name.to_owned())));
        }
        if lexicon.scale.is_some() {
            lexicon.add(&hearing.point, &Item::Point);
            lexicon.add(&hearing.half, &Item::Half);
            lexicon.add(&hearing.or, &Item::Or);
        }
        lexicon.add(&hearing.not, &Item::Not);
        lexicon.add(&hearing.filler, &Item::Filler);
        lexicon
    }

    /// Yes is the answer 0, no the answer 1.
    pub fn of_yes_and_no(phrases: &PhraseBook) -> Self {
        let (mut lexicon, hearing) = (Self::default(), phrases.hearing());
        lexicon.add(&hearing.yes, &Item::Meant(Meant::Answer(0)));
        lexicon.add(&hearing.no, &Item::Meant(Meant::Answer(1)));
        lexicon.add(&hearing.filler, &Item::Filler);
        lexicon
    }

    /// What is there already stays.
    fn add(&mut self, all: &[String], item: &Item) {
        for words in all {
            self.items.entry(words.clone()).or_insert_with(|| item.clone());
        }
    }

    fn add_numbers(&mut self, phrases: &PhraseBook) {
        let Some(NumberRange([low, high])) = self.scale else { return };
        for (word, number) in numbers(phrases, low, high.min(low.saturating_add(LONGEST_SCALE))) {
            self.add(&[word], &Item::Meant(Meant::Number(number)));
        }
        for (heard, word) in &phrases.hearing().alike {
            if let Some(item) = self.items.get(word).cloned() {
                self.add(std::slice::from_ref(heard), &item);
            }
        }
    }

    pub fn read_owned(&self, folded: &str) -> Vec<Piece> {
        self.read(&folded.split_whitespace().collect::<Vec<_>>())
    }

    /// The longest words that are known win, from the left.
    pub fn read(&self, tokens: &[&str]) -> Vec<Piece> {
        let longest = self.items.keys().map(|words| words.split(' ').count()).max().unwrap_or(1);
        let mut pieces = Vec::new();
        let mut rest = tokens;
        while !rest.is_empty() {
            let known = (1..=longest.min(rest.len())).rev().find_map(|length| {
                let words = rest.get(..length)?.join(" ");
                Some((length, self.item(&words)?, words))
            });
            let first = rest.first().map(|word| (*word).to_owned()).unwrap_or_default();
            let (length, item, words) = known.unwrap_or((1, Item::Other, first));
            pieces.push(Piece { item, words });
            rest = rest.get(length..).unwrap_or_default();
        }
        pieces
    }

    fn item(&self, words: &str) -> Option<Item> {
        let digits = || {
            let number: i64 = words.parse().ok()?;
            self.scale.filter(|scale| scale.contains(number))?;
            Some(Item::Meant(Meant::Number(number)))
        };
        self.items.get(words).cloned().or_else(digits)
    }
}

/// The words for the numbers from `low` to `high`.
pub(super) fn numbers(phrases: &PhraseBook, low: i64, high: i64) -> impl Iterator<Item = (String, i64)> {
    let of = |number: i64| u64::try_from(number).map(|number| crate::script::fold(&phrases.number(number)));
    (low..=high).filter_map(move |number| Some((of(number).ok()?, number)))
}
