//! Programmes: phases that can be reached, sessions that exist, rules and criteria whose names are known.

use super::super::{Filed, Kind, MEASURES, Programme};
use super::{Checker, TOP};
use crate::diagnostic::Diagnostic;

pub(super) fn check(checker: &mut Checker<'_>) {
    let library = checker.library;
    for filed in library.programmes() {
        parameters(checker, filed);
        phases(checker, filed);
        rules(checker, filed);
        for daily in &filed.item.daily {
            checker.check_in_exists(filed.source, &filed.item.language, daily);
        }
        let Programme { advance, leave_out, good, spread, .. } = &filed.item;
        for criterion in advance.iter().chain(leave_out) {
            checker.programme_expression(filed, &criterion.when);
        }
        for criterion in good.iter().chain(spread) {
            checker.session_expression(filed, &criterion.when);
        }
    }
}

fn parameters(checker: &mut Checker<'_>, filed: &Filed<Programme>) {
    let facts = checker.library.fact_names(&filed.item.language);
    for name in filed.item.parameter.keys() {
        checker.fact(filed.source, name);
        let measure = MEASURES.iter().any(|(measure, _)| *measure == name.value);
        if measure || facts.contains(&name.value) {
            let what = if measure { "a measure" } else { "a fact" };
            let message = format!("a parameter cannot be called `{}`", name.value);
            checker.error(filed.source, &name.span, message, &format!("that is {what} already"));
        }
    }
}

fn rules<'a>(checker: &mut Checker<'a>, filed: &'a Filed<Programme>) {
    let rules = &filed.item.rule;
    checker.no_doubles(filed.source, "rule", rules.iter().map(|rule| &rule.id));
    for rule in rules {
        checker.name(filed.source, &rule.id);
        checker.programme_expression(filed, &rule.when);
        checker.programme_text(filed, &rule.say);
    }
}

fn phases(checker: &mut Checker<'_>, filed: &Filed<Programme>) {
    let phase = &filed.item.phase;
    let source = filed.source;
    if phase.is_empty() {
        checker.absent(filed, &TOP, "phase", "the programme has no phases", "add at least one `[[phase]]`");
    }
    checker.no_doubles(source, "phase", phase.iter().map(|phase| &phase.id));
    let mut always = None;
    for phase in phase {
        checker.name(source, &phase.id);
        if let Some(when) = &phase.when {
            checker.programme_expression(filed, when);
        }
        sessions(checker, filed, phase);
        if let Some(earlier) = always {
            let earlier: &super::super::At<super::super::Phase> = earlier;
            let message = format!("the phase `{}` is never reached", phase.id.value);
            checker.push(
                Diagnostic::error(source, phase.id.span.clone(), message)
                    .also(source, earlier.id.span.clone(), "this one always applies")
                    .hint("give the earlier phase a `when`, or move it to the end"),
            );
        } else if phase.when.as_ref().is_none_or(|when| when.trim() == "true")
            && !filed.lost(&phase.span, "when")
        {
            always = Some(phase);
        }
    }
}

fn sessions(
    checker: &mut Checker<'_>,
    filed: &Filed<Programme>,
    phase: &super::super::At<super::super::Phase>,
) {
    let library = checker.library;
    let language = &filed.item.language.value;
    if phase.sessions.is_empty() && !filed.lost(&phase.span, "sessions") {
        let message = format!("the phase `{}` has no sessions", phase.id.value);
        checker.error(filed.source, &phase.id.span, message, "write which `sessions` are done in it");
    }
    for name in &phase.sessions {
        if library.session(name, Some(language)).is_none() {
            let known = library.sessions().filter(|s| s.item.language.value == *language);
            checker.unknown(filed.source, Kind::Session, name, known.map(|s| s.id.as_str()), language);
        }
    }
    if let Some(days) = phase.days_per_week.as_ref().filter(|days| !(1..=7).contains(&days.value)) {
        let message = format!("a week has no `{}` days", days.value);
        checker.error(filed.source, &days.span, message, "write 1 to 7");
    }
}
