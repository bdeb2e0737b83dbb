//! The arithmetic against plain ways to count, over days that a clock, a journey or a correction put out of order.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::{Date, date};
use jiff::tz::Offset;
use jiff::{SignedDuration, ToSpan};
use proptest::prelude::*;

use crate::diagnostic::Sources;
use crate::history::{Answer, Ending, History, Moment, Row, Take, What};
use crate::script::{FactValue, Library, Refer};

use super::*;

/// One session: seconds since the one before (less than none when the clock was set back), hours east, pains, minutes.
type Made = (i64, i8, Option<i64>, Option<i64>, u64);

fn answer(pain: Option<i64>) -> What {
    let facts = pain.map(|pain| ("pain".to_owned(), FactValue::Number(pain)));
    let (check_in, answer) = ("pain-now".to_owned(), pain.map(|_| "told".to_owned()));
    What::Answer(Answer {
        check_in,
        answer,
        number: pain,
        facts: facts.into_iter().collect(),
        ..Answer::default()
    })
}

fn take(exercise: &str, completed: bool) -> What {
    What::Take(Take { exercise: exercise.into(), completed, lasted: 60_000, ..Take::default() })
}

fn begun(resumes: Option<i64>) -> What {
    What::Session { session: "s".into(), language: "en".into(), digest: String::new(), resumes }
}

/// Rows a second apart, each after `shift` seconds more.
fn rows(rows: &[(i64, i8, What)]) -> History {
    let mut at = date(2026, 3, 28).at(12, 0, 0, 0).to_zoned(jiff::tz::TimeZone::UTC).unwrap().timestamp();
    let mut session = None;
    let mut all = Vec::new();
    for (seq, (shift, hours, what)) in (1..).zip(rows.iter().cloned()) {
        at += SignedDuration::from_secs(shift);
        if matches!(what, What::Session { .. }) {
            session = Some(seq);
        }
        all.push(Row { seq, session, when: Moment { at, offset: Offset::constant(hours) }, what });
    }
    History { rows: all }
}

fn made(sessions: &[Made]) -> History {
    let each = |(shift, hours, before, after, minutes): &Made| {
        let end = What::Ending { ending: Ending::Done };
        let length = i64::try_from(*minutes).unwrap() * 60;
        [
            (*shift, *hours, begun(None)),
            (1, *hours, answer(*before)),
            (length, *hours, take("a", true)),
            (1, *hours, answer(*after)),
            (0, *hours, end),
        ]
    };
    rows(&sessions.iter().flat_map(each).collect::<Vec<_>>())
}

fn of(history: &History) -> Report {
    let (library, _) = Library::read(Sources::new());
    report(history, &Names::new(&library, history), date(2026, 4, 1))
}

fn sessions_made() -> impl Strategy<Value = Vec<Made>> {
    let day = 24 * 3600_i64;
    let pain = || prop::option::of(0..=10i64);
    // Mostly later, sometimes the clock is set back by days or far ahead.
    let shift = prop_oneof![4 => 0..3 * day, 1 => -5 * day..0, 1 => 20 * day..900 * day];
    prop::collection::vec((shift, -11..=13i8, pain(), pain(), 1..90u64), 0..60)
}

proptest! {
    #[test]
    fn days_are_those_on_the_wall(made_up in sessions_made()) {
        let history = made(&made_up);
        let report = of(&history);
        let days: BTreeSet<Date> = history.sittings().iter().map(|sitting| sitting.began.day()).collect();
        prop_assert_eq!(report.days.practised as usize, days.len());
        let back = |day: Date| (0..100).take_while(|n: &i32| days.contains(&(day - n.days()))).count();
        prop_assert_eq!(report.days.longest as usize, days.iter().map(|day| back(*day)).max().unwrap_or(0));
    }

    /// Each session is in one period, each number in its mean, and no mean is outside of its numbers.
    #[test]
    fn periods_hold_everything_once(made_up in sessions_made()) {
        let report = of(&made(&made_up));
        let all = &report.periods.all;
        prop_assert_eq!(all.iter().map(|period| period.sessions as usize).sum::<usize>(), made_up.len());
        let told = made_up.iter().filter(|made| made.2.is_some()).count();
        prop_assert_eq!(all.iter().map(|period| period.before.count as usize).sum::<usize>(), told);
        for pair in all.windows(2) {
            prop_assert_eq!(pair[0].end, pair[1].start);
        }
        prop_assert!(all.len() <= 150 || report.periods.unit == Unit::Year);
        for period in all {
            let within = |session: &&Session| (period.start..period.end).contains(&session.began.day());
            let numbers: Vec<i64> = report.sessions.iter().filter(within).filter_map(|session| session.before).collect();
            let plain = (!numbers.is_empty()).then(|| numbers.iter().sum::<i64>() as f64 / numbers.len() as f64);
            prop_assert_eq!(period.before.value(), plain);
        }
    }

    /// Whatever the clock does, a session has its exercises in it, and no more than two hours besides.
    #[test]
    fn lengths_are_those_that_can_be(shifts in prop::collection::vec(-100_000..100_000i64, 1..20)) {
        let inner = shifts.iter().map(|shift| (*shift, 0, take("a", true)));
        let history = rows(&std::iter::once((0, 0, begun(None))).chain(inner).collect::<Vec<_>>());
        let lasted = of(&history).sessions[0].lasted;
        let active = SignedDuration::from_mins(i64::try_from(shifts.len()).unwrap());
        prop_assert!((active..=active + SignedDuration::from_hours(2)).contains(&lasted), "{lasted:?}");
    }

    #[test]
    fn a_change_compares_as_many_first_days_as_last_ones(made_up in sessions_made()) {
        let report = of(&made(&made_up));
        let mut days: BTreeMap<Date, Vec<i64>> = BTreeMap::new();
        for session in &report.sessions {
            if let Some(pain) = session.before {
                days.entry(session.began.day()).or_default().push(pain);
            }
        }
        let Some(change) = report.change else {
            prop_assert!(days.len() < 2);
            return Ok(());
        };
        prop_assert_eq!(change.first.days, change.last.days);
        prop_assert_eq!(change.first.days, 7.min(days.len() / 2));
        prop_assert!(change.first.to < change.last.from);
        prop_assert_eq!(Some(change.first.from), days.keys().next().copied());
        prop_assert!(change.points().abs() <= 10.0);
        prop_assert_eq!(change.share().is_none(), change.first.mean == 0.0);
        prop_assert_eq!(change.share_line().is_none(), change.first.mean == 0.0);
        prop_assert_eq!(change.points_line().is_none(), change.first.mean < 2.0);
    }
}

#[test]
fn a_rise_from_no_pain_has_no_percentage() {
    let day = |pain| (24 * 3600, 0, Some(pain), None, 10);
    let change = of(&made(&[day(0), day(3)])).change.unwrap();
    assert_eq!(
        (change.points(), change.share(), change.points_line(), change.share_line()),
        (3.0, None, None, None)
    );
    let change = of(&made(&[day(10), day(7)])).change.unwrap();
    assert_eq!((change.points(), change.points_line(), change.share_line()), (-3.0, Some(8.0), Some(7.0)));
}

#[test]
fn pain_is_before_the_first_exercise_or_after_it() {
    let only_after =
        rows(&[(0, 0, begun(None)), (1, 0, answer(None)), (9, 0, take("a", false)), (1, 0, answer(Some(4)))]);
    let session = &of(&only_after).sessions[0];
    assert_eq!((session.before, session.after, session.practised), (None, Some(4), false));
    let off_the_scale = rows(&[(0, 0, begun(None)), (1, 0, answer(Some(40)))]);
    assert_eq!(of(&off_the_scale).sessions[0].before, None);
}

#[test]
fn exercises_are_counted_by_what_became_of_them() {
    let worse = What::Note { note: "worse".into(), about: Some("a".into()) };
    let spread = What::Answer(Answer {
        check_in: "got-worse".into(),
        answer: Some("further-down".into()),
        exercise: Some("a".into()),
        facts: [("spread".to_owned(), FactValue::Flag(true))].into(),
        refer: Some(Refer::Professional),
        ..Answer::default()
    });
    let what = [begun(None), take("a", true), take("b", false), worse, take("a", false), spread];
    let report = of(&rows(&what.map(|what| (1, 0, what))));
    let counts = report.exercises.iter().map(|e| (e.id.as_str(), e.done, e.skipped, e.worse, e.spread));
    assert_eq!(counts.collect::<Vec<_>>(), [("a", 1, 0, 1, 1), ("b", 0, 1, 0, 0)]);
    assert_eq!(report.notices.len(), 1);
    assert_eq!((report.directions.len(), report.directions[0].times(Felt::Spread)), (1, 1));
}

#[test]
fn what_was_gone_on_with_is_as_long_as_its_parts() {
    let what = [(0, begun(None)), (600, take("a", true)), (5400, begun(Some(1))), (300, take("b", true))];
    let report = of(&rows(&what.map(|(shift, what)| (shift, 0, what))));
    let lasted: Vec<i64> = report.sessions.iter().map(|session| session.lasted.as_secs()).collect();
    assert_eq!(lasted, [900]);
}

#[test]
fn nothing_makes_an_empty_report() {
    let report = of(&History::default());
    assert!(report.sessions.is_empty() && report.periods.all.is_empty() && report.change.is_none());
    assert_eq!(report.days, Days::default());
}

#[test]
fn only_whole_sessions_of_the_days_that_are_wanted() {
    let day = 24 * 3600;
    let history = rows(&[
        (0, 0, begun(None)),
        (1, 0, take("a", true)),
        (day, 0, begun(Some(1))),
        (1, 0, begun(None)),
        (1, 0, take("b", true)),
    ]);
    let kept = history.since(date(2026, 3, 29));
    assert_eq!(kept.rows.iter().map(|row| row.seq).collect::<Vec<_>>(), [4, 5]);
}
