//! Somebody is asked to a session that starts by itself.

use std::collections::BTreeMap;

use matside::frames::RATE;
use matside::history::What as Row;
use matside::runner::{Command, Invitation, Reaction, Runner};
use matside::script::{Chime, Then};

use crate::resume::marks;
use crate::*;

fn invited(id: &str, last: bool, person: &mut Somebody) -> Trace {
    let invitation = Invitation { session: "today", missed: false, last };
    let runner = Runner::invite(&plan(id), Options::default(), invitation).unwrap();
    let trace = timeline::trace_of(runner, person, &mut estimate);
    assert!(marks(&trace).next().is_none(), "a bookmark stays what it was");
    trace
}

fn answering(answers: Vec<(&'static str, &'static str)>, last: bool) -> Trace {
    invited("taste", last, &mut Somebody { answers, acts: vec![] })
}

/// Answers when the question has been asked, and not while it rings.
fn heard_out(words: &str, last: bool) -> Trace {
    let acts = vec![("Shall we", 2_000, Event::Said(words.into()))];
    invited("taste", last, &mut Somebody { answers: vec![], acts })
}

fn reaction(trace: &Trace) -> Option<Reaction> {
    ended(trace, Ending::Done);
    let mut reactions = trace.entries.iter().filter_map(note).filter_map(|note| match note {
        Note::Invited(reaction) => Some(*reaction),
        _ => None,
    });
    let first = reactions.next();
    assert_eq!(reactions.next(), None);
    first
}

/// Check-ins with their answers, and refusals with their gates.
fn records(trace: &Trace) -> Vec<(String, String)> {
    let records = trace.entries.iter().filter_map(note).filter_map(|note| match note {
        Note::Record(row) => Some((**row).clone()),
        _ => None,
    });
    let shown = |row| match row {
        Row::Answer(answer) => (answer.check_in, answer.answer.unwrap_or_default()),
        Row::Refusal { gate, session } => (session, gate),
        other => panic!("{other:?}"),
    };
    records.map(shown).collect()
}

fn pairs(expected: &[(&str, &str)]) -> Vec<(String, String)> {
    expected.iter().map(|(a, b)| ((*a).to_owned(), (*b).to_owned())).collect()
}

#[test]
fn it_rings_twice_and_says_what_it_is_and_how_long() {
    let trace = heard_out("start", false);
    assert_eq!(reaction(&trace), Some(Reaction::Start));
    let said = lines(&trace);
    assert_eq!(
        said,
        [
            "It is time for your session.",
            "It is called A taste of the gentle routine, and takes about two minutes.",
            "Shall we start now, later, or not today?",
        ]
    );
    let rings = trace.entries.iter().take_while(|entry| text(entry).is_none());
    let rings = rings.filter(|entry| matches!(&entry.what, What::Sound(Sound::Chime(Chime::Begin), _)));
    assert_eq!(rings.count(), 2);
    assert_eq!(records(&trace), pairs(&[("invitation", "start")]));
}

#[test]
fn later_says_when_and_not_what() {
    let trace = answering(vec![("invitation", "later")], false);
    assert_eq!(reaction(&trace), Some(Reaction::Later));
    assert_eq!(lines(&trace).last(), Some(&"Then I will ring again in fifteen minutes."));
    assert_eq!(records(&trace), pairs(&[("invitation", "later")]));
}

#[test]
fn the_last_time_it_cannot_be_later() {
    let trace = heard_out("start", true);
    assert_eq!(reaction(&trace), Some(Reaction::Start));
    assert!(lines(&trace).contains(&"Shall we start now, or not today?"), "{:?}", lines(&trace));
    let later = answering(vec![("invitation-last", "later"), ("why-not-today", "no time")], true);
    assert_eq!(reaction(&later), Some(Reaction::NotToday));
}

#[test]
fn not_today_is_asked_for_the_reason_which_is_kept() {
    let trace = answering(vec![("invitation", "not today"), ("why-not-today", "it hurts")], false);
    assert_eq!(reaction(&trace), Some(Reaction::NotToday));
    let kept = [("invitation", "not-today"), ("why-not-today", "pain"), ("today", "not-today")];
    assert_eq!(records(&trace), pairs(&kept));
    assert!(lines(&trace).last().unwrap().contains("see a professional"), "{:?}", lines(&trace));

    let silent = answering(vec![("invitation", "not today")], false);
    assert_eq!(reaction(&silent), Some(Reaction::NotToday));
    let kept = [("invitation", "not-today"), ("why-not-today", ""), ("today", "not-today")];
    assert_eq!(records(&silent), pairs(&kept));
    assert!(lines(&silent).last().unwrap().starts_with("Why not"), "{:?}", lines(&silent));
}

#[test]
fn whoever_says_nothing_is_asked_twice_more_and_left_alone() {
    let trace = answering(vec![], false);
    assert_eq!(reaction(&trace), Some(Reaction::NoAnswer));
    assert_eq!(records(&trace), pairs(&[("invitation", ""), ("today", "no-answer")]));
    let asked = lines(&trace).iter().filter(|line| line.contains("not today")).count();
    assert_eq!((asked, lines(&trace).len()), (3, 5), "no goodbye: {:?}", lines(&trace));
    let minutes = trace.length.0 / u64::from(RATE) / 60;
    assert!((2..4).contains(&minutes), "{minutes} minutes");
}

#[test]
fn it_may_be_answered_while_it_rings_and_stop_is_not_today() {
    for (event, expected) in [
        (Event::Key('s'), Reaction::Start),
        (Event::Key('l'), Reaction::Later),
        (Event::Command(Command::Stop), Reaction::NotToday),
    ] {
        let invitation = Invitation { session: "today", missed: false, last: false };
        let runner = Runner::invite(&plan("taste"), Options::default(), invitation).unwrap();
        let trace = timeline::trace_of(runner, &mut Ringing(Some(event)), &mut estimate);
        assert_eq!(reaction(&trace), Some(expected));
        assert!(!lines(&trace).iter().any(|line| line.contains("Shall we")), "{:?}", lines(&trace));
    }
}

/// Does something as soon as it rings.
struct Ringing(Option<Event>);

impl Person for Ringing {
    fn react(&mut self, entry: &Entry) -> Vec<(Frames, Event)> {
        let rings = matches!(&entry.what, What::Sound(Sound::Chime(_), _));
        let event = if rings { self.0.take() } else { None };
        event.into_iter().map(|event| (Frames::from_millis(500), event)).collect()
    }
}

#[test]
fn one_that_was_missed_is_called_so() {
    let invitation = Invitation { session: "today", missed: true, last: false };
    let runner = Runner::invite(&plan("taste"), Options::default(), invitation).unwrap();
    let trace = timeline::trace_of(runner, &mut Somebody::default(), &mut estimate);
    assert_eq!(lines(&trace)[0], "A session was missed today.");
}

/// In every language.
#[test]
fn every_answer_leads_where_its_file_says() {
    let languages: BTreeMap<_, _> = shipped().iter().map(|plan| (plan.language.clone(), plan)).collect();
    assert_eq!(languages.len(), 2);
    for plan in languages.into_values() {
        let planned = plan.invitation.as_ref().unwrap();
        for (check_in, last) in [(&planned.ask, false), (&planned.last, true)] {
            for answer in &plan.check_ins[check_in].answers {
                let expected = match answer.outcome.then {
                    Some(Then::Repeat) => Reaction::Later,
                    Some(Then::Stop) => Reaction::NotToday,
                    _ => Reaction::Start,
                };
                let trace = pressing(plan, last, &[(check_in, answer.key.unwrap())]);
                assert_eq!(reaction(&trace), Some(expected), "{} in {}", answer.id, plan.language);
            }
        }
        let why = planned.why.as_ref().unwrap();
        let declines = plan.check_ins[&planned.ask].answers.iter().find(|answer| &*answer.id == "not-today");
        let decline = (&planned.ask, declines.unwrap().key.unwrap());
        for answer in &plan.check_ins[why].answers {
            let trace = pressing(plan, false, &[decline, (why, answer.key.unwrap())]);
            assert_eq!(reaction(&trace), Some(Reaction::NotToday));
            assert!(records(&trace).contains(&(why.clone(), answer.id.to_string())), "{:?}", records(&trace));
        }
    }
}

#[test]
fn an_emergency_is_one_here_too() {
    let library = altered(&|text| text.replace("refer = \"professional\"", "refer = \"emergency\""));
    let plan = plan_of(&library, "taste");
    let [ask, why] = ["invitation".to_owned(), "why-not-today".to_owned()];
    ended(&pressing(&plan, false, &[(&ask, 'n'), (&why, 'p')]), Ending::Emergency);
}

/// Presses a key at each of these check-ins.
fn pressing(plan: &Arc<Plan>, last: bool, keys: &[(&String, char)]) -> Trace {
    let runner =
        Runner::invite(plan, Options::default(), Invitation { session: "today", missed: false, last });
    let mut person = |entry: &Entry| match note(entry) {
        Some(Note::Asked { check_in }) => {
            let key = keys.iter().find(|(asked, _)| *asked == check_in);
            key.iter().map(|(_, key)| (Frames::from_secs(1), Event::Key(*key))).collect()
        }
        _ => Vec::new(),
    };
    timeline::trace_of(runner.unwrap(), &mut person, &mut estimate)
}

#[test]
fn later_names_the_time_in_german_too() {
    let plan = shipped().iter().find(|plan| &*plan.language == "de").unwrap();
    let trace = pressing(plan, false, &[(&"invitation".to_owned(), 's')]);
    assert_eq!(lines(&trace), ["Dann klingle ich in fünfzehn Minuten noch einmal."]);
}
