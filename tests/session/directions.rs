//! A step's own question, and facts that are called like the direction of the exercise asked about.

use matside::script::FactValue;

use crate::resume::marks;
use crate::*;

macro_rules! exercise {
    ($title:literal, $more:literal) => {
        concat!(
            "format = 1\nlanguage = \"en\"\nposition = \"standing\"\nfull = \"Do it.\"\nbrief = \"Again.\"\n",
            "title = \"",
            $title,
            "\"\n",
            $more,
            "\n[dose]\nhold = \"5s\"\n"
        )
    };
}
/// `lean` bends forward, `arch` back, `rest-a-while` in no direction.
const FILES: &[(&str, &str)] = &[
    ("exercises/lean.toml", exercise!("Lean", "direction = \"flexion\"\ncheck-in = \"how-was-it\"")),
    ("exercises/arch.toml", exercise!("Arch", "direction = \"extension\"")),
    ("exercises/rest-a-while.toml", exercise!("Rest", "")),
    (
        "check-ins/feel.toml",
        r#"
format = 1
language = "en"
title = "Feel"
ask = "How is {% if direction is not none %}all {{ direction }}{% else %}that{% endif %}?"
recorded = "Rest if it is worse."

[[answer]]
id = "same"
heard = ["same"]
planned = true
direction = "same"

[[answer]]
id = "worse"
heard = ["worse"]
direction = "worse"
say = "Then no more{% if direction is not none %} of all {{ direction }}{% endif %}."
then = "skip-direction"

[no-answer]
direction = "unknown"
"#,
    ),
    (
        "bends.toml",
        r#"
format = 1
language = "en"
title = "Bends"
minutes = [1, 5]

[facts]
flexion = "untested"

[[step]]
check-in = "feel"

[[step]]
exercise = "lean"
ask = "feel"

[[step]]
exercise = "arch"
ask = "feel"

[[step]]
exercise = "rest-a-while"

[[step]]
check-in = "feel"

[[step]]
say = "Forward {{ flexion }}, back {{ extension }}."

[[step]]
exercise = "lean"
"#,
    ),
];

fn bends(answers: &[&'static str]) -> Trace {
    let answers = answers.iter().map(|words| ("feel", *words)).chain([("how-was-it", "better")]).collect();
    live(&plan_with(FILES, "bends"), None, &mut Somebody { answers, acts: vec![] })
}

fn asked(trace: &Trace) -> Vec<&str> {
    let asked = trace.entries.iter().filter_map(note).filter_map(|note| match note {
        Note::Asked { check_in } => Some(check_in.as_str()),
        _ => None,
    });
    asked.collect()
}

#[test]
fn a_step_asks_its_own_question_in_place_of_the_exercise_s() {
    let trace = bends(&["same"]);
    ended(&trace, Ending::Done);
    assert_eq!(asked(&trace), ["feel", "feel", "feel", "feel", "how-was-it"]);
}

#[test]
fn one_question_decides_over_each_direction() {
    let trace = bends(&["same", "worse", "same"]);
    ended(&trace, Ending::Done);
    let said = lines(&trace);
    let questions: Vec<_> = said.iter().filter(|line| line.starts_with("How is")).collect();
    let forward = "How is all that bends you forward?";
    let back = "How is all that bends you backward?";
    // Before the first exercise, and after one without a direction, there is none.
    assert_eq!(questions, [&"How is that?", &forward, &back, &"How is that?"]);
    assert!(said.contains(&"Then no more of all that bends you forward."), "{said:#?}");
    assert!(said.contains(&"Forward worse, back same."), "{said:#?}");
    assert_eq!(said.iter().filter(|line| **line == "Lean.").count(), 1, "the second is left out: {said:#?}");
}

#[test]
fn without_a_direction_nothing_is_set() {
    let trace = bends(&["worse", "same", "same", "worse"]);
    assert!(lines(&trace).contains(&"Then no more."));
    assert!(lines(&trace).contains(&"Forward same, back same."), "{}", written(&trace));
}

#[test]
fn silence_sets_its_own_value_and_the_first_one_is_kept() {
    let plan = plan_with(FILES, "bends");
    let trace = live(&plan, None, &mut Nobody);
    assert!(lines(&trace).contains(&"Forward unknown, back unknown."), "{}", written(&trace));
    let (_, last) = marks(&trace).last().unwrap();
    assert_eq!(last.facts.get("first_flexion"), Some(&FactValue::Word("unknown".into())));
}

#[test]
fn a_recording_takes_the_planned_value_and_is_as_long_as_planned() {
    let plan = plan_with(FILES, "bends");
    let trace = recorded(&plan);
    assert!(lines(&trace).contains(&"Forward same, back same."), "{}", written(&trace));
    assert_eq!(trace.length, plan.length());
}

#[test]
fn the_shipped_question_serves_press_ups_and_what_bends_forward() {
    let session = r#"
format = 1
language = "en"
title = "Two directions"
minutes = [1, 5]

[[step]]
exercise = "knee-to-chest"
hold = "5s"
ask = "where-did-it-move"

[[step]]
exercise = "press-up"
reps = 2

[[step]]
say = "Forward {{ flexion }}, back {{ extension }}."
"#;
    let plan = plan_with(&[("two.toml", session)], "two");
    let answers = vec![("where-did-it-move", "further down"), ("where-did-it-move", "toward my back")];
    let trace = live(&plan, None, &mut Somebody { answers, acts: vec![] });
    let left_out = "Then we leave this out for today, and all that bends you forward.";
    assert!(lines(&trace).contains(&left_out), "{}", written(&trace));
    assert!(lines(&trace).contains(&"Forward worse, back better."), "{}", written(&trace));
}
