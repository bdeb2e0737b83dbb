//! What follows an answer or silence: texts, tags, facts, and consequences that can take effect.

use std::collections::BTreeMap;

use super::super::{At, CheckIn, FactValue, Filed, Refer, Then};
use super::Checker;
use super::wording::Scope;
use crate::diagnostic::{Diagnostic, did_you_mean};

/// What answers and silence have in common.
struct Outcome<'a> {
    say: Option<&'a At<String>>,
    then: Option<&'a At<Then>>,
    tag: Option<&'a At<String>>,
    refer: Option<&'a At<Refer>>,
    set: &'a BTreeMap<At<String>, FactValue>,
    direction: Option<&'a At<String>>,
    ask: Option<&'a At<String>>,
    table: &'a std::ops::Range<usize>,
}

pub(super) fn check<'a>(checker: &mut Checker<'a>, filed: &'a Filed<CheckIn>) {
    for answer in &filed.item.answer {
        let super::super::Answer { say, then, tag, refer, set, direction, ask, .. } = &answer.value;
        let (say, then, tag, refer) = (say.as_ref(), then.as_ref(), tag.as_ref(), refer.as_ref());
        let (direction, ask, table) = (direction.as_ref(), ask.as_ref(), &answer.span);
        outcome(checker, filed, &Outcome { say, then, tag, refer, set, direction, ask, table });
    }
    if let Some(silence) = &filed.item.no_answer {
        let super::super::Outcome { say, then, tag, refer, set, direction, ask } = &silence.value;
        let (say, then, tag, refer) = (say.as_ref(), then.as_ref(), tag.as_ref(), refer.as_ref());
        let (direction, ask, table) = (direction.as_ref(), ask.as_ref(), &silence.span);
        outcome(checker, filed, &Outcome { say, then, tag, refer, set, direction, ask, table });
        silence_is_not_fine(checker, filed, then);
    }
}

fn silence_is_not_fine(checker: &mut Checker<'_>, filed: &Filed<CheckIn>, then: Option<&At<Then>>) {
    let message = match then.map(|then| then.value) {
        Some(Then::Repeat) => "silence would repeat it for ever",
        Some(Then::Harder) => "silence is no reason to make it harder",
        _ => return,
    };
    let hint = "take the cautious way: `easier`, `skip`, `skip-direction`, `end-gently` or `stop`";
    let span = then.map(|then| then.span.clone()).unwrap_or_default();
    checker.error(filed.source, &span, message, hint);
}

fn outcome<'a>(checker: &mut Checker<'a>, filed: &'a Filed<CheckIn>, outcome: &Outcome<'a>) {
    let source = filed.source;
    checker.texts(source, &filed.item.language, Scope::CheckIn, outcome.say);
    for (name, value) in outcome.set {
        checker.fact(source, name);
        checker.side_value(source, name, value);
    }
    if let Some(value) = outcome.direction {
        checker.name(source, value);
    }
    if let Some(name) = outcome.ask {
        checker.check_in_exists(source, &filed.item.language, name);
    }
    tag(checker, filed, outcome);
    end(checker, filed, outcome);
}

fn tag(checker: &mut Checker<'_>, filed: &Filed<CheckIn>, outcome: &Outcome<'_>) {
    let library = checker.library;
    let by_tag = outcome.then.filter(|then| then.value == Then::SkipTag);
    match (by_tag, outcome.tag) {
        (Some(then), None) if !filed.lost(outcome.table, "tag") => {
            let hint = "write the `tag` of the exercises that are left out";
            checker.error(filed.source, &then.span, "`skip-tag` without a `tag`", hint);
        }
        (None, Some(tag)) if !filed.lost(outcome.table, "then") => {
            let hint = "write `then = \"skip-tag\"`, or leave `tag` out";
            checker.error(filed.source, &tag.span, "a `tag` without `skip-tag`", hint);
        }
        _ => {}
    }
    let Some(tag) = outcome.tag else {
        return;
    };
    let exercises = library.exercises().filter(|e| e.item.language == filed.item.language);
    let known = exercises.flat_map(|e| &e.item.tags).map(|tag| tag.value.as_str());
    if !known.clone().any(|known| known == tag.value) {
        let hint =
            did_you_mean(tag, known).unwrap_or_else(|| "tags are written in the exercises' `tags`".into());
        let message = format!("no exercise has the tag `{}`", tag.value);
        checker.error(filed.source, &tag.span, message, &hint);
    }
}

/// An emergency ends the session, and after the end nothing is asked.
fn end(checker: &mut Checker<'_>, filed: &Filed<CheckIn>, outcome: &Outcome<'_>) {
    let emergency = outcome.refer.filter(|refer| refer.value == Refer::Emergency);
    let goes_on = outcome.then.filter(|then| then.value != Then::Stop);
    if let (Some(refer), Some(then)) = (emergency, goes_on) {
        checker.push(
            Diagnostic::error(filed.source, then.span.clone(), "an emergency always ends the session")
                .also(filed.source, refer.span.clone(), "the emergency")
                .hint("leave `then` out"),
        );
    }
    let stops = outcome.then.filter(|then| then.value == Then::Stop).map(|then| &then.span);
    let ends = emergency.map(|refer| &refer.span).or(stops);
    if let (Some(end), Some(ask)) = (ends, outcome.ask) {
        checker.push(
            Diagnostic::error(filed.source, ask.span.clone(), "this is never asked")
                .also(filed.source, end.clone(), "the session ends here")
                .hint("leave `ask` out, or take another consequence"),
        );
    }
}
