//! Answers: each can be given in some way, and no word, key or number means two of them.

use std::collections::HashMap;

use super::super::{Answer, At, CheckIn, Filed, NumberRange, fold};
use super::Checker;
use crate::diagnostic::{Diagnostic, SourceId};

pub(super) fn check(checker: &mut Checker<'_>, filed: &Filed<CheckIn>) {
    let answers = &filed.item.answer;
    for answer in answers {
        checker.name(filed.source, &answer.id);
        can_be_given(checker, filed, answer);
    }
    checker.no_doubles(filed.source, "answer", answers.iter().map(|answer| &answer.id));
    words(checker, filed);
    keys(checker, filed);
    numbers(checker, filed);
    let mut planned = answers.iter().filter(|answer| answer.planned);
    if let Some(first) = planned.next() {
        for second in planned {
            checker.push(
                Diagnostic::error(filed.source, second.id.span.clone(), "a second answer is `planned`")
                    .also(filed.source, first.id.span.clone(), "the first one")
                    .hint("one answer is what `show` and `render` assume; leave it out here"),
            );
        }
    }
}

fn can_be_given(checker: &mut Checker<'_>, filed: &Filed<CheckIn>, answer: &At<Answer>) {
    let mute = answer.heard.is_empty() && answer.key.is_none() && answer.number.is_none();
    let lost = ["heard", "key", "number"].iter().any(|key| filed.lost(&answer.span, key));
    if mute && !lost {
        let message = format!("nobody can give the answer `{}`", answer.id.value);
        checker.error(filed.source, &answer.id.span, message, "add `heard`, `key` or `number`");
    }
}

/// One meaning of one way to answer.
struct Meaning<'a, K> {
    what: &'static str,
    source: SourceId,
    seen: HashMap<K, (&'a Answer, std::ops::Range<usize>)>,
}

impl<'a, K: std::hash::Hash + Eq> Meaning<'a, K> {
    fn add(
        &mut self,
        checker: &mut Checker<'_>,
        key: K,
        shown: &str,
        answer: &'a Answer,
        span: std::ops::Range<usize>,
    ) {
        let Some((first, place)) = self.seen.get(&key) else {
            self.seen.insert(key, (answer, span));
            return;
        };
        let message = if first.id == answer.id {
            format!("the {} `{shown}` is there twice", self.what)
        } else {
            format!("the {} `{shown}` means two answers", self.what)
        };
        checker.push(
            Diagnostic::error(self.source, span, message)
                .also(self.source, place.clone(), format!("`{}` has it already", first.id.value))
                .hint("leave it out in one of the places"),
        );
    }
}

fn words(checker: &mut Checker<'_>, filed: &Filed<CheckIn>) {
    let mut meaning = Meaning { what: "word", source: filed.source, seen: HashMap::new() };
    for answer in &filed.item.answer {
        for word in &answer.heard {
            if fold(word).is_empty() {
                let hint = "write the words that mean this answer";
                checker.error(filed.source, &word.span, "an empty word cannot be heard", hint);
            } else {
                meaning.add(checker, fold(word), word, answer, word.span.clone());
                number_word(checker, filed, answer, word);
            }
        }
    }
}

/// A number's word belongs to the answer that takes the number.
fn number_word(checker: &mut Checker<'_>, filed: &Filed<CheckIn>, answer: &Answer, word: &At<String>) {
    let Some(scale) = &filed.item.scale else {
        return;
    };
    let Some(number) = number_of(checker, &filed.item.language, word) else {
        return;
    };
    let takes = |other: &&At<Answer>| other.number.as_ref().is_some_and(|range| range.contains(number));
    let taker = filed.item.answer.iter().find(takes).filter(|taker| taker.id != answer.id);
    if let Some(taker) = taker.filter(|_| scale.contains(number)) {
        let message = format!("`{}` is the number {number}, which means another answer", word.value);
        checker.push(
            Diagnostic::error(filed.source, word.span.clone(), message)
                .also(filed.source, taker.id.span.clone(), format!("`{}` takes the number", taker.id.value))
                .hint("leave the word out"),
        );
    }
}

fn number_of(checker: &Checker<'_>, language: &str, word: &str) -> Option<i64> {
    let word = fold(word);
    if let Ok(number) = word.parse() {
        return Some(number);
    }
    let numbers = &checker.library.phrases(language)?.item.numbers;
    i64::try_from(numbers.iter().position(|number| fold(number) == word)?).ok()
}

fn keys(checker: &mut Checker<'_>, filed: &Filed<CheckIn>) {
    let mut meaning = Meaning { what: "key", source: filed.source, seen: HashMap::new() };
    for answer in &filed.item.answer {
        let Some(key) = &answer.key else {
            continue;
        };
        let hint = "take a letter";
        if key.is_whitespace() || key.is_control() {
            checker.error(filed.source, &key.span, "this key cannot be an answer", hint);
        } else if filed.item.scale.is_some() && key.is_ascii_digit() {
            let message = format!("the key `{}` already means a number of the scale", key.value);
            checker.error(filed.source, &key.span, message, hint);
        } else {
            let folded: String = key.to_lowercase().collect();
            meaning.add(checker, folded, &key.to_string(), answer, key.span.clone());
        }
    }
}

/// Every number of the scale means exactly one answer.
fn numbers(checker: &mut Checker<'_>, filed: &Filed<CheckIn>) {
    let ranges: Vec<&At<NumberRange>> =
        filed.item.answer.iter().filter_map(|answer| answer.number.as_ref()).collect();
    let Some(scale) = &filed.item.scale else {
        if let Some(first) = ranges.first().filter(|_| !filed.lost(&super::TOP, "scale")) {
            let hint = "write the lowest and the highest, like `scale = [0, 10]`";
            checker.error(filed.source, &first.span, "`number` needs a `scale`", hint);
        }
        return;
    };
    let mut earlier: Vec<NumberRange> = Vec::new();
    for range in ranges {
        one_range(checker, filed.source, range, scale.value, &earlier);
        earlier.push(range.value);
    }
    let [low, high] = scale.value.0;
    let lost =
        filed.lost_somewhere("number") || filed.lost_somewhere("answer") || filed.item.answer.is_empty();
    if let Some(number) = uncovered(NumberRange([low, high]), &earlier).filter(|_| !lost) {
        let message = format!("no answer takes the number {number}");
        let hint = "the `number`s of the answers must together cover the `scale`";
        checker.error(filed.source, &scale.span, message, hint);
    }
}

fn one_range(
    checker: &mut Checker<'_>,
    source: SourceId,
    range: &At<NumberRange>,
    scale: NumberRange,
    earlier: &[NumberRange],
) {
    let [low, high] = range.value.0;
    let hint = "every number means one answer; earlier answers come first";
    if low > high {
        let message = format!("`number` falls from {low} to {high}");
        checker.error(source, &range.span, message, "write the lowest first, like `[0, 3]`");
    } else if !(scale.contains(low) && scale.contains(high)) {
        let message = format!("{low} to {high} lies outside the scale {} to {}", scale.0[0], scale.0[1]);
        checker.error(source, &range.span, message, "stay within `scale`");
    } else if uncovered(range.value, earlier).is_none() {
        checker.error(source, &range.span, "earlier answers take all of these numbers", hint);
    } else if earlier.iter().any(|other| other.0[0] <= high && low <= other.0[1]) {
        checker.error(source, &range.span, "an earlier answer takes some of these numbers", hint);
    }
}

/// The lowest number of `range` that none of `by` contains.
fn uncovered(range: NumberRange, by: &[NumberRange]) -> Option<i64> {
    let [mut number, high] = range.0;
    let mut by = by.to_vec();
    by.sort_unstable_by_key(|range| range.0);
    for NumberRange([from, to]) in by {
        if from <= number && number <= to {
            number = to.checked_add(1)?;
        }
    }
    (number <= high).then_some(number)
}
