//! The invitation to a session that starts by itself: its texts, its questions, and that it comes to an end.

use super::super::phrases::{INVITATION, LATER};
use super::super::{Filed, Invitation, Phrases, Then};
use super::Checker;
use super::wording::Scope;

const LONGEST_SNOOZE: u64 = 6 * 60 * 60;
const MOST_SNOOZES: u32 = 10;

pub(super) fn check<'a>(checker: &mut Checker<'a>, filed: &'a Filed<Phrases>, invitation: &'a Invitation) {
    let (source, language) = (filed.source, &filed.item.language);
    let Invitation { say, missed, ask, last, why, later, again, times } = invitation;
    checker.texts(source, language, Scope::Variables(INVITATION), [say, missed]);
    checker.texts(source, language, Scope::Variables(LATER), [later]);
    for question in [ask, last].into_iter().chain(why) {
        checker.check_in_exists(source, language, question);
    }
    checker.length(source, "again", Some(again), LONGEST_SNOOZE);
    if times.value > MOST_SNOOZES {
        let message = format!("put off `{}` times, it is another day", times.value);
        checker.error(source, &times.span, message, &format!("at most {MOST_SNOOZES}"));
    }
    let answers = checker.library.check_in(language, last).map(|last| &last.item.answer);
    let again = |then: &super::super::At<Then>| then.value == Then::Repeat;
    if answers.into_iter().flatten().any(|answer| answer.then.as_ref().is_some_and(again)) {
        let hint = "take a check-in without `repeat`";
        checker.error(source, &last.span, "the last time it cannot be put off once more", hint);
    }
}
