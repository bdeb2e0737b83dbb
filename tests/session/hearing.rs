//! What people say around an answer, and what is done when it is not clear: never the opposite of what was said.

use std::collections::BTreeSet;

use matside::meaning::{Meaning, Meant, Vocabulary, confirms, meaning, vocabulary, words};
use matside::runner::{Command, Runner};

use crate::*;

/// What `words` mean while the check-in is open: an answer's id, a number, a command after a slash.
fn understood(plan: &Plan, check_in: &str, words: &str) -> String {
    let check_in = plan.check_ins.get(check_in);
    let name = |meant: &Meant| match meant {
        Meant::Answer(i) => check_in.unwrap().answers[*i].id.to_string(),
        Meant::Number(number) => number.to_string(),
        Meant::Command(name) => format!("/{name}"),
    };
    match meaning(words, &plan.phrases, check_in.map(|check_in| &**check_in)) {
        Meaning::Nothing => "-".into(),
        Meaning::Sure(said) => name(&said.meant),
        Meaning::Rounded(said) => format!("~{}", name(&said.meant)),
        Meaning::Between(first, second) => format!("{first}|{second}"),
        Meaning::Unsure(all) => {
            format!("?{}", all.iter().map(|said| name(&said.meant)).collect::<Vec<_>>().join(","))
        }
    }
}

fn judged(check_in: &str, table: &[(&str, &str)]) {
    let plan = plan("gentle-daily");
    for (words, expected) in table {
        assert_eq!(understood(&plan, check_in, words), *expected, "{check_in}: {words}");
    }
}

#[test]
fn numbers_as_people_say_them() {
    judged(
        "pain-now",
        &[
            ("four", "4"),
            ("Four.", "4"),
            ("4", "4"),
            ("zero", "0"),
            ("ten", "10"),
            ("about four", "4"),
            ("um, about a four", "4"),
            ("maybe four", "4"),
            ("it's a four", "4"),
            ("four out of ten", "4"),
            ("ten out of ten", "10"),
            ("four, four", "4"),
            ("for", "4"),
            ("won", "1"),
            ("four or five", "4|5"),
            ("five or four", "5|4"),
            ("four, five", "4|5"),
            ("seven point five", "~8"),
            ("seven point two", "~7"),
            ("seven and a half", "~8"),
            ("ten point five", "~11"),
            ("then", "?"),
            ("eleven", "?"),
            ("minus one", "?1"),
            ("four or so", "?4"),
            ("three, four or five", "?3,4,5"),
            ("point five", "?5"),
            ("um", "-"),
            ("", "-"),
        ],
    );
}

#[test]
fn what_is_taken_back_does_not_count() {
    judged(
        "pain-now",
        &[
            ("no, I mean three", "3"),
            ("four, no, I mean three", "3"),
            ("four, sorry, three", "3"),
            ("four, I mean, um, three", "3"),
            ("I mean three", "3"),
            ("four, I mean five or six", "5|6"),
            ("four, sorry", "?4"),
            ("the remote, I mean three", "?3"),
            ("four, no, three", "?4"),
            ("not four", "?"),
            ("no pain", "?"),
        ],
    );
}

#[test]
fn never_the_opposite() {
    judged(
        "how-was-it",
        &[
            ("worse", "worse"),
            ("a lot worse", "worse"),
            ("um, the same", "same"),
            ("the same, the same", "same"),
            ("not worse", "?"),
            ("no worse", "?"),
            ("not really worse", "?"),
            ("not better", "?"),
            ("it's not the same, worse", "?worse"),
            ("better, no, worse", "?better"),
            ("better, I mean worse", "worse"),
            ("better or worse", "?better,worse"),
            ("[unk] better", "?better"),
            ("better than worse", "?better,worse"),
        ],
    );
    judged(
        "red-flags",
        &[
            ("no", "no"),
            ("no, no, no", "no"),
            ("um, no", "no"),
            ("nothing new", "no"),
            ("yes", "yes"),
            ("yes no", "?yes,no"),
            ("no, I mean yes", "yes"),
            ("not yes", "?"),
            ("no, it hurts", "?no,/worse"),
            ("not sure", "yes"),
            ("[unk] no", "?no"),
            ("no [unk]", "?no"),
            ("stop", "/stop"),
            ("please stop", "/stop"),
        ],
    );
}

#[test]
fn commands_stand_alone() {
    judged(
        "",
        &[
            ("pause", "/pause"),
            ("um, wait", "/pause"),
            ("stop stop", "/stop"),
            ("please stop", "/stop"),
            ("it hurts", "/worse"),
            ("that hurts", "/worse"),
            ("it does not hurt", "?"),
            ("not stop", "?"),
            ("stop it now", "?/stop"),
            ("how long", "/how-long"),
            ("go on", "/resume"),
            ("pause, no, go on", "?/pause"),
            ("four", "?"),
            ("[unk]", "?"),
            ("[unk] stop", "?/stop"),
        ],
    );
}

#[test]
fn yes_and_no_to_a_doubt() {
    let plan = plan("gentle-daily");
    let table = [
        ("yes", Some(true)),
        ("um, yes", Some(true)),
        ("no", Some(false)),
        ("no no", Some(false)),
        ("yes no", None),
        ("worse", None),
        ("", None),
    ];
    for (words, expected) in table {
        assert_eq!(confirms(words, &plan.phrases), expected, "{words}");
    }
}

#[test]
fn every_phrase_that_is_listened_for_means_what_it_says() {
    for plan in shipped() {
        for check_in in plan.check_ins.values() {
            let phrases: BTreeSet<String> =
                vocabulary(&plan.phrases, Some(check_in), &|_| true).into_iter().collect();
            for phrase in phrases {
                let heard = meaning(&phrase, &plan.phrases, Some(check_in));
                let answers =
                    |words: &String| check_in.answers.iter().any(|answer| answer.heard.contains(words));
                let mut nots = plan.phrases.hearing().not.iter().filter(|not| !answers(not));
                let corrections = &plan.phrases.hearing().correction;
                let taken_back = corrections.iter().any(|words| phrase.starts_with(words));
                let negated = nots.any(|not| phrase.starts_with(&format!("{not} ")) && !taken_back);
                let own = answers(&phrase);
                assert!(own || !negated || !matches!(heard, Meaning::Sure(_)), "{phrase}: {heard:?}");
            }
            let words = words(&plan.phrases, Some(check_in));
            assert!(words.iter().all(|word| !word.contains(' ') && !word.is_empty()), "{words:?}");
        }
    }
}

#[test]
fn an_answer_is_negated_together_with_its_article() {
    let plan = shipped().iter().find(|plan| plan.check_ins.contains_key("how-was-it")).unwrap();
    let phrases = vocabulary(&plan.phrases, plan.check_ins.get("how-was-it").map(|it| &**it), &|_| true);
    let listened = |words: &str| phrases.iter().any(|phrase| phrase == words);
    for words in ["the same", "same", "not the same", "not worse", "um same"] {
        assert!(listened(words), "{words}");
    }
    assert!(!listened("not same"), "it sounds like \"the same\"");
    let often = |words: &str| phrases.iter().filter(|phrase| *phrase == words).count();
    assert!(often("not worse") > often("um worse"), "or it is heard as \"a lot worse\"");
    let vocabulary = Vocabulary { phrases: phrases.clone(), ..Vocabulary::default() };
    let alone: Vec<&str> = vocabulary.alone().collect();
    for (words, is_alone) in [("the same", true), ("stop", true), ("um same", false), ("not worse", false)] {
        assert_eq!(alone.iter().filter(|one| **one == words).count(), usize::from(is_alone), "{words}");
    }
}

fn heard(words: &str) -> Event {
    Event::Heard { words: words.into(), sure: true }
}

fn mumbled(words: &str) -> Event {
    Event::Heard { words: words.into(), sure: false }
}

/// The gentle routine with somebody who is heard, not typed.
fn session(acts: Vec<(&'static str, u64, Event)>, but: &[(&'static str, &'static str)]) -> Trace {
    let mut answers = well();
    answers.retain(|(id, _)| but.iter().all(|(other, _)| other != id));
    answers.extend(but.iter().filter(|(_, words)| !words.is_empty()));
    live(&plan("gentle-daily"), None, &mut Somebody { answers, acts })
}

fn says(trace: &Trace, what: &str) -> usize {
    lines(trace).iter().filter(|line| line.contains(what)).count()
}

#[test]
fn an_emergency_is_confirmed_and_a_yes_is_enough() {
    let trace = session(
        vec![("Before we begin", 6_000, heard("yes")), ("Did you say yes", 1_500, heard("yes"))],
        &[("red-flags", "")],
    );
    assert_eq!(says(&trace, "Did you say yes?"), 1);
    ended(&trace, Ending::Emergency);
}

#[test]
fn an_emergency_that_was_not_said_is_none() {
    let trace = session(
        vec![
            ("Before we begin", 6_000, heard("yes")),
            ("Did you say yes", 1_500, heard("no")),
            ("Before we begin", 6_000, heard("no")),
        ],
        &[("red-flags", "")],
    );
    assert_eq!(says(&trace, "Before we begin"), 2);
    ended(&trace, Ending::Done);
}

#[test]
fn an_emergency_that_nobody_confirms_is_never_fine() {
    let trace = session(vec![("Before we begin", 6_000, heard("yes"))], &[("red-flags", "")]);
    ended(&trace, Ending::Symptoms);
}

#[test]
fn worse_heard_badly_is_asked_about_and_never_dropped() {
    for answer in [Some("yes"), None] {
        let mut acts = vec![("Your feet lift", 700, mumbled("it hurts"))];
        acts.extend(answer.map(|answer| ("Did you say it hurts", 2_000, heard(answer))));
        let trace = session(acts, &[]);
        assert_eq!(says(&trace, "Did you say it hurts?"), 1);
        assert!(trace.entries.iter().filter_map(note).any(|note| matches!(note, Note::Worse { .. })));
    }
    let acts =
        vec![("Your feet lift", 700, mumbled("it hurts")), ("Did you say it hurts", 2_000, heard("no"))];
    let trace = session(acts, &[]);
    assert!(!trace.entries.iter().filter_map(note).any(|note| matches!(note, Note::Worse { .. })));
    ended(&trace, Ending::Done);
}

#[test]
fn a_command_heard_badly_does_nothing() {
    let trace = session(vec![("Your feet lift", 700, mumbled("skip"))], &[]);
    assert_eq!(written(&trace), written(&session(vec![], &[])));
}

#[test]
fn one_of_two_numbers_is_asked_for() {
    let trace = session(
        vec![
            ("How strong is the pain now", 4_000, heard("four or five")),
            ("Is it four or five", 2_500, heard("five")),
        ],
        &[("pain-now", "")],
    );
    let answered = trace.entries.iter().filter_map(note).find_map(|note| match note {
        Note::Answered { check_in, number, .. } if check_in == "pain-now" => *number,
        _ => None,
    });
    assert_eq!(answered, Some(5));
}

#[test]
fn a_number_between_two_is_said_as_it_is_taken() {
    let trace =
        session(vec![("How strong is the pain now", 4_000, heard("three point five"))], &[("pain-now", "")]);
    assert_eq!(says(&trace, "I take that as four."), 1);
}

#[test]
fn while_paused_only_going_on_and_stopping_are_heard() {
    let mut somebody = Somebody { answers: well(), acts: vec![("Your feet lift", 700, heard("pause"))] };
    let mut person = |entry: &Entry| match text(entry) {
        Some("Paused.") => {
            let said = [(3, "skip"), (4, "it hurts"), (5, "go on")];
            said.map(|(seconds, words)| (Frames::from_secs(seconds), heard(words))).into()
        }
        _ => somebody.react(entry),
    };
    let trace = live(&plan("gentle-daily"), None, &mut person);
    assert_eq!(says(&trace, "Paused"), 1);
    assert!(!trace.entries.iter().filter_map(note).any(|note| matches!(note, Note::Worse { .. })));
    ended(&trace, Ending::Done);
}

#[test]
fn a_window_does_not_close_on_somebody_who_speaks() {
    let late = |voice: bool| {
        let mut acts = vec![("How strong is the pain now", 9_000, heard("four"))];
        if voice {
            acts.insert(0, ("How strong is the pain now", 7_500, Event::Voice(true)));
        }
        let mut acts = acts.into_iter();
        let mut answers = Somebody { answers: well(), acts: vec![] };
        answers.answers.retain(|(id, _)| *id != "pain-now");
        let mut first = true;
        let mut person = |entry: &Entry| {
            let mut events = answers.react(entry);
            if first && text(entry).is_some_and(|text| text.starts_with("How strong")) {
                first = false;
                events.extend(acts.by_ref().map(|(_, ms, event)| (Frames::from_millis(ms + 1_600), event)));
            }
            events
        };
        let trace = live(&plan("gentle-daily"), None, &mut person);
        says(&trace, "Please give a number")
    };
    assert_eq!((late(false), late(true)), (2, 1), "once more at the end, where nobody answers");
}

#[test]
fn what_may_be_said_follows_the_session() {
    let plan = plan("gentle-daily");
    let mut runner = Runner::start(plan.clone(), Options::default());
    let has = |runner: &Runner, words: &str| {
        runner.window().vocabulary(runner.plan()).phrases.iter().any(|phrase| phrase == words)
    };
    assert!(has(&runner, "stop") && !has(&runner, "go on"));
    runner.handle(Frames::ZERO, Event::Command(Command::Pause));
    assert!(has(&runner, "go on") && has(&runner, "stop") && !has(&runner, "skip"));
    assert_eq!(runner.window().vocabulary(runner.plan()).urgent, ["end the session", "stop", "stop now"]);
}
