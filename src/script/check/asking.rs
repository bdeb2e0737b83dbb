//! Check-ins that lead to check-ins: no chain may go on for ever by silence, by the planned answers, or whatever
//! is answered.

use std::collections::{BTreeMap, BTreeSet};

use super::super::{Answer, At, CheckIn, Filed, Library, Refer, Then};
use super::Checker;
use crate::diagnostic::Diagnostic;

type Key<'a> = (&'a str, &'a str);

pub(super) fn check(checker: &mut Checker<'_>) {
    let library = checker.library;
    let silent =
        |filed: &'_ Filed<CheckIn>| filed.item.no_answer.as_ref().and_then(|outcome| outcome.ask.clone());
    circles(checker, library, "silence leads back to the same question", silent);
    let planned = |filed: &'_ Filed<CheckIn>| assumed(&filed.item).and_then(|answer| answer.ask.clone());
    circles(checker, library, "the planned answers lead back to the same question", planned);
    no_way_out(checker, library);
}

fn assumed(check_in: &CheckIn) -> Option<&At<Answer>> {
    check_in.answer.iter().find(|answer| answer.planned).or(check_in.answer.first())
}

fn key(filed: &Filed<CheckIn>) -> Key<'_> {
    (&filed.item.language.value, &filed.id)
}

/// Follows one way out of each check-in; every circle is reported once.
fn circles(
    checker: &mut Checker<'_>,
    library: &Library,
    what: &str,
    next: impl Fn(&Filed<CheckIn>) -> Option<At<String>>,
) {
    let mut done = BTreeSet::new();
    for start in library.check_ins() {
        let mut path: Vec<&Filed<CheckIn>> = Vec::new();
        let mut at = Some(start);
        while let Some(filed) = at.filter(|filed| !done.contains(&key(filed))) {
            done.insert(key(filed));
            path.push(filed);
            let ask = next(filed);
            at = ask.as_ref().and_then(|ask| library.check_in(&filed.item.language, ask));
            let Some((ask, to)) = ask.zip(at) else {
                continue;
            };
            let found = path.iter().position(|earlier| key(earlier) == key(to));
            if let Some(circle) = found.and_then(|start| path.get(start..)) {
                report(checker, filed, &ask, what, circle);
            }
        }
    }
}

fn report(
    checker: &mut Checker<'_>,
    last: &Filed<CheckIn>,
    ask: &At<String>,
    what: &str,
    circle: &[&Filed<CheckIn>],
) {
    let names: Vec<String> = circle.iter().map(|filed| format!("`{}`", filed.id)).collect();
    let message = format!("{what}: {} → `{}`", names.join(" → "), ask.value);
    let diagnostic = Diagnostic::error(last.source, ask.span.clone(), message);
    checker.push(diagnostic.hint("one of these questions must end without `ask`"));
}

/// Check-ins from which no answer at all leads to an end.
fn no_way_out(checker: &mut Checker<'_>, library: &Library) {
    let ways: BTreeMap<Key<'_>, Vec<Option<Key<'_>>>> =
        library.check_ins().map(|filed| (key(filed), ways(library, filed))).collect();
    let mut before: BTreeMap<Key<'_>, Vec<Key<'_>>> = BTreeMap::new();
    let mut ends: BTreeSet<Key<'_>> = BTreeSet::new();
    let mut open: Vec<Key<'_>> = Vec::new();
    for (from, to) in &ways {
        to.iter().flatten().for_each(|to| before.entry(*to).or_default().push(*from));
        if to.is_empty() || to.contains(&None) {
            open.push(*from);
        }
    }
    while let Some(key) = open.pop() {
        if ends.insert(key) {
            open.extend(before.get(&key).into_iter().flatten());
        }
    }
    for filed in library.check_ins().filter(|filed| !ends.contains(&key(filed))) {
        let span = &filed.item.ask.span;
        let message = format!("whatever is answered, `{}` never ends", filed.id);
        checker.error(filed.source, span, message, "at least one answer must go on without `ask`");
    }
}

/// Where each answer leads; `None` is on with the session, or its end.
fn ways<'a>(library: &'a Library, filed: &'a Filed<CheckIn>) -> Vec<Option<Key<'a>>> {
    let item = &filed.item;
    let to = |ask: &Option<At<String>>| {
        ask.as_ref().and_then(|ask| library.check_in(&item.language, ask)).map(key)
    };
    let answers = item.answer.iter().map(|answer| if ended(answer) { None } else { to(&answer.ask) });
    answers.collect()
}

fn ended(answer: &Answer) -> bool {
    answer.then.as_ref().is_some_and(|then| then.value == Then::Stop)
        || answer.refer.as_ref().is_some_and(|refer| refer.value == Refer::Emergency)
}
