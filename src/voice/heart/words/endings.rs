//! Words made of a known one and an ending: -s, -ed, -ing. Owns how the ending sounds after the stem.

use super::accent::Accent;
use super::lexicon::{Lexicon, Query};
use super::stress::Weight;

/// After these American speech turns a `t` between vowels into a tap.
const BEFORE_TAP: &str = "AIOWYiuæɑəɛɪɹʊʌ";

impl Lexicon<'_> {
    /// `None` when the word is not a known one with an ending.
    pub fn derived(&self, query: Query) -> Option<String> {
        let gerund = match query.weight {
            Weight::AsWritten => Query { weight: Weight::SomeStress, ..query },
            _ => query,
        };
        self.with_s(query).or_else(|| self.with_ed(query)).or_else(|| self.with_ing(gerund))
    }

    fn stem(&self, query: Query, stems: impl IntoIterator<Item = Option<String>>) -> Option<String> {
        let stem = stems.into_iter().flatten().find(|stem| self.is_known(stem))?;
        self.look_up(query.with(&stem)).filter(|phonemes| !phonemes.is_empty())
    }

    fn with_s(&self, query: Query) -> Option<String> {
        let word = query.word;
        let long = word.chars().count() > 4;
        let cut = |ending: &str| word.strip_suffix(ending).map(str::to_owned);
        let stems = [
            cut("s").filter(|stem| !stem.ends_with('s') && stem.chars().count() > 1),
            cut("'s").or_else(|| cut("es").filter(|stem| long && !stem.ends_with('i'))),
            cut("ies").filter(|_| long).map(|stem| stem + "y"),
        ];
        let stem = self.stem(query, stems)?;
        Some(match stem.chars().last()? {
            'p' | 't' | 'k' | 'f' | 'θ' => stem + "s",
            's' | 'z' | 'ʃ' | 'ʒ' | 'ʧ' | 'ʤ' => stem + self.weak_vowel() + "z",
            _ => stem + "z",
        })
    }

    fn with_ed(&self, query: Query) -> Option<String> {
        let cut = |ending: &str| query.word.strip_suffix(ending).map(str::to_owned);
        let stems = [
            cut("d").filter(|stem| !stem.ends_with('d') && stem.chars().count() > 2),
            cut("ed").filter(|stem| !stem.ends_with('e') && stem.chars().count() > 2),
        ];
        let stem = self.stem(query, stems)?;
        Some(match stem.chars().last()? {
            'p' | 'k' | 'f' | 'θ' | 'ʃ' | 's' | 'ʧ' => stem + "t",
            't' => self.tapped(&stem).unwrap_or(stem) + self.weak_vowel() + "d",
            'd' => stem + self.weak_vowel() + "d",
            _ => stem + "d",
        })
    }

    fn with_ing(&self, query: Query) -> Option<String> {
        let stem = query.word.strip_suffix("ing").filter(|stem| stem.chars().count() > 1)?;
        let long = stem.chars().count() > 2;
        let doubled = stem.strip_suffix("k").filter(|stem| stem.ends_with('c')).or_else(|| halved(stem));
        let stems = [
            long.then(|| stem.to_owned()),
            Some(format!("{stem}e")),
            doubled.filter(|_| long).map(str::to_owned),
        ];
        let stem = self.stem(query, stems)?;
        // British `r` comes back before a vowel: such stems need an entry of their own.
        if self.accent == Accent::British && stem.ends_with(['ə', 'ː']) {
            return None;
        }
        Some(self.tapped(&stem).unwrap_or(stem) + "ɪŋ")
    }

    fn weak_vowel(&self) -> &'static str {
        if self.accent == Accent::British { "ɪ" } else { "ᵻ" }
    }

    /// The stem with an American tap for its last `t`, where the sound before it asks for one.
    fn tapped(&self, stem: &str) -> Option<String> {
        let before = stem.strip_suffix('t').filter(|_| self.accent == Accent::American)?;
        before.ends_with(|c| BEFORE_TAP.contains(c)).then(|| format!("{before}ɾ"))
    }
}

/// `running` has one `n` more than `run`.
fn halved(stem: &str) -> Option<&str> {
    let mut ends = stem.chars().rev();
    let last = ends.next().filter(|last| "bcdgklmnprstvxz".contains(*last))?;
    (ends.next() == Some(last)).then(|| stem.strip_suffix(last))?
}
