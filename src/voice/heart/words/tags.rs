//! The part of speech of each word of a sentence, by the pack's averaged perceptron. Owns the features that its
//! weights are named after.

use super::store::{Kind, Store};

const BEFORE: [&str; 2] = ["-START2-", "-START-"];
const AFTER: [&str; 2] = ["-END-", "-END2-"];

/// One Penn Treebank tag for each of `words`.
pub fn tags<'a>(store: &'a Store, words: &[&str]) -> Vec<&'a str> {
    let seen: Vec<String> = words.iter().map(|word| seen(store, word)).collect();
    let names: Vec<&str> = store.text(Kind::Tags, "").unwrap_or_default().lines().collect();
    let mut tags: Vec<&str> = Vec::with_capacity(words.len());
    for (at, word) in words.iter().enumerate() {
        let tag = store.text(Kind::Tag, word).unwrap_or_else(|| {
            let features = features(at, word, &seen, &tags);
            best(store, &names, &features)
        });
        tags.push(tag);
    }
    tags
}

fn best<'a>(store: &Store, names: &[&'a str], features: &[String]) -> &'a str {
    let mut scores = vec![0_i32; names.len()];
    let mut any = false;
    for weights in features.iter().filter_map(|feature| store.bytes(Kind::Weights, feature)) {
        for weight in weights.chunks_exact(3) {
            let &[tag, low, high] = weight else { continue };
            if let Some(score) = scores.get_mut(usize::from(tag)) {
                *score += i32::from(i16::from_le_bytes([low, high]));
                any = true;
            }
        }
    }
    // The names are sorted, and of equal scores the last counts.
    let best = scores.iter().zip(names).max_by_key(|(score, _)| **score);
    best.filter(|_| any).map_or("NN", |(_, name)| name)
}

fn features(at: usize, word: &str, seen: &[String], tags: &[&str]) -> Vec<String> {
    let near = |offset: isize| around(seen, at, offset);
    let tag = |back: usize| match at.checked_sub(back) {
        Some(before) => tags.get(before).copied().unwrap_or_default(),
        None => BEFORE.get(at + 2 - back).copied().unwrap_or_default(),
    };
    let (last, first) = (tag(1), tag(2));
    vec![
        "b".to_owned(),
        if at == 0 { "i0" } else { "i+" }.to_owned(),
        format!("s3={}", ending(word)),
        format!("p1={}", word.chars().next().unwrap_or_default()),
        format!("w={}", near(0)),
        format!("sh={}", shape(word)),
        format!("t-1={last}"),
        format!("t-2={first}"),
        format!("t-12={last},{first}"),
        format!("w-1={}", near(-1)),
        format!("s3-1={}", ending(near(-1))),
        format!("w-2={}", near(-2)),
        format!("w+1={}", near(1)),
        format!("s3+1={}", ending(near(1))),
        format!("w+2={}", near(2)),
    ]
}

fn around(seen: &[String], at: usize, offset: isize) -> &str {
    match at.checked_add_signed(offset) {
        Some(at) if at < seen.len() => seen.get(at).map_or("", String::as_str),
        Some(at) => AFTER.get(at - seen.len()).copied().unwrap_or_default(),
        None => BEFORE.get((at + 2).saturating_add_signed(offset)).copied().unwrap_or_default(),
    }
}

/// The last three letters.
fn ending(word: &str) -> &str {
    word.char_indices().rev().nth(2).map_or(word, |(at, _)| word.get(at..).unwrap_or(word))
}

/// A word as the features of its neighbours see it: rare ones are only their shape.
fn seen(store: &Store, word: &str) -> String {
    let plain = match word.chars().next() {
        Some(first) if first != '-' && word.contains('-') => "!HYPHEN".to_owned(),
        Some(first) if first.is_numeric() => {
            let year = word.chars().count() == 4 && word.chars().all(char::is_numeric);
            if year { "!YEAR" } else { "!DIGITS" }.to_owned()
        }
        _ => word.to_lowercase(),
    };
    if store.has(Kind::Known, &plain) { plain } else { format!("<{}>", shape(word)) }
}

fn shape(word: &str) -> String {
    let all = |test: fn(char) -> bool| word.chars().all(test);
    if all(char::is_alphabetic) {
        let mut rest = word.chars().skip(1);
        let first = word.starts_with(char::is_uppercase);
        let several = word.chars().nth(1).is_some();
        return match (first, several) {
            _ if all(char::is_lowercase) => "x",
            (true, false) => "X1",
            (true, true) if all(char::is_uppercase) => "XX",
            (true, true) if rest.all(char::is_lowercase) => "Xx",
            _ => "xX",
        }
        .to_owned();
    }
    if all(char::is_numeric) {
        return "d".to_owned();
    }
    let sign = |c: char| match c {
        c if c.is_numeric() => 'd',
        c if c.is_alphabetic() => 'x',
        c => c,
    };
    word.chars().take(4).map(sign).collect()
}

#[cfg(test)]
mod tests {
    use super::super::store::Builder;
    use super::*;

    #[test]
    fn shapes() {
        let shapes = ["knee", "Knee", "KNEE", "K", "iPad", "12", "L5-S1", ","].map(shape);
        assert_eq!(shapes, ["x", "Xx", "XX", "X1", "xX", "d", "xd-x", ","]);
    }

    #[test]
    fn weights_decide_and_ties_go_to_the_last_name() {
        let mut builder = Builder::default();
        builder.add(Kind::Tags, "", b"NN\nVB");
        builder.add(Kind::Tag, "the", b"DT");
        builder.add(Kind::Weights, "t-1=DT", &[0, 5, 0, 1, 1, 0]);
        builder.add(Kind::Weights, "i0", &[1, 10, 0, 0, 10, 0]);
        let store = Store::parse(&builder.finish(0).unwrap()).unwrap();
        assert_eq!(tags(&store, &["the", "bend"]), ["DT", "NN"]);
        assert_eq!(tags(&store, &["bend"]), ["VB"]);
        assert!(tags(&store, &[]).is_empty());
    }

    #[test]
    fn the_ends_of_a_sentence_have_names() {
        let seen = ["a", "b"].map(str::to_owned);
        let near = |at, offset| around(&seen, at, offset);
        assert_eq!([near(0, -1), near(0, -2), near(1, -2)], ["-START-", "-START2-", "-START-"]);
        assert_eq!([near(1, 1), near(1, 2), near(0, 2)], ["-END-", "-END2-", "-END-"]);
    }
}
