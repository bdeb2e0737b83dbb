//! One TOML text to one typed file. Owns the order of the three passes: syntax, shape, serde; each reports all that
//! it finds.

use std::collections::HashSet;
use std::ops::Range;

use serde::de::IntoDeserializer as _;
use toml::Spanned;
use toml::de::{DeTable, DeValue, Error, ValueDeserializer};

use super::fit::{Fit, Holes};
use super::library::Item;
use super::shape::Shape;
use crate::diagnostic::{Diagnostic, SourceId};

/// More errors of syntax than this in one file help nobody.
const MOST: usize = 100;

/// What a text gives; no item where it cannot be used at all.
pub(super) struct Parsed<T> {
    pub item: Option<T>,
    pub holes: Holes,
    pub diagnostics: Vec<Diagnostic>,
}

pub(super) fn parse<T: Item>(source: SourceId, text: &str) -> Parsed<T> {
    let (tree, errors) = DeTable::parse_recoverable(text);
    let shape = Shape::of(T::KIND);
    let mut fit = Fit::new(source, shape, errors.is_empty());
    let root = Spanned::new(tree.span(), DeValue::Table(tree.into_inner()));
    let tree = fit.fit("", root, shape);
    let Fit { mut diagnostics, holes, .. } = fit;
    if !errors.is_empty() {
        diagnostics = beside(&errors, diagnostics, text);
        diagnostics
            .extend(first_of_each_line(&errors, text).take(MOST).map(|error| syntax(source, text, error)));
        return Parsed { item: None, holes, diagnostics };
    }
    let item = tree.and_then(|tree| {
        let deserializer: ValueDeserializer<'_> = tree.into_deserializer();
        T::deserialize(deserializer)
            .map_err(|error| {
                diagnostics.push(Diagnostic::error(source, place(&error, text), error.message()));
            })
            .ok()
    });
    Parsed { item, holes, diagnostics }
}

fn place(error: &Error, text: &str) -> Range<usize> {
    let end = text.len();
    error.span().map_or(0..0, |span| span.start.min(end)..span.end.min(end))
}

fn syntax(source: SourceId, text: &str, error: &Error) -> Diagnostic {
    let message = error.message().trim();
    let message = if message.is_empty() { "not valid TOML" } else { message };
    Diagnostic::error(source, place(error, text), message)
}

/// The errors of shape that are worth showing beside errors of syntax: none from the same lines, and none at all
/// where a header is broken, for then the keys after it stand in the wrong table.
fn beside(errors: &[Error], found: Vec<Diagnostic>, text: &str) -> Vec<Diagnostic> {
    let lines: Vec<Range<usize>> =
        errors.iter().map(|error| line_of(text, place(error, text).start)).collect();
    let header =
        |line: &Range<usize>| text.get(line.clone()).is_some_and(|l| l.trim_start().starts_with('['));
    if lines.len() > MOST || lines.iter().any(header) {
        return Vec::new();
    }
    let clear = |d: &Diagnostic| lines.iter().all(|line| d.span.end < line.start || d.span.start > line.end);
    found.into_iter().filter(clear).collect()
}

/// What follows on the same line is mostly an echo.
fn first_of_each_line<'e>(errors: &'e [Error], text: &str) -> impl Iterator<Item = &'e Error> {
    let mut seen = HashSet::new();
    errors.iter().filter(move |error| seen.insert(line_of(text, place(error, text).start).start))
}

fn line_of(text: &str, at: usize) -> Range<usize> {
    let start = text.get(..at).and_then(|before| before.rfind('\n')).map_or(0, |newline| newline + 1);
    let end = text.get(at..).and_then(|after| after.find('\n')).map_or(text.len(), |newline| at + newline);
    start..end
}
