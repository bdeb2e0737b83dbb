//! The judgement of branches is shown sessions that do something else than the files say: a play of one file, held against
//! another.

use matside::runner::Command;

use crate::branches::{Way, judge, tour, unreached};
use crate::played::{Branch, Given, Meant, Play, Stopped, play};
use crate::*;

const SESSION: &str = r#"
format = 1
language = "en"
title = "Planted"
minutes = [1, 5]
stop = "why-stop"
finish = ["how-was-it"]

[[step]]
exercise = "press-up"
reps = 1
ask = "planted"

[[step]]
exercise = "cat-cow"
reps = 1
"#;

const QUESTION: &str = r#"
format = 1
language = "en"
title = "Planted"
ask = "How is it?"
ask-again = 1
fact = "planted"

[[answer]]
id = "alpha"
heard = ["alpha"]
set = { soft = true }
say = "Thank you."

[no-answer]
say = "I heard nothing."
"#;

fn planted(session: &str, question: &str) -> Arc<Plan> {
    let library = library(&[("planted.toml", session), ("check-ins/planted.toml", question)]);
    plan_of(&library, "planted")
}

fn way(given: Given, meant: Meant) -> Way {
    let branch = Branch { given: given.clone(), meant, stopped: Stopped::Never };
    let play = Play { given: vec![given], ..Play::default() };
    Way { play, branch: Some(("planted".into(), branch)) }
}

/// What is complained about when `given` to the question, and the file had said `to` in place of `from`.
fn complaint(given: Given, meant: Meant, from: &str, to: &str) -> String {
    let way = way(given, meant);
    let played = play(&planted(SESSION, QUESTION), &way.play);
    assert!(QUESTION.contains(from) || SESSION.contains(from), "{from}");
    let other = planted(&SESSION.replace(from, to), &QUESTION.replace(from, to));
    judge(&other, &way, &played).expect_err(to)
}

#[test]
fn what_follows_an_answer_is_held_against_the_file() {
    let say = "say = \"Thank you.\"";
    let then = |then: &str| format!("{say}\nthen = \"{then}\"");
    let cases = [
        ("id = \"alpha\"", "id = \"beta\"".to_owned(), "taken for"),
        (say, "say = \"Never said.\"".to_owned(), "not [\"Never said.\"]"),
        ("soft = true", "soft = false".to_owned(), "`soft` is"),
        ("fact = \"planted\"", "fact = \"other\"".to_owned(), "`other` is None"),
        (say, format!("{say}\ndirection = \"worse\""), "`extension` is"),
        (say, format!("{say}\nrefer = \"professional\""), "referred: None"),
        (say, format!("{say}\nask = \"which-side\""), "not `which-side`"),
        (say, then("stop"), "ended as Done"),
        (say, then("end-gently"), "went on with the steps"),
        (say, then("harder"), "went to the level None"),
        (say, then("repeat"), "nothing was repeated"),
        (say, then("skip-direction"), "`cat-cow` of the direction"),
        (say, format!("{}\ntag = \"mobility\"", then("skip-tag")), "`cat-cow` of the tag"),
    ];
    for (from, to, expected) in cases {
        let found = complaint(Given::Words("alpha".into()), Meant::Answer(0, None), from, &to);
        assert!(found.contains(expected), "{to}: {found}");
    }
}

#[test]
fn what_follows_silence_and_stop_is_held_against_the_file() {
    let silence = |from, to| complaint(Given::Nothing, Meant::Silence, from, to);
    assert!(silence("I heard nothing.", "Never said.").contains("not [\"Never said.\"]"));
    assert!(silence("ask-again = 1", "ask-again = 2").contains("put 2 times, not 3"));
    let nonsense = complaint(Given::Nothing, Meant::Stop, "stop = \"why-stop\"\n", "");
    assert!(nonsense.contains("no goodbye"), "{nonsense}");
    let stop = complaint(Given::Words("stop".into()), Meant::Stop, "stop = \"why-stop\"\n", "");
    assert!(stop.contains("not None"), "{stop}");
}

#[test]
fn a_sound_file_passes_and_what_it_never_comes_to_is_listed() {
    let library = library(&[("planted.toml", SESSION), ("check-ins/planted.toml", QUESTION)]);
    let plan = plan_of(&library, "planted");
    for (given, meant) in [
        (Given::Words("alpha".into()), Meant::Answer(0, None)),
        (Given::Nonsense, Meant::Silence),
        (Given::Words("stop".into()), Meant::Stop),
    ] {
        let way = way(given, meant);
        assert_eq!(judge(&plan, &way, &play(&plan, &way.play)), Ok(()));
    }
    let missing = unreached(&library, &tour(&library, &plan).reached);
    let english = || missing.iter().filter(|missing| missing.starts_with("en:"));
    let named = |name: &str| english().any(|missing| missing.ends_with(&format!("of `{name}`")));
    assert!(named("red-flags") && !named("planted") && !named("why-stop"), "{missing:#?}");
}

#[test]
fn an_act_comes_in_the_work_of_its_step() {
    let plan = planted(SESSION, QUESTION);
    let play = play(&plan, &Play { act: Some((1, Command::Worse)), ..Play::default() });
    assert!(play.trace.entries.iter().filter_map(note).any(|note| matches!(note, Note::Worse { .. })));
}
