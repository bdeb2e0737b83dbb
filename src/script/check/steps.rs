//! The steps of a session: exactly one kind each, doses only on exercises, names that exist, sides that can be known.

use std::collections::BTreeSet;
use std::ops::Range;

use super::super::{At, Dose, Exercise, Filed, Kind, Level, Session, Sides, Step};
use super::Checker;
use super::sessions::{Walk, code};
use super::wording::Scope;
use crate::diagnostic::{Diagnostic, SourceId, did_you_mean};

/// The longest rest as a step of its own, in seconds.
const LONGEST_REST: u64 = 60 * 60;

pub(super) fn check<'a>(checker: &mut Checker<'a>, filed: &'a Filed<Session>, walk: &mut Walk<'a>) {
    let library = checker.library;
    let session = &filed.item;
    let language = session.language.value.as_str();
    let mut side_known = session.facts.contains_key(super::super::AFFECTED_SIDE)
        || session.begin.iter().any(|name| walk.side_known.by_check_in(library, language, name));
    let mut earlier = BTreeSet::new();
    for step in &session.step {
        let mut stand = Stand { checker, filed, step, earlier: &earlier, walk, side_known };
        stand.check();
        side_known = stand.side_known || stand.learns_side();
        earlier.extend(step.id.as_ref().map(|id| id.value.as_str()));
    }
}

struct Stand<'c, 'a> {
    checker: &'c mut Checker<'a>,
    filed: &'a Filed<Session>,
    step: &'a At<Step>,
    /// Names of the steps before it.
    earlier: &'c BTreeSet<&'a str>,
    walk: &'c mut Walk<'a>,
    /// Whether the affected side can be known by now.
    side_known: bool,
}

impl<'a> Stand<'_, 'a> {
    fn check(&mut self) {
        let (source, step, language) = (self.filed.source, self.step, self.language());
        self.one_kind();
        if let Some(when) = &step.when {
            self.checker.expression(source, language, when);
        }
        if let Some(say) = &step.say {
            self.checker.text(source, language, Scope::Facts, say);
        }
        if let Some(name) = &step.check_in {
            self.checker.check_in_exists(source, language, name);
        }
        if let Some(name) = &step.session {
            self.included(name);
        }
        if let Some(to) = &step.back_to {
            super::jumps::check(self.checker, self.filed, step, to, self.earlier);
        }
        match &step.exercise {
            Some(name) => self.exercise(name),
            None => self.no_dose(),
        }
    }

    fn language(&self) -> &'a str {
        &self.filed.item.language.value
    }

    fn kinds(&self) -> impl Iterator<Item = (&'static str, &'a Range<usize>)> {
        let Step { exercise, say, chime, check_in, session, back_to, .. } = &self.step.value;
        [
            ("exercise", exercise.as_ref().map(|at| &at.span)),
            ("say", say.as_ref().map(|at| &at.span)),
            ("chime", chime.as_ref().map(|at| &at.span)),
            ("check-in", check_in.as_ref().map(|at| &at.span)),
            ("session", session.as_ref().map(|at| &at.span)),
            ("back-to", back_to.as_ref().map(|at| &at.span)),
        ]
        .into_iter()
        .filter_map(|(name, span)| Some((name, span?)))
    }

    fn one_kind(&mut self) {
        let kinds: Vec<_> = self.kinds().collect();
        let source = self.filed.source;
        match kinds.as_slice() {
            [] if self.step.rest.is_none() && !self.filed.damaged(&self.step.span) => {
                let hint =
                    "write one of `exercise`, `say`, `chime`, `rest`, `check-in`, `session`, `back-to`";
                self.checker.error(source, &self.step.span, "the step does nothing", hint);
            }
            [(first, first_span), rest @ ..] => {
                for (name, span) in rest {
                    self.checker.push(
                        Diagnostic::error(
                            source,
                            (*span).clone(),
                            format!("`{first}` and `{name}` in one step"),
                        )
                        .also(source, (*first_span).clone(), "the step is this already")
                        .hint("make two steps of it"),
                    );
                }
            }
            [] => {}
        }
    }

    fn included(&mut self, name: &'a At<String>) {
        let library = self.checker.library;
        let language = self.language();
        if library.session(name, Some(language)).is_none() {
            let known = library.sessions().filter(|s| s.item.language.value == language);
            let known = known.map(|session| session.id.as_str());
            self.checker.unknown(self.filed.source, Kind::Session, name, known, language);
        }
    }

    /// Keys that only an exercise can have.
    fn no_dose(&mut self) {
        let step = &self.step.value;
        let source = self.filed.source;
        let is_rest = self.kinds().next().is_none();
        if is_rest {
            self.checker.length(source, "rest", step.rest.as_ref(), LONGEST_REST);
        }
        let Dose { reps, hold, sets, rest, sides, time, tempo, count, halfway, countdown } = &step.dose();
        let spans = [
            ("level", step.level.as_ref().map(|at| &at.span)),
            ("reps", reps.as_ref().map(|at| &at.span)),
            ("hold", hold.as_ref().map(|at| &at.span)),
            ("sets", sets.as_ref().map(|at| &at.span)),
            ("rest", rest.as_ref().filter(|_| !is_rest).map(|at| &at.span)),
            ("sides", sides.as_ref().map(|at| &at.span)),
            ("time", time.as_ref().map(|at| &at.span)),
            ("tempo", tempo.as_ref().map(|at| &at.span)),
            ("count", count.as_ref().map(|at| &at.span)),
            ("halfway", halfway.as_ref().map(|at| &at.span)),
            ("countdown", countdown.as_ref().map(|at| &at.span)),
            ("ask", step.ask.as_ref().map(|at| &at.span)),
            ("form", step.form.as_ref().map(|_| &self.step.span)),
        ];
        if self.filed.lost(&self.step.span, "exercise") {
            return;
        }
        for (name, span) in spans.into_iter().filter_map(|(name, span)| Some((name, span?))) {
            let message = format!("`{name}` on a step that is no exercise");
            self.checker.error(source, span, message, "leave it out, or say which `exercise` is meant");
        }
    }

    fn exercise(&mut self, name: &'a At<String>) {
        let library = self.checker.library;
        let (source, language) = (self.filed.source, self.language());
        self.checker.dose(source, &self.step.dose());
        if let Some(check_in) = &self.step.ask {
            self.checker.check_in_exists(source, language, check_in);
        }
        let Some(exercise) = library.exercise(language, name) else {
            let known = library.exercises().filter(|e| e.item.language.value == language);
            let known = known.map(|exercise| exercise.id.as_str());
            return self.checker.unknown(source, Kind::Exercise, name, known, language);
        };
        let level = self.level(exercise);
        self.main_dose(name, exercise);
        self.sides(name, exercise, level);
    }

    fn level(&mut self, exercise: &'a Filed<Exercise>) -> Option<&'a At<Level>> {
        let item = &exercise.item;
        let Some(wanted) = &self.step.level else {
            return item.first_level();
        };
        let found = item.level.iter().find(|level| level.id.value == wanted.value);
        if found.is_none() && !exercise.lost_somewhere("id") {
            let known = item.level.iter().map(|level| level.id.value.as_str());
            let hint = did_you_mean(wanted, known.clone()).unwrap_or_else(|| {
                if item.level.is_empty() {
                    "the exercise has no levels".into()
                } else {
                    format!("its levels are {}", super::super::notes::listed(known))
                }
            });
            let message = format!("`{}` has no level `{}`", exercise.id, wanted.value);
            self.checker.error(self.filed.source, &wanted.span, message, &hint);
        }
        found
    }

    fn main_dose(&mut self, name: &At<String>, exercise: &Filed<Exercise>) {
        let item = &exercise.item;
        let own = item.dose.has_main() || self.step.dose().has_main();
        let by_levels = !item.level.is_empty() && item.level.iter().all(|level| level.dose.has_main());
        let lost = ["reps", "hold", "time", "dose"];
        let lost =
            lost.iter().any(|key| self.filed.lost(&self.step.span, key) || exercise.lost_somewhere(key));
        if !own && !by_levels && !lost {
            let message = format!("nothing says how much of `{}` is to be done", name.value);
            let hint = "write `reps`, `hold` or `time` here or in the exercise's `[dose]`";
            self.checker.error(self.filed.source, &name.span, message, hint);
        }
    }

    fn sides(&mut self, name: &'a At<String>, exercise: &'a Filed<Exercise>, level: Option<&'a At<Level>>) {
        let own = self.step.sides.as_ref();
        let sides = own.map_or_else(|| exercise.item.sides(level), |sides| sides.value);
        let span = own.map_or(&name.span, |sides| &sides.span);
        if matches!(sides, Sides::Affected | Sides::Unaffected) && !self.side_known {
            let hint = "ask for it first: a check-in in `begin` or an earlier step must set `affected_side`";
            let message = "nothing before this step can know the affected side";
            self.checker.error(self.filed.source, span, message, hint);
        }
        if let Some(sides) = own {
            self.wording(sides, exercise, level);
        }
    }

    /// The exercise's own sides are checked with the exercise; here only those that the step brings.
    fn wording(&mut self, sides: &At<Sides>, exercise: &'a Filed<Exercise>, level: Option<&'a At<Level>>) {
        let source: SourceId = self.filed.source;
        let key = (std::ptr::from_ref(exercise), level.map(|l| l.id.value.as_str()), code(sides.value));
        if self.walk.worded.contains_key(&key) {
            return;
        }
        let lacks = self.checker.side_lacks(exercise, level, sides.value);
        let lacking = !lacks.is_empty();
        let named = sides.value == Sides::None && self.checker.mentions_side(&exercise.item, level);
        self.walk.worded.insert(key, !lacking && !named);
        if sides.value != exercise.item.sides(level) {
            self.checker.report_lacks(source, Some(&sides.span), exercise.source, lacks);
        }
        if named {
            self.checker.push(
                Diagnostic::error(source, sides.span.clone(), "the texts of this exercise name a side")
                    .also(exercise.source, exercise.item.full.span.clone(), "here")
                    .hint("leave `sides` out, or say which side"),
            );
        }
    }

    /// Whether this step can tell the affected side.
    fn learns_side(&mut self) -> bool {
        self.walk.side_known.by_step(self.checker.library, self.language(), self.step)
    }
}
