//! Check-ins: the question, the scale, and that every answer and silence has a consequence.

use super::super::{CheckIn, Filed, Refer};
use super::wording::Scope;
use super::{Checker, TOP, answers, outcomes, remember};

const LONGEST_WAIT: u64 = 10 * 60;
const MOST_ASKED_AGAIN: u32 = 10;

pub(super) fn check(checker: &mut Checker<'_>) {
    let library = checker.library;
    for filed in library.check_ins() {
        question(checker, filed);
        scale(checker, filed);
        silence(checker, filed);
        answers::check(checker, filed);
        outcomes::check(checker, filed);
        remember::check(checker, filed);
    }
}

fn question<'a>(checker: &mut Checker<'a>, filed: &'a Filed<CheckIn>) {
    let CheckIn { language, ask, again, recorded, wait, ask_again, fact, .. } = &filed.item;
    let source = filed.source;
    checker.texts(source, language, Scope::CheckIn, [ask].into_iter().chain(again).chain(recorded));
    checker.length(source, "wait", wait.as_ref(), LONGEST_WAIT);
    if let Some(times) = ask_again.as_ref().filter(|times| times.value > MOST_ASKED_AGAIN) {
        let message = format!("asked `{}` times again, nobody answers any more", times.value);
        checker.error(source, &times.span, message, &format!("at most {MOST_ASKED_AGAIN}"));
    }
    if let Some(fact) = fact {
        checker.fact(source, fact);
    }
}

fn scale(checker: &mut Checker<'_>, filed: &Filed<CheckIn>) {
    let Some(scale) = &filed.item.scale else {
        return;
    };
    let [low, high] = scale.value.0;
    let words = checker.library.phrases(&filed.item.language).map_or(61, |p| p.item.numbers.len());
    let highest = i64::try_from(words).unwrap_or(i64::MAX) - 1;
    if low >= high {
        let message = format!("`scale` goes from {low} to {high}");
        checker.error(filed.source, &scale.span, message, "write the lowest and the highest, like `[0, 10]`");
    } else if low < 0 || high > highest.max(0) {
        let message =
            format!("`scale` goes from {low} to {high}, but there are words for 0 to {highest} only");
        checker.error(filed.source, &scale.span, message, "stay within the `numbers` of the phrases");
    }
}

/// Silence is never taken as "fine", and a recording, which cannot hear, says what an emergency is.
fn silence(checker: &mut Checker<'_>, filed: &Filed<CheckIn>) {
    let item = &filed.item;
    if item.no_answer.is_none() {
        let hint = "add `[no-answer]` with the cautious consequence, like `then = \"easier\"`";
        checker.absent(filed, &TOP, "no-answer", "nothing says what no answer means", hint);
    }
    if item.answer.is_empty() {
        checker.absent(filed, &TOP, "answer", "the check-in has no answers", "add at least one `[[answer]]`");
    }
    let silence = item.no_answer.as_ref().and_then(|outcome| outcome.refer.as_ref());
    let mut refers = item.answer.iter().filter_map(|answer| answer.refer.as_ref()).chain(silence);
    let grave = refers.find(|refer| refer.value != Refer::Information);
    if let Some(refer) = grave.filter(|_| item.recorded.is_none() && !filed.lost(&TOP, "recorded")) {
        let message = "`recorded` is missing, but an answer sends to help";
        let hint = "a rendered session cannot hear: write in `recorded` what to do if the answer is yes";
        checker.error(filed.source, &refer.span, message, hint);
    }
}
