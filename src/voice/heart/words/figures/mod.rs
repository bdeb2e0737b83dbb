//! Figures, signs and abbreviations into words, before anything else looks at a text. Owns what they are called and
//! where they depend on their neighbours; the words for single numbers are in [`numbers`].

mod amounts;
pub mod numbers;

use super::store::{Kind, Store};

/// What stands before and after a word in one chunk.
const OPENING: &str = "([{\"'“‘";
const CLOSING: &str = ".,;:!?)]}\"'”’…";

/// `text` without figures, and with words for signs and abbreviations.
pub fn spell(store: &Store, text: &str) -> String {
    let text = text.replace(['’', '‘'], "'").replace('‒', "-").replace('―', "—");
    let chunks: Vec<Chunk> = text.split_whitespace().map(Chunk::new).collect();
    let mut spelled = Spelled { store, words: Vec::new() };
    let mut at = 0;
    while at < chunks.len() {
        at += spelled.add(chunks.get(at..).unwrap_or_default());
    }
    tidy(&signs(store, &spelled.words.join(" ")))
}

/// One word between two spaces, and the marks around it.
#[derive(Clone, Copy, Debug)]
struct Chunk<'a> {
    before: &'a str,
    core: &'a str,
    after: &'a str,
}

impl<'a> Chunk<'a> {
    fn new(text: &'a str) -> Self {
        let inner = text.trim_start_matches(|c| OPENING.contains(c));
        let core = inner.trim_end_matches(|c| CLOSING.contains(c));
        let before = text.strip_suffix(inner).unwrap_or_default();
        Self { before, core, after: inner.strip_prefix(core).unwrap_or_default() }
    }

    fn begins(&self, test: fn(char) -> bool) -> bool {
        self.before.is_empty() && self.core.starts_with(test)
    }

    /// The marks after it, without the full stop of an abbreviation.
    fn rest(&self) -> &'a str {
        self.after.strip_prefix('.').unwrap_or(self.after)
    }
}

struct Spelled<'a> {
    store: &'a Store,
    words: Vec<String>,
}

impl Spelled<'_> {
    /// Spells the first of `chunks`, and says how many were used.
    fn add(&mut self, chunks: &[Chunk]) -> usize {
        let [first, others @ ..] = chunks else { return 1 };
        let next = others.first();
        let digits = first.core.contains(|c: char| c.is_ascii_digit());
        if let Some(word) = self.shortened(*first, next) {
            let stop = if next.is_none() && first.after.starts_with('.') { "." } else { "" };
            self.words.push(format!("{}{word}{stop}{}", first.before, first.rest()));
        } else if digits {
            return self.figure(*first, next);
        } else if let Some(number) = self.roman(*first) {
            self.words.push(format!("{}{number}{}", first.before, first.after));
        } else {
            self.words.push(format!("{}{}{}", first.before, first.core, first.after));
        }
        1
    }

    fn figure(&mut self, chunk: Chunk, next: Option<&Chunk>) -> usize {
        let joins = |next: &&Chunk| chunk.after.is_empty() && next.before.is_empty();
        let context = amounts::Near {
            last: self.words.last().map(String::as_str),
            next: next.filter(joins).map(|next| next.core),
        };
        let amount = amounts::words(self.store, chunk.core, &context);
        if amount.drops_the && self.words.last().is_some_and(|word| word.eq_ignore_ascii_case("the")) {
            self.words.pop();
        }
        let after = next.filter(|_| amount.uses_next).map_or(chunk.after, |next| next.after);
        self.words.push(format!("{}{}{after}", chunk.before, amount.words));
        1 + usize::from(amount.uses_next)
    }

    /// A title before a name, or an abbreviation.
    fn shortened(&self, chunk: Chunk, next: Option<&Chunk>) -> Option<String> {
        let name = next.is_some_and(|next| next.begins(char::is_uppercase));
        let title = self.store.text(Kind::Title, chunk.core).filter(|_| name && chunk.rest().is_empty());
        if let Some(title) = title {
            return Some(title.to_owned());
        }
        let dotted = format!("{}.", chunk.core);
        let figure = next.is_some_and(|next| next.begins(|c| c.is_ascii_digit()));
        if ["No", "Nos"].contains(&chunk.core) && figure && chunk.after == "." {
            return self.store.text(Kind::Abbreviation, &dotted.to_lowercase()).map(str::to_owned);
        }
        // "Yes or no." and "a fig." end sentences: small letters need a sentence that goes on.
        let goes_on = figure || next.is_some_and(|next| next.begins(char::is_lowercase));
        let word = match chunk.after.starts_with('.') {
            true if goes_on || !chunk.core.starts_with(char::is_lowercase) => dotted.as_str(),
            true => return None,
            false => chunk.core,
        };
        self.store.text(Kind::Abbreviation, word).map(str::to_owned)
    }

    /// `Stage IV` and `Henry VIII`.
    fn roman(&self, chunk: Chunk) -> Option<String> {
        let last = self.words.last()?;
        let value = numbers::roman(chunk.core)?;
        if self.store.has(Kind::RomanCardinal, last) {
            Some(numbers::cardinal(&value.to_string()))
        } else {
            self.store.has(Kind::RomanOrdinal, last).then(|| format!("the {}", numbers::ordinal(value)))
        }
    }
}

/// Signs that the pack has a name for.
fn signs(store: &Store, text: &str) -> String {
    let named = |sign: char| store.text(Kind::Symbol, sign.encode_utf8(&mut [0; 4]));
    text.chars().fold(String::new(), |mut spelled, c| {
        match named(c).filter(|_| !c.is_alphanumeric() || !c.is_alphabetic()) {
            Some(name) => spelled.extend([" ", name, " "]),
            None => spelled.push(c),
        }
        spelled
    })
}

/// Single spaces, and none before a pause.
fn tidy(text: &str) -> String {
    let single = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let mut tidy = String::with_capacity(single.len());
    for c in single.chars() {
        if ",.;:!?".contains(c) && tidy.ends_with(' ') {
            tidy.pop();
        }
        tidy.push(c);
    }
    tidy
}

#[cfg(test)]
mod tests {
    use super::super::store::Builder;
    use super::*;

    fn said(text: &str) -> String {
        let mut builder = Builder::default();
        let entries = [
            (Kind::Abbreviation, "no.", "number"),
            (Kind::Abbreviation, "approx.", "approximately"),
            (Kind::Abbreviation, "St.", "Street"),
            (Kind::Title, "St", "Saint"),
            (Kind::Unit, "km", "kilometer\nkilometers"),
            (Kind::Unit, "sec", "second\nseconds"),
            (Kind::Symbol, "°", "degrees"),
            (Kind::Symbol, "×", "times"),
            (Kind::Symbol, "½", "one half"),
            (Kind::Currency, "$", "dollar\ndollars"),
            (Kind::Month, "mar", "March"),
            (Kind::RomanCardinal, "stage", ""),
        ];
        for (kind, key, word) in entries {
            builder.add(kind, key, word.as_bytes());
        }
        spell(&Store::parse(&builder.finish(0).unwrap()).unwrap(), text)
    }

    #[test]
    fn what_other_readers_drop_is_said() {
        assert_eq!(said("Hold for 20-30 seconds."), "Hold for twenty to thirty seconds.");
        assert_eq!(said("2x a day, 8–12 times"), "two x a day, eight to twelve times");
        assert_eq!(said("At 90°."), "At ninety degrees.");
        assert_eq!(said("A 45-second hold"), "A forty five second hold");
        assert_eq!(said("Pain 4/10."), "Pain four out of ten.");
        assert_eq!(said("½ × 3 = L4-L5"), "one half times three = L four L five");
    }

    #[test]
    fn amounts_have_units() {
        assert_eq!(said("(2.5 km)"), "(two · five kilometers)");
        assert_eq!(said("1km, 30sec."), "one kilometer, thirty seconds.");
        assert_eq!(said("50% at -5"), "fifty percent at minus five");
        assert_eq!(said("$9.50, $2 million"), "nine dollars and fifty cents, two million dollars");
        assert_eq!(said("1,250 in 1984"), "one thousand two hundred fifty in nineteen eighty four");
        assert_eq!(said("the 3rd, the 1980s"), "the third, the nineteen eighties");
    }

    #[test]
    fn times_and_days() {
        assert_eq!(
            said("at 7:30, 8:00 and 9:05 pm."),
            "at seven thirty, eight o'clock and nine oh five P.M."
        );
        assert_eq!(said("March 3, the 3 March"), "March third, the third of March");
        assert_eq!(said("1/2 of it, stage IV"), "one half of it, stage four");
    }

    #[test]
    fn abbreviations_do_not_eat_the_ends_of_sentences() {
        assert_eq!(said("Yes or no. Any pain?"), "Yes or no. Any pain?");
        assert_eq!(said("Answer no."), "Answer no.");
        assert_eq!(said("no. 5, approx. half"), "number five, approximately half");
        assert_eq!(said("St. Paul, High St."), "Saint Paul, High Street.");
    }

    #[test]
    fn nothing_comes_of_nothing() {
        assert_eq!(said("  "), "");
        assert_eq!(said("... - 99999999999999999999"), ["...", "-"].join(" ") + &" nine".repeat(20));
    }
}
