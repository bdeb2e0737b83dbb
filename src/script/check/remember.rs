//! What a check-in remembers: for how long, and that passing over the question loses nothing but the question.

use super::super::{Answer, CheckIn, Filed, Refer, Then};
use super::{Checker, TOP};

const MOST_DAYS: u32 = 3650;

pub(super) fn check(checker: &mut Checker<'_>, filed: &Filed<CheckIn>) {
    let item = &filed.item;
    let Some(days) = &item.remember_days else {
        return;
    };
    if !(1..=MOST_DAYS).contains(&days.value) {
        let message = format!("nothing is remembered for `{}` days", days.value);
        checker.error(filed.source, &days.span, message, &format!("write 1 to {MOST_DAYS}"));
    }
    if !sets_something(filed) {
        let message = "there is nothing to remember: no answer that goes on sets a fact";
        checker.error(filed.source, &days.span, message, "add `fact`, or `set` in an answer that goes on");
    }
    only_for_today(checker, filed);
}

fn sets_something(filed: &Filed<CheckIn>) -> bool {
    let ends = |then| matches!(then, Then::Stop | Then::EndGently);
    let mut kept = filed.item.answer.iter().filter(|answer| {
        !answer.then.as_ref().is_some_and(|then| ends(then.value))
            && answer.refer.as_ref().is_none_or(|refer| refer.value != Refer::Emergency)
    });
    let by_all = filed.item.fact.is_some() || filed.lost(&TOP, "fact");
    kept.any(|answer| by_all || sets(answer) || filed.damaged(&answer.span))
}

fn sets(answer: &Answer) -> bool {
    !answer.set.is_empty() || answer.direction.is_some()
}

/// A question that is passed over has its facts, but not what its answer did to the rest of the session. An answer
/// that sets a fact of its own has said it in a way that lasts.
fn only_for_today(checker: &mut Checker<'_>, filed: &Filed<CheckIn>) {
    let changes = [Then::Easier, Then::Harder, Then::SkipTag, Then::SkipDirection];
    let lost = filed.item.answer.iter().filter(|answer| !sets(answer));
    for then in lost.filter_map(|answer| answer.then.as_ref()) {
        if changes.contains(&then.value) {
            let message = "facts are remembered, but this is not: it is done on the day of the answer only";
            let hint = "set a fact, and ask for it in the `when` of the steps";
            checker.error(filed.source, &then.span, message, hint);
        }
    }
}
