//! A session that was cut off, offered before it goes on.

use std::collections::BTreeMap;

use matside::history::What as Row;
use matside::runner::{Command, CutOff, Runner, Said};

use crate::resume::marks;
use crate::*;

/// Where somebody well stood before the second exercise.
fn cut_off() -> (Arc<Plan>, State) {
    let plan = plan("taste");
    let whole = live(&plan, None, &mut Somebody { answers: well(), acts: vec![] });
    let state = marks(&whole).map(|(_, state)| state).find(|state| state.done.len() == 1).unwrap();
    (plan, state)
}

fn offered(answer: &'static str, acts: Vec<(&'static str, u64, Event)>) -> Trace {
    let (plan, state) = cut_off();
    let cut_off = CutOff { plan: plan.clone(), state };
    let runner = Runner::offer(plan, Options::default(), cut_off, BTreeMap::new());
    let answers = [("go-on", answer)].into_iter().chain(well()).collect();
    timeline::trace_of(runner, &mut Somebody { answers, acts }, &mut estimate)
}

fn keeps_the_place(trace: &Trace) {
    assert!(marks(trace).next().is_none(), "the bookmark stays what it was");
    ended(trace, Ending::EndedEarly);
}

#[test]
fn going_on_is_what_resuming_is() {
    let (plan, state) = cut_off();
    let resumed = live(&plan, Some(state), &mut Somebody { answers: well(), acts: vec![] });
    let trace = offered("go on", vec![]);
    ended(&trace, Ending::Done);
    let said = lines(&trace);
    assert!(said[0].starts_with("This session was cut off."), "{said:?}");
    assert!(said.ends_with(&lines(&resumed)), "{}", written(&trace));
}

#[test]
fn starting_over_is_a_whole_session() {
    let whole = live(&plan("taste"), None, &mut Somebody { answers: well(), acts: vec![] });
    let trace = offered("start over", vec![]);
    ended(&trace, Ending::Done);
    assert!(lines(&trace).ends_with(&lines(&whole)), "{}", written(&trace));
    assert!(trace.entries.iter().filter_map(note).any(|note| *note == Note::StartedOver));
}

#[test]
fn not_today_silence_and_stop_leave_the_place() {
    for answer in ["not today", "", "stop"] {
        keeps_the_place(&offered(answer, vec![]));
    }
    let stop = Event::Command(Command::Stop);
    keeps_the_place(&offered("", vec![("cut off", 100, stop)]));
}

#[test]
fn the_answer_is_a_record() {
    let trace = offered("go on", vec![]);
    let first = trace.entries.iter().filter_map(note).find_map(|note| match note {
        Note::Record(row) => Some((**row).clone()),
        _ => None,
    });
    assert!(matches!(first, Some(Row::Answer(answer)) if answer.check_in == "go-on"));
}

#[test]
fn a_session_that_is_refused_says_why_and_nothing_else() {
    let runner = Runner::tell(
        plan("taste"),
        Options::default(),
        &[Said::Phrase("blocked", vec![])],
        Ending::Emergency,
    );
    let acts = vec![("emergency", 100, Event::Command(Command::Skip))];
    let trace = timeline::trace_of(runner, &mut Somebody { answers: well(), acts }, &mut estimate);
    ended(&trace, Ending::Emergency);
    assert_eq!(lines(&trace)[0], "You told me of an emergency.");
    assert!(marks(&trace).next().is_none() && lines(&trace).len() == 3, "{}", written(&trace));
}
