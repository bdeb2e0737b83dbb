//! A line into sentences, and long phonemes into what the net takes at once. Owns where a voice may break off.

use super::store::{Kind, Store};

/// The net was trained on no longer ones.
const LONGEST: usize = 400;

/// The sentences of `text`; a full stop after a title, an initial or an abbreviation ends none.
pub fn sentences<'a>(store: &Store, text: &'a str) -> Vec<&'a str> {
    let (mut sentences, mut start) = (Vec::new(), 0);
    for (at, c) in text.char_indices() {
        let after = text.get(at + c.len_utf8()..).unwrap_or_default();
        let ends = c == '\n'
            || "\"”’)]'.!?…".contains(c) && ends(store, text.get(start..=at).unwrap_or_default(), after);
        if ends {
            sentences.extend(text.get(start..at + c.len_utf8()));
            start = at + c.len_utf8();
        }
    }
    sentences.extend(text.get(start..));
    sentences.into_iter().map(str::trim).filter(|sentence| !sentence.is_empty()).collect()
}

fn ends(store: &Store, before: &str, after: &str) -> bool {
    let closed = before.trim_end_matches(['"', '”', '’', ')', ']', '\'']);
    let next = after.trim_start();
    if next.len() == after.len() || next.starts_with(char::is_lowercase) {
        return false;
    }
    let Some(stopped) = closed.strip_suffix('.') else { return closed.ends_with(['!', '?', '…']) };
    let word = stopped.rsplit(' ').next().unwrap_or_default().trim_start_matches(['(', '"', '“', '‘']);
    let initial = word.chars().count() == 1 && word.starts_with(char::is_uppercase);
    let figure = next.starts_with(|c: char| c.is_ascii_digit());
    let short = figure && store.has(Kind::Abbreviation, &format!("{word}."));
    !initial && !short && !store.has(Kind::Title, word)
}

/// `phonemes` in parts that the net takes, broken at pauses, and between words where there are none.
pub fn breaths(phonemes: &str) -> Vec<String> {
    let mut breaths: Vec<String> = Vec::new();
    for clause in clauses(phonemes) {
        match breaths.last_mut() {
            Some(last) if length(last) + length(clause) < LONGEST => {
                last.push(' ');
                last.push_str(clause);
            }
            _ => breaths.push(clause.to_owned()),
        }
    }
    breaths
}

fn length(phonemes: &str) -> usize {
    phonemes.chars().count()
}

fn clauses(phonemes: &str) -> Vec<&str> {
    if length(phonemes) <= LONGEST {
        return vec![phonemes];
    }
    let mut clauses = Vec::new();
    for clause in phonemes.split_inclusive([',', ';', ':', '—']) {
        if length(clause) <= LONGEST {
            clauses.push(clause.trim());
        } else {
            clauses.extend(clause.split_whitespace());
        }
    }
    clauses
}

#[cfg(test)]
mod tests {
    use super::super::store::Builder;
    use super::*;

    fn cut(text: &str) -> Vec<&str> {
        let mut builder = Builder::default();
        builder.add(Kind::Title, "Dr", b"Doctor");
        builder.add(Kind::Abbreviation, "approx.", b"approximately");
        sentences(&Store::parse(&builder.finish(0).unwrap()).unwrap(), text)
    }

    #[test]
    fn sentences_end_at_their_ends() {
        assert_eq!(cut("Yes. No! \"Stop?\" Go"), ["Yes.", "No!", "\"Stop?\"", "Go"]);
        assert_eq!(cut("Ask Dr. J. Smith. Now."), ["Ask Dr. J. Smith.", "Now."]);
        assert_eq!(cut("approx. 5 kg. 5 times"), ["approx. 5 kg.", "5 times"]);
        assert_eq!(cut("at 4.5 e.g. this\nthat"), ["at 4.5 e.g. this", "that"]);
        assert!(cut(" \n ").is_empty());
    }

    #[test]
    fn long_sentences_are_broken_at_pauses() {
        let long = "aaaa bbbb, ".repeat(60);
        let parts = breaths(long.trim());
        assert!(parts.len() == 2 && parts.iter().all(|part| length(part) <= LONGEST && part.ends_with(',')));
        assert_eq!(parts.join(" "), long.trim());
        assert_eq!(breaths("a, b"), ["a, b"]);
        let endless = "word ".repeat(200);
        assert!(breaths(&endless).iter().all(|part| length(part) <= LONGEST));
    }
}
