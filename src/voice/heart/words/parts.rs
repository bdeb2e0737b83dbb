//! What is read in one breath: a word with all that hangs on it, or a mark with its pause. Owns where a word comes
//! apart inside, and which marks are heard.

use super::figures::numbers::POINT;
use super::pieces::pieces;
use super::store::Store;
use super::tags::tags;

/// A word, or the part of one between hyphens, capitals and apostrophes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Part<'a> {
    pub text: String,
    /// Penn Treebank, of the whole piece.
    pub tag: &'a str,
}

/// The parts between two spaces or marks. A mark has a sound, and one part.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unit<'a> {
    pub parts: Vec<Part<'a>>,
    pub mark: Option<String>,
    /// A space follows.
    pub spaced: bool,
}

impl Unit<'_> {
    pub fn text(&self) -> String {
        self.parts.iter().map(|part| part.text.as_str()).collect()
    }
}

/// The units of `text` in order.
pub fn units<'a>(store: &'a Store, text: &str) -> Vec<Unit<'a>> {
    let pieces = pieces(store, text);
    let words: Vec<&str> = pieces.iter().map(|piece| piece.text.as_str()).collect();
    let mut units: Vec<Unit> = Vec::new();
    for (piece, tag) in pieces.iter().zip(tags(store, &words)) {
        let mark = mark(&piece.text, tag);
        let parts = match mark {
            Some(_) => vec![Part { text: piece.text.clone(), tag }],
            None => apart(&piece.text).into_iter().map(|text| Part { text, tag }).collect(),
        };
        match units.last_mut() {
            Some(unit) if mark.is_none() && unit.mark.is_none() && !unit.spaced => {
                unit.parts.extend(parts);
                unit.spaced = piece.spaced;
            }
            _ => units.push(Unit { parts, mark, spaced: piece.spaced }),
        }
    }
    units
}

/// How a mark sounds; `None` for words.
fn mark(text: &str, tag: &str) -> Option<String> {
    let dash = tag == ":" && ["-", "–"].contains(&text);
    match tag {
        _ if dash => Some("—".to_owned()),
        _ if text == POINT || text.chars().all(|c| c.is_ascii_alphabetic()) => None,
        "-LRB-" => Some("(".to_owned()),
        "-RRB-" => Some(")".to_owned()),
        "``" => Some("“".to_owned()),
        "''" => Some("”".to_owned()),
        "." | "," | ":" | "$" | "#" | "NFP" => {
            Some(text.chars().filter(|c| ";:,.!?—…\"“”".contains(*c)).collect())
        }
        _ => None,
    }
}

/// `McKenzie` has two parts, `TVs` too, `well-` has `well` and `-`.
fn apart(piece: &str) -> Vec<String> {
    let chars: Vec<char> = piece.chars().collect();
    let (mut parts, mut at) = (Vec::new(), 0);
    while let Some(rest) = chars.get(at..).filter(|rest| !rest.is_empty()) {
        let length = part(rest, at == 0);
        if length > 0 {
            parts.push(rest.iter().take(length).collect());
        }
        at += length.max(1);
    }
    parts
}

/// How long the part at the beginning of `rest` is; 0 for what is not heard.
fn part(rest: &[char], first: bool) -> usize {
    let run = |test: fn(char) -> bool| rest.iter().take_while(|c| test(**c)).count();
    let quotes = run(is_quote);
    let letters = run(char::is_alphabetic);
    match rest.first() {
        _ if quotes > 0 && (first || quotes > 1 || quotes == rest.len()) => quotes,
        _ if quotes > 0 => 0,
        Some('-' | '_') => run(|c| c == '-' || c == '_'),
        Some(_) if letters == 0 => 1,
        _ => capital(rest).or_else(|| hump(rest, letters)).unwrap_or_else(|| elided(rest, letters)),
    }
}

fn is_quote(c: char) -> bool {
    ['\'', '‘', '’'].contains(&c)
}

/// A capital before a capitalised word.
fn capital(rest: &[char]) -> Option<usize> {
    let [a, b, c, ..] = rest else { return None };
    (a.is_uppercase() && b.is_uppercase() && c.is_lowercase()).then_some(1)
}

/// Up to a capital inside.
fn hump(rest: &[char], letters: usize) -> Option<usize> {
    let pairs = rest.get(..letters)?.windows(2);
    let at =
        pairs.into_iter().position(|pair| matches!(pair, [a, b] if a.is_lowercase() && b.is_uppercase()))?;
    Some(at + 1)
}

/// With what follows an apostrophe, a letter each.
fn elided(rest: &[char], letters: usize) -> usize {
    let more = rest.get(letters..).unwrap_or_default().chunks_exact(2);
    letters + 2 * more.take_while(|pair| matches!(pair, [a, b] if is_quote(*a) && b.is_alphabetic())).count()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_come_apart_at_humps_hyphens_and_apostrophes() {
        assert_eq!(apart("McKenzie"), ["Mc", "Kenzie"]);
        assert_eq!(apart("TVs"), ["T", "Vs"]);
        assert_eq!(apart("NASA"), ["NASA"]);
        assert_eq!(apart("n't"), ["n't"]);
        assert_eq!(apart("'re"), ["'", "re"]);
        assert_eq!(apart("--x&"), ["--", "x", "&"]);
        assert!(apart("").is_empty());
    }

    #[test]
    fn marks_are_heard_as_their_pauses() {
        assert_eq!(mark(".", "."), Some(".".to_owned()));
        assert_eq!(mark("-", ":"), Some("—".to_owned()));
        assert_eq!(mark("-", "HYPH"), None);
        assert_eq!(mark("\"", "''"), Some("”".to_owned()));
        assert_eq!(mark("ok", "."), None);
    }
}
