//! Sessions: lengths, names, and the steps in their order.

use std::collections::HashMap;

use super::super::{Exercise, Filed, Session, Sides};
use super::sides::SideKnown;
use super::{Checker, TOP};
use crate::diagnostic::Diagnostic;

/// Nobody practises for longer than a day.
const MOST_MINUTES: f64 = 24.0 * 60.0;

/// What is learnt about exercises while the steps are walked, so that each is looked at once.
#[derive(Default)]
pub(super) struct Walk<'a> {
    pub side_known: SideKnown<'a>,
    /// For an exercise, a level and sides: whether its wording serves.
    pub worded: HashMap<(*const Filed<Exercise>, Option<&'a str>, u8), bool>,
}

pub(super) fn check(checker: &mut Checker<'_>) {
    let mut walk = Walk::default();
    let library = checker.library;
    for filed in library.sessions() {
        frame(checker, filed);
        super::steps::check(checker, filed, &mut walk);
    }
}

fn frame(checker: &mut Checker<'_>, filed: &Filed<Session>) {
    let Session { minutes, worse, stop, begin, finish, facts, step, language, .. } = &filed.item;
    let source = filed.source;
    length(checker, filed);
    if minutes.value.0.iter().any(|m| !m.is_finite()) {
        return;
    }
    for name in begin.iter().chain(finish).chain(worse).chain(stop) {
        checker.check_in_exists(source, language, name);
    }
    for (name, value) in facts {
        checker.fact(source, name);
        checker.side_value(source, name, value);
    }
    if step.is_empty() {
        let hint = "add at least one `[[step]]`";
        checker.absent(filed, &TOP, "step", "the session has no steps", hint);
    }
    checker.no_doubles(source, "step", step.iter().filter_map(|step| step.id.as_ref()));
    for id in step.iter().filter_map(|step| step.id.as_ref()) {
        checker.name(source, id);
    }
}

fn length(checker: &mut Checker<'_>, filed: &Filed<Session>) {
    let minutes = &filed.item.minutes;
    let [shortest, longest] = minutes.value.0;
    let hint = "write the shortest and the longest length, like `minutes = [10, 15]`";
    if !(shortest.is_finite() && longest.is_finite() && shortest >= 0.0 && longest > 0.0) {
        checker.error(filed.source, &minutes.span, "`minutes` must be more than zero", hint);
    } else if shortest > longest {
        let message = format!("`minutes` falls from {shortest} to {longest}");
        checker.error(filed.source, &minutes.span, message, hint);
    } else if longest > MOST_MINUTES {
        checker.error(filed.source, &minutes.span, "`minutes` is longer than a day", hint);
    }
}

impl Checker<'_> {
    /// The one fact whose values the engine itself reads.
    pub(super) fn side_value(
        &mut self,
        source: crate::diagnostic::SourceId,
        name: &super::super::At<String>,
        value: &super::super::FactValue,
    ) {
        use super::super::{AFFECTED_SIDE, FactValue};
        let is_side =
            matches!(value, FactValue::Word(word) if ["left", "right", "both"].contains(&word.as_str()));
        if name.value == AFFECTED_SIDE && !is_side {
            self.push(
                Diagnostic::error(source, name.span.clone(), "the affected side cannot be that")
                    .hint("one of `left`, `right`, `both`"),
            );
        }
    }
}

/// A number for each kind of sides, to remember them by.
pub(super) fn code(sides: Sides) -> u8 {
    sides as u8
}
