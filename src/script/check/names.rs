//! How names, facts and languages are spelt.

use super::super::{At, BUILT_INS};
use super::Checker;
use crate::diagnostic::SourceId;

/// Lower-case words joined by hyphens.
#[must_use]
pub fn is_name(text: &str) -> bool {
    text.split('-')
        .all(|word| !word.is_empty() && word.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit()))
}

/// A name that expressions and texts can use.
pub(super) fn is_fact(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_lowercase())
        && text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_')
}

/// `en`, `pt-BR`.
pub(super) fn is_language(text: &str) -> bool {
    let mut parts = text.split('-');
    let first = parts.next().unwrap_or_default();
    (2..=3).contains(&first.len())
        && first.bytes().all(|b| b.is_ascii_lowercase())
        && parts.all(|part| (2..=8).contains(&part.len()) && part.bytes().all(|b| b.is_ascii_alphanumeric()))
}

/// Words that the expression language keeps for itself, and variables that texts have anyway.
pub(super) fn is_taken(text: &str) -> bool {
    const KEPT: &[&str] = &[
        "true",
        "false",
        "none",
        "not",
        "and",
        "or",
        "in",
        "is",
        "if",
        "elif",
        "else",
        "endif",
        "self",
        "loop",
        "side",
        "other",
        "direction",
        "reps",
        "sets",
        "hold",
        "time",
    ];
    let prefixed = ["first_", "side_", "other_"].iter().any(|prefix| text.starts_with(prefix));
    KEPT.contains(&text) || BUILT_INS.contains(&text) || prefixed
}

impl Checker<'_> {
    pub(super) fn name(&mut self, source: SourceId, name: &At<String>) {
        if !is_name(name) {
            let message = format!("`{}` is not a name", name.value);
            let hint = "names are lower-case words joined by hyphens, like `knee-to-chest`";
            self.error(source, &name.span, message, hint);
        }
    }

    pub(super) fn fact(&mut self, source: SourceId, name: &At<String>) {
        if !is_fact(name) {
            let message = format!("`{}` is not the name of a fact", name.value);
            let hint = "facts are called by lower-case letters, digits and `_`, like `pain_now`";
            self.error(source, &name.span, message, hint);
        } else if is_taken(name) {
            let message = format!("a fact cannot be called `{}`", name.value);
            self.error(source, &name.span, message, "that name already means something in every text");
        }
    }
}
