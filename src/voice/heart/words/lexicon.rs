//! One word, its part of speech and what follows it, to phonemes. Owns the small words whose sound depends on their
//! neighbours, names that are spelled, and capitals; endings are in [`super::endings`]. Must not see text.

use super::accent::Accent;
use super::corrections::Corrections;
use super::figures::numbers::POINT;
use super::store::{Kind, Store};
use super::stress::{PRIMARY, SECONDARY, Weight, spelled, weigh};

/// What the listener hears next.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Next {
    /// Whether it begins with a vowel; nothing at a pause.
    pub vowel: Option<bool>,
    /// It is the word "to".
    pub to: bool,
}

/// A word to be looked up.
#[derive(Clone, Copy, Debug)]
pub struct Query<'a> {
    pub word: &'a str,
    /// Penn Treebank.
    pub tag: &'a str,
    pub weight: Weight,
    pub next: Next,
}

impl<'a> Query<'a> {
    pub fn with(self, word: &'a str) -> Self {
        Self { word, ..self }
    }
}

/// Read as words wherever they stand.
const SYMBOLS: [(&str, &str); 4] = [("%", "percent"), ("&", "and"), ("+", "plus"), ("@", "at")];

/// Readings out of the lexicon.
#[derive(Clone, Copy, Debug)]
pub struct Lexicon<'a> {
    pub store: &'a Store,
    pub corrections: &'a Corrections,
    pub accent: Accent,
}

impl Lexicon<'_> {
    /// `None` for a word that neither stands there nor comes of one that does.
    pub fn read(&self, word: &str, tag: &str, next: Next) -> Option<String> {
        let word = &*word.replace(['‘', '’'], "'");
        let weight = match word {
            _ if word == word.to_lowercase() => Weight::AsWritten,
            _ if word == word.to_uppercase() => Weight::Loud,
            _ => Weight::SomeStress,
        };
        let query = Query { word, tag, weight, next };
        let corrected = self.corrections.get(word).map(str::to_owned);
        corrected.or_else(|| self.small_word(query)).or_else(|| {
            let folded = word.to_lowercase();
            let word = if self.is_shouted(query, &folded) { &folded } else { word };
            self.entry(query.with(word))
        })
    }

    fn entry(&self, query: Query) -> Option<String> {
        let word = query.word;
        let possessive = word.strip_suffix("s'").map(|stem| format!("{stem}'s"));
        let bare = word.strip_suffix('\'').map(str::to_owned);
        [Some(word.to_owned()), possessive, bare]
            .into_iter()
            .flatten()
            .find(|form| self.is_known(form))
            .map_or_else(|| self.derived(query), |form| self.look_up(query.with(&form)))
    }

    /// A capitalised word without an entry of its own that has one in small letters. Short names keep their capitals.
    fn is_shouted(&self, query: Query, folded: &str) -> bool {
        let word = query.word;
        let letters = word.chars().all(|c| c.is_alphabetic() || c == '\'');
        let rest: String = word.chars().skip(1).collect();
        let even = word == word.to_uppercase() || rest == rest.to_lowercase();
        letters
            && even
            && word.chars().count() > 1
            && word != folded
            && (query.tag != "NNP" || word.chars().count() > 7)
            && !self.has(word)
            && (self.has(folded) || self.derived(query.with(folded)).is_some())
    }

    /// The words that change with their neighbours.
    fn small_word(&self, query: Query) -> Option<String> {
        let Query { word, tag, next, .. } = query;
        let noun = tag.starts_with("NN");
        let said = |phonemes: &str| Some(phonemes.to_owned());
        match word {
            "." if tag == "ADD" => self.look_up(Query { word: "dot", weight: Weight::Lighter, ..query }),
            "/" if tag == "ADD" => self.look_up(Query { word: "slash", weight: Weight::Lighter, ..query }),
            "a" | "A" => said(if tag == "DT" { "ɐ" } else { "ˈA" }),
            "am" | "Am" | "AM" | "AN" if noun => self.spell(word),
            "am" if next.vowel.is_some() => said("ɐm"),
            "am" | "Am" | "AM" => self.gold("am", "DEFAULT"),
            "an" | "An" | "AN" => said("ɐn"),
            "I" if tag == "PRP" => said("ˌI"),
            "by" | "By" | "BY" if parent(tag) == "ADV" => said("bˈI"),
            "TO" if !["TO", "IN"].contains(&tag) => None,
            "to" | "To" | "TO" => match next.vowel {
                None => self.gold("to", "DEFAULT"),
                Some(vowel) => said(if vowel { "tʊ" } else { "tə" }),
            },
            "IN" if tag == "NNP" => None,
            "in" | "In" | "IN" => said(if next.vowel.is_none() || tag != "IN" { "ˈɪn" } else { "ɪn" }),
            "THE" if tag != "DT" => None,
            "the" | "The" | "THE" => said(if next.vowel == Some(true) { "ði" } else { "ðə" }),
            "used" | "Used" | "USED" => {
                self.gold("used", if next.to && ["VBD", "JJ"].contains(&tag) { "VBD" } else { "DEFAULT" })
            }
            _ => self.mark(query),
        }
    }

    /// Symbols, and letters with full stops between.
    fn mark(&self, query: Query) -> Option<String> {
        let word = query.word;
        if word == POINT {
            let named = self.look_up(Query { word: "point", weight: Weight::AsWritten, ..query })?;
            return Some(named.replace([PRIMARY, SECONDARY], ""));
        }
        if let Some((_, name)) = SYMBOLS.iter().find(|(symbol, _)| *symbol == word) {
            return self.look_up(Query { word: name, weight: Weight::AsWritten, ..query });
        }
        let dotted = word.trim_matches('.').contains('.')
            && word.chars().all(|c| c == '.' || c.is_alphabetic())
            && word.split('.').all(|part| part.chars().count() < 3);
        if dotted { self.spell(word) } else { None }
    }

    /// Whether [`Self::look_up`] has an answer.
    pub fn is_known(&self, word: &str) -> bool {
        if self.has(word) || SYMBOLS.iter().any(|(symbol, _)| *symbol == word) {
            return true;
        }
        if word.is_empty() || !word.bytes().all(|b| b.is_ascii_alphabetic()) {
            return false;
        }
        let capitals = |word: &str| !word.bytes().any(|b| b.is_ascii_lowercase());
        word.len() == 1
            || (capitals(word) && self.find(Kind::Gold, &word.to_lowercase()).is_some())
            || word.get(1..).is_some_and(capitals)
    }

    fn has(&self, word: &str) -> bool {
        self.find(Kind::Gold, word).is_some() || self.find(Kind::Silver, word).is_some()
    }

    /// The entry of a word that [`Self::is_known`]; spelled where it has none for this part of speech.
    pub fn look_up(&self, query: Query) -> Option<String> {
        let capitals = query.word == query.word.to_uppercase() && self.find(Kind::Gold, query.word).is_none();
        let name = capitals && query.tag == "NNP";
        let folded = if capitals { query.word.to_lowercase() } else { query.word.to_owned() };
        let found = match self.find(Kind::Gold, &folded) {
            None if !name => self.find(Kind::Silver, &folded),
            gold => gold,
        };
        let phonemes = found
            .and_then(|entry| choose(entry, query))
            .filter(|phonemes| !name || phonemes.contains(PRIMARY))
            .map(|phonemes| weigh(phonemes, query.weight));
        phonemes.or_else(|| self.spell(&folded))
    }

    /// An entry also answers for its capitalised form, and the other way round.
    fn find(&self, kind: Kind, word: &str) -> Option<&str> {
        self.corrections.get(word).or_else(|| self.store.text(kind, word)).or_else(|| {
            let first = word.chars().next().filter(|first| first.len_utf8() < word.len())?;
            let rest = word.get(first.len_utf8()..)?;
            if rest != rest.to_lowercase() {
                return None;
            }
            let other: String = if first.is_lowercase() {
                first.to_uppercase().chain(rest.chars()).collect()
            } else {
                first.to_lowercase().chain(rest.chars()).collect()
            };
            (other != word).then(|| self.store.text(kind, &other))?
        })
    }

    fn gold(&self, word: &str, tag: &str) -> Option<String> {
        let (weight, next) = (Weight::AsWritten, Next { vowel: Some(false), to: false });
        Some(choose(self.find(Kind::Gold, word)?, Query { word, tag, weight, next })?.to_owned())
    }

    /// Letter by letter.
    pub fn spell(&self, word: &str) -> Option<String> {
        let letters = word.chars().filter(|c| c.is_alphabetic());
        let names: Option<String> =
            letters.map(|c| self.gold(&c.to_uppercase().to_string(), "DEFAULT")).collect();
        names.filter(|names| !names.is_empty()).map(|names| spelled(&names))
    }
}

/// The reading for this part of speech, the form before a pause first.
fn choose<'a>(entry: &'a str, query: Query) -> Option<&'a str> {
    if !entry.contains('=') {
        return Some(entry);
    }
    let reading =
        |tag: &str| entry.lines().find_map(|line| line.split_once('=').filter(|(name, _)| *name == tag));
    let pause = query.next.vowel.is_none().then(|| reading("None")).flatten();
    let chosen = pause
        .or_else(|| reading(query.tag))
        .or_else(|| reading(parent(query.tag)))
        .or_else(|| reading("DEFAULT"));
    chosen.map(|(_, phonemes)| phonemes).filter(|phonemes| !phonemes.is_empty())
}

/// The lexicon's own, coarser parts of speech.
fn parent(tag: &str) -> &str {
    let families = [("VB", "VERB"), ("NN", "NOUN"), ("RB", "ADV"), ("JJ", "ADJ")];
    families.iter().find(|(begin, _)| tag.starts_with(begin)).map_or(tag, |(_, family)| family)
}
