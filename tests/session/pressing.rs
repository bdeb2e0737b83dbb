//! Buttons: an answer where one is awaited and this is one, else a command, else nothing.

use crate::*;

const FLAGS: &str = "bladder or bowel";
const AFTER: &str = "Is your body better";

fn pressed(what: &str) -> Event {
    Event::Pressed(what.to_owned())
}

/// Somebody who answers `answers` by words, and presses so many milliseconds after a line.
fn with(answers: &[(&'static str, &'static str)], presses: &[(&'static str, u64, &str)]) -> Trace {
    let acts = presses.iter().map(|(line, ms, what)| (*line, *ms, pressed(what))).collect();
    live(&plan("gentle-daily"), None, &mut Somebody { answers: answers.to_vec(), acts })
}

fn notes(trace: &Trace) -> impl Iterator<Item = &Note> {
    trace.entries.iter().filter_map(note)
}

fn answered(trace: &Trace) -> Vec<String> {
    let answer = |note: &Note| match note {
        Note::Answered { check_in, answer, number: Some(number) } => {
            Some(format!("{check_in} {answer} {number}"))
        }
        Note::Answered { check_in, answer, .. } => Some(format!("{check_in} {answer}")),
        _ => None,
    };
    notes(trace).filter_map(answer).collect()
}

fn well_but(id: &str) -> Vec<(&'static str, &'static str)> {
    well().into_iter().filter(|(other, _)| *other != id).collect()
}

#[test]
fn a_button_that_means_nothing_now_is_not_asked_about() {
    for what in ["4", "banana", "further down"] {
        let trace = with(&[("consent", "yes")], &[(FLAGS, 500, what)]);
        assert!(!notes(&trace).any(|note| matches!(note, Note::NotUnderstood { .. })), "{what}");
        assert_eq!(answered(&trace), ["consent yes"], "{what}");
    }
}

#[test]
fn answers_are_given_by_key_by_words_and_by_name() {
    let given = |id: &str, line, what| {
        let trace = with(&well_but(id), &[(line, 500, what)]);
        answered(&trace).into_iter().find(|answer| answer.starts_with(id))
    };
    assert!(given("pain-now", "How strong is", "4").is_some_and(|answer| answer.ends_with(" 4")));
    assert!(given("pain-now", "How strong is", "seven").is_some_and(|answer| answer.ends_with(" 7")));
    assert_eq!(given("how-was-it", AFTER, "worse").as_deref(), Some("how-was-it worse"));
    assert_eq!(given("how-was-it", AFTER, "much better").as_deref(), Some("how-was-it better"));
    // As words it would be "better"; a button for an easier way is no answer.
    assert_eq!(given("how-was-it", AFTER, "easier"), None);
}

#[test]
fn of_several_meanings_the_first_that_is_one_now_counts() {
    let pain = |what| {
        let trace =
            with(&well_but("pain-now"), &[("How strong is", 500, what), ("Paused.", 1_000, "4 / pause")]);
        (
            answered(&trace).iter().any(|answer| answer.starts_with("pain-now") && answer.ends_with(" 4")),
            trace,
        )
    };
    let (answers, trace) = pain("no / 4 / stop");
    assert!(answers && notes(&trace).all(|note| *note != Note::Paused));
    let (_, trace) = pain("start / pause");
    assert!(notes(&trace).any(|note| *note == Note::Paused));
    let (answers, trace) = pain("stop / 4");
    assert!(!answers, "nothing comes before stop");
    assert_ne!(trace.ending, Ending::Done);
}

#[test]
fn commands_act_and_one_button_pauses_and_goes_on() {
    let line = "Pelvic tilts.";
    let trace = with(&well(), &[(line, 100, "pause"), ("Paused.", 5_000, "pause")]);
    let marks: Vec<_> = notes(&trace).filter(|note| matches!(note, Note::Paused | Note::Resumed)).collect();
    assert_eq!(marks, [&Note::Paused, &Note::Resumed]);
    let trace = with(&well(), &[(line, 100, "pause"), ("Paused.", 5_000, "go on")]);
    assert!(notes(&trace).any(|note| *note == Note::Resumed), "by words of the phrases");
    let [button, key] = [pressed("stop"), Event::Key('q')].map(|event| {
        let mut somebody = Somebody { answers: well(), acts: vec![(line, 100, event)] };
        live(&plan("gentle-daily"), None, &mut somebody)
    });
    assert_eq!((written(&button), button.ending), (written(&key), key.ending));
    assert_ne!(button.ending, Ending::Done);
}

#[test]
fn a_doubt_is_settled_by_words_on_a_button() {
    for (what, emergency) in [("yes", true), ("no", false)] {
        let heard = Event::Heard { words: "yes".into(), sure: true };
        let acts = vec![(FLAGS, 500, heard), ("Did you say", 2_000, pressed(what))];
        let trace = live(&plan("gentle-daily"), None, &mut Somebody { answers: well_but("red-flags"), acts });
        assert_eq!(trace.ending == Ending::Emergency, emergency, "{}", written(&trace));
    }
}
