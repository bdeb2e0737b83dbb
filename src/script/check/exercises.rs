//! Exercises: names, texts, doses, levels, progression.

use std::collections::HashSet;

use super::super::{
    AFFECTED_SIDE, At, Duration, Exercise, Filed, Level, Library, Progression, Sides, direction_fact,
};
use super::wording::Scope;
use super::{Checker, names};
use crate::diagnostic::{SourceId, did_you_mean};
use crate::frames::Frames;

pub(super) fn check(checker: &mut Checker<'_>) {
    let library = checker.library;
    let sided = given_sides(library);
    for filed in library.exercises() {
        let given = sided.contains(&(filed.item.language.value.as_str(), filed.id.as_str()));
        exercise(checker, filed, given);
    }
}

/// The exercises that get their sides from a step.
fn given_sides(library: &Library) -> HashSet<(&str, &str)> {
    let steps = |s: &'_ Filed<super::super::Session>| s.item.step.len();
    let mut given = HashSet::new();
    for session in library.sessions().filter(|session| steps(session) > 0) {
        for step in &session.item.step {
            if let (Some(name), Some(sides)) = (&step.exercise, &step.sides)
                && sides.value != Sides::None
            {
                given.insert((session.item.language.value.as_str(), name.value.as_str()));
            }
        }
    }
    given
}

fn exercise<'a>(checker: &mut Checker<'a>, filed: &'a Filed<Exercise>, given_sides: bool) {
    let item = &filed.item;
    let source = filed.source;
    labels(checker, filed);
    texts(checker, filed, given_sides);
    checker.dose(source, &item.dose);
    for level in &item.level {
        checker.name(source, &level.id);
        checker.dose(source, &level.dose);
    }
    checker.no_doubles(source, "level", item.level.iter().map(|level| &level.id));
    sides(checker, filed);
    if let Some(name) = &item.check_in {
        checker.check_in_exists(source, &item.language, name);
    }
    if let Some(start) = &item.start
        && !item.level.iter().any(|level| level.id == *start)
        && !filed.lost_somewhere("level")
        && !filed.lost_somewhere("id")
    {
        let hint = did_you_mean(start, item.level.iter().map(|level| level.id.value.as_str()));
        let hint = hint.unwrap_or_else(|| "write the `id` of one of the levels".into());
        checker.error(source, &start.span, format!("no level is called `{}`", start.value), &hint);
    }
    if let Some(progression) = &item.progression {
        growth(checker, filed, progression);
    }
}

/// Position, direction and tags.
fn labels(checker: &mut Checker<'_>, filed: &Filed<Exercise>) {
    let Exercise { language, position, direction, tags, .. } = &filed.item;
    let source = filed.source;
    if let Some(phrases) = checker.library.phrases(language)
        && !phrases.item.positions.contains_key(position.value.as_str())
    {
        let known = phrases.item.positions.keys().map(|key| key.as_str());
        let hint = did_you_mean(position, known).unwrap_or_else(|| {
            let known = super::super::notes::listed(phrases.item.positions.keys().map(|key| key.as_str()));
            format!("the phrases know {known}")
        });
        let message = format!("unknown position `{}`", position.value);
        checker.error(source, &position.span, message, &hint);
    }
    direction.iter().chain(tags).for_each(|name| checker.name(source, name));
    if let Some(name) = direction {
        checker.direction(source, name);
    }
    checker.no_doubles(source, "tag", tags.iter());
    if let Some(direction) = direction.as_ref().filter(|name| names::is_name(name)) {
        lone_direction(checker, source, language, direction);
    }
}

impl Checker<'_> {
    /// A direction has a fact of its name, which must not mean anything else.
    fn direction(&mut self, source: SourceId, name: &At<String>) {
        let fact = direction_fact(name);
        let free = names::is_fact(&fact) && !names::is_taken(&fact) && fact != AFFECTED_SIDE;
        if names::is_name(name) && !free {
            let message = format!("a direction cannot be called `{}`", name.value);
            let hint = format!("how it feels is kept in a fact, and no fact can be called `{fact}`");
            self.error(source, &name.span, message, &hint);
        }
    }
}

/// A direction of one exercise only that looks like that of several others.
fn lone_direction(checker: &mut Checker<'_>, source: SourceId, language: &str, direction: &At<String>) {
    let library = checker.library;
    let all = library.exercises().filter(|e| e.item.language.value == language);
    let all = all.filter_map(|e| e.item.direction.as_ref()).map(|name| name.value.as_str());
    if all.clone().filter(|name| *name == direction.value).count() > 1 {
        return;
    }
    let shared = all.clone().filter(|name| all.clone().filter(|other| other == name).count() > 1);
    if let Some(hint) = did_you_mean(direction, shared) {
        let message = format!("only this exercise has the direction `{}`", direction.value);
        checker
            .push(crate::diagnostic::Diagnostic::warning(source, direction.span.clone(), message).hint(hint));
    }
}

fn texts<'a>(checker: &mut Checker<'a>, filed: &'a Filed<Exercise>, given_sides: bool) {
    let Exercise { language, title, full, brief, switch, cautions, stop, level, .. } = &filed.item;
    let source = filed.source;
    checker.text(source, language, Scope::Facts, title);
    let scope = |level: Option<&At<Level>>| {
        if given_sides || filed.item.sides(level) != Sides::None { Scope::Sides } else { Scope::Exercise }
    };
    // A level can have sides that the exercise itself has not.
    let any = level.iter().map(Some).chain([None]).any(|level| scope(level) == Scope::Sides);
    let own = if any { Scope::Sides } else { Scope::Exercise };
    checker.texts(source, language, own, [full, brief].into_iter().chain(switch).chain(cautions).chain(stop));
    for level in level {
        let Level { say, full, brief, switch, .. } = &level.value;
        let texts = [say].into_iter().chain(full).chain(brief).chain(switch);
        checker.texts(source, language, scope(Some(level)), texts);
    }
}

/// The wording for its own sides, on each level, without doubles.
fn sides<'a>(checker: &mut Checker<'a>, filed: &'a Filed<Exercise>) {
    let item = &filed.item;
    let levels = item.level.iter().map(Some).chain(item.level.is_empty().then_some(None));
    let mut seen = HashSet::new();
    for level in levels {
        let mut lacks = checker.side_lacks(filed, level, item.sides(level));
        lacks.retain(|lack| seen.insert((lack.span.clone(), lack.message.clone())));
        checker.report_lacks(filed.source, None, filed.source, lacks);
    }
}

fn growth(checker: &mut Checker<'_>, filed: &Filed<Exercise>, progression: &Progression) {
    let item = &filed.item;
    let dose = item.first_level().map_or(item.dose.clone(), |level| level.dose.over(&item.dose));
    let Progression { reps, hold, time, levels, last_level, .. } = progression;
    if let Some(reps) = reps {
        let base = dose.reps.as_ref().map(|at| u64::from(at.value));
        let grows = Growth { name: "reps", base, to: reps.to.into(), step: reps.step.into() };
        grows.check(checker, filed, &reps.span);
    }
    for (name, grows, base) in [("hold", hold, &dose.hold), ("time", time, &dose.time)] {
        if let Some(at) = grows {
            let frames = |Duration(Frames(frames)): Duration| frames;
            let base = base.as_ref().map(|base| frames(base.value));
            Growth { name, base, to: frames(at.to), step: frames(at.step) }.check(checker, filed, &at.span);
        }
    }
    if let Some(last) = last_level {
        self::last_level(checker, filed, last, *levels);
    }
    if *levels && item.level.is_empty() && !filed.lost_somewhere("level") {
        let message = "`levels = true`, but there is no `[[level]]`";
        checker.error(filed.source, &super::TOP, message, "add levels, or leave `levels` out");
    }
}

fn last_level(checker: &mut Checker<'_>, filed: &Filed<Exercise>, last: &At<String>, levels: bool) {
    let ids = || filed.item.level.iter().map(|level| level.id.as_str());
    let place = |id: &str| ids().position(|known| known == id);
    let start = filed.item.first_level().and_then(|level| place(&level.id));
    let (message, hint) = match place(last) {
        None if filed.lost_somewhere("level") => return,
        None => {
            let hint = did_you_mean(last, ids()).unwrap_or_else(|| "it is the id of a `[[level]]`".into());
            (format!("there is no level `{}`", last.value), hint)
        }
        Some(_) if !levels => {
            ("`last-level` without `levels = true`".into(), "no level follows another".into())
        }
        Some(last) if Some(last) < start => (
            "`last-level` comes before the level it starts from".into(),
            "levels follow from `start` on".into(),
        ),
        Some(_) => return,
    };
    checker.error(filed.source, &last.span, message, &hint);
}

struct Growth {
    name: &'static str,
    base: Option<u64>,
    to: u64,
    step: u64,
}

impl Growth {
    fn check(&self, checker: &mut Checker<'_>, filed: &Filed<Exercise>, span: &std::ops::Range<usize>) {
        let name = self.name;
        if self.step == 0 {
            let message = format!("`{name}` grows by a step of zero");
            checker.error(filed.source, span, message, "write how much is added each time");
        }
        match self.base {
            None if !filed.lost_somewhere(name) && !filed.lost_somewhere("dose") => {
                let message = format!("`{name}` cannot grow, because the dose has none");
                let hint = format!("add `{name}` to `[dose]`, or leave the growth out");
                checker.error(filed.source, span, message, &hint);
            }
            Some(base) if self.to < base => {
                let message = format!("`{name}` grows to less than the dose it starts from");
                checker.error(filed.source, span, message, "`to` is the highest dose");
            }
            _ => {}
        }
    }
}
