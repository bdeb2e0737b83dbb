//! A sentence into the pieces that the tagger knows: punctuation off, contractions and hyphens apart. Owns where a
//! piece ends; numbers are words already ([`super::figures`]).

use super::store::{Kind, Store};

/// A word, a part of one, or a mark.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Piece {
    pub text: String,
    /// A space follows.
    pub spaced: bool,
}

const MARKS: &str = "…,:;!?¿¡()[]{}<>_#*&'\"”“`‘´’‚„»«™®©°§¶†‡•—–";
/// These come off the front only.
const OPENING: &str = "$£€¥₹%=";
/// A hyphen or dash between letters parts a word here.
const DASHES: [char; 4] = ['-', '–', '—', '~'];
const BETWEEN: [char; 5] = [':', '<', '>', '=', '/'];

/// The pieces of `text` in order.
pub fn pieces(store: &Store, text: &str) -> Vec<Piece> {
    let mut pieces: Vec<Piece> = Vec::new();
    for chunk in text.split_whitespace() {
        if let Some(last) = pieces.last_mut() {
            last.spaced = true;
        }
        let parts = joined(store, &peeled(store, chunk));
        pieces.extend(parts.into_iter().map(|text| Piece { text, spaced: false }));
    }
    pieces
}

/// One mark after the other off both ends, until a word is left.
fn peeled(store: &Store, chunk: &str) -> Vec<String> {
    let (mut front, mut back) = (Vec::new(), Vec::new());
    let mut core = chunk;
    while !core.is_empty() && !store.has(Kind::Contraction, core) {
        let opening = opening(core);
        if opening > 0 && store.has(Kind::Contraction, after(core, opening)) {
            front.push(before(core, opening));
            core = after(core, opening);
            break;
        }
        let closing = closing(after(core, opening));
        let rest = before(core, core.len() - closing);
        if closing > 0 && store.has(Kind::Contraction, rest) {
            back.push(after(core, rest.len()));
            core = rest;
            break;
        }
        if opening + closing == 0 {
            break;
        }
        front.extend(Some(before(core, opening)).filter(|mark| !mark.is_empty()));
        back.extend(Some(after(core, core.len() - closing)).filter(|mark| !mark.is_empty()));
        core = after(before(core, core.len() - closing), opening);
    }
    let core = match store.text(Kind::Contraction, core) {
        Some(parts) => parts.lines().collect(),
        None => inside(core),
    };
    front.into_iter().chain(core).chain(back.into_iter().rev()).map(str::to_owned).collect()
}

fn before(text: &str, at: usize) -> &str {
    text.get(..at).unwrap_or(text)
}

fn after(text: &str, at: usize) -> &str {
    text.get(at..).unwrap_or_default()
}

/// Bytes of the mark that a word begins with.
fn opening(word: &str) -> usize {
    let dots = dots(word.chars());
    match word.chars().next() {
        _ if dots > 1 => dots,
        Some('+') if !word.chars().nth(1).is_some_and(char::is_numeric) => 1,
        Some(mark) if MARKS.contains(mark) || OPENING.contains(mark) => mark.len_utf8(),
        _ => 0,
    }
}

/// Bytes of the mark that a word ends with.
fn closing(word: &str) -> usize {
    let dots = dots(word.chars().rev());
    let mut back = word.chars().rev();
    let (last, second, third) = (back.next(), back.next(), back.next());
    match (last, second) {
        _ if dots > 1 => dots,
        (Some('s' | 'S'), Some(quote @ ('\'' | '’'))) => quote.len_utf8() + 1,
        (Some('.'), Some(letter)) => {
            let capitals = letter.is_uppercase() && third.is_some_and(char::is_uppercase);
            let ends = letter.is_lowercase() || letter.is_numeric() || "%+-²".contains(letter);
            usize::from(capitals || ends || MARKS.contains(letter))
        }
        (Some('%' | '+'), Some(digit)) if digit.is_numeric() => 1,
        (Some(mark), _) if MARKS.contains(mark) => mark.len_utf8(),
        _ => 0,
    }
}

fn dots(chars: impl Iterator<Item = char>) -> usize {
    chars.take_while(|c| *c == '.').count()
}

/// Parts at the hyphens, slashes and full stops inside a word; the marks are parts too.
fn inside(word: &str) -> Vec<&str> {
    if is_address(word) {
        return vec![word];
    }
    let (mut parts, mut start, mut at) = (Vec::new(), 0, 0);
    while at < word.len() {
        let length = mark(word, at);
        if length > 0 && at > 0 {
            parts.extend([word.get(start..at), word.get(at..at + length)].into_iter().flatten());
            start = at + length;
        }
        at += length.max(after(word, at).chars().next().map_or(1, char::len_utf8));
    }
    parts.push(after(word, start));
    parts.retain(|part| !part.is_empty());
    parts
}

/// Bytes of the mark at `at` that parts a word; none for one at its edge.
fn mark(word: &str, at: usize) -> usize {
    let rest = after(word, at);
    let Some(first) = rest.chars().next() else { return 0 };
    let run = rest.chars().take_while(|c| *c == first).count();
    let length = if run > 1 && ".-—".contains(first) { run } else { 1 } * first.len_utf8();
    let left = before(word, at).chars().next_back().unwrap_or(' ');
    let right = after(rest, length).chars().next().unwrap_or(' ');
    let parts = match first {
        '.' if length > 1 => true,
        '…' => true,
        '.' => left.is_lowercase() && right.is_uppercase(),
        ',' => left.is_alphabetic() && right.is_alphabetic(),
        _ if DASHES.contains(&first) || BETWEEN.contains(&first) => {
            left.is_alphanumeric() && right.is_alphabetic()
        }
        _ => false,
    };
    if parts { length } else { 0 }
}

/// Addresses stay whole, and are read in one go.
fn is_address(word: &str) -> bool {
    ["http://", "https://", "www."].iter().any(|begin| word.starts_with(begin))
        || word.split_once('@').is_some_and(|(name, host)| !name.is_empty() && host.contains('.'))
}

/// Neighbours that together are a contraction become its parts: `Sept` and `.` are one.
fn joined(store: &Store, parts: &[String]) -> Vec<String> {
    let (mut joined, mut at) = (Vec::new(), 0);
    while let Some(part) = parts.get(at) {
        let found = [3, 2].into_iter().find_map(|count| {
            let text = parts.get(at..at + count)?.concat();
            Some((count, store.text(Kind::Contraction, &text)?))
        });
        match found {
            Some((count, whole)) => {
                joined.extend(whole.lines().map(str::to_owned));
                at += count;
            }
            None => {
                joined.push(part.clone());
                at += 1;
            }
        }
    }
    joined
}

#[cfg(test)]
mod tests {
    use super::super::store::Builder;
    use super::*;

    fn split(text: &str) -> String {
        let mut builder = Builder::default();
        builder.add(Kind::Contraction, "don't", b"do\nn't");
        builder.add(Kind::Contraction, "a.m.", b"a.m.");
        let store = Store::parse(&builder.finish(0).unwrap()).unwrap();
        let written = |piece: Piece| piece.text + if piece.spaced { "_" } else { "|" };
        pieces(&store, text).into_iter().map(written).collect()
    }

    #[test]
    fn marks_come_off_and_words_come_apart() {
        assert_eq!(split("Slowly, bend (your) knees."), "Slowly|,_bend_(|your|)_knees|.|");
        assert_eq!(split("\"Don't don't!\""), "\"|Don't_do|n't|!|\"|");
        assert_eq!(split("press-up and/or hold..."), "press|-|up_and|/|or_hold|...|");
        assert_eq!(split("at eight a.m. Leg's US."), "at_eight_a.m._Leg|'s_US|.|");
        assert_eq!(split("U.S. x--y -x"), "U.S._x|--|y_-x|");
        assert_eq!(split(" \t "), "");
        assert_eq!(split("see www.a-b.com now"), "see_www.a-b.com_now|");
    }
}
