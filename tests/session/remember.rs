//! What is remembered from one session to the next.

use std::collections::BTreeMap;

use matside::history::{Answer, What};
use matside::runner::{Command, Runner};
use matside::script::FactValue;

use crate::*;

const MAT: &str = r#"
format = 1
language = "en"
title = "Mat"
ask = "Do you have a mat?"
fact = "mat"
remember-days = 30
ask-again = 0

[[answer]]
id = "yes"
heard = ["yes"]
set = { soft = true }
say = "Good."

[[answer]]
id = "none"
heard = ["none"]
then = "end-gently"
say = "Not today."

[[answer]]
id = "emergency"
heard = ["help"]
refer = "emergency"
say = "Call."

[no-answer]
set = { soft = false }
say = "No mat."
"#;

const SESSION: &str = r#"
format = 1
language = "en"
title = "Memory"
minutes = [0, 5]
begin = ["red-flags", "mat"]

[facts]
mat = "unknown"

[[step]]
say = "The mat: {{ mat }}, first {{ first_mat }}."

[[step]]
check-in = "mat"
"#;

type Facts = BTreeMap<String, FactValue>;

fn memory() -> Arc<Plan> {
    plan_of(&library(&[("check-ins/mat.toml", MAT), ("memory.toml", SESSION)]), "memory")
}

fn word(word: &str) -> FactValue {
    FactValue::Word(word.into())
}

fn facts(facts: &[(&str, FactValue)]) -> Facts {
    facts.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect()
}

fn knowing(facts: Facts, mat: &'static str, options: Options) -> Trace {
    let runner = Runner::start_knowing(memory(), options, facts);
    let mut person = Somebody { answers: vec![("red-flags", "no"), ("mat", mat)], acts: vec![] };
    timeline::trace_of(runner, &mut person, &mut estimate)
}

fn some(known: &Facts) -> BTreeMap<String, Option<FactValue>> {
    known.iter().map(|(name, value)| (name.clone(), Some(value.clone()))).collect()
}

/// For how many days which facts are to be known; what is no longer to be known has no value.
fn remembered(trace: &Trace) -> Vec<(u32, BTreeMap<String, Option<FactValue>>)> {
    let kept = |answer: &Answer| {
        let gone: BTreeMap<_, _> = answer.forgets.iter().map(|fact| (fact.clone(), None)).collect();
        match answer.days {
            None if gone.is_empty() => None,
            None => Some((0, gone)),
            Some(days) => Some((days, some(&answer.facts))),
        }
    };
    recorded_answers(trace).filter_map(kept).collect()
}

fn recorded_answers(trace: &Trace) -> impl Iterator<Item = &Answer> {
    trace.entries.iter().filter_map(note).filter_map(|note| match note {
        Note::Record(what) => match &**what {
            What::Answer(answer) => Some(answer),
            _ => None,
        },
        _ => None,
    })
}

fn asked(trace: &Trace) -> Vec<&str> {
    let notes = trace.entries.iter().filter_map(note);
    notes
        .filter_map(|note| match note {
            Note::Asked { check_in } => Some(check_in.as_str()),
            _ => None,
        })
        .collect()
}

#[test]
fn an_answer_is_remembered_with_all_its_facts_before_its_reply() {
    let trace = knowing(Facts::new(), "yes", Options::default());
    ended(&trace, Ending::Done);
    let both = some(&facts(&[("mat", word("yes")), ("soft", FactValue::Flag(true))]));
    assert_eq!(remembered(&trace), [(30, both.clone()), (30, both)], "once for each time it was asked");
    let place = |wanted: &dyn Fn(&Entry) -> bool| trace.entries.iter().position(wanted).unwrap();
    let note = place(&|entry| matches!(note(entry), Some(Note::Record(_))));
    assert!(note < place(&|entry| text(entry) == Some("Good.")), "{}", written(&trace));
}

#[test]
fn silence_is_not_remembered() {
    let trace = knowing(Facts::new(), "", Options::default());
    ended(&trace, Ending::Done);
    assert_eq!(remembered(&trace), []);
}

/// An older answer to the same question is then no longer known, so that it is asked again.
#[test]
fn an_answer_that_ends_the_session_is_forgotten() {
    for (answer, ending) in [("none", Ending::Symptoms), ("help", Ending::Emergency)] {
        let trace = knowing(facts(&[("mat", word("yes"))]), answer, Options::default());
        ended(&trace, ending);
        assert_eq!(remembered(&trace), [(0, [("mat".to_owned(), None)].into())], "{answer}");
    }
}

/// "Worse" in the first exercise of a shipped session, and this answer to the question about it.
fn worse(session: &str, question: &'static str, answer: &'static str, known: &[(&str, FactValue)]) -> Trace {
    let mut answers = vec![(question, answer)];
    answers.extend(well().into_iter().filter(|(id, _)| *id != question));
    let acts = vec![("Stop if", 9_000, Event::Command(Command::Worse))];
    let runner = Runner::start_knowing(plan(session), Options::default(), facts(known));
    timeline::trace_of(runner, &mut Somebody { answers, acts }, &mut estimate)
}

/// "No weakness" from some days ago is then no longer true.
#[test]
fn new_weakness_takes_back_what_was_remembered_of_it() {
    let trace = worse("gentle-daily", "got-worse", "weak", &[("weak_or_numb", word("no"))]);
    ended(&trace, Ending::Symptoms);
    let (_, last) = remembered(&trace).pop().unwrap();
    assert_eq!(last, [("weak_or_numb".to_owned(), None)].into(), "{}", written(&trace));
}

#[test]
fn a_test_that_got_worse_takes_the_place_of_one_that_was_better() {
    for answer in ["the same place", "further down"] {
        let trace = worse("direction-test", "direction-got-worse", answer, &[("extension", word("better"))]);
        ended(&trace, Ending::Done);
        let worse = Some(Some(word("worse")));
        let kept = remembered(&trace);
        let kept = kept.iter().any(|(days, facts)| *days == 14 && facts.get("extension").cloned() == worse);
        assert!(kept, "{}", written(&trace));
        let found = "Bending backward felt worse, so leave it out for two weeks.";
        assert!(lines(&trace).contains(&found), "{}", written(&trace));
    }
}

#[test]
fn a_recording_remembers_nothing() {
    let trace = recorded(&memory());
    ended(&trace, Ending::Done);
    assert_eq!(remembered(&trace), []);
}

#[test]
fn a_remembered_question_of_the_beginning_is_passed_over() {
    let trace = knowing(facts(&[("mat", word("thick")), ("gone", word("x"))]), "yes", Options::default());
    ended(&trace, Ending::Done);
    assert_eq!(asked(&trace), ["red-flags", "mat"], "asked only where the step says so");
    // It lies over the session's own fact, and nobody said it today.
    assert!(lines(&trace).contains(&"The mat: thick, first ."), "{}", written(&trace));
    let unknown = knowing(facts(&[("soft", FactValue::Flag(true))]), "yes", Options::default());
    assert_eq!(asked(&unknown), ["red-flags", "mat", "mat"]);
}

#[test]
fn a_question_without_days_is_asked_whatever_is_known() {
    let forgetful = MAT.replace("remember-days = 30\n", "");
    let plan = plan_of(&library(&[("check-ins/mat.toml", &forgetful), ("memory.toml", SESSION)]), "memory");
    let runner = Runner::start_knowing(plan, Options::default(), facts(&[("mat", word("yes"))]));
    let mut person = Somebody { answers: vec![("red-flags", "no"), ("mat", "yes")], acts: vec![] };
    let trace = timeline::trace_of(runner, &mut person, &mut estimate);
    assert_eq!(asked(&trace), ["red-flags", "mat", "mat"]);
    assert_eq!(remembered(&trace), []);
}

#[test]
fn a_session_that_is_resumed_still_passes_the_question_over() {
    let trace = knowing(facts(&[("mat", word("thick"))]), "yes", Options::default());
    let at_flags = trace.entries.iter().filter_map(note).find_map(|note| match note {
        Note::Mark(state) if state.asking.is_some() => Some((**state).clone()),
        _ => None,
    });
    let kept = serde_json::to_string(&at_flags.unwrap()).unwrap();
    // The open question is put again, but not counted as asked.
    let acts = vec![("bladder or bowel", 1000, Event::Said("no".into()))];
    let mut person = Somebody { answers: vec![("mat", "yes")], acts };
    let rest = live(&memory(), Some(serde_json::from_str(&kept).unwrap()), &mut person);
    assert!(lines(&rest).contains(&"The mat: thick, first ."), "{}", written(&rest));
    assert_eq!(asked(&rest), ["mat"]);
}

/// The direction test keeps what it found; the question of every other day does not.
#[test]
fn how_a_direction_felt_is_remembered_from_its_test() {
    let test = FELT.replace("remember-days = 14\n", "");
    for (felt, expected) in
        [(FELT, vec![(14, [("extension".to_owned(), Some(word("worse")))].into())]), (&test, vec![])]
    {
        let plan = plan_of(&library(&[("check-ins/felt.toml", felt), ("bend.toml", BEND)]), "bend");
        let mut person = Somebody { answers: vec![("felt", "worse")], acts: vec![] };
        let trace = timeline::trace_of(Runner::start(plan, Options::default()), &mut person, &mut estimate);
        ended(&trace, Ending::Done);
        assert_eq!(remembered(&trace), expected);
    }
}

const BEND: &str = r#"
format = 1
language = "en"
title = "Bend"
minutes = [0, 9]

[[step]]
exercise = "press-up"
reps = 2
ask = "felt"
"#;

const FELT: &str = r#"
format = 1
language = "en"
title = "Felt"
ask = "Better or worse?"
remember-days = 14

[[answer]]
id = "better"
heard = ["better"]
direction = "better"

[[answer]]
id = "worse"
heard = ["worse"]
direction = "worse"
then = "skip-direction"

[no-answer]
direction = "unknown"
"#;
