//! Going back to an earlier step: only under a condition, and only within one file.

use std::collections::BTreeSet;

use super::super::{At, Filed, Session, Step};
use super::Checker;
use crate::diagnostic::did_you_mean;

/// `earlier` are the names of the steps before `step`.
pub(super) fn check(
    checker: &mut Checker<'_>,
    filed: &Filed<Session>,
    step: &At<Step>,
    to: &At<String>,
    earlier: &BTreeSet<&str>,
) {
    if step.when.is_none() && !filed.lost(&step.span, "when") {
        let hint = "say with `when` for how long, like `when = \"again == 'yes'\"`";
        checker.error(filed.source, &to.span, "this would go back for ever", hint);
    }
    if earlier.contains(to.value.as_str()) || filed.lost_somewhere("id") {
        return;
    }
    let here = filed.item.step.iter().any(|step| step.id.as_ref().is_some_and(|id| id.value == to.value));
    let (message, hint) = if here {
        (
            format!("`{}` does not come before this step", to.value),
            "only an earlier step can be gone back to".into(),
        )
    } else {
        (format!("no step is called `{}`", to.value), elsewhere(checker, filed, to, earlier))
    };
    checker.error(filed.source, &to.span, message, &hint);
}

fn elsewhere(
    checker: &Checker<'_>,
    filed: &Filed<Session>,
    to: &At<String>,
    earlier: &BTreeSet<&str>,
) -> String {
    let included = filed.item.step.iter().filter_map(|step| step.session.as_ref());
    let inside = |name: &&At<String>| {
        let session = checker.library.session(name, Some(&filed.item.language));
        let mut steps = session.into_iter().flat_map(|session| &session.item.step);
        steps.any(|step| step.id.as_ref().is_some_and(|id| id.value == to.value))
    };
    let session = included.into_iter().find(inside);
    let session = session.map(|name| {
        format!("there is one in `{}`, but only a step of this file can be gone back to", name.value)
    });
    let hint = session.or_else(|| did_you_mean(to, earlier.iter().copied()));
    hint.unwrap_or_else(|| "give an earlier step this `id`".into())
}
