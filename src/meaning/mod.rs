//! What words mean: answers, numbers and commands, and what hesitation, negation and correction do to them.
//! Owns that nothing is ever taken for its opposite: what is not clear is [`Meaning::Unsure`]. Must not know what
//! follows from an answer.

mod lexicon;
mod vocabulary;

use crate::plan::{PhraseBook, PlannedCheckIn};
use crate::script::fold;

use lexicon::{Item, Lexicon, Piece};

pub use vocabulary::{Setting, Vocabulary, likelier, prior, vocabulary, words};

/// One thing that can be meant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Meant {
    /// Index of an answer.
    Answer(usize),
    Number(i64),
    /// Name of a command.
    Command(String),
}

/// It, and the words that said so.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Said {
    pub meant: Meant,
    pub words: String,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Meaning {
    /// Silence, or hesitation alone.
    Nothing,
    Sure(Said),
    /// A number that lies between two was said; this is the higher.
    Rounded(Said),
    /// One of two numbers.
    Between(i64, i64),
    /// Not clear; what it may have been, in the order of the words.
    Unsure(Vec<Said>),
}

/// What `words` mean while `check_in` is open, or none.
#[must_use]
pub fn meaning(words: &str, phrases: &PhraseBook, check_in: Option<&PlannedCheckIn>) -> Meaning {
    let folded = fold(words);
    let lexicon = Lexicon::of(phrases, check_in);
    let tokens: Vec<&str> = folded.split_whitespace().collect();
    let (before, after) = corrected(&tokens, &phrases.hearing().correction);
    let (before, after) = (before.map(|before| lexicon.read(before)), lexicon.read(after));
    let other = |pieces: &Vec<Piece>| pieces.iter().any(|piece| piece.item == Item::Other);
    match (judge(&after), before) {
        // Something was taken back, and nothing put in its place.
        (Meaning::Nothing, Some(before)) => Meaning::Unsure(all(&before)),
        // Talk about another matter: "I cannot find … no".
        (_, Some(before)) if other(&before) => Meaning::Unsure(all(&after)),
        (meaning, _) => meaning,
    }
}

/// What `words` tell, to compare two ways to understand the same sound.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Told {
    Meant(Meant),
    Between(i64, i64),
    /// Yes or no to "did you say …?".
    Confirms(bool),
    /// More than one thing, or one that is negated: it is asked again, and is still not the same as each of them.
    Unclear(Vec<Meant>),
}

/// What `words` tell; nothing where a word in them belongs to no phrase, and where there is none but hesitation.
#[must_use]
pub fn told(words: &str, phrases: &PhraseBook, check_in: Option<&PlannedCheckIn>) -> Option<Told> {
    match meaning(words, phrases, check_in) {
        Meaning::Nothing => None,
        Meaning::Sure(said) | Meaning::Rounded(said) => Some(Told::Meant(said.meant)),
        Meaning::Between(first, second) => Some(Told::Between(first, second)),
        Meaning::Unsure(all) => {
            let folded = fold(words);
            let pieces = Lexicon::of(phrases, check_in).read_owned(&folded);
            let known = !pieces.iter().any(|piece| piece.item == Item::Other);
            let tells = |piece: &Piece| matches!(piece.item, Item::Meant(_));
            let all = all.into_iter().map(|said| said.meant).collect();
            (known && pieces.iter().any(tells)).then_some(Told::Unclear(all))
        }
    }
}

/// Whether `words` say yes or no to "did you say …?"; nothing when they are unclear.
#[must_use]
pub fn confirms(words: &str, phrases: &PhraseBook) -> Option<bool> {
    let pieces = Lexicon::of_yes_and_no(phrases).read_owned(&fold(words));
    match judge(&pieces) {
        Meaning::Sure(Said { meant: Meant::Answer(which), .. }) => Some(which == 0),
        _ => None,
    }
}

/// What stands before the last correction, and what stands after it, which counts.
fn corrected<'a>(tokens: &'a [&'a str], corrections: &[String]) -> (Option<&'a [&'a str]>, &'a [&'a str]) {
    let corrections: Vec<Vec<&str>> =
        corrections.iter().map(|correction| correction.split_whitespace().collect()).collect();
    let ends = |at: usize| {
        let (before, _) = tokens.split_at(at);
        corrections.iter().find(|correction| before.ends_with(correction)).map(Vec::len)
    };
    let last = (1..=tokens.len()).rev().find_map(|at| Some((at, ends(at)?)));
    match last {
        Some((at, length)) => (tokens.get(..at - length), tokens.get(at..).unwrap_or_default()),
        None => (None, tokens),
    }
}

fn judge(pieces: &[Piece]) -> Meaning {
    let pieces: Vec<&Piece> = pieces.iter().filter(|piece| piece.item != Item::Filler).collect();
    let numbers = |first: &Piece, second: &Piece| match (&first.item, &second.item) {
        (Item::Meant(Meant::Number(first)), Item::Meant(Meant::Number(second))) => Some((*first, *second)),
        _ => None,
    };
    match pieces.as_slice() {
        [] => return Meaning::Nothing,
        [whole, Piece { item: Item::Point, .. }, digit] => {
            if let Some((whole, digit)) = numbers(whole, digit) {
                return rounded(whole, digit, &pieces);
            }
        }
        [whole, Piece { item: Item::Half, .. }] => {
            if let Item::Meant(Meant::Number(whole)) = whole.item {
                return rounded(whole, 5, &pieces);
            }
        }
        [first, Piece { item: Item::Or, .. }, second] | [first, second] => {
            if let Some((first, second)) = numbers(first, second).filter(|(first, second)| first != second) {
                return Meaning::Between(first, second);
            }
        }
        _ => {}
    }
    one_of(&pieces)
}

/// A half and more is the next number: with pain the higher one is the careful one.
fn rounded(whole: i64, digit: i64, pieces: &[&Piece]) -> Meaning {
    let words = pieces.iter().map(|piece| piece.words.as_str()).collect::<Vec<_>>().join(" ");
    Meaning::Rounded(Said { meant: Meant::Number(whole + i64::from(digit >= 5)), words })
}

fn one_of(pieces: &[&Piece]) -> Meaning {
    let clear = pieces.iter().all(|piece| matches!(piece.item, Item::Meant(_)));
    let pieces: Vec<Piece> = pieces.iter().map(|piece| (*piece).clone()).collect();
    let mut all = all(&pieces);
    if clear && all.len() == 1 {
        return all.pop().map_or(Meaning::Nothing, Meaning::Sure);
    }
    Meaning::Unsure(all)
}

/// Each thing that may be meant once; what is negated is not meant.
fn all(pieces: &[Piece]) -> Vec<Said> {
    let mut all: Vec<Said> = Vec::new();
    let mut negated = false;
    for piece in pieces {
        match &piece.item {
            Item::Meant(meant) if !negated && all.iter().all(|said| said.meant != *meant) => {
                all.push(Said { meant: meant.clone(), words: piece.words.clone() });
            }
            _ => {}
        }
        // "Not really worse": the negation holds until something has been negated.
        negated = piece.item == Item::Not || negated && !matches!(piece.item, Item::Meant(_));
    }
    all
}
