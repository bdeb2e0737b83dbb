//! Reads templates and expressions by their signs, before minijinja does. Owns what the language leaves out, so that no
//! script can eat memory, and what would be misunderstood.

use std::collections::BTreeSet;
use std::ops::Range;

use super::{LONGEST, TextError};
use crate::diagnostic::did_you_mean;

/// Far more than any spoken text needs, and far less than fills a stack.
const MOST_SIGNS: usize = 300;

const FILTERS: &[&str] = &["words", "capitalize", "lower"];
const TESTS: &[&str] = &["none"];

/// Keeps the language small enough that no text can eat the memory: no loops, no variables of its own.
pub(super) fn limit_template(template: &str) -> Result<(), TextError> {
    short(template)?;
    for (at, _) in template.match_indices("{%") {
        let rest = template.get(at + 2..).unwrap_or_default();
        let rest = rest.trim_start_matches(['-', '+']).trim_start();
        let word = rest.split(|c: char| !c.is_alphanumeric() && c != '_').next().unwrap_or_default();
        if !["if", "elif", "else", "endif"].contains(&word) {
            let message = format!("`{{% {word} %}}` is not part of the language; a text knows `if`");
            return Err(refused(message, at..at + 2));
        }
    }
    if !template.contains("{{") && !template.contains("{%") {
        return Ok(());
    }
    multiplies(template)?;
    shallow(template, code(template))?;
    code(template).try_for_each(|range| only_known(template, range))
}

/// The same for an expression, which is code altogether.
pub(super) fn limit_expression(text: &str) -> Result<(), TextError> {
    short(text)?;
    multiplies(text)?;
    shallow(text, std::iter::once(0..text.len()))?;
    only_known(text, 0..text.len())
}

fn short(text: &str) -> Result<(), TextError> {
    if text.len() > LONGEST {
        return Err(refused(format!("longer than {LONGEST} bytes"), 0..0));
    }
    Ok(())
}

/// The parts between `{{` and `}}` or `{%` and `%}`.
fn code(template: &str) -> impl Iterator<Item = Range<usize>> {
    let starts = template.match_indices("{{").chain(template.match_indices("{%"));
    starts.map(|(at, open)| {
        let close = if open == "{{" { "}}" } else { "%}" };
        at..at + end_of_code(template.get(at..).unwrap_or_default(), close)
    })
}

/// Where `close` stands outside quotes, or the end.
fn end_of_code(text: &str, close: &str) -> usize {
    let mut at = 0;
    while let Some(rest) = text.get(at..) {
        match rest.chars().next() {
            Some('"' | '\'') => at += quoted(rest),
            Some(_) if rest.starts_with(close) => return at,
            Some(c) => at += c.len_utf8(),
            None => break,
        }
    }
    text.len()
}

/// The length of the quoted text that `text` begins with.
fn quoted(text: &str) -> usize {
    let mut chars = text.char_indices();
    let quote = chars.next().map(|(_, quote)| quote);
    while let Some((at, c)) = chars.next() {
        if c == '\\' {
            chars.next();
        } else if Some(c) == quote {
            return at + c.len_utf8();
        }
    }
    text.len()
}

/// The parser and the compiler of templates go as deep as their input.
fn shallow(text: &str, ranges: impl Iterator<Item = Range<usize>>) -> Result<(), TextError> {
    match ranges.flat_map(|range| tokens(text, range)).nth(MOST_SIGNS) {
        Some((at, word)) => {
            let message = format!("more than {MOST_SIGNS} words and signs of code in one text");
            Err(refused(message, at..at + word.len()))
        }
        None => Ok(()),
    }
}

/// Filters and tests are looked up only when they are reached; a branch that no trial reaches must not hide them.
fn only_known(text: &str, range: Range<usize>) -> Result<(), TextError> {
    let mut before = ["", ""];
    for (at, word) in tokens(text, range) {
        let (kind, known) = match before {
            [_, "|"] => ("filter", FILTERS),
            ["is", "not"] | [_, "is"] if word != "not" => ("test", TESTS),
            _ => ("", &[] as &[&str]),
        };
        if !kind.is_empty() && !known.contains(&word) {
            let hint = did_you_mean(word, known.iter().copied())
                .or_else(|| Some(format!("the {kind}s are `{}`", known.join("`, `"))));
            let message = format!("unknown {kind} `{word}`");
            return Err(TextError { message, range: Some(at..at + word.len()), hint });
        }
        before = [before[1], word];
    }
    Ok(())
}

/// Words and single signs, without what stands in quotes.
fn tokens(text: &str, range: Range<usize>) -> impl Iterator<Item = (usize, &str)> {
    let part = |c: char| c.is_alphanumeric() || c == '_';
    let mut at = range.start;
    std::iter::from_fn(move || {
        loop {
            let rest = text.get(at..range.end)?;
            let first = rest.chars().next()?;
            let start = at;
            if first == '"' || first == '\'' {
                at += quoted(rest);
                continue;
            }
            at += if part(first) { rest.find(|c| !part(c)).unwrap_or(rest.len()) } else { first.len_utf8() };
            if !first.is_whitespace() {
                return Some((start, text.get(start..at)?));
            }
        }
    })
}

/// `"a" * 99999999` would fill the memory, and no text needs a product.
fn multiplies(text: &str) -> Result<(), TextError> {
    text.find('*').map_or(Ok(()), |at| Err(refused("`*` is not part of the language".into(), at..at + 1)))
}

fn refused(message: String, range: Range<usize>) -> TextError {
    TextError { message, range: Some(range), hint: None }
}

/// Names that are asked to be less than something without being asked whether they are set: to minijinja, an unset
/// fact is less than every number, and silence would count as little pain.
pub(in super::super) fn unset_is_less(text: &str, is_expression: bool) -> Vec<(String, Range<usize>)> {
    let whole = is_expression.then_some(0..text.len());
    let ranges: Vec<Range<usize>> = match whole {
        Some(whole) => vec![whole],
        None => code(text).collect(),
    };
    let tokens: Vec<(usize, &str)> = ranges.into_iter().flat_map(|range| tokens(text, range)).collect();
    let word = |index: usize| tokens.get(index).map_or("", |(_, word)| word);
    let asked: BTreeSet<&str> = (0..tokens.len())
        .filter(|&i| word(i + 1) == "is" && [word(i + 2), word(i + 3)].contains(&"none"))
        .map(word)
        .collect();
    let lesser = (0..tokens.len()).filter_map(|i| match word(i) {
        "<" => i.checked_sub(1),
        ">" if word(i + 1) == "=" => Some(i + 2),
        ">" => Some(i + 1),
        _ => None,
    });
    let found = lesser.filter_map(|i| tokens.get(i)).filter(|(_, word)| !asked.contains(word));
    found.map(|(at, word)| ((*word).to_owned(), *at..at + word.len())).collect()
}
