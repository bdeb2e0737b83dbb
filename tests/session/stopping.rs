//! The question after "stop": never in the way of the silence, and never in the way of the end.

use matside::frames::RATE;
use matside::runner::{Command, Performance, Runner};
use matside::script::{FactValue, Refer};
use matside::stage::{SETTLE, Stage};

use crate::resume::{marks, same};
use crate::stage::Ticks;
use crate::*;

const WHY: &str = r#"
format = 1
language = "en"
title = "Why stop"
ask = "Why did you stop?"
again = "Once more: why?"
ask-again = 2
wait = "5s"
fact = "why"
recorded = "If it is an emergency, call for help."

[[answer]]
id = "time"
heard = ["no time"]
say = "Until later."
then = "continue"

[[answer]]
id = "pain"
heard = ["pain"]
key = "p"
direction = "worse"
say = "Then all that bends you the same way is left out. It is good that you stopped."
refer = "professional"
then = "skip-direction"

[[answer]]
id = "more"
heard = ["more"]
ask = "energy"

[[answer]]
id = "numb"
heard = ["numb"]
say = "This is an emergency. Call for help now."
refer = "emergency"

[no-answer]
say = "I did not hear why."
then = "stop"
"#;

const ENERGY: &str = r#"
format = 1
language = "en"
title = "Energy"
ask = "Are you tired?"

[[answer]]
id = "tired"
heard = ["yes"]
say = "Sleep well."
then = "end-gently"

[no-answer]
"#;

const SESSION: &str = r#"
format = 1
language = "en"
title = "Stops"
minutes = [1, 5]
stop = "why-stop"
worse = "got-worse"
begin = ["red-flags"]
finish = ["how-was-it"]

[[step]]
exercise = "knee-to-chest"
hold = "20s"

[[step]]
exercise = "pelvic-tilt"
reps = 5
"#;

fn files() -> Vec<(&'static str, &'static str)> {
    vec![("check-ins/why-stop.toml", WHY), ("check-ins/energy.toml", ENERGY), ("stops.toml", SESSION)]
}

fn stops() -> Arc<Plan> {
    plan_with(&files(), "stops")
}

/// The same session without the question.
fn plain() -> Arc<Plan> {
    let plain = SESSION.replace("stop = \"why-stop\"\n", "");
    plan_with(&[("stops.toml", &plain), ("check-ins/energy.toml", ENERGY)], "stops")
}

const STOP: Event = Event::Command(Command::Stop);
const QUESTION: &str = "Why did you stop?";

/// Somebody who stops in the first hold, and then does `acts`.
fn person(acts: Vec<(&'static str, u64, Event)>) -> Somebody {
    let answers =
        [("red-flags", "no"), ("how-was-it", "better"), ("got-worse", "further down"), ("energy", "yes")];
    let acts = [("Hold for twenty", 6_000, STOP)].into_iter().chain(acts).collect();
    Somebody { answers: answers.to_vec(), acts }
}

fn stopped(acts: Vec<(&'static str, u64, Event)>) -> Trace {
    live(&stops(), None, &mut person(acts))
}

/// Somebody who says `words` when asked why.
fn because(words: &str) -> Trace {
    stopped(vec![(QUESTION, 1_500, Event::Said(words.into()))])
}

/// What is said from the goodbye on.
fn from_goodbye(trace: &Trace) -> Vec<&str> {
    lines(trace).into_iter().skip_while(|line| *line != "We stop here.").collect()
}

fn last_mark(trace: &Trace) -> State {
    marks(trace).last().unwrap().1
}

/// The state in which the question after "stop" was first put.
fn while_asked(trace: &Trace) -> (usize, State) {
    marks(trace).find(|(_, state)| state.stopped.is_some()).unwrap()
}

const GOODBYE: [&str; 3] = ["We stop here.", "Rest as long as you need.", QUESTION];

#[test]
fn the_question_comes_after_the_goodbye_and_its_answer_ends_the_session() {
    let trace = because("no time");
    ended(&trace, Ending::EndedEarly);
    assert_eq!(from_goodbye(&trace), [&GOODBYE[..], &["Until later."]].concat(), "{}", written(&trace));
}

#[test]
fn whatever_the_answer_says_the_session_ends_as_stopped() {
    for (answer, last) in [("pain", "It is good that you stopped."), ("more", "Sleep well.")] {
        let trace = because(answer);
        ended(&trace, Ending::EndedEarly);
        assert_eq!(from_goodbye(&trace).last(), Some(&last), "{}", written(&trace));
        assert!(!lines(&trace).contains(&"Pelvic tilts."));
    }
    let referred = because("pain");
    assert!(referred.entries.iter().any(|entry| note(entry) == Some(&Note::Refer(Refer::Professional))));
}

#[test]
fn an_emergency_is_one_also_after_stop() {
    ended(&because("numb"), Ending::Emergency);
    for event in [STOP, Event::Interrupt] {
        let acts = vec![(QUESTION, 1_500, Event::Said("numb".into())), ("This is an emergency", 300, event)];
        ended(&stopped(acts), Ending::Emergency);
    }
}

#[test]
fn silence_ends_it_at_once() {
    let trace = stopped(vec![]);
    ended(&trace, Ending::EndedEarly);
    assert_eq!(from_goodbye(&trace), GOODBYE, "{}", written(&trace));
    // But what was said and not understood is asked again.
    let trace = because("because");
    assert_eq!(from_goodbye(&trace)[3..], ["I did not understand.", "Once more: why?"]);
    ended(&trace, Ending::EndedEarly);
}

#[test]
fn a_second_stop_or_a_signal_ends_it_at_once() {
    let skip = Event::Command(Command::Skip);
    for event in [STOP, Event::Key('q'), Event::Said("stop".into()), Event::Interrupt, skip] {
        let during_goodbye = stopped(vec![("We stop here.", 300, event.clone())]);
        let during_question = stopped(vec![(QUESTION, 700, event.clone())]);
        let waiting = stopped(vec![(QUESTION, 4_000, event)]);
        for (trace, said) in [(during_goodbye, 1), (during_question, 3), (waiting, 3)] {
            ended(&trace, Ending::EndedEarly);
            assert_eq!(from_goodbye(&trace), GOODBYE[..said], "{}", written(&trace));
        }
    }
}

#[test]
fn in_a_pause_too_and_nothing_else_can_be_wished_for() {
    let acts = vec![("Paused.", 2_000, STOP), (QUESTION, 300, Event::Command(Command::HowLong))];
    let mut somebody = person(acts);
    somebody.acts[0].2 = Event::Command(Command::Pause);
    let trace = live(&stops(), None, &mut somebody);
    ended(&trace, Ending::EndedEarly);
    assert_eq!(from_goodbye(&trace), GOODBYE, "{}", written(&trace));
    assert!(trace.entries.iter().any(|entry| note(entry) == Some(&Note::Resumed)));
    for command in [Command::Easier, Command::Harder, Command::Back, Command::Worse] {
        let trace = stopped(vec![(QUESTION, 300, Event::Command(command))]);
        assert_eq!(from_goodbye(&trace), GOODBYE, "{command:?}");
    }
}

#[test]
fn symptoms_are_not_asked_about_once_more() {
    let trace = live(
        &stops(),
        None,
        &mut Somebody {
            answers: vec![("red-flags", "")],
            acts: vec![("I did not hear an answer", 200, STOP)],
        },
    );
    ended(&trace, Ending::Symptoms);
    assert!(!lines(&trace).contains(&QUESTION));
}

/// The samples from a stop on, which comes `at` frames after the start.
fn samples(plan: &Arc<Plan>, at: usize) -> Vec<f32> {
    let performance = Performance::new(Runner::start(plan.clone(), Options::default()));
    let mut stage = Stage::new(performance, Box::new(Ticks), 0.0, Box::new(|_| {}));
    assert_eq!(stage.pull(&mut vec![0.0; at]), at);
    stage.handle(STOP);
    let mut samples = vec![0.0; 60 * RATE as usize];
    let filled = stage.pull(&mut samples);
    samples.truncate(filled);
    samples
}

#[test]
fn the_silence_is_just_as_immediate_to_the_sample() {
    // In the words of the first question.
    let at = 4 * RATE as usize;
    let (with, without) = (samples(&stops(), at), samples(&plain(), at));
    assert!(without.len() > RATE as usize && with.len() > without.len());
    assert!(with[..without.len()] == without[..], "it sounds different before the goodbye is over");
    assert!(with[SETTLE..RATE as usize / 4].iter().all(|sample| *sample == 0.0));
    assert!(with[..SETTLE].iter().any(|sample| *sample != 0.0), "nothing was sounding");
}

#[test]
fn a_bookmark_goes_on_where_the_person_stopped() {
    let why = |words: &str| vec![(QUESTION, 1_500, Event::Said(words.into()))];
    let answered_then_cut = [why("no time"), vec![("Until later.", 100, STOP)]].concat();
    for acts in [why("no time"), vec![], vec![(QUESTION, 700, Event::Interrupt)], answered_then_cut] {
        let trace = stopped(acts);
        let left = last_mark(&trace);
        let before = marks(&trace).take_while(|(_, state)| state.stopped.is_none()).last().unwrap().1;
        assert_eq!((left.step, left.cue, &left.asking), (before.step, before.cue, &None));
        let rest =
            live(&stops(), Some(left), &mut Somebody { answers: person(vec![]).answers, acts: vec![] });
        ended(&rest, Ending::Done);
        assert!(lines(&rest).contains(&"We go on with knee to chest."), "{}", written(&rest));
        assert!(lines(&rest).contains(&"Pelvic tilts."));
    }
}

#[test]
fn what_the_answer_left_out_stays_left_out() {
    let left = last_mark(&because("pain"));
    assert_eq!(left.facts.get("flexion"), Some(&FactValue::Word("worse".into())));
    let rest = live(&stops(), Some(left), &mut Somebody { answers: person(vec![]).answers, acts: vec![] });
    ended(&rest, Ending::Done);
    assert!(lines(&rest).contains(&"We go on with pelvic tilts."), "{}", written(&rest));
    assert!(!lines(&rest).iter().any(|line| line.contains("knee")), "{}", written(&rest));
}

#[test]
fn a_question_after_stop_that_was_cut_off_is_put_again() {
    let trace = because("pain");
    for (mark, state) in marks(&trace).filter(|(_, state)| state.stopped.is_some()) {
        let acts = vec![(QUESTION, 1_500, Event::Said("pain".into()))];
        let part = live(&stops(), Some(state), &mut Somebody { answers: vec![], acts });
        ended(&part, Ending::EndedEarly);
        assert!(!lines(&part).iter().any(|line| line.contains("We go on")), "{}", written(&part));
        if lines(&part).contains(&QUESTION) {
            same(&trace, mark, &part);
        }
    }
    let (_, state) = while_asked(&trace);
    let silent = live(&stops(), Some(state), &mut Nobody);
    assert_eq!(lines(&silent), [QUESTION]);
    ended(&silent, Ending::EndedEarly);
}

#[test]
fn stopped_while_a_question_is_open_that_question_comes_back() {
    let acts = vec![("Before we begin", 500, STOP), (QUESTION, 1_500, Event::Said("no time".into()))];
    let trace = live(&stops(), None, &mut Somebody { answers: vec![], acts });
    ended(&trace, Ending::EndedEarly);
    let left = last_mark(&trace);
    assert_eq!(left.asking.as_ref().map(|asking| asking.check_in.as_str()), Some("red-flags"));
    let rest = live(&stops(), Some(left), &mut Nobody);
    ended(&rest, Ending::Symptoms);
    assert!(lines(&rest).iter().any(|line| line.starts_with("Before we begin")));
}
