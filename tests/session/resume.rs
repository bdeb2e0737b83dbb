//! A session that was killed goes on as if it had not been.

use crate::*;

/// What happens from a cue on: when, counted from there, and what.
fn rest(trace: &Trace, mark: usize) -> Vec<(Frames, String)> {
    let from = trace.entries[mark].at;
    let kept = |entry: &&Entry| !matches!(note(entry), Some(Note::Mark(_) | Note::Entered { .. }));
    let rest = trace.entries[mark..].iter().filter(kept);
    rest.map(|entry| (entry.at - from, format!("{:?}", entry.what))).collect()
}

/// Every cue, with the state from which it can be resumed, in the form it has on disk.
pub(crate) fn marks(trace: &Trace) -> impl Iterator<Item = (usize, State)> {
    trace.entries.iter().enumerate().filter_map(|(i, entry)| match note(entry) {
        Some(Note::Mark(state)) => {
            let json = serde_json::to_string(state).unwrap();
            Some((i, serde_json::from_str(&json).unwrap()))
        }
        _ => None,
    })
}

/// About two dozen of them, always the same, spread over the whole; all of a short session's.
fn some(trace: &Trace) -> impl Iterator<Item = (usize, State)> {
    let every = (marks(trace).count() / 24).max(1);
    marks(trace).step_by(every)
}

/// Resumed at cue `mark` of `whole`, `part` must be the rest of it, once it has greeted whoever came back.
pub(crate) fn same(whole: &Trace, mark: usize, part: &Trace) {
    let greeted = marks(part).next().unwrap().0;
    let (wanted, found) = (rest(whole, mark), rest(part, greeted));
    let differs = (0..wanted.len().max(found.len())).find(|i| wanted.get(*i) != found.get(*i));
    if let Some(i) = differs {
        let at = whole.entries[mark].at;
        panic!("resumed at {at}: expected {:?}, found {:?}", wanted.get(i), found.get(i));
    }
}

/// Uses up the answers that `somebody` gave in `whole` before the entry `mark`.
pub(crate) fn caught_up(somebody: &mut Somebody, whole: &Trace, mark: usize) {
    for entry in &whole.entries[..mark] {
        if let Some(Note::Asked { check_in }) = note(entry) {
            somebody.answer(check_in);
        }
    }
}

#[test]
fn a_recording_resumed_at_any_cue_is_the_rest_of_the_whole() {
    let options = Options { recorded: true, ..Options::default() };
    for plan in shipped() {
        let whole = recorded(plan);
        let cues = marks(&whole).count();
        assert!(cues > 20, "only {cues} cues in {}", plan.id);
        for (mark, state) in some(&whole) {
            same(&whole, mark, &timeline::trace(plan, options, Some(state), &mut Nobody, &mut estimate));
        }
    }
}

#[test]
fn a_session_with_answers_resumed_between_questions_is_the_rest_of_the_whole() {
    let somebody = || Somebody { answers: well(), ..Somebody::default() };
    // Somebody who answers in English.
    for plan in shipped().iter().filter(|plan| &*plan.language == "en") {
        let whole = live(plan, None, &mut somebody());
        ended(&whole, Ending::Done);
        for (mark, state) in some(&whole).filter(|(_, state)| state.asking.is_none()) {
            let mut back = somebody();
            caught_up(&mut back, &whole, mark);
            same(&whole, mark, &live(plan, Some(state), &mut back));
        }
    }
}

/// A question that was cut off is put again, and its answer counts.
#[test]
fn a_question_cut_off_is_asked_again() {
    let plan = plan("gentle-daily");
    let whole = live(&plan, None, &mut Somebody { answers: well(), ..Somebody::default() });
    let asking =
        |(_, state): &(usize, State)| state.asking.as_ref().is_some_and(|asking| asking.reply.is_none());
    for (mark, state) in marks(&whole).filter(asking) {
        let check_in = state.asking.clone().unwrap().check_in;
        let mut silent = live(&plan, Some(state), &mut Nobody);
        silent.entries.truncate(400);
        let met = silent
            .entries
            .iter()
            .any(|e| matches!(note(e), Some(Note::NoAnswer { check_in: c }) if *c == check_in));
        assert!(met, "{check_in} cut off at entry {mark} was not put again");
    }
}
