//! Going back to an earlier step: as often as somebody asks for it, and never for ever.

use matside::runner::Command;

use crate::resume::{caught_up, marks, same};
use crate::*;

const AGAIN: &str = r#"
format = 1
language = "en"
title = "Again"
ask = "Once more?"
fact = "again"

[[answer]]
id = "yes"
heard = ["yes"]
planned = true

[[answer]]
id = "no"
heard = ["no"]

[no-answer]
set = { again = "silence" }
"#;

/// A loop of two exercises in a file of its own, which another session includes.
const ROUND: &str = r#"
format = 1
language = "en"
title = "Round"
minutes = [0.2, 5]

[[step]]
id = "start"
say = "A round begins."

[[step]]
block = "The round"
exercise = "pelvic-tilt"
reps = 2

[[step]]
exercise = "knee-to-chest"
hold = "3s"

[[step]]
check-in = "again"

[[step]]
back-to = "start"
when = "again == 'yes' or again == 'silence'"

[[step]]
say = "Round over."
"#;

const ROUNDS: &str = r#"
format = 1
language = "en"
title = "Rounds"
stop = "how-was-it"
minutes = [0.2, 5]

[[step]]
say = "Welcome."

[[step]]
session = "round"

[[step]]
say = "That was {{ done | words }} of {{ planned | words }}."
"#;

pub(crate) fn rounds() -> Arc<Plan> {
    plan_with(&[("check-ins/again.toml", AGAIN), ("round.toml", ROUND), ("rounds.toml", ROUNDS)], "rounds")
}

fn answering(answers: &[&'static str]) -> Somebody {
    Somebody { answers: answers.iter().map(|words| ("again", *words)).collect(), acts: vec![] }
}

fn times(trace: &Trace, said: &str) -> usize {
    lines(trace).iter().filter(|line| **line == said).count()
}

#[test]
fn a_loop_goes_round_as_often_as_somebody_says() {
    for more in 0..6 {
        let mut answers = vec!["yes"; more];
        answers.push("no");
        let trace = live(&rounds(), None, &mut answering(&answers));
        ended(&trace, Ending::Done);
        assert_eq!(times(&trace, "A round begins."), more + 1);
        assert_eq!((times(&trace, "Welcome."), times(&trace, "Round over.")), (1, 1));
        // Each exercise counts once, however often it was done; nobody hears it explained in full again.
        assert_eq!(times(&trace, "That was two of two."), 1, "{}", written(&trace));
        assert_eq!(times(&trace, "Your hands hold it behind the thigh."), 1);
    }
}

#[test]
fn a_recording_passes_over_it_and_is_as_long_as_planned() {
    let trace = recorded(&rounds());
    ended(&trace, Ending::Done);
    assert_eq!(times(&trace, "A round begins."), 1);
    assert_eq!(trace.length, rounds().length());
}

#[test]
fn without_anybody_it_comes_to_an_end() {
    let trace = live(&rounds(), None, &mut Nobody);
    ended(&trace, Ending::Done);
    assert_eq!(times(&trace, "A round begins."), 4, "three times back");
    // An answer, here in the third round, begins the count anew.
    let answers = ["", "", "yes", "", "", "", ""];
    let trace = live(&rounds(), None, &mut answering(&answers));
    assert_eq!(times(&trace, "A round begins."), 6, "{}", written(&trace));
}

#[test]
fn a_loop_in_which_nothing_sounds_is_not_repeated() {
    let session = r#"
format = 1
language = "en"
title = "Nothing"
minutes = [0, 5]

[facts]
idle = true

[[step]]
id = "start"
say = "Never said."
when = "not idle"

[[step]]
rest = "7s"

[[step]]
back-to = "start"
when = "idle"

[[step]]
say = "The end."
"#;
    let trace = live(&plan_with(&[("nothing.toml", session)], "nothing"), None, &mut Nobody);
    ended(&trace, Ending::Done);
    let rested = Frames::from_secs(7);
    // The opening chime and the first way back; the second time round, only the rest.
    let end = trace.entries.iter().find(|entry| text(entry) == Some("The end.")).unwrap();
    let opening = Frames::from_millis(2_400);
    assert_eq!(end.at, opening + rested * 2, "{}", written(&trace));
}

#[test]
fn what_an_answer_left_out_is_left_out_in_the_next_round() {
    let trace = {
        let mut somebody = answering(&["yes", "no"]);
        somebody.answers.push(("got-worse", "further down"));
        somebody.acts = vec![("Hold for three", 300, Event::Command(Command::Worse))];
        let worse = ROUNDS.replace("minutes", "worse = \"got-worse\"\nminutes");
        let files = [("check-ins/again.toml", AGAIN), ("round.toml", ROUND), ("rounds.toml", worse.as_str())];
        live(&plan_with(&files, "rounds"), None, &mut somebody)
    };
    ended(&trace, Ending::Done);
    assert_eq!((times(&trace, "A round begins."), times(&trace, "Knee to chest.")), (2, 1));
    assert_eq!(times(&trace, "That was one of two."), 1, "{}", written(&trace));
}

#[test]
fn back_in_the_second_round_is_the_exercise_done_before() {
    let mut somebody = answering(&["yes", "no"]);
    let mut rounds_begun = 0;
    let mut person = |entry: &Entry| {
        let mut events = somebody.react(entry);
        rounds_begun += usize::from(text(entry) == Some("A round begins."));
        if rounds_begun == 2 && text(entry) == Some("Pelvic tilts.") {
            rounds_begun += 1;
            events.push((Frames::from_millis(100), Event::Command(Command::Back)));
        }
        events
    };
    let trace = live(&rounds(), None, &mut person);
    ended(&trace, Ending::Done);
    let exercises: Vec<_> =
        lines(&trace).into_iter().filter(|line| ["Pelvic tilts.", "Knee to chest."].contains(line)).collect();
    assert_eq!(exercises, ["Pelvic tilts.", "Knee to chest.", "Pelvic tilts.", "Knee to chest."]);
}

#[test]
fn resumed_in_any_round_the_rest_is_the_rest_of_the_whole() {
    let plan = rounds();
    let whole = live(&plan, None, &mut answering(&["yes", "yes", "no"]));
    let mut tried = 0;
    for (mark, state) in marks(&whole).filter(|(_, state)| state.asking.is_none()) {
        let mut back = answering(&["yes", "yes", "no"]);
        caught_up(&mut back, &whole, mark);
        same(&whole, mark, &live(&plan, Some(state), &mut back));
        tried += 1;
    }
    assert!(tried > 40, "only {tried} cues");
}

#[test]
fn the_state_does_not_grow_with_the_rounds() {
    let mut answers = vec!["yes"; 50];
    answers.push("no");
    let trace = live(&rounds(), None, &mut answering(&answers));
    let longest = marks(&trace).map(|(_, state)| state.history.len()).max().unwrap();
    assert!(longest <= 3, "{longest} steps of history");
}
