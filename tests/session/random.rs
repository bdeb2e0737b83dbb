//! Any answers on any days, followed: never two steps up, never one after a worse day, and no gate opens by itself.

use std::collections::BTreeMap;

use jiff::tz::Offset;
use jiff::{SignedDuration, Timestamp};
use matside::history::{ADVISED, Answer, Ending, History, Moment, Row, Take, What};
use matside::plan::Main;
use matside::progress::gates;
use matside::progress::{Choice, Guide, Move, NoSession, Offer, Progress, Wish, follow};
use matside::script::{FactValue, Refer};
use proptest::prelude::*;

use crate::*;

/// What somebody tells on one day.
#[derive(Clone, Debug)]
struct Told {
    /// Days since the one before.
    after: i64,
    pains: [Option<i64>; 2],
    how_was_it: Option<&'static str>,
    spread: bool,
    sore: bool,
    /// Which of the exercises got worse.
    worse: Option<usize>,
    ending: Ending,
}

const EXERCISES: [&str; 4] = ["bird-dog", "knee-to-chest", "press-up", "cat-cow"];

fn told() -> impl Strategy<Value = Told> {
    let pain =
        || prop_oneof![1 => Just(None), 6 => (2_i64..6).prop_map(Some), 1 => (0_i64..=10).prop_map(Some)];
    let how = prop_oneof![6 => Just(Some("better")), 1 => Just(Some("worse")), 1 => Just(None)];
    let ending = prop_oneof![
        8 => Just(Ending::Done),
        1 => Just(Ending::EndedEarly),
        1 => Just(Ending::Symptoms),
        1 => Just(Ending::Interrupted),
    ];
    let rare = || prop::bool::weighted(0.1);
    let worse = prop::option::weighted(0.1, 0..EXERCISES.len());
    let after = prop_oneof![10 => Just(1_i64), 1 => 0_i64..20];
    (after, pain(), pain(), how, rare(), rare(), worse, ending).prop_map(
        |(after, begin, end, how_was_it, spread, sore, worse, ending)| Told {
            after,
            pains: [begin, end],
            how_was_it,
            spread,
            sore,
            worse,
            ending,
        },
    )
}

struct Days {
    history: History,
    now: Moment,
}

impl Days {
    fn new() -> Self {
        let at: Timestamp = "2026-03-02T08:00:00Z".parse().unwrap();
        Self { history: History::default(), now: Moment { at, offset: Offset::UTC } }
    }

    fn push(&mut self, session: i64, what: What) {
        let seq = i64::try_from(self.history.rows.len()).unwrap() + 1;
        self.history.rows.push(Row { seq, session: Some(session), when: self.now, what });
    }

    fn answer(&mut self, session: i64, check_in: &str, facts: &[(&str, FactValue)]) {
        let facts: BTreeMap<_, _> = facts.iter().map(|(k, v)| ((*k).to_owned(), v.clone())).collect();
        let silent = facts.is_empty() || facts.contains_key("pain_level");
        let answer = (!silent).then(|| "told".to_owned());
        self.push(
            session,
            What::Answer(Answer { check_in: check_in.to_owned(), answer, facts, ..Answer::default() }),
        );
    }

    /// A session in which every exercise is done as it was decided.
    fn session(&mut self, progress: &Progress, told: &Told) {
        let session = i64::try_from(self.history.rows.len()).unwrap() + 1;
        let (name, language) = ("subacute".to_owned(), "en".to_owned());
        self.push(session, What::Session { session: name, language, digest: String::new(), resumes: None });
        self.answer(session, "sore-from-yesterday", &[("sore", FactValue::Flag(told.sore))]);
        self.pain(session, told.pains[0]);
        let chosen = progress.chosen();
        for (index, id) in EXERCISES.iter().enumerate() {
            let ladder = &progress.ladders[*id];
            let up = chosen.standings.get(*id).and_then(|standing| standing.up.as_ref());
            let up = up.is_some_and(|(most, _)| told.pains[0].is_some_and(|pain| pain <= *most));
            let start = ladder.rungs.len().min(2) - 1;
            let rung = chosen.standings.get(*id).map_or(start, |standing| standing.rung + usize::from(up));
            let main = ladder.rungs[rung].main;
            let reps = match main {
                Main::Reps { reps, .. } => Some(reps),
                _ => None,
            };
            if told.worse == Some(index) {
                self.push(session, What::Note { note: "worse".into(), about: Some((*id).to_owned()) });
            }
            self.push(
                session,
                What::Take(Take {
                    exercise: (*id).to_owned(),
                    level: ladder.level_id(rung).map(str::to_owned),
                    reps,
                    hold: reps.is_none().then(|| ladder.rungs[rung].amount()),
                    sets: 1,
                    completed: told.worse != Some(index),
                    ..Take::default()
                }),
            );
        }
        if told.spread {
            self.answer(session, "where-did-it-move", &[("spread", FactValue::Flag(true))]);
        }
        self.pain(session, told.pains[1]);
        let how: Vec<_> =
            told.how_was_it.iter().map(|how| ("how_was_it", FactValue::Word((*how).into()))).collect();
        self.answer(session, "how-was-it", &how);
        self.push(session, What::Ending { ending: told.ending });
    }

    fn pain(&mut self, session: i64, pain: Option<i64>) {
        let unknown = ("pain_level", FactValue::Word("unknown".into()));
        let fact = pain.map_or(unknown, |pain| ("pain", FactValue::Number(pain)));
        self.answer(session, "pain-now", &[fact]);
    }
}

thread_local! { static LIBRARY: Library = library(&[]); }

fn guided<T>(work: impl FnOnce(Guide) -> T) -> T {
    LIBRARY.with(|library| {
        work(Guide { library, programme: &library.programme("sciatica", None).unwrap().item })
    })
}

fn rungs(progress: &Progress) -> BTreeMap<String, usize> {
    progress.decisions.iter().map(|(id, decision)| (id.clone(), decision.rung)).collect()
}

fn is_worse(told: &Told) -> bool {
    let more = matches!(told.pains, [Some(begin), Some(end)] if end > begin);
    let silent = told.pains.contains(&None) || told.how_was_it.is_none();
    more || silent || told.spread || told.worse.is_some() || told.how_was_it == Some("worse")
}

fn follows(days: &[Told]) {
    guided(|guide| {
        let mut life = Days::new();
        let mut before: Option<(BTreeMap<String, usize>, Option<&str>)> = None;
        let mut last: Option<&Told> = None;
        for told in days {
            life.now.at += SignedDuration::from_hours(24 * told.after);
            let progress = follow(guide, &life.history, life.now);
            let rungs = rungs(&progress);
            let phase = progress.phase.map(|phase| phase.id.as_str());
            if let Some((earlier, phase)) = &before {
                for (id, rung) in &rungs {
                    let Some(was) = earlier.get(id) else { continue };
                    assert!(rung.abs_diff(*was) <= 1, "{id}: from {was} to {rung}");
                    assert!(rung <= was || *phase != Some("acute"), "{id} went up in the acute phase");
                }
            }
            let up = progress.decisions.values().any(|decision| decision.step == Move::Up);
            if let Some(last) = last.filter(|last| is_worse(last) && last.ending == Ending::Done) {
                assert!(!up, "up after {last:?}");
            }
            assert!(!up || phase != Some("acute"));
            let chosen = progress.chosen();
            let most =
                chosen.standings.values().filter_map(|standing| standing.up.as_ref()).map(|up| up.0).max();
            let known = last.and_then(|last| last.pains.iter().flatten().max().copied());
            assert!(most.is_none() || most <= known, "with more pain than {known:?}");
            life.session(&progress, told);
            before = Some((rungs, phase));
            last = Some(told);
        }
    });
}

/// What is between the emergency and now: other sessions, refusals, clocks that jump.
fn stays_shut(days: &[Told], jumps: &[i64]) {
    guided(|guide| {
        let mut life = Days::new();
        life.push(1, What::Ending { ending: Ending::Emergency });
        for (told, jump) in days.iter().zip(jumps) {
            life.now.at += SignedDuration::from_hours(*jump);
            let progress = follow(guide, &life.history, life.now);
            let choice =
                progress.choose(Wish::default(), &mut |_| Some(Offer { exercises: 1, ..Offer::default() }));
            assert_eq!(choice, Choice::None(NoSession::Emergency));
            life.session(&progress, told);
        }
        let gate = "emergency".to_owned();
        life.push(1, What::Acknowledgement { gate });
        assert!(!follow(guide, &life.history, life.now).emergency);
        let facts = BTreeMap::new();
        let refer = Some(Refer::Emergency);
        life.push(
            1,
            What::Answer(Answer { check_in: "red-flags".into(), refer, facts, ..Answer::default() }),
        );
        assert!(follow(guide, &life.history, life.now).emergency, "before its session has ended");
    });
}

/// What is asked at `now`: a gate that is open asks nothing.
fn open(history: &History, now: Moment) -> [bool; 3] {
    [
        history.remembered(now.at).contains_key("consent"),
        gates::answered_today(history, "red-flags", now),
        !gates::advice_is_due(history, "no-better", now, None),
    ]
}

/// A clock that is ahead opens nothing that is shut, and one that is behind leaves nothing open.
fn no_clock_opens(rows: &[(i64, u8)], later: i64, jump: i64) {
    let mut life = Days::new();
    for (hours, what) in rows {
        life.now.at += SignedDuration::from_hours(*hours);
        let told = |check_in: &str, days| {
            let facts = [("consent".to_owned(), FactValue::Word("yes".into()))].into();
            let (check_in, answer) = (check_in.to_owned(), Some("told".to_owned()));
            What::Answer(Answer { check_in, answer, facts, days, ..Answer::default() })
        };
        let what = match what {
            0 => told("consent", Some(365)),
            1 => told("red-flags", None),
            2 => What::Note { note: ADVISED.into(), about: Some("no-better".into()) },
            _ => What::Ending { ending: Ending::Done },
        };
        life.push(1, what);
    }
    let shifted = |hours: i64| Moment { at: life.now.at + SignedDuration::from_hours(hours), ..life.now };
    let honest = open(&life.history, shifted(later));
    let ahead = open(&life.history, shifted(later + jump));
    assert!(ahead.iter().zip(honest).all(|(ahead, honest)| !ahead || honest), "{honest:?} {ahead:?}");
    assert_eq!(open(&life.history, shifted(-1 - jump)), [false; 3]);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_two_steps_and_none_after_a_worse_day(days in prop::collection::vec(told(), 1..25)) {
        follows(&days);
    }

    #[test]
    fn the_gate_of_an_emergency_never_opens_by_itself(
        days in prop::collection::vec(told(), 1..6),
        jumps in prop::collection::vec(-5_000_i64..5_000, 6),
    ) {
        stays_shut(&days, &jumps);
    }

    #[test]
    fn no_clock_opens_a_gate(
        rows in prop::collection::vec((0_i64..200, 0_u8..4), 1..12),
        later in 0_i64..10_000,
        jump in 0_i64..200_000,
    ) {
        no_clock_opens(&rows, later, jump);
    }
}
