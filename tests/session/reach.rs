//! What can be spoken is known before: whatever is answered, pressed and asked for, no other line comes.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::sync::LazyLock;

use matside::line::Pace;
use matside::runner::{Command, Runner, reachable};
use matside::script::FactValue;
use proptest::prelude::*;

use crate::*;

/// Each shipped session, and what it can say.
type Known = Vec<(Arc<Plan>, HashSet<Arc<str>>)>;
static PLANS: LazyLock<Known> =
    LazyLock::new(|| shipped().iter().map(|plan| (plan.clone(), texts(plan))).collect());

fn texts(plan: &Plan) -> HashSet<Arc<str>> {
    reachable(plan, Pace::NORMAL).into_iter().map(|line| line.text).collect()
}

/// What a person does at one event of the session: at a question, an answer of it.
#[derive(Clone, Debug)]
enum Does {
    Nothing,
    Answer(usize),
    Number(i64),
    Command(usize),
    Said(&'static str),
}

fn does() -> impl Strategy<Value = Does> {
    let commands = 0..Command::keys().count();
    prop_oneof![
        2 => Just(Does::Nothing),
        8 => (0_usize..8).prop_map(Does::Answer),
        3 => (0_i64..11).prop_map(Does::Number),
        2 => commands.prop_map(Does::Command),
        1 => Just(Does::Said("banana")),
    ]
}

fn events(plan: &Plan, asked: Option<&str>, does: &Does) -> Vec<Event> {
    let check_in = asked.and_then(|asked| plan.check_ins.get(asked));
    match (does, check_in) {
        (Does::Answer(i), Some(check_in)) if !check_in.answers.is_empty() => {
            let answer = &check_in.answers[i % check_in.answers.len()];
            answer.heard.first().map(|words| Event::Said(words.clone())).into_iter().collect()
        }
        (Does::Number(number), Some(_)) => vec![Event::Said(number.to_string())],
        (Does::Command(i), _) => {
            vec![Event::Command(Command::named(Command::keys().nth(*i).unwrap().0).unwrap())]
        }
        (Does::Said(words), Some(_)) => vec![Event::Said((*words).into())],
        _ => Vec::new(),
    }
}

fn strangers(plan: &Arc<Plan>, known: &HashSet<Arc<str>>, trace: &Trace) -> BTreeSet<String> {
    let lines = trace.entries.iter().filter_map(|entry| match &entry.what {
        What::Sound(Sound::Line(line), _) => Some(line.text.clone()),
        _ => None,
    });
    lines.filter(|text| !known.contains(text)).map(|text| format!("{}: {text}", plan.id)).collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 4, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn nothing_else_is_ever_said(acts in prop::collection::vec((200_u64..9_000, does()), 40..120)) {
        for (plan, known) in &*PLANS {
            let mut acts = acts.iter().cycle().take(400);
            let mut person = |entry: &Entry| {
                let (asked, often) = match note(entry) {
                    Some(Note::Asked { check_in }) => (Some(check_in.as_str()), true),
                    Some(Note::Paused | Note::Entered { .. }) => (None, true),
                    _ => (None, false),
                };
                let act = if often { acts.next() } else { None };
                let events = act.map(|(ms, act)| (Frames::from_millis(*ms), events(plan, asked, act)));
                let resume = matches!(note(entry), Some(Note::Paused)).then(|| {
                    (Frames::from_secs(20), Event::Command(Command::Resume))
                });
                let each = events.into_iter().flat_map(|(at, events)| events.into_iter().map(move |e| (at, e)));
                each.chain(resume).collect()
            };
            let trace = live(plan, None, &mut person);
            prop_assert_eq!(strangers(plan, known, &trace), BTreeSet::new());
        }
    }
}

#[test]
fn a_recording_and_a_remembered_side_say_nothing_else() {
    for (plan, known) in &*PLANS {
        assert_eq!(strangers(plan, known, &recorded(plan)), BTreeSet::new());
        for side in ["left", "right", "both"] {
            let facts = BTreeMap::from([("affected_side".to_owned(), FactValue::Word(side.into()))]);
            let runner = Runner::start_knowing(plan.clone(), Options::default(), facts);
            let trace = timeline::trace_of(runner, &mut Nobody, &mut estimate);
            assert_eq!(strangers(plan, known, &trace), BTreeSet::new(), "{side}");
        }
    }
}

#[test]
fn every_number_that_a_person_says_is_there() {
    let check_in = "format = 1\nlanguage = \"en\"\ntitle = \"N\"\nask = \"How much?\"\nagain = \"A number.\"\n\
        scale = [0, 10]\nfact = \"much\"\nrecorded = \"So be it.\"\n[[answer]]\nid = \"any\"\nnumber = [0, 10]\n\
        planned = true\nsay = \"You said {{ much | words }}.\"\n[no-answer]\nthen = \"continue\"\n";
    let session = "format = 1\nlanguage = \"en\"\ntitle = \"S\"\nminutes = [0, 9]\nbegin = [\"n\"]\n\
        [[step]]\nsay = \"Begin.\"\n";
    let plan = plan_with(&[("check-ins/n.toml", check_in), ("s.toml", session)], "s");
    let known = texts(&plan);
    for number in "zero one two three four five six seven eight nine ten".split(' ') {
        assert!(known.contains(&*format!("You said {number}.")), "{number}: {known:?}");
    }
    let slower: HashSet<_> = reachable(&plan, Pace::percent(80)).into_iter().collect();
    assert!(slower.iter().all(|line| line.pace == Pace::percent(80)) && slower.len() == known.len());
}
